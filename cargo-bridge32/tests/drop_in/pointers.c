/* Passes pointers of all kinds, null ones included, to the pointers library; see vocabulary.c. */

#include <stdio.h>
#include <string.h>

#include "pointers.h"

static int32_t look_at(const int32_t *value, Place *change, const uint8_t *data, double *scale, int32_t n) {
    if (!value) { return change || data || scale ? -100 : n - 7; }
    change->x = 9;
    scale[0] *= 2;
    return *value + data[n - 1];
}
static int32_t row(const double row[3], int32_t change[2], uint8_t made[40], const int8_t none[2]) {
    change[0] += (int32_t)row[2];
    made[39] = 3;
    return (int32_t)row[0] + (none ? none[1] : 50);
}
static const Place *next_place(const Place *place) {
    static Place made;
    if (!place) { return NULL; }
    made.x = place->x + 1, made.y = place->y + 1;
    return &made;
}
static int32_t cube(int32_t x) { return x * x * x; }
static const char *letter(int32_t i) {
    static const char *const letters[] = {"a", "b", "c", "d"};
    return letters[i];
}

int main(void) {
    int32_t one = 1, count = 5, numbers[4] = {1, -2, 3, 4}, codes_of[2] = {3, 1}, length = -1, found = 0;
    int16_t shorts[3] = {2, 3, 4}, squares[10];
    bool flags[2] = {true, true};
    uint8_t made[40] = {1}, data[3] = {1, 2, 3};
    uint16_t bytes = 16;
    uint32_t room = sizeof squares;
    double halves[3] = {1, 2, 6}, *values = NULL;
    float matrix[3][3] = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
    Place by = {3, 4}, places[2] = {{1, 2}, {5, -6}}, ends[2];
    const Place *boxed[3], *place;
    const void **all;
    const char *texts[4] = {"one", "three", NULL, "x"}, *names[2], *text, *const *list_of_texts;
    const wchar_t *wide[3] = {L"ab", L"z", NULL};
    const uint16_t *units;
    char *block = NULL;
    const void *corner = NULL;
    wchar_t drives_of[8] = L"#######";
    void *device, *other;
    int i;

    printf("shifted %d", shifted(&one, &count, &by));
    printf(" %d", shifted(NULL, NULL, NULL));
    printf(" %d, counted %d\n", shifted(&one, NULL, NULL), count);
    printf("total %d %d %d %d\n", total(shorts, places, 2), total(NULL, places, 2), total(shorts, NULL, 3), total(NULL, NULL, 0));
    printf("total of none %d\n", total(NULL, NULL, 5));
    i = negate_all(numbers, places, 2);
    printf("negate_all %d %d %d %d %d", i, numbers[0], numbers[2], places[0].y, places[1].y);
    i = negate_all(NULL, NULL, 4);
    printf(", of none %d\n", i);
    printf("visit %d %d\n", visit(look_at, true), visit(look_at, false));
    printf("configure %d\n", configure(3, "acme", 5, NULL, 305));
    printf("mean_of_bytes %g\n", mean_of_bytes(halves, sizeof halves));
    memset(squares, -1, sizeof squares);
    i = query(squares, &room, 4);
    printf("query %d %u %d %d", i, room, squares[3], squares[4]);
    room = 4;
    i = query(squares, &room, 4);
    printf(", too small %d %u\n", i, room);
    printf("wide_bytes %d\n", wide_bytes(L"ab", (uint16_t)(3 * sizeof(wchar_t)), places, &bytes) / 1000 == (int)(3 * sizeof(wchar_t)));

    i = dump(4, &block, &length, &values, (void *)&corner);
    printf("dump %d %d %.4s %g %d %d", i, length, block, values[3], ((const Place *)corner)->x, ((const Place *)corner)->y);
    give_back(block), give_back(values), give_back((void *)corner);
    printf(", held %d\n", blocks_held());
    values = halves, corner = &by;
    i = dump(30, NULL, &length, &values, (void *)&corner);
    printf("dump, failed %d %d %d %d\n", i, length, values == NULL, ((const Place *)corner)->x);
    give_back((void *)corner);
    block = NULL;
    i = dump(2, &block, &length, &values, (void *)&corner);
    printf("dump without a corner %d %d %d\n", i, values[1] == 0.5, corner == NULL);
    give_back(block), give_back(values);
    printf("held %d\n", blocks_held());

    place = nearest(1);
    printf("nearest %d %d", place->x, place->y);
    printf(", none %d\n", nearest(-1) == NULL);
    place = new_spot(8);
    printf("new_spot %d %d", place->x, place->y);
    give_back((void *)place);
    printf(", held %d\n", blocks_held());
    i = list((void *)&all);
    printf("list %d %d %d %d\n", i, ((const Place *)all[0])->x, ((const Place *)all[1])->x, all[2] == NULL);
    list_of_texts = (const char *const *)words(1);
    printf("words %s %s %d", list_of_texts[0], list_of_texts[1], list_of_texts[2] == NULL);
    printf(", none %d\n", words(-1) == NULL);
    units = codes();
    printf("codes %d %d %d %d\n", units[0], units[1], units[2], units[3]);
    printf("count_words %d\n", count_words((void *)texts, 2));
    printf("count_wide_words %d\n", count_wide_words((void *)wide));
    text = drives();
    printf("drives %s %s %d\n", text, text + 4, text[8]);
    i = get_drives(8, drives_of, 6);
    printf("get_drives %d %d %d %d", i, drives_of[1], drives_of[3], drives_of[5]);
    drives_of[0] = '#';
    i = get_drives(2, drives_of, 6);
    printf(", too small %d %d\n", i, drives_of[0]);
    i = new_drives(&block, &count);
    printf("new_drives %d %d %s %s", i, count, block, block + 2);
    give_back(block);
    printf(", held %d\n", blocks_held());
    printf("multi_length %d %d\n", multi_length("a\0bc\0", 6), multi_length("\0", 2));

    device = make_meter(0), other = make_meter(1);
    printf("make_meter %d\n", device != NULL && other != NULL && device != other);
    i = release_with_count(device, &found);
    printf("release_with_count %d %d", i, found);
    release_with_count(other, &found);
    printf(", held %d\n", blocks_held());
    printf("collect %d", collect(cube));
    printf(" %d %d", answer(2), answer(3));
    printf(", collect_words %d", collect_words(letter));
    printf(" %d\n", answer(3));
    keep_judge(cube);
    i = ask_judge();
    printf("ask_judge %d %d\n", i, answer(3));
    printf("fail %d", fail(13, NULL));
    printf(" %s", last_words_of(13));
    printf(", %d", fail(0, NULL));
    printf(" %s", last_words_of(0));
    printf(", none %d\n", last_words_of(99) == NULL);

    printf("trace %g\n", trace((void *)matrix));
    rotate(numbers);
    printf("rotate %d %d %d %d\n", numbers[0], numbers[1], numbers[2], numbers[3]);
    memset(made, 0, sizeof made);
    i = digest(data, 3, made);
    printf("digest %d %d %d %d %d", i, made[0], made[1], made[2], made[39]);
    made[5] = 77;
    i = digest(data, 0, made);
    printf(", failed %d %d %d\n", i, made[0], made[5]);
    i = corners(ends, (void *)names, codes_of);
    printf("corners %d %d %d %s %s %d %d\n", i, ends[0].x, ends[1].y, names[0], names[1], codes_of[0], codes_of[1]);
    printf("some_of %d", some_of(shorts, flags));
    printf(" %d%d", flags[0], flags[1]);
    printf(" %d\n", some_of(NULL, NULL));
    printf("each_row %d\n", each_row(row, true));
    printf("count_arguments %d\n", count_arguments((void *)texts, 4));
    text = "before";
    i = word_at(1, (void *)&text);
    printf("word_at %d %s", i, text);
    i = word_at(5, (void *)&text);
    printf(", none %d %d\n", i, text == NULL);
    list_of_texts = (const char *const *)two_words();
    printf("two_words %s %s\n", list_of_texts[0], list_of_texts[1]);
    text = "a word";
    i = skip_word((void *)&text);
    printf("skip_word %d %s", i, text);
    i = skip_word((void *)&text);
    printf(" %d %d", i, text == NULL);
    i = skip_word((void *)&text);
    printf(" %d %s\n", i, text);
    i = place_at(2, (void *)&place);
    printf("place_at %d %d", i, place->x);
    i = place_at(7, (void *)&place);
    printf(", none %d %d\n", i, place == NULL);
    boxed[0] = &places[0], boxed[1] = NULL, boxed[2] = &by;
    printf("sum_places %d\n", sum_places((void *)boxed, 3));
    printf("distance %d %d\n", distance(&by), distance(NULL));
    printf("exchange %d %d\n", exchange((void *)next_place, 1), exchange((void *)next_place, -1));
    printf("sum_of_numbers %d, addresses %d %d\n", sum_of_numbers(), get_numbers() != NULL, get_sizes() != NULL);
    return 0;
}
