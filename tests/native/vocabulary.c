// One function for each type and attribute of an interface.

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "export.h"

#ifdef _WIN32
// The Windows headers declare another `Polygon`.
#define NOGDI
#include <windows.h>
#else
#include <pthread.h>
#endif

// Booleans and addresses.
EXPORT int32_t negate(int32_t value) { return value ? 0 : 0x100; }
EXPORT void *next_address(void *address) { return (char *)address + 1; }

// Single values by pointer.
EXPORT int32_t divide(int32_t a, int32_t b, int32_t *quotient, int32_t *remainder) {
    if (b == 0) { *quotient = 111; return -1; }
    *quotient = a / b;
    *remainder = a % b;
    return 0;
}
EXPORT void advance(int64_t *value, const int64_t *by) { *value += *by; }
EXPORT void split(double value, int32_t *whole, double *fraction) {
    *whole = (int32_t)value;
    *fraction = value - *whole;
}

// Arrays.
EXPORT void scalar_multiply(double a, const double *xin, int32_t n, double *xout) {
    for (int32_t i = 0; i < n; ++i) { xout[i] = a * xin[i]; }
}
EXPORT void double_all(int16_t *values, uint8_t n) {
    for (int i = 0; i < n; ++i) { values[i] = (int16_t)(2 * values[i]); }
}
EXPORT uint32_t invert_all(uint32_t n, bool *flags) {
    uint32_t set = 0;
    for (uint32_t i = 0; i < n; ++i) { flags[i] = !flags[i]; set += flags[i]; }
    return set;
}
// Writes the divisors of a number and their count, which may exceed the size of the buffer.
EXPORT void divisors(uint32_t number, uint32_t *found, int32_t capacity, int32_t *count) {
    *count = 0;
    for (uint32_t d = 1; d <= number; ++d) {
        if (number % d == 0) {
            if (*count < capacity) { found[*count] = d; }
            ++*count;
        }
    }
}
EXPORT int32_t squares(int32_t *values, int32_t capacity) {
    int32_t n = capacity / 2;
    for (int32_t i = 0; i < n; ++i) { values[i] = i * i; }
    return n;
}
EXPORT void read_samples(float *samples, uint16_t *count) {
    uint16_t n = *count < 5 ? *count : 5;
    for (int i = 0; i < n; ++i) { samples[i] = 0.5f * (float)i; }
    *count = n;
}
EXPORT void lying_length(uint8_t *values, uint32_t *count) { values[0] = 1; *count += 1; }
EXPORT const int32_t *table(void) { static const int32_t values[] = {2, 3, 5, 7}; return values; }
EXPORT const int32_t *no_table(void) { return NULL; }
EXPORT void matrix_multiply(double *out, const double *a, const int32_t *rows, const int32_t *inner, const double *b, const int32_t *columns) {
    for (int32_t r = 0; r < *rows; ++r) {
        for (int32_t c = 0; c < *columns; ++c) {
            double sum = 0;
            for (int32_t i = 0; i < *inner; ++i) { sum += a[r * *inner + i] * b[i * *columns + c]; }
            out[r * *columns + c] = sum;
        }
    }
}

// Text.
EXPORT void upper(const char *text, char *buffer, int32_t capacity) {
    int32_t i = 0;
    for (; text[i] && i < capacity - 1; ++i) { buffer[i] = (char)(text[i] >= 'a' && text[i] <= 'z' ? text[i] - 32 : text[i]); }
    buffer[i] = 0;
}
EXPORT int32_t length_of_text(const char *text, int16_t n) { return text == NULL || strlen(text) == (size_t)n ? n : -1; }
EXPORT int32_t length_of_wide_text(const wchar_t *text, const uint32_t *n) { return wcslen(text) == *n ? (int32_t)*n : -1; }
EXPORT int32_t wide_length(const wchar_t *text) { return text == NULL ? -1 : (int32_t)wcslen(text); }
EXPORT void wide_reverse(const wchar_t *text, wchar_t *buffer, uint32_t *size) {
    size_t n = wcslen(text);
    for (size_t i = 0; i < n && i + 1 < *size; ++i) { buffer[i] = text[n - 1 - i]; }
    *size = (uint32_t)n;
}
EXPORT const wchar_t *wide_name(void) { return L"gr\u00fc\u00df"; }
EXPORT uint8_t byte_at(const char *text, int32_t index) { return (uint8_t)text[index]; }
EXPORT int32_t utf16_unit_at(const uint16_t *text, int32_t index) { return text == NULL ? -1 : text[index]; }
EXPORT void utf16_reverse(const uint16_t *text, int32_t n, uint16_t *reversed) {
    for (int32_t i = 0; i < n; i++) { reversed[i] = text[n - 1 - i]; }
    reversed[n] = 0;
}
static const uint16_t utf16_crab[] = {'c', 0xe9, 0xd83e, 0xdd80, 0}, half_a_character[] = {0xd83e, 0};
EXPORT const uint16_t *utf16_name(int32_t kind) { return kind == 0 ? NULL : kind == 1 ? utf16_crab : half_a_character; }
EXPORT int32_t utf16_ask(void (*ask)(const uint16_t *line, uint16_t *answer, int32_t capacity)) {
    uint16_t answer[8];
    ask(utf16_crab, answer, 8);
    int32_t n = 0;
    while (answer[n] != 0) { n++; }
    return n * 0x10000 + answer[0];
}
typedef struct { const uint16_t *title; uint16_t name[6]; } named_label;
EXPORT int32_t label_units(const named_label *it) { return it->title[1] * 0x10000 + it->name[1]; }
EXPORT void some_label(named_label *it) {
    it->title = utf16_crab;
    memcpy(it->name, utf16_crab, sizeof utf16_crab);
}
EXPORT int32_t utf16_count(const uint16_t *const *words) {
    int32_t sum = 0;
    for (; *words != NULL; words++) { sum = 100 * sum + **words; }
    return sum;
}
EXPORT const char *latin_name(void) { return "caf\xe9"; }
EXPORT int32_t fill(char *buffer, int32_t capacity) { memset(buffer, 'x', (size_t)capacity); return capacity; }
static int32_t held;
EXPORT char *make_text(int32_t n) {
    char *text = malloc((size_t)n + 1);
    memset(text, 'm', (size_t)n);
    text[n] = 0;
    ++held;
    return text;
}
EXPORT double *make_ramp(int32_t n) {
    double *values = malloc(sizeof(double) * (size_t)n);
    for (int32_t i = 0; i < n; ++i) { values[i] = i; }
    ++held;
    return values;
}
EXPORT void give_back(void *pointer) { free(pointer); --held; }
EXPORT int32_t still_held(void) { return held; }

// Structs.
typedef struct { double x, y; } Point;
typedef struct { Point corners[2]; uint8_t layer; } Box;
typedef struct { int32_t n; Point *points; } Polygon;
typedef struct { int16_t id; const char *name; const Point *place; double weight; } Thing;
typedef struct { uint8_t small; uint64_t large; } Loose;
#pragma pack(push, 1)
typedef struct { uint8_t kind; uint32_t size; uint16_t flags; } Packed;
#pragma pack(pop)

EXPORT Point midpoint(Point a, Point b) { Point m = {(a.x + b.x) / 2, (a.y + b.y) / 2}; return m; }
EXPORT double area(const Box *box) {
    return (box->corners[1].x - box->corners[0].x) * (box->corners[1].y - box->corners[0].y) * box->layer;
}
EXPORT void grow(Box *box, double by) { box->corners[1].x += by; box->corners[1].y += by; ++box->layer; }
EXPORT void unit_box(Box *box) { Box unit = {{{0, 0}, {1, 1}}, 1}; *box = unit; }
EXPORT double path_length(const Point *points, int32_t n) {
    double sum = 0;
    for (int32_t i = 1; i < n; ++i) {
        double dx = points[i].x - points[i - 1].x, dy = points[i].y - points[i - 1].y;
        sum += dx < 0 ? -dx : dx;
        sum += dy < 0 ? -dy : dy;
    }
    return sum;
}
EXPORT void flip_all(Point *points, int32_t n) {
    for (int32_t i = 0; i < n; ++i) { double x = points[i].x; points[i].x = points[i].y; points[i].y = x; }
}
EXPORT double polygon_sum(Polygon polygon) {
    double sum = 0;
    for (int32_t i = 0; i < polygon.n; ++i) { sum += polygon.points[i].x * polygon.points[i].y; }
    return sum;
}
EXPORT void some_polygon(Polygon *polygon) {
    static Point points[] = {{1, 2}, {3, 4}, {5, 6}};
    polygon->n = 3;
    polygon->points = points;
}
EXPORT double thing_sum(const Thing *thing) {
    double sum = thing->id + thing->weight + (thing->name ? (double)strlen(thing->name) : -1);
    return thing->place ? sum + thing->place->x : sum;
}
EXPORT void some_thing(Thing *thing) {
    static const Point place = {7, 8};
    Thing some = {5, "thing", &place, 0.25};
    *thing = some;
}
EXPORT uint64_t loose_sum(Loose loose) { return loose.small + loose.large; }
EXPORT Packed repack(const Packed *packed) {
    Packed result = {(uint8_t)(packed->kind + 1), packed->size + 1, (uint16_t)(packed->flags + 1)};
    return result;
}
EXPORT int32_t packed_size(void) { return (int32_t)sizeof(Packed); }
EXPORT int32_t loose_size(void) { return (int32_t)sizeof(Loose); }

// Arrays that must stay valid during callbacks.
EXPORT float negate_all(float *values, int32_t n) {
    float sum = 0;
    for (int32_t i = 0; i < n; i++) {
        sum += values[i];
        values[i] = -values[i];
    }
    return sum;
}
EXPORT double mapped_at_ends(const double *in, double *out, int32_t n, double (*f)(void *context, double), void *context) {
    double sum = 0;
    for (int32_t i = 0; i < n; i++) {
        out[i] = i == 0 || i == n - 1 ? f(context, in[i]) : in[i];
    }
    for (int32_t i = 0; i < n; i++) {
        sum += in[i];
    }
    return sum;
}

// Enums and bit sets.
EXPORT int32_t next_color(int32_t color) { return color == 1 ? 2 : color == 2 ? 5 : 77; }
EXPORT uint32_t toggle(uint32_t flags, uint32_t mask) { return flags ^ mask; }

// Status codes and error messages.
EXPORT int32_t checked(int32_t code, int32_t *out) { *out = 5; return code; }
EXPORT bool fails_with_errno(int32_t code) { errno = code; return code == 0; }
EXPORT int32_t fails_with_last_error(int32_t code) {
#ifdef _WIN32
    SetLastError((DWORD)code);
#else
    errno = code;
#endif
    return code == 0;
}

// Global variables.
EXPORT int32_t level = 3;
EXPORT const char *label = "label";
EXPORT double *unused_pointer;

// Out parameters in other calling conventions.
EXPORT int32_t STDCALL stdcall_out(int32_t a, int32_t *out) { *out = a * 2; return a; }
EXPORT char *STDCALL stdcall_text(void) { return make_text(3); }
EXPORT void STDCALL stdcall_free(void *pointer) { give_back(pointer); }

// Callbacks and opaque pointers, without shared state, and harmless for all arguments.
typedef int32_t (*Watcher)(int32_t count, void *context);
typedef struct {
    int32_t count;
    Watcher watcher;
    void *context;
} Counter;
typedef struct {
    Counter *counter;
    int32_t by, result;
} Counting;

EXPORT int32_t add_up(const int32_t *values, int32_t n, int32_t (*f)(void *context, int32_t sum, int32_t value), void *context) {
    int32_t sum = 0;
    for (int32_t i = 0; i < n; ++i) { sum = f(context, sum, values[i]); }
    return sum;
}
EXPORT void each_word(void (*visit)(const char *word, const double *numbers, uint32_t count)) {
    static const double numbers[] = {0.5, -2};
    visit("gr\xc3\xbc\xc3\x9f", numbers, 2);
    visit("", NULL, 0);
}
EXPORT int32_t fill_in(void (*fill)(char *buffer, uint32_t *size)) {
    char buffer[32] = "";
    uint32_t size = sizeof buffer;
    fill(buffer, &size);
    return (int32_t)size * 100 + buffer[0];
}

EXPORT Counter *open_counter(int32_t start) {
    Counter *counter = calloc(1, sizeof *counter);
    if (counter) { counter->count = start; }
    return counter;
}
EXPORT int32_t close_counter(Counter *counter) {
    free(counter);
    return 0;
}
EXPORT void watch_counter(Counter *counter, Watcher watcher, void *context) {
    counter->watcher = watcher;
    counter->context = context;
}
EXPORT int32_t count_by(Counter *counter, int32_t by) {
    counter->count = (int32_t)((uint32_t)counter->count + (uint32_t)by);
    return counter->watcher ? counter->watcher(counter->count, counter->context) : -1;
}
#ifdef _WIN32
static DWORD WINAPI count_in_thread(void *argument) {
    Counting *counting = argument;
    counting->result = count_by(counting->counter, counting->by);
    return 0;
}
// The same on a thread of the library.
EXPORT int32_t count_apart(Counter *counter, int32_t by) {
    Counting counting = {counter, by, -2};
    HANDLE thread = CreateThread(NULL, 0, count_in_thread, &counting, 0, NULL);
    if (!thread) { return -3; }
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    return counting.result;
}
#else
static void *count_in_thread(void *argument) {
    Counting *counting = argument;
    counting->result = count_by(counting->counter, counting->by);
    return NULL;
}
// The same on a thread of the library.
EXPORT int32_t count_apart(Counter *counter, int32_t by) {
    Counting counting = {counter, by, -2};
    pthread_t thread;
    if (pthread_create(&thread, NULL, count_in_thread, &counting)) { return -3; }
    pthread_join(thread, NULL);
    return counting.result;
}
#endif
