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

// Arguments that are always the same, and sizes in bytes.
EXPORT int32_t configure(int16_t version, const char *vendor, int32_t level, void *reserved, int32_t checksum) {
    if (version != 3 || strcmp(vendor, "acme") != 0 || reserved != NULL) { return -1; }
    return level + checksum;
}
EXPORT double mean_of_bytes(const double *values, uint32_t bytes) {
    double sum = 0;
    for (uint32_t i = 0; i < bytes / sizeof *values; ++i) { sum += values[i]; }
    return sum / (double)(bytes / sizeof *values);
}
// 234 is Windows' ERROR_MORE_DATA; the size is then what is needed.
EXPORT int32_t query(int16_t *values, uint32_t *bytes, int32_t count) {
    uint32_t needed = (uint32_t)count * sizeof *values, room = *bytes;
    *bytes = needed;
    if (room < needed) { return 234; }
    for (int32_t i = 0; i < count; ++i) { values[i] = (int16_t)(i * i); }
    return 0;
}
EXPORT int32_t wide_bytes(const void *text, uint16_t bytes, const spot *spots, uint16_t *spot_bytes) {
    return text == NULL || spots == NULL ? -1 : bytes * 1000 + *spot_bytes;
}
typedef void (*sample_function)(const int32_t *samples, uint32_t bytes, int16_t *scaled, uint32_t *scaled_bytes);
EXPORT int32_t sample(sample_function take, int32_t n) {
    int32_t samples[8] = {10, 20, 30, 40, 50, 60, 70, 80};
    int16_t scaled[8] = {0};
    uint32_t bytes = sizeof scaled;
    take(samples, (uint32_t)n * sizeof *samples, scaled, &bytes);
    return (int32_t)bytes * 1000 + scaled[0] + scaled[1];
}
