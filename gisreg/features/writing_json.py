"""Features as GeoJSON, written by PostGIS as one text and never taken apart here.

The statement depends only on the collection, the coordinate system and the properties wanted. In the present each
connection prepares it once: planning the read model costs more than reading a hundred parcels by their keys.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, FromClause, Table, literal_column, select
from sqlalchemy.dialects.postgresql.base import PGDialect

from gisreg.db.prepared import prepared
from gisreg.features.collections import GEOMETRY, Collection, collection_of
from gisreg.features.crs import Crs, crs_of, is_zone
from gisreg.features.moment import Moment
from gisreg.features.profile import PLAIN, Profile, members
from gisreg.features.writing_properties import told_briefly, told_in_full
from gisreg.geometry import STORAGE_SRID
from gisreg.parcels.queryables import Queryable

_DIALECT: Any = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]  # it has no types
KEYS = "$1"
MOST_KEPT = 500

_FEATURE = """concat(
    '{{"type":"Feature","id":', to_json(f.{fid}::text),
    {members},
    ',"properties":', {told}, '}}'
)"""
_COLLECTED = """SELECT string_agg({feature}, ',' ORDER BY wanted.place)
FROM unnest({keys}::bigint[]) WITH ORDINALITY AS wanted (id, place)
JOIN {source} AS f ON f.id = wanted.id{survey}"""
# Where the survey was made in the zone that is asked for, its own coordinates are given back to the last digit (rules
# §2), provided the stored boundary still is that survey: transformed, it equals it exactly.
_SURVEYED = """CASE WHEN ST_SRID(survey.boundary) = {srid}
    AND ST_Transform(ST_Multi(ST_Force2D(survey.boundary)), {storage}) = f.boundary
    THEN ST_Multi(ST_Force2D(survey.boundary)) ELSE ST_Transform(f.boundary, {srid}) END"""
_SURVEY_NOW = """
LEFT JOIN LATERAL (
    SELECT p.survey_boundary AS boundary FROM parcel AS p WHERE p.id = f.id
) AS survey ON true"""
_SURVEY_THEN = """
LEFT JOIN LATERAL (
    SELECT p.survey_boundary AS boundary FROM parcel AS p WHERE p.id = f.id AND p.version = f.version
    UNION ALL
    SELECT v.survey_boundary FROM parcel_version AS v WHERE v.parcel_id = f.id AND v.version = f.version
) AS survey ON true"""


def features_of(
    connection: Connection,
    ids: Sequence[int],
    collection: Collection,
    crs: Crs,
    *,
    properties: tuple[str, ...] | None = None,
    moment: Moment | None = None,
    profile: Profile = PLAIN,
) -> bytes:
    """The features of these keys in this order, with commas between."""
    if not ids:
        return b""
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        if moment is None:
            sql = statement(collection.name, crs.uri, properties, profile=profile)
            name = prepared(connection.info, cursor, sql, "(bigint[])")
            cursor.execute(f"EXECUTE {name} (%s)", (list(ids),))
        else:
            listed = f"'{{{','.join(str(int(key)) for key in ids)}}}'"
            cursor.execute(_statement(collection, crs, properties, moment, profile=profile).replace(KEYS, listed))
        return (cursor.fetchone()[0] or "").encode()


@lru_cache(maxsize=MOST_KEPT)
def statement(collection: str, crs: str, properties: tuple[str, ...] | None, *, profile: Profile = PLAIN) -> str:
    """The SQL that writes the features of the keys ``$1`` in the present."""
    return _statement(collection_of(collection), crs_of(crs), properties, None, profile=profile)


def single(
    collection: Collection, crs: Crs, properties: tuple[str, ...] | None, profile: Profile = PLAIN
) -> tuple[str, str]:
    """The expression that writes one feature ``f`` of the present, told in full, and what it is read from."""
    told = told_in_full(_wanted(collection, properties))
    feature, survey = _feature(collection, crs, None, profile, told)
    return feature, f"{_sql(collection.source_at(None))} AS f{survey}"


def _statement(
    collection: Collection,
    crs: Crs,
    properties: tuple[str, ...] | None,
    moment: Moment | None,
    *,
    profile: Profile = PLAIN,
) -> str:
    told = told_briefly(_wanted(collection, properties), "wanted.place = 1", collection.properties[0])
    feature, survey = _feature(collection, crs, moment, profile, told)
    source = _sql(collection.source_at(moment))
    return _COLLECTED.format(feature=feature, keys=KEYS, source=source, survey=survey)


def _wanted(collection: Collection, properties: tuple[str, ...] | None) -> list[Queryable]:
    return [collection.fields[name] for name in collection.properties if properties is None or name in properties]


def _feature(collection: Collection, crs: Crs, moment: Moment | None, profile: Profile, told: str) -> tuple[str, str]:
    """The expression, and what has to be joined for it."""
    place, survey = _place(collection, crs, moment)
    named = members(profile, collection, crs, place, moment)
    return _FEATURE.format(fid=collection.fid, members=named, told=told), survey


def _sql(source: FromClause) -> str:
    """A view by its name, or a query in parentheses with its values (days and instants of ours) in it."""
    if isinstance(source, Table):
        return source.name
    read: Any = select(literal_column("1")).select_from(source)
    compiled: Any = read.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True})
    name = str(getattr(source, "name", ""))
    return str(compiled).split("FROM ", 1)[1].removesuffix(f" AS {name}")


def _place(collection: Collection, crs: Crs, moment: Moment | None) -> tuple[str, str]:
    """The boundary in the wanted system and order of axes, and what has to be joined for it."""
    if crs.is_geographic:
        place, survey = f"f.{GEOMETRY}", ""
    elif is_zone(crs) and collection.is_parcels:
        place = _SURVEYED.format(srid=crs.srid, storage=STORAGE_SRID)
        survey = _SURVEY_NOW if moment is None else _SURVEY_THEN
    else:
        place, survey = f"ST_Transform(f.{GEOMETRY}, {crs.srid})", ""
    return (f"ST_FlipCoordinates({place})" if crs.north_first else place), survey
