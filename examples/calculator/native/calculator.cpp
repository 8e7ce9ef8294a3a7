// A library like those that come with an instrument.

#include <cstdint>
#include <cstring>
#include <string>

#ifdef _WIN32
#define EXPORT extern "C" __declspec(dllexport)
#else
#define EXPORT extern "C" __attribute__((visibility("default")))
#endif

EXPORT int32_t add(int32_t a, int32_t b) {
    return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}

EXPORT float subtract(float a, float b) {
    return a - b;
}

EXPORT double add_or_subtract(double a, double b, bool do_addition) {
    return do_addition ? a + b : a - b;
}

EXPORT double mean(const double *values, int32_t count) {
    double sum = 0;
    for (int32_t i = 0; i < count; ++i) {
        sum += values[i];
    }
    return count > 0 ? sum / count : 0;
}

// The text is valid until the next call.
EXPORT const char *reverse(const char *text) {
    static std::string reversed;
    reversed.assign(text);
    std::string(reversed.rbegin(), reversed.rend()).swap(reversed);
    return reversed.c_str();
}

// Shows the width of the process.
EXPORT uint8_t pointer_bits() {
    return 8 * sizeof(void *);
}
