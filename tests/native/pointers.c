// Pointers in all directions: such that may be null, and such that the library makes.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"

typedef struct { int32_t x, y; } spot;

// Pointers that may be null.
EXPORT int32_t shifted(const int32_t *value, int32_t *count, const spot *by) {
    if (count != NULL) { ++*count; }
    return (value == NULL ? -1 : *value) + (by == NULL ? 0 : by->x * by->y);
}
EXPORT int32_t total(const int16_t *values, const spot *spots, int32_t n) {
    int32_t total = 0;
    if (values == NULL && spots == NULL) { return n == 0 ? -1 : -2; }
    for (int32_t i = 0; i < n; ++i) {
        if (values != NULL) { total += values[i]; }
        if (spots != NULL) { total += 100 * spots[i].x; }
    }
    return total;
}
EXPORT int32_t negate_all(int32_t *values, spot *spots, uint32_t n) {
    for (uint32_t i = 0; i < n; ++i) {
        if (values != NULL) { values[i] = -values[i]; }
        if (spots != NULL) { spots[i].y = -spots[i].y; }
    }
    return (values == NULL) + 2 * (spots == NULL);
}
typedef int32_t (*visit_function)(const int32_t *value, spot *change, const uint8_t *data, double *scale, int32_t n);
EXPORT int32_t visit(visit_function visit, int32_t with) {
    int32_t value = 5;
    spot change = {1, 2};
    uint8_t data[] = {7, 8, 9};
    double scale[] = {0.5, 1.5, 2.5};
    if (!with) { return visit(NULL, NULL, NULL, NULL, 0); }
    int32_t result = visit(&value, &change, data, scale, 3);
    return result * 1000 + change.x * 100 + (int32_t)(scale[0] + scale[2]);
}

// Arguments that are always the same, and sizes in bytes.
EXPORT int32_t configure(int16_t version, const char *vendor, int32_t level, void *reserved, int32_t checksum) {
    if (version != 3 || strcmp(vendor, "acme") != 0 || reserved != NULL) { return -1; }
    return level + checksum;
}
EXPORT double mean_of_bytes(const double *values, uint32_t bytes) {
    double sum = 0;
    for (uint32_t i = 0; i < bytes / sizeof *values; ++i) { sum += values[i]; }
    return sum / (double)(bytes / sizeof *values);
}
// 234 is Windows' ERROR_MORE_DATA; the size is then what is needed.
EXPORT int32_t query(int16_t *values, uint32_t *bytes, int32_t count) {
    uint32_t needed = (uint32_t)count * sizeof *values, room = *bytes;
    *bytes = needed;
    if (room < needed) { return 234; }
    for (int32_t i = 0; i < count; ++i) { values[i] = (int16_t)(i * i); }
    return 0;
}
EXPORT int32_t wide_bytes(const void *text, uint16_t bytes, const spot *spots, uint16_t *spot_bytes) {
    return text == NULL || spots == NULL ? -1 : bytes * 1000 + *spot_bytes;
}
typedef void (*sample_function)(const int32_t *samples, uint32_t bytes, int16_t *scaled, uint32_t *scaled_bytes);
EXPORT int32_t sample(sample_function take, int32_t n) {
    int32_t samples[8] = {10, 20, 30, 40, 50, 60, 70, 80};
    int16_t scaled[8] = {0};
    uint32_t bytes = sizeof scaled;
    take(samples, (uint32_t)n * sizeof *samples, scaled, &bytes);
    return (int32_t)bytes * 1000 + scaled[0] + scaled[1];
}

// Pointers that the library makes and gets back.
static int32_t held;
EXPORT int32_t blocks_held(void) { return held; }
static void *make(size_t bytes) {
    ++held;
    return calloc(bytes, 1);
}
EXPORT void give_back(void *block) {
    if (block != NULL) { --held; }
    free(block);
}
static char *copied(const char *text) { return strcpy(make(strlen(text) + 1), text); }

EXPORT int32_t dump(int32_t n, char **text, int32_t *length, double **values, spot **corner) {
    static char letters[] = "abcdefghijklmnopqrstuvwxyz";
    if (text != NULL) {
        *text = make((size_t)n + 1);
        memcpy(*text, letters, (size_t)n);
    }
    *length = n;
    *values = n > 20 ? NULL : make((size_t)n * sizeof **values);
    for (int32_t i = 0; *values != NULL && i < n; ++i) { (*values)[i] = i / 2.0; }
    *corner = NULL;
    if (n > 2) {
        *corner = make(sizeof **corner);
        (*corner)->x = n;
        (*corner)->y = -n;
    }
    return n > 10 ? -7 : 0;
}
static spot spots[] = {{1, 2}, {3, 4}, {5, 6}};
EXPORT const spot *nearest(int32_t x) { return x < 0 || x > 2 ? NULL : &spots[x]; }
EXPORT spot *new_spot(int32_t x) {
    spot *made = make(sizeof *made);
    made->x = x;
    made->y = 2 * x;
    return made;
}

// Lists that end with a null element.
static spot *listed[] = {&spots[2], &spots[0], NULL, &spots[1]};
EXPORT int32_t list(spot ***all) {
    *all = listed;
    return 0;
}
EXPORT const char **words(int32_t n) {
    static const char *all[] = {"one", "two", "three", NULL};
    return n < 0 ? NULL : all + n;
}
EXPORT const uint16_t *codes(void) {
    static const uint16_t all[] = {7, 300, 9, 0, 8};
    return all;
}
EXPORT int32_t count_words(const char **words, int32_t n) {
    int32_t total = 0;
    for (int32_t i = 0; i < n; ++i) { total = 100 * total + (int32_t)strlen(words[i]); }
    return words[n] == NULL ? total : -1;
}
#ifdef _WIN32
typedef uint16_t wide;
#else
typedef uint32_t wide;
#endif
EXPORT int32_t count_wide_words(const wide **words) {
    int32_t total = 0;
    for (; *words != NULL; ++words) { total = 1000 * total + (*words)[0]; }
    return total;
}

// One text after the other, with an empty one at the end.
EXPORT const char *drives(void) { return "A:\\\0C:\\\0"; }
EXPORT int32_t get_drives(int32_t capacity, wide *buffer) {
    static const wide all[] = {'A', ':', 0, 0xfc, 0, 0};
    int32_t needed = sizeof all / sizeof *all;
    if (capacity < needed) { return needed; }
    memcpy(buffer, all, sizeof all);
    return needed - 1;
}
EXPORT int32_t new_drives(char **all, int32_t *count) {
    *all = make(8);
    memcpy(*all, "x\0yz\0\0", 6);
    *count = 2;
    return 0;
}
EXPORT int32_t multi_length(const char *all, int32_t n) {
    int32_t texts = 0;
    const char *place = all;
    for (; *place != 0; place += strlen(place) + 1) { ++texts; }
    return place + 1 - all == n || (texts == 0 && n == 2) ? texts : -1;
}

// Tables of functions.
typedef struct { int32_t (*add)(int32_t, int32_t); int32_t (*twice)(int32_t); int32_t (*missing)(int32_t); } table;
static int32_t add_entry(int32_t a, int32_t b) { return a + b; }
static int32_t twice_entry(int32_t a) { return 2 * a; }
EXPORT const table *get_table(void) {
    static const table it = {add_entry, twice_entry, NULL};
    return &it;
}
typedef struct meter { const struct meter_table *functions; int32_t value; int32_t references; } meter;
struct meter_table {
    int32_t (STDCALL *query)(meter *, int32_t, double *);
    void (STDCALL *set)(meter *, int32_t, const char *);
    int32_t (STDCALL *release)(meter *);
    int32_t (STDCALL *hold)(meter *);
};
static int32_t STDCALL query_meter(meter *this, int32_t channel, double *value) {
    *value = this->value * channel / 2.0;
    return channel < 0 ? -1 : 0;
}
static void STDCALL set_meter(meter *this, int32_t value, const char *unit) { this->value = value + (int32_t)strlen(unit); }
static int32_t STDCALL query_negative(meter *this, int32_t channel, double *value) {
    *value = -this->value * channel;
    return 0;
}
static int32_t STDCALL release_meter(meter *this) {
    int32_t left = --this->references;
    if (left == 0) { give_back(this); }
    return left;
}
static int32_t STDCALL hold_meter(meter *this) { return ++this->references; }
static const struct meter_table positive = {query_meter, set_meter, release_meter, hold_meter};
static const struct meter_table negative = {query_negative, set_meter, release_meter, hold_meter};
static const struct meter_table broken = {NULL, set_meter, release_meter, hold_meter};
EXPORT meter *make_meter(int32_t kind) {
    meter *made = make(sizeof *made);
    made->functions = kind == 0 ? &positive : kind == 1 ? &negative : &broken;
    made->value = 10;
    made->references = 1;
    return made;
}

// Fails if it has freed the meter.
EXPORT int32_t release_with_count(meter *it, int32_t *left) {
    *left = it->functions->release(it);
    return *left == 0 ? -1 : 0;
}
EXPORT void *entry_of(meter *it) { return (void *)it->functions->query; }

// The library's own words about a failure.
static char last_words[64];
EXPORT int32_t fail(int32_t code, char *here) {
    if (here != NULL) { strcpy(here, "written by the call"); }
    strcpy(last_words, code == 13 ? "bad luck" : "no such thing");
    return code;
}
EXPORT const char *last_words_of(int32_t code) { return code == 99 ? NULL : last_words; }

// Functions of the program's: in a struct, in a table, and installed and uninstalled by the same pointer.
typedef struct { double (*function)(double x, void *params); void *params; } integrand_function;
EXPORT double integrate(const integrand_function *f, double from, double to, int32_t steps) {
    double sum = 0, width = (to - from) / steps;
    for (int32_t i = 0; i < steps; ++i) { sum += f->function(from + (i + 0.5) * width, f->params) * width; }
    return sum;
}
typedef int32_t (STDCALL *handler_function)(int32_t event, const char *text, void *user);
static struct { handler_function function; void *user; } handlers[4];
EXPORT int32_t install(uint32_t kind, handler_function function, void *user) {
    if (kind >= 4 || handlers[kind].function != NULL) { return -1; }
    handlers[kind].function = function;
    handlers[kind].user = user;
    return 0;
}
EXPORT int32_t uninstall(uint32_t kind, handler_function function, void *user) {
    if (kind >= 4 || handlers[kind].function != function || handlers[kind].user != user) { return -1; }
    handlers[kind].function = NULL;
    return 0;
}
EXPORT int32_t raise_event(uint32_t kind, int32_t event) {
    return handlers[kind].function == NULL ? -5 : handlers[kind].function(event, "it happened", handlers[kind].user);
}
typedef struct { int32_t (*add)(int32_t, int32_t); int32_t (*twice)(int32_t); int32_t (*missing)(int32_t); } hooks;
EXPORT int32_t use_hooks(const hooks *hooks, int32_t x) { return hooks->add(hooks->twice(x), hooks->missing == NULL ? 1 : hooks->missing(x)); }

// Arrays of a fixed length.
EXPORT float trace(const float m[3][3]) { return m[0][0] + m[1][1] + m[2][2]; }
EXPORT void rotate(int32_t values[4]) {
    int32_t first = values[0];
    memmove(values, values + 1, 3 * sizeof *values);
    values[3] = first;
}
EXPORT int32_t digest(const uint8_t *data, uint32_t n, uint8_t digest[40]) {
    for (uint32_t i = 0; i < n; ++i) { digest[i % 40] = (uint8_t)(digest[i % 40] * 3 + data[i]); }
    return n == 0 ? -1 : 0;
}
EXPORT int32_t corners(spot corners[2], const char *names[2], int32_t codes[2]) {
    corners[0] = spots[0];
    corners[1] = spots[2];
    names[0] = "near";
    names[1] = "far";
    codes[0] = codes[1] ? 8 : 0;
    codes[1] = 5;
    return 2;
}
EXPORT void *room(void) {
    static char room[64];
    return room;
}
EXPORT int32_t some_of(const int16_t values[3], uint8_t flags[2]) {
    if (flags != NULL) { flags[1] = !flags[0]; }
    return values == NULL ? -1 : values[0] + values[1] * values[2];
}
typedef int32_t (*row_function)(const double row[3], int32_t change[2], uint8_t made[40], const int8_t none[2]);
EXPORT int32_t each_row(row_function visit, int32_t with) {
    static const double rows[2][3] = {{1, 2, 3}, {4, 5, 6}};
    static const int8_t some[2] = {-1, -2};
    int32_t change[2] = {10, 20}, result = 0;
    uint8_t made[40] = {0};
    for (int row = 0; row < 2; ++row) { result += visit(with ? rows[row] : NULL, change, made, row ? some : NULL); }
    return result * 1000 + change[0] + change[1] + made[39];
}

// Texts and structs that may be null, by themselves and in arrays.
EXPORT int32_t count_arguments(const char *const *arguments, int32_t n) {
    int32_t count = 0;
    for (int32_t i = 0; i < n; ++i) { count = 100 * count + (arguments[i] == NULL ? 99 : (int32_t)strlen(arguments[i])); }
    return count;
}
static const char *both_words[] = {"left", "right"};
EXPORT int32_t word_at(int32_t n, const char **word) {
    *word = n < 0 || n > 1 ? NULL : both_words[n];
    return *word == NULL ? -1 : (int32_t)strlen(*word);
}
EXPORT const char *const *two_words(void) { return both_words; }
EXPORT int32_t skip_word(const char **text) {
    if (*text == NULL) {
        *text = "nothing";
        return -1;
    }
    const char *space = strchr(*text, ' ');
    *text = space == NULL ? NULL : space + 1;
    return space == NULL;
}
EXPORT int32_t place_at(int32_t n, const spot **place) {
    *place = n < 0 || n > 2 ? NULL : &spots[n];
    return n;
}
EXPORT int32_t sum_places(const spot *const *places, int32_t n) {
    int32_t sum = 0;
    for (int32_t i = 0; i < n; ++i) { sum = 10 * sum + (places[i] == NULL ? 9 : places[i]->x + places[i]->y); }
    return sum;
}
EXPORT int32_t distance(const spot *place) { return place == NULL ? -1 : place->x * place->x + place->y * place->y; }
typedef const spot *(*exchange_function)(const spot *place);
EXPORT int32_t exchange(exchange_function exchange, int32_t n) {
    const spot *place = exchange(n < 0 ? NULL : &spots[n]);
    return place == NULL ? -1 : 100 * place->x + place->y;
}
EXPORT size_t *get_sizes(void) {
    static size_t sizes[3] = {1, 4294967295u, 3};
    return sizes;
}

// Memory of the library's.
static int16_t numbers[6] = {10, 20, 30, 40, 50, 60};
static const spot constants[2] = {{7, 8}, {9, 10}};
EXPORT int16_t *get_numbers(void) { return numbers; }
EXPORT const spot *get_constants(void) { return constants; }
EXPORT int32_t sum_of_numbers(void) {
    int32_t sum = 0;
    for (int i = 0; i < 6; ++i) { sum += numbers[i]; }
    return sum;
}
typedef void (*look_function)(int16_t *numbers, int32_t n);
EXPORT void look(look_function look) { look(numbers, 6); }

// What closures have returned, also those that failed.
static int32_t answers[4];
EXPORT int32_t collect(int32_t (*f)(int32_t)) {
    for (int32_t i = 0; i < 4; ++i) { answers[i] = f(i); }
    return 0;
}
EXPORT int32_t collect_words(const char *(*f)(int32_t)) {
    for (int32_t i = 0; i < 4; ++i) { answers[i] = f(i)[0]; }
    return 0;
}
EXPORT int32_t answer(int32_t i) { return answers[i]; }
static int32_t (*judge)(int32_t);
EXPORT void keep_judge(int32_t (*f)(int32_t)) { judge = f; }
EXPORT int32_t ask_judge(void) { return collect(judge); }
