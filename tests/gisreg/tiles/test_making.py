"""What is in a tile, for whom, and how large it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Engine, FromClause, text
from tiles_county import change, fill, tile_at

from gisreg.db.engine import transaction
from gisreg.features.collections import collections
from gisreg.features.reader import Reader
from gisreg.tiles.following import follow
from gisreg.tiles.grids import CGCS2000, GRIDS, WEB_MERCATOR, Grid
from gisreg.tiles.making import MOST_BYTES, Made, made
from gisreg.tiles.shapes import MOST_PARCELS
from gisreg.tiles.wanted import Wanted

Make = Callable[..., Made]
Read = Callable[[bytes], dict[str, list[dict[str, Any]]]]


@dataclass(frozen=True)
class OfOneKind(Reader):
    """A reader who sees one kind of parcels only."""

    scope: str = "idle land"
    kind: str = "idle_land"

    def rows(self, source: FromClause) -> list[ColumnElement[bool]]:
        """Townships are everybody's."""
        return [source.c.kind == self.kind] if "kind" in source.c else []


@pytest.mark.parametrize("grid", GRIDS.values(), ids=list(GRIDS))
def test_near_there_are_the_parcels_themselves(county: Engine, make: Make, layers: Read, grid: Grid) -> None:
    found = layers(make(tile_at(12, grid=grid)).content)
    assert set(found) == {"parcels"}
    codes = {one["parcel_code"] for one in found["parcels"]}
    assert len(codes) == 60
    one = next(one for one in found["parcels"] if one["parcel_code"] == "149901-0000001")
    assert one["area_mu"] == 15
    assert one["label"] == "sell"
    assert one["is_left"] in (True, 1)
    assert "holder_name" not in one


@pytest.mark.parametrize("grid", GRIDS.values(), ids=list(GRIDS))
def test_a_parcel_lies_where_its_boundary_is(county: Engine, make: Make, layers: Read, grid: Grid) -> None:
    """To a step of the tile: GDAL tells places in the tile's own steps, counted from the upper left."""
    tile = tile_at(16, 113.0010, 36.0010, grid)
    west, south, east, north = 113.0005, 36.0005, 113.0015, 36.0015
    change(
        county,
        "UPDATE parcel SET boundary = ST_Multi(ST_MakeEnvelope(:w, :s, :e, :n, 4490))"
        " WHERE parcel_code = '149901-0000001'",
        w=west, s=south, e=east, n=north,
    )  # fmt: skip
    shapes = layers(make(tile).content)["parcels"]
    shape = next(one for one in shapes if one["parcel_code"] == "149901-0000001")["geometry"]
    b = tile.bounds
    if grid is CGCS2000:
        x0, y1 = west, north
    else:
        import pyproj  # noqa: PLC0415 - used here alone

        x0, y1 = pyproj.Transformer.from_crs(4490, 3857, always_xy=True).transform(west, north)
    steps = (x0 - b.west) / (b.east - b.west) * 4096, (b.north - y1) / (b.north - b.south) * 4096
    assert shape.bounds[0] == pytest.approx(max(steps[0], -64), abs=1.5)
    assert 4096 - shape.bounds[3] == pytest.approx(max(steps[1], -64), abs=1.5)


@pytest.mark.parametrize("matrix", [6, 9])
def test_far_out_there_are_townships(county: Engine, make: Make, layers: Read, matrix: int) -> None:
    found = layers(make(tile_at(matrix)).content)
    assert set(found) == {"townships"}
    by_code = {one["code"]: one for one in found["townships"]}
    with transaction(county) as connection:
        known = connection.execute(
            text(
                "SELECT coalesce(township_code, '') AS code, count(*) AS n, count(*) FILTER (WHERE is_left) AS left_n,"
                " sum(area_mu) AS area_mu FROM parcel_current GROUP BY 1"
            )
        ).all()
    assert {code or "" for code in by_code} == {row.code for row in known}
    for row in known:
        one = by_code[row.code or None]
        assert (one["n"], one["left_n"]) == (row.n, row.left_n)
        assert one["area_mu"] == pytest.approx(row.area_mu)
    assert by_code["149901101"]["name"] == "示例1镇"
    assert by_code["149901101"]["geometry"].geom_type == "Polygon"
    assert by_code["149901102"]["geometry"].geom_type == "Point"  # a township that is not on the map


@pytest.fixture
def no_shapes(county: Engine, make: Make, monkeypatch: pytest.MonkeyPatch) -> Make:
    """As if every tile held too many parcels to draw."""
    monkeypatch.setattr("gisreg.tiles.shapes.MOST_PARCELS", 0)
    return make


@pytest.mark.parametrize("grid", GRIDS.values(), ids=list(GRIDS))
@pytest.mark.parametrize("matrix", [10, 11, 12, 13])
def test_too_many_parcels_are_told_by_cells_each_parcel_once(
    no_shapes: Make, layers: Read, grid: Grid, matrix: int
) -> None:
    total, tiles = 0, set()
    for east in range(8):
        for north in range(8):
            tiles.add(tile_at(matrix, 112.98 + east * 0.02, 35.98 + north * 0.02, grid))
    for tile in tiles:
        cells = layers(no_shapes(tile).content).get("clusters", [])
        total += sum(one["n"] for one in cells)
        assert all(one["left_n"] <= one["n"] for one in cells)
    assert total == 60


def test_a_dense_tile_is_small_and_tells_all_its_parcels(engine: Engine, make: Make, layers: Read) -> None:
    """Fifty thousand parcels in one tile of matrix 13, and in the tiles around and above."""
    fill(engine, 50_000, across=250, step=0.00015, size=0.00014)
    sizes = {}
    for matrix in range(25):
        content = make(tile_at(matrix, 113.01, 36.01)).content
        sizes[matrix] = len(content)
        if matrix == 10:
            assert sum(one["n"] for one in layers(content)["clusters"]) == 50_000
    assert max(sizes.values()) <= MOST_BYTES
    assert max(sizes.values()) > 0


def test_parcels_on_one_spot_stay_within_the_bound(engine: Engine, make: Make, layers: Read) -> None:
    fill(engine, MOST_PARCELS + 10, across=250, step=0, size=0.0001)
    for matrix in (14, 20, 24):
        found = layers(make(tile_at(matrix, 113.00055, 36.00055)).content)
        assert set(found) == {"clusters"}
        assert sum(one["n"] for one in found["clusters"]) in (0, MOST_PARCELS + 10)


def test_a_shape_with_very_many_corners_is_no_larger_than_its_tile(county: Engine, make: Make) -> None:
    change(
        county,
        "UPDATE parcel SET boundary = ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint(113.01, 36.01), 4490), 0.01, 50000))"
        " WHERE parcel_code = '149901-0000001'",
    )
    for matrix in (10, 14, 18):
        assert len(make(tile_at(matrix)).content) <= MOST_BYTES


def test_tiny_parcels_are_points(county: Engine, make: Make, layers: Read) -> None:
    change(
        county,
        "UPDATE parcel SET boundary = ST_Multi(ST_MakeEnvelope(113.001, 36.001, 113.0010001, 36.0010001, 4490))"
        " WHERE parcel_code = '149901-0000001'",
    )
    shapes = {one["parcel_code"]: one["geometry"].geom_type for one in layers(make(tile_at(11)).content)["parcels"]}
    assert shapes["149901-0000001"] == "Point"
    assert shapes["149901-0000002"] == "Polygon"


@pytest.mark.parametrize("name", [name for name, one in collections().items() if one.is_parcels])
@pytest.mark.parametrize("matrix", [8, 10, 12])
def test_each_collection_holds_its_own(county: Engine, make: Make, layers: Read, name: str, matrix: int) -> None:
    wanted = collections()[name]
    with transaction(county) as connection:
        from gisreg.parcels.current import parcel_current  # noqa: PLC0415 - as the collections read it

        rows = connection.execute(parcel_current.select().where(*wanted.restrict(parcel_current))).all()
    found = [one for features in layers(make(tile_at(matrix), name).content).values() for one in features]
    assert sum(one.get("n", 1) for one in found) == len(rows)
    shown = {key for one in found for key in one}
    if matrix == 12 and name == "public_sites":
        assert shown.isdisjoint({"state", "gated", "is_left", "holder_name"})


@pytest.mark.parametrize("matrix", [8, 10, 12])
def test_a_reader_who_sees_less_is_told_less(county: Engine, make: Make, layers: Read, matrix: int) -> None:
    seen = [one for features in layers(make(tile_at(matrix), reader=OfOneKind()).content).values() for one in features]
    assert sum(one.get("n", 1) for one in seen) == 30
    assert {one["kind"] for one in seen if "kind" in one} <= {"idle_land"}


def test_where_nothing_is_there_is_nothing(county: Engine, make: Make) -> None:
    for matrix in (3, 12, 20):
        assert make(tile_at(matrix, -100, -40)).content == b""


def test_townships_have_tiles_of_their_own(county: Engine, make: Make, layers: Read) -> None:
    for grid in (WEB_MERCATOR, CGCS2000):
        found = layers(make(tile_at(9, grid=grid), "townships").content)
        assert {one["name"] for one in found["townships"]} == {"示例0镇", "示例1镇"}


def test_a_copy_made_anew_is_never_seen_empty(county: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction that began before reads what it began with or what came after, never nothing."""
    monkeypatch.setattr("gisreg.tiles.following.MANY", 1)
    follow(county)
    with transaction(county) as connection:  # no snapshot yet
        change(county, "UPDATE parcel SET state = 'submitted'")
        follow(county)
        wanted = Wanted(collections()["parcels"], tile_at(12), Reader())
        assert len(made(connection, wanted).content) > 500
