// A library that needs another one.

#include <stdint.h>

#include "export.h"

#if defined(_WIN32)
__declspec(dllimport)
#endif
int32_t from_the_dependency(void);

EXPORT int32_t from_both(void) { return from_the_dependency() + 1; }
