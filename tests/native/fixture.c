// The native library that the end-to-end tests call.

#include <stdint.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdbool.h>

#include "export.h"

// Functions that return their argument.
#define ECHO(name, type) EXPORT type echo_##name(type value) { return value; }
ECHO(i8, int8_t)
ECHO(i16, int16_t)
ECHO(i32, int32_t)
ECHO(i64, int64_t)
ECHO(u8, uint8_t)
ECHO(u16, uint16_t)
ECHO(u32, uint32_t)
ECHO(u64, uint64_t)
ECHO(f32, float)
ECHO(f64, double)
ECHO(bool, bool)

// Every type at once, so that a wrong position or width of one changes the others.
EXPORT double sum_of_all(int8_t a, double b, uint16_t c, int64_t d, float e, uint8_t f, bool g, uint32_t h) {
    return a + b + c + (double)d + e + f + (g ? 1 : 0) + h;
}

// A bool whose byte is neither 0 nor 1, as some libraries return it.
EXPORT uint8_t sloppy_true(void) { return 0x80; }

EXPORT int32_t renamed_in_rust(int32_t value) { return value + 1; }

static int32_t counter;
EXPORT void count(void) { ++counter; }
EXPORT int32_t counted(void) { return counter; }

// Text.
EXPORT int32_t text_length(const char *text) { return text == NULL ? -1 : (int32_t)strlen(text); }
EXPORT const char *greeting(void) { return "gr\xc3\xbc\xc3\x9f dich"; }
EXPORT const char *no_text(void) { return NULL; }
EXPORT const char *not_utf8(void) { return "caf\xe9"; }
static char kept[256];
EXPORT void keep_text(const char *text) { snprintf(kept, sizeof kept, "%s", text); }
EXPORT const char *kept_text(void) { return kept; }

// Arrays, by element type.
#define SUM(name, type) \
    EXPORT double sum_##name(const type *values, int32_t count) { \
        double sum = 0; \
        for (int32_t i = 0; i < count; ++i) { sum += (double)values[i]; } \
        return sum; \
    }
SUM(i8, int8_t)
SUM(i16, int16_t)
SUM(i32, int32_t)
SUM(i64, int64_t)
SUM(u8, uint8_t)
SUM(u16, uint16_t)
SUM(u32, uint32_t)
SUM(u64, uint64_t)
SUM(f32, float)
SUM(f64, double)

// A small length before its array, and a length by reference, as in Fortran.
EXPORT uint32_t count_small(uint8_t count, const int16_t *values) { return values == NULL ? 1000 : count; }
EXPORT double dot(const double *x, const double *y, const int32_t *count) {
    double sum = 0;
    for (int32_t i = 0; i < *count; ++i) { sum += x[i] * y[i]; }
    return sum;
}
EXPORT float scaled(const float *by, const float *value) { return *by * *value; }

// Calling conventions.
EXPORT int32_t STDCALL minus_stdcall(int32_t a, int64_t b) { return (int32_t)(a - b); }
EXPORT int32_t FASTCALL minus_fastcall(int32_t a, int32_t b, int32_t c) { return a - b - c; }

// Misbehaviour.
EXPORT void print_lines(int32_t lines) {
    for (int32_t i = 0; i < lines; ++i) { fprintf(stderr, "line %d of the library\n", i); }
    fflush(stderr);
    puts("done");
    fflush(stdout);
}
EXPORT int32_t read_input(void) { return getchar(); }
EXPORT void exit_with(int32_t code) { exit(code); }
EXPORT void crash(void) { *(volatile int *)16 = 0; }
EXPORT void hang(void) { for (volatile int forever = 1; forever;) {} }
EXPORT uint8_t pointer_bits(void) { return 8 * sizeof(void *); }
EXPORT int32_t present(void) { return 1; }
EXPORT int32_t Wrongly_Cased(void) { return 1; }

// Callbacks: the sum of f(i) for each i below `count`.
EXPORT int32_t sum_of(int32_t count, int32_t (*f)(int32_t)) {
    int32_t sum = 0;
    for (int32_t i = 0; i < count; ++i) { sum += f(i); }
    return sum;
}
EXPORT int32_t sum_of_with(int32_t count, int32_t (*f)(void *context, int32_t), void *context) {
    int32_t sum = 0;
    for (int32_t i = 0; i < count; ++i) { sum += f(context, i); }
    return sum;
}
