/* Calls the fixture library; see vocabulary.c. */

#include <stdio.h>

#include "fixture.h"

#define SUM(name, type)                                         \
    do {                                                        \
        type values[3] = {1, 2, 39};                            \
        printf("sum_" #name " %g\n", sum_##name(values, 3));    \
    } while (0)

int main(void) {
    double x[3] = {1, 2, 3}, y[3] = {4, 5, 6};
    int16_t shorts[2] = {1, 2};
    int32_t three = 3;
    float by = 1.5f, value = 4;

    printf("echo %d %d %d %lld %u %u %u %llu %g %g %d\n", echo_i8(-1), echo_i16(-2), echo_i32(-3), (long long)echo_i64(-4), echo_u8(5),
           echo_u16(6), echo_u32(7), (unsigned long long)echo_u64(8), echo_f32(0.5f), echo_f64(1e300), echo_bool(true));
    printf("sum_of_all %g\n", sum_of_all(-1, 0.5, 2, -3, 4.5f, 5, true, 6));
    printf("renamed %d\n", renamed_in_rust(4));
    count();
    count();
    printf("counted %d\n", counted());
    printf("text_length %d, greeting %s, none %d\n", text_length("four"), greeting(), no_text() == NULL);
    keep_text("kept");
    printf("kept_text %s\n", kept_text());
    SUM(i8, int8_t);
    SUM(i16, int16_t);
    SUM(i32, int32_t);
    SUM(i64, int64_t);
    SUM(u8, uint8_t);
    SUM(u16, uint16_t);
    SUM(u32, uint32_t);
    SUM(u64, uint64_t);
    SUM(f32, float);
    SUM(f64, double);
    printf("count_small %u %u\n", count_small(2, shorts), count_small(2, NULL));
    printf("dot %g, scaled %g\n", dot(x, y, &three), scaled(&by, &value));
    printf("minus_stdcall %d, minus_fastcall %d\n", minus_stdcall(5, 3), minus_fastcall(9, 3, 1));
    printf("present %d\n", present());
    return 0;
}
