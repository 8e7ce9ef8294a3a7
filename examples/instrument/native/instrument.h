/* instrument.h: the interface of a data logger, as vendors write it. */
#ifndef INSTRUMENT_H
#define INSTRUMENT_H

#include <stdint.h>

#ifdef _WIN32
#define INSTR_API __declspec(dllexport)
#define INSTR_CALL __stdcall
#else
#define INSTR_API __attribute__((visibility("default")))
#define INSTR_CALL
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Status codes. */
#define INSTR_OK                0
#define INSTR_NOT_FOUND        -1
#define INSTR_BAD_ARGUMENT     -2
#define INSTR_BUFFER_TOO_SMALL -3
#define INSTR_NO_DATA          -4

/* Outputs of InstrSetOutputs. */
#define INSTR_OUT_LED   0x01
#define INSTR_OUT_RELAY 0x02

typedef struct INSTR_OBJECT *INSTR_HANDLE;

typedef struct {
    char serial[16];
    char model[32];
    int32_t channels;
    double max_rate;    /* in Hz */
} INSTR_DEVICE;

typedef struct {
    double rate;        /* in Hz */
    int32_t gain_count; /* one gain for each channel */
    const double *gains;
} INSTR_CONFIG;

typedef enum { INSTR_STARTED = 1, INSTR_OVERLOAD = 2, INSTR_FINISHED = 3 } INSTR_EVENT;

/* Called from InstrAcquire, with the pointer that was given to InstrSetEventCallback. */
typedef void (INSTR_CALL *INSTR_CALLBACK)(INSTR_EVENT event, int32_t channel, double value, void *user);

INSTR_API void INSTR_CALL InstrGetVersion(int32_t *major, int32_t *minor);

/* Fills in at most *count devices, and sets *count to the number of devices filled in. */
INSTR_API int32_t INSTR_CALL InstrListDevices(INSTR_DEVICE *devices, int32_t *count);

INSTR_API int32_t INSTR_CALL InstrOpen(const char *serial, INSTR_HANDLE *handle);
INSTR_API int32_t INSTR_CALL InstrClose(INSTR_HANDLE handle);
INSTR_API int32_t INSTR_CALL InstrConfigure(INSTR_HANDLE handle, const INSTR_CONFIG *config);
INSTR_API int32_t INSTR_CALL InstrSetOutputs(INSTR_HANDLE handle, uint32_t outputs, uint32_t *before);
INSTR_API int32_t INSTR_CALL InstrSetEventCallback(INSTR_HANDLE handle, INSTR_CALLBACK callback, void *user);

/* Measures blocks of one sample per channel. */
INSTR_API int32_t INSTR_CALL InstrAcquire(INSTR_HANDLE handle, int32_t blocks);

/* Before: *count is the size of the buffer, in samples. After: the number of samples written. */
INSTR_API int32_t INSTR_CALL InstrReadSamples(INSTR_HANDLE handle, double *samples, int32_t *count);

/* Writes the notes and their NUL if they fit into size bytes; always sets *needed. notes may be NULL. */
INSTR_API int32_t INSTR_CALL InstrGetNotes(INSTR_HANDLE handle, char *notes, int32_t size, int32_t *needed);
INSTR_API int32_t INSTR_CALL InstrSetNotes(INSTR_HANDLE handle, const char *notes);

/* Describes what last went wrong; never NULL. */
INSTR_API const char *INSTR_CALL InstrGetErrorText(void);

#ifdef __cplusplus
}
#endif

#endif
