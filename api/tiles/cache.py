"""Tiles that were made, kept as long as the data that they show."""

import threading
from collections import OrderedDict
from typing import NamedTuple


class Key(NamedTuple):
    """A tile as one reader sees it."""

    scope: str
    collection: str
    grid: str
    matrix: int
    row: int
    column: int
    encoding: str


class TileCache:
    """The tiles asked for last, up to a number of bytes, all of one version of the data."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.version = ""
        self.bytes = 0
        self._kept: OrderedDict[Key, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, version: str, key: Key) -> bytes | None:
        """The tile, if it was made from this version."""
        with self._lock:
            if version != self.version:
                return None
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, version: str, key: Key, content: bytes) -> None:
        """A tile just made. With one of another version all the others go."""
        with self._lock:
            if version != self.version:
                self._kept.clear()
                self.version, self.bytes = version, 0
            self.bytes += _size(content) - _size(self._kept.get(key))
            self._kept[key] = content
            while self.bytes > self.most_bytes and self._kept:
                self.bytes -= _size(self._kept.popitem(last=False)[1])


OVERHEAD = 400
"""Bytes that an entry takes beside its content: an empty tile is not for nothing."""


def _size(content: bytes | None) -> int:
    return 0 if content is None else len(content) + OVERHEAD
