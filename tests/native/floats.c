// A library that changes the processor's floating-point state, when it is loaded and in its functions.

#include <stdbool.h>
#include <stdint.h>
#ifdef _WIN32
#include <windows.h>
#undef FASTCALL
#endif
#ifdef _MSC_VER
#include <xmmintrin.h>
#define SSE
#else
// Compilers for old processors would use the x87 unit.
#define SSE __attribute__((target("sse2,fpmath=sse")))
#endif

#include "export.h"

EXPORT uint32_t sse_state(void) {
#ifdef _MSC_VER
    return _mm_getcsr();
#else
    uint32_t state;
    __asm__ volatile("stmxcsr %0" : "=m"(state));
    return state;
#endif
}
EXPORT void set_sse_state(uint32_t state) {
#ifdef _MSC_VER
    _mm_setcsr(state);
#else
    __asm__ volatile("ldmxcsr %0" : : "m"(state));
#endif
}

// Rounding towards zero, as set when the library is loaded.
static void round_towards_zero(void) { set_sse_state(sse_state() | 0x6000); }

#ifdef _WIN32
BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID reserved) {
    (void)module, (void)reserved;
    // Windows calls this on new threads, too.
    if (reason == DLL_PROCESS_ATTACH || reason == DLL_THREAD_ATTACH) { round_towards_zero(); }
    return TRUE;
}
#else
__attribute__((constructor)) static void load(void) { round_towards_zero(); }
#endif

static uint16_t read_x87(void) {
#if defined(_MSC_VER) && defined(_M_IX86)
    uint16_t state;
    __asm { fnstcw state }
    return state;
#elif defined(__GNUC__)
    uint16_t state;
    __asm__ volatile("fnstcw %0" : "=m"(state));
    return state;
#else
    return 0;
#endif
}
static void write_x87(uint16_t state) {
#if defined(_MSC_VER) && defined(_M_IX86)
    __asm { fldcw state }
#elif defined(__GNUC__)
    __asm__ volatile("fnclex\n fldcw %0" : : "m"(state));
#endif
}
EXPORT uint16_t x87_state(void) { return read_x87(); }
EXPORT void set_x87_state(uint16_t state) { write_x87(state); }

// Divides with the library's state.
EXPORT SSE double divide(double a, double b) {
    volatile double quotient = a / b;
    return quotient;
}

// Runs a callback with another state, and returns the state that the callback left.
EXPORT uint32_t state_after(uint32_t state, double (*callback)(double), double value, double *result) {
    uint32_t before = sse_state(), after;
    set_sse_state(state);
    *result = callback(value);
    after = sse_state();
    set_sse_state(before);
    return after;
}
