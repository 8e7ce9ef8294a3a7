"""A script that loads the library: `python3 voltage.py PATH`."""

import ctypes
import errno
import os
import sys

meter_library = ctypes.CDLL(os.path.abspath(sys.argv[1]), use_errno=True)
# Without this, ctypes takes a pointer for an int, which is not wide enough.
meter_library.meter_unit.argtypes = [ctypes.c_void_p]
meter_library.meter_unit.restype = ctypes.c_char_p
OnValue = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_double, ctypes.c_void_p)


def last_error():
    reason = ctypes.create_string_buffer(512)
    meter_library.bridge32_last_error(reason, ctypes.c_size_t(len(reason)))
    return reason.value.decode()


bits = ctypes.sizeof(ctypes.c_void_p) * 8
print(f"this program has {bits} bits, the library {meter_library.pointer_bits()}")

meter = ctypes.c_void_p()
if meter_library.meter_open(9, ctypes.byref(meter)) != 0:
    print("channel 9: errno is", errno.errorcode[ctypes.get_errno()])
if meter_library.meter_open(1, ctypes.byref(meter)) != 0:
    sys.exit(last_error())

values = (ctypes.c_double * 8)()
count = meter_library.meter_read(meter, values, 8)
for value in values[:count]:
    print(f"{value:.2f} {meter_library.meter_unit(meter).decode()}")

seen = []


@OnValue
def add(value, _user):
    seen.append(value)
    return value < 2.5


count = meter_library.meter_watch(meter, add, None)
print(f"the sum of {count} values is {sum(seen):.2f}")
meter_library.meter_close(meter)
