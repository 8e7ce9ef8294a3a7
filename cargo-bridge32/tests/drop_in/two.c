/* A program that uses two drop-in libraries at a time: a meter's and zlib. */

#include <stdio.h>
#include <stdlib.h>

#ifdef _WIN32
#include <windows.h>
typedef HMODULE Library;
#define OPEN(path) LoadLibraryA(path)
#define SYMBOL(library, name) ((void *)GetProcAddress(library, name))
typedef HANDLE Thread;
#define WORK static DWORD WINAPI
#define START(work, argument) CreateThread(NULL, 0, work, argument, 0, NULL)
#define JOIN(thread) WaitForSingleObject(thread, INFINITE)
#else
#include <dlfcn.h>
#include <pthread.h>
typedef void *Library;
#define OPEN(path) dlopen(path, RTLD_NOW)
#define SYMBOL(library, name) dlsym(library, name)
typedef pthread_t Thread;
#define WORK static void *
static Thread start(void *(*work)(void *), void *argument) {
    Thread thread;
    pthread_create(&thread, NULL, work, argument);
    return thread;
}
#define START(work, argument) start(work, argument)
#define JOIN(thread) pthread_join(thread, NULL)
#endif

#define CHECK_VALUE 0xcbf43926UL

static int (*pointer_bits)(void), (*meter_open)(int, void **), (*meter_read)(void *, double *, int);
static int (*meter_watch)(void *, int (*)(double, void *), void *);
static unsigned long (*crc32)(unsigned long, const void *, unsigned);
static void (*end_meter)(void);
static size_t (*why_meter)(char *, size_t), (*why_zlib)(char *, size_t);
static int wrong;

static void *open_both(const char *meter_path, const char *zlib_path) {
    Library meter = OPEN(meter_path), zlib = OPEN(zlib_path);
    void *device = NULL;
    if (!meter || !zlib) {
        exit(3);
    }
    pointer_bits = SYMBOL(meter, "pointer_bits");
    meter_open = SYMBOL(meter, "meter_open");
    meter_read = SYMBOL(meter, "meter_read");
    meter_watch = SYMBOL(meter, "meter_watch");
    end_meter = SYMBOL(meter, "bridge32_end");
    why_meter = SYMBOL(meter, "bridge32_last_error");
    crc32 = SYMBOL(zlib, "crc32");
    why_zlib = SYMBOL(zlib, "bridge32_last_error");
    if (meter_open(1, &device) != 0) {
        exit(4);
    }
    return device;
}

static int checksum_is_right(void) {
    return crc32(0, "123456789", 9) == CHECK_VALUE;
}

/* Calls one library while the other one waits for the result. */
static int on_value(double value, void *user) {
    ++*(int *)user;
    wrong |= !checksum_is_right();
    return value < 2.5;
}

WORK use_meter(void *device) {
    double values[8];
    int i;
    for (i = 0; i < 300; ++i) {
        wrong |= meter_read(device, values, 8) != 5 || values[4] != 2.0;
    }
    return 0;
}

WORK use_zlib(void *unused) {
    int i;
    (void)unused;
    for (i = 0; i < 300; ++i) {
        wrong |= !checksum_is_right();
    }
    return 0;
}

int main(int count, char **arguments) {
    void *device = count == 3 ? open_both(arguments[1], arguments[2]) : NULL;
    Thread threads[4];
    int i, calls = 0;
    printf("%d bits, checksum %d\n", pointer_bits(), checksum_is_right());
    printf("%d values", meter_watch(device, on_value, &calls));
    printf(", %d calls, wrong %d\n", calls, wrong);
    for (i = 0; i < 4; ++i) {
        threads[i] = i % 2 ? START(use_meter, device) : START(use_zlib, NULL);
    }
    for (i = 0; i < 4; ++i) {
        JOIN(threads[i]);
    }
    printf("threads, wrong %d\n", wrong);
    end_meter();
    printf("ended: checksum %d\n", checksum_is_right());
    /* The next server does not know the meter. */
    meter_open(7, &device);
    printf("another server: %d bits, open %d\n", pointer_bits(), meter_open(2, &device));
    printf("failures: %d, %d\n", (int)why_meter(NULL, 0), (int)why_zlib(NULL, 0));
    return 0;
}
