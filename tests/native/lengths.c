// Functions whose lengths come out of the call, or are those of the caller's arrays.

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"

// Returned arrays, whose length the function writes.
static uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};
EXPORT const uint8_t *first_bytes(int32_t *n) {
    *n = *n == -1 ? -1 : 5;
    return bytes;
}
static int32_t held;
EXPORT int16_t *new_ramp(int32_t *n, int32_t *step) {
    int16_t *values = malloc(8 * sizeof *values);
    for (int i = 0; i < 8; ++i) { values[i] = (int16_t)(i * *step); }
    *n = *step < 0 ? -1 : 8;
    ++held;
    return values;
}
EXPORT void free_ramp(int16_t *values) { free(values); --held; }
EXPORT int32_t ramps(void) { return held; }

// Buffers: `got` groups of `channels` samples.
EXPORT int32_t read_groups(int16_t *samples, int32_t capacity, int32_t channels, int32_t groups, int32_t *got) {
    for (int32_t i = 0; i < groups * channels && i < capacity; ++i) { samples[i] = (int16_t)i; }
    *got = groups;
    return groups >= 0 ? 0 : -1;
}
// Truncates: the indicator says how long the value is, and -1 that there is none.
EXPORT int32_t get_data(uint8_t *buffer, int32_t capacity, int32_t length, int32_t *indicator) {
    for (int32_t i = 0; i < length && i < capacity; ++i) { buffer[i] = (uint8_t)(i + 1); }
    *indicator = length;
    return length > capacity;
}
// The length is the room on input and the number of elements on output.
EXPORT void up_to(int32_t *values, int32_t *n, int32_t last) {
    for (int32_t i = 0; i < *n && i <= last; ++i) { values[i] = i; }
    *n = last + 1;
}
EXPORT int32_t utf16(uint16_t *text, int32_t bytes) {
    for (int32_t i = 0; i < bytes / 2; ++i) { text[i] = (uint16_t)('a' + i); }
    return bytes;
}
EXPORT int32_t copy_text(const char *text, char *copy, int32_t length) {
    memcpy(copy, text, (size_t)length + 1);
    return length;
}
EXPORT void split_runs(const int32_t *values, int32_t n, int32_t *runs, int32_t *starts) {
    *runs = 0;
    for (int32_t i = 0; i < n; ++i) {
        if (i == 0 || values[i] != values[i - 1]) { starts[(*runs)++] = i; }
    }
}

// Statuses that are not returned.
EXPORT double root(double x, int32_t *error) {
    *error = x < 0 ? 33 : 0;
    double guess = x / 2;
    for (int i = 0; i < 60 && guess > 0; ++i) { guess = (guess + x / guess) / 2; }
    return x < 0 ? -1 : guess;
}
EXPORT void sort_down(int32_t *values, int32_t n, int32_t *status) {
    *status = values[0];
    for (int32_t i = 0; i < n; ++i) {
        for (int32_t j = i + 1; j < n; ++j) {
            if (values[j] > values[i]) { int32_t v = values[i]; values[i] = values[j]; values[j] = v; }
        }
    }
}

// Arrays whose length is that of two other arguments.
EXPORT void bubble(float *a, int32_t u, int32_t v) {
    for (int32_t i = 0; i < u * v; ++i) {
        for (int32_t j = i + 1; j < u * v; ++j) {
            if (a[j] < a[i]) { float x = a[i]; a[i] = a[j]; a[j] = x; }
        }
    }
}
EXPORT double trace(const double *matrix, uint8_t order) {
    double sum = 0;
    for (int i = 0; i < order; ++i) { sum += matrix[i * order + i]; }
    return sum;
}

// Closures.
EXPORT int32_t ask_text(int32_t (*answer)(char *text, int32_t *size), int32_t size) {
    char text[16];
    memset(text, '-', sizeof text);
    text[15] = 0;
    if (size > 8) { return -1; }
    int32_t status = answer(text, &size);
    // Nothing behind the size may be changed.
    for (int i = 8; i < 15; ++i) { if (text[i] != '-') { return -2; } }
    return status * 100 + (int32_t)strlen(text);
}
EXPORT int32_t ask_copy(int32_t (*copy)(const uint8_t *data, uint16_t n, uint8_t *to)) {
    uint8_t to[4] = {0}, behind = 77;
    int32_t status = copy(bytes, 3, to);
    return behind == 77 ? status * 1000 + to[0] * 100 + to[1] * 10 + to[2] : -1;
}

// Lengths in structs.
typedef struct { uint8_t *p; uint32_t n; } Attribute;
EXPORT int32_t get_attribute(Attribute *a, uint32_t would_be) {
    if (a->p && a->n) { a->p[0] = 1; }
    a->n = would_be;
    return 5;
}
EXPORT void get_attributes(Attribute *all, int32_t n, uint32_t would_be) {
    for (int32_t i = 0; i < n; ++i) { get_attribute(&all[i], would_be); }
}
EXPORT void skip_bytes(Attribute *a, uint32_t count, uint32_t left) { a->p += count; a->n = left; }
EXPORT void point_elsewhere(Attribute *a, uint32_t n) { a->p = bytes; a->n = n; }
typedef struct { char *text; } Label;
EXPORT void fill_label(Label *label, char with, int32_t count) { memset(label->text, with, (size_t)count); }

// Answers of closures that are read after later ones were given.
typedef const char *(*Answer)(int32_t i);
static Answer kept_answer;
EXPORT void join_answers(Answer answer, int32_t n, char *joined, int32_t capacity) {
    const char **answers = malloc((size_t)n * sizeof *answers);
    for (int32_t i = 0; i < n; ++i) { answers[i] = answer(i); }
    int32_t length = 0;
    for (int32_t i = 0; i < n; ++i) {
        for (const char *c = answers[i]; *c && length + 1 < capacity; ++c) { joined[length++] = *c; }
    }
    joined[length] = 0;
    free(answers);
}
EXPORT void keep_answer(Answer answer) { kept_answer = answer; }
EXPORT void join_kept_answers(int32_t n, char *joined, int32_t capacity) { join_answers(kept_answer, n, joined, capacity); }

// An enum whose name a Rust type has, too.
EXPORT int32_t next_result(int32_t result) { return result + 1; }
EXPORT int32_t with_result(int32_t (*f)(int32_t code)) { return f(3) == 1 ? 0 : 1; }
