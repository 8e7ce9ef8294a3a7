/* Calls functions whose lengths come out of the call, or are those of other arguments; see vocabulary.c. */

#include <stdio.h>
#include <string.h>

#include "lengths.h"

static const char *word(int32_t i) {
    static const char *const words[] = {"a", "bc", "def"};
    return words[i % 3];
}
static int32_t of_code(int32_t code) { return code == 3; }

int main(void) {
    int32_t n = 0, step = 2, got = -5, values[6] = {7, 7, 7, 7, 7, 7}, runs = 0, indicator = 0, error = 1, status = 9;
    int16_t samples[20];
    uint8_t bytes[8], memory[4] = {9, 9, 9, 9};
    uint16_t units[8];
    const uint8_t *first;
    const int16_t *ramp_of;
    char copy[16], joined[32];
    float heights[6] = {3, 1, 2, 6, 5, 4};
    double matrix[4] = {1, 2, 3, 4}, square;
    Attribute attribute = {memory, 4}, attributes[2] = {{NULL, 3}, {memory, 4}};
    Label label;
    int i;

    first = first_bytes(&n);
    printf("first_bytes %d: %d %d\n", n, first[0], first[4]);
    ramp_of = new_ramp(&n, &step);
    printf("new_ramp %d: %d %d", n, ramp_of[1], ramp_of[7]);
    free_ramp((void *)ramp_of);
    printf(", held %d\n", ramps());

    memset(samples, -1, sizeof samples);
    i = read_groups(samples, 20, 2, 3, &got);
    printf("read_groups %d %d: %d %d %d", i, got, samples[0], samples[5], samples[6]);
    i = read_groups(samples, 20, 2, -1, &got);
    printf(", failed %d %d: %d\n", i, got, samples[1]);
    memset(bytes, 99, sizeof bytes);
    i = get_data(bytes, 4, 3, &indicator);
    printf("get_data %d %d: %d %d %d", i, indicator, bytes[0], bytes[2], bytes[3]);
    i = get_data(bytes, 4, 6, &indicator);
    printf(", cut %d %d: %d %d", i, indicator, bytes[3], bytes[4]);
    i = get_data(bytes, 4, -1, &indicator);
    printf(", none %d %d: %d\n", i, indicator, bytes[0]);
    n = 4;
    up_to(values, &n, 2);
    printf("up_to %d: %d %d %d %d\n", n, values[0], values[2], values[3], values[4]);
    memset(units, 0, sizeof units);
    i = utf16(units, 6);
    printf("utf16 %d: %c%c%c %d\n", i, units[0], units[1], units[2], units[3]);
    memset(copy, '#', sizeof copy);
    i = copy_text("some text", copy, 9);
    printf("copy_text %d %s %c\n", i, copy, copy[10]);
    values[0] = values[1] = 4, values[2] = 5, values[3] = 6;
    {
        int32_t starts[4] = {-1, -1, -1, -1};
        split_runs(values, 4, &runs, starts);
        printf("split_runs %d: %d %d %d %d\n", runs, starts[0], starts[1], starts[2], starts[3]);
    }

    square = root(9, &error);
    printf("root %g %d", square, error);
    square = root(-1, &error);
    printf(", failed %g %d\n", square, error);
    sort_down(values, 4, &status);
    printf("sort_down %d: %d %d\n", status, values[0], values[3]);
    bubble(heights, 2, 3);
    printf("bubble %g %g %g\n", heights[0], heights[1], heights[5]);
    printf("trace %g\n", trace(matrix, 2));

    i = get_attribute(&attribute, 3);
    printf("get_attribute %d %d %u %d", i, memory[0], attribute.n, attribute.p == memory);
    attribute.n = 0;
    i = get_attribute(&attribute, 20);
    printf(", asked %d %u\n", i, attribute.n);
    get_attributes(attributes, 2, 2);
    printf("get_attributes %u %u %d\n", attributes[0].n, attributes[1].n, memory[0]);
    attribute.p = memory, attribute.n = 4, memory[2] = 33;
    skip_bytes(&attribute, 2, 2);
    printf("skip_bytes %u %d\n", attribute.n, attribute.p[0]);
    attribute.p = memory, attribute.n = 4;
    point_elsewhere(&attribute, 3);
    printf("point_elsewhere %u %d\n", attribute.n, attribute.p[2]);
    strcpy(copy, "changed");
    label.text = copy;
    fill_label(&label, 'x', 4);
    printf("fill_label %s\n", label.text);
    printf("next_result %d, with_result %d\n", next_result(0), with_result((void *)of_code));
    join_answers(word, 5, joined, sizeof joined);
    printf("join_answers %s", joined);
    join_answers(word, 5, joined, 4);
    printf(", cut %s\n", joined);
    keep_answer(word);
    join_kept_answers(3, joined, sizeof joined);
    printf("join_kept_answers %s\n", joined);
    return 0;
}
