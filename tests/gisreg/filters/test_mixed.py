"""Collections of points, lines and areas: each relation to an area as the geometry itself says."""

import random

import pytest
import shapely
from shapely import GeometryCollection, LineString, Point

SQUARES = {"a": shapely.box(113.0, 36.0, 113.01, 36.01), "b": shapely.box(113.02, 36.0, 113.03, 36.01)}
RELATIONS = ("contains", "crosses", "equals", "overlaps", "touches", "within")
FAR = "POINT(100 30)"


@pytest.mark.parametrize(
    ("collection", "told"),
    [
        # around a, and a line elsewhere
        ("POLYGON((112 35,113.015 35,113.015 37,112 37,112 35)),LINESTRING(100 30,101 30)", {"within": "a"}),
        # inside a
        ("POINT(113.002 36.002),LINESTRING(113.005 36.005,113.006 36.006)", {"contains": "a"}),
        ("POINT(113.002 36.002),POLYGON((113.005 36.005,113.006 36.005,113.006 36.006,113.005 36.005))",
         {"contains": "a"}),
        # out of a into the open
        (f"LINESTRING(113.005 36.005,113.015 36.005),{FAR}", {"crosses": "a"}),
        # through both
        (f"LINESTRING(112.9 36.005,113.1 36.005),{FAR}", {"crosses": "ab"}),
        # over the edge of b
        (f"POLYGON((113.025 36.005,113.05 36.005,113.05 36.006,113.025 36.005)),{FAR}", {"overlaps": "b"}),
        # along the edge of a, as a line and as a point
        (f"LINESTRING(113.01 35,113.01 36.005),{FAR}", {"touches": "a"}),
        ("POINT(113.01 36.005),LINESTRING(100 30,101 30)", {"touches": "a"}),
        # a itself and more: neither equal nor within anything of its own
        (f"POLYGON((113 36,113.01 36,113.01 36.01,113 36.01,113 36)),{FAR}", {"within": "a"}),
        ("POINT(1 1),LINESTRING(2 2,3 3)", {}),
    ],
)  # fmt: skip
def test_relations_to_an_area(found, collection, told):
    whole = f"GEOMETRYCOLLECTION({collection})"
    for relation in RELATIONS:
        wanted = told.get(relation, "")
        assert found(f"S_{relation.upper()}(boundary, {whole})") == wanted, relation
        assert found(f"NOT S_{relation.upper()}(boundary, {whole})") == "ab".translate({ord(c): "" for c in wanted})
        turned = {"within": "contains", "contains": "within"}.get(relation, relation)
        assert found(f"S_{turned.upper()}({whole}, boundary)") == wanted, turned


def _collection(drawn):
    def place():
        return (113 + round(drawn.uniform(-0.01, 0.04), 4), 36 + round(drawn.uniform(-0.01, 0.02), 4))

    def box():
        (west, south), (east, north) = place(), place()
        return shapely.box(min(west, east), min(south, north), max(west, east) + 0.001, max(south, north) + 0.001)

    shapes = (box, lambda: LineString([place(), place()]), lambda: Point(place()))
    return shapely.unary_union(GeometryCollection([make() for make in drawn.choices(shapes, k=3)]))


def _expected(relation, square, collection):
    areas = shapely.unary_union([part for part in collection.geoms if shapely.get_dimensions(part) == 2])
    if relation == "within":  # GEOS denies it where a line touches the areas
        return bool(square.within(areas))
    directly = bool(getattr(square, relation)(collection))
    return directly and not (relation == "overlaps" and square.within(areas))


def test_random_collections_are_related_as_geos_relates_them(found):
    drawn, held = random.Random(7), 0  # noqa: S311 - shapes, not secrets
    for _ in range(60):
        collection = _collection(drawn)
        if collection.geom_type != "GeometryCollection":
            continue
        for relation in RELATIONS:
            wanted = "".join(name for name, square in SQUARES.items() if _expected(relation, square, collection))
            held += len(wanted)
            assert found(f"S_{relation.upper()}(boundary, {collection.wkt})") == wanted, (relation, collection.wkt)
    assert held > 10


def test_a_collection_in_metres_is_related_in_metres(found):
    inside = "GEOMETRYCOLLECTION(POINT(410290 3986550),LINESTRING(410300 3986560,410310 3986570))"
    assert found(f"S_CONTAINS(boundary, {inside})", srid=4547) == "a"
