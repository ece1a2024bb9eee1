"""``plan run`` and ``plan accept``: one pass labels a county; a run is proposed or accepted, never changed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from sqlalchemy import Connection, Date, Engine, func, literal, select, text, update

from gisreg.counties import choose_county
from gisreg.days import end_of as end_of_day
from gisreg.days import require_come, today
from gisreg.db import sql
from gisreg.db.engine import Actor, transaction
from gisreg.db.models import PlanRun
from gisreg.db.table_as import TemporaryTableAs
from gisreg.errors import ConflictError, InputError
from gisreg.ledger.closeout.roles import require_role_of
from gisreg.ledger.closeout.rulebook import closeout_rules
from gisreg.ledger.closeout.words import Step
from gisreg.planning.clock.joining import with_clock
from gisreg.planning.comparing import disagreeing
from gisreg.planning.compile import CompiledRules, compile_rules, reasoned_query
from gisreg.planning.editions import refuse_other_text
from gisreg.planning.facts import land_area
from gisreg.planning.held import tell_of_run
from gisreg.planning.lint import require_sound
from gisreg.planning.recorded import known_before
from gisreg.planning.ruleset import NATIONAL, LoadedRuleSet, load_ruleset
from gisreg.planning.stored import UNLABELLED_STATES, RunUnknown, lock_runs, seen_from, write_run
from gisreg.rights.title import follow
from gisreg.text import Text

__all__ = [
    "AsOfOutOfRange",
    "LabelTotal",
    "PlanRunSummary",
    "RunAhead",
    "RunDayAhead",
    "RunDoubtful",
    "RunNotProposed",
    "RunUnknown",
    "accept_run",
    "check_day",
    "list_runs",
    "put_in_force",
    "require_day_in_force",
    "run_plan",
    "try_plan",
]
T = TypeVar("T")
HIDDEN = ("ruleset_toml", "label_run_id", "seen_from")
"""What only the registry itself needs of a run."""
PUTTING_IN_FORCE = Text("采用处置建议批次", "putting a plan run in force")
SORT_MEMORY = "96MB"
"""In which each worker sorts its part of a million labels."""


class RunNotProposed(ConflictError):
    """Only a proposed run can be accepted."""

    what: ClassVar[Text] = Text("方案批次 {run} {status},不能采用", "plan run {run} {status}: it cannot be accepted")
    mend: ClassVar[Text] = Text(
        "只能采用待采用的批次;要换回旧规则,请用 gisreg plan run --rules 重新运行",
        "only proposed runs can be; to go back to other rules, run gisreg plan run --rules again",
    )


STANDS = {
    "accepted": Text("已是现行批次", "is in force already"),
    "superseded": Text("已被后来的批次替代", "was superseded by a later one"),
}


class AsOfOutOfRange(InputError):
    """A date far outside any file of a county."""

    what: ClassVar[Text] = Text("日期 {day} 超出范围", "the date {day} is out of range")
    mend: ClassVar[Text] = Text("请用 1990 至 2100 年之间的日期", "use a date between 1990 and 2100")


class RunAhead(ConflictError):
    """A run as of a day that has not come says nothing of today."""

    what: ClassVar[Text] = Text("方案批次 {run} 的基准日 {day} 晚于今天", "plan run {run} is as of {day}, after today")
    mend: ClassVar[Text] = Text(
        "请以今天为基准日重新运行 gisreg plan run", "run gisreg plan run again as of a day that has come"
    )


class RunDayAhead(InputError):
    """Labels of a day to come may be looked at, but hold for nobody today."""

    what: ClassVar[Text] = Text(
        "基准日 {day} 晚于今天,该日的处置建议现在不能生效",
        "{day} has not come: labels as of that day cannot hold today",
    )
    mend: ClassVar[Text] = Text(
        "只能拟定:gisreg plan run --as-of {day} --propose(接口:propose 为 true)",
        "only propose them: gisreg plan run --as-of {day} --propose (over HTTP propose: true)",
    )


class RunDoubtful(ConflictError):
    """A run that hardly anybody means to accept: it would take labels away, or is older than the one in force."""

    what: ClassVar[Text] = Text("采用方案批次 {run} 须确认:{why}", "plan run {run} wants a confirmation: {why}")
    mend: ClassVar[Text] = Text(
        "确要采用,请加 --yes(接口:?yes=true);否则请重新运行 gisreg plan run",
        "to accept it all the same add --yes (over HTTP ?yes=true); else run gisreg plan run again",
    )


EMPTY = Text(
    "该批次没有一宗处置建议,现行批次 {other} 有 {count} 宗", "it labels no parcel; run {other}, in force, {count}"
)
OLDER = Text("该批次拟于现行批次 {other} 之前", "it was made before run {other}, which is in force")


@dataclass(frozen=True)
class LabelTotal:
    """How many parcels carry a label, and their land."""

    parcels: int
    area_mu: float


@dataclass(frozen=True)
class PlanRunSummary:
    """What a run did."""

    run_id: int
    county_code: str
    ruleset: str
    ruleset_sha256: str
    as_of: date
    recorded_as_of: date | None
    status: str
    parcels: int
    by_label: dict[str, LabelTotal]
    by_measure: dict[str, int]
    gated: int
    """Parcels that at least one gate holds."""
    to_find_out: int
    """Parcels with at least one gate whose facts are unknown."""
    disagreements: int
    """Plans decided by people that the rules now see otherwise; the plans stay."""
    seconds: float


def run_plan(
    engine: Engine,
    actor: Actor,
    county_code: str,
    *,
    ruleset_path: Path | None = None,
    as_of: date | None = None,
    propose: bool = False,
    recorded_as_of: date | None = None,
) -> PlanRunSummary:
    """Label every open parcel of a county; unless only proposed, the run is in force at once.

    Terms that ran out since somebody last wrote are followed first, so that no ended seizure holds a parcel.

    Raises:
        DayInFuture: facts recorded on a day that has not come.
        RunDayAhead: as of such a day, and not only proposed.
    """
    started = time.monotonic()
    loaded = load_ruleset(ruleset_path or NATIONAL)
    day = as_of or today()
    check_day(day)
    if not propose:
        require_day_in_force(day)
    if recorded_as_of is not None:
        require_come("recorded_as_of", recorded_as_of)
    require_sound(loaded, day)
    with transaction(engine, actor) as connection:
        choose_county(connection, county_code)
        lock_runs(connection, county_code)
        refuse_other_text(connection, loaded)
        compiled = _compile(loaded, day, recorded_as_of)
        run_id = _start(connection, compiled, county_code, day, recorded_as_of)
        if recorded_as_of is None:
            follow(connection, county_code)
        totals = _label(connection, compiled, county_code, run_id)
        if not propose:
            put_in_force(connection, county_code, run_id)
    status = "proposed" if propose else "accepted"
    return _summary(loaded, county_code, run_id, day, recorded_as_of, status, started, totals)


def _summary(  # noqa: PLR0917 - the fields of the summary, in its order
    loaded: LoadedRuleSet,
    county_code: str,
    run_id: int,
    as_of: date,
    recorded_as_of: date | None,
    status: str,
    started: float,
    totals: dict[str, Any],
) -> PlanRunSummary:
    return PlanRunSummary(
        run_id=run_id,
        county_code=county_code,
        ruleset=loaded.rules.title,
        ruleset_sha256=loaded.sha256,
        as_of=as_of,
        recorded_as_of=recorded_as_of,
        status=status,
        seconds=round(time.monotonic() - started, 3),
        **totals,
    )


def try_plan(
    engine: Engine,
    actor: Actor,
    county_code: str,
    ruleset_path: Path,
    look: Callable[[Connection, int, int], T],
    *,
    as_of: date | None = None,
) -> tuple[PlanRunSummary, T]:
    """What a rule set would do: its totals, and what ``look`` sees of it beside the run in force (0 for none). Then all
    of it is undone."""
    started = time.monotonic()
    loaded = load_ruleset(ruleset_path)
    require_sound(loaded, early=True)
    day = as_of or today()
    check_day(day)
    with transaction(engine, actor) as connection, connection.begin_nested() as trial:
        choose_county(connection, county_code)
        lock_runs(connection, county_code)
        compiled = _compile(loaded, day, None)
        run_id = _start(connection, compiled, county_code, day, None)
        follow(connection, county_code)
        totals = _label(connection, compiled, county_code, run_id)
        seen = look(connection, _in_force(connection, county_code), run_id)
        trial.rollback()
    return _summary(loaded, county_code, run_id, day, None, "tried", started, totals), seen


def _in_force(connection: Connection, county_code: str) -> int:
    """The run in force, or 0, whose labels nobody has."""
    wanted = (PlanRun.county_code == county_code) & (PlanRun.status == "accepted")
    return connection.execute(select(PlanRun.id).where(wanted)).scalar_one_or_none() or 0


def accept_run(engine: Engine, actor: Actor, run_id: int, *, confirmed: bool = False) -> dict[str, Any]:
    """Put a proposed run in force; the run in force before is superseded. Returns the run as :func:`list_runs` does.

    Raises:
        RunUnknown, RunNotProposed, RunAhead.
        RunDoubtful: it is empty or older than the one in force, and nobody ``confirmed`` that it is meant.
    """
    with transaction(engine, actor) as connection:
        county_code, _status = _run_status(connection, run_id)
        lock_runs(connection, county_code)
        _county_code, status = _run_status(connection, run_id)  # again: somebody may just have accepted it
        if status != "proposed":
            raise RunNotProposed(run=run_id, status=STANDS[status])
        _require_meant(connection, county_code, run_id, confirmed=confirmed)
        put_in_force(connection, county_code, run_id)
        return next(run for run in list_runs(connection, county_code, limit=None) if run["id"] == run_id)


def _require_meant(connection: Connection, county_code: str, run_id: int, *, confirmed: bool) -> None:
    """Refuse a day to come; ask where labels would be lost.

    Raises:
        RunAhead, RunDoubtful.
    """
    columns = (PlanRun.id, PlanRun.as_of, PlanRun.parcels)
    ours = connection.execute(select(*columns).where(PlanRun.id == run_id)).one()
    if ours.as_of > today():
        raise RunAhead(run=run_id, day=ours.as_of)
    in_force = connection.execute(
        select(*columns).where(PlanRun.id == _in_force(connection, county_code))
    ).one_or_none()
    if in_force is None or confirmed:
        return
    why = EMPTY if not ours.parcels and in_force.parcels else OLDER if run_id < in_force.id else None
    if why is not None:
        known = {"other": in_force.id, "count": in_force.parcels}
        raise RunDoubtful(run=run_id, why=Text(why.zh.format(**known), why.en.format(**known)))


def _run_status(connection: Connection, run_id: int) -> tuple[str, str]:
    found = connection.execute(select(PlanRun.county_code, PlanRun.status).where(PlanRun.id == run_id)).one_or_none()
    if found is None:
        raise RunUnknown(run=run_id)
    return found.county_code, found.status


def list_runs(connection: Connection, county_code: str | None = None, limit: int | None = 50) -> list[dict[str, Any]]:
    """Runs, newest first."""
    run = PlanRun.__table__
    columns = [column for column in run.columns if column.name not in HIDDEN]
    statement = select(*columns).order_by(run.c.id.desc()).limit(limit)
    if county_code is not None:
        statement = statement.where(run.c.county_code == county_code)
    return [dict(row) for row in connection.execute(statement).mappings()]


def _start(
    connection: Connection, compiled: CompiledRules, county_code: str, as_of: date, recorded_as_of: date | None
) -> int:
    """Write the run with its rules, gates and facts."""
    heading = compiled.loaded.rules.ruleset
    values = {
        "county_code": county_code,
        "ruleset": heading.name,
        "ruleset_version": heading.version,
        "ruleset_sha256": compiled.loaded.sha256,
        "ruleset_toml": compiled.loaded.toml,
        "as_of": as_of,
        "recorded_as_of": recorded_as_of,
        "seen_from": seen_from(connection),
    }
    return write_run(connection, compiled, values)


def _compile(loaded: LoadedRuleSet, as_of: date, recorded_as_of: date | None) -> CompiledRules:
    instant = end_of_day(recorded_as_of) if recorded_as_of else None
    target = with_clock(known_before(instant), as_of, instant)
    return compile_rules(loaded, target, literal(as_of, Date()))


def _label(connection: Connection, compiled: CompiledRules, county_code: str, run_id: int) -> dict[str, Any]:
    """Evaluate in parallel into a temporary table, then one insert; totals come from the small table as well.

    Each worker sorts its part, so that the key of the labels grows at its end only.
    """
    target = compiled.target
    query = reasoned_query(
        compiled,
        target.c.county_code == county_code,
        target.c.state.not_in([str(state) for state in UNLABELLED_STATES]),
        carry=[land_area(target.c).label("land_area_m2")],
    )
    # JIT compiles some hundred expressions for longer than it saves.
    connection.execute(text("SET LOCAL jit = off"))
    connection.execute(text(f"SET LOCAL work_mem = '{SORT_MEMORY}'"))
    connection.execute(TemporaryTableAs("plan_pass", query.order_by("parcel_id")))
    given = {"run_id": run_id, "county_code": county_code}
    connection.execute(text(sql.load("gisreg.planning", "store_labels.sql")), given)
    totals = connection.execute(text(sql.load("gisreg.planning", "totals.sql")), given).mappings().all()
    connection.execute(text("DROP TABLE plan_pass"))
    disagreements = len(disagreeing(connection, county_code, run_id))
    return _summed(connection, run_id, [dict(row) for row in totals], disagreements)


def _summed(connection: Connection, run_id: int, rows: list[dict[str, Any]], disagreements: int) -> dict[str, Any]:
    by_label: dict[str, LabelTotal] = {}
    by_measure: dict[str, int] = {}
    for row in rows:
        before = by_label.get(row["label"], LabelTotal(0, 0.0))
        by_label[row["label"]] = LabelTotal(before.parcels + row["parcels"], before.area_mu + row["area_mu"])
        by_measure[row["measure"]] = by_measure.get(row["measure"], 0) + row["parcels"]
    parcels = sum(row["parcels"] for row in rows)
    connection.execute(update(PlanRun).where(PlanRun.id == run_id).values(parcels=parcels))
    return {
        "parcels": parcels,
        "by_label": by_label,
        "by_measure": by_measure,
        "gated": sum(row["gated"] for row in rows),
        "to_find_out": sum(row["to_find_out"] for row in rows),
        "disagreements": disagreements,
    }


def put_in_force(connection: Connection, county_code: str, run_id: int) -> None:
    """This run instead of the one that was: for whoever plans, as a decision by hand is.

    Raises:
        RoleMayNot.
    """
    require_role_of(connection, closeout_rules(), Step.PLAN, PUTTING_IN_FORCE)
    in_force = (PlanRun.county_code == county_code) & (PlanRun.status == "accepted")
    connection.execute(update(PlanRun).where(in_force).values(status="superseded"))
    connection.execute(
        update(PlanRun)
        .where(PlanRun.id == run_id)
        .values(
            status="accepted",
            accepted_at=func.now(),
            accepted_by=text("coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user)"),
        )
    )
    tell_of_run(connection, run_id)


def require_day_in_force(day: date) -> None:
    """Refuse a day as of which labels cannot hold today.

    Raises:
        RunDayAhead.
    """
    if day > today():
        raise RunDayAhead(where="as_of", day=day.isoformat())


def check_day(day: date) -> None:
    """Refuse a date that no file of a county knows."""
    if not 1990 <= day.year <= 2100:  # noqa: PLR2004 - the years named in the message
        raise AsOfOutOfRange(day=day.isoformat())
