/* The driver of a voltmeter, which exists for 32 bits only. */

#include <errno.h>
#include <stdlib.h>

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#define CHANNELS 4
#define VALUES 5

struct meter {
    int channel;
};

EXPORT int meter_open(int channel, struct meter **meter) {
    if (channel < 0 || channel >= CHANNELS) {
        errno = EINVAL;
        return -1;
    }
    *meter = malloc(sizeof **meter);
    if (*meter == NULL) {
        return -1;
    }
    (*meter)->channel = channel;
    return 0;
}

static double measure(const struct meter *meter, int number) {
    return meter->channel + number * 0.25;
}

EXPORT int meter_read(struct meter *meter, double *values, int capacity) {
    int count = capacity < VALUES ? capacity : VALUES;
    for (int i = 0; i < count; ++i) {
        values[i] = measure(meter, i);
    }
    return count;
}

EXPORT int meter_watch(struct meter *meter, int (*on_value)(double value, void *user), void *user) {
    int count = 0;
    while (on_value(measure(meter, count++), user) != 0) {
    }
    return count;
}

EXPORT const char *meter_unit(struct meter *meter) {
    return meter->channel == 0 ? "V" : "mV";
}

EXPORT void meter_close(struct meter *meter) {
    free(meter);
}

/* Shows the width of the process. */
EXPORT int pointer_bits(void) {
    return 8 * sizeof(void *);
}
