"""What is dear to make, kept while nothing has changed: map pages, and the totals of a county with many parcels."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from gisreg.ledger.left import TownshipLeft

T = TypeVar("T")
MAX_PAGE_BYTES = 64 * 1024 * 1024
MAX_TOTALS = 100


class SnapshotCache(Generic[T]):
    """The things used last, up to a limit; each is right for the snapshot of the database it was made from."""

    def __init__(self, limit: int, size: Callable[[T], int]) -> None:
        self.limit, self.size = limit, size
        self._kept: OrderedDict[Hashable, tuple[str, T]] = OrderedDict()
        self._used = 0
        self._lock = threading.Lock()
        self._making = threading.Lock()

    def get(self, key: Hashable, snapshot: str, make: Callable[[], T]) -> T:
        """The thing for this snapshot; made one at a time, so that many readers cost no more than one."""
        found = self._find(key, snapshot)
        if found is None:
            with self._making:
                found = self._find(key, snapshot)  # somebody else may just have made it
                if found is None:
                    found = make()
                    self._keep(key, snapshot, found)
        return found

    def _find(self, key: Hashable, snapshot: str) -> T | None:
        with self._lock:
            entry = self._kept.get(key)
            if entry is None or entry[0] != snapshot:
                return None
            self._kept.move_to_end(key)
            return entry[1]

    def _keep(self, key: Hashable, snapshot: str, made: T) -> None:
        with self._lock:
            older = self._kept.pop(key, None)
            self._used += self.size(made) - (self.size(older[1]) if older else 0)
            self._kept[key] = (snapshot, made)
            while self._used > self.limit:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._used -= self.size(dropped)


class Caches:
    """What one application keeps."""

    def __init__(self) -> None:
        self.pages: SnapshotCache[bytes] = SnapshotCache(MAX_PAGE_BYTES, len)
        self.totals: SnapshotCache[list[TownshipLeft]] = SnapshotCache(MAX_TOTALS, lambda _rows: 1)
