"""The query behind every export: the read model's fields, personal data withheld, the boundary in the wanted CRS."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy import Text as SqlText

from gisreg.db.models import STORAGE_SRID, Parcel, ParcelVersion
from gisreg.export.fields import Field
from gisreg.parcels.in_use import in_use
from gisreg.vocab import HolderClass

GEOMETRY = "boundary"
SURVEYED = "surveyed"
"""Whether the boundary's coordinates are the survey's own, to the last digit."""
PUBLIC_HOLDERS = tuple(holder.value for holder in HolderClass if holder is not HolderClass.PRIVATE)


def export_statement(
    source: FromClause,
    wanted: Sequence[Field],
    *,
    srid: int,
    where: Sequence[ColumnElement[bool]] = (),
    as_of: date | None = None,
    include_personal: bool = False,
    clockwise: bool = False,
    mark_surveyed: bool = False,
) -> Select[Any]:
    """Fields under their own names, then ``boundary`` as WKB; before it ``surveyed``, where that is asked for."""
    columns = [_column(source, field, include_personal).label(field.name) for field in wanted if not field.title_of]
    place, surveyed, tables = _boundary(source, srid, as_of)
    if clockwise:
        place = func.ST_ForcePolygonCW(place)
    if mark_surveyed:
        columns.append(surveyed.label(SURVEYED))
    statement = select(*columns, func.ST_AsBinary(place, "NDR").label(GEOMETRY)).select_from(tables)
    return statement.where(*where)


def _column(source: FromClause, field: Field, include_personal: bool) -> ColumnElement[Any]:
    column: ColumnElement[Any] = source.c[field.name]
    if field.personal and not include_personal:
        # Rules §1: an unknown holder may be a private one, so only those known not to be are named.
        return case((source.c.holder_class.in_(PUBLIC_HOLDERS), column), else_=cast(null(), SqlText))
    if field.type == "array":
        return func.array_to_string(column, ";")
    if field.type == "date":
        return _finite(column)
    return column


def _finite(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """``infinity`` is no calendar date that a file could hold."""
    return case((func.isfinite(column), column), else_=cast(null(), Date))


def _boundary(
    source: FromClause, srid: int, as_of: date | None
) -> tuple[ColumnElement[Any], ColumnElement[bool], FromClause]:
    """The boundary in the wanted CRS, whether it is the survey's own, and the tables it comes from.

    Where the survey was made in that CRS, its own coordinates are given back to the last digit (rules §2), provided the
    stored boundary still is that survey: transformed, it equals it exactly. One repaired or redrawn does not.
    """
    stored = source.c.boundary
    if srid == STORAGE_SRID:
        return stored, false(), source
    survey, tables = _survey(source, as_of)
    flat = func.ST_Multi(func.ST_Force2D(survey), type_=Geometry(srid=srid))
    again = func.ST_Transform(flat, cast(literal(STORAGE_SRID), Integer), type_=Geometry)
    unchanged = (func.ST_SRID(survey) == srid) & again.op("=")(stored)
    moved = func.ST_Transform(stored, cast(literal(srid), Integer))
    return case((unchanged, flat), else_=moved), func.coalesce(unchanged, false()), tables


def _survey(source: FromClause, as_of: date | None) -> tuple[ColumnElement[Any], FromClause]:
    """The survey that belongs to the version shown, be it the live one or a superseded one."""
    live = Parcel.__table__.alias("surveyed")
    tables = source.outerjoin(live, (live.c.id == source.c.id) & (live.c.version == source.c.version))
    if as_of is None:
        return live.c.survey_boundary, tables
    old = ParcelVersion.__table__.alias("surveyed_then")
    tables = tables.outerjoin(old, (old.c.parcel_id == source.c.id) & (old.c.version == source.c.version))
    return func.coalesce(live.c.survey_boundary, old.c.survey_boundary), tables


def restrict(
    source: FromClause, county: str | None, kinds: Sequence[str], where: ColumnElement[bool] | None
) -> list[ColumnElement[bool]]:
    """County, kinds and a compiled filter, as far as they are given."""
    found = in_use(source, where)
    if county is not None:
        found.append(source.c.county_code == county)
    if kinds:
        found.append(or_(*(source.c.kind == kind for kind in kinds)))
    if where is not None:
        found.append(where)
    return found
