"""Labelling a registry, reasons, gates and finance option stored, against the bare statement with the same conditions.

By hand: ``CREATE TABLE AS SELECT id, CASE … END`` with the conditions of the same rule set, and nothing else. Ours is
the whole of ``run_plan``: rules read and compiled, gates, finance option, open rules, unknown facts, labels with their
key, totals, acceptance. Then one parcel in a hundred is edited, and the run is brought up to date.
"""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import psycopg2
from clusters import empty_cluster
from sqlalchemy import Date, Engine, Select, literal, select, text

from gisreg.cluster import libpq_uri
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.db.models import Parcel
from gisreg.planning.compile import by_kind, compile_rules, first_of
from gisreg.planning.refresh import refresh_plan
from gisreg.planning.ruleset import load_ruleset
from gisreg.planning.run import run_plan
from gisreg.vocab import Kind

FILL = Path(__file__).with_name("fill_facts.sql")
COUNTY, AS_OF = "149901", date(2026, 11, 21)
LIMIT = 5.0
REFRESH_LIMIT = 0.05
"""Of the time of the whole run, when one parcel in a hundred was edited."""
ROUNDS = 3


@contextmanager
def registry(n: int) -> Iterator[Engine]:
    """The application's engine on a private cluster, set up as a county's own, with ``n`` parcels."""
    with empty_cluster() as cluster:
        fill(libpq_uri(cluster.url("admin", "bench")), n)
        engine = make_engine(cluster.url("app", "bench"))
        yield engine
        engine.dispose()


def fill(uri: str, n: int) -> None:
    """The parcels, vacuumed as they are after an import."""
    connection = psycopg2.connect(uri, options="-c search_path=gisreg,public")
    connection.autocommit = True
    cursor = connection.cursor()
    for statement in FILL.read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            cursor.execute(statement.replace(":parcels", str(n)))
    cursor.execute("VACUUM (ANALYZE) parcel")
    cursor.execute("CHECKPOINT")
    connection.close()


def bare_query() -> Select[Any]:
    """id and the number of the first rule that is true: the cascade, finance and fallback of each kind."""
    table = Parcel.__table__
    compiled = compile_rules(load_ruleset(), table, literal(AS_OF, Date()))
    ways = {
        kind: first_of([*compiled.cascade(kind), *compiled.finance(kind)], last=compiled.fallback(kind))
        for kind in Kind
    }
    return select(table.c.id, by_kind(table, ways).label("label"))


def by_hand(engine: Engine) -> float:
    """Seconds of the bare statement; its table lies in the staging schema and goes away afterwards."""
    query = bare_query().compile(dialect=engine.dialect)
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        statement = cursor.mogrify(str(query), query.params).decode()
        started = time.perf_counter()
        cursor.execute(f"CREATE TABLE staging.bare_label AS {statement}")
        raw.commit()
        seconds = time.perf_counter() - started
        cursor.execute("DROP TABLE staging.bare_label")
        raw.commit()
        return seconds
    finally:
        raw.close()


def ours(engine: Engine) -> float:
    """Seconds of the whole run."""
    started = time.perf_counter()
    run_plan(engine, Actor("bench", "bench"), COUNTY, as_of=AS_OF)
    return time.perf_counter() - started


def edit_one_in_a_hundred(engine: Engine, round_no: int) -> None:
    """Another hundredth each round; half of the edits change what the label rests on."""
    with transaction(engine, Actor("bench", "bench")) as connection:
        connection.execute(
            text("UPDATE parcel SET can_start = NOT coalesce(can_start, false), remark = 'x' WHERE id % 100 = :part"),
            {"part": round_no},
        )


def refreshed(engine: Engine) -> float:
    """Seconds of bringing the run up to date."""
    started = time.perf_counter()
    refresh_plan(engine, Actor("bench", "bench"), COUNTY, as_of=AS_OF)
    return time.perf_counter() - started


def measure(n: int) -> list[dict[str, Any]]:
    """Both in turn, several rounds; medians."""
    with registry(n) as engine:
        by_hand(engine)  # once unmeasured: hint bits and cache
        pairs = [(by_hand(engine), ours(engine)) for _ in range(ROUNDS)]
        updates = []
        for round_no in range(ROUNDS):
            edit_one_in_a_hundred(engine, round_no)
            updates.append(refreshed(engine))
        with engine.connect() as connection:
            labelled = connection.execute(text("SELECT count(*) FROM plan_label WHERE run_id = 1")).scalar_one()
    reference, mine = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    label = {
        "work": "label, with reasons",
        "n": labelled,
        "ours_s": round(mine, 2),
        "reference": "CREATE TABLE AS SELECT id, CASE … END",
        "reference_s": round(reference, 2),
        "ratio": round(mine / reference, 2),
        "limit": LIMIT,
        "rounds": [[round(second, 2) for second in pair] for pair in pairs],
    }
    refresh = {
        "work": "label anew after 1 % was edited",
        "n": labelled,
        "ours_s": round(median(updates), 3),
        "reference": "the whole run",
        "reference_s": round(mine, 2),
        "ratio": round(median(updates) / mine, 3),
        "limit": REFRESH_LIMIT,
        "rounds": [round(second, 3) for second in updates],
    }
    return [label, refresh]


def main(sizes: Sequence[int]) -> list[dict[str, Any]]:
    """Two rows a size."""
    return [row for n in sizes for row in measure(n)]


if __name__ == "__main__":
    print(json.dumps(main([int(size) for size in sys.argv[1:]] or [100_000]), ensure_ascii=False, indent=1))
