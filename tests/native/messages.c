// A hidden window with a timer, on the thread that opens it. On other systems than Windows, the functions do nothing.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "export.h"

typedef int32_t (*tick_function)(int32_t count, void *context);

#ifdef _WIN32
#include <windows.h>
#ifdef _MSC_VER
#pragma comment(lib, "user32")
#endif

enum { TICK = 1, ADD = WM_APP, AGAIN = WM_APP + 1 };
enum { CALM, CRASHING, HANGING };

static HWND window;
static DWORD owner;
static int32_t ticks, again, mood;
static LONG sum = -1;
static tick_function on_tick_function;
static void *on_tick_context;

static LRESULT CALLBACK procedure(HWND handle, UINT message, WPARAM w, LPARAM l) {
    switch (message) {
    case WM_TIMER:
        ++ticks;
        if (mood == CRASHING) { *(volatile int *)16 = 0; }
        while (mood == HANGING) { Sleep(1000); }
        if (on_tick_function) { on_tick_function(ticks, on_tick_context); }
        return 0;
    case ADD:
        // Only the thread of the window runs this.
        return GetCurrentThreadId() == owner ? (LRESULT)(w + (WPARAM)l) : -1;
    case AGAIN:
        ++again;
        PostMessageW(handle, AGAIN, 0, 0);
        return 0;
    default:
        return DefWindowProcW(handle, message, w, l);
    }
}

EXPORT bool open_window(uint32_t milliseconds) {
    WNDCLASSW class = {0};
    class.lpfnWndProc = procedure;
    class.hInstance = GetModuleHandleW(NULL);
    class.lpszClassName = L"bridge32 hidden window";
    RegisterClassW(&class);
    owner = GetCurrentThreadId();
    window = CreateWindowExW(0, class.lpszClassName, L"", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, class.hInstance, NULL);
    return window && SetTimer(window, TICK, milliseconds, NULL);
}
EXPORT int32_t ticks_seen(void) { return ticks; }

static DWORD WINAPI sender(void *unused) {
    (void)unused;
    InterlockedExchange(&sum, (LONG)SendMessageW(window, ADD, 40, 2));
    return 0;
}
// Another thread sends the window a message and waits for the answer; -1 until it has arrived.
EXPORT bool send_from_a_thread(void) {
    HANDLE thread = CreateThread(NULL, 0, sender, NULL, 0, NULL);
    return thread && CloseHandle(thread);
}
EXPORT int32_t sent_sum(void) { return InterlockedCompareExchange(&sum, 0, 0); }

// From now on, there is always a message in the queue.
EXPORT void post_without_end(void) { PostMessageW(window, AGAIN, 0, 0); }
EXPORT int32_t posted(void) { return again; }
EXPORT void quit(void) { PostQuitMessage(7); }
EXPORT void crash_at_next_tick(void) { mood = CRASHING; }
EXPORT void hang_at_next_tick(void) { mood = HANGING; }

// The apartment of this thread as `APTTYPE`, and whether this thread entered it; -1 without an apartment.
EXPORT int32_t apartment(bool *entered) {
    HRESULT(WINAPI *get)(int *type, int *qualifier);
    int type = -1, qualifier = 0;
    get = (void *)GetProcAddress(LoadLibraryW(L"ole32.dll"), "CoGetApartmentType");
    if (!get || get(&type, &qualifier) < 0) { type = -1; }
    // `APTTYPEQUALIFIER_IMPLICIT_MTA`
    *entered = type >= 0 && qualifier != 1;
    return type;
}
EXPORT uint32_t this_thread(void) { return GetCurrentThreadId(); }
EXPORT void on_tick(tick_function function, void *context) {
    on_tick_function = NULL;
    on_tick_context = context;
    on_tick_function = function;
}

#else
#include <sys/syscall.h>
#include <unistd.h>

EXPORT bool open_window(uint32_t milliseconds) { (void)milliseconds; return false; }
EXPORT int32_t ticks_seen(void) { return 0; }
EXPORT bool send_from_a_thread(void) { return false; }
EXPORT int32_t sent_sum(void) { return -1; }
EXPORT void post_without_end(void) {}
EXPORT int32_t posted(void) { return 0; }
EXPORT void quit(void) {}
EXPORT void crash_at_next_tick(void) {}
EXPORT void hang_at_next_tick(void) {}
EXPORT int32_t apartment(bool *entered) { *entered = false; return -1; }
EXPORT uint32_t this_thread(void) { return (uint32_t)syscall(SYS_gettid); }
EXPORT void on_tick(tick_function function, void *context) { (void)function; (void)context; }
#endif
