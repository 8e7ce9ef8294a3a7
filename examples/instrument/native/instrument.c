/* A data logger without hardware: it measures sines. */
#include "instrument.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CHANNELS 8

struct INSTR_OBJECT {
    INSTR_DEVICE device;
    double rate;
    double gains[MAX_CHANNELS];
    uint32_t outputs;
    INSTR_CALLBACK callback;
    void *user;
    double *samples; /* the samples that were measured and not read */
    int32_t count;
    int32_t measured; /* blocks since it was configured */
    char *notes;
};

static const INSTR_DEVICE DEVICES[] = {
    {"DL-1001", "Data logger, 2 channels", 2, 1000.0},
    {"DL-1002", "Data logger, 2 channels", 2, 1000.0},
    {"DL-8001", "Data logger, 8 channels", 8, 50000.0},
};

static char error_text[200] = "no error";

static int32_t fail(int32_t status, const char *format, const char *what) {
    snprintf(error_text, sizeof error_text, format, what);
    return status;
}

void INSTR_CALL InstrGetVersion(int32_t *major, int32_t *minor) {
    *major = 2;
    *minor = 4;
}

int32_t INSTR_CALL InstrListDevices(INSTR_DEVICE *devices, int32_t *count) {
    int32_t all = sizeof DEVICES / sizeof DEVICES[0];
    int32_t n = *count < all ? *count : all;
    if (n < 0) {
        return fail(INSTR_BAD_ARGUMENT, "%s is negative", "the count");
    }
    memcpy(devices, DEVICES, n * sizeof DEVICES[0]);
    *count = n;
    return INSTR_OK;
}

int32_t INSTR_CALL InstrOpen(const char *serial, INSTR_HANDLE *handle) {
    size_t i;
    *handle = NULL;
    for (i = 0; i < sizeof DEVICES / sizeof DEVICES[0]; i++) {
        if (strcmp(DEVICES[i].serial, serial) == 0) {
            struct INSTR_OBJECT *object = calloc(1, sizeof *object);
            int channel;
            object->device = DEVICES[i];
            object->rate = DEVICES[i].max_rate;
            for (channel = 0; channel < MAX_CHANNELS; channel++) {
                object->gains[channel] = 1.0;
            }
            *handle = object;
            return INSTR_OK;
        }
    }
    return fail(INSTR_NOT_FOUND, "no device has the serial number %s", serial);
}

int32_t INSTR_CALL InstrClose(INSTR_HANDLE handle) {
    free(handle->samples);
    free(handle->notes);
    free(handle);
    return INSTR_OK;
}

int32_t INSTR_CALL InstrConfigure(INSTR_HANDLE handle, const INSTR_CONFIG *config) {
    if (config->gain_count != handle->device.channels) {
        return fail(INSTR_BAD_ARGUMENT, "%s needs one gain for each channel", handle->device.serial);
    }
    if (!(config->rate > 0.0 && config->rate <= handle->device.max_rate)) {
        return fail(INSTR_BAD_ARGUMENT, "%s cannot measure at this rate", handle->device.serial);
    }
    handle->rate = config->rate;
    memcpy(handle->gains, config->gains, config->gain_count * sizeof(double));
    handle->measured = 0;
    return INSTR_OK;
}

int32_t INSTR_CALL InstrSetOutputs(INSTR_HANDLE handle, uint32_t outputs, uint32_t *before) {
    if (before != NULL) {
        *before = handle->outputs;
    }
    handle->outputs = outputs;
    return INSTR_OK;
}

int32_t INSTR_CALL InstrSetEventCallback(INSTR_HANDLE handle, INSTR_CALLBACK callback, void *user) {
    handle->callback = callback;
    handle->user = user;
    return INSTR_OK;
}

static void report(INSTR_HANDLE handle, INSTR_EVENT event, int32_t channel, double value) {
    if (handle->callback != NULL) {
        handle->callback(event, channel, value, handle->user);
    }
}

int32_t INSTR_CALL InstrAcquire(INSTR_HANDLE handle, int32_t blocks) {
    int32_t channels = handle->device.channels;
    int32_t block, channel;
    double *samples;
    if (blocks < 0 || blocks > 1000000) {
        return fail(INSTR_BAD_ARGUMENT, "%s is out of range", "the number of blocks");
    }
    samples = realloc(handle->samples, (handle->count + (size_t)blocks * channels) * sizeof(double));
    if (samples == NULL && blocks > 0) {
        return fail(INSTR_BAD_ARGUMENT, "%s", "out of memory");
    }
    handle->samples = samples;
    report(handle, INSTR_STARTED, -1, handle->rate);
    for (block = 0; block < blocks; block++) {
        for (channel = 0; channel < channels; channel++) {
            double value = handle->gains[channel] * sin(6.283185307179586 * (handle->measured / handle->rate + channel / 4.0));
            if (fabs(value) > 9.5) {
                report(handle, INSTR_OVERLOAD, channel, value);
            }
            handle->samples[handle->count++] = value;
        }
        handle->measured++;
    }
    report(handle, INSTR_FINISHED, -1, blocks);
    return INSTR_OK;
}

int32_t INSTR_CALL InstrReadSamples(INSTR_HANDLE handle, double *samples, int32_t *count) {
    int32_t n = *count < handle->count ? *count : handle->count;
    *count = 0;
    if (handle->count == 0) {
        return fail(INSTR_NO_DATA, "%s has measured nothing", handle->device.serial);
    }
    memcpy(samples, handle->samples, n * sizeof(double));
    memmove(handle->samples, handle->samples + n, (handle->count - n) * sizeof(double));
    handle->count -= n;
    *count = n;
    return INSTR_OK;
}

int32_t INSTR_CALL InstrGetNotes(INSTR_HANDLE handle, char *notes, int32_t size, int32_t *needed) {
    const char *text = handle->notes != NULL ? handle->notes : "";
    *needed = (int32_t)strlen(text) + 1;
    if (size < *needed) {
        return fail(INSTR_BUFFER_TOO_SMALL, "%s do not fit into the buffer", "the notes");
    }
    memcpy(notes, text, *needed);
    return INSTR_OK;
}

int32_t INSTR_CALL InstrSetNotes(INSTR_HANDLE handle, const char *notes) {
    char *copy = malloc(strlen(notes) + 1);
    if (copy == NULL) {
        return fail(INSTR_BAD_ARGUMENT, "%s", "out of memory");
    }
    strcpy(copy, notes);
    free(handle->notes);
    handle->notes = copy;
    return INSTR_OK;
}

const char *INSTR_CALL InstrGetErrorText(void) {
    return error_text;
}
