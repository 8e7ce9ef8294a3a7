"""Calls a drop-in library, whose path is the argument."""

import ctypes
import sys

library = ctypes.CDLL(sys.argv[1])
meter = ctypes.c_void_p()
refused = library.meter_open(b"", ctypes.byref(meter))
opened = library.meter_open(b"first", ctypes.byref(meter))
values = (ctypes.c_double * 8)()
count = ctypes.c_int()
status = library.meter_read(meter, values, 8, ctypes.byref(count))
print(f"{8 * ctypes.sizeof(ctypes.c_void_p)} bits: 1 + 2 = {library.meter_add(1, 2)}")
print(f"{refused} {opened} {status}:", *[f"{value:.1f}" for value in values[: count.value]])
print("closed", library.meter_close(meter))
length = ctypes.c_int(5)
total = library.meter_parse(bytes([1, 2, 3, 0, 4]), ctypes.byref(length))
print(f"sum {total} of {length.value}")
print("modes", library.meter_exchange(77), library.meter_exchange(0))
