/* Gets structs by value from the structs library, and returns some to it; see vocabulary.c. */

#include <stdio.h>

#include "structs.h"

static Real half(Real argument) {
    argument.value /= 2;
    return argument;
}

int main(void) {
    void *object = get_object();
    Pair pair = pair_by_both(1.5f, -2);
#ifdef _WIN32
    Large large;
#endif

    printf("single_by_msvc %g, single_by_gnu %g\n", single_by_msvc(0.25f).value, single_by_gnu(0.75f).value);
    printf("real_by_msvc %g, real_by_gnu %g\n", real_by_msvc(1e300).value, real_by_gnu(-1e-300).value);
    printf("nested_by_msvc %g, nested_by_gnu %g\n", nested_by_msvc(5).inner.value, nested_by_gnu(6).inner.value);
    printf("pair_by_both %g %g\n", pair.x, pair.y);
    printf("call_msvc %g\n", call_msvc(half, 7));
    printf("call_gnu %g\n", call_gnu(half, 9));
    printf("scale %g\n", scale(object, 4));
#ifdef _WIN32
    /* Compilers for Linux disagree on how a member function returns a struct. */
    printf("scaled_real %g\n", scaled_real(object, 5).value);
    pair = scaled_pair(object, 1, 2);
    printf("scaled_pair %g %g\n", pair.x, pair.y);
    large = scaled_large(object, 4);
    printf("scaled_large %g %g %g\n", large.values[0], large.values[1], large.values[2]);
    pair = scaled_pair_by_gnu(object, 3, 4);
    printf("scaled_pair_by_gnu %g %g\n", pair.x, pair.y);
    large = scaled_large_by_gnu(object, 8);
    printf("scaled_large_by_gnu %g %g %g\n", large.values[0], large.values[1], large.values[2]);
#endif
    return 0;
}
