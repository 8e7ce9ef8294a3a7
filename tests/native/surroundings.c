// What a library sees of the system around it.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "export.h"

#if defined(_WIN32)
#include <windows.h>

EXPORT uint32_t user(void) { return 0; }

EXPORT void stay(int32_t milliseconds) { Sleep((DWORD)milliseconds); }

EXPORT uint32_t code_page(void) { return GetACP(); }

// Loads a library by its name alone, as old programs do, and calls it; the negative error code if it is not found.
EXPORT int32_t call_helper(const char *name)
{
    HMODULE helper = LoadLibraryA(name);
    if (!helper)
        return -(int32_t)GetLastError();
    int32_t (*from_the_helper)(void) = (int32_t (*)(void))(void *)GetProcAddress(helper, "from_the_helper");
    int32_t result = from_the_helper ? from_the_helper() : -1;
    FreeLibrary(helper);
    return result;
}
#else
#include <dlfcn.h>
#include <time.h>
#include <unistd.h>

EXPORT uint32_t user(void) { return (uint32_t)getuid(); }

EXPORT void stay(int32_t milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

EXPORT uint32_t code_page(void) { return 0; }

EXPORT int32_t call_helper(const char *name)
{
    void *helper = dlopen(name, RTLD_NOW);
    if (!helper)
        return -1;
    int32_t (*from_the_helper)(void) = (int32_t (*)(void))dlsym(helper, "from_the_helper");
    int32_t result = from_the_helper ? from_the_helper() : -1;
    dlclose(helper);
    return result;
}
#endif

// 1 if the file can be read.
EXPORT int32_t can_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    fclose(file);
    return 1;
}

EXPORT double total(const double *values, int32_t count)
{
    double sum = 0;
    for (int32_t i = 0; i < count; i++)
        sum += values[i];
    return sum;
}
