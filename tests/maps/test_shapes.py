import random

from maps.shapes import SCALE, lines, point, polygons, steps


def read_back(flat: list[int]) -> list[tuple[float, float]]:
    x = y = 0
    points = []
    for dx, dy in zip(flat[::2], flat[1::2], strict=True):
        x, y = x + dx, y + dy
        points.append((x / SCALE, y / SCALE))
    return points


def test_errors_do_not_add_up_along_a_ring() -> None:
    chance = random.Random(3)  # noqa: S311 - coordinates, nothing secret
    ring = [(113 + chance.random(), 36 + chance.random()) for _ in range(5000)]
    found = read_back(steps(ring))
    assert max(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in zip(ring, found, strict=True)) <= 1.01 / SCALE


def test_rings_lose_their_closing_point_and_keep_their_holes() -> None:
    outer = [[0, 0], [4, 0], [4, 4], [0, 0]]
    hole = [[1, 1], [2, 1], [2, 2], [1, 1]]
    shape = polygons({"type": "MultiPolygon", "coordinates": [[outer, hole], [outer]]})
    assert shape is not None
    assert [[len(ring) for ring in polygon] for polygon in shape] == [[6, 6], [6]]
    assert read_back(shape[0][1]) == [(1, 1), (2, 1), (2, 2)]


def test_what_is_no_polygon_is_none() -> None:
    assert polygons(None) is None
    assert polygons({"type": "Point", "coordinates": [1, 2]}) is None
    assert polygons({"type": "MultiPolygon", "coordinates": []}) is None


def test_collections_give_their_polygons() -> None:
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    dot = {"type": "Point", "coordinates": [1, 2]}
    assert polygons({"type": "GeometryCollection", "geometries": [dot, square]}) == polygons(square)


def test_lines_and_points() -> None:
    assert read_back(lines({"type": "LineString", "coordinates": [[1, 2], [3, 4]]})[0]) == [(1, 2), (3, 4)]
    assert len(lines({"type": "MultiLineString", "coordinates": [[[1, 2], [3, 4]], [[1, 2], [3, 4]]]})) == 2
    assert read_back(point({"type": "Point", "coordinates": [113.5, 36.25]}) or []) == [(113.5, 36.25)]
    assert lines({"type": "Polygon", "coordinates": []}) == []
