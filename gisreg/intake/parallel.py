"""Loading processes side by side: started fresh, fed plain data, heard over one queue."""

import multiprocessing
import queue
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from importlib.abc import MetaPathFinder
from multiprocessing.queues import Queue

from gisreg.intake.errors import WorkerDied
from gisreg.intake.worker import Task, load_part

PARALLEL_FROM_ROWS = 20_000
"""Below that, starting processes costs more than they save."""

_told: "Queue[int] | None" = None


class _NotHere(MetaPathFinder):
    """Keeps packages out of a process, as if they were not installed."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Refuse pandas, which pyogrio and pyarrow load wherever they can and which nobody here uses: 60 MB."""
        del path, target
        if fullname.partition(".")[0] in ("pandas", "geopandas"):
            raise ModuleNotFoundError(fullname, name=fullname)


def _begin(told: "Queue[int]") -> None:
    """A fresh process."""
    global _told  # noqa: PLW0603 - a process's own way to its parent
    _told = told
    sys.meta_path.insert(0, _NotHere())


def _load(task: Task) -> None:
    assert _told is not None  # noqa: S101 - set by _begin
    load_part(task, _told.put)


def run_tasks(tasks: Sequence[Task], progress: Callable[[int], None]) -> None:
    """Load all parts; the first failure ends the work. ``progress`` gets the rows sent so far."""
    if len(tasks) == 1 and tasks[0].source.rows < PARALLEL_FROM_ROWS:
        load_part(tasks[0], Counter(progress).add)
        return
    context = multiprocessing.get_context("spawn")
    told: Queue[int] = context.Queue()
    with ProcessPoolExecutor(len(tasks), context, initializer=_begin, initargs=(told,)) as pool:
        futures = [pool.submit(_load, task) for task in tasks]
        try:
            _listen(futures, told, Counter(progress))
        except BrokenProcessPool as error:
            raise WorkerDied from error


class Counter:
    """Adds up what the parts tell."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self._done, self._progress = 0, progress

    def add(self, rows: int) -> None:
        """Some more rows are through."""
        self._done += rows
        self._progress(self._done)


def _listen(futures: Sequence["Future[None]"], told: "Queue[int]", counter: Counter) -> None:
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
