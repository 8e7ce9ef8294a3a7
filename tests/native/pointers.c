// Pointers in all directions: such that may be null, and such that the library makes.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"

typedef struct { int32_t x, y; } spot;

// Pointers that may be null.
EXPORT int32_t shifted(const int32_t *value, int32_t *count, const spot *by) {
    if (count != NULL) { ++*count; }
    return (value == NULL ? -1 : *value) + (by == NULL ? 0 : by->x * by->y);
}
EXPORT int32_t total(const int16_t *values, const spot *spots, int32_t n) {
    int32_t total = 0;
    if (values == NULL && spots == NULL) { return n == 0 ? -1 : -2; }
    for (int32_t i = 0; i < n; ++i) {
        if (values != NULL) { total += values[i]; }
        if (spots != NULL) { total += 100 * spots[i].x; }
    }
    return total;
}
EXPORT int32_t negate_all(int32_t *values, spot *spots, uint32_t n) {
    for (uint32_t i = 0; i < n; ++i) {
        if (values != NULL) { values[i] = -values[i]; }
        if (spots != NULL) { spots[i].y = -spots[i].y; }
    }
    return (values == NULL) + 2 * (spots == NULL);
}
typedef int32_t (*visit_function)(const int32_t *value, spot *change, const uint8_t *data, double *scale, int32_t n);
EXPORT int32_t visit(visit_function visit, int32_t with) {
    int32_t value = 5;
    spot change = {1, 2};
    uint8_t data[] = {7, 8, 9};
    double scale[] = {0.5, 1.5, 2.5};
    if (!with) { return visit(NULL, NULL, NULL, NULL, 0); }
    int32_t result = visit(&value, &change, data, scale, 3);
    return result * 1000 + change.x * 100 + (int32_t)(scale[0] + scale[2]);
}
