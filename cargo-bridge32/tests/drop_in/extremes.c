/* Passes extreme values, arrays and texts in every position; see vocabulary.c. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "extremes.h"

#define ECHO(name, type, least, most, format, as)                                                           \
    do {                                                                                                    \
        type by = most, both = least, out = 0, before = 0, values[3] = {least, most, 1}, reversed[4] = {0}; \
        type returned = echo_##name(most, &by, &both, &out, &before);                                       \
        printf(#name " " format, (as)returned);                                                             \
        printf(" " format, (as)both);                                                                       \
        printf(" " format, (as)out);                                                                        \
        printf(" " format, (as)before);                                                                     \
        printf(", reversed %d", reverse_##name(values, reversed, 3));                                       \
        printf(" " format, (as)reversed[0]);                                                                \
        printf(" " format, (as)reversed[2]);                                                                \
        printf(" " format "\n", (as)reversed[3]);                                                           \
    } while (0)

static void show(const char *text) { printf("text of %d bytes ends with %s\n", (int)strlen(text), text + strlen(text) - 3); }

int main(void) {
    static const uint32_t lengths[3] = {0, 1, 100000};
    uint8_t *data = malloc(100001);
    char *text = malloc(100001);
    wchar_t *wide = malloc(100001 * sizeof(wchar_t));
    Two pairs[3] = {{1, 100}, {-2, -200000}, {3, 5}};
    uint8_t *ramp_of;
    uint32_t size;
    int i;

    ECHO(i8, int8_t, -128, 127, "%d", int);
    ECHO(u8, uint8_t, 0, 255, "%d", int);
    ECHO(i16, int16_t, -32768, 32767, "%d", int);
    ECHO(u16, uint16_t, 0, 65535, "%d", int);
    ECHO(i32, int32_t, INT32_MIN, INT32_MAX, "%d", int);
    ECHO(u32, uint32_t, 0, UINT32_MAX, "%u", unsigned);
    ECHO(i64, int64_t, INT64_MIN, INT64_MAX, "%lld", long long);
    ECHO(u64, uint64_t, 0, UINT64_MAX, "%llu", unsigned long long);
    ECHO(f32, float, -3e38f, 3e38f, "%g", double);
    ECHO(f64, double, -1e308, 5e-324, "%g", double);
    ECHO(bool, bool, false, true, "%d", int);
    ECHO(bool32, int32_t, 0, 1, "%d", int);

    {
        int64_t by = 2, both = 3, out, before;
        bool flag = true, flags = false, flag_out, flag_before;
        printf("again %lld", (long long)echo_i64(1, &by, &both, &out, &before));
        printf(" %lld, %d", (long long)both, echo_bool(true, &flag, &flags, &flag_out, &flag_before));
        printf(" %d\n", flags);
    }
    for (i = 0; i < 3; ++i) {
        uint32_t n = lengths[i], k;
        for (k = 0; k < n; ++k) { data[k] = (uint8_t)(k * 13); }
        printf("checksum of %u %llu", n, (unsigned long long)checksum(data, n));
        invert(data, n);
        printf(", inverted %llu", (unsigned long long)checksum(data, n));
        data[n] = 200;
        ramp(data, n);
        printf(", ramp %llu %d", (unsigned long long)checksum(data, n), data[n]);
        data[0] = 200;
        printf(", partly %u %d", partly(data, n, n / 2), data[n]);
        size = n + 1;
        sized(data, &size, n);
        printf(", sized %u %llu", size, (unsigned long long)checksum(data, n));
        ramp_of = (uint8_t *)new_ramp(n);
        printf(", new_ramp %llu\n", (unsigned long long)checksum(ramp_of, n));
        release(ramp_of);
        memset(text, 'z', n), text[n] = 0;
        for (k = 0; k < n; ++k) { wide[k] = 0xfc; }
        wide[n] = 0;
        printf("text_length %u, wide %u, bytes %d", text_length(text), wide_text_length(wide), bytes_of(text));
        fill_text(text, n + 1, n);
        printf(", fill_text %u %c", (unsigned)strlen(text), n ? text[n - 1] : '-');
        wide[0] = 0;
        fill_wide(wide, n + 1, n);
        printf(", fill_wide %u", (unsigned)wcslen(wide));
        {
            char *made = (char *)new_text(n);
            printf(", new_text %u\n", (unsigned)strlen(made));
            release(made);
        }
    }
    printf("sum_pairs %lld", (long long)sum_pairs(pairs, 3));
    count_pairs(pairs, 3);
    printf(", count_pairs %d %d\n", pairs[2].a, pairs[2].b);
    printf("bytes_of %d, none %d\n", bytes_of("\xff\xfe"), bytes_of(NULL));
    pass_text("gr\xc3\xbc\xc3\x9f dich", show);
    printf("minus %d %d %d %d %d\n", minus_cdecl(9, 2), minus_stdcall(8, 2), minus_fastcall(7, 2), minus_thiscall(6, 2), minus_system(5, 2));
    printf("mixed_fastcall %lld", (long long)mixed_fastcall(-1, 5000000000LL, 2.5, 4));
    printf(", mixed_stdcall %g\n", mixed_stdcall(-1, -5000000000LL, 0.5, true));
    return 0;
}
