/* A 64-bit program that is linked with the library. */

#include <errno.h>
#include <stdio.h>

#include "meter.h"

static int add(double value, void *user) {
    double *sum = user;
    *sum += value;
    return value < 2.5;
}

int main(void) {
    void *meter;
    double values[8], sum = 0;
    char reason[512];
    int count, i;

    printf("this program has %d bits, the library %d\n", (int)sizeof(void *) * 8, (int)pointer_bits());
    if (meter_open(9, &meter) != 0) {
        printf("channel 9: errno is %s\n", errno == EINVAL ? "EINVAL" : "something else");
    }
    if (meter_open(1, &meter) != 0) {
        bridge32_last_error(reason, sizeof reason);
        fprintf(stderr, "%s\n", reason);
        return 1;
    }
    count = meter_read(meter, values, 8);
    for (i = 0; i < count; ++i) {
        printf("%.2f %s\n", values[i], meter_unit(meter));
    }
    count = meter_watch(meter, add, &sum);
    printf("the sum of %d values is %.2f\n", count, sum);
    meter_close(meter);
    return 0;
}
