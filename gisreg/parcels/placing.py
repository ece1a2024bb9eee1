"""What follows from a boundary: areas, township, village and zone, and whether it lies in the county."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, text

from gisreg.db.shapes import ewkb
from gisreg.db.sql import load
from gisreg.geometry import CHINA_BOX
from gisreg.parcels.faults import OutsideCounty
from gisreg.parcels.read import Row
from gisreg.parcels.warned import Warned, warned
from gisreg.text import Text

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

WHOLLY_INSIDE, JUST_INSIDE = 0.9999, 1e-6
HALF = 0.5
"""A parcel of which at least this share lies in a zone belongs to it."""

CROSSES = Text("部分超出县界", "partly outside the county")
MEND = Text("请核对边界", "check the boundary")
MOVED: dict[str, tuple[str, Text]] = {
    "township_code": (
        "township_differs",
        Text("乡镇由 {before} 改为 {after}", "the township changes from {before} to {after}"),
    ),
    "village_code": (
        "village_differs",
        Text("村由 {before} 改为 {after}", "the village changes from {before} to {after}"),
    ),
    "zone_code": ("zone_differs", Text("园区由 {before} 改为 {after}", "the zone changes from {before} to {after}")),
}
"""By column: a warning's name and words, where the ground tells another place than was stated."""


def placed(connection: Connection, row: Row, shape: "BaseGeometry", srid: int) -> tuple[dict[str, Any], list[Warned]]:
    """The columns of a parcel with that boundary, its survey aside, and what is to be told of them.

    Raises:
        OutsideCounty: none of it lies there.
    """
    code, county = row.get("parcel_code") or "", row["county_code"]
    judged = _judged(connection, row, ewkb(shape, srid))
    if judged.share_inside < JUST_INSIDE:
        raise OutsideCounty(where=code, county=county)
    place = _place(row, judged)
    warnings = [warned(code, "crosses_county_line", CROSSES, MEND)] if judged.share_inside < WHOLLY_INSIDE else []
    for column, (fault, words) in MOVED.items():
        before, after = row.get(column), place[column]
        if before not in (None, after):
            warnings.append(warned(code, fault, words, MEND, before=before, after=after or "—"))
    columns = {
        "survey_crs": f"EPSG:{srid}",
        "boundary": func.ST_GeomFromEWKB(bytes(judged.boundary)),
        "area_m2": judged.area_m2,
        "planar_area_m2": shape.area,
        **place,
    }
    return columns, warnings


def _judged(connection: Connection, row: Row, shape: bytes) -> Any:
    west, south, east, north = CHINA_BOX
    values = {
        "shape": shape, "county": row["county_code"], "west": west, "south": south, "east": east, "north": north,
        "village": row.get("village_code"), "zone": row.get("zone_code"), "half": HALF, "hair": JUST_INSIDE,
    }  # fmt: skip
    return connection.execute(text(load("gisreg.parcels", "judge.sql")), values).one()


def _place(row: Row, judged: Any) -> dict[str, str | None]:
    """Township, village and zone."""
    township = _township(row.get("township_code"), judged.townships)
    moved = township != row.get("township_code")
    zone = row.get("zone_code")
    return {
        "township_code": township,
        "village_code": _village(row.get("village_code"), township, judged, moved=moved),
        "zone_code": zone if zone is not None and judged.zone_stands else judged.zone,
    }


def _township(stated: str | None, touched: list[str] | None) -> str | None:
    """The stated one while the parcel touches it, else the one with the largest share (rules §4)."""
    return stated if not touched or stated in touched else touched[0]


def _village(stated: str | None, township: str | None, judged: Any, *, moved: bool) -> str | None:
    """The stated village while the parcel touches it, else the one in the township with the largest share.

    Where no village has a boundary there, the stated one goes only with its township.
    """
    if judged.villages:
        near = [code for code, parent in judged.villages if township is None or parent == township]
        return stated if stated in near else next(iter(near), None)
    if stated is None or not moved or township is None:
        return stated
    return stated if (judged.village_parent or stated[: len(township)]) == township else None
