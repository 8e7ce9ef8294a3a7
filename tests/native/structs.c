// Structs as the compilers for 32-bit Windows return them: MSVC's way is spelled out, because the compiler of these tests is GCC.

#include <stdint.h>
#include <string.h>

#include "export.h"

#if defined(__i386__)
#define THISCALL __attribute__((thiscall))
#else
#define THISCALL
#endif

struct single { float value; };
struct real { double value; };
struct nested { struct real inner; };
struct pair { float x, y; };
struct large { double values[3]; };

// The types that functions built with MSVC return instead: integers of the same bytes.
#if defined(__i386__) && defined(_WIN32) && defined(__GNUC__)
typedef uint32_t msvc_single;
typedef uint64_t msvc_real;
typedef uint64_t msvc_nested;
#else
typedef struct single msvc_single;
typedef struct real msvc_real;
typedef struct nested msvc_nested;
#endif

// The same bytes as another type.
#define AS(type, value)                                      \
    type as;                                                 \
    _Static_assert(sizeof(as) == sizeof(value), "bytes");    \
    memcpy(&as, &(value), sizeof(as))

EXPORT msvc_single single_by_msvc(float value) {
    struct single made = {value};
    AS(msvc_single, made);
    return as;
}
EXPORT msvc_real real_by_msvc(double value) {
    struct real made = {value};
    AS(msvc_real, made);
    return as;
}
EXPORT msvc_nested nested_by_msvc(double value) {
    struct nested made = {{value}};
    AS(msvc_nested, made);
    return as;
}
EXPORT struct pair pair_by_both(float x, float y) {
    struct pair made = {x, y};
    return made;
}

EXPORT struct single single_by_gnu(float value) {
    struct single made = {value};
    return made;
}
EXPORT struct real real_by_gnu(double value) {
    struct real made = {value};
    return made;
}
EXPORT struct nested nested_by_gnu(double value) {
    struct nested made = {{value}};
    return made;
}

// Callbacks that return such structs.
EXPORT double call_msvc(msvc_real (*callback)(struct real), double value) {
    struct real argument = {value};
    msvc_real returned = callback(argument);
    AS(struct real, returned);
    return as.value;
}
EXPORT double call_gnu(struct real (*callback)(struct real), double value) {
    struct real argument = {value};
    return callback(argument).value;
}

// Member functions of an object. Built with MSVC, they return every struct through a pointer, which follows `this`.
struct object { double factor; };
static struct object object = {2};
EXPORT struct object *get_object(void) { return &object; }
EXPORT double THISCALL scale(struct object *this, double value) { return this->factor * value; }
#if defined(__i386__) && defined(_WIN32) && defined(__GNUC__)
#define MEMBER(type, name, ...) EXPORT type *THISCALL name(struct object *this, type *result, __VA_ARGS__)
#define RETURN(value) *result = (value); return result
#else
#define MEMBER(type, name, ...) EXPORT type THISCALL name(struct object *this, __VA_ARGS__)
#define RETURN(value) return (value)
#endif
MEMBER(struct real, scaled_real, double value) {
    struct real made = {this->factor * value};
    RETURN(made);
}
MEMBER(struct pair, scaled_pair, float x, float y) {
    struct pair made = {(float)this->factor * x, (float)this->factor * y};
    RETURN(made);
}
MEMBER(struct large, scaled_large, double value) {
    struct large made = {{this->factor * value, value, this->factor}};
    RETURN(made);
}

// GCC's own way to return a struct from a member function.
EXPORT struct pair THISCALL scaled_pair_by_gnu(struct object *this, float x, float y) {
    struct pair made = {(float)this->factor * x, (float)this->factor * y};
    return made;
}
EXPORT struct large THISCALL scaled_large_by_gnu(struct object *this, double value) {
    struct large made = {{this->factor * value, value, this->factor}};
    return made;
}
