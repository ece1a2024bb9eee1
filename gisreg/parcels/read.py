"""Lists of parcels, one parcel, and its history."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Connection, FromClause, func, literal_column, select, text

from gisreg.db.sql import load
from gisreg.errors import InputError, NotFoundError
from gisreg.parcels.asof import current_at
from gisreg.parcels.in_use import in_use
from gisreg.parcels.sorting import SortedAfter, SortKey, ordering
from gisreg.text import Text

Row = dict[str, Any]

PARCEL_CODE_FORM = r"[0-9]{6}-[0-9]{7}"
COORDINATE_DIGITS = 8
"""Decimals of a degree in GeoJSON: about a millimetre."""


class ParcelNotFound(NotFoundError):
    """No parcel bears this number."""

    what: ClassVar[Text] = Text("没有编号为 {parcel_code} 的宗地", "there is no parcel {parcel_code}")
    mend: ClassVar[Text] = Text("请用 gisreg parcels list 查编号", "look the number up with gisreg parcels list")


class NoParcelCode(InputError):
    """What a list is to be continued behind has not the form of a parcel code."""

    what: ClassVar[Text] = Text("{given} 不是宗地编号", "{given} is no parcel code")
    mend: ClassVar[Text] = Text(
        "宗地编号为县级代码-7 位数字,如 149901-0000001", "a parcel code is COUNTY-NUMBER, like 149901-0000001"
    )


@dataclass(frozen=True)
class Page:
    """A part of a list: how many there are in all, and the rows asked for."""

    total: int
    items: list[Row]


def attributes(source: FromClause) -> list[ColumnElement[Any]]:
    """The read model's columns without the key inside the database and the boundary."""
    return [column for column in source.columns if column.name not in {"id", "boundary"}]


def conditions(
    source: FromClause,
    county: str | None = None,
    where: ColumnElement[bool] | None = None,
    bbox: Sequence[float] | None = None,
) -> list[ColumnElement[bool]]:
    """What restricts a list: the county, a compiled filter, a box in CGCS2000 lon/lat (west, south, east, north)."""
    found = in_use(source, where)
    if county is not None:
        found.append(source.c.county_code == county)
    if bbox is not None:
        found.append(source.c.boundary.op("&&")(func.ST_MakeEnvelope(*bbox, 4490)))
    if where is not None:
        found.append(where)
    return found


def list_parcels(
    connection: Connection,
    *,
    county: str | None = None,
    where: ColumnElement[bool] | None = None,
    bbox: Sequence[float] | None = None,
    limit: int = 100,
    after: str | None = None,
    offset: int = 0,
    sort: Sequence[SortKey] = (),
    as_of: date | None = None,
    source: FromClause | None = None,
) -> Page:
    """Parcels in the order of their numbers; ``after`` continues behind a parcel code without counting again rows.

    ``where`` must be compiled against ``source`` (default: the read model as of ``as_of``). With ``sort`` a list is
    continued by ``offset``.

    Raises:
        NoParcelCode: ``after`` is something else.
        SortedAfter: both ``after`` and ``sort`` are given.
    """
    _check_order(after, sort)
    source = current_at(as_of) if source is None else source
    wanted = conditions(source, county, where, bbox)
    total = connection.execute(select(func.count()).select_from(source).where(*wanted)).scalar_one()
    order = ordering(source, sort)
    statement = select(*attributes(source)).where(*wanted).order_by(*order).limit(limit).offset(offset)
    if after is not None:
        statement = statement.where(source.c.parcel_code > after)
    return Page(total, [dict(row) for row in connection.execute(statement).mappings()])


def feature_collection(
    connection: Connection,
    *,
    county: str | None = None,
    where: ColumnElement[bool] | None = None,
    bbox: Sequence[float] | None = None,
    limit: int = 100,
    after: str | None = None,
    offset: int = 0,
    sort: Sequence[SortKey] = (),
    as_of: date | None = None,
    source: FromClause | None = None,
) -> bytes:
    """The same list as a GeoJSON FeatureCollection, made by PostGIS and passed on as it comes.

    Raises:
        NoParcelCode: ``after`` is something else.
        SortedAfter: both ``after`` and ``sort`` are given.
    """
    _check_order(after, sort)
    source = current_at(as_of) if source is None else source
    wanted = conditions(source, county, where, bbox)
    if after is not None:
        wanted.append(source.c.parcel_code > after)
    page = select(*attributes(source), source.c.boundary).where(*wanted).limit(limit).offset(offset)
    feature = _feature(page.order_by(*ordering(source, sort)).subquery("page"))
    features = connection.execute(feature).scalars().all()
    return ('{"type":"FeatureCollection","features":[' + ",".join(features) + "]}").encode()


def _check_order(after: str | None, sort: Sequence[SortKey]) -> None:
    if after is not None and not re.fullmatch(PARCEL_CODE_FORM, after):
        raise NoParcelCode("after", given=after)
    if after is not None and sort:
        raise SortedAfter("after")


def _feature(page: FromClause) -> Any:
    return select(
        func.concat(
            '{"type":"Feature","id":',
            func.to_json(page.c.parcel_code),
            ',"geometry":',
            func.coalesce(func.ST_AsGeoJSON(page.c.boundary, COORDINATE_DIGITS, 0), literal_column("'null'")),
            ',"properties":',
            func.to_jsonb(literal_column("page")).op("-")("boundary"),
            "}",
        )
    ).select_from(page)


def get_parcel(connection: Connection, parcel_code: str, as_of: date | None = None) -> Row:
    """One parcel as the read model shows it.

    Raises:
        ParcelNotFound: no parcel bears this number (or did, on that day).
    """
    source = current_at(as_of)
    statement = select(*attributes(source)).where(source.c.parcel_code == parcel_code)
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise ParcelNotFound(parcel_code=parcel_code)
    return dict(row)


def get_feature(connection: Connection, parcel_code: str, as_of: date | None = None) -> bytes:
    """One parcel as a GeoJSON Feature.

    Raises:
        ParcelNotFound: no parcel bears this number (or did, on that day).
    """
    source = current_at(as_of)
    one = select(*attributes(source), source.c.boundary).where(source.c.parcel_code == parcel_code)
    feature = connection.execute(_feature(one.subquery("page"))).scalar_one_or_none()
    if feature is None:
        raise ParcelNotFound(parcel_code=parcel_code)
    return str(feature).encode()


@dataclass(frozen=True)
class Version:
    """One version of a parcel: who wrote it when and by which way, and what it changed from the one before."""

    version: int
    recorded_at: str
    recorded_by: str
    recorded_from: str
    reason: str | None
    """Why, where the edit that made it was given a reason."""
    changed: dict[str, dict[str, Any]]
    """Field → {"from": …, "to": …}; empty for the first version. Geometry changes show area and moved distance."""


def history(connection: Connection, parcel_code: str) -> list[Version]:
    """All versions of a parcel, the oldest first.

    Raises:
        ParcelNotFound: no parcel bears this number.
    """
    rows = (
        connection.execute(text(load("gisreg.parcels", "history.sql")), {"parcel_code": parcel_code}).mappings().all()
    )
    if not rows:
        raise ParcelNotFound(parcel_code=parcel_code)
    versions = []
    before: Row | None = None
    for row in rows:
        versions.append(
            Version(
                row["version"],
                row["recorded_at"].isoformat(),
                row["recorded_by"],
                row["recorded_from"],
                row["reason"],
                _changes(before, row["content"]),
            )
        )
        before = row["content"]
    return versions


def _changes(before: Row | None, after: Row) -> dict[str, dict[str, Any]]:
    if before is None:
        return {}
    return {
        field: {"from": before.get(field), "to": value} for field, value in after.items() if before.get(field) != value
    }
