"""One edit: parcels locked at the version it is based on, changed through the history, and told as one in the journal.

The caller owns the transaction (:func:`gisreg.db.engine.transaction` with an actor); a failure undoes all of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, cast

from sqlalchemy import Connection, Table, bindparam, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT

from gisreg.db.models import County, Parcel, ParcelEdit, ParcelLineage
from gisreg.db.shapes import ewkb, from_database, transformed
from gisreg.db.sql import load
from gisreg.geometry import STORAGE_SRID, zone_for, zone_of
from gisreg.intake.errors import NumbersExhausted
from gisreg.parcels.attributes import OWN_KEYS
from gisreg.parcels.codes import doubts
from gisreg.parcels.faults import NothingToChange, ParcelUnmapped, SameParcelTwice, StaleVersion
from gisreg.parcels.lineage import require_in_use
from gisreg.parcels.overlaps import Overlap, overlaps_of, relink, tolerance_m2
from gisreg.parcels.placing import placed
from gisreg.parcels.read import ParcelNotFound, Row
from gisreg.parcels.together import completed
from gisreg.parcels.versions import differences_since
from gisreg.parcels.warned import Warned, warned
from gisreg.text import Text
from gisreg.vocab import State

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

PARCEL = cast(Table, Parcel.__table__)
STAMPS = ("id", "version", "recorded_at", "recorded_by", "recorded_from")
LAST_NUMBER = 9_999_999
PATIENCE = "15s"
"""How long an edit waits for others (an import that hands out numbers) before it is told to come again."""
Role = Literal["changed", "new", "retired"]

OVERLAPS = Text("与同类宗地 {other} 重叠 {area_m2} ㎡", "overlaps parcel {other} of the same kind by {area_m2} m²")
OVERLAPS_MEND = Text("请用 subtract 或 move-boundary 处理", "mend it with subtract or move-boundary")
HEIGHTS_LOST = Text(
    "测量的高程未保留:{corners} 个界址点没有高程", "the survey's heights are not kept: {corners} corners have none"
)
HEIGHTS_MEND = Text(
    "原高程见上一版;请补测新界址点", "the version before has them; survey the new corners to have them again"
)


@dataclass(frozen=True)
class Basis:
    """A parcel and the version of it that the editor has seen."""

    parcel_code: str
    version: int


@dataclass(frozen=True)
class Subject:
    """A locked parcel and, where it has a boundary, its shape in metres in the zone of its survey."""

    row: Row
    shape: "BaseGeometry | None" = None
    srid: int = STORAGE_SRID

    @property
    def key(self) -> int:
        """Its key in the database."""
        return int(self.row["id"])

    @property
    def code(self) -> str:
        """Its number."""
        return str(self.row["parcel_code"])

    @property
    def ground(self) -> "BaseGeometry":
        """Its shape.

        Raises:
            ParcelUnmapped: it has none.
        """
        if self.shape is None:
            raise ParcelUnmapped(where=self.code, parcel_code=self.code)
        return self.shape


@dataclass(frozen=True)
class Outcome:
    """What became of one parcel."""

    parcel_code: str
    role: Role
    version: int
    area_m2: float | None
    planar_area_m2: float | None
    official_area_m2: float | None


@dataclass(frozen=True)
class Edited:
    """An edit that was done."""

    edit_id: int
    operation: str
    parcels: list[Outcome]
    warnings: list[Warned] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For programs: wording in both languages."""
        warnings = [{**asdict(one), "what": one.what._asdict(), "mend": one.mend._asdict()} for one in self.warnings]
        return {**asdict(self), "warnings": warnings}


class Edit:
    """An edit under way in one transaction."""

    def __init__(self, connection: Connection, operation: str, reason: str | None = None) -> None:
        self.connection = connection
        self.operation = operation
        self.reason = reason
        self.happened_on: date | None = None
        """When it took place, where that is kept beside the day of its recording."""
        self._done: dict[int, Outcome] = {}
        self._lineage: list[tuple[int, int | None]] = []
        self._moved: set[int] = set()
        self._warnings: list[Warned] = []
        self._county: str | None = None
        self._surveys: dict[int | None, tuple[BaseGeometry, int]] = {}
        connection.execute(
            text(
                "SELECT set_config('gisreg.source', current_setting('gisreg.source') || ':' || :operation, true),"
                " set_config('lock_timeout', :patience, true)"
            ),
            {"operation": operation, "patience": PATIENCE},
        )

    # -- locking

    def lock_numbers(self, county: str) -> None:
        """Keep other work from handing out numbers; before any parcel is locked, as imports do."""
        self.connection.execute(select(County.code).where(County.code == county).with_for_update())

    def lock(
        self, *bases: Basis, wanted: Mapping[str, Any] | None = None, makes_new: bool = False, in_use: bool = True
    ) -> list[Subject]:
        """The parcels, locked, in the order named.

        Raises:
            ParcelNotFound, ParcelRetired, StaleVersion, SameParcelTwice.
        """
        codes = [basis.parcel_code for basis in bases]
        if len(set(codes)) != len(codes):
            raise SameParcelTwice(wanted=len(codes), codes=", ".join(codes))
        if makes_new:
            self.lock_numbers(codes[0][:6])
        locked = select(PARCEL).where(PARCEL.c.parcel_code.in_(codes)).order_by(PARCEL.c.id).with_for_update()
        rows = {row["parcel_code"]: dict(row) for row in self.connection.execute(locked).mappings()}
        for basis in bases:
            self._require(rows.get(basis.parcel_code), basis, wanted, in_use=in_use)
        self._county = str(rows[codes[0]]["county_code"])
        return [self.subject(rows[code]) for code in codes]

    def lock_ids(self, ids: Sequence[int]) -> dict[int, Row]:
        """Parcels by their keys, locked as they are now."""
        locked = select(PARCEL).where(PARCEL.c.id.in_(ids)).order_by(PARCEL.c.id).with_for_update()
        rows = {row["id"]: dict(row) for row in self.connection.execute(locked).mappings()}
        self._county = str(next(iter(rows.values()))["county_code"])
        return rows

    def _require(self, row: Row | None, basis: Basis, wanted: Mapping[str, Any] | None, *, in_use: bool) -> None:
        if row is None:
            raise ParcelNotFound(where=basis.parcel_code, parcel_code=basis.parcel_code)
        if in_use and row["state"] == State.REMOVED:
            require_in_use(self.connection, basis.parcel_code)
        self.require_at(row, basis, wanted)

    def require_at(self, row: Row, basis: Basis, wanted: Mapping[str, Any] | None = None) -> None:
        """The locked parcel is at the version that was seen.

        Raises:
            StaleVersion.
        """
        if row["version"] != basis.version:
            raise StaleVersion(
                where=basis.parcel_code,
                parcel_code=basis.parcel_code,
                based_on=basis.version,
                version=row["version"],
                recorded_by=row["recorded_by"],
                recorded_at=f"{row['recorded_at']:%Y-%m-%d %H:%M}",
                differences=differences_since(self.connection, row["id"], basis, wanted),
            )

    def subject(self, row: Row) -> Subject:
        """A parcel and its shape in metres."""
        if row["boundary"] is None:
            return Subject(row)
        own = self._surveyed(row)
        return Subject(row, *own) if own else Subject(row, *self.in_zone_of(_flat(row["boundary"]), STORAGE_SRID))

    def _surveyed(self, row: Row) -> "tuple[BaseGeometry, int] | None":
        """The survey's own coordinates, where they are in a zone and a boundary as they stand."""
        srid = int(row["survey_crs"].removeprefix("EPSG:")) if row["survey_crs"] else 0
        if zone_of(srid) is None or row["survey_boundary"] is None:
            return None
        shape = _flat(row["survey_boundary"])
        self._surveyed_heights(row, srid)
        return (shape, srid) if shape.geom_type in ("Polygon", "MultiPolygon") and shape.is_valid else None

    # -- heights

    def _surveyed_heights(self, row: Row, srid: int) -> None:
        raised = _raised(row["survey_boundary"])
        if raised is not None:
            self._surveys[row["id"]] = raised, srid

    def has_heights(self, surveyed: "BaseGeometry | None", srid: int) -> None:
        """What is given for a boundary knows heights."""
        if surveyed is not None:
            self._surveys[None] = surveyed, srid

    def _with_heights(self, code: str, shape: "BaseGeometry", srid: int, owners: Iterable[int]) -> "BaseGeometry":
        """The shape with its heights, where it had or is given any and all of its corners still have one."""
        if not self._surveys.keys() & {None, *owners}:
            return shape
        from gisreg.parcels.heights import with_heights  # noqa: PLC0415 - numpy, and few surveys have heights

        raised, missing = with_heights(shape, [survey for survey, zone in self._surveys.values() if zone == srid])
        if missing:
            self._warnings.append(warned(code, "heights_dropped", HEIGHTS_LOST, HEIGHTS_MEND, corners=missing))
        return raised

    # -- coordinates

    def transformed(self, shape: "BaseGeometry", srid: int, target: int) -> "BaseGeometry":
        """The shape in another CRS; the very same where it is in it already."""
        return transformed(self.connection, [shape], srid, target)[0]

    def in_zone_of(self, shape: "BaseGeometry", srid: int) -> "tuple[BaseGeometry, int]":
        """The shape in metres: as it is where it is in a zone, else in the 3° zone of its longitude."""
        if zone_of(srid) is not None:
            return shape, srid
        degrees = self.transformed(shape, srid, STORAGE_SRID)
        target = zone_for(degrees.centroid.x).srid
        return self.transformed(degrees, STORAGE_SRID, target), target

    def together(self, subjects: Sequence[Subject]) -> "tuple[list[BaseGeometry], int]":
        """The shapes in one zone, that of the first; those in it already stay as they are."""
        srid = subjects[0].srid
        return [self.transformed(subject.ground, subject.srid, srid) for subject in subjects], srid

    # -- writing

    def change(
        self, subject: Subject, values: Mapping[str, Any], shape: "BaseGeometry | None" = None, srid: int | None = None
    ) -> None:
        """A new version of a parcel."""
        row = completed(subject.row, values)
        if shape is not None:
            row |= self._ground(subject.row, shape, srid or subject.srid, [subject.key])
        if not row:
            raise NothingToChange(where=subject.code)
        stored = self.connection.execute(
            update(PARCEL).where(PARCEL.c.id == subject.row["id"]).values(**row).returning(*_OUTCOME)
        ).one()
        self._note(stored, "changed")
        self._doubt(subject.code, subject.row, values)
        if shape is not None:
            self._moved.add(stored.id)

    def make(
        self, template: Row, values: Mapping[str, Any], shape: "BaseGeometry", srid: int,
        predecessors: Iterable[Subject] = (),
    ) -> str:  # fmt: skip
        """A new parcel with a number of its own; what ``values`` does not say is as in ``template``."""
        county = str(template["county_code"])
        self._county = county
        came_from = [predecessor.key for predecessor in predecessors]
        kept = {name: value for name, value in template.items() if name not in (*STAMPS, *OWN_KEYS)}
        row = {**kept, **completed(kept, values)}
        row |= self._ground(row, shape, srid, came_from)
        row["parcel_code"] = self._next_number(county)
        stored = self.connection.execute(insert(PARCEL).values(**row).returning(*_OUTCOME)).one()
        self._note(stored, "new")
        self._doubt(stored.parcel_code, kept, values)
        self._moved.add(stored.id)
        self._inherit(stored.id, came_from)
        return str(row["parcel_code"])

    def _inherit(self, new: int, predecessors: Sequence[int]) -> None:
        """Lineage, and what lies on the ground or was decided about it."""
        if not predecessors:
            return
        for old in predecessors:
            self._lineage.append((old, new))
            self.connection.execute(text(load("gisreg.parcels", "inherit.sql")), {"old": old, "new": new})
        self.connection.execute(_FOLLOW_PLAN, {"old": list(predecessors), "new": new})

    def retire(self, subject: Subject, successors: Iterable[int] | None = None) -> None:
        """The number goes out of use; ``successors`` where they were not made in this edit."""
        stored = self.connection.execute(
            update(PARCEL).where(PARCEL.c.id == subject.row["id"]).values(state=State.REMOVED).returning(*_OUTCOME)
        ).one()
        self._note(stored, "retired")
        self._moved.add(stored.id)
        named = list(successors or ())
        self._lineage += [(stored.id, other) for other in named]
        if not named and not any(predecessor == stored.id for predecessor, _ in self._lineage):
            self._lineage.append((stored.id, None))

    def restore(self, parcel_id: int, values: Mapping[str, Any]) -> None:
        """Values that the parcel had before, its boundary as it was among them."""
        if not values:
            return
        stored = self.connection.execute(
            update(PARCEL).where(PARCEL.c.id == parcel_id).values(**values).returning(*_OUTCOME)
        ).one()
        self._note(stored, "changed")
        if {"boundary", "state"} & values.keys():
            self._moved.add(stored.id)

    def _next_number(self, county: str) -> str:
        number = self.connection.execute(
            update(County)
            .where(County.code == county, County.last_parcel_no < LAST_NUMBER)
            .values(last_parcel_no=County.last_parcel_no + 1)
            .returning(County.last_parcel_no)
        ).scalar_one_or_none()
        if number is None:
            raise NumbersExhausted(county=county)
        return f"{county}-{number:07}"

    def _note(self, stored: Any, role: Role) -> None:
        self._done[stored.id] = Outcome(
            stored.parcel_code, role, stored.version, stored.area_m2, stored.planar_area_m2, stored.official_area_m2
        )

    def _doubt(self, code: str, row: Row, values: Mapping[str, Any]) -> None:
        """Tell of codes that nobody knows."""
        found = doubts(self.connection, str(row["county_code"]), row, values)
        self._warnings += [Warned(code, fault, what, mend) for fault, what, mend in found]

    def _ground(self, row: Row, shape: "BaseGeometry", srid: int, owners: Iterable[int]) -> dict[str, Any]:
        """The columns that follow from a boundary; ``owners`` are the parcels whose ground it was.

        Raises:
            OutsideCounty: none of it lies there.
        """
        columns, warnings = placed(self.connection, row, shape, srid)
        self._warnings += warnings
        raised = self._with_heights(row.get("parcel_code") or "", shape, srid, owners)
        return {**columns, "survey_boundary": func.ST_GeomFromEWKB(ewkb(raised, srid))}

    # -- the end

    def finish(self, undoes: int | None = None) -> Edited:
        """Links to other kinds, overlaps within the kind, the journal and the lineage."""
        self._relink()
        edit_id = self.connection.execute(
            insert(ParcelEdit)
            .values(
                county_code=self._county,
                operation=self.operation,
                reason=self.reason,
                parcel_ids=list(self._done),
                versions=[outcome.version for outcome in self._done.values()],
                undoes_id=undoes,
                happened_on=self.happened_on,
            )
            .returning(ParcelEdit.id)
        ).scalar_one()
        if self._lineage:
            keys = ("county_code", "edit_id", "predecessor_id", "successor_id")
            lines = [dict(zip(keys, (self._county, edit_id, *pair), strict=True)) for pair in self._lineage]
            self.connection.execute(insert(ParcelLineage), lines)
        return Edited(edit_id, self.operation, list(self._done.values()), self._warnings)

    def _relink(self) -> None:
        ids = sorted(self._moved)
        if not ids or self._county is None:
            return
        found = overlaps_of(self.connection, ids, tolerance_m2(self.connection, self._county))
        relink(self.connection, self._county, found, ids)
        self._warnings += [overlap_warning(one) for one in found if one.same_kind]


_OUTCOME = [
    PARCEL.c[name] for name in ("id", "parcel_code", "version", "area_m2", "planar_area_m2", "official_area_m2")
]
_FOLLOW_PLAN = text(load("gisreg.parcels", "follow_plan.sql")).bindparams(bindparam("old", type_=ARRAY(BIGINT)))


def overlap_warning(one: Overlap) -> Warned:
    """What is told of ground that two parcels of a kind share."""
    area_m2 = f"{one.area_m2:,.2f}"
    told = warned(one.parcel_code, "overlaps_same_kind", OVERLAPS, OVERLAPS_MEND, other=one.other_code, area_m2=area_m2)
    return replace(told, place=one.place, area_m2=one.area_m2)


def _flat(element: Any) -> "BaseGeometry":
    """A geometry column's value in two dimensions."""
    import shapely  # noqa: PLC0415 - edits of attributes do without

    return shapely.force_2d(from_database(element))


def _raised(element: Any) -> "BaseGeometry | None":
    """A geometry column's value, if it has heights."""
    import shapely  # noqa: PLC0415 - as above

    shape = from_database(element)
    return shapely.force_3d(shape) if shapely.has_z(shape) else None
