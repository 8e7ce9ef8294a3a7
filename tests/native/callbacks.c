// Functions with callbacks, one for each type that a callback can take or return.

#define _GNU_SOURCE

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "export.h"

#ifdef _WIN32
#include <windows.h>
#define STDCALL __stdcall
#else
#include <pthread.h>
#if defined(__i386__)
#define STDCALL __attribute__((stdcall))
#else
#define STDCALL
#endif
#endif

#if defined(__i386__)
#define FASTCALL __attribute__((fastcall))
#else
#define FASTCALL
#endif

// Numbers.
EXPORT int32_t apply(int32_t x, int32_t (*f)(int32_t)) { return f(x); }
EXPORT int32_t apply_times(int32_t n, int32_t (*f)(int32_t)) {
    int32_t last = 0;
    for (int32_t i = 0; i < n; ++i) { last = f(i); }
    return last;
}
EXPORT int32_t apply_stdcall(int32_t a, int64_t b, int32_t(STDCALL *f)(int32_t, int64_t)) { return f(a, b); }
EXPORT int32_t apply_fastcall(int32_t a, int32_t b, int32_t(FASTCALL *f)(int32_t, int32_t)) { return f(a, b); }
EXPORT int32_t maybe(int32_t (*f)(int32_t)) { return f ? f(1) : -1; }
EXPORT double extremes(double (*f)(int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t, float, double, bool)) {
    return f(INT8_MIN, UINT8_MAX, INT16_MIN, UINT16_MAX, INT32_MIN, UINT32_MAX, INT64_MIN, UINT64_MAX, -0.5f, 1e308, true);
}
EXPORT int64_t large(int64_t (*f)(void)) { return f(); }
EXPORT void nothing(void (*f)(void)) { f(); }

// Values of types with a range.
enum level { LOW = 1, HIGH = 2 };
EXPORT int32_t pick(int32_t level, int32_t (*f)(int32_t level)) { return f(level); }

// Text.
EXPORT void words(void (*visit)(const char *word, const wchar_t *wide, const char *none)) {
    visit("", L"\u00fc", NULL);
    visit("gr\xc3\xbc\xc3\x9f", L"gr\u00fc\u00df", "there");
}
EXPORT void not_text(void (*visit)(const char *word)) { visit("\xff"); }
EXPORT void null_text(void (*visit)(const char *word)) { visit(NULL); }
EXPORT int32_t length_of_answer(const char *(*ask)(int32_t)) { return (int32_t)strlen(ask(7)); }

// Arrays, with their length before or after them, by value or by pointer.
EXPORT void chunks(uint32_t n, void (*take)(const double *data, uint32_t length)) {
    double *data = malloc((n ? n : 1) * sizeof *data);
    for (uint32_t i = 0; i < n; ++i) { data[i] = i; }
    take(data, n);
    free(data);
}
EXPORT void misaligned(void (*take)(uint16_t length, const int32_t *data)) {
    char memory[4 * 3 + 1];
    for (int32_t i = 0; i < 3; ++i) { memcpy(memory + 1 + 4 * i, &i, sizeof i); }
    take(3, (const int32_t *)(memory + 1));
}
EXPORT void negative_length(void (*take)(const int32_t *data, int32_t length)) { take(NULL, -1); }
EXPORT void null_array(void (*take)(const int32_t *data, int32_t length)) { take(NULL, 2); }
EXPORT int32_t reverse_in_place(void (*change)(int16_t *values, const uint8_t *n)) {
    int16_t values[4] = {1, 2, 3, 4};
    uint8_t n = 4;
    change(values, &n);
    return values[0] * 1000 + values[1] * 100 + values[2] * 10 + values[3];
}

// Structs, by value and by pointer.
struct point { int16_t x; double y; };
EXPORT struct point move_point(struct point by, struct point (*f)(struct point p, const struct point *by, struct point *last)) {
    struct point p = {1, 2.5}, last = {0, 0};
    p = f(p, &by, &last);
    p.y += last.y;
    return p;
}

// Out parameters.
EXPORT int32_t ask(bool (*f)(int32_t *answer, double *more)) {
    int32_t answer = -1;
    bool has = f(&answer, NULL);
    return has ? answer : -2;
}
EXPORT void adjust(int32_t *value, void (*f)(int32_t *value)) { f(value); }
EXPORT int32_t read_all(int32_t (*read)(void *stream, uint8_t *buffer, int32_t size), void *stream) {
    uint8_t buffer[16];
    int32_t sum = 0, count;
    while ((count = read(stream, buffer, sizeof buffer)) > 0) {
        for (int32_t i = 0; i < count; ++i) { sum += buffer[i]; }
    }
    return sum;
}
EXPORT int32_t read_name(void (*name)(char *buffer, uint32_t *size)) {
    char buffer[8];
    uint32_t size = sizeof buffer;
    memset(buffer, 'x', sizeof buffer);
    name(buffer, &size);
    return buffer[size] == 0 && strlen(buffer) == size ? (int32_t)size : -1;
}

// Contexts.
EXPORT int32_t fold(const int32_t *values, int32_t n, int32_t (*f)(void *context, int32_t sum, int32_t value), void *context) {
    int32_t sum = 0;
    for (int32_t i = 0; i < n; ++i) { sum = f(context, sum, values[i]); }
    return sum;
}
EXPORT void parse(const char *text, void (*open)(void *), void (*close)(void *), void *context) {
    for (; *text; ++text) {
        if (*text == '(') { open(context); }
        if (*text == ')') { close(context); }
    }
}
EXPORT int32_t wrong_context(int32_t (*f)(int32_t, void *), void *context) { return f(1, (char *)context + 1234567); }

// Callbacks that are kept after the call.
static int32_t (*kept)(int32_t);
EXPORT void keep(int32_t (*f)(int32_t)) { kept = f; }
EXPORT int32_t call_kept(int32_t x) { return kept ? kept(x) : -1; }

static void (*handler)(int32_t, void *);
static void *handler_context;
EXPORT void on_event(void (*f)(int32_t, void *), void *context) { handler = f; handler_context = context; }
EXPORT int32_t fire(int32_t n) {
    if (handler) { handler(n, handler_context); }
    return n;
}

// Calls from threads of the library.
struct job { int32_t n; int32_t (*f)(int32_t); int32_t sum; };
static void run_job(struct job *job) {
    for (int32_t i = 0; i < job->n; ++i) { job->sum += job->f(i); }
}
static void fire_times(int32_t n) {
    for (int32_t i = 0; i < n; ++i) { fire(i); }
}
#ifdef _WIN32
static DWORD WINAPI job_thread(void *job) { run_job(job); return 0; }
static DWORD WINAPI fire_thread(void *n) { fire_times((int32_t)(intptr_t)n); return 0; }
#define THREAD HANDLE
#define START(thread, run, argument) (thread) = CreateThread(NULL, 0, (run), (argument), 0, NULL)
#define JOIN(thread) (WaitForSingleObject((thread), INFINITE), CloseHandle(thread))
#define DETACH(thread) CloseHandle(thread)
#else
static void *job_thread(void *job) { run_job(job); return NULL; }
static void *fire_thread(void *n) { fire_times((int32_t)(intptr_t)n); return NULL; }
#define THREAD pthread_t
#define START(thread, run, argument) pthread_create(&(thread), NULL, (run), (argument))
#define JOIN(thread) pthread_join((thread), NULL)
#define DETACH(thread) pthread_detach(thread)
#endif
EXPORT int32_t apply_in_threads(int32_t n, int32_t (*f)(int32_t)) {
    struct job jobs[4];
    THREAD threads[4];
    int32_t sum = 0;
    for (int i = 0; i < 4; ++i) {
        jobs[i] = (struct job){n, f, 0};
        START(threads[i], job_thread, &jobs[i]);
    }
    for (int i = 0; i < 4; ++i) {
        JOIN(threads[i]);
        sum += jobs[i].sum;
    }
    return sum;
}
EXPORT void fire_in_background(int32_t n) {
    THREAD thread;
    START(thread, fire_thread, (void *)(intptr_t)n);
    DETACH(thread);
}
// Acquisition on a thread that calls back while it holds the library's lock, which the thread may take again.
#ifdef _WIN32
static CRITICAL_SECTION lock;
static INIT_ONCE lock_is_made = INIT_ONCE_STATIC_INIT;
static BOOL CALLBACK make_lock(PINIT_ONCE once, void *parameter, void **context) {
    (void)once, (void)parameter, (void)context;
    InitializeCriticalSection(&lock);
    return TRUE;
}
#define LOCK() (InitOnceExecuteOnce(&lock_is_made, make_lock, NULL, NULL), EnterCriticalSection(&lock))
#define UNLOCK() LeaveCriticalSection(&lock)
#else
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
#define LOCK() pthread_mutex_lock(&lock)
#define UNLOCK() pthread_mutex_unlock(&lock)
#endif
static THREAD acquisition;
static int32_t acquired;
static void acquire(void) {
    LOCK();
    ++acquired;
    fire(1);
    UNLOCK();
}
#ifdef _WIN32
static DWORD WINAPI acquisition_thread(void *unused) { (void)unused; acquire(); return 0; }
#else
static void *acquisition_thread(void *unused) { (void)unused; acquire(); return NULL; }
#endif
EXPORT void start_acquisition(void) { START(acquisition, acquisition_thread, NULL); }
EXPORT void stop_acquisition(void) { JOIN(acquisition); }
EXPORT int32_t acquisitions(void) {
    LOCK();
    int32_t count = acquired;
    UNLOCK();
    return count;
}
// Asynchronous procedure calls: a timer whose routine the system runs on this thread, when the thread waits for such calls.
#ifdef _WIN32
static void CALLBACK timer_routine(void *n, DWORD low, DWORD high) { (void)low, (void)high; fire((int32_t)(intptr_t)n); }
EXPORT int32_t fire_by_timer(int32_t n) {
    static HANDLE timer;
    LARGE_INTEGER now = {.QuadPart = -1};
    if (!timer) { timer = CreateWaitableTimerW(NULL, TRUE, NULL); }
    return SetWaitableTimer(timer, &now, 0, timer_routine, (void *)(intptr_t)n, FALSE);
}
EXPORT int32_t wait_for_timer(int32_t milliseconds) { return SleepEx((DWORD)milliseconds, TRUE) == WAIT_IO_COMPLETION; }
#else
EXPORT int32_t fire_by_timer(int32_t n) { (void)n; return 0; }
EXPORT int32_t wait_for_timer(int32_t milliseconds) { (void)milliseconds; return 0; }
#endif
EXPORT void fire_and_wait(int32_t n) {
    THREAD thread;
    START(thread, fire_thread, (void *)(intptr_t)n);
    JOIN(thread);
}

// Lists: with a number, or with an element that ends them.
typedef int32_t (*row_function)(int32_t n, const char *const *values, const char *const *names);
EXPORT int32_t rows(row_function visit, int32_t n) {
    static const char *const names[] = {"id", "name", "size"};
    static const char *const values[2][3] = {{"1", NULL, "10"}, {"2", "b", ""}};
    int32_t result = 0;
    for (int row = 0; row < 2; ++row) { result = 100 * result + visit(n, values[row], names); }
    return result;
}
#ifdef _WIN32
typedef uint16_t wide_character;
#else
typedef uint32_t wide_character;
#endif
typedef int32_t (*lists_function)(const char *const *words, const char *drives, const uint16_t *codes,
                                  const wide_character *const *wide);
EXPORT int32_t lists(lists_function visit, uint8_t with) {
    static const char *const words[] = {"one", "", "three", NULL};
    static const uint16_t codes[] = {7, 300, 0, 8};
    static const wide_character first[] = {0xfc, 'b', 0};
    static const wide_character *const wide[] = {first, NULL};
    return with ? visit(words, "A:\\\0C:\\\0", codes, wide) : visit(NULL, "", NULL, NULL);
}
