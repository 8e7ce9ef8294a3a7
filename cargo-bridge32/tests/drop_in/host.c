/* A program that loads the library at run time, in adverse conditions: see the modes in main. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
typedef HMODULE Library;
#define OPEN(path) LoadLibraryA(path)
#define SYMBOL(library, name) ((void *)GetProcAddress(library, name))
#define CLOSE(library) FreeLibrary(library)
#define MOVE_TO(folder) !SetCurrentDirectoryA(folder)
typedef HANDLE Thread;
#else
#include <dlfcn.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
typedef void *Library;
#define OPEN(path) dlopen(path, RTLD_NOW)
#define SYMBOL(library, name) dlsym(library, name)
#define CLOSE(library) dlclose(library)
#define MOVE_TO(folder) chdir(folder)
typedef pthread_t Thread;
#endif

static int (*close_door)(int), (*connect_doors)(int, int), (*crash)(void), (*fails)(int);
static size_t (*why)(char *, size_t);
static void (*end)(void);

static Library open_library(const char *path) {
    Library library = OPEN(path);
    if (!library) {
#ifndef _WIN32
        fprintf(stderr, "%s\n", dlerror());
#endif
        exit(3);
    }
    close_door = SYMBOL(library, "close");
    connect_doors = SYMBOL(library, "connect");
    crash = SYMBOL(library, "crash");
    fails = SYMBOL(library, "fails");
    why = SYMBOL(library, "bridge32_last_error");
    end = SYMBOL(library, "bridge32_end");
    return library;
}

static void print_why(void) {
    char text[4096];
    size_t length = why(text, sizeof text);
    char *line = strchr(text, '\n');
    if (line) { *line = 0; }
    printf("%s: %s\n", length ? "because" : "no reason", text);
}

/* Calls a function that takes two numbers, if it is there. */
static void print_export(Library library, const char *name) {
    int (*function)(int, int) = SYMBOL(library, name);
    printf("%s ", name);
    if (function) { printf("%d", function(9, 4)); } else { printf("no"); }
    printf(strcmp(name, "absent") ? ", " : "\n");
}
#ifdef _WIN32
static void print_number(Library library, int number, int a, int b) {
    int (*function)(int, int) = SYMBOL(library, MAKEINTRESOURCEA(number));
    if (function) { printf(" %d", function(a, b)); } else { printf(" no"); }
}
#endif

static int wrong;
#ifndef _WIN32
/* Runs after the thread's own variables of the library are gone. */
static pthread_key_t at_end;
static void call_at_end(void *unused) {
    (void)unused;
    if (close_door(6) != 7) { wrong = 1; }
}
#endif
#ifdef _WIN32
static DWORD WINAPI work(void *unused) {
#else
static void *work(void *unused) {
#endif
    int i;
    (void)unused;
#ifndef _WIN32
    pthread_setspecific(at_end, &wrong);
#endif
    for (i = 0; i < 200; ++i) {
        if (close_door(i) != i + 1 || connect_doors(i, 2) != 2 * i) { wrong = 1; }
    }
    return 0;
}

int main(int count, char **arguments) {
    const char *mode = count > 2 ? arguments[2] : "";
    Library library = open_library(arguments[1]);
    int i;
    if (!strcmp(mode, "names")) {
        printf("close %d, connect %d\n", close_door(1), connect_doors(6, 7));
        print_why();
    } else if (!strcmp(mode, "exports")) {
        print_export(library, "difference");
        print_export(library, "_difference@8");
        print_export(library, "absent");
#ifdef _WIN32
        printf("by number:");
        print_number(library, 42, 4, 0);
        print_number(library, 5, 7, 0);
        print_number(library, 11, 9, 4);
        print_number(library, 2, 3, 4);
        printf(", 7 %s\n", GetProcAddress(library, MAKEINTRESOURCEA(7)) ? "there" : "no");
#endif
    } else if (!strcmp(mode, "crash")) {
        printf("crash %d\n", crash());
        print_why();
        printf("then %d\n", close_door(1));
    } else if (!strcmp(mode, "missing")) {
        printf("close %d", close_door(1));
        printf(", connect %d", connect_doors(1, 1));
        printf(", fails %d\n", fails(1));
        print_why();
    } else if (!strcmp(mode, "moved")) {
        if (MOVE_TO(arguments[3])) { return 5; }
        printf("close %d\n", close_door(1));
        print_why();
    } else if (!strcmp(mode, "end")) {
        printf("%d", close_door(1));
        end();
        printf(" %d\n", close_door(2));
        end();
        end();
    } else if (!strcmp(mode, "reload")) {
        for (i = 0; i < 20; ++i) {
            if (close_door(i) != i + 1) { return 4; }
            CLOSE(library);
            library = open_library(arguments[1]);
        }
        printf("reloaded\n");
    } else if (!strcmp(mode, "threads")) {
        Thread threads[8];
#ifndef _WIN32
        pthread_key_create(&at_end, call_at_end);
#endif
        for (i = 0; i < 8; ++i) {
#ifdef _WIN32
            threads[i] = CreateThread(NULL, 0, work, NULL, 0, NULL);
#else
            pthread_create(&threads[i], NULL, work, NULL);
#endif
        }
        for (i = 0; i < 8; ++i) {
#ifdef _WIN32
            WaitForSingleObject(threads[i], INFINITE);
#else
            pthread_join(threads[i], NULL);
#endif
        }
        printf("threads %s\n", wrong ? "wrong" : "right");
#ifndef _WIN32
    } else if (!strcmp(mode, "fork")) {
        int status;
        pid_t child;
        printf("parent %d\n", close_door(1));
        fflush(stdout);
        child = fork();
        if (child == 0) {
            printf("child %d\n", close_door(2));
            fflush(stdout);
            _exit(close_door(3) == 4 ? 0 : 5);
        }
        waitpid(child, &status, 0);
        printf("child ended with %d, parent %d\n", WEXITSTATUS(status), close_door(4));
#endif
    }
    return 0;
}
