"""Corners that stay keep their surveyed height; new ones have one only where they lie on a surveyed edge."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gisreg.db.engine import Actor, transaction
from gisreg.parcels.boundary.cut import subtract
from gisreg.parcels.boundary.draw import draw, replace
from gisreg.parcels.boundary.given import given_text
from gisreg.parcels.boundary.merge import merge
from gisreg.parcels.boundary.reshape import VertexChange, change_vertices
from gisreg.parcels.boundary.split import split_by_line
from gisreg.parcels.heights import with_heights
from gisreg.parcels.undo import undo
from gisreg.vocab import Kind

X, Y = 410_000.0, 4_010_000.0
P1, P2, P3 = (f"149901-000000{n}" for n in range(1, 4))


@pytest.fixture
def raised(row_of_four):
    """The first two parcels as surveys with heights: the height is a tenth of the way east, and 1000 m."""
    with transaction(row_of_four, Actor("li", "import:1")) as connection:
        connection.execute(
            text(
                "UPDATE parcel SET survey_boundary = (SELECT ST_SetSRID(ST_MakePolygon(ST_MakeLine(array_agg("
                "ST_MakePoint(ST_X(d.geom), ST_Y(d.geom), 1000 + (ST_X(d.geom) - 410000) / 10) ORDER BY d.path))),"
                " 4547) FROM ST_DumpPoints(survey_boundary) AS d) WHERE parcel_code IN (:one, :two)"
            ),
            {"one": P1, "two": P2},
        )
    return row_of_four


def heights(ask, code) -> dict[tuple[float, float], float] | None:
    wkb = ask(f"SELECT ST_AsBinary(survey_boundary) FROM parcel WHERE parcel_code = '{code}'")
    shape = shapely.from_wkb(bytes(wkb))
    if not shapely.has_z(shape):
        return None
    return {(x - X, y - Y): z for x, y, z in shapely.get_coordinates(shape, include_z=True)}


def dropped(edited) -> list[str]:
    return [one.what.en for one in edited.warnings if one.fault == "heights_dropped"]


def test_a_split_keeps_them_and_a_merge_brings_them_together(raised, does, at, ask) -> None:
    line = given_text(f"LINESTRING({X + 50} {Y - 5}, {X + 50} {Y + 105})", "EPSG:4547")
    parts = does(split_by_line, at(P1, 2), line)
    west, east = [one.parcel_code for one in parts.parcels if one.role == "new"]
    assert dropped(parts) == []
    assert heights(ask, west)[0, 0] == 1000
    assert heights(ask, east)[50, 100] == pytest.approx(1005)
    whole = does(merge, [at(east), at(P2, 2)])
    (code,) = [one.parcel_code for one in whole.parcels if one.role == "new"]
    assert (heights(ask, code)[200, 0], dropped(whole)) == (1020, [])


def test_a_corner_that_moves_has_none_and_that_is_told(raised, does, at, ask) -> None:
    move = [VertexChange("move", (X, Y), (X - 5, Y - 5))]
    edited = does(change_vertices, at(P1, 2), move, srid=4547)
    assert heights(ask, P1) is None
    assert dropped(edited) == ["the survey's heights are not kept: 1 corners have none"]
    does(undo, P1, 3)
    assert heights(ask, P1)[0, 0] == 1000


def test_a_corner_less_or_on_an_edge_keeps_the_others(raised, does, at, ask) -> None:
    insert = [VertexChange("insert", (X + 25, Y), None)]
    assert dropped(does(change_vertices, at(P1, 2), insert, srid=4547)) == []
    assert heights(ask, P1)[25, 0] == pytest.approx(1002.5)
    delete = [VertexChange("delete", (X, Y + 100), None)]
    assert dropped(does(change_vertices, at(P1, 3), delete, srid=4547)) == []
    assert len(heights(ask, P1)) == 4


def test_heights_that_are_given_are_kept(raised, does, at, ask) -> None:
    ring = ",".join(f"{X + x} {Y + y} 7" for x, y in [(400, 0), (450, 0), (450, 50), (400, 0)])
    shape = given_text(f"POLYGON Z(({ring}))", "EPSG:4547")
    drawn = does(draw, "149901", Kind.IDLE_LAND, shape)
    assert heights(ask, drawn.parcels[0].parcel_code)[450, 50] == 7
    assert heights(ask, P3) is None
    assert dropped(does(replace, at(P3), shape)) == []
    assert heights(ask, P3)[400, 0] == 7
    degrees = given_text("POLYGON Z((113.01 36.22 1,113.011 36.22 1,113.011 36.221 1,113.01 36.22 1))")
    assert len(dropped(does(replace, at(P3, 2), degrees))) == 1


def test_a_flat_parcel_gets_none_from_its_neighbour(raised, does, at, ask) -> None:
    wide = given_text(f"POLYGON(({X + 190} {Y},{X + 300} {Y},{X + 300} {Y + 100},{X + 190} {Y + 100},{X + 190} {Y}))",
                      "EPSG:4547")  # fmt: skip
    does(replace, at(P3), wide)
    assert dropped(does(subtract, at(P3, 2), at(P2, 2))) == []
    assert heights(ask, P3) is None


def test_heights_that_are_no_numbers_are_none() -> None:
    survey = shapely.from_wkt("POLYGON Z((0 0 1,10 0 NaN,10 10 1,0 0 1))")
    assert with_heights(shapely.force_2d(survey), [survey])[1] == 1
    assert with_heights(shapely.force_2d(survey), [])[1] == 3


@settings(max_examples=50, deadline=None)
@given(cut=st.floats(0.5, 99.5), other=st.floats(0.5, 99.5))
def test_heights_of_a_plane_stay_in_it(cut: float, other: float) -> None:
    """A survey whose corners lie in one plane: so do the corners of its pieces."""
    survey = shapely.Polygon([(x, y, x / 10 + y / 5) for x, y in [(0, 0), (100, 0), (100, 100), (0, 100)]])
    piece = shapely.Polygon([(0, 0), (cut, 0), (other, 100), (0, 100)])
    made, missing = with_heights(piece, [survey])
    x, y, z = shapely.get_coordinates(made, include_z=True).T
    assert missing == 0
    assert np.allclose(z, x / 10 + y / 5)
