"""The copy that tiles are made of follows the registry: looked at before a tile is answered, written where it differs.

Nothing tells it of changes, so nothing that changes the registry pays for it. What was written since it last looked is
found by the index on the time of writing, as a refresh of labels finds it. Whoever looks first brings it up to date;
others wait for that. Data that differ get a new version, which tiles and their ETags are named by.
"""

import time
import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    MetaData,
    Table,
    delete,
    func,
    insert,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from gisreg.db.engine import Actor, transaction
from gisreg.db.models import Parcel, ParcelDrawnState
from gisreg.db.sql import load
from gisreg.db.table_as import TemporaryTableAs
from gisreg.features import leaving
from gisreg.parcels.current import parcel_current
from gisreg.tiles.copying import DRAWN, KEYS, SUM, TOLD, copies, copy_into, sums

PARCEL = cast(Table, Parcel.__table__)
STATE = cast(Table, ParcelDrawnState.__table__)
CHANGED = Table("parcel_changed", MetaData(), Column("id", BigInteger))
"""Parcels to be copied again, for the time of one transaction."""
AGAIN = Table("parcel_again", MetaData(), *(Column(column.name, column.type) for column in DRAWN.columns))
"""Their rows as they should be."""
FOLLOWING_LOCK = 7_446_501
"""Advisory lock: one process brings the copy up to date, others wait for it."""
MANY, SHARE = 20_000, 5
"""More than so many, and than one in so many: all is copied anew, which then is quicker."""
WRITER = Actor("gisreg", "tiles")


@dataclass(frozen=True)
class Followed:
    """What was found and done."""

    looked_at: int
    """Of a county that is copied as a whole, no more than are needed to see that it is."""
    anew: bool
    changed: bool
    seconds: float


def follow(engine: Engine) -> Followed | None:
    """Bring the copy up to date; None where it was. Whoever may end meanwhile says so by ``leaving.reader``."""
    with transaction(engine) as connection, _given_up(connection):
        if not _behind(connection):
            return None
    started = time.monotonic()
    with transaction(engine, WRITER) as connection, _given_up(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": FOLLOWING_LOCK})
        # before looking: what is under way now is looked for again the next time
        seen = connection.execute(select(func.open_since())).scalar_one()
        stands = _stands(connection)
        looked_at = _look(connection, stands)
        anew = _is_much(connection, looked_at)
        differing = _copy_anew(connection) if anew else _copy(connection)
        changed = [one.code for one in stands if anew or one.code in differing or _place_moved(one)]
        _write_down(connection, stands, changed, seen)
        connection.execute(text(f"DROP TABLE {CHANGED.name}"))
    return Followed(looked_at, anew, bool(changed), round(time.monotonic() - started, 3))


def _given_up(connection: Connection) -> AbstractContextManager[None]:
    """What runs in the block is stopped with whom it is done for."""
    waiting = leaving.reader.get()
    return nullcontext() if waiting is None else waiting.working(connection.connection.driver_connection)


_CHANGED = load("gisreg.tiles", "changed.sql")


def _look(connection: Connection, stands: Sequence[Any]) -> int:
    """How many may have to be copied. They are listed only where they will be copied one by one."""
    connection.execute(text(f"CREATE TEMPORARY TABLE {CHANGED.name} (id bigint) ON COMMIT DROP"))
    asked = [_asked(county) for county in stands]
    whole = [given["county"] for given in asked if given["everything"]]
    some = select(PARCEL.c.id).where(PARCEL.c.county_code.in_(whole)).limit(MANY + 1).subquery()
    found = int(connection.execute(select(func.count()).select_from(some)).scalar_one())
    if found > MANY:
        return found
    for given in asked:
        connection.execute(text(f"INSERT INTO {CHANGED.name} {_CHANGED}"), given)
    connection.execute(text(f"ANALYZE {CHANGED.name}"))
    return int(connection.execute(select(func.count()).select_from(CHANGED)).scalar_one())


def _stands(connection: Connection) -> Sequence[Any]:
    return connection.execute(text(load("gisreg.tiles", "where_it_stands.sql"))).all()


def _behind(connection: Connection) -> bool:
    """Whether anything may have to be done: a few lookups by index where nothing has changed."""
    for county in _stands(connection):
        if county.version is None or county.run_id != county.run_now or _place_moved(county):
            return True
        if connection.execute(text(f"SELECT EXISTS ({_CHANGED})"), _asked(county)).scalar_one():
            return True
    return False


def _place_moved(county: Any) -> bool:
    """Whether its townships are others; so are those of a county that was not looked at yet."""
    return county.version is None or bool(county.units != county.units_now)


def _asked(county: Any) -> dict[str, Any]:
    """The parameters of ``changed.sql``."""
    relabelled = county.run_id != county.run_now
    brought_up = relabelled and county.label_run_id is not None and county.label_run_id == county.label_run_then
    forward = brought_up and county.run_now > county.run_id
    return {
        "county": county.code,
        "seen": county.seen_from,
        "everything": county.version is None or (relabelled and not forward),
        "label_run": county.label_run_id if forward else None,
        "run_then": county.run_id if forward else None,
    }


def _is_much(connection: Connection, changed: int) -> bool:
    if changed <= MANY:
        return False
    known = connection.execute(select(func.count()).select_from(DRAWN)).scalar_one()
    return changed * SHARE > known or not connection.execute(select(CHANGED.c.id).limit(1)).all()


def _copy_anew(connection: Connection) -> set[str]:
    """All of it, the index made afterwards."""
    connection.execute(select(func.parcel_drawn_aside()))
    connection.execute(copy_into(DRAWN, copies()))
    summed = sums(DRAWN).subquery("summed")
    ordered = select(summed).order_by(summed.c.level, summed.c.x, summed.c.y)  # cells of a tile lie side by side
    connection.execute(insert(SUM).from_select([*KEYS, *TOLD], ordered))
    connection.execute(select(func.parcel_drawn_back()))
    return set()


def _copy(connection: Connection) -> set[str]:
    """The changed ones; gives the counties in which a map shows it."""
    chosen = parcel_current.c.id.in_(select(CHANGED.c.id))
    connection.execute(TemporaryTableAs(AGAIN.name, copies(chosen)))
    old = DRAWN.c.id.in_(select(CHANGED.c.id))
    differing = _differing(connection)
    before = select(DRAWN).where(old).subquery("before_row")
    both = union_all(*(select(part) for part in (sums(before, -1).subquery(), sums(AGAIN).subquery()))).subquery()
    keys = [both.c[name] for name in KEYS]
    added = [func.sum(both.c[name]).cast(BigInteger).label(name) for name in TOLD]
    _add(connection, select(*keys, *added).group_by(*keys))
    connection.execute(delete(DRAWN).where(old, DRAWN.c.id.not_in(select(AGAIN.c.id))))
    writing = upsert(DRAWN).from_select([column.name for column in DRAWN.columns], select(AGAIN))
    rest = {column.name: writing.excluded[column.name] for column in DRAWN.columns if column.name != "id"}
    connection.execute(writing.on_conflict_do_update(index_elements=["id"], set_=rest))
    connection.execute(text(f"DROP TABLE {AGAIN.name}"))
    return differing


def _differing(connection: Connection) -> set[str]:
    """Counties with a parcel that a map shows otherwise than before: an edit of its remark is none."""
    shown = [column.name for column in DRAWN.columns if column.name != "version"]
    was = select(*(DRAWN.c[name] for name in shown)).where(DRAWN.c.id.in_(select(CHANGED.c.id)))
    should_be = select(*(AGAIN.c[name] for name in shown))
    found: set[str] = set()
    for one, other in ((was, should_be), (should_be, was)):
        left = one.except_(other).subquery("left_over")
        found |= set(connection.execute(select(left.c.county_code).distinct()).scalars())
    return found


def _add(connection: Connection, rows: Any) -> None:
    writing = upsert(SUM).from_select([*KEYS, *TOLD], rows)
    added = {name: SUM.c[name] + writing.excluded[name] for name in TOLD}
    connection.execute(writing.on_conflict_do_update(index_elements=list(KEYS), set_=added))
    connection.execute(delete(SUM).where(SUM.c.parcels == 0, SUM.c.level == 0))


def _write_down(connection: Connection, stands: Sequence[Any], changed: Sequence[str], seen: Any) -> None:
    """What is known now; a version stays where nothing that is shown differs."""
    for county in stands:
        values = {
            "version": uuid.uuid4().hex if county.code in changed else county.version,
            "seen_from": seen,
            "run_id": county.run_now,
            "units": county.units_now,
        }
        if all(getattr(county, name) == value for name, value in (*values.items(), ("units", county.units_now))):
            continue
        writing = upsert(STATE).values(county_code=county.code, **values)
        connection.execute(writing.on_conflict_do_update(index_elements=["county_code"], set_=values))


def version_of(connection: Connection) -> str:
    """What tiles of this snapshot are made from; empty before the first look."""
    found = connection.execute(select(STATE.c.county_code, STATE.c.version).order_by(STATE.c.county_code))
    return ";".join(f"{code}:{version}" for code, version in found)
