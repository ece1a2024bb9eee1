"""Making the next portion while the last one is being stored."""

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")
PORTIONS = 3
"""How many portions may wait: enough to keep both sides busy, few enough to stay small."""


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The same items in the same order, made in a thread of their own; its failure is raised here."""
    waiting: queue.Queue[Item | None] = queue.Queue(PORTIONS)
    failure: list[BaseException] = []
    wanted = threading.Event()
    wanted.set()

    def make() -> None:
        try:
            for item in items:
                _put(waiting, item, wanted)
                if not wanted.is_set():
                    return
        except BaseException as error:  # whatever it is, the reader must hear of it
            failure.append(error)
        _put(waiting, None, wanted)

    maker = threading.Thread(target=make, daemon=True)
    maker.start()
    try:
        while (item := waiting.get()) is not None:
            yield item
    finally:
        wanted.clear()
        maker.join()
    if failure:
        raise failure[0]


def _put(waiting: "queue.Queue[Item | None]", item: Item | None, wanted: threading.Event) -> None:
    """Wait for room, but not for a reader that has left."""
    while wanted.is_set():
        try:
            waiting.put(item, timeout=0.2)
            return
        except queue.Full:
            continue
