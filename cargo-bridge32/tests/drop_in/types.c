/* Passes integers of the system's width, booleans, and handles that are integers; see vocabulary.c. */

#include <stdio.h>
#include <string.h>

#include "types.h"

static int32_t sum_bytes(size_t i, const uint8_t *data, size_t n) { return (int32_t)(100 * i + n + data[n - 1]); }

int main(void) {
    long rest = 7, longs[3] = {1, -2, 2000000000}, three = 3;
    uintptr_t by = 30;
    uint8_t data[4] = {1, 2, 3, 250};
    size_t sizes[5] = {9, 9, 9, 9, 9}, n = 5;
    float values[3] = {0.5f, 1, 1.5f};
    Block block = {1, 3, values, 40, 50}, doubled;
    int16_t as_passed = 0, unit = 5, truth;
    unsigned long session = 3;
    int i;

    printf("next_size %u\n", (unsigned)next_size(41));
    printf("negate_size %d\n", (int)negate_size(42));
    printf("half_long %ld", half_long(-85, &rest));
    printf(" rest %ld\n", rest);
    /* C's `long` has 32 bits in the library. */
    printf("ulong_max %d\n", (ulong_max() & 0xffffffffUL) == 0xffffffffUL);
    printf("add_words %d\n", (int)add_words(-50, &by));
    printf("count_bytes %u\n", (unsigned)count_bytes(data, 4));
    i = evens(sizes, &n);
    printf("evens %d %u: %u %u %u %u\n", i, (unsigned)n, (unsigned)sizes[0], (unsigned)sizes[1], (unsigned)sizes[2], (unsigned)sizes[3]);
    printf("sum_longs %ld\n", sum_longs(longs, &three));
    printf("each_size %d\n", each_size(sum_bytes));
    doubled = double_block(block);
    printf("double_block %d %u %g %g %ld %u\n", doubled.tag, (unsigned)doubled.length, doubled.values[0], doubled.values[2], doubled.id, (unsigned)doubled.word);
    truth = variant_not(0, &as_passed);
    printf("variant_not %d %d", truth != 0, as_passed);
    truth = variant_not(-1, &as_passed);
    printf(" %d %d\n", truth, as_passed);

    printf("open_unit %d", open_unit(1));
    printf(" %d %d %d\n", open_unit(1), open_unit(0), open_unit(-4));
    i = open_unit_into(&unit);
    printf("open_unit_into %d %d, number %d", i, unit, unit_number(unit));
    printf(", close %d %d\n", close_unit(unit), close_unit(-1));
    printf("open_session %d", open_session(&session));
    printf(", is it %d", session_number(session) == session);
    printf(", close %d", close_session(&session));
    session = 12;
    printf(" %d\n", close_session(&session));
    printf("open_word %d %d", open_word(1) != 0, open_word(0) != 0);
    printf(", close %d\n", close_word(12));
    printf("open_long %ld %ld, number %ld\n", open_long(5), open_long(-5), long_number(6));
    printf("key_value %x", key_value((void *)0x12345678));
    printf(", close %d %d\n", close_key((void *)1), close_key(NULL));
    return 0;
}
