// A library that has not all that the interface calls; `ECHO_I32` looks like what is missing.

#include <stdint.h>

#include "export.h"

EXPORT int32_t ECHO_I32(int32_t value) { return value; }
EXPORT int32_t echo_i64(int32_t value) { return value; }
