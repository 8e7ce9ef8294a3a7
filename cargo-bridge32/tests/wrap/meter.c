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
