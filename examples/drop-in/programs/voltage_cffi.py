"""A script that loads the library with cffi: `python3 voltage_cffi.py PATH`."""

import errno
import os
import sys

import cffi

ffi = cffi.FFI()
# The declarations of meter.h. cffi knows the types, so it needs nothing else.
ffi.cdef("""
    int32_t meter_open(int32_t channel, void **meter);
    int32_t meter_read(void *meter, double *values, int32_t capacity);
    int32_t meter_watch(void *meter, int32_t (*on_value)(double value, void *user), void *user);
    const char *meter_unit(void *meter);
    void meter_close(void *meter);
    int32_t pointer_bits(void);
    size_t bridge32_last_error(char *buffer, size_t size);
""")
library = ffi.dlopen(os.path.abspath(sys.argv[1]))


def last_error():
    reason = ffi.new("char[]", 512)
    library.bridge32_last_error(reason, len(reason))
    return ffi.string(reason).decode()


print(f"this program has {ffi.sizeof('void *') * 8} bits, the library {library.pointer_bits()}")

place = ffi.new("void **")
if library.meter_open(9, place) != 0:
    print("channel 9: errno is", errno.errorcode[ffi.errno])
if library.meter_open(1, place) != 0:
    sys.exit(last_error())
meter = place[0]

values = ffi.new("double[]", 8)
count = library.meter_read(meter, values, len(values))
for value in values[0:count]:
    print(f"{value:.2f} {ffi.string(library.meter_unit(meter)).decode()}")

seen = []


@ffi.callback("int32_t(double, void *)")
def add(value, _user):
    seen.append(value)
    return value < 2.5


count = library.meter_watch(meter, add, ffi.NULL)
print(f"the sum of {count} values is {sum(seen):.2f}")
library.meter_close(meter)
