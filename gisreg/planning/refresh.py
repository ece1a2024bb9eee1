"""``plan refresh``: bring the run in force up to date, labelling anew only what may have changed.

That is: the parcels edited since the run looked, and where the day is another one, those of which a fact that turns on
the day is no longer the same. The new run shares the labels of the old one but for those that differ; what it replaces
is kept, so that the old run can still be read, explained and compared.

A run says what was known when it was made, as of its day. Where the day is the same and nothing was recorded since,
another run would say the same: there is none, and the one in force stays.
"""

import time
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Engine,
    FromClause,
    MetaData,
    Select,
    Table,
    bindparam,
    insert,
    literal,
    or_,
    select,
    text,
    union,
    update,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2
from sqlalchemy.sql import visitors

from gisreg.days import today
from gisreg.db import sql
from gisreg.db.engine import Actor, transaction
from gisreg.db.models import ClockEvent, Investigation, Parcel, PlanFact, PlanRule, PlanRun, ProcedureDate
from gisreg.db.table_as import TemporaryTableAs
from gisreg.errors import ConflictError
from gisreg.planning.clock.joining import with_clock
from gisreg.planning.comparing import disagreeing
from gisreg.planning.compile import compile_rules, reasoned_query
from gisreg.planning.recorded import known_before
from gisreg.planning.ruleset import LoadedRuleSet, read_ruleset
from gisreg.planning.run import check_day, put_in_force, require_day_in_force
from gisreg.planning.stored import UNLABELLED_STATES, NoAcceptedRun, lock_runs, seen_from
from gisreg.rights.title import follow
from gisreg.text import Text
from gisreg.vocab import Kind

CHANGED = Table("plan_changed", MetaData(), Column("id", BigInteger))
"""The parcels looked at again, for the time of one transaction."""
CLOSED = [str(state) for state in UNLABELLED_STATES]
_DIALECT: Any = PGDialect_psycopg2()  # type: ignore[no-untyped-call]  # it has no types
UNCHANGED: dict[str, Any] = {"looked_at": 0, "replaced": 0, "new": 0, "dropped": 0, "moved": []}
FactPlace = tuple[str, int, str]
"""A kind, the number of a bit of ``unknown_facts``, and the fact that it stands for."""
FEW = 20
"""Where fewer than one label in so many is looked at, each is found by its key; the planner would read them all."""


class RunNotRefreshable(ConflictError):
    """The run in force looked at a day of the past, was made before labels kept their reasons, or tells of other facts
    than are asked for today: bits of one label would mean another fact than those of the next."""

    what: ClassVar[Text] = Text("批次 {run} 不能增量更新", "run {run} cannot be brought up to date")
    mend: ClassVar[Text] = Text("请重新运行 gisreg plan run", "run gisreg plan run")


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did."""

    run_id: int
    """The new run; where nothing has changed, the one that stays in force."""
    refreshes: int
    """The run that was in force."""
    changed: bool
    """Whether there is a new run."""
    county_code: str
    ruleset: str
    as_of: date
    parcels: int
    """That have a label now."""
    looked_at: int
    replaced: int
    """Of these, whose label or reasons differ."""
    new: int
    dropped: int
    """Closed, removed or taken back since: no label any more."""
    moved: list[dict[str, Any]]
    """How many went from which label to which."""
    disagreements: int
    seconds: float


def refresh_plan(engine: Engine, actor: Actor, county_code: str, *, as_of: date | None = None) -> Refreshed:
    """Bring the run in force up to date, by its own rule set, as of a day (today); the new run is in force at once.

    Raises:
        NoAcceptedRun, RunNotRefreshable, RunGoesOn, AsOfOutOfRange, RunDayAhead.
    """
    started = time.monotonic()
    day = as_of or today()
    check_day(day)
    require_day_in_force(day)
    with transaction(engine, actor) as connection:
        lock_runs(connection, county_code)
        base = _base(connection, county_code)
        seen = seen_from(connection)
        follow(connection, county_code)
        loaded = read_ruleset(base["ruleset_toml"], f"plan_run {base['id']}")
        changed = base["as_of"] != day or _recorded_since(connection, base)
        run_id, counts = _renew(connection, loaded, base, day, seen) if changed else (base["id"], UNCHANGED)
        disagreements = len(disagreeing(connection, county_code, run_id))
    return Refreshed(
        run_id=run_id, refreshes=base["id"], changed=changed, county_code=county_code, ruleset=loaded.rules.title,
        as_of=day, parcels=base["parcels"] + counts["new"] - counts["dropped"], disagreements=disagreements,
        seconds=round(time.monotonic() - started, 3), **counts,
    )  # fmt: skip


def _recorded_since(connection: Connection, base: Any) -> bool:
    """Whether anything was recorded that the run in force may not have seen: what its labels, its explanations and its
    money rest on."""
    books = (book.__table__ for book in (Parcel, ClockEvent, ProcedureDate, Investigation))
    return any(_has_rows(connection, select(book.c.county_code).where(*_since(book, base))) for book in books)


def _renew(
    connection: Connection, loaded: LoadedRuleSet, base: Any, day: date, seen: Any
) -> tuple[int, dict[str, Any]]:
    """The new run, in force, and how its labels differ from those of the old one."""
    run_id = _start(connection, base, day, seen)
    _look(connection, loaded, base, day)
    counts = _replace(connection, base, run_id)
    parcels = base["parcels"] + counts["new"] - counts["dropped"]
    connection.execute(update(PlanRun).where(PlanRun.id == run_id).values(parcels=parcels))
    put_in_force(connection, base["county_code"], run_id)
    return run_id, counts


def _base(connection: Connection, county_code: str) -> Any:
    table = PlanRun.__table__
    wanted = (table.c.county_code == county_code) & (table.c.status == "accepted")
    found = connection.execute(select(table).where(wanted)).mappings().one_or_none()
    if found is None:
        raise NoAcceptedRun(county=county_code)
    bare = select(PlanRule.run_id).where(PlanRule.run_id == found["label_run_id"], PlanRule.place.is_(None))
    if found["recorded_as_of"] is not None or connection.execute(select(bare.exists())).scalar_one():
        raise RunNotRefreshable(run=found["id"])
    return found


def _start(connection: Connection, base: Any, day: date, seen: Any) -> int:
    """The new run; rules, gates and facts are those of the run whose labels it shares."""
    same = ("county_code", "ruleset", "ruleset_version", "ruleset_sha256", "ruleset_toml")
    values = {name: base[name] for name in same}
    values |= {"as_of": day, "seen_from": seen, "refreshes_run_id": base["label_run_id"]}
    run_id: int = connection.execute(insert(PlanRun).values(**values).returning(PlanRun.id)).scalar_one()
    return run_id


def _look(connection: Connection, loaded: LoadedRuleSet, base: Any, day: date) -> None:
    """A small table: the parcels to look at again, their state and their labels as of now."""
    connection.execute(text("SET LOCAL jit = off"))
    others = [*_clock_moved(base, day), *_turned(loaded, base, day)]
    only_edited = base["seen_from"] is not None and not any(_has_rows(connection, one) for one in others)
    if not only_edited:
        changed = union(_edited(base), *others).subquery("changed")
        in_order = select(changed.c.id).order_by(changed.c.id)  # so that neighbours are read together
        connection.execute(TemporaryTableAs(CHANGED.name, in_order))
    label, values, facts = _labelling(loaded.toml, only_edited=only_edited)
    _require_same_facts(connection, base, facts)
    given = {**values, "as_of": day, "county_code": base["county_code"], "seen_from": base["seen_from"]}
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE plan_pass ON COMMIT DROP AS {label}", given)


def _has_rows(connection: Connection, wanted: Select[Any]) -> bool:
    return bool(connection.execute(select(wanted.exists())).scalar_one())


def _require_same_facts(connection: Connection, base: Any, facts: frozenset[FactPlace]) -> None:
    table = PlanFact.__table__
    told = select(table.c.kind, table.c.fact_no, table.c.fact).where(table.c.run_id == base["label_run_id"])
    if {(row.kind, row.fact_no, row.fact) for row in connection.execute(told)} != facts:
        raise RunNotRefreshable(run=base["id"])


@lru_cache(maxsize=8)
def _labelling(toml: str, *, only_edited: bool) -> tuple[str, dict[str, Any], frozenset[FactPlace]]:
    """The statement that labels the changed parcels as of ``as_of``, its other values, and what the bits of its unknown
    facts stand for.

    Where no more than edits have to be looked at, parcels are read once, along the index on their time. The statement
    depends on the rule set alone; to write it takes as long as to label thousands of parcels.
    """
    day = bindparam("as_of", date.min, type_=Date())
    target = with_clock(known_before(None), date.min)
    compiled = compile_rules(read_ruleset(toml), target, day)
    edited = (
        target.c.county_code == bindparam("county_code", "", type_=SqlText()),
        target.c.recorded_at >= bindparam("seen_from", None, type_=DateTime(timezone=True)),
    )
    chosen = edited if only_edited else (target.c.id == CHANGED.c.id,)
    wanted = reasoned_query(compiled, *chosen, carry=[target.c.state])
    written = wanted.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    facts = ((str(kind), no, fact.name) for kind in Kind for no, fact in enumerate(compiled.needed(kind)))
    return str(written), written.params, frozenset(facts)


def _edited(base: Any) -> Select[Any]:
    """Parcels written since the run in force looked."""
    parcel = Parcel.__table__
    return select(parcel.c.id).where(*_since(parcel, base))


def _clock_moved(base: Any, day: date) -> list[Select[Any]]:
    """Parcels whose idle clock something moved: told since, or agreed on a day between the two."""
    parcel, event = Parcel.__table__, ClockEvent.__table__
    moved = select(parcel.c.id).join(event, event.c.parcel_id == parcel.c.id)
    told = moved.where(*_since(event, base))
    between = event.c.agreed_on.between(*sorted((base["as_of"], day)))
    agreed = moved.where(event.c.county_code == base["county_code"], between)
    return [told] if base["as_of"] == day else [told, agreed]


def _since(table: FromClause, base: Any) -> list[ColumnElement[bool]]:
    """Rows of the county written since the run in force looked; all of them where that is not known."""
    ours = table.c.county_code == base["county_code"]
    return [ours] if base["seen_from"] is None else [ours, table.c.recorded_at >= base["seen_from"]]


def _turned(loaded: LoadedRuleSet, base: Any, day: date) -> list[Select[Any]]:
    """Parcels of which a fact that a rule or gate speaks of is another one on the new day; none on the same day."""
    if base["as_of"] == day:
        return []
    target, now, then = with_clock(known_before(None), day), literal(day, Date()), literal(base["as_of"], Date())
    compiled = compile_rules(loaded, target, now)
    new, old = compiled.facts(now), compiled.facts(then)
    spoken = dict.fromkeys(item.name for kind in Kind for item in compiled.spoken_of(kind))
    turning = [name for name in spoken if _turns_on(new[name].expression, now)]
    differs = [old[name].expression.is_distinct_from(new[name].expression) for name in turning]
    turned = select(target.c.id).where(target.c.county_code == base["county_code"], or_(*differs))
    return [turned] if differs else []


def _turns_on(expression: ColumnElement[Any], day: ColumnElement[Any]) -> bool:
    """Whether the as-of date is part of a fact's expression."""
    return any(part is day for part in visitors.iterate(expression))


def _replace(connection: Connection, base: Any, run_id: int) -> dict[str, Any]:
    """Only labels that differ are written; the database keeps what they replace."""
    given = {
        "label_run": base["label_run_id"], "run_id": run_id, "county_code": base["county_code"], "closed": CLOSED,
    }  # fmt: skip

    def ran(name: str) -> Any:
        return connection.execute(text(sql.load("gisreg.planning", name)), given)

    connection.execute(text("SELECT set_config('gisreg.plan_run', :run, true)"), {"run": str(run_id)})
    looked_at = connection.execute(text("SELECT count(*) FROM plan_pass")).scalar_one()
    dropped = ran("refresh_drop.sql").rowcount
    if looked_at * FEW < base["parcels"]:
        connection.execute(text("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"))
    ran("refresh_differs.sql")
    moved = [dict(row) for row in ran("refresh_moved.sql").mappings()]
    replaced = ran("refresh_replace.sql").rowcount
    new = ran("refresh_insert.sql").rowcount
    connection.execute(text(f"DROP TABLE IF EXISTS plan_pass, plan_differs, {CHANGED.name}"))
    return {
        "looked_at": looked_at,
        "replaced": replaced,
        "new": new,
        "dropped": dropped,
        "moved": moved,
    }
