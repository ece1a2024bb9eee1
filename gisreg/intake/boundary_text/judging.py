"""A parcel's points judged: what they are, whether they close, where they cross; its shape and its area come of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gisreg.geometry import STORAGE_SRID, WGS84_SRID, Zone, zone_of
from gisreg.intake import crs
from gisreg.intake.boundary_text import rings as ring_work
from gisreg.intake.boundary_text.areas import StatedArea, read_area
from gisreg.intake.boundary_text.axes import Reading, Unit, agrees, commonest, place, reading_of, zone_from
from gisreg.intake.boundary_text.faults import KINDS
from gisreg.intake.boundary_text.lines import RawParcel
from gisreg.intake.notes import UNREADABLE, Note

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Manner:
    """What a format promises, so that breaking it is worth telling."""

    north_first: bool = True
    """Where the numbers themselves do not tell."""
    order_matters: bool = True
    closes: bool = True
    """Each ring ends with its first point."""


TEXT_MANNER = Manner()


@dataclass
class Work:
    """One parcel on its way to a row."""

    raw: RawParcel
    reading: Reading | None
    notes: list[Note] = field(default_factory=list)
    shape: "BaseGeometry | None" = None
    measured_m2: float = 0.0
    area: StatedArea | None = None
    elsewhere: Zone | None = None
    """The zone of its numbers, where the file's other parcels are in another."""

    def say(self, token: str, *, place: str | None = None, **words: object) -> None:
        """Note something about the parcel."""
        note = KINDS[token].about(self.raw.line, self.raw.code or None, place=place, words=words)
        self.notes.append(note)

    @property
    def refused(self) -> bool:
        """Whether anything noted keeps it out."""
        return any(note.refuses for note in self.notes)

    @property
    def wkb(self) -> bytes:
        """The row's shape; none that could be read where it is refused."""
        return UNREADABLE if self.refused or self.shape is None else bytes(self.shape.wkb)


def begin(parcels: Sequence[RawParcel]) -> tuple[list[Work], Reading | None]:
    """Each parcel with its own reading of the numbers, and the one most parcels have."""
    works = [Work(parcel, reading_of(parcel.points)) for parcel in parcels]
    return works, commonest(work.reading for work in works)


def judge_all(works: Sequence[Work], usual: Reading | None, where: crs.FoundCrs, manner: Manner = TEXT_MANNER) -> None:
    """Shape and area of all parcels.

    Outside China's systems any number may be anything: only the manner's order holds.
    """
    chinese = zone_of(where.srid) is not None or where.srid in (STORAGE_SRID, WGS84_SRID)
    others_closed = manner.closes and _others_closed(works)
    for work in works:
        cut_possible = others_closed and work is works[-1]
        _judge(work, usual if chinese else None, where, manner, cut_possible=cut_possible)


def _others_closed(works: Sequence[Work]) -> bool:
    """Whether all parcels before the last one end where they began: then an open last one was cut off."""
    return len(works) > 1 and all(
        ring.closed
        for work in works[:-1]
        for ring in ring_work.rings_of(work.raw.points, degrees=_in_degrees(work.reading))
    )


def _in_degrees(reading: Reading | None) -> bool:
    return reading is not None and reading.unit is Unit.DEGREES


def _judge(work: Work, usual: Reading | None, where: crs.FoundCrs, manner: Manner, *, cut_possible: bool) -> None:
    """Shape and area of one parcel, or why it has none; each step only where the one before went well."""
    raw = work.raw
    if raw.shape != "面":
        work.say("text_not_polygon", line=raw.line, shape=raw.shape)
        return
    rings = ring_work.rings_of(raw.points, degrees=_in_degrees(work.reading))
    if _is_cut(work, rings, cut_possible=cut_possible):
        last = max(point.line for point in raw.points) if raw.points else raw.line
        work.say("text_cut", line=raw.line, last=last, count=raw.count or "?", found=len(raw.points))
        return
    for bad in raw.bad:
        work.say("text_bad_line", line=bad.line, text=bad.text)
    if not raw.points and not raw.bad:
        work.say("text_no_points", line=raw.line)
    _check_ends(work, rings, manner)
    if usual is not None and raw.points:
        _check_points(work, rings, usual, manner)
    if work.refused:
        return
    north_first = work.reading.north_first if work.reading and usual else manner.north_first
    _shape(work, rings, where, north_first=north_first)
    if not work.refused:
        _compare(work, rings)


def _is_cut(work: Work, rings: Sequence[ring_work.Ring], *, cut_possible: bool) -> bool:
    """An open end, and fewer points than stated, or a last line that is no point, or no count in the last parcel."""
    raw = work.raw
    if not rings or rings[-1].closed or rings[-1].far_end:
        return False
    torn = bool(raw.bad) and raw.bad[-1].line > raw.points[-1].line
    short = raw.count is not None and len(raw.points) < raw.count - len(rings)
    return short or (cut_possible and (torn or raw.count is None))


def _check_ends(work: Work, rings: Sequence[ring_work.Ring], manner: Manner) -> None:
    for ring in rings:
        first = ring.points[0]
        if ring.different < ring_work.LEAST_POINTS:
            work.say("text_few_points", ring=ring.name, line=first.line, found=ring.different)
        elif ring.far_end:
            away = f"{ring_work.distance(ring.far_end, first):.3f}"
            work.say("text_closing_point_far", line=ring.far_end.line, label=ring.far_end.label, metres=away)
        elif ring.wrong_end:
            end = ring.wrong_end
            work.say("text_closing_point", line=end.line, text=f"{end.first:.10g},{end.second:.10g}")
        elif not ring.closed and manner.closes:
            work.say("text_not_closed", ring=ring.name, line=first.line)


def _check_points(work: Work, rings: Sequence[ring_work.Ring], usual: Reading, manner: Manner) -> None:
    """Every point must be written as the parcel's others are, and the parcel in the file's zone."""
    reading = work.reading
    points = [point for ring in rings for point in ring.points]
    strange = [point for point in points if reading is None or not agrees(point, reading)]
    for point in strange:
        work.say("text_point", line=point.line, text=f"{point.first:.10g},{point.second:.10g}")
    if reading is None or strange:
        return
    if (reading.unit, reading.zone) != (usual.unit, usual.zone):
        zone, other = (one.zone or one.unit.value for one in (reading, usual))
        moved = reading.unit is usual.unit is Unit.PREFIXED  # the numbers themselves tell their zone
        work.say("text_zone_moved" if moved else "text_other_zone", line=work.raw.line, zone=zone, other=other)
        work.elsewhere = zone_from(reading.zone, prefixed=True) if moved and reading.zone else None
    if not work.refused and not reading.north_first and manner.order_matters:
        work.say("text_swapped", line=work.raw.line)


def _shape(work: Work, rings: Sequence[ring_work.Ring], where: crs.FoundCrs, *, north_first: bool) -> None:
    shape = ring_work.polygon([[place(point, north_first=north_first) for point in ring.points] for ring in rings])
    spot = ring_work.crossing(shape)
    if spot:
        lines = ring_work.near_lines(spot, rings, north_first=north_first)
        work.say("text_crosses", lines="、".join(map(str, lines)), place=f"{spot[0]:.10g} {spot[1]:.10g}")
        return
    work.measured_m2 = float(shape.area) if work.elsewhere else _measured(shape, where)
    work.shape = _moved(shape, work.elsewhere.srid, where.srid) if work.elsewhere else shape
    work.area = read_area(work.raw.area, work.measured_m2) if work.raw.area else None


def _moved(shape: "BaseGeometry", srid: int, to_srid: int) -> "BaseGeometry":
    """The shape in another zone of the same datum."""
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy
    from pyproj import Transformer  # noqa: PLC0415 - heavy

    transformer = Transformer.from_crs(srid, to_srid, always_xy=True)
    return shapely.transform(shape, lambda spots: np.column_stack(transformer.transform(spots[:, 0], spots[:, 1])))


def _measured(shape: "BaseGeometry", where: crs.FoundCrs) -> float:
    if not where.geographic:
        return float(shape.area) * (crs.metres_per_unit(where.srid) or 1.0) ** 2
    from pyproj import Geod  # noqa: PLC0415 - heavy

    return abs(float(Geod(a=6_378_137.0, rf=298.257222101).geometry_area_perimeter(shape)[0]))


def _compare(work: Work, rings: Sequence[ring_work.Ring]) -> None:
    """What is stated beside what is there: the number of points and the area."""
    raw, written = work.raw, sum(ring.written for ring in rings)
    different = sum(len(ring.points) for ring in rings)
    if raw.count is not None and raw.count not in (written, different, different + len(rings), different + 1):
        work.say("text_count", count=raw.count, found=written)
    if not raw.area:
        return
    if work.area is None:
        work.say("text_area_unreadable", text=raw.area[:40])
    elif not work.area.agrees:
        stated, measured = f"{work.area.m2:.1f}", f"{work.measured_m2:.1f}"
        work.say("text_area_differs", text=raw.area[:40], stated=stated, measured=measured)
    elif work.area.assumed:
        work.say("text_area_unit", text=raw.area[:40], unit=work.area.unit)
