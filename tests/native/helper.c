// A library that another one loads by its name.

#include <stdint.h>

#include "export.h"

#ifndef ANSWER
#define ANSWER 7
#endif

EXPORT int32_t from_the_helper(void) { return ANSWER; }
