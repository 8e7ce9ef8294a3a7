"""Calls the assembly from Python: `python3 words.py PATH`, where PATH is the 64-bit library."""

import ctypes
import os
import sys

library = ctypes.CDLL(os.path.abspath(sys.argv[1]))
Object, Text, Size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t


def declare(name, returned, *arguments):
    """Says what a function takes and returns, as the header dotnet_lib.h does."""
    function = getattr(library, "dotnet_" + name)
    function.restype, function.argtypes = returned, arguments
    return function


word_counter = declare("word_counter", Object, Text)
add_words = declare("add_words", ctypes.c_int32, Object, Text)
count_word = declare("count_word", ctypes.c_bool, Object, Text, ctypes.POINTER(ctypes.c_int32))
common_words = declare("common_words", ctypes.POINTER(Text), Object, Object, ctypes.POINTER(Size))
release_counter = declare("release_counter", None, Object)
divide_integers = declare("divide_integers", ctypes.c_int32, ctypes.c_int32, ctypes.c_int32)

counter, other = word_counter(b"a rose is a rose"), word_counter(b"is it")
print("words:", add_words(counter, b"and it is red"))
count = ctypes.c_int32()
if count_word(counter, b"rose", ctypes.byref(count)):
    print("roses:", count.value)
length = Size()
words = common_words(counter, other, ctypes.byref(length))
print("common:", *sorted(word.decode() for word in words[: length.value]))
for each in (counter, other):
    release_counter(each)

if divide_integers(1, 0) == 0:
    reason = ctypes.create_string_buffer(512)
    library.bridge32_last_error(reason, Size(len(reason)))
    print(reason.value.decode().splitlines()[0])
