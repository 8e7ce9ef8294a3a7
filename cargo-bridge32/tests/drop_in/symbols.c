/* Frees memory of the library's through the variable that holds the function for it; see vocabulary.c. */

#include <stdio.h>

#include "symbols.h"

int main(void) {
    const int32_t *values = new_values();

    printf("new_values %d %d %d\n", values[0], values[1], values[2]);
    set_freer(2);
    values = new_values();
    printf("and again %d\n", values[2]);
    return 0;
}
