/* A library whose functions do next to nothing. */

#include <string.h>

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

EXPORT int add(int a, int b) {
    return a + b;
}

EXPORT int add_up(int count, int (*next)(void *context, int index), void *context) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
        sum += next(context, i);
    }
    return sum;
}

EXPORT int text_length(const char *text) {
    return (int)strlen(text);
}

EXPORT void scalar_multiply(double factor, const double *in, double *out, int count) {
    for (int i = 0; i < count; i++) {
        out[i] = factor * in[i];
    }
}

EXPORT void scale(double factor, double *values, int count) {
    for (int i = 0; i < count; i++) {
        values[i] *= factor;
    }
}

EXPORT void copy_bytes(const unsigned char *in, unsigned char *out, int count) {
    memcpy(out, in, (size_t)count);
}

EXPORT void touch_bytes(unsigned char *bytes, int count) {
    bytes[count - 1]++;
}

EXPORT void touch_numbers(double *values, int count) {
    values[count - 1] += 1.0;
}
