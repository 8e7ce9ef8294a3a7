"""Uses the SQLite whose path is the argument, with the declarations that scripts for the 64-bit library have."""

import ctypes
import sys
from ctypes import CFUNCTYPE, POINTER, byref, c_char_p, c_double, c_int, c_int64, c_void_p

sqlite = ctypes.CDLL(sys.argv[1])
ROW, DONE, UTF8, TRANSIENT = 100, 101, 1, c_void_p(-1)
OnRow = CFUNCTYPE(c_int, c_void_p, c_int, POINTER(c_char_p), POINTER(c_char_p))
OnUpdate = CFUNCTYPE(None, c_void_p, c_int, c_char_p, c_char_p, c_int64)
Function = CFUNCTYPE(None, c_void_p, c_int, POINTER(c_void_p))

for name, returned, parameters in (
    ("errmsg", c_char_p, [c_void_p]),
    ("exec", c_int, [c_void_p, c_char_p, OnRow, c_void_p, POINTER(c_char_p)]),
    ("prepare_v2", c_int, [c_void_p, c_char_p, c_int, POINTER(c_void_p), POINTER(c_char_p)]),
    ("bind_int64", c_int, [c_void_p, c_int, c_int64]),
    ("bind_double", c_int, [c_void_p, c_int, c_double]),
    ("bind_text", c_int, [c_void_p, c_int, c_char_p, c_int, c_void_p]),
    ("bind_blob", c_int, [c_void_p, c_int, c_char_p, c_int, c_void_p]),
    ("column_name", c_char_p, [c_void_p, c_int]),
    ("column_int64", c_int64, [c_void_p, c_int]),
    ("column_double", c_double, [c_void_p, c_int]),
    ("column_text", c_char_p, [c_void_p, c_int]),
    ("column_blob", c_void_p, [c_void_p, c_int]),
    ("update_hook", c_void_p, [c_void_p, OnUpdate, c_void_p]),
    ("create_function_v2", c_int, [c_void_p, c_char_p, c_int, c_int, c_void_p, Function] + [c_void_p] * 3),
    ("value_double", c_double, [c_void_p]),
    ("value_text", c_char_p, [c_void_p]),
    ("result_double", None, [c_void_p, c_double]),
    ("result_text", None, [c_void_p, c_char_p, c_int, c_void_p]),
    ("result_error", None, [c_void_p, c_char_p, c_int]),
):
    function = getattr(sqlite, "sqlite3_" + name)
    function.restype, function.argtypes = returned, parameters
for name in ("close", "finalize", "step", "reset", "bind_null", "column_count", "column_type", "column_bytes", "value_type"):
    getattr(sqlite, "sqlite3_" + name).argtypes = [c_void_p] + [c_int] * (name.startswith(("column_t", "column_b", "bind")))

database = c_void_p()
print("open", sqlite.sqlite3_open(b":memory:", byref(database)), database.value is not None)


def prepare(sql):
    statement, tail = c_void_p(), c_char_p()
    code = sqlite.sqlite3_prepare_v2(database, sql, -1, byref(statement), byref(tail))
    if code != 0:
        print("no statement:", code, sqlite.sqlite3_errmsg(database).decode(), statement.value, tail.value)
    return statement, tail


def run(sql, on_row=None, context=None):
    message = c_char_p()
    code = sqlite.sqlite3_exec(database, sql, OnRow() if on_row is None else on_row, context, byref(message))
    if code != 0:
        print("exec", code, message.value)


run(b"create table numbers (n integer primary key, name text, half real)")

# 100 000 rows, and the hook sees each change.
changes = {}


@OnUpdate
def on_update(context, operation, database_name, table, row):
    key = (context, operation, database_name, table)
    changes[key] = changes.get(key, 0) + row


previous = sqlite.sqlite3_update_hook(database, on_update, 0x1234567890AB)
print("previous hook", previous)
run(
    b"insert into numbers with recursive many(n) as (select 1 union all select n + 1 from many where n < 100000)"
    b" select n, 'number ' || n, n / 2.0 from many"
)
print("changes", changes)
sqlite.sqlite3_update_hook(database, OnUpdate(), None)

statement, _ = prepare("select n, name, half from numbers order by n".encode())
count, total, half, last = 0, 0, 0.0, None
print("columns", [sqlite.sqlite3_column_name(statement, column) for column in range(4)])
while sqlite.sqlite3_step(statement) == ROW:
    count += 1
    total += sqlite.sqlite3_column_int64(statement, 0)
    last = sqlite.sqlite3_column_text(statement, 1)
print("rows", count, total, last)
print("finalize", sqlite.sqlite3_finalize(statement))

# Functions of the script, which call SQLite again.
seen = []


@Function
def describe(context, count, values):
    kinds = [sqlite.sqlite3_value_type(values[place]) for place in range(count)]
    if 2 in kinds:
        sqlite.sqlite3_result_error(context, b"no fractions", -1)
        return
    texts = [sqlite.sqlite3_value_text(values[place]) or b"nothing" for place in range(count)]
    text = b" and ".join(texts) + "…".encode()
    sqlite.sqlite3_result_text(context, text, len(text), TRANSIENT)


@Function
def square(context, count, values):
    value = sqlite.sqlite3_value_double(values[0])
    seen.append(value)
    sqlite.sqlite3_result_double(context, value * value)


print("function", sqlite.sqlite3_create_function_v2(database, b"describe", -1, UTF8, None, describe, None, None, None))
print("function", sqlite.sqlite3_create_function_v2(database, b"square", 1, UTF8, None, square, None, None, None))
rows = []


@OnRow
def on_row(context, count, values, names):
    rows.append((context, [(names[place], values[place]) for place in range(count)]))
    return len(rows) == 3


run(b"select describe(n, null, name) as text, square(n), null from numbers where n < 6", on_row, 77)
run(b"select describe(0.5)", on_row, 78)
run(b"selec", on_row)
print(rows, seen)

# Values of each type, and text of several statements.
statement, tail = prepare("select ?, ?, ?, ?, ?; select 2".encode())
print("tail", tail.value)
blob, text = bytes(range(256)), "größer als 🦀".encode()
print(
    [
        sqlite.sqlite3_bind_int64(statement, 1, -(1 << 62)),
        sqlite.sqlite3_bind_double(statement, 2, 0.1),
        sqlite.sqlite3_bind_text(statement, 3, text, -1, TRANSIENT),
        sqlite.sqlite3_bind_blob(statement, 4, blob, len(blob), TRANSIENT),
        sqlite.sqlite3_bind_null(statement, 5),
        sqlite.sqlite3_bind_null(statement, 6),
    ]
)
print("step", sqlite.sqlite3_step(statement), sqlite.sqlite3_column_count(statement))
print("types", [sqlite.sqlite3_column_type(statement, column) for column in range(5)])
address = sqlite.sqlite3_column_blob(statement, 3)
print(
    sqlite.sqlite3_column_int64(statement, 0),
    sqlite.sqlite3_column_double(statement, 1),
    sqlite.sqlite3_column_text(statement, 2).decode(),
    ctypes.string_at(address, sqlite.sqlite3_column_bytes(statement, 3)) == blob,
    sqlite.sqlite3_column_text(statement, 4),
    sqlite.sqlite3_column_blob(statement, 4),
)
print("step", sqlite.sqlite3_step(statement), "reset", sqlite.sqlite3_reset(statement))
print("close too early", sqlite.sqlite3_close(database))
print("finalize", sqlite.sqlite3_finalize(statement), "close", sqlite.sqlite3_close(database))
nowhere = c_void_p()
print("open", sqlite.sqlite3_open(b"/no/such/file", byref(nowhere)), sqlite.sqlite3_errmsg(nowhere), sqlite.sqlite3_close(nowhere))
