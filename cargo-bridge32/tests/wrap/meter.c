#include <stdlib.h>

#include "meter.h"

/* A function of another library. */
int part_channels(void);

struct meter {
    int channels;
};

MeterStatus METER_CALL meter_open(const char *name, MeterHandle *handle) {
    if (!*name)
        return METER_NO_DEVICE;
    *handle = malloc(sizeof **handle);
    (*handle)->channels = part_channels();
    return METER_OK;
}

MeterStatus METER_CALL meter_read(MeterHandle handle, double *values, int count, int *read) {
    int i;
    for (i = 0; i < count && i < handle->channels; i++)
        values[i] = i + 0.5;
    *read = i;
    return METER_OK;
}

MeterStatus METER_CALL meter_close(MeterHandle handle) {
    free(handle);
    return METER_OK;
}

int METER_CALL meter_add(int a, int b) {
    return a + b;
}

int METER_CALL meter_exchange(int mode) {
    static int current = METER_MODE_FAST;
    int before = current;
    current = mode;
    return before;
}

int METER_CALL meter_parse(const unsigned char *data, int *data_length) {
    int i, sum = 0;
    for (i = 0; i < *data_length && data[i]; i++)
        sum += data[i];
    *data_length = i;
    return sum;
}
