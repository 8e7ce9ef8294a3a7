// What `dependent` needs, in a folder where nobody looks by himself.

#include <stdint.h>

#include "export.h"

EXPORT int32_t from_the_dependency(void) { return 42; }
