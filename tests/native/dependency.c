// The dependency of `dependent`, in a folder that the system does not search.

#include <stdint.h>

#include "export.h"

EXPORT int32_t from_the_dependency(void) { return 42; }
