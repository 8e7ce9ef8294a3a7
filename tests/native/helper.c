// A library that another one loads by its name.

#include <stdint.h>

#include "export.h"

EXPORT int32_t from_the_helper(void) { return 7; }
