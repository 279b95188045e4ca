"""One ClickHouse node out of the library inside chDB: `clickhouse local` that listens.

    node.py LIBRARY ARGUMENT...

It ends when its standard input ends, so it never outlives the test that started it.
"""
import ctypes
import os
import sys
import threading


def end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()
library = ctypes.CDLL(sys.argv[1])
arguments = [b"clickhouse-local", *(a.encode() for a in sys.argv[2:])]
argv = (ctypes.c_char_p * (len(arguments) + 1))(*arguments, None)
library.chdb_query_cmdline.restype = ctypes.c_void_p
library.chdb_result_error.restype = ctypes.c_char_p
library.chdb_result_error.argtypes = [ctypes.c_void_p]
result = library.chdb_query_cmdline(len(arguments), argv)
sys.exit((library.chdb_result_error(result) or b"the node has ended").decode())
