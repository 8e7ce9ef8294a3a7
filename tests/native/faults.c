// A native library that misbehaves in every way.

#include <stdint.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#else
#include <signal.h>
#include <unistd.h>
#endif

#include "export.h"

// Exits and crashes.
EXPORT void exit_with(int32_t code) { exit(code); }
EXPORT void abort_now(void) { abort(); }
// Ends the process as `abort` and the checks of Visual C++ do: no handler of this process is asked.
EXPORT void fail_fast(void) {
#if defined(_MSC_VER)
    __fastfail(7);
#elif defined(_WIN32)
    __asm__ volatile("int $0x29" : : "c"(7));
#else
    abort();
#endif
}
EXPORT void write_to_nowhere(void) { *(volatile int *)16 = 0; }
EXPORT int32_t divide(int32_t a, int32_t b) {
    volatile int32_t divisor = b;
    return a / divisor;
}
EXPORT int32_t overflow_stack(int32_t depth) {
    volatile char block[1024];
    block[depth % 1024] = (char)depth;
    return depth < 0 ? 0 : overflow_stack(depth + 1) + block[0];
}

// Allocates all memory that is available, and returns the amount in MiB.
EXPORT int32_t exhaust_memory(void) {
    int32_t allocated = 0;
    for (size_t size = (size_t)64 << 20; size >= (size_t)64 << 10; size /= 2) {
        for (char *block; (block = malloc(size)) != NULL && allocated < 64 << 10; ) {
            // Writes to both ends, so that the system does not reclaim the block.
            block[0] = block[size - 1] = 1;
            allocated += (int32_t)(size >> 10) / 1024;
        }
    }
    return allocated;
}

// Ends the process as an exception does that a library does not catch; elsewhere there are none of these.
EXPORT void raise_exception(uint32_t code) {
#ifdef _WIN32
    RaiseException(code, EXCEPTION_NONCONTINUABLE, 0, NULL);
#else
    (void)code;
#endif
}

// Functions that do not return.
EXPORT void spin(void) { for (volatile int forever = 1; forever;) {} }
EXPORT void nap(int32_t milliseconds) {
#ifdef _WIN32
    Sleep((DWORD)milliseconds);
#else
    usleep((useconds_t)milliseconds * 1000);
#endif
}
#ifndef _WIN32
static char last_will[256];
static void leave_will(int signal) {
    (void)signal;
    _exit(unlink(last_will));
}
// Does not return, but exits in order when asked to: it removes a file first.
EXPORT void hang_with_a_will(const char *path) {
    strncpy(last_will, path, sizeof last_will - 1);
    signal(SIGTERM, leave_will);
    for (;;) { pause(); }
}
// Does not exit when asked to.
EXPORT void hang_stubbornly(void) {
    signal(SIGTERM, SIG_IGN);
    for (;;) { pause(); }
}
#else
EXPORT void hang_with_a_will(const char *path) { (void)path; }
EXPORT void hang_stubbornly(void) {}
#endif
EXPORT void print_without_end(void) {
    for (;;) { puts("another line of the library"); }
}

// Output before a failure.
EXPORT void write_stderr(const char *line) {
    fprintf(stderr, "%s\n", line);
    fflush(stderr);
}

// State that is lost with the process.
static int32_t mode;
EXPORT void set_mode(int32_t value) { mode = value; }
EXPORT int32_t get_mode(void) { return mode; }
