"""What is registered judged once more: after the county's tolerance changed, after units did, or after a doubt.

Links between kinds are the registry's own work and are made anew; what people have recorded is told, never changed.
"""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, cast

from sqlalchemy import Connection, Table, func, select, text, update

from gisreg.db.models import County, Parcel, ParcelOverlap
from gisreg.db.sql import load
from gisreg.errors import InputError
from gisreg.parcels.overlaps import Overlap, overlaps_in, relink, tolerance_m2
from gisreg.text import Text
from gisreg.vocab import State

MAX_TOLERANCE_M2 = 1_000_000.0
SAME_AREA_M2 = 0.005
LINKS = cast(Table, ParcelOverlap.__table__)

OVERLAP, TOWNSHIP, AREA = "overlaps_same_kind", "township_differs", "area_disagrees"
WORDS: dict[str, tuple[Text, Text]] = {
    OVERLAP: (
        Text("与同类宗地 {detail} 重叠 {value}", "overlaps parcel {detail} of the same kind by {value}"),
        Text(
            "请用 gisreg parcels subtract 或 move-boundary 处理",
            "mend it with gisreg parcels subtract or move-boundary",
        ),
    ),
    TOWNSHIP: (
        Text("乡镇记为 {value},实际位于 {detail}", "township {value} is recorded, but it lies in {detail}"),
        Text(
            "核对后用 gisreg parcels edit --set township_code={detail} 更正",
            "check it, then gisreg parcels edit --set township_code={detail}",
        ),
    ),
    AREA: (
        Text(
            "批准/登记面积 {value} ㎡ 与图形面积 {detail} ㎡ 相差一倍以上",
            "the official area {value} m² and the boundary's {detail} m² differ by more than twice",
        ),
        Text("请核对面积单位和边界", "check the unit of the area, and the boundary"),
    ),
}


class ToleranceUnusable(InputError):
    """A tolerance is an area."""

    what: ClassVar[Text] = Text("重叠容差 {value} 不可用", "an overlap tolerance of {value} is not usable")
    mend: ClassVar[Text] = Text("应为 0 到 {most} ㎡", "it is between 0 and {most} m²")


@dataclass(frozen=True)
class Doubt:
    """One thing to be looked at."""

    parcel_code: str
    fault: str
    value: str
    detail: str
    place: str = ""

    @property
    def what(self) -> Text:
        """In words."""
        return self._said(0)

    @property
    def mend(self) -> Text:
        """What to do about it."""
        return self._said(1)

    def _said(self, part: int) -> Text:
        words, values = WORDS[self.fault][part], {"value": self.value, "detail": self.detail}
        return Text(words.say("zh", **values), words.say("en", **values))

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {**asdict(self), "what": self.what._asdict(), "mend": self.mend._asdict()}


@dataclass(frozen=True)
class Links:
    """Links between parcels of different kinds, before and after."""

    before: int
    added: int
    removed: int
    changed: int
    """Those whose shared area is another now."""
    after: int


@dataclass(frozen=True)
class Rechecked:
    """A county judged anew."""

    county: str
    dry_run: bool
    tolerance_m2: float
    tolerance_m2_before: float
    parcels: int
    links: Links
    doubts: list[Doubt] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Doubts by fault."""
        found = Counter(doubt.fault for doubt in self.doubts)
        return {fault: found[fault] for fault in WORDS}

    def as_json(self, limit: int | None = None) -> dict[str, Any]:
        """For programs; ``limit`` bounds how many doubts are listed, never how many are counted."""
        told = {name: getattr(self, name) for name in ("county", "dry_run", "tolerance_m2", "tolerance_m2_before")}
        listed = [doubt.as_json() for doubt in self.doubts[:limit]]
        return {**told, "parcels": self.parcels, "links": asdict(self.links), "counts": self.counts(), "doubts": listed}


def recheck(connection: Connection, county: str, *, tolerance: float | None = None, dry_run: bool = False) -> Rechecked:
    """Judge all parcels in use of a county; ``tolerance`` (m²) becomes the county's unless it is a dry run.

    Raises:
        ToleranceUnusable.
    """
    if tolerance is not None and not 0 <= tolerance <= MAX_TOLERANCE_M2:
        raise ToleranceUnusable(where="tolerance", value=tolerance, most=f"{MAX_TOLERANCE_M2:,.0f}")
    if not dry_run:
        _hold(connection, county)
    before = tolerance_m2(connection, county)
    limit = before if tolerance is None else tolerance
    found = overlaps_in(connection, county, limit)
    links = _compared(connection, county, found)
    if not dry_run:
        _write(connection, county, found, links, limit if limit != before else None)
    doubts = [*map(_overlapping, (one for one in found if one.same_kind)), *_doubts(connection, county)]
    return Rechecked(county, dry_run, limit, before, _count(connection, county), links, doubts)


def _hold(connection: Connection, county: str) -> None:
    """Imports wait, and edits with their links: what is written here is of what was judged here."""
    connection.execute(select(County.code).where(County.code == county).with_for_update())
    connection.execute(text("LOCK TABLE parcel_overlap IN SHARE ROW EXCLUSIVE MODE"))


def _compared(connection: Connection, county: str, found: list[Overlap]) -> Links:
    rows = connection.execute(
        select(LINKS.c.parcel_id, LINKS.c.other_id, LINKS.c.area_m2).where(LINKS.c.county_code == county)
    )
    old = {frozenset((one, other)): area for one, other, area in rows}
    new = {frozenset((one.parcel_id, one.other_id)): one.area_m2 for one in found if not one.same_kind}
    changed = sum(abs(area - old[pair]) > SAME_AREA_M2 for pair, area in new.items() if pair in old)
    return Links(len(old), len(new.keys() - old.keys()), len(old.keys() - new.keys()), changed, len(new))


def _write(connection: Connection, county: str, found: list[Overlap], links: Links, tolerance: float | None) -> None:
    if tolerance is not None:
        connection.execute(update(County).where(County.code == county).values(overlap_tolerance_m2=tolerance))
    if links.added or links.removed or links.changed:
        relink(connection, county, found)


def _overlapping(one: Overlap) -> Doubt:
    share = f" ({100 * one.share:.1f}%)" if one.share is not None else ""
    return Doubt(one.parcel_code, OVERLAP, f"{one.area_m2:,.2f} m²{share}", one.other_code, one.place)


def _doubts(connection: Connection, county: str) -> list[Doubt]:
    rows = connection.execute(text(load("gisreg.parcels", "doubts.sql")), {"county": county}).mappings()
    return [Doubt(**row) for row in rows]


def _count(connection: Connection, county: str) -> int:
    wanted = select(func.count()).select_from(Parcel)
    in_use = wanted.where(Parcel.county_code == county, Parcel.state != State.REMOVED)
    return int(connection.execute(in_use).scalar_one())
