// Types whose width or representation depends on the system, and handles that are integers.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "export.h"

#ifdef _WIN32
#include <basetsd.h>
typedef SSIZE_T signed_size;
#else
#include <sys/types.h>
typedef ssize_t signed_size;
#endif

EXPORT size_t next_size(size_t value) { return value + 1; }
EXPORT signed_size negate_size(signed_size value) { return -value; }
EXPORT long half_long(long value, long *rest) {
    *rest = value % 2;
    return value / 2;
}
EXPORT unsigned long ulong_max(void) { return ~0ul; }
EXPORT intptr_t add_words(intptr_t a, const uintptr_t *b) { return a + (intptr_t)*b; }
EXPORT int32_t width_of_long(void) { return (int32_t)(8 * sizeof(long)); }

EXPORT size_t count_bytes(const uint8_t *data, size_t n) {
    size_t sum = 0;
    for (size_t i = 0; i < n; ++i) { sum += data[i]; }
    return sum;
}
EXPORT int32_t evens(size_t *data, size_t *n) {
    size_t room = *n;
    *n = 3;
    for (size_t i = 0; i < 3 && i < room; ++i) { data[i] = 2 * i; }
    return (int32_t)room;
}
EXPORT long sum_longs(const long *values, const long *n) {
    long sum = 0;
    for (long i = 0; i < *n; ++i) { sum += values[i]; }
    return sum;
}
EXPORT int32_t each_size(int32_t (*f)(size_t i, const uint8_t *data, size_t n)) {
    uint8_t data[] = {1, 2, 3};
    int32_t sum = 0;
    for (size_t i = 0; i < 3; ++i) { sum += f(i, data, i + 1); }
    return sum;
}

typedef struct { uint8_t tag; size_t length; const float *values; long id; uintptr_t word; } Block;
EXPORT Block double_block(Block block) {
    static float values[4];
    for (size_t i = 0; i < block.length && i < 4; ++i) { values[i] = 2 * block.values[i]; }
    block.values = values;
    block.id = -block.id;
    return block;
}

EXPORT int16_t variant_not(int16_t truth, int16_t *as_passed) {
    *as_passed = truth;
    return truth ? 0 : 5;
}

#ifdef _MSC_VER
// MSVC has no such type.
typedef struct { unsigned char bytes[12]; } extended;
EXPORT int32_t has_long_double(void) { return 0; }
#else
EXPORT int32_t has_long_double(void) { return 1; }
EXPORT long double long_half(long double value) { return value / 2; }
EXPORT int32_t long_mix(int32_t a, long double b, int8_t c, const long double *d, long double *e) {
    *e = b * *d;
    return a + (int32_t)b + c;
}
EXPORT long double long_tiny(void) { return 1.0L + 1e-18L; }
typedef struct { int8_t kind; long double values[2]; } Extended;
EXPORT void swap_extended(Extended *extended) {
    long double first = extended->values[0];
    extended->values[0] = extended->values[1];
    extended->values[1] = first;
    extended->kind = (int8_t)sizeof(Extended);
}
#endif

// Handles that are integers.
static int16_t opened;
EXPORT int16_t open_unit(int32_t works) { return works > 0 ? ++opened : (int16_t)works; }
EXPORT int32_t open_unit_into(int16_t *handle) {
    *handle = ++opened;
    return 0;
}
EXPORT int32_t unit_number(int16_t handle) { return handle * 100; }
EXPORT int32_t open_session(unsigned long *session) {
    // The highest bit is set, which is no sign.
    *session = ~0ul - 1;
    return 0;
}
EXPORT unsigned long session_number(unsigned long session) { return session; }
EXPORT int32_t close_session(const unsigned long *session) { return *session == ~0ul - 1 ? 0 : -1; }
EXPORT uintptr_t open_word(intptr_t works) { return works > 0 ? UINTPTR_MAX : 0; }
EXPORT int32_t close_word(uintptr_t word) { return word == UINTPTR_MAX ? 0 : -1; }
EXPORT long open_long(long result) { return result; }
EXPORT long long_number(long handle) { return handle; }
EXPORT int32_t close_unit(int16_t handle) { return handle > 0 ? 0 : -1; }
EXPORT uint32_t key_value(void *key) { return (uint32_t)(uintptr_t)key; }
EXPORT int32_t close_key(void *key) { return key ? 0 : 1; }
