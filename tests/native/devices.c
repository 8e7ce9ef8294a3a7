// Objects behind opaque pointers, in a fixed array: an object that is opened after a close has the same address.

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "export.h"

typedef struct Device {
    char name[32];
    int is_open, is_locked, channels;
} Device;

typedef struct Channel {
    Device *device;
    int number;
} Channel;

typedef struct Pair {
    Device *first;
    int32_t weight;
    Device *second;
} Pair;

static Device devices[8];
static Channel channels[8];
static int32_t seen;
static char log_path[512];

static void log_action(const char *what, const char *name) {
    FILE *log = log_path[0] ? fopen(log_path, "a") : NULL;
    if (log) {
        fprintf(log, "%s %s\n", what, name);
        fclose(log);
    }
}

static Device *make(const char *name) {
    if (name[0] == '\0') { return NULL; }
    for (int i = 0; i < 8; ++i) {
        if (!devices[i].is_open) {
            devices[i] = (Device){.is_open = 1};
            strncpy(devices[i].name, name, sizeof devices[i].name - 1);
            log_action("open", name);
            return &devices[i];
        }
    }
    return NULL;
}

// The file to which every open and close is logged.
EXPORT void log_to(const char *path) { strncpy(log_path, path, sizeof log_path - 1); }

// The number of calls with a device that reached the library.
EXPORT int32_t calls_seen(void) { return seen; }

EXPORT Device *open_device(const char *name) { return make(name); }
EXPORT int32_t open_into(const char *name, Device **device) {
    *device = make(name);
    return *device ? 0 : 5;
}
EXPORT Device *find_device(const char *name) {
    for (int i = 0; i < 8; ++i) {
        if (devices[i].is_open && strcmp(devices[i].name, name) == 0) { return &devices[i]; }
    }
    return NULL;
}
EXPORT void open_several(Device **opened, int32_t n) {
    for (int i = 0; i < n; ++i) { opened[i] = make("several"); }
}

EXPORT const char *device_name(Device *device) {
    ++seen;
    return device ? device->name : NULL;
}
EXPORT int32_t name_lengths(Device **all, int32_t n) {
    int32_t sum = 0;
    ++seen;
    for (int i = 0; i < n; ++i) { sum += all[i] ? (int32_t)strlen(all[i]->name) : 100; }
    return sum;
}
EXPORT Pair swap_pair(Pair pair) {
    ++seen;
    return (Pair){.first = pair.second, .weight = pair.weight + 1, .second = pair.first};
}
EXPORT void lock_device(Device *device, int32_t locked) {
    ++seen;
    device->is_locked = locked;
}

// Returns 0, or 16 if the device is locked.
EXPORT int32_t close_device(Device *device) {
    ++seen;
    if (!device) { return 0; }
    if (device->is_locked) { return 16; }
    if (!device->is_open) { return 99; }
    device->is_open = 0;
    log_action("close", device->name);
    return 0;
}
// Like close_device, with another argument.
EXPORT int32_t close_any_device(Device *device, int32_t even_if_locked) {
    if (device && even_if_locked) { device->is_locked = 0; }
    return close_device(device);
}
// Like close_any_device, and writes a null pointer.
EXPORT int32_t free_device(Device **device, int32_t even_if_locked) {
    int32_t status = close_any_device(*device, even_if_locked);
    if (status == 0) { *device = NULL; }
    return status;
}
// Closes the device and opens another one, which has the same address.
EXPORT Device *reopen_device(Device *device, const char *name) {
    close_device(device);
    return make(name);
}

EXPORT Channel *open_channel(Device *device, int32_t number) {
    ++seen;
    for (int i = 0; i < 8; ++i) {
        if (!channels[i].device) {
            channels[i] = (Channel){.device = device, .number = number};
            ++device->channels;
            log_action("open channel of", device->name);
            return &channels[i];
        }
    }
    return NULL;
}
EXPORT int32_t channel_number(const Channel *channel) {
    ++seen;
    return channel->number;
}
EXPORT void close_channel(Channel *channel) {
    ++seen;
    log_action("close channel of", channel->device->name);
    --channel->device->channels;
    channel->device = NULL;
}

// An object that no function closes, and one that two functions can close.
EXPORT void *default_port(void) { return &devices[0]; }
EXPORT int32_t port_is_default(const void *port) { return port == &devices[0]; }
EXPORT void *open_file(void) { log_action("open", "file"); return channels; }
EXPORT void close_file(void *file) { (void)file; log_action("close", "file"); }
EXPORT void delete_file(void *file) { (void)file; log_action("delete", "file"); }
// An object whose close function writes a null pointer.
EXPORT void *open_stream(void) { log_action("open", "stream"); return &channels[7]; }
EXPORT void close_stream(void **stream) {
    log_action("close", *stream == &channels[7] ? "stream" : "not a stream");
    *stream = NULL;
}

// Memory that the client has allocated in the server.
EXPORT double sum_at(const double *values, int32_t n) {
    double sum = 0;
    for (int i = 0; i < n; ++i) { sum += values[i]; }
    return sum;
}
EXPORT void fill_at(uint8_t *bytes, int32_t n, uint8_t value) { memset(bytes, value, (size_t)n); }
typedef struct Sample {
    uint8_t channel;
    double time;
    int32_t state;
    Device *device;
} Sample;

EXPORT double advance_samples(Sample *samples, int32_t n) {
    double sum = 0;
    for (int i = 0; i < n; ++i) {
        sum += samples[i].time * samples[i].channel + (samples[i].device ? samples[i].device->channels : 0);
        samples[i].time += 1;
        samples[i].state = 2;
    }
    return sum;
}
EXPORT int32_t sample_size(void) { return sizeof(Sample); }
// A pointer that is kept between calls.
static double *kept;
EXPORT void keep_at(double *values) { kept = values; }
EXPORT void bump_kept(int32_t index) { kept[index] += 0.5; }
EXPORT void die(void) { *(volatile int *)8 = 1; }
