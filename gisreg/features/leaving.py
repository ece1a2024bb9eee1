"""Statements of a reader who may leave before the answer: given up then, and never those of somebody else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

import psycopg2


class Leaving:
    """The connections that work for one request, as long as they do."""

    def __init__(self) -> None:
        self._working: list[Any] = []
        self._lock = threading.Lock()

    @contextmanager
    def working(self, driver: Any) -> Iterator[None]:
        """The driver's connection works for this request within the block."""
        with self._lock:
            self._working.append(driver)
        try:
            yield
        finally:
            with self._lock:  # a cancellation under way is waited for: it must not hit the next user of the connection
                self._working.remove(driver)

    def give_up(self) -> None:
        """Ask the server to stop what is running."""
        with self._lock:
            for driver in self._working:
                with suppress(psycopg2.Error):  # one that has just ended has nothing to stop
                    driver.cancel()


reader: ContextVar[Leaving | None] = ContextVar("reader", default=None)
"""The one who waits for what this thread does; entry points that can tell when somebody leaves set it."""
