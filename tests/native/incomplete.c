// A library that lacks functions of the interface; `ECHO_I32` is similar to a missing one.

#include <stdint.h>

#include "export.h"

EXPORT int32_t ECHO_I32(int32_t value) { return value; }
EXPORT int32_t echo_i64(int32_t value) { return value; }

// The vocabulary's function without the one that frees its result.
EXPORT double *make_ramp(int32_t n) {
    (void)n;
    return 0;
}
