"""Questions that differ by one value alone, asked together: one statement for all that came in while others waited.

To begin and to end a statement costs more than to read a parcel. Who finds nobody waiting is asked for at once; who
comes in meanwhile is asked for with all the others when that answer is there. A statement begins after all that it
answers came in, so that no answer is older than one asked for alone.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg2

from gisreg.db.lines import PATIENCE_S, HasLeft, Lines

MOST_TOGETHER = 16
"""More are no cheaper by the piece, and all of them are held in memory at once."""
Row = tuple[Any, ...]
Question = tuple[str, tuple[Any, ...]]
"""A statement and its values, but for the last: the array of what is asked for."""


@dataclass(frozen=True)
class _Asked:
    """One who waits."""

    key: str
    told: "asyncio.Future[Row | None]"
    has_left: HasLeft

    def tell(self, row: Row | None, failure: psycopg2.Error | None) -> None:
        """Answer, unless it has gone."""
        if self.told.done():
            return
        if failure is None:
            self.told.set_result(row)
        else:
            self.told.set_exception(failure)


class Together:
    """Asks by lines, for as many as wait."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[Question, list[_Asked]] = {}
        """A question stands here as long as somebody has the turn to ask it."""
        self._at_work: set[asyncio.Task[None]] = set()

    async def answer(self, question: Question, key: str, has_left: HasLeft) -> Row | None:
        """The row of one key, whose place among those asked for stands before it in what the statement returns.

        None where there is none, or no line to ask by.

        Raises:
            psycopg2.Error: the statement failed or was given up.
        """
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # nobody waits any more in one that has ended
            self._loop, self._waiting = loop, {}
        asked = _Asked(key, loop.create_future(), has_left)
        waiting = self._waiting.get(question)
        if waiting is None:
            self._waiting[question] = [asked]
            self._begin(question)
        else:
            waiting.append(asked)
        return await asked.told

    def _begin(self, question: Question) -> None:
        """The next of those who wait, in a task that is kept until it is done."""
        task = asyncio.get_running_loop().create_task(self._ask(question))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    async def _ask(self, question: Question) -> None:
        """For those who have waited longest; the next are asked for when the answer is there or takes its time."""
        waiting = self._waiting[question]
        asked, waiting[:] = waiting[:MOST_TOGETHER], waiting[MOST_TOGETHER:]
        turn = _Turn(lambda: self._pass_on(question))
        patience = asyncio.get_running_loop().call_later(PATIENCE_S, turn.end)
        found: dict[int, Row] = {}
        failure = None
        sql, values = question
        try:
            rows = await self._lines.answers(sql, (*values, [one.key for one in asked]), _all_have_left(asked))
            found = {row[0]: row[1:] for row in rows or ()}
        except psycopg2.Error as error:
            failure = error
        finally:
            patience.cancel()
            turn.end()  # the server is at work on the next while these are told
            for place, one in enumerate(asked, 1):
                one.tell(found.get(place), failure)

    def _pass_on(self, question: Question) -> None:
        if self._waiting[question]:
            self._begin(question)
        else:
            del self._waiting[question]


class _Turn:
    """The turn to ask, which passes on once: when the answer is there, or when it takes its time."""

    def __init__(self, pass_on: Callable[[], None]) -> None:
        self._pass_on: Callable[[], None] | None = pass_on

    def end(self) -> None:
        """Let the next ask."""
        pass_on, self._pass_on = self._pass_on, None
        if pass_on is not None:
            pass_on()


def _all_have_left(asked: Sequence[_Asked]) -> HasLeft:
    async def have_left() -> None:
        await asyncio.gather(*(one.has_left() for one in asked))

    return have_left
