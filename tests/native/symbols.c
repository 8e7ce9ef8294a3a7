// Functions, variables, and variables that hold functions.

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "export.h"

static int32_t freed_by[2];
static void free_first(void *values) { free(values); ++freed_by[0]; }
static void free_second(void *values) { free(values); ++freed_by[1]; }

// As libxml2's `xmlFree`.
EXPORT void (*freer)(void *) = free_first;
// No function pointer: on Linux its size says so.
EXPORT int64_t no_freer[2] = {-1, -1};

EXPORT int32_t *new_values(void) {
    int32_t *values = malloc(3 * sizeof *values);
    for (int i = 0; i < 3; ++i) { values[i] = 10 + i; }
    return values;
}
EXPORT void set_freer(int32_t which) {
    freer = which == 0 ? NULL : which == 1 ? free_first : which == 2 ? free_second : (void (*)(void *))no_freer;
}
EXPORT int32_t freed(int32_t by) { return freed_by[by]; }
