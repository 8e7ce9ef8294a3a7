"""Calls the drop-in library of an assembly of .NET with ctypes."""

import ctypes
import sys

library = ctypes.CDLL(sys.argv[1])
pointer, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t


def function(name, returned, *arguments):
    found = getattr(library, "managed_" + name)
    found.restype, found.argtypes = returned, arguments
    return found


def last_error():
    buffer = ctypes.create_string_buffer(200)
    library.bridge32_last_error(buffer, size(len(buffer)))
    return buffer.value.decode().splitlines()[0]


print(function("string", text, text)("Grüße".encode()).decode())
print(function("optional_string", text, text)(None))

numbers = (ctypes.c_double * 3)(1, 2, 3)
length = size()
reverse = function("f64s", ctypes.POINTER(ctypes.c_double), ctypes.POINTER(ctypes.c_double), size, ctypes.POINTER(size))
print(reverse(numbers, 3, ctypes.byref(length))[: length.value])

words = (text * 2)(b"one", b"two")
reverse = function("strings", ctypes.POINTER(text), ctypes.POINTER(text), size, ctypes.POINTER(size))
print(reverse(words, 2, ctypes.byref(length))[: length.value])

dog = function("dog", pointer)()
function("set_age", None, pointer, ctypes.c_int32)(dog, 5)
age = function("age", ctypes.c_int32, pointer)
print(age(dog), function("sound", text, pointer)(dog), function("make", pointer, text)(b"cat"))
function("release_dog", None, pointer)(dog)
print(age(dog), last_error())

function("throw", None, text)(b"told")
print(last_error())
