"""Questions asked together: each gets its own answer, of after it came in, and nobody pays for a neighbour."""

import asyncio
import gc
import time
from contextlib import asynccontextmanager

import psycopg2
import pytest
from sqlalchemy import text

from gisreg.db.engine import make_engine
from gisreg.db.lines import Lines, open_driver
from gisreg.db.together import MOST_TOGETHER, Together

NAME = "asked together"
SAID = "SELECT w.place, $1::text || w.key FROM unnest($2::text[]) WITH ORDINALITY AS w (key, place) WHERE w.key <> 'no'"
SLEPT = """SELECT w.place, w.key FROM unnest($1::text[]) WITH ORDINALITY AS w (key, place)
WHERE pg_sleep(w.key::float8) IS NOT NULL"""
HELLO = (SAID, ("hello ",))


async def stays():
    await asyncio.Event().wait()


class Watched(Lines):
    """Lines that tell what they were asked for."""

    asked = ()

    async def answers(self, sql, values, has_left):
        self.asked = (*self.asked, values[-1])
        return await super().answers(sql, values, has_left)


@pytest.fixture
def made(database):
    """Makes what is asked, and its lines."""

    @asynccontextmanager
    async def make(time_out_ms=20_000):
        lines = Watched(lambda: open_driver(database.app_url, time_out_ms=time_out_ms, application_name=NAME))
        yield Together(lines), lines
        lines.close()

    return make


@pytest.fixture
def admin(database):
    engine = make_engine(database.admin_url, pool_size=0)

    def ask(sql):
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL ROLE NONE"))
            told = connection.execute(text(sql), {"name": NAME})
            return told.scalar() if told.returns_rows else None

    yield ask
    engine.dispose()


def test_each_gets_its_own_answer_and_few_statements_are_asked(made):
    async def ask():
        async with made() as (together, lines):
            keys = [str(n) for n in range(40)] + ["no", "7"]
            rows = await asyncio.gather(*(together.answer(HELLO, key, stays) for key in keys))
            return keys, rows, lines.asked

    keys, rows, asked = asyncio.run(ask())
    assert rows == [None if key == "no" else (f"hello {key}".encode(),) for key in keys]
    assert [key for together in asked for key in together] == keys
    assert max(map(len, asked)) == MOST_TOGETHER
    assert len(asked) == 3


def test_questions_that_differ_in_more_are_asked_apart(made):
    async def ask():
        async with made() as (together, lines):
            others = (SAID, ("goodbye ",))
            rows = await asyncio.gather(together.answer(HELLO, "1", stays), together.answer(others, "1", stays))
            return rows, len(lines.asked)

    assert asyncio.run(ask()) == ([(b"hello 1",), (b"goodbye 1",)], 2)


def test_an_answer_is_never_older_than_its_question(made, admin):
    admin("CREATE TABLE public.told (key text, value integer); INSERT INTO public.told VALUES ('a', 1)")
    admin("GRANT SELECT ON public.told TO PUBLIC")
    question = (
        "SELECT w.place, t.value, pg_sleep(0.03) FROM unnest($1::text[]) WITH ORDINALITY AS w (key, place)"
        " JOIN public.told AS t USING (key)",
        (),
    )

    async def ask():
        async with made() as (together, _):
            first = asyncio.ensure_future(together.answer(question, "a", stays))
            await asyncio.sleep(0.01)
            await asyncio.to_thread(admin, "UPDATE public.told SET value = 2")
            second = await together.answer(question, "a", stays)
            return (await first)[0], second[0]

    assert asyncio.run(ask()) in {(1, 2), (2, 2)}


def test_nobody_waits_for_a_slow_neighbour(made):
    async def ask():
        async with made() as (together, _):
            slow = asyncio.ensure_future(together.answer((SLEPT, ()), "2", stays))
            await asyncio.sleep(0.01)
            begun = time.monotonic()
            assert await together.answer((SLEPT, ()), "0", stays) == (b"0",)
            took = time.monotonic() - begun
            assert not slow.done()
            return took, await slow

    took, slow = asyncio.run(ask())
    assert took < 1.5
    assert slow == (b"2",)


def test_who_leaves_takes_nothing_from_who_stays(made, admin):
    async def leaves():
        await asyncio.sleep(0.1)

    async def ask():
        async with made() as (together, _):
            return await asyncio.gather(
                together.answer((SLEPT, ()), "0.5", leaves), together.answer((SLEPT, ()), "0.1", stays)
            )

    assert asyncio.run(ask()) == [(b"0.5",), (b"0.1",)]


def test_a_question_that_all_have_left_is_given_up(made, admin):
    async def leaves():
        await asyncio.sleep(0.1)

    async def ask():
        async with made() as (together, _):
            begun = time.monotonic()
            left = (together.answer((SLEPT, ()), "8", leaves) for _ in range(3))
            failures = await asyncio.gather(*left, return_exceptions=True)
            running = await asyncio.to_thread(
                admin,
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = :name AND state = 'active'",
            )
            return failures, time.monotonic() - begun, running, await together.answer(HELLO, "1", stays)

    failures, took, running, after = asyncio.run(ask())
    assert [type(one) for one in failures] == [psycopg2.errors.QueryCanceled] * 3
    assert took < 6
    assert running == 0
    assert after == (b"hello 1",)


def test_who_is_cancelled_harms_nobody(made):
    async def ask():
        async with made() as (together, _):
            gone, stayed = (asyncio.ensure_future(together.answer((SLEPT, ()), "0.2", stays)) for _ in range(2))
            await asyncio.sleep(0.05)
            gone.cancel()
            return await stayed

    assert asyncio.run(ask()) == (b"0.2",)


def test_a_statement_that_takes_too_long_or_fails_is_told_to_each(made):
    async def ask(question, key, time_out_ms):
        async with made(time_out_ms) as (together, _):
            waiting = (together.answer(question, key, stays) for _ in range(3))
            failures = await asyncio.gather(*waiting, return_exceptions=True)
            return [type(one) for one in failures], await together.answer(HELLO, "1", stays)

    slow = asyncio.run(ask((SLEPT, ()), "5", 200))
    assert slow == ([psycopg2.errors.QueryCanceled] * 3, (b"hello 1",))
    wrong = asyncio.run(ask((SLEPT, ()), "no number", 2_000))
    assert wrong == ([psycopg2.errors.InvalidTextRepresentation] * 3, (b"hello 1",))


def test_where_the_connection_goes_in_the_middle_all_are_sent_the_usual_way(made, admin):
    async def ask():
        async with made() as (together, _):
            waiting = [asyncio.ensure_future(together.answer((SLEPT, ()), "8", stays)) for _ in range(3)]
            await asyncio.sleep(0.3)
            await asyncio.to_thread(
                admin, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = :name"
            )
            return await asyncio.gather(*waiting), await together.answer(HELLO, "1", stays)

    assert asyncio.run(ask()) == ([None] * 3, (b"hello 1",))


def test_whatever_goes_wrong_nobody_is_left_waiting():
    class Broken(Lines):
        async def answers(self, *_):
            raise RuntimeError("a slip of ours")

    told = []

    async def ask():
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(str(context["exception"])))
        together = Together(Broken(lambda: None))
        return await asyncio.gather(*(together.answer(HELLO, "1", stays) for _ in range(3)))

    assert asyncio.run(ask()) == [None] * 3
    gc.collect()
    assert told == ["a slip of ours"]


def test_each_loop_begins_anew(database):
    lines = Lines(lambda: open_driver(database.app_url, time_out_ms=20_000, application_name=NAME))
    together = Together(lines)

    async def is_torn_off(after):
        task = asyncio.ensure_future(together.answer((SLEPT, ()), "1", stays))
        await asyncio.sleep(after)
        return task

    for after in (0, 0.1):
        asyncio.run(is_torn_off(after))
        assert asyncio.run(together.answer((SLEPT, ()), "0", stays)) == (b"0",)
