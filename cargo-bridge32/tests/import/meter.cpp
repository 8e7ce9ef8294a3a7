#include "meter.hpp"

Meter::Meter() : channels(3) {}
int Meter::read(double *, int count) { return count + channels; }
namespace tools {
int half(int x) { return x / 2; }
} // namespace tools
int add(int a, int b) { return a + b; }
double add(double a, double b) { return a + b; }
Meter *make_meter(const std::string &) { return new Meter; }
void widen(Range &range, Mode) { range.high *= 2; }
int plain(int a, const char *) { return a; }
