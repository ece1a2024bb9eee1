"""Statements that are given up when the process is asked to end.

Python runs a signal's handler only between two of its own instructions, and a driver that waits for the server executes
none: Ctrl-C would be heard at the end of the statement. A thread of its own hears of it at once. It begins with the
first connection, because processes that load side by side are forked before that, and only where the entry point asks
for it: a server has its own way with signals.
"""

import os
import signal
import threading
import weakref
from contextlib import suppress
from typing import Any

_open: "weakref.WeakSet[Any]" = weakref.WeakSet()
_asked_by: list[int] = []
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def cancel_on_signals() -> None:
    """From now on, in this process, Ctrl-C and SIGTERM cancel what the server does for it."""
    _asked_by[:] = [os.getpid()]


def opened(connection: Any) -> None:
    """A driver's connection that statements may run on."""
    _open.add(connection)
    if _asked_by == [os.getpid()] and threading.current_thread() is threading.main_thread():
        _asked_by.clear()
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        threading.Thread(target=_watch, args=(reading,), name="cancelling", daemon=True).start()


def _watch(reading: int) -> None:
    while heard := os.read(reading, 1):
        if heard[0] in _SIGNALS:
            cancel_statements()


def cancel_statements() -> None:
    """Ask the server to give up what runs on the open connections."""
    import psycopg2  # noqa: PLC0415 - loaded already where there is a connection; listing commands needs none

    for connection in list(_open):
        # One that is closed, or has just finished, has nothing to give up.
        with suppress(psycopg2.Error):
            connection.cancel()
