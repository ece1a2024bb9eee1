"""Work that goes on beside other work of the same program."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Begin(Protocol):
    """Begins a piece of work, and gives what will hold its result."""

    def __call__(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """In the one thread that works aside, after what was begun before."""


@contextmanager
def aside(name: str) -> Iterator[Begin]:
    """What is begun within the block has ended when the block has; what it raises is raised there."""
    begun: list[Future[Any]] = []
    with ThreadPoolExecutor(1, name) as pool:

        def begin(work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
            begun.append(future := pool.submit(work, *args, **kwargs))
            return future

        yield begin
        for one in begun:
            one.result()
