// Arithmetic, arrays, text and geometry with a C interface.

#include <cmath>
#include <cstdlib>

#ifdef _WIN32
#define EXPORT extern "C" __declspec(dllexport)
#else
#define EXPORT extern "C" __attribute__((visibility("default")))
#endif

struct Point {
    double x, y;
};

struct FourPoints {
    Point points[4];
};

struct NPoints {
    int n;
    Point *points;
};

// The perimeter of a polygon.
static double closed_length(const Point *points, int n) {
    if (n < 2) {
        return 0;
    }
    double length = 0;
    for (int i = 0; i < n; ++i) {
        const Point &from = points[i], &to = points[(i + 1) % n];
        length += std::hypot(to.x - from.x, to.y - from.y);
    }
    return length;
}

static void copy_reversed(const char *original, int n, char *reversed) {
    for (int i = 0; i < n; ++i) {
        reversed[i] = original[n - 1 - i];
    }
}

EXPORT int add(int a, int b) {
    return a + b;
}

EXPORT float subtract(float a, float b) {
    return a - b;
}

EXPORT double add_or_subtract(double a, double b, bool do_addition) {
    return do_addition ? a + b : a - b;
}

EXPORT void scalar_multiply(double a, double *xin, int n, double *xout) {
    for (int i = 0; i < n; ++i) {
        xout[i] = a * xin[i];
    }
}

// `reversed` has room for n characters and a NUL.
EXPORT void reverse_string_v1(const char *original, int n, char *reversed) {
    copy_reversed(original, n, reversed);
    reversed[n] = '\0';
}

// Returns n characters without a NUL, and never frees them.
EXPORT char *reverse_string_v2(char *original, int n) {
    char *reversed = static_cast<char *>(std::malloc(n > 0 ? n : 1));
    if (reversed != nullptr) {
        copy_reversed(original, n, reversed);
    }
    return reversed;
}

EXPORT double distance_4_points(FourPoints p) {
    return closed_length(p.points, 4);
}

EXPORT double distance_n_points(NPoints p) {
    return closed_length(p.points, p.n);
}
