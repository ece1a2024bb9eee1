"""Loading processes side by side: begun before anything is open, fed plain data, heard over one queue."""

import ctypes
import importlib
import multiprocessing
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from importlib.abc import MetaPathFinder
from multiprocessing.queues import Queue
from pathlib import Path
from types import TracebackType

from gisreg.intake.errors import WorkerDied
from gisreg.intake.worker import Loaded, Task, load_part

PARALLEL_FROM_ROWS = 20_000
"""Below that, starting processes costs more than they save."""
EARLY_FROM_BYTES = 4_000_000
"""A file of that size will hold as many rows: its processes begin before it is opened."""
LIBRARIES = ("numpy", "numpy.ma", "pyarrow.compute", "pyogrio.raw", "adbc_driver_postgresql.dbapi", "psycopg2")
"""What every process needs: imported once, before they part."""

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""How malloc.h numbers them."""
LARGEST_KEPT_BYTES, MOST_KEPT_BYTES = 32 * 1024**2, 256 * 1024**2
"""The first is the most that the allocator takes."""

_told: "Queue[int] | None" = None


class _NotHere(MetaPathFinder):
    """Keeps packages out of a process, as if they were not installed."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Refuse pandas, which pyogrio and pyarrow load wherever they can and which nobody here uses: 60 MB, 0.5 s."""
        del path, target
        if fullname.partition(".")[0] in ("pandas", "geopandas"):
            raise ModuleNotFoundError(fullname, name=fullname)


def leave_out_pandas() -> None:
    """For programs that only import parcels, never for a library's caller: this process will not find pandas."""
    if not any(isinstance(finder, _NotHere) for finder in sys.meta_path):
        sys.meta_path.insert(0, _NotHere())


def _keep_memory() -> None:
    """What a batch gives back serves the next: the GNU allocator would return large blocks to the system at once, which
    hands them out again cleared, page by page, for a tenth of a process's time."""
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(M_TRIM_THRESHOLD, MOST_KEPT_BYTES)
        libc.mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT_BYTES)


def _begin(told: "Queue[int]") -> None:
    """A loading process: signals as in any program, and no life after its parent's."""
    global _told  # noqa: PLW0603 - a process's own way to its parent
    _told = told
    _keep_memory()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    leave_out_pandas()
    threading.Thread(target=_follow_parent, name="follow-parent", daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _ready() -> None:
    """What a process does to have begun."""


def _load(task: Task) -> Loaded:
    assert _told is not None  # noqa: S101 - set by _begin
    return load_part(task, _told.put)


class Team:
    """The processes of one import.

    Made for a large file before a connection or a thread exists, they are copies of this process (fork) and need
    nothing of their own; else they are started fresh.
    """

    def __init__(self, size: int, file: Path) -> None:
        self._size, self._file = size, file
        self._pool: ProcessPoolExecutor | None = None
        self._told: Queue[int] | None = None

    def __enter__(self) -> "Team":
        if self._size > 1 and _bytes(self._file) >= EARLY_FROM_BYTES:
            self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _start(self) -> "tuple[ProcessPoolExecutor, Queue[int]]":
        if self._pool is None or self._told is None:
            alone = threading.active_count() == 1
            for name in LIBRARIES if alone else ():
                importlib.import_module(name)
            context = multiprocessing.get_context("fork" if alone else "spawn")
            self._told = context.Queue()
            self._pool = ProcessPoolExecutor(self._size, context, initializer=_begin, initargs=(self._told,))
            self._pool.submit(_ready)
        return self._pool, self._told

    def _end(self) -> None:
        """The processes go, and their memory with them."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def run(self, tasks: Sequence[Task], progress: Callable[[int], None]) -> list[Loaded]:
        """Load all parts; the first failure ends the work. ``progress`` gets the rows sent so far."""
        if len(tasks) == 1 and (tasks[0].source.rows < PARALLEL_FROM_ROWS or self._pool is None):
            return [load_part(tasks[0], Counter(progress).add)]
        pool, told = self._start()
        try:
            futures = [pool.submit(_load, task) for task in tasks]
            _listen(futures, told, Counter(progress))
            return [future.result() for future in futures]
        except BrokenProcessPool as error:
            raise WorkerDied from error
        finally:
            self._end()  # what follows is the server's work, and this process's alone


def _bytes(file: Path) -> int:
    """The size of a file, a shapefile's attributes included; nothing where there is none, which opening will say."""
    sizes = [path.stat().st_size for path in (file, file.with_suffix(".dbf")) if path.is_file()]
    return max(sizes, default=0)


class Counter:
    """Adds up what the parts tell."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self._done, self._progress = 0, progress

    def add(self, rows: int) -> None:
        """Some more rows are through."""
        self._done += rows
        self._progress(self._done)


def _listen(futures: Sequence["Future[Loaded]"], told: "Queue[int]", counter: Counter) -> None:
    pending = set(futures)
    while pending:
        done, pending = wait(pending, timeout=0.2)
        while True:
            try:
                counter.add(told.get_nowait())
            except queue.Empty:
                break
        for future in done:
            future.result()
