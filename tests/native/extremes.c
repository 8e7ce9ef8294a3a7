// Every scalar in every position, and every kind of buffer in every size.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "export.h"

// Returns the value; writes `*by` to `out`, and the previous value of `*both` to `before`.
#define ECHO(name, type)                                                                     \
    EXPORT type echo_##name(type value, const type *by, type *both, type *out, type *before) { \
        *out = *by;                                                                            \
        *before = *both;                                                                       \
        *both = value;                                                                         \
        return value;                                                                          \
    }                                                                                          \
    EXPORT int32_t reverse_##name(const type *values, type *reversed, int32_t n) {             \
        for (int32_t i = 0; i < n; ++i) { reversed[i] = values[n - 1 - i]; }                   \
        return n;                                                                              \
    }
ECHO(i8, int8_t)
ECHO(u8, uint8_t)
ECHO(i16, int16_t)
ECHO(u16, uint16_t)
ECHO(i32, int32_t)
ECHO(u32, uint32_t)
ECHO(i64, int64_t)
ECHO(u64, uint64_t)
ECHO(f32, float)
ECHO(f64, double)
ECHO(bool, bool)
ECHO(bool32, int32_t)

// Sizes, to check that no element is lost.
EXPORT uint64_t checksum(const uint8_t *data, uint32_t n) {
    uint64_t sum = n;
    for (uint32_t i = 0; i < n; ++i) { sum = sum * 31 + data[i]; }
    return sum;
}
EXPORT void invert(uint8_t *data, uint32_t n) {
    for (uint32_t i = 0; i < n; ++i) { data[i] = (uint8_t)~data[i]; }
}
EXPORT void ramp(uint8_t *data, uint32_t n) {
    for (uint32_t i = 0; i < n; ++i) { data[i] = (uint8_t)(i * 7); }
}
EXPORT uint32_t partly(uint8_t *data, uint32_t capacity, uint32_t n) {
    ramp(data, n < capacity ? n : capacity);
    return n;
}
EXPORT void sized(uint8_t *data, uint32_t *size, uint32_t n) {
    ramp(data, n);
    *size = n;
}
EXPORT uint8_t *new_ramp(uint32_t n) {
    uint8_t *data = malloc(n ? n : 1);
    ramp(data, n);
    return data;
}
EXPORT void release(void *pointer) { free(pointer); }

struct pair { int16_t a; int32_t b; };
EXPORT int64_t sum_pairs(const struct pair *pairs, uint32_t n) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < n; ++i) { sum += pairs[i].a + pairs[i].b; }
    return sum;
}
EXPORT void count_pairs(struct pair *pairs, uint32_t n) {
    for (uint32_t i = 0; i < n; ++i) { pairs[i].a = (int16_t)i; pairs[i].b = (int32_t)i; }
}

EXPORT uint32_t text_length(const char *text) { return (uint32_t)strlen(text); }
EXPORT uint32_t wide_text_length(const wchar_t *text) { return (uint32_t)wcslen(text); }
EXPORT int32_t bytes_of(const char *text) {
    int32_t sum = 0;
    if (text == NULL) { return -1; }
    for (; *text; ++text) { sum += (uint8_t)*text; }
    return sum;
}
EXPORT void fill_text(char *buffer, uint32_t capacity, uint32_t n) {
    memset(buffer, 'x', n);
    buffer[n < capacity ? n : capacity - 1] = 0;
}
EXPORT void fill_wide(wchar_t *buffer, uint32_t capacity, uint32_t n) {
    for (uint32_t i = 0; i < n; ++i) { buffer[i] = 0xfc; }
    buffer[n < capacity ? n : capacity - 1] = 0;
}
EXPORT char *new_text(uint32_t n) {
    char *text = malloc(n + 1);
    fill_text(text, n + 1, n);
    return text;
}
EXPORT void pass_text(const char *text, void (*receive)(const char *text)) { receive(text); }

// Conventions, under the names that compilers give them.
#if defined(__i386__)
#define CONVENTION(c) __attribute__((c))
#else
#define CONVENTION(c)
#endif
EXPORT int32_t CONVENTION(cdecl) minus_cdecl(int32_t a, int32_t b) { return a - b; }
EXPORT int32_t CONVENTION(stdcall) minus_stdcall(int32_t a, int32_t b) { return a - b; }
EXPORT int32_t CONVENTION(fastcall) minus_fastcall(int32_t a, int32_t b) { return a - b; }
EXPORT int32_t CONVENTION(thiscall) minus_thiscall(int32_t a, int32_t b) { return a - b; }
#ifdef _WIN32
EXPORT int32_t CONVENTION(stdcall) minus_system(int32_t a, int32_t b) { return a - b; }
#else
EXPORT int32_t minus_system(int32_t a, int32_t b) { return a - b; }
#endif
EXPORT int64_t CONVENTION(fastcall) mixed_fastcall(int8_t a, int64_t b, double c, int32_t d) { return a + b + (int64_t)c + d; }
EXPORT double CONVENTION(stdcall) mixed_stdcall(int8_t a, int64_t b, double c, bool d) { return a + (double)b + c + d; }
