"""Work aside has ended, and told what went wrong, when its block ends."""

import threading
import time

import pytest

from gisreg.aside import aside


def test_the_result_is_there_and_so_is_the_order() -> None:
    done = []
    with aside("test") as begin:
        first = begin(time.sleep, 0.05)
        begin(done.append, "second")
        assert first.result() is None
    assert done == ["second"]
    assert not any(thread.name.startswith("test") for thread in threading.enumerate())


def test_it_is_another_thread() -> None:
    with aside("test-thread") as begin:
        name = begin(lambda: threading.current_thread().name)
    assert name.result().startswith("test-thread")


def test_a_failure_is_told_at_the_end_though_nobody_asked_for_the_result() -> None:
    with pytest.raises(ZeroDivisionError), aside("test") as begin:
        begin(lambda: 1 // 0)


def test_the_failure_of_the_block_itself_comes_first() -> None:
    with pytest.raises(KeyError), aside("test") as begin:  # noqa: PT012 - both fail
        begin(lambda: 1 // 0)
        raise KeyError("block")


def test_nothing_begun_is_fine() -> None:
    with aside("test"):
        pass
