/* The interface of the meters of Example Ltd. */

#ifndef METER_H
#define METER_H

#ifdef _WIN32
#define METER_API __declspec(dllexport)
#define METER_CALL __stdcall
#else
#define METER_API
#define METER_CALL
#endif

typedef struct meter *MeterHandle;

typedef enum { METER_OK = 0, METER_NO_DEVICE = -1 } MeterStatus;

/** Opens a meter. An empty name is not one's. */
METER_API MeterStatus METER_CALL meter_open(const char *name, MeterHandle *handle);

/** Reads up to `count` values. */
METER_API MeterStatus METER_CALL meter_read(MeterHandle handle, double *values, int count, int *read);

METER_API MeterStatus METER_CALL meter_close(MeterHandle handle);

METER_API int METER_CALL meter_add(int a, int b);

#define METER_MODE_SLOW 0
#define METER_MODE_FAST 1

/** Returns the mode before. There are more modes than those with names. */
METER_API int METER_CALL meter_exchange(int mode);

/** Returns the sum of the bytes up to the first zero, and how many these are. */
METER_API int METER_CALL meter_parse(const unsigned char *data, int *data_length);

/** Is in a newer version only. */
METER_API int METER_CALL meter_reset(MeterHandle handle);

#endif
