"""How a feature is written: as GeoJSON alone, or with the members of JSON-FG (OGC 21-045r1).

JSON-FG has the boundary in the wanted coordinate system as ``place``, and ``geometry`` in WGS 84 or not at all, so that
no reader takes metres for degrees; ``time`` says since when the record stands as it is.
"""

from datetime import UTC
from typing import Literal

from gisreg.features.collections import GEOMETRY, Collection
from gisreg.features.crs import CRS84, DEGREE_DIGITS, Crs
from gisreg.features.moment import Moment

Profile = Literal["rfc7946", "jsonfg", "jsonfg-plus"]
PROFILES: tuple[Profile, ...] = ("rfc7946", "jsonfg", "jsonfg-plus")
"""The last has ``geometry`` beside ``place``, for readers that know GeoJSON alone."""
PLAIN: Profile = "rfc7946"
_JSON_FG = "',\"time\":', {time}, ',\"place\":', {place}, ',\"geometry\":', {geometry}"
_NOTHING = "'null'"


def members(profile: Profile, collection: Collection, crs: Crs, place: str, moment: Moment | None) -> str:
    """The SQL of the members between ``id`` and ``properties``; ``place`` is that of the boundary in the system."""
    written = _written(place, crs.digits)
    if profile == PLAIN:
        return f"',\"geometry\":', {written}"
    in_degrees = crs is CRS84
    beside = _written(f"f.{GEOMETRY}", DEGREE_DIGITS) if profile == "jsonfg-plus" else _NOTHING
    return _JSON_FG.format(
        time=_time(collection, moment),
        place=_NOTHING if in_degrees else written,
        geometry=written if in_degrees else beside,
    )


def _written(place: str, digits: int) -> str:
    return f"coalesce(ST_AsGeoJSON({place}, {digits}, 0), 'null')"


def _time(collection: Collection, moment: Moment | None) -> str:
    """A parcel's record stands since it was made, a township since and until its days; of others nothing is told."""
    if "valid_from" in collection.fields:
        return _interval("f.valid_from::text", "f.valid_to::text")
    if not collection.is_parcels or "version" not in collection.fields:
        return _NOTHING
    seen = "NULL" if moment is None else f"'{moment.until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"
    return _interval(_utc("f.recorded_at"), seen)


def _interval(start: str, end: str) -> str:
    ends = ", ".join(f"coalesce({one}, '..')" for one in (start, end))
    return f"json_build_object('interval', json_build_array({ends}))"


def _utc(instant: str) -> str:
    return f"""to_char({instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
