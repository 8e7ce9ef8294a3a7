// A library with plug-ins, which use its functions without being linked to it on Linux.

#include <stdint.h>

#include "export.h"

#ifdef _WIN32
#include <windows.h>
#define find(module, name) (void *)GetProcAddress(module, name)
static void *open_module(const char *path) { return LoadLibraryA(path); }
#else
#include <dlfcn.h>
#define find(module, name) dlsym(module, name)
static void *open_module(const char *path) { return dlopen(path, RTLD_NOW | RTLD_LOCAL); }
#endif

EXPORT int32_t twice_by_host(int32_t value) { return 2 * value; }

// What the plug-in answers; -1 if it cannot be loaded, because it does not find the functions that it needs.
EXPORT int32_t ask_plug_in(const char *path, int32_t value) {
    void *module = open_module(path);
    if (module == 0) { return -1; }
    int32_t (*answer)(int32_t) = find(module, "answer");
    return answer == 0 ? -2 : answer(value);
}
