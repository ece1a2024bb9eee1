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

_DIALECT: Any = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]  # it has no types
KEYS = "$1"
MOST_KEPT = 500

_COLLECTED = """SELECT string_agg(concat(
    '{{"type":"Feature","id":', to_json(f.{fid}::text),
    {members},
    ',"properties":', {told}, '}}'
), ',' ORDER BY wanted.place)
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
def statement(
    collection: str,
    crs: str,
    properties: tuple[str, ...] | None,
    *,
    single: bool = False,
    profile: Profile = PLAIN,
) -> str:
    """The SQL that writes the features of the keys ``$1`` in the present; ``single`` where there is one key."""
    return _statement(collection_of(collection), crs_of(crs), properties, None, single=single, profile=profile)


def _statement(
    collection: Collection,
    crs: Crs,
    properties: tuple[str, ...] | None,
    moment: Moment | None,
    *,
    single: bool = False,
    profile: Profile = PLAIN,
) -> str:
    wanted = [collection.fields[name] for name in collection.properties if properties is None or name in properties]
    place, survey = _place(collection, crs, moment)
    return _COLLECTED.format(
        fid=collection.fid,
        members=members(profile, collection, crs, place, moment),
        told=told_in_full(wanted) if single else told_briefly(wanted, "wanted.place = 1", collection.properties[0]),
        keys=KEYS,
        source=_sql(collection.source_at(moment)),
        survey=survey,
    )


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
