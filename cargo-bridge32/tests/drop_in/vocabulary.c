/* Calls the vocabulary library and prints what a C program sees. It prints the same with a 64-bit build of the library and with the
   drop-in library, against which it is linked alike. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifdef _WIN32
/* The Windows headers declare another `Polygon`. */
#define NOGDI
#include <windows.h>
#endif

#include "vocabulary.h"

static int last_error(void) {
#ifdef _WIN32
    return (int)GetLastError();
#else
    return errno;
#endif
}

int main(void) {
    int32_t quotient = 7, remainder = 8, count = -1, whole = 0, value = 9;
    int64_t number = -5000000000LL, by = 7;
    double fraction = 0, in[3] = {1.5, -2, 3}, out[4] = {0, 0, 0, 42};
    int16_t shorts[3] = {1, -2, 300};
    bool flags[4] = {true, false, true, true};
    uint32_t found[4] = {0, 0, 0, 99};
    float samples[6] = {9, 9, 9, 9, 9, 9};
    uint16_t sample_count = 6;
    char text[32], full[4];
    wchar_t wide[8] = L"#######";
    uint32_t size = 8;
    int32_t squares_of[4] = {-1, -1, -1, -1};
    Point p = {1, 2}, q = {5, -4}, points[3] = {{0, 1}, {2, 3}, {4, 5}}, middle;
    Rectangle box = {{{0, 0}, {2, 3}}, 4};
    Polygon polygon = {3, points};
    Thing thing = {3, "name", &q, 0.5};
    Loose loose = {250, 1};
    Packed packed = {1, 70000, 3}, repacked;
    static const char16_t title[] = {'t', 0xe9, 0};
    Label label = {title, {'n', 'a', 'm', 'e', 0, 0}};
    const wchar_t *name;
    const char *made;
    const double *ramp;
    int i;

    /* Every number but 0 is true. */
    printf("negate %d %d\n", negate(0) != 0, negate(3) != 0);
    printf("next_address %p\n", next_address((void *)41));
    i = divide(17, 5, &quotient, &remainder);
    printf("divide %d %d %d\n", i, quotient, remainder);
    quotient = 7, remainder = 8;
    i = divide(17, 0, &quotient, &remainder);
    printf("divide by zero %d %d %d\n", i, quotient, remainder);
    advance(&number, &by);
    printf("advance %lld\n", (long long)number);
    split(-2.75, &whole, &fraction);
    printf("split %d %g\n", whole, fraction);
    scalar_multiply(2, in, 3, out);
    printf("scalar_multiply %g %g %g %g\n", out[0], out[1], out[2], out[3]);
    double_all(shorts, 3);
    printf("double_all %d %d %d\n", shorts[0], shorts[1], shorts[2]);
    printf("invert_all %u %d%d%d%d\n", invert_all(4, flags), flags[0], flags[1], flags[2], flags[3]);
    divisors(36, found, 3, &count);
    printf("divisors %u %u %u %u of %d\n", found[0], found[1], found[2], found[3], count);
    printf("squares %d:", squares(squares_of, 4));
    printf(" %d %d\n", squares_of[0], squares_of[1]);
    read_samples(samples, &sample_count);
    printf("read_samples %d %g %g %g\n", sample_count, samples[0], samples[4], samples[5]);
    printf("table %d %d, no_table %s\n", table()[0], table()[3], no_table() == NULL ? "null" : "there");

    upper("gr\xc3\xbc\xc3\x9f", text, sizeof text);
    printf("upper %s\n", text);
    memset(text, '#', sizeof text);
    upper("longer than that", text, 5);
    printf("upper, cut %s\n", text);
    printf("length_of_text %d %d\n", length_of_text("four", 4), length_of_text(NULL, 0));
    printf("wide_length %d %d\n", wide_length(L"gr\xfc\xdf"), wide_length(NULL));
    wide_reverse(L"abc", wide, &size);
    printf("wide_reverse %lc%lc%lc %u\n", (wint_t)wide[0], (wint_t)wide[1], (wint_t)wide[2], size);
    name = wide_name();
    printf("wide_name %d %d %d\n", (int)name[2], (int)name[3], (int)name[4]);
    printf("byte_at %d %d\n", byte_at("caf\xc3\xa9", 2), (unsigned char)latin_name()[3]);
    printf("utf16_unit_at %d %d", utf16_unit_at(utf16_name(1), 1), utf16_unit_at(NULL, 0));
    printf(", utf16_name %d %d\n", utf16_name(1)[2], utf16_name(0) == NULL);
    printf("label_units %d\n", label_units(&label));
    printf("fill %d %.4s\n", fill(full, 4), full);
    made = make_text(5);
    printf("make_text %s", made);
    give_back((void *)made);
    ramp = make_ramp(4);
    printf(", make_ramp %g %g", ramp[1], ramp[3]);
    give_back((void *)ramp);
    printf(", held %d\n", still_held());

    middle = midpoint(p, q);
    printf("midpoint %g %g\n", middle.x, middle.y);
    printf("area %g", area(&box));
    grow(&box, 0.5);
    printf(", grown %g %g %d", box.corners[1].x, box.corners[1].y, box.layer);
    unit_box(&box);
    printf(", unit %g %g %d\n", box.corners[0].x, box.corners[1].y, box.layer);
    printf("path_length %g", path_length(points, 3));
    flip_all(points, 3);
    printf(", flipped %g %g\n", points[2].x, points[2].y);
    printf("polygon_sum %g", polygon_sum(polygon));
    some_polygon(&polygon);
    printf(", some_polygon %d %g\n", polygon.n, polygon.points[2].y);
    printf("thing_sum %g", thing_sum(&thing));
    thing.name = NULL, thing.place = NULL;
    printf(" %g", thing_sum(&thing));
    some_thing(&thing);
    printf(", some_thing %d %s %g %g\n", thing.id, thing.name, thing.place->y, thing.weight);
    printf("loose_sum %llu\n", (unsigned long long)loose_sum(loose));
    repacked = repack(&packed);
    printf("repack %d %u %d of %d bytes\n", repacked.kind, repacked.size, repacked.flags, packed_size());
    printf("next_color %d, toggle %u\n", next_color(1), toggle(0xf0f0, 0xffff));

    i = checked(-3, &value);
    printf("checked %d %d", i, value);
    i = checked(3, &value);
    printf(" %d %d\n", i, value);
#ifndef _WIN32
    /* On Windows every module may have a C runtime, and so an errno, of its own. */
    errno = 0;
    i = fails_with_errno(ENOENT);
    printf("fails_with_errno %d %d\n", i, errno == ENOENT);
#endif
    i = fails_with_last_error(5);
    printf("fails_with_last_error %d %d\n", i, last_error());
    printf("stdcall_out %d", stdcall_out(4, &value));
    made = stdcall_text();
    printf(" %d, stdcall_text %s", value, made);
    stdcall_free((void *)made);
    printf(", held %d\n", still_held());
    return 0;
}
