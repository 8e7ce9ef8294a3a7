// A library of the same name in a folder from which it must not be loaded.

#define ANSWER 13
#include "helper.c"
