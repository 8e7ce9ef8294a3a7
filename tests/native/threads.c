// Records which threads call, and how many at once.

#include <stdint.h>
#include <stdlib.h>

#include "export.h"

#ifdef _WIN32
#include <windows.h>
static uint32_t this_one(void) { return GetCurrentThreadId(); }
static void pause_for(int32_t milliseconds) { Sleep((DWORD)milliseconds); }
#else
#include <sys/syscall.h>
#include <unistd.h>
static uint32_t this_one(void) { return (uint32_t)syscall(SYS_gettid); }
static void pause_for(int32_t milliseconds) { usleep((useconds_t)milliseconds * 1000); }
#endif

static int32_t inside, most;

static void enter(void) {
    int32_t now = __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
    int32_t seen = __atomic_load_n(&most, __ATOMIC_SEQ_CST);
    while (seen < now && !__atomic_compare_exchange_n(&most, &seen, now, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {}
}

// Returns the id of the calling thread, after a while.
EXPORT uint32_t stay(int32_t milliseconds) {
    enter();
    pause_for(milliseconds);
    __atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
    return this_one();
}
// The maximum number of simultaneous calls.
EXPORT int32_t most_inside(void) { return __atomic_load_n(&most, __ATOMIC_SEQ_CST); }
EXPORT int32_t through(int32_t value, int32_t (*f)(int32_t)) { return f(value); }
EXPORT void die(void) { abort(); }
EXPORT void hang(void) { for (;;) { pause_for(1000); } }
