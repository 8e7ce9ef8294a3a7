/* A library whose functions do next to nothing. */

#include <string.h>

#ifdef __linux__
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

EXPORT int add(int a, int b) {
    return a + b;
}

EXPORT int add_up(int count, int (*next)(void *context, int index), void *context) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
        sum += next(context, i);
    }
    return sum;
}

EXPORT int text_length(const char *text) {
    return (int)strlen(text);
}

EXPORT void scalar_multiply(double factor, const double *in, double *out, int count) {
    for (int i = 0; i < count; i++) {
        out[i] = factor * in[i];
    }
}

EXPORT void scale(double factor, double *values, int count) {
    for (int i = 0; i < count; i++) {
        values[i] *= factor;
    }
}

EXPORT void copy_bytes(const unsigned char *in, unsigned char *out, int count) {
    memcpy(out, in, (size_t)count);
}

EXPORT void touch_bytes(unsigned char *bytes, int count) {
    bytes[count - 1]++;
}

EXPORT void touch_numbers(double *values, int count) {
    values[count - 1] += 1.0;
}

#ifdef __linux__
/* The shared memory of the raw exchange, as in exchange.rs. Request and reply are on cache lines of their own. */
struct exchange {
    uint32_t requests; /* how many there have been */
    uint32_t operation;
    int32_t a, b; /* the numbers to add, or the count in a */
    char unused_1[112];
    uint32_t replies;
    int32_t sum;
    char unused_2[120];
    double arrays[];
};

enum { ADD, SCALE, SCALAR_MULTIPLY, END };

/* Answers requests in shared memory until one of them ends it. Returns 0, or -1 if the file cannot be mapped. */
EXPORT int serve_exchange(const char *path) {
    int file = open(path, O_RDWR);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) {
        return -1;
    }
    struct exchange *memory = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (memory == MAP_FAILED) {
        return -1;
    }
    uint32_t served = 0;
    for (;;) {
        uint32_t polls = 0;
        while (__atomic_load_n(&memory->requests, __ATOMIC_ACQUIRE) == served) {
            /* After this many polls it is another case's turn, which needs the core. */
            if (++polls < 1 << 16) {
                __builtin_ia32_pause();
            } else {
                usleep(1000);
            }
        }
        switch (memory->operation) {
        case ADD:
            memory->sum = add(memory->a, memory->b);
            break;
        case SCALE:
            scale(-1.0, memory->arrays, memory->a);
            break;
        case SCALAR_MULTIPLY:
            scalar_multiply(2.0, memory->arrays, memory->arrays + memory->a, memory->a);
            break;
        default:
            munmap(memory, (size_t)status.st_size);
            return 0;
        }
        __atomic_store_n(&memory->replies, ++served, __ATOMIC_RELEASE);
    }
}
#endif
