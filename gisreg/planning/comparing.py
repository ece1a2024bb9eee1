"""``plan diff``: what moves from one run to another; ``plan disagreements``: where people see it otherwise."""

from typing import Any, ClassVar

from sqlalchemy import Connection, literal, select, text

from gisreg.db import sql
from gisreg.db.models import PlanRun
from gisreg.errors import InputError, NotFoundError
from gisreg.planning.stored import NoAcceptedRun, RunUnknown
from gisreg.text import Text
from gisreg.vocab import Label

Json = dict[str, Any]


class NoEarlierRun(NotFoundError):
    """There is nothing to compare a run with."""

    what: ClassVar[Text] = Text("批次 {run} 之前没有可比的批次", "no run before {run} to compare it with")
    mend: ClassVar[Text] = Text("请给出另一个批次的编号", "name the other run")


class RunsOfTwoCounties(InputError):
    """Two runs that have no parcel in common."""

    what: ClassVar[Text] = Text(
        "批次 {run} 属于 {county},批次 {other} 属于 {other_county}",
        "run {run} is of {county}, run {other} of {other_county}",
    )
    mend: ClassVar[Text] = Text("请比较同一个县的批次", "compare runs of one county")


def compare_runs(connection: Connection, run_id: int, other_id: int | None = None) -> Json:
    """How many parcels move from which label and measure to which, from ``other_id`` to ``run_id``.

    Without another run: a proposed one is compared with the one in force, any other with the one that was in force
    before it.

    Raises:
        RunUnknown, NoEarlierRun, RunsOfTwoCounties.
    """
    run = _run(connection, run_id)
    other = _run(connection, other_id) if other_id is not None else _before(connection, run)
    if run["county_code"] != other["county_code"]:
        raise RunsOfTwoCounties(
            run=run_id, county=run["county_code"], other=other["id"], other_county=other["county_code"]
        )
    moved = moves(connection, other["id"], run_id)
    return {
        "run": _heading(run),
        "other": _heading(other),
        "parcels": sum(one["parcels"] for one in moved),
        "label_changes": sum(one["parcels"] for one in moved if one["from_label"] != one["to_label"]),
        "items": moved,
    }


def moves(connection: Connection, before: int, after: int) -> list[Json]:
    """The moves between two runs, the largest first; a run without labels, such as 0, counts as none before."""
    given = {"before": before, "after": after}
    rows = connection.execute(text(sql.load("gisreg.planning", "changed.sql")), given).mappings()
    return [_move(dict(row)) for row in rows]


def run_in_force(connection: Connection, county_code: str) -> int | None:
    """The number of the run whose labels hold, if there is one."""
    wanted = (PlanRun.county_code == county_code) & (PlanRun.status == "accepted")
    return connection.execute(select(PlanRun.id).where(wanted)).scalar_one_or_none()


def run_named(connection: Connection, county_code: str, run_id: int | None) -> Any:
    """A run by its number, by default the county's that is in force.

    Raises:
        RunUnknown, NoAcceptedRun.
    """
    return _run(connection, run_id) if run_id is not None else _in_force(connection, county_code)


def disagreements(connection: Connection, county_code: str, run_id: int | None = None) -> Json:
    """Parcels for which people decided otherwise than the rules of a run say, by default the run in force.

    Raises:
        RunUnknown, NoAcceptedRun.
    """
    run = run_named(connection, county_code, run_id)
    return {"run": _heading(run), "items": disagreeing(connection, run["county_code"], run["id"])}


def disagreeing(connection: Connection, county_code: str, run_id: int) -> list[Json]:
    """The rows of :func:`disagreements`."""
    given = {"county_code": county_code, "run_id": run_id}
    rows = connection.execute(text(sql.load("gisreg.planning", "disagreements.sql")), given).mappings()
    return [dict(row) for row in rows]


def _move(row: Json) -> Json:
    """With the labels' titles; a side that has no label has none."""
    titles = {str(label): label.titles for label in Label}
    for side in ("from", "to"):
        label, zh, en = row[f"{side}_label"], row.pop(f"{side}_zh"), row.pop(f"{side}_en")
        row[f"{side}_title"] = (
            {"zh": f"{titles[label].zh} · {zh}", "en": f"{titles[label].en} · {en}"} if label else None
        )
    return row


def _heading(run: Any) -> Json:
    return {
        "id": run["id"], "status": run["status"], "ruleset": f"{run['ruleset']} {run['ruleset_version']}",
        "as_of": run["as_of"].isoformat(), "parcels": run["parcels"],
    }  # fmt: skip


def _run(connection: Connection, run_id: int) -> Any:
    table = PlanRun.__table__
    found = connection.execute(select(table).where(table.c.id == run_id)).mappings().one_or_none()
    if found is None:
        raise RunUnknown(run=run_id)
    return found


def _in_force(connection: Connection, county_code: str) -> Any:
    table = PlanRun.__table__
    wanted = (table.c.county_code == county_code) & (table.c.status == "accepted")
    found = connection.execute(select(table).where(wanted)).mappings().one_or_none()
    if found is None:
        raise NoAcceptedRun(county=county_code)
    return found


def _before(connection: Connection, run: Any) -> Any:
    """What a proposed run would replace, or what another one did."""
    table = PlanRun.__table__
    earlier = select(table).where(table.c.county_code == run["county_code"], table.c.id != run["id"])
    if run["status"] == "proposed":
        earlier = earlier.where(table.c.status == "accepted")
    else:
        # nothing is earlier than a moment that nobody wrote down
        accepted = literal(run["accepted_at"], table.c.accepted_at.type)
        earlier = earlier.where(table.c.accepted_at < accepted).order_by(table.c.accepted_at.desc())
    found = connection.execute(earlier.limit(1)).mappings().one_or_none()
    if found is None:
        raise NoEarlierRun(run=run["id"])
    return found
