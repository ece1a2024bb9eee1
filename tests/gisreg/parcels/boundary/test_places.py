"""Village and zone follow the ground, as the township does: what is stated stands while the parcel touches it."""

import pytest
from sqlalchemy import text

from gisreg.db.engine import Actor, transaction
from gisreg.parcels.boundary.draw import draw, replace
from gisreg.parcels.boundary.given import given_text
from gisreg.parcels.boundary.merge import merge
from gisreg.parcels.boundary.split import split_by_line
from gisreg.parcels.undo import undo
from gisreg.vocab import Kind

X, Y = 410_000.0, 4_010_000.0
COUNTY, CRS = "149901", "EPSG:4547"
P1, P2 = "149901-0000001", "149901-0000002"
PLACES = """
INSERT INTO admin_unit (county_code, level, code, name, parent_code, boundary)
SELECT '149901', 'village', code, code, left(code, 9),
    ST_Multi(ST_Transform(ST_MakeEnvelope(west, 4009000, east, 4012000, 4547), 4490))
FROM (VALUES ('149901100001', 409000, 410150), ('149901100002', 410150, 411000), ('149901101001', 411000, 413000))
    AS v (code, west, east);
INSERT INTO zone (county_code, code, name, boundary)
SELECT '149901', code, code, ST_Multi(ST_Transform(ST_MakeEnvelope(west, 4009000, east, 4012000, 4547), 4490))
FROM (VALUES ('Z1', 409000, 410140), ('Z2', 411500, 413000)) AS z (code, west, east);
INSERT INTO zone (county_code, code, name) VALUES ('149901', 'Z9', '无界线');
"""


@pytest.fixture
def placed(row_of_four):
    """Villages and zones over the parcels; the first is in village 1 and zone Z1."""
    with transaction(row_of_four, Actor("li", "import:1")) as connection:
        connection.execute(text(PLACES))
        connection.execute(
            text("UPDATE parcel SET village_code = '149901100001', zone_code = 'Z1' WHERE parcel_code = :code"),
            {"code": P1},
        )
    return row_of_four


def rect(west, east, south=0, north=100):
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return given_text(f"POLYGON(({', '.join(f'{X + x} {Y + y}' for x, y in ring)}))", CRS)


def place(ask, code):
    return ask(f"SELECT township_code, village_code, zone_code FROM parcel WHERE parcel_code = '{code}'")[0]


def faults(edited):
    return [one.fault for one in edited.warnings if one.fault != "overlaps_same_kind"]


@pytest.mark.parametrize(
    ("span", "expected", "told"),
    [
        ((0, 120), ("149901100", "149901100001", "Z1"), []),
        # most of it in the other village and outside the zone, a part of it where it was
        ((100, 300), ("149901100", "149901100001", "Z1"), []),
        ((160, 300), ("149901100", "149901100002", None), ["village_differs", "zone_differs"]),
        ((1100, 1200), ("149901101", "149901101001", None), ["township_differs", "village_differs", "zone_differs"]),
        ((1600, 1700), ("149901101", "149901101001", "Z2"), ["township_differs", "village_differs", "zone_differs"]),
    ],
)
def test_a_boundary_that_moves(placed, does, at, ask, span, expected, told) -> None:  # noqa: PLR0917 - fixtures
    edited = does(replace, at(P1, 2), rect(*span))
    assert (place(ask, P1), faults(edited)) == (expected, told)


def test_what_is_drawn_finds_its_place(placed, does, ask) -> None:
    edited = does(draw, COUNTY, Kind.IDLE_LAND, rect(20, 60, 300, 340))
    assert place(ask, edited.parcels[0].parcel_code) == ("149901100", "149901100001", "Z1")
    assert faults(edited) == []
    # 60 of 100 metres lie outside the zone
    half = does(draw, COUNTY, Kind.IDLE_LAND, rect(100, 200, 300, 340))
    assert place(ask, half.parcels[0].parcel_code)[2] is None


def test_pieces_go_where_they_lie_and_come_back_together(placed, does, at, ask) -> None:
    wide = does(replace, at(P1, 2), rect(100, 199))
    assert place(ask, P1) == ("149901100", "149901100001", "Z1")
    line = given_text(f"LINESTRING({X + 152} {Y - 5}, {X + 152} {Y + 105})", CRS)
    parts = does(split_by_line, at(P1, wide.parcels[0].version), line)
    west, east = [one.parcel_code for one in parts.parcels if one.role == "new"]
    assert place(ask, west) == ("149901100", "149901100001", "Z1")
    assert place(ask, east) == ("149901100", "149901100002", None)
    assert faults(parts) == ["village_differs", "zone_differs"]
    whole = does(merge, [at(west), at(east)])
    (code,) = [one.parcel_code for one in whole.parcels if one.role == "new"]
    assert place(ask, code)[:2] == ("149901100", "149901100001")


def test_undone_as_it_was(placed, does, at, ask) -> None:
    does(replace, at(P1, 2), rect(1600, 1700))
    does(undo, P1, ask(f"SELECT version FROM parcel WHERE parcel_code = '{P1}'"))
    assert place(ask, P1) == ("149901100", "149901100001", "Z1")


@pytest.mark.parametrize("zone", ["Z9", "自定"])
def test_a_zone_without_a_boundary_is_where_it_is_said_to_be(placed, does, at, ask, zone) -> None:
    with transaction(placed, Actor("li", "x")) as connection:
        connection.execute(text("UPDATE parcel SET zone_code = :zone WHERE parcel_code = :code"),
                           {"zone": zone, "code": P2})  # fmt: skip
    does(replace, at(P2, 2), rect(160, 300))
    assert place(ask, P2)[2] == zone


def test_villages_without_boundaries_go_with_their_township(row_of_four, does, at, ask) -> None:
    with transaction(row_of_four, Actor("li", "x")) as connection:
        connection.execute(text("UPDATE parcel SET village_code = '149901100007'"))
    does(replace, at(P1, 2), rect(400, 500))
    assert place(ask, P1)[:2] == ("149901100", "149901100007")
    moved = does(replace, at(P1, 3), rect(1100, 1200))
    assert (place(ask, P1)[:2], faults(moved)) == (("149901101", None), ["township_differs", "village_differs"])
