// A C program that loads a plug-in with a client: host PLUGIN SERVER ACTION. It prints what happens, and ends with 0 if the plug-in
// could be loaded and has neither crashed nor ended it.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
typedef HMODULE module;
static module open_module(const char *path) { return LoadLibraryA(path); }
static void *find(module plugin, const char *name) { return (void *)GetProcAddress(plugin, name); }
static void close_module(module plugin) { FreeLibrary(plugin); }
static void pause_for(int milliseconds) { Sleep((DWORD)milliseconds); }
static void end_process(uint32_t pid) {
    HANDLE process = OpenProcess(PROCESS_TERMINATE, FALSE, pid);
    if (process) { TerminateProcess(process, 7); CloseHandle(process); }
}
#else
#include <dlfcn.h>
#include <signal.h>
#include <unistd.h>
typedef void *module;
static module open_module(const char *path) { return dlopen(path, RTLD_NOW); }
static void *find(module plugin, const char *name) { return dlsym(plugin, name); }
static void close_module(module plugin) { dlclose(plugin); }
static void pause_for(int milliseconds) { usleep((useconds_t)milliseconds * 1000); }
// There is no process 0: `kill` would take it for the own group.
static void end_process(uint32_t pid) { if (pid != 0) { kill((pid_t)pid, SIGKILL); } }
#endif

int main(int count, char **arguments) {
    if (count != 4) { return 2; }
    const char *server = arguments[2], *action = arguments[3];
    module plugin = open_module(arguments[1]);
    if (!plugin) { return 3; }
    // Returns the process id of the server, or 0.
    uint32_t (*launch)(const char *server) = (uint32_t (*)(const char *))find(plugin, "plugin_launch");
    // Calls the server with this process id; returns 0 if the call has succeeded.
    int32_t (*call)(uint32_t pid) = (int32_t (*)(uint32_t))find(plugin, "plugin_call");
    if (!launch || !call) { return 4; }
    if (!strcmp(action, "launch")) {
        int launched = 0;
        for (int i = 0; i < 20; ++i) { launched += launch(server) != 0; }
        printf("launched %d\n", launched);
    } else if (!strcmp(action, "end")) {
        // The client may notice the end of the server before a call, or in it.
        int failed = 0;
        for (int i = 0; i < 5; ++i) {
            uint32_t pid = launch(server);
            int is_right = call(pid) == 0;
            end_process(pid);
            failed += is_right && call(pid) != 0;
        }
        printf("failed %d\n", failed);
    } else {
        uint32_t pids[3];
        for (int i = 0; i < 3; ++i) { pids[i] = launch(server); }
        int failed = 0;
        for (int i = 0; i < 3; ++i) { failed += call(pids[i]) != 0; }
        close_module(plugin);
        // Threads of the client wait for the end of a server.
        end_process(pids[0]);
        pause_for(500);
        printf("failed %d, servers %u %u %u\n", failed, (unsigned)pids[0], (unsigned)pids[1], (unsigned)pids[2]);
    }
    fflush(stdout);
    return 0;
}
