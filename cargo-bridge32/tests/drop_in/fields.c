/* Passes structs whose fields are more than numbers, and prints what comes back; see vocabulary.c. */

#include <stdio.h>
#include <string.h>

#include "fields.h"

static Number twice(Number number) {
    number.f *= 2;
    return number;
}

int main(void) {
    Card card = {L"title", "\xc4pfel", "plain", NULL};
    Badge badge = {3, "badge", L"wi", {"one", "two", "three"}};
    Matrices all;
    const char names_of[3][5] = {"a", "four", ""};
    NameList list = {3, names_of};
    float x[3] = {1, 2, 3}, y[3] = {4, 5, 6}, weights[3] = {1, 0, 2};
    Series series = {3, x, y, NULL};
    uint8_t pixels[6] = {0, 1, 2, 3, 4, 5};
    Image image = {pixels, 3, 2};
    Sized sized = {sizeof(Sized), 3, NULL, 2.5};
    Bits bits;
    Number number, numbers[2];
    Wide64 wide;
    Large20 large;
    Variant variant = {1, {1.5}, {7}};
    Packet packets[2] = {{1, "first", 1.5, {0}, L"title", {5, 3}}, {2, "2nd", -0.5, {0}, L"t", {1, 1}}};
    int32_t all_of[2] = {10, 20};
    Halves halves_of = {1, 0.5, 2, all_of, 9}, made;
    int i;

    printf("card_units %d", card_units(&card));
    card.maybe = L"abc";
    printf(" %d\n", card_units(&card));
    printf("latin_byte %d\n", latin_byte(&card, 0));
    card = some_card(1);
    printf("some_card %d %d %s %d", (int)card.title[1], (unsigned char)card.latin[0], card.plain, (int)card.maybe[0]);
    printf(", none %d\n", some_card(0).maybe == NULL);
    card.title = L"title", card.latin = "l", card.plain = "p", card.maybe = NULL;
    skip_title(&card, 2);
    printf("skip_title %d %s\n", (int)card.title[0], card.plain);

    printf("badge_units %d\n", badge_units(badge));
    turn_badge(&badge);
    printf("turn_badge %s %d %s %s\n", badge.name, (int)badge.wide[0], badge.lines[0], badge.lines[2]);
    fill_badge(&badge);
    printf("fill_badge %d %.7s %d %.6s %d\n", (unsigned char)badge.name[0], badge.name + 1, (int)badge.wide[3], badge.lines[2], badge.kind);
    memset(&all, 0, sizeof all);
    all.m[2][0] = 5, all.m[0][1] = 7, all.cube[1][2][1] = 100, all.rows[0][39] = 8;
    transpose_first(&all);
    printf("transpose_first %g %g %d %d %d\n", all.m[0][2], all.m[1][0], all.cube[0][0][0], all.cube[1][2][1], all.rows[1][39]);
    printf("name_list_units %d\n", name_list_units(&list));

    printf("series_sum %g", series_sum(&series));
    series.weights = weights;
    printf(" %g\n", series_sum(&series));
    i = invert_image(&image);
    printf("invert_image %d %d %d\n", i, pixels[0], pixels[5]);
    resize_image(&image, 2, 2);
    printf("resize_image %d %d %d\n", image.width, image.height, image.data[3]);
    own_image(&image);
    printf("own_image %d %d %d %d\n", image.width, image.height, image.data[0], image.data[5]);
    printf("sized_is_right %d\n", sized_is_right(&sized));
    shrink_sized(&sized);
    printf("shrink_sized %g\n", sized.value);

    bits = make_bits(5, 1000, 70000);
    printf("make_bits %u, middle_bits %u\n", bits.kind, middle_bits(&bits));
    number = number_of(1.5f);
    printf("number_of %g, number_bits %x", number.f, number_bits(number));
    negate_number(&number);
    printf(", negate_number %g\n", number.f);
    wide = wide_of(-7);
    printf("wide_of %lld", (long long)wide.i);
    wide.d = 2.25;
    printf(", wide_double %g\n", wide_double(&wide));
    large = large_of(3, 1.25);
    printf("large_of %g %d %d\n", large.d, large.bytes[8], large.bytes[19]);
    variant = next_variant(variant);
    printf("next_variant %d %g %d", variant.kind, variant.value.d, variant.small.bytes[3]);
    variant.kind = 2, variant.value.i = 41;
    variant = next_variant(variant);
    printf(" %d %lld\n", variant.kind, (long long)variant.value.i);
    numbers[0].f = 1, numbers[1].f = 2.5f;
    printf("number_sum %g, call_number %g\n", number_sum(numbers, 2), call_number(twice, 4));

    printf("packet_sum %g\n", packet_sum(packets, 2));
    next_packet(&packets[0]);
    printf("next_packet %d %s %g %u %d\n", packets[0].kind, packets[0].name, packets[0].value, packets[0].number.raw, packets[0].marks[1]);
    made = make_halves(&halves_of);
    printf("make_halves %d %g %d %d\n", made.kind, made.value, made.n, made.last);
    return 0;
}
