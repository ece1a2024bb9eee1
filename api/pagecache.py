"""Rendered map pages, kept while nothing has changed. A page takes a second or two, its second reader a millisecond."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

MAX_BYTES = 64 * 1024 * 1024


class PageCache:
    """The pages used last, up to a number of bytes."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        self._pages: OrderedDict[Hashable, tuple[str, bytes]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._rendering = threading.Lock()

    def get(self, key: Hashable, mark: str, render: Callable[[], bytes]) -> bytes:
        """The page for this mark; rendered one at a time, so that many readers cost no more than one."""
        page = self._find(key, mark)
        if page is None:
            with self._rendering:
                page = self._find(key, mark)  # somebody else may just have made it
                if page is None:
                    page = render()
                    self._keep(key, mark, page)
        return page

    def _find(self, key: Hashable, mark: str) -> bytes | None:
        with self._lock:
            found = self._pages.get(key)
            if found is None or found[0] != mark:
                return None
            self._pages.move_to_end(key)
            return found[1]

    def _keep(self, key: Hashable, mark: str, page: bytes) -> None:
        with self._lock:
            older = self._pages.pop(key, None)
            self._bytes += len(page) - (len(older[1]) if older else 0)
            self._pages[key] = (mark, page)
            while self._bytes > self.max_bytes:
                _, (_, dropped) = self._pages.popitem(last=False)
                self._bytes -= len(dropped)
