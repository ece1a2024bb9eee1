"""The layer that is handed out: its columns, which of them may be edited, and the words that each takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from sqlalchemy import Boolean, ColumnElement, Connection, FromClause, Integer, cast, func, select
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import TIMESTAMP

from gisreg.columns import Meaning
from gisreg.db.models import AdminUnit, Parcel, Zone
from gisreg.export.fields import Field, fields
from gisreg.parcels.attributes import EDITABLE
from gisreg.parcels.current import parcel_current
from gisreg.text import Text
from gisreg.vocab import UnitLevel, code_list

LAYER = "parcels"
GEOMETRY, FID = "geom", "fid"
CODE, VERSION, KIND, RECORDED = "parcel_code", "version", "kind", "recorded"

Role = Literal["key", "edited", "shown", "hidden"]
Words = list[tuple[str, str]]
"""Titles and values of a list to choose from."""

SHOWN = ("state", "township_name", "area_m2", "planar_area_m2", "area_mu", "label", "measure_zh", "due_on")
"""Read-only: what an officer wants to see on the ground."""
YES_NO: Words = [("是", "1"), ("否", "0")]


@dataclass(frozen=True)
class LayerColumn:
    """A column of the layer."""

    field: Field
    role: Role

    @property
    def name(self) -> str:
        """Its name in the file."""
        return self.field.name


@cache
def layer_columns() -> tuple[LayerColumn, ...]:
    """All columns but the key and the boundary, in their order."""
    known = {field.name: field for field in fields()}
    recorded = Field(RECORDED, None, "string", Text("版本记录时间", "Version recorded at"))
    return (
        LayerColumn(known[CODE], "key"),
        LayerColumn(known[VERSION], "shown"),
        LayerColumn(known[KIND], "edited"),
        *(LayerColumn(known[name], "edited") for name in EDITABLE if name in known),
        *(LayerColumn(known[name], "shown") for name in SHOWN),
        LayerColumn(recorded, "hidden"),
    )


@cache
def edited_names() -> tuple[str, ...]:
    """Columns whose changes come back; the kind is for new parcels only."""
    return tuple(column.name for column in layer_columns() if column.role == "edited" and column.name != KIND)


def recorded_text(column: Any) -> ColumnElement[str]:
    """A time to the microsecond, the same text on every server: what tells one registry's version from another's."""
    in_utc = func.timezone("UTC", column, type_=TIMESTAMP)
    return func.to_char(in_utc, "YYYY-MM-DD HH24:MI:SS.US", type_=SqlText)


def source(conditions: Sequence[ColumnElement[bool]]) -> FromClause:
    """The read model with the time of each version as text, and facts as 1 and 0.

    QGIS hands the word chosen from a list to the file as it is, and what is no number becomes "no" in a yes/no column.
    """
    columns = [
        cast(column, Integer).label(column.name) if isinstance(column.type, Boolean) else column
        for column in parcel_current.c
    ]
    recorded = recorded_text(parcel_current.c.recorded_at).label(RECORDED)
    return select(*columns, recorded).where(*conditions).subquery("parcel_current")


def choices(connection: Connection, county: str) -> dict[str, Words]:
    """The lists to choose from, by column: tokens, exchanged codes, yes and no, units by their names."""
    found = {column.name: _terms(column.field) for column in layer_columns()}
    found |= {name: _codes(name) for name in found if _code_list(name)}
    found["township_code"] = _units(connection, county, UnitLevel.TOWNSHIP)
    found["village_code"] = _units(connection, county, UnitLevel.VILLAGE)
    zones = select(Zone.name, Zone.code).where(Zone.county_code == county).order_by(Zone.code)
    found["zone_code"] = [(name, code) for name, code in connection.execute(zones)]
    return {name: words for name, words in found.items() if words}


def _terms(field: Field) -> Words:
    if field.type == "boolean":
        return YES_NO
    return [(term.zh, str(term)) for term in field.terms or ()]


def _code_list(name: str) -> str | None:
    column = Parcel.__table__.columns.get(name)
    meaning: Meaning | None = column.info.get("meaning") if column is not None else None
    return meaning.code_list if meaning else None


def _codes(name: str) -> Words:
    """A code that two schemes use has both titles: the scheme stands in a column of its own."""
    titles: dict[str, list[str]] = {}
    for code in code_list(_code_list(name) or ""):
        titles.setdefault(code.code, []).append(code.zh)
    return [(f"{code} {' / '.join(dict.fromkeys(known))}", code) for code, known in titles.items()]


def _units(connection: Connection, county: str, level: UnitLevel) -> Words:
    now = (
        select(AdminUnit.name, AdminUnit.code)
        .where(AdminUnit.county_code == county, AdminUnit.level == level, AdminUnit.valid_to == "infinity")
        .order_by(AdminUnit.code)
    )
    rows = connection.execute(now).all()
    names = [name for name, _code in rows]
    return [(name if names.count(name) == 1 else f"{name} {code}", code) for name, code in rows]
