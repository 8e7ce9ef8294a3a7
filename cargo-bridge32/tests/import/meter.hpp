#include <string>

#define METER_MAX 4

enum class Mode { Slow, Fast };

struct Range {
    double low, high;
};

class Meter {
public:
    Meter();
    int read(double *values, int count);

private:
    int channels;
};

template <class T> T twice(T x) { return x + x; }

namespace tools {
int half(int x);
}

int add(int a, int b);
double add(double a, double b);
Meter *make_meter(const std::string &name);
void widen(Range &range, Mode mode);

extern "C" {
/** Is a function of C. */
int plain(int a, const char *name);
}
