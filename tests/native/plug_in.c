// A plug-in, which needs a function of the library that loads it.

#include <stdint.h>

#include "export.h"

#ifdef _WIN32
__declspec(dllimport)
#endif
int32_t twice_by_host(int32_t value);

EXPORT int32_t answer(int32_t value) { return twice_by_host(value) + 1; }
