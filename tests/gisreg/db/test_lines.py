"""Lines: one question at a time, shared by all who wait, given up with their reader, replaced where one is gone."""

import asyncio
import socket
import time
from contextlib import asynccontextmanager

import psycopg2
import pytest
from sqlalchemy import text

from gisreg.db import prepared
from gisreg.db.engine import make_engine
from gisreg.db.lines import Lines, open_driver

NAME = "lines under test"
SLEEP = "SELECT pg_sleep($1::float8), 'slept'"


async def stays():
    await asyncio.Event().wait()


async def leaves():
    await asyncio.sleep(0.1)


@pytest.fixture
def opened(database):
    """Makes lines to the database; how many were opened stands in ``opened.count``."""

    def open_one():
        open_one.count += 1
        return open_driver(database.app_url, time_out_ms=20_000, application_name=NAME)

    open_one.count = 0
    return open_one


def lines(opened, most=2):
    @asynccontextmanager
    async def made():
        found = Lines(opened, most)
        yield found
        found.close()

    return made()


def test_texts_come_as_bytes_and_numbers_as_numbers(opened):
    async def ask():
        async with lines(opened) as made:
            return await made.answer("SELECT $1::text, $2::integer, NULL::text", ("宗地 'x'", 7), stays)

    assert asyncio.run(ask()) == ("宗地 'x'".encode(), 7, None)


def test_who_finds_no_free_line_waits_for_one(opened):
    async def ask():
        async with lines(opened, 2) as made:
            return await asyncio.gather(*(made.answer("SELECT $1::integer", (n,), stays) for n in range(20)))

    assert asyncio.run(ask()) == [(n,) for n in range(20)]
    assert opened.count == 2


def test_who_finds_none_for_long_is_sent_the_usual_way(opened, monkeypatch):
    monkeypatch.setattr("gisreg.db.lines.MOST_WAIT_S", 0.2)

    async def ask():
        async with lines(opened, 1) as made:
            long = asyncio.ensure_future(made.answer(SLEEP, (1,), stays))
            await asyncio.sleep(0.1)
            none = await made.answer("SELECT $1::integer", (1,), stays)
            return none, (await long)[1], await made.answer("SELECT $1::integer", (2,), stays)

    assert asyncio.run(ask()) == (None, b"slept", (2,))


def test_an_answer_of_many_megabytes_and_a_question_of_many(opened):
    async def ask():
        async with lines(opened) as made:
            size = await made.answer("SELECT length($1::text)", ("x" * 9_000_000,), stays)
            return size, await made.answer("SELECT repeat('y', $1::integer)", (9_000_000,), stays)

    size, many = asyncio.run(ask())
    assert size == (9_000_000,)
    assert many == (b"y" * 9_000_000,)


def test_who_leaves_takes_the_question_along_and_leaves_the_line(opened):
    async def ask():
        async with lines(opened, 1) as made:
            begun = time.monotonic()
            with pytest.raises(psycopg2.errors.QueryCanceled):
                await made.answer(SLEEP, (15,), leaves)
            assert time.monotonic() - begun < 10
            return await made.answer("SELECT $1::integer", (1,), stays)

    assert asyncio.run(ask()) == (1,)
    assert opened.count == 1


def test_a_failing_statement_leaves_the_line(opened):
    async def ask():
        async with lines(opened, 1) as made:
            for wrong in ("SELECT 1 / $1::integer", "SELECT nothing_like_it($1)", "DELETE FROM parcel WHERE id = $1"):
                with pytest.raises(psycopg2.Error):
                    await made.answer(wrong, (0,), stays)
            return await made.answer("SELECT $1::integer", (1,), stays)

    assert asyncio.run(ask()) == (1,)
    assert opened.count == 1


@pytest.mark.parametrize("is_noticed", [True, False])
def test_a_line_that_is_gone_is_replaced(opened, database, is_noticed):
    admin = make_engine(database.admin_url, pool_size=0)

    def hang_up():
        with admin.begin() as connection:
            connection.execute(text("SET LOCAL ROLE NONE"))
            ended = text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = :name")
            connection.execute(ended, {"name": NAME})

    async def ask():
        async with lines(opened, 1) as made:
            await made.answer("SELECT $1::integer", (1,), stays)
            if is_noticed:
                await asyncio.to_thread(hang_up)
                await asyncio.sleep(0.1)
            else:
                hang_up()
                assert await made.answer("SELECT $1::integer", (2,), stays) is None
            return await made.answer("SELECT $1::integer", (3,), stays)

    assert asyncio.run(ask()) == (3,)
    assert opened.count == 2


def test_no_database_is_no_answer_for_all_who_wait():
    def open_none():
        time.sleep(0.05)
        raise psycopg2.OperationalError("nobody there")

    async def ask():
        async with lines(open_none, 1) as made:
            return await asyncio.gather(*(made.answer("SELECT 1", (), stays) for _ in range(4)))

    assert asyncio.run(ask()) == [None] * 4


def test_a_server_that_says_nothing_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr("gisreg.db.lines.CONNECT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+psycopg2://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
        with pytest.raises(psycopg2.OperationalError):
            open_driver(url, time_out_ms=1_000, application_name=NAME)


def test_new_lines_are_opened_where_the_database_may_be_elsewhere(opened):
    async def ask():
        async with lines(opened) as made:
            await made.answer("SELECT $1::integer", (1,), stays)
            made.forget()
            return await made.answer("SELECT $1::integer", (2,), stays)

    assert asyncio.run(ask()) == (2,)
    assert opened.count == 2


def test_each_loop_has_its_own(opened):
    made = Lines(opened)
    for n in range(3):
        assert asyncio.run(made.answer("SELECT $1::integer", (n,), stays)) == (n,)
    assert opened.count == 3


def test_no_more_statements_are_kept_than_the_server_should(opened, monkeypatch):
    monkeypatch.setattr("gisreg.db.lines.MOST_PREPARED", 3)
    assert prepared.MOST_PREPARED > 3

    async def ask():
        async with lines(opened, 1) as made:
            for n in range(8):
                assert await made.answer(f"SELECT $1::integer + {n}", (1,), stays) == (1 + n,)
            return await made.answer("SELECT count(*) FROM pg_prepared_statements WHERE $1::integer = 1", (1,), stays)

    assert asyncio.run(ask())[0] <= 3
