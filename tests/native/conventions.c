// Functions of every calling convention, under plain names, so that an interface can declare them wrongly.

#include <stdint.h>
#include <stdlib.h>

#include "export.h"

// Exports a function of such a convention without its decoration: under the name that other systems give it.
#if defined(_MSC_VER) && defined(_M_IX86)
#define EXPORT_STDCALL(name, bytes) __pragma(comment(linker, "/EXPORT:" #name "=_" #name "@" #bytes))
#define EXPORT_FASTCALL(name, bytes) __pragma(comment(linker, "/EXPORT:" #name "=@" #name "@" #bytes))
#elif defined(_WIN32) && defined(__i386__)
#define EXPORT_AS(name, decorated) __asm__(".section .drectve\n.ascii \" -export:" #name "=" decorated "\"\n.text");
#define EXPORT_STDCALL(name, bytes) EXPORT_AS(name, #name "@" #bytes)
#define EXPORT_FASTCALL(name, bytes) EXPORT_AS(name, "@" #name "@" #bytes)
#else
#define EXPORT_STDCALL(name, bytes) EXPORT
#define EXPORT_FASTCALL(name, bytes) EXPORT
#endif
#if defined(__i386__)
#define THISCALL __attribute__((thiscall))
#else
#define THISCALL
#endif

EXPORT_STDCALL(add_stdcall, 8)
int32_t STDCALL add_stdcall(int32_t a, int32_t b) { return a + b; }

EXPORT_STDCALL(add_three_stdcall, 12)
int32_t STDCALL add_three_stdcall(int32_t a, int32_t b, int32_t c) {
    // A function may use the places of its arguments.
    volatile int32_t *last = &c;
    *last += 1;
    return a + b + *last - 1;
}

EXPORT_STDCALL(add_wide_stdcall, 16)
int64_t STDCALL add_wide_stdcall(int64_t a, int64_t b) { return a + b; }

EXPORT_FASTCALL(add_fastcall, 12)
int32_t FASTCALL add_fastcall(int32_t a, int32_t b, int32_t c) { return a + b + c; }

#if defined(__GNUC__)
EXPORT int32_t THISCALL add_thiscall(int32_t a, int32_t b) { return a + b; }
#else
// C has no `__thiscall` there. It passes its first argument as `__fastcall` does, and nothing in EDX.
EXPORT_FASTCALL(add_thiscall, 12)
int32_t FASTCALL add_thiscall(int32_t a, int32_t edx, int32_t b) { return a + b; }
#endif

// Windows' compilers export it as `decorated@8` or `_decorated@8`.
EXPORT int32_t STDCALL decorated(int32_t a, int32_t b) { return a + b; }

EXPORT int32_t add_cdecl(int32_t a, int32_t b) { return a + b; }

EXPORT double half(int32_t a) { return a / 2.0; }
EXPORT int32_t whole(double a) { return (int32_t)a; }
EXPORT float quarter(float a) { return a / 4; }

// Runs a function during its own first call.
EXPORT int32_t run_twice(int32_t (*function)(int32_t), int32_t a) { return function(function(a)); }

struct large { int32_t values[100]; };
EXPORT_STDCALL(last_of_large, 404)
struct large STDCALL last_of_large(struct large large, int32_t add) {
    for (int i = 0; i < 100; ++i) { large.values[i] += add; }
    return large;
}

static int32_t given_back;
EXPORT int32_t *make_numbers(void) {
    int32_t *numbers = malloc(2 * sizeof *numbers);
    numbers[0] = 1;
    numbers[1] = 2;
    return numbers;
}
EXPORT_STDCALL(give_back_stdcall, 4)
void STDCALL give_back_stdcall(void *numbers) {
    free(numbers);
    ++given_back;
}
EXPORT int32_t count_given_back(void) { return given_back; }
