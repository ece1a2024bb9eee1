# ruff: noqa: E501 - wording and SQL stay in one piece
# ruff: noqa: S608 - SQL is put together from names of our own staging tables and from quoted constants only

"""The statement that judges, repairs and measures the raw rows of an import."""

import json
from dataclasses import dataclass

from gisreg.db.sql import load
from gisreg.geometry import STORAGE_SRID, NoZoneError, Zone, zone_for, zone_of
from gisreg.intake.mapping import Mapped
from gisreg.intake.rows import Judging, staged, stored
from gisreg.intake.squares import Squares
from gisreg.intake.staging import Staging

RECIPE = "01"
"""Of the hash by which a row's content is known again: to be raised with every change of what goes into it, so that
hashes of an older recipe can be told from other content."""
FINEST_M, FINEST_DEGREES = 1e-4, 1e-9
"""Differences of coordinates below this are another program's rounding."""
OFFICIAL_AREA = "official_area_m2"
DEGREES_BOX, METRES_BOX = (-180.0, -90.0, 180.0, 90.0), (-2e8, -2e8, 2e8, 2e8)


@dataclass(frozen=True)
class Geography:
    """What the statement must know about the county and the file's CRS."""

    county: str
    srid: int
    geographic: bool
    metres_per_unit: float | None
    county_bounded: bool
    township_names: dict[str, str]
    """Codes and names of townships to their codes."""
    township_polygons: tuple[str, ...]
    """Codes of those that have a polygon."""
    squares: Squares | None = None
    longitude: float | None = None
    """Of the county's middle, where its place is known."""


@dataclass(frozen=True)
class Preparation:
    """Everything a loading process needs to prepare its part; plain data, so that it travels."""

    staging: Staging
    geography: Geography
    mapped: Mapped
    judging: Judging

    def statement(self, part: int, *, careful: bool) -> str:
        """The INSERT for one part. The careful one survives shapes that the fast one raises on."""
        return load("gisreg.intake", "sql/prepare.sql").format(
            **self._names(part), **self._shapes(careful), **self._columns()
        )

    def _names(self, part: int) -> dict[str, str]:
        names = {name: self.staging.table(name) for name in ("pieces", "extent")}
        return {
            **names,
            "rows": self.staging.rows_part(part),
            "raw": f"staging.{self.staging.raw_part(part)}",
            "outside": "outside_county" if self.geography.county_bounded else "outside_china",
            "township_names": jsonb(self.geography.township_names),
            "township_polygons": jsonb(dict.fromkeys(self.geography.township_polygons, "")),
            "townships_known": "true" if self.geography.township_names else "false",
        }

    def _shapes(self, careful: bool) -> dict[str, str]:
        srid, factor = self.geography.srid, self.geography.metres_per_unit
        west, south, east, north = DEGREES_BOX if self.geography.geographic else METRES_BOX
        transform = _transform("clean", srid, careful)
        return {
            "srid": str(srid),
            "shape": f"pg_temp.careful_shape(r.wkb, {srid})" if careful else f"ST_GeomFromWKB(r.wkb, {srid})",
            "transformed": transform,
            "area": "pg_temp.careful_area(boundary)" if careful else "ST_Area(boundary::geography)",
            "planar": self._planar("clean", careful),
            "planar_before": self._planar("flat", careful=True),
            "finest": repr(FINEST_M / (factor or 1.0) if not self.geography.geographic else FINEST_DEGREES),
            "recipe": RECIPE,
            "west": repr(west), "south": repr(south), "east": repr(east), "north": repr(north),
        }  # fmt: skip

    def _planar(self, shape: str, careful: bool) -> str:
        """In the survey's own projection; for degrees and Web Mercator in the 3° zone of the parcel's longitude."""
        factor = self.geography.metres_per_unit
        if factor is not None:
            return f"ST_Area({shape}) * {factor**2!r}::float8"
        zone = "4509 + floor((ST_X(ST_Centroid(ST_Envelope(g))) + 1.5) / 3)::int"
        degrees = _transform(shape, self.geography.srid, careful)
        inside = "ST_X(ST_Centroid(ST_Envelope(g))) BETWEEN 73.5 AND 136.499"
        make = "pg_temp.careful_transform" if careful else "ST_Transform"
        return f"(SELECT CASE WHEN {inside} THEN ST_Area({make}(g, {zone})) END FROM (SELECT {degrees} AS g OFFSET 0) AS z)"

    def _columns(self) -> dict[str, str]:
        targets = [column.target for column in staged(self.mapped)]
        return {
            "content": "".join(f", {column.target}" for column in stored(self.mapped)),
            "targets": "".join(f", {target}" for target in targets),
            "read": "".join(f", r.{target}" for target in targets),
            "official_area": OFFICIAL_AREA if OFFICIAL_AREA in targets else "NULL::float8",
        }

    def swapped(self, part: int) -> str:
        """The UPDATE that finds exchanged axes among the refused."""
        names = {"rows": self.staging.rows_part(part), "extent": self.staging.table("extent")}
        return load("gisreg.intake", "sql/swapped.sql").format(**names)

    def wrong_zone(self, part: int) -> str | None:
        """The UPDATE that finds another zone for those that lie outside the county; None where there is none to try."""
        candidates = [
            *[(f"wrong_zone:{srid}", srid, 0) for srid in other_zones(self.geography)],
            *[(f"zone_number:{zone.number} (EPSG {zone.srid})", zone.srid, east)
              for zone, east in other_numbers(self.geography)],
        ]  # fmt: skip
        if not candidates:
            return None
        names = {"rows": self.staging.rows_part(part), "extent": self.staging.table("extent")}
        listed = ", ".join(
            f"({rank}, {quoted(said)}, {srid}, {east})" for rank, (said, srid, east) in enumerate(candidates)
        )
        return load("gisreg.intake", "sql/wrong_zone.sql").format(**names, candidates=listed)


def other_zones(geography: Geography) -> list[int]:
    """Zones that the county may be surveyed in, the likeliest first; none for degrees, or without the county's place."""
    if geography.geographic or geography.longitude is None or not geography.county_bounded:
        return []
    found: dict[int, None] = {}
    for width in (3, 6):
        for step in (0, width, -width):
            for prefixed in (False, True):
                try:
                    found[zone_for(geography.longitude + step, width, prefixed=prefixed).srid] = None
                except NoZoneError:
                    continue
    return [srid for srid in found if srid != geography.srid]


def other_numbers(geography: Geography) -> list[tuple[Zone, float]]:
    """Zones whose number the county's coordinates may bear instead of the stated one, with how far east that moves them:
    somebody wrote a neighbour's number before the digits and named its CRS."""
    stated = zone_of(geography.srid)
    if stated is None or not stated.prefixed or geography.longitude is None or not geography.county_bounded:
        return []
    found: dict[int, Zone] = {}
    for step in (0, stated.width, -stated.width):
        try:
            zone = zone_for(geography.longitude + step, stated.width, prefixed=True)
        except NoZoneError:
            continue
        found[zone.srid] = zone
    return [(one, one.false_easting - stated.false_easting) for one in found.values() if one != stated]


def quoted(text: str) -> str:
    """A literal as SQL (standard_conforming_strings: a backslash is itself)."""
    return "'" + text.replace("'", "''") + "'"


def jsonb(values: dict[str, str]) -> str:
    """A small dictionary that SQL looks texts up in."""
    return f"{quoted(json.dumps(values, ensure_ascii=False))}::jsonb"


def _transform(shape: str, srid: int, careful: bool) -> str:
    if srid == STORAGE_SRID:
        return shape
    return f"{'pg_temp.careful_transform' if careful else 'ST_Transform'}({shape}, {STORAGE_SRID})"
