"""Three ways: what was handed out, what came back, what the registry holds now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, cast

from shapely.geometry.base import BaseGeometry
from sqlalchemy import ARRAY, Connection, Integer, Table, bindparam, select, text, tuple_
from sqlalchemy import Text as SqlText

from gisreg.checkout.changes import Change, Fate, FieldChange, Finding, Outcome
from gisreg.checkout.errors import OtherRegistry
from gisreg.checkout.ground import ground_change, handed_ground, read_blob, same_ground
from gisreg.checkout.hand_out import NO_RECORD, fingerprint
from gisreg.checkout.layer import KIND, VERSION, edited_names
from gisreg.checkout.returned import FileRow, HandedRow, Returned
from gisreg.checkout.row_faults import (
    BoundaryErased,
    CodeChanged,
    CodeCopied,
    CodeNotHandedOut,
    HeightsDropped,
    KindChanged,
    KindWanted,
    VersionTypedOver,
)
from gisreg.columns import Meaning
from gisreg.db.models import Parcel, ParcelEdit, ParcelVersion
from gisreg.db.sql import load
from gisreg.errors import GisregError
from gisreg.export.statement import PUBLIC_HOLDERS
from gisreg.parcels.attributes import EDITABLE, read_value, title_of
from gisreg.parcels.boundary.given import Given
from gisreg.parcels.faults import GeometryEmpty, ParcelRetired
from gisreg.parcels.lineage import require_in_use
from gisreg.parcels.read import Row
from gisreg.vocab import Kind, State

AT_ONCE, SAMPLE = 500, 50
BOUNDARY, NEW = "boundary", "new"
INFINITE = (date.min, date.max)
BETWEEN = ";"
PARCEL, OLD = cast(Table, Parcel.__table__), cast(Table, ParcelVersion.__table__)
_GROUND = text(load("gisreg.checkout", "ground.sql")).bindparams(
    bindparam("codes", type_=ARRAY(SqlText)), bindparam("versions", type_=ARRAY(Integer))
)


@dataclass(frozen=True)
class Known:
    """One version as the registry has it."""

    row: Row
    recorded: str
    ground: BaseGeometry | None
    surveyed: BaseGeometry | None
    """The survey's own coordinates, where they are in the file's CRS."""


@dataclass
class Comparison:
    """One file against the registry, in one transaction."""

    connection: Connection
    returned: Returned
    county: str

    def changes(self) -> list[Change]:
        """All rows that differ, those that are missing last.

        Raises:
            OtherRegistry: the file was handed out elsewhere.
        """
        self._require_home()
        found: list[Change] = []
        for rows in _pages(self.returned.touched()):
            found += self._page(rows)
        for gone in _pages(self.returned.missing()):
            known = self._known(gone)
            found += [self._missing(row, known) for row in gone]
        return found

    # -- whether the file is ours

    def _require_home(self) -> None:
        handed = self.returned.handed
        own = fingerprint(self.connection, self.county)
        if handed.county != self.county or (handed.fingerprint != own and not handed.fingerprint.endswith(NO_RECORD)):
            raise self._foreign(handed.fingerprint)
        self._known(self.returned.sample(SAMPLE))

    def _foreign(self, detail: str) -> OtherRegistry:
        return OtherRegistry(where=self.returned.name, checkout=self.returned.handed.id, detail=detail)

    # -- what the registry knows

    def _known(self, handed: Sequence[HandedRow]) -> dict[tuple[str, int | None], Known]:
        """The versions handed out, and under ``(code, None)`` those of now."""
        if not handed:
            return {}
        codes = [row.parcel_code for row in handed]
        now = {row["parcel_code"]: dict(row) for row in self._select(PARCEL, PARCEL.c.parcel_code.in_(codes))}
        pairs = [(row.parcel_code, row.version) for row in handed]
        older = self._select(OLD, tuple_(OLD.c.parcel_code, OLD.c.version).in_(pairs))
        rows = {(row["parcel_code"], row["version"]): dict(row) for row in [*now.values(), *older]}
        grounds = self._grounds(list(rows))
        found: dict[tuple[str, int | None], Known] = {key: Known(row, *grounds[key]) for key, row in rows.items()}
        for row in handed:
            key = (row.parcel_code, row.version)
            if key not in found or found[key].recorded != row.recorded:
                raise self._foreign(f"{row.parcel_code} v{row.version}")
            current = now[row.parcel_code]
            found[row.parcel_code, None] = found[row.parcel_code, current["version"]]
        return found

    def _select(self, table: Table, condition: Any) -> list[Any]:
        names = (*EDITABLE, "parcel_code", "version", "kind", "state", "recorded_by", "recorded_at")
        return list(self.connection.execute(select(*(table.c[name] for name in names)).where(condition)).mappings())

    def _grounds(self, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], tuple[str, Any, Any]]:
        codes, versions = [code for code, _ in keys], [version for _, version in keys]
        rows = self.connection.execute(
            _GROUND, {"codes": codes, "versions": versions, "srid": self.returned.handed.srid}
        )
        return {
            (row.parcel_code, row.version): (row.recorded, handed_ground(row.ground), handed_ground(row.surveyed))
            for row in rows
        }

    # -- rows of the file

    def _page(self, rows: Sequence[FileRow]) -> Iterator[Change]:
        drawn = self._drawn_before(rows)
        handed = [row.handed or drawn[row.fid] for row in rows if row.handed or row.fid in drawn]
        known = self._known(handed)
        for row in rows:
            try:
                base = row.handed or drawn.get(row.fid)
                change = self._compared(row, base, known) if base else self._new(row)
            except GisregError as error:
                change = _refused(row, error)
            if change is not None:
                yield change

    def _drawn_before(self, rows: Sequence[FileRow]) -> dict[int, HandedRow]:
        """New rows that an earlier check-in of this file drew: they are compared with what it made of them."""
        fresh = {f"checkin:{self.returned.handed.id}#{row.fid}:draw": row.fid for row in rows if not row.parcel_code}
        if not fresh:
            return {}
        first = (
            select(ParcelEdit.recorded_from, PARCEL.c.parcel_code, ParcelEdit.recorded_at)
            .join(PARCEL, PARCEL.c.id == ParcelEdit.parcel_ids[1])
            .where(
                ParcelEdit.county_code == self.county,
                ParcelEdit.recorded_at >= datetime.fromisoformat(self.returned.handed.checked_out_at),
                ParcelEdit.recorded_from.in_(list(fresh)),
            )
        )
        found = self.connection.execute(first).all()
        grounds = self._grounds([(code, 1) for _way, code, _at in found])
        return {fresh[way]: HandedRow(code, 1, grounds[code, 1][0]) for way, code, _at in found}

    def _compared(self, row: FileRow, handed: HandedRow, known: dict[tuple[str, int | None], Known]) -> Change | None:
        base, now = known[handed.parcel_code, handed.version], known[handed.parcel_code, None]
        own = row.handed is not None
        if own and row.parcel_code != handed.parcel_code:
            raise CodeChanged(was=handed.parcel_code, found=row.parcel_code or "NULL")
        change = Change(
            handed.parcel_code, Fate.CHANGED, row.fid, handed.parcel_code, base.row["kind"], now.row["version"],
            handed.version,
        )  # fmt: skip
        self._compare_fields(change, row, base, now, blanks=own)
        self._compare_ground(change, row, base, now)
        if own:
            _look_at_version(change, row, handed)
        if not change.fields and own:
            return None
        if row.copies:
            raise _copied(row)
        if change.handed_version != change.version:
            change.theirs = _stamp(now.row)
        return self._judged(change, now)

    def _judged(self, change: Change, now: Known) -> Change:
        if change.values or change.shape is not None or any(one.conflict for one in change.fields):
            if now.row["state"] == State.REMOVED:
                return self._gone(change)
            if any(one.conflict for one in change.fields):
                change.fate = Fate.CONFLICT
            return change
        change.fate, change.outcome = Fate.ALREADY, Outcome.DROPPED
        return change

    def _gone(self, change: Change) -> Change:
        """Changed here, and out of use meanwhile."""
        change.fate = Fate.CONFLICT
        try:
            require_in_use(self.connection, str(change.parcel_code))
        except ParcelRetired as error:
            change.findings.append(Finding.of(error))
        return change

    def _compare_fields(self, change: Change, row: FileRow, base: Known, now: Known, *, blanks: bool) -> None:
        kind = row.values.get(KIND)
        if KIND in row.values and kind != base.row["kind"]:
            raise KindChanged(was=base.row["kind"], found=kind or "NULL")
        for name in edited_names():
            if name not in row.values:
                continue
            was, raw = self._shown(base.row, name), row.values[name]
            if not blanks and raw in (None, ""):
                continue
            mine = _mine(name, raw, was)
            if mine == was:
                continue
            theirs = now.row[name]
            # a name that was withheld is not typed over unseen: somebody has to say so
            withheld = was is None and base.row[name] not in (None, "", [], *INFINITE)
            conflict = theirs != mine and (withheld or theirs != base.row[name])
            change.fields.append(FieldChange(name, title_of(name), was, mine, self._shown(now.row, name), conflict))
            if theirs != mine and not conflict:
                change.values[name] = mine

    def _shown(self, row: Row, name: str) -> Any:
        """A value as it was handed out: names of private holders may be withheld, files hold no endless dates."""
        value = row[name]
        meaning: Meaning | None = EDITABLE[name].info.get("meaning")
        private = meaning is not None and meaning.personal and row["holder_class"] not in PUBLIC_HOLDERS
        if private and self.returned.handed.personal != "yes":
            return None
        return None if value in INFINITE or value in ("", []) else value

    def _compare_ground(self, change: Change, row: FileRow, base: Known, now: Known) -> None:
        srid = self.returned.handed.srid
        given, heights = read_blob(row.geometry, srid, str(change.parcel_code))
        mine = given.shape if given else None
        if same_ground(mine, base.ground, srid) or same_ground(mine, base.surveyed, srid):
            return
        if given is None or mine is None:
            raise BoundaryErased()
        mine = given.polygon()
        change.boundary = ground_change(self.connection, base.ground, mine, srid)
        already = same_ground(mine, now.ground, srid) or same_ground(mine, now.surveyed, srid)
        theirs_moved = not same_ground(base.ground, now.ground, srid)
        conflict = theirs_moved and not already
        both = None
        if conflict and now.ground is not None:
            both = (change.boundary, ground_change(self.connection, base.ground, now.ground, srid))
        was, own = change.boundary.planar_area_m2_before, change.boundary.planar_area_m2_after
        theirs = own if already else both[1].planar_area_m2_after if both else was
        change.fields.append(FieldChange(BOUNDARY, title_of(BOUNDARY), was, own, theirs, conflict, both))
        if not already:
            change.shape = Given(mine, srid, str(change.parcel_code))
        if heights:
            change.warnings.append(Finding.of(HeightsDropped()))

    def _new(self, row: FileRow) -> Change:
        if row.parcel_code is not None:
            raise _copied(row) if row.copies else CodeNotHandedOut(parcel_code=row.parcel_code)
        name = f"{NEW}:{row.fid}"
        kind = row.values.get(KIND)
        if kind not in list(Kind):
            raise KindWanted(found=kind or "NULL", known=", ".join(Kind))
        given, heights = read_blob(row.geometry, self.returned.handed.srid, name)
        if given is None:
            raise GeometryEmpty(where=name)
        change = Change(name, Fate.NEW, row.fid, kind=kind)
        given.polygon()
        change.shape = given
        change.boundary = ground_change(self.connection, None, given.shape, given.srid)
        for field in edited_names():
            if row.values.get(field) not in (None, ""):
                mine = _mine(field, row.values[field], None)
                change.values[field] = mine
                change.fields.append(FieldChange(field, title_of(field), None, mine, None))
        if heights:
            change.warnings.append(Finding.of(HeightsDropped()))
        return change

    # -- rows that are not there any more

    def _missing(self, handed: HandedRow, known: dict[tuple[str, int | None], Known]) -> Change:
        now = known[handed.parcel_code, None]
        change = Change(
            handed.parcel_code, Fate.DELETED, None, handed.parcel_code, now.row["kind"], now.row["version"],
            handed.version, removal=True,
        )  # fmt: skip
        if now.row["state"] == State.REMOVED:
            change.fate, change.outcome = Fate.ALREADY, Outcome.DROPPED
        elif change.version != change.handed_version:
            change.fate, change.theirs = Fate.CONFLICT, _stamp(now.row)
        return change


def _pages(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while page := list(islice(rows, AT_ONCE)):
        yield page


def _mine(name: str, raw: Any, was: Any) -> Any:
    """The file's value by its field's type; lists stand in one cell."""
    column = EDITABLE[name]
    if isinstance(column.type, ARRAY) and isinstance(raw, str):
        if raw == BETWEEN.join(was or ()):
            return was
        raw = raw.replace("；", BETWEEN).split(BETWEEN)
    if isinstance(raw, str) and isinstance(was, str) and raw.strip() == was.strip():
        return was
    mine = read_value(name, column, raw)
    return None if mine == [] else mine


def _look_at_version(change: Change, row: FileRow, handed: HandedRow) -> None:
    if VERSION in row.values and row.values[VERSION] != handed.version:
        fault = VersionTypedOver(was=handed.version, found=row.values[VERSION])
        change.warnings.append(Finding.of(fault))


def _copied(row: FileRow) -> CodeCopied:
    rows = ", ".join(map(str, sorted((row.fid, *row.copies))[:10]))
    return CodeCopied(parcel_code=row.parcel_code, rows=rows)


def _refused(row: FileRow, error: GisregError) -> Change:
    code = row.handed.parcel_code if row.handed else None
    return Change(code or f"{NEW}:{row.fid}", Fate.REFUSED, row.fid, code or row.parcel_code).refuse(error)


def _stamp(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in (VERSION, "recorded_by", "recorded_at")}
