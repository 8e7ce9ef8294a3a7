// Every function records its arguments, so that a test can check what arrives in the library.

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <cwchar>
#include <stdexcept>
#include <string>

#include "export.h"

namespace {

std::string seen;

// Functions that start a record, or append to it.
void start_record(const char *name) { seen = name; }

void value(long long number) { seen += " " + std::to_string(number); }
void value(unsigned long long number) { seen += " " + std::to_string(number); }
void value(double number) {
    char text[64];
    std::snprintf(text, sizeof text, " %.17g", number);
    seen += text;
}

// The bytes as they are in memory.
void bytes(const void *data, size_t size) {
    char text[4];
    seen += " ";
    for (size_t i = 0; i < size; ++i) {
        std::snprintf(text, sizeof text, "%02x", static_cast<const unsigned char *>(data)[i]);
        seen += text;
    }
    if (data == nullptr) { seen += "null"; }
}

struct Mixed {
    int8_t small;
    double large;
    uint16_t pair[2];
};

void value(const Mixed &mixed) {
    value(static_cast<long long>(mixed.small));
    value(mixed.large);
    bytes(mixed.pair, sizeof mixed.pair);
}

}  // namespace

extern "C" {

EXPORT const char *seen_last(void) { return seen.c_str(); }

EXPORT void take_integers(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f, int64_t g, uint64_t h) {
    start_record("integers");
    for (long long n : {static_cast<long long>(a), static_cast<long long>(c), static_cast<long long>(e), static_cast<long long>(g)}) { value(n); }
    for (unsigned long long n : {static_cast<unsigned long long>(b), static_cast<unsigned long long>(d), static_cast<unsigned long long>(f), static_cast<unsigned long long>(h)}) { value(n); }
}
EXPORT void take_floats(float a, double b, bool c, int32_t d) {
    start_record("floats");
    value(static_cast<double>(a));
    value(b);
    value(static_cast<long long>(c));
    value(static_cast<long long>(d));
}
EXPORT void take_references(const int32_t *a, double *b) {
    start_record("references");
    value(static_cast<long long>(*a));
    value(*b);
    *b = -*b;
}
EXPORT void take_array(const uint16_t *values, int8_t n) {
    start_record("array");
    value(static_cast<long long>(n));
    bytes(values, 2 * static_cast<size_t>(n));
}
EXPORT void take_buffer(char *buffer, uint32_t *size) {
    start_record("buffer");
    value(static_cast<unsigned long long>(*size));
    bytes(buffer, *size);
    *size = 0;
}
EXPORT void take_text(const char *utf8, const wchar_t *wide, const char *latin1, const char *none) {
    start_record("text");
    bytes(utf8, std::strlen(utf8) + 1);
    value(static_cast<unsigned long long>(std::wcslen(wide)));
    value(static_cast<unsigned long long>(wide[0]));
    bytes(latin1, std::strlen(latin1) + 1);
    bytes(none, 0);
}
EXPORT void take_structs(Mixed by_value, const Mixed *by_pointer, const Mixed *several, int32_t n) {
    start_record("structs");
    value(by_value);
    value(*by_pointer);
    for (int32_t i = 0; i < n; ++i) { value(several[i]); }
}
EXPORT void take_callback(int32_t (*f)(int32_t), void *context) {
    start_record("callback");
    value(static_cast<long long>(f == nullptr));
    value(static_cast<long long>(context == nullptr));
    if (f != nullptr) { value(static_cast<long long>(f(20))); }
}

EXPORT void throw_out(void) { throw std::runtime_error("the paper tray is empty"); }

}  // extern "C"
