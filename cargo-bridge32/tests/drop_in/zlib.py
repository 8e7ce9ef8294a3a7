"""Compresses and uncompresses with the zlib whose path is the argument."""

import ctypes
import sys

zlib = ctypes.CDLL(sys.argv[1])
for function in (zlib.compressBound, zlib.crc32):
    function.restype = ctypes.c_ulong
zlib.compressBound.argtypes = [ctypes.c_ulong]
zlib.crc32.argtypes = [ctypes.c_ulong, ctypes.c_char_p, ctypes.c_uint]
pointer = ctypes.POINTER(ctypes.c_ulong)
zlib.compress2.argtypes = [ctypes.c_char_p, pointer, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_int]
zlib.uncompress.argtypes = [ctypes.c_char_p, pointer, ctypes.c_char_p, ctypes.c_ulong]


def compress(data, level, room=None):
    length = ctypes.c_ulong(zlib.compressBound(len(data)) if room is None else room)
    buffer = ctypes.create_string_buffer(length.value)
    code = zlib.compress2(buffer, ctypes.byref(length), data, len(data), level)
    return code, length.value, buffer.raw[: length.value]


def uncompress(packed, room):
    length = ctypes.c_ulong(room)
    buffer = ctypes.create_string_buffer(room + 8)
    code = zlib.uncompress(buffer, ctypes.byref(length), packed, len(packed))
    return code, length.value, buffer.raw


text = b"".join(b"line %d of many\n" % number for number in range(200_000))
print("text", len(text), "%08x" % zlib.crc32(0, text, len(text)))
for level in (0, 1, 6, 9, -1, 10):
    code, length, packed = compress(text, level)
    print("level", level, "gives", code, length, "%08x" % zlib.crc32(0, packed, len(packed)))
    if code == 0:
        code, length, unpacked = uncompress(packed, len(text))
        print("restored", code, length, unpacked[:length] == text)

code, length, packed = compress(text, 9)
print("too little room", compress(text, 9, 100)[:2], uncompress(packed, 1000)[:2])
# What was written before the failure is in the buffer, too.
print("the beginning", uncompress(packed, 1000)[2])
print("more than enough room", uncompress(packed, len(text) + 5000)[:2])
print("not compressed", uncompress(text[:1000], 1000)[:2])
print("incomplete", uncompress(packed[: len(packed) // 2], len(text))[:2])
print("nothing", compress(b"", 6)[:2], "%08x" % zlib.crc32(0, b"", 0), "%08x" % zlib.crc32(0, None, 0))
