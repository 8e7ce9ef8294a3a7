// A library with threads, timers and exit handlers of its own, and one that refuses to be loaded.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#else
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#endif

#include "export.h"

// What the library's own threads and timers have done.
static volatile int32_t ticks;
static void tick(void) { __atomic_add_fetch(&ticks, 1, __ATOMIC_SEQ_CST); }
EXPORT int32_t ticks_so_far(void) { return ticks; }

#ifdef _WIN32
static DWORD WINAPI run(LPVOID unused) {
    (void)unused;
    for (;;) {
        tick();
        SwitchToThread();
    }
}
EXPORT int32_t start_threads(int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        if (CreateThread(NULL, 64 << 10, run, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL) == NULL) { return i; }
    }
    return count;
}
static VOID CALLBACK on_timer(PVOID unused, BOOLEAN fired) {
    (void)unused;
    (void)fired;
    tick();
}
EXPORT int32_t start_timer(void) {
    HANDLE timer;
    return CreateTimerQueueTimer(&timer, NULL, on_timer, NULL, 1, 1, WT_EXECUTEDEFAULT) != 0;
}
#else
static void *run(void *unused) {
    (void)unused;
    for (;;) {
        tick();
        sched_yield();
    }
    return NULL;
}
EXPORT int32_t start_threads(int32_t count) {
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 128 << 10);
    for (int32_t i = 0; i < count; ++i) {
        pthread_t thread;
        if (pthread_create(&thread, &small, run, NULL) != 0) { return i; }
    }
    return count;
}
static void on_timer(int signal) {
    (void)signal;
    tick();
}
// The handler of a signal that comes every millisecond.
EXPORT int32_t start_timer(void) {
    struct sigaction action = { .sa_handler = on_timer, .sa_flags = SA_RESTART };
    struct itimerval every = { { 0, 1000 }, { 0, 1000 } };
    return sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &every, NULL) == 0;
}
#endif

// A thread that crashes a moment after the call.
static void crash(void) {
#ifdef _WIN32
    Sleep(200);
#else
    usleep(200000);
#endif
    *(volatile int *)16 = 0;
}
#ifdef _WIN32
static DWORD WINAPI run_crash(LPVOID unused) {
    (void)unused;
    crash();
    return 0;
}
EXPORT int32_t crash_soon(void) { return CreateThread(NULL, 0, run_crash, NULL, 0, NULL) != NULL; }
#else
static void *run_crash(void *unused) {
    crash();
    return unused;
}
EXPORT int32_t crash_soon(void) {
    pthread_t thread;
    return pthread_create(&thread, NULL, run_crash, NULL) == 0;
}
#endif

// Handles invalid writes to a page of its own, as libraries with managed memory do, and passes others on.
static volatile char *guarded;
#ifdef _WIN32
static LONG CALLBACK on_exception(EXCEPTION_POINTERS *info) {
    const EXCEPTION_RECORD *record = info->ExceptionRecord;
    DWORD before;
    if (record->ExceptionCode != EXCEPTION_ACCESS_VIOLATION || record->ExceptionInformation[1] != (ULONG_PTR)guarded) {
        return EXCEPTION_CONTINUE_SEARCH;
    }
    VirtualProtect((void *)guarded, 4096, PAGE_READWRITE, &before);
    return EXCEPTION_CONTINUE_EXECUTION;
}
static int guard_page(void) {
    guarded = VirtualAlloc(NULL, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_NOACCESS);
    return guarded != NULL && AddVectoredExceptionHandler(1, on_exception) != NULL;
}
#else
static struct sigaction before;
static void on_fault(int number, siginfo_t *info, void *context) {
    if (info->si_addr == (void *)guarded) {
        mprotect((void *)guarded, 4096, PROT_READ | PROT_WRITE);
    } else {
        before.sa_sigaction(number, info, context);
    }
}
static int guard_page(void) {
    struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    guarded = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return guarded != MAP_FAILED && sigaction(SIGSEGV, &action, &before) == 0;
}
#endif
EXPORT int32_t write_to_guarded_page(int32_t value) {
    if (guarded == NULL && !guard_page()) { return -1; }
    guarded[0] = (char)value;
    return guarded[0];
}

// Leaves a line in C's buffer.
EXPORT void print_unflushed(const char *line) { printf("%s\n", line); }

static char farewell[64];
static void say_farewell(void) { printf("%s\n", farewell); }
// Prints a line when the process ends.
EXPORT int32_t print_at_exit(const char *line) {
    strncpy(farewell, line, sizeof farewell - 1);
    return atexit(say_farewell) == 0;
}

// Runs while the library is loaded.
static int refuses_to_load(void) {
    const char *how = getenv("BRIDGE32_TEST_LOAD");
    if (how == NULL) { return 0; }
    printf("this computer has no licence: %s\n", how);
    if (strcmp(how, "exit") == 0) { exit(5); }
    if (strcmp(how, "hang") == 0) {
        fflush(stdout);
        for (;;) {
#ifdef _WIN32
            Sleep(1000);
#else
            sleep(1);
#endif
        }
    }
    return strcmp(how, "refuse") == 0;
}

#ifdef _WIN32
BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID reserved) {
    (void)module;
    (void)reserved;
    return reason != DLL_PROCESS_ATTACH || !refuses_to_load();
}
#else
__attribute__((constructor)) static void load(void) { refuses_to_load(); }
#endif
