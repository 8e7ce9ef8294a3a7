/* Passes C functions to the callbacks library, and prints what they get and what comes back; see vocabulary.c. */

#include <stdio.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
static void pause_a_little(void) { Sleep(10); }
#else
#include <unistd.h>
static void pause_a_little(void) { usleep(10000); }
#endif

#include "callbacks.h"

static int32_t square(int32_t x) { return x * x; }
static int32_t minus(int32_t a, int64_t b) { return a - (int32_t)b; }
static int32_t minus32(int32_t a, int32_t b) { return a - b; }
static double show(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f, int64_t g, uint64_t h, float i, double j, bool k) {
    printf("extremes %d %u %d %u %d %u %lld %llu %g %g %d", a, b, c, d, e, f, (long long)g, (unsigned long long)h, i, j, k);
    return 2.5;
}
static int64_t large_number(void) { return -9000000000000000000LL; }
static int calls;
static void count(void) { ++calls; }
static int32_t other(int32_t level) { return 3 - level; }
static void word(const char *text, const wchar_t *wide, const char *none) {
    printf("word %s, %d wide, %s\n", text, (int)wcslen(wide), none ? none : "null");
}
static const char *answer(int32_t length) {
    static char text[16];
    memset(text, 'a', (size_t)length);
    return text;
}
static void chunk(const double *data, uint32_t length) { printf("chunk %u %g\n", length, length ? data[length - 1] : -1); }
static void reversed(int16_t *values, const uint8_t *n) {
    int i;
    for (i = 0; i < *n / 2; ++i) {
        int16_t value = values[i];
        values[i] = values[*n - 1 - i];
        values[*n - 1 - i] = value;
    }
}
static Spot move(Spot p, const Spot *by, Spot *last) {
    last->y = 100;
    p.x = (int16_t)(p.x + by->x);
    p.y += by->y;
    return p;
}
static bool answers(int32_t *value, double *more) {
    if (more) { *more = 1; }
    *value = 42;
    return true;
}
static void triple(int32_t *value) { *value *= 3; }
static int32_t add(void *context, int32_t sum, int32_t value) {
    ++*(int *)context;
    return sum + value;
}
static void opened(void *depth) { ++*(int *)depth; }
static void closed(void *depth) { *(int *)depth += 100; }
static int32_t nested(int32_t x) { return x == 0 ? 1 : x * apply(x - 1, nested); }
static int32_t row(int32_t n, const char *const *values, const char *const *names) {
    int32_t i;
    for (i = 0; i < n; ++i) { printf("%s=%s ", names[i], values[i] ? values[i] : "null"); }
    return n;
}
static void event(int32_t n, void *context) { *(int *)context += n; }

int main(void) {
    int32_t values[4] = {1, 2, 3, 4}, value = 5;
    int n = 0, depth = 0, events = 0;
    Spot by = {3, 0.5}, moved;

    printf("apply %d, times %d\n", apply(7, square), apply_times(5, square));
    printf("stdcall %d, fastcall %d\n", apply_stdcall(10, 4, minus), apply_fastcall(10, 3, minus32));
    printf("maybe %d %d\n", maybe(square), maybe(NULL));
    printf(", returned %g\n", extremes(show));
    printf("large %lld\n", (long long)large(large_number));
    nothing(count);
    printf("nothing %d, pick %d\n", calls, pick(1, other));
    words(word);
    printf("length_of_answer %d\n", length_of_answer(answer));
    chunks(0, chunk);
    chunks(1000, chunk);
    printf("reverse_in_place %d\n", reverse_in_place(reversed));
    moved = move_point(by, move);
    printf("move_point %d %g\n", moved.x, moved.y);
    printf("ask %d\n", ask(answers));
    adjust(&value, triple);
    printf("adjust %d\n", value);
    printf("fold %d", fold(values, 4, add, &n));
    printf(" in %d\n", n);
    parse("(()())", opened, closed, &depth);
    printf("parse %d\n", depth);
    printf("nested %d\n", apply(5, nested));
    printf("rows %d\n", rows(row, 3));
    on_event(event, &events);
    fire(20);
    fire(1);
    printf("fire %d\n", events);
    fire_and_wait(4);
    printf("fire_and_wait %d\n", events);
    fire_in_background(5);
    while (*(volatile int *)&events < 37) { pause_a_little(); }
    printf("fire_in_background %d\n", events);
    return 0;
}
