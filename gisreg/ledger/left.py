"""What is left to revitalise, township by township (rules §4). Rows always sum to the county."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, FromClause, RowMapping, and_, case, func, or_, select, text

from gisreg.days import today
from gisreg.db.models import AdminUnit, Zone
from gisreg.parcels.asof import current_at, overlaps_at
from gisreg.vocab import NOT_CLOSED_STATES, OUTSIDE_STATES, State

MU_PER_M2 = 0.0015
"""1 mu = 10,000/15 m²."""


@dataclass
class Tally:
    """A number of parcels and their land in mu."""

    count: int = 0
    mu: float = 0.0

    def add(self, count: int, mu: float) -> None:
        """Count more parcels in."""
        self.count += count
        self.mu += mu


@dataclass
class TownshipLeft:
    """What is left in one township; ``code`` is None in the row of parcels without a known township (乡镇待核).

    ``left_mu`` and ``not_closed_mu`` have the overlap between kinds deducted once; ``by_kind`` and ``by_label`` have
    not, and ``overlap_mu`` is what is left less. Floor area (m²) stands by itself: it is never added to land.
    """

    code: str | None
    name: str | None = None
    name_en: str | None = None
    registered_count: int = 0
    left_count: int = 0
    left_mu: float = 0.0
    left_floor_m2: float = 0.0
    not_closed_count: int = 0
    not_closed_mu: float = 0.0
    revived_count: int = 0
    overlap_mu: float = 0.0
    unmapped_count: int = 0
    suspected_count: int = 0
    taken_back_count: int = 0
    by_kind: dict[str, Tally] = field(default_factory=dict)
    by_label: dict[str, Tally] = field(default_factory=dict)

    def absorb(self, row: RowMapping) -> None:
        """Add one group of parcels (same kind, label and state)."""
        count, mu, state = row["parcels"], row["mu"] or 0.0, row["state"]
        if state == State.SUSPECTED:
            self.suspected_count += count
        if state == State.TAKEN_BACK:
            self.taken_back_count += count
        if state in OUTSIDE_STATES:
            return
        self.registered_count += count
        if state in NOT_CLOSED_STATES:
            self.not_closed_count += count
            self.not_closed_mu += mu
        if not row["is_left"]:
            self.revived_count += count
            return
        self.left_count += count
        self.left_mu += mu
        self.left_floor_m2 += row["floor_m2"] or 0.0
        self.unmapped_count += row["unmapped"]
        self.by_kind.setdefault(row["kind"], Tally()).add(count, mu)
        if row["label"] is not None:
            self.by_label.setdefault(row["label"], Tally()).add(count, mu)

    def deduct(self, shared: "Shared") -> None:
        """Take ground that two kinds share out of the land, once."""
        self.overlap_mu += shared.left_m2 * MU_PER_M2
        self.left_mu -= shared.left_m2 * MU_PER_M2
        self.not_closed_mu -= shared.not_closed_m2 * MU_PER_M2


@dataclass(frozen=True)
class Shared:
    """Ground that parcels of two kinds share, in m²: where both are left, and where neither is closed."""

    left_m2: float
    not_closed_m2: float


def township_place(parcels: FromClause) -> Any:
    """The township that a parcel counts in: none where it is not known."""
    return case((parcels.c.township_name.is_not(None), parcels.c.township_code)).label("township")


def zone_place(parcels: FromClause) -> Any:
    """The zone that a parcel counts in."""
    return parcels.c.zone_code.label("township")


def _groups(parcels: FromClause, county: str, place_of: Callable[[FromClause], Any] = township_place) -> Any:
    c = parcels.c
    place = place_of(parcels)
    return (
        select(
            place,
            c.kind,
            c.label,
            c.state,
            c.is_left,
            func.count().label("parcels"),
            func.sum(c.area_mu).label("mu"),
            func.sum(c.floor_area_m2).label("floor_m2"),
            func.count().filter(c.boundary.is_(None)).label("unmapped"),
            func.max(c.township_name).label("township_name"),
            func.max(c.township_name_en).label("township_name_en"),
        )
        .where(c.county_code == county)
        .group_by(place, c.kind, c.label, c.state, c.is_left)
    )


def shared_ground(
    connection: Connection, county: str, as_of: date | None, place_of: Callable[[FromClause], Any] = township_place
) -> dict[str | None, Shared]:
    """What is to be deducted in each place; the pair counts in that of its first parcel."""
    pairs, parcels = overlaps_at(county, as_of).c, current_at(as_of)
    one, other = parcels.alias("one"), parcels.alias("other")
    place = place_of(one)
    left = and_(one.c.is_left, other.c.is_left)
    not_closed = and_(one.c.state.in_(NOT_CLOSED_STATES), other.c.state.in_(NOT_CLOSED_STATES))
    sums = [func.coalesce(func.sum(pairs.area_m2).filter(which), 0.0) for which in (left, not_closed)]
    found = (
        select(place, *sums)
        .where(one.c.id == pairs.parcel_id, other.c.id == pairs.other_id, or_(left, not_closed))
        .group_by(place)
    )
    return {where: Shared(*areas) for where, *areas in connection.execute(found)}


def township_left(connection: Connection, county: str, as_of: date | None = None) -> list[TownshipLeft]:
    """Every township of the county with what is left there, ordered by code; 乡镇待核 comes last, if there is any."""
    parcels = current_at(as_of)
    day = as_of or today()
    units = select(AdminUnit.code, AdminUnit.name, AdminUnit.name_en).where(
        AdminUnit.county_code == county,
        AdminUnit.level == "township",
        AdminUnit.valid_from <= day,
        AdminUnit.valid_to > day,
    )
    rows: dict[str | None, TownshipLeft] = {
        code: TownshipLeft(code, name, name_en) for code, name, name_en in connection.execute(units.order_by("code"))
    }
    for group in connection.execute(_groups(parcels, county)).mappings():
        code = group["township"]
        if code not in rows:  # 乡镇待核, or a unit that had ended that day and was not yet recorded to have
            named = (group["township_name"], group["township_name_en"]) if code is not None else (None, None)
            rows[code] = TownshipLeft(code, *named)
        rows[code].absorb(group)
    for township, shared in shared_ground(connection, county, as_of).items():
        rows[township].deduct(shared)
    return sorted(rows.values(), key=lambda row: (row.code is None, row.code or ""))


def zone_left(connection: Connection, county: str, as_of: date | None = None) -> list[TownshipLeft]:
    """The same by zone, the second dimension; parcels outside any zone come last, in the row whose code is None.

    A code that the county has no zone for keeps a row of its own, without a name.
    """
    parcels = current_at(as_of)
    zones = select(Zone.code, Zone.name, Zone.name_en).where(Zone.county_code == county).order_by(Zone.code)
    rows: dict[str | None, TownshipLeft] = {
        code: TownshipLeft(code, name, name_en) for code, name, name_en in connection.execute(zones)
    }
    outside = TownshipLeft(None)
    for group in connection.execute(_groups(parcels, county, zone_place)).mappings():
        code = group["township"]
        row = outside if code is None else rows.setdefault(code, TownshipLeft(code))
        row.absorb(group)
    for code, shared in shared_ground(connection, county, as_of, zone_place).items():
        (outside if code is None else rows[code]).deduct(shared)
    return [*rows.values(), outside]


def county_left(townships: Iterable[TownshipLeft]) -> TownshipLeft:
    """The county's row: the sum of its townships."""
    total = TownshipLeft(None)
    for row in townships:
        for name in _SUMMED:
            setattr(total, name, getattr(total, name) + getattr(row, name))
        for mine, theirs in ((total.by_kind, row.by_kind), (total.by_label, row.by_label)):
            for key, tally in theirs.items():
                mine.setdefault(key, Tally()).add(tally.count, tally.mu)
    return total


_SUMMED = (
    "registered_count", "left_count", "left_mu", "left_floor_m2", "not_closed_count", "not_closed_mu",
    "revived_count", "overlap_mu", "unmapped_count", "suspected_count", "taken_back_count",
)  # fmt: skip


def last_change(connection: Connection, county: str) -> str:
    """A stamp that changes whenever a figure of the county can have changed: for caches."""
    statement = text(
        """
        SELECT concat_ws('/', (SELECT max(recorded_at) FROM parcel WHERE county_code = :county),
            (SELECT max(accepted_at) FROM plan_run WHERE county_code = :county),
            (SELECT max(id) FROM plan WHERE county_code = :county))
        """
    )
    return str(connection.execute(statement, {"county": county}).scalar_one())
