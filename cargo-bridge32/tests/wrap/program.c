/* Calls a drop-in library by the header that came with it. */
#include <stdio.h>

#include "meter.h"

int main(void) {
    double values[8] = {0};
    unsigned char data[5] = {1, 2, 3, 0, 4};
    int i, count = 0, length = 5;
    void *meter = NULL;
    int refused = (int)meter_open("", (void *)&meter);
    int opened = (int)meter_open("first", (void *)&meter);
    int status = (int)meter_read(meter, values, 8, &count);
    printf("%d bits: %d + %d = %d\n", (int)(8 * sizeof(void *)), 1, 2, meter_add(1, 2));
    printf("%d %d %d:", refused, opened, status);
    for (i = 0; i < count; i++)
        printf(" %.1f", values[i]);
    printf("\nclosed %d\n", (int)meter_close(meter));
    i = meter_parse(data, &length);
    printf("sum %d of %d\n", i, length);
    i = meter_exchange(77);
    printf("modes %d %d\n", i, meter_exchange(0));
    return 0;
}
