"""Boundary work on registered parcels: areas add up, neighbours keep their joint, numbers and lineage follow."""

import math
from typing import Any

import pytest
from sqlalchemy import text

from gisreg.db.engine import Actor, transaction
from gisreg.parcels.boundary.cut import carve, carve_area, cut_road, subtract
from gisreg.parcels.boundary.draw import draw, replace
from gisreg.parcels.boundary.given import given_text
from gisreg.parcels.boundary.merge import merge
from gisreg.parcels.boundary.neighbours import move_boundary, move_common_vertices, snap
from gisreg.parcels.boundary.reshape import VertexChange, change_vertices, reshape_by_line
from gisreg.parcels.boundary.split import split_by_areas, split_by_line, split_parts
from gisreg.parcels.editing import Basis, Edited
from gisreg.parcels.faults import (
    AreasDoNotFit,
    LineDoesNotCross,
    NoOverlap,
    NothingLeft,
    NothingToSnap,
    NotTouching,
    OutsideCounty,
    ParcelsDiffer,
    ParcelsOverlap,
    SliverLeft,
    VertexNotThere,
)
from gisreg.parcels.lineage import lineage_of, retirement
from gisreg.vocab import Kind

X, Y = 410_000.0, 4_010_000.0
P1, P2, P3, P4 = (f"149901-000000{n}" for n in range(1, 5))


def box(west: float, south: float, east: float, north: float) -> str:
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return f"POLYGON(({', '.join(f'{X + x} {Y + y}' for x, y in ring)}))"


def line(*points: tuple[float, float]) -> str:
    return f"LINESTRING({', '.join(f'{X + x} {Y + y}' for x, y in points)})"


def given(wkt: str) -> Any:
    return given_text(wkt, "EPSG:4547")


def by_role(edited: Edited, role: str) -> list[Any]:
    return [parcel for parcel in edited.parcels if parcel.role == role]


def planar(edited: Edited, role: str = "changed") -> list[float]:
    return [pytest.approx(parcel.planar_area_m2, abs=1e-4) for parcel in by_role(edited, role)]


OVERLAP = """
SELECT coalesce(sum(ST_Area(ST_Intersection(a.survey_boundary, b.survey_boundary))), 0)
FROM parcel AS a JOIN parcel AS b ON a.id < b.id AND a.kind = b.kind AND a.state <> 'removed' AND b.state <> 'removed'
"""


def test_a_drawn_parcel_gets_the_next_number_and_its_place(does, ask, at) -> None:
    made = does(draw, "149901", Kind.IDLE_LAND, given(box(900, 0, 1200, 100)), values={"name": "新宗地"})
    (one,) = made.parcels
    assert (one.parcel_code, one.role, one.version) == ("149901-0000005", "new", 1)
    assert one.planar_area_m2 == pytest.approx(30_000)
    row = ask("SELECT state, township_code, survey_crs, recorded_from, name FROM parcel WHERE parcel_code LIKE '%5'")[0]
    assert row == ("suspected", "149901101", "EPSG:4547", "test:draw", "新宗地")


def test_a_drawing_in_degrees_is_measured_in_its_zone(does, ask) -> None:
    degrees = ask("SELECT ST_AsText(ST_Transform(ST_GeomFromText(:wkt, 4547), 4490), 12)", wkt=box(400, 200, 500, 300))
    made = does(draw, "149901", Kind.IDLE_FACTORY, given_text(degrees))
    assert made.parcels[0].planar_area_m2 == pytest.approx(10_000, abs=0.01)
    assert ask("SELECT survey_crs FROM parcel WHERE parcel_code LIKE '%5'") == "EPSG:4547"


def test_outside_the_county_is_refused_and_the_number_is_not_spent(does, ask) -> None:
    with pytest.raises(OutsideCounty):
        does(draw, "149901", Kind.IDLE_LAND, given(box(90_000, 0, 90_100, 100)))
    assert ask("SELECT last_parcel_no FROM county") == 4
    assert ask("SELECT count(*) FROM parcel") == 4


def test_replacing_keeps_what_is_surveyed_to_the_digit_and_links_other_kinds(does, ask, at) -> None:
    done = does(replace, at(P1), given(box(0, 0, 90, 100)))
    assert planar(done) == [9000]
    assert ask("SELECT ST_AsText(survey_boundary) FROM parcel WHERE parcel_code = :c", c=P1).startswith(
        "POLYGON((410000 40"
    )
    assert ask("SELECT area_m2 FROM parcel_overlap") == pytest.approx(2000, rel=0.01)
    assert ask("SELECT version FROM parcel WHERE parcel_code = :c", c=P1) == 2


def test_an_overlap_within_the_kind_is_told(does, at) -> None:
    done = does(replace, at(P1), given(box(0, 0, 120, 100)))
    (warned,) = done.warnings
    assert (warned.fault, warned.parcel_code) == ("overlaps_same_kind", P1)
    assert warned.area_m2 == pytest.approx(2000, rel=0.01)


def test_split_by_a_line_divides_areas_and_sums_and_retires_the_number(does, ask, at) -> None:
    done = does(split_by_line, at(P1), given(line((30, -5), (30, 105))), "分宗")
    assert planar(done, "new") == [3000, 7000]
    codes = [parcel.parcel_code for parcel in by_role(done, "new")]
    assert codes == ["149901-0000005", "149901-0000006"]
    assert sum(parcel.official_area_m2 for parcel in by_role(done, "new")) == 9990
    assert ask("SELECT sum(price_wan) FROM parcel WHERE parcel_code IN (:a, :b)", a=codes[0], b=codes[1]) == 300
    assert ask("SELECT state FROM parcel WHERE parcel_code = :c", c=P1) == "removed"
    gone = ask(retirement, P1)
    assert (gone.operation, gone.reason, gone.successors) == ("split", "分宗", codes)
    assert [kin.parcel_code for kin in ask(lineage_of, codes[0]).predecessors] == [P1]
    assert [kin.parcel_code for kin in ask(lineage_of, P1).successors] == codes
    assert ask(OVERLAP) == 0
    # keys of the old parcel stay with it
    assert ask("SELECT source_code FROM parcel WHERE parcel_code = :c", c=codes[0]) is None
    # and the link to the other kind follows the ground
    links = ask("SELECT p.parcel_code, o.area_m2 FROM parcel_overlap o"
                " JOIN parcel p ON p.id IN (o.parcel_id, o.other_id) AND p.kind = 'idle_land'")  # fmt: skip
    assert links == [(codes[1], pytest.approx(2500, rel=0.01))]


@pytest.mark.parametrize("direction", [0, 37.5, 90, 200])
def test_split_into_given_areas_is_exact_to_the_square_decimetre(does, at, direction) -> None:
    done = does(split_by_areas, at(P1), [1234.56, 3333.33], direction)
    assert [parcel.planar_area_m2 for parcel in by_role(done, "new")] == [
        pytest.approx(1234.56, abs=0.005), pytest.approx(3333.33, abs=0.005), pytest.approx(5432.11, abs=0.01),
    ]  # fmt: skip


def test_parts_of_a_parcel_become_parcels(does, at) -> None:
    does(cut_road, at(P1), given(line((50, -10), (50, 110))), 10)
    done = does(split_parts, at(P1, 2))
    assert planar(done, "new") == [4500, 4500]


def test_merge_adds_up_and_both_numbers_lead_to_the_new_one(does, ask, at) -> None:
    done = does(merge, [at(P1), at(P2)])
    (one,) = by_role(done, "new")
    assert (one.planar_area_m2, one.official_area_m2) == (pytest.approx(20_000), 19_980)
    for code in (P1, P2):
        assert ask(retirement, code).successors == [one.parcel_code]
    row = ask("SELECT price_wan, holder_name, name, ST_NumGeometries(boundary), source_code FROM parcel"
              " WHERE parcel_code = :c",
              c=one.parcel_code)[0]  # fmt: skip
    assert (row[0], row[1], row[3], row[4]) == (600, "示例公司", 1, None)


def test_numbers_lead_on_through_several_edits(does, ask, at) -> None:
    whole = by_role(does(merge, [at(P1), at(P2)]), "new")[0].parcel_code
    halves = [p.parcel_code for p in by_role(does(split_by_line, at(whole), given(line((-5, 50), (205, 50)))), "new")]
    assert ask(retirement, P1).successors == halves


def test_parcels_that_differ_or_lie_apart_do_not_merge(does, ask, at) -> None:
    with pytest.raises(NotTouching):
        does(merge, [at(P1), at(P3)])
    with pytest.raises(ParcelsDiffer, match="Kind"):
        does(merge, [at(P1), at(P4)])
    does(replace, at(P2), given(box(90, 0, 200, 100)))
    with pytest.raises(ParcelsOverlap):
        does(merge, [at(P1), at(P2, 2)])
    assert ask("SELECT count(*) FROM parcel") == 4
    assert ask("SELECT count(*) FROM parcel_edit") == 1


def test_a_road_is_cut_out_and_the_number_stays(does, ask, at) -> None:
    done = does(cut_road, at(P1), given(line((-20, 40), (120, 40))), 10)
    assert planar(done) == [9000]
    assert done.parcels[0].official_area_m2 == pytest.approx(8991)
    assert ask("SELECT ST_NumGeometries(boundary) FROM parcel WHERE parcel_code = :c", c=P1) == 2
    assert ask(retirement, P1) is None


def test_a_road_as_a_polygon_in_the_middle_leaves_a_hole(does, at) -> None:
    assert planar(does(cut_road, at(P1), given(box(40, 40, 60, 60)))) == [9600]


def test_the_overlap_goes_from_one_of_two(does, ask, at) -> None:
    does(replace, at(P1), given(box(0, 0, 120, 100)))
    done = does(subtract, at(P1, 2), at(P2))
    assert planar(done) == [10_000]
    assert not done.warnings
    assert ask(OVERLAP) == 0
    with pytest.raises(NoOverlap):
        does(subtract, at(P1, 3), at(P3))


def test_edges_that_ought_to_be_one_leave_no_crumb_in_the_way(does, ask, at) -> None:
    does(replace, at(P1), given(box(0, 0, 120, 100.00001)))
    done = does(subtract, at(P1, 2), at(P2))
    assert planar(done) == [pytest.approx(10_000, abs=0.01)]
    assert ask("SELECT ST_NumGeometries(boundary) FROM parcel WHERE parcel_code = :c", c=P1) == 1


def test_a_part_carved_off_gets_its_number_and_the_rest_keeps_the_old_one(does, ask, at) -> None:
    done = does(carve, at(P1), given(box(-10, -10, 40, 110)), {"official_area_m2": 4000}, "部分盘活")
    (part,), (rest,) = by_role(done, "new"), by_role(done, "changed")
    assert (part.planar_area_m2, rest.planar_area_m2) == (pytest.approx(4000), pytest.approx(6000))
    assert (part.official_area_m2, rest.official_area_m2) == (4000, 5990)
    assert (rest.parcel_code, rest.version) == (P1, 2)
    assert ask(retirement, P1) is None
    assert [kin.parcel_code for kin in ask(lineage_of, P1).successors] == [part.parcel_code]
    with pytest.raises(NothingLeft):
        does(carve, at(P2), given(box(90, -10, 210, 110)))
    with pytest.raises(AreasDoNotFit):
        does(carve, at(P1, 2), given(box(40, -10, 50, 110)), {"official_area_m2": 1e6})


def test_an_area_is_carved_off(does, at) -> None:
    done = does(carve_area, at(P1), 2500.0, direction=90)
    assert planar(done, "new") == [2500]
    assert planar(done) == [7500]


def test_snapping_closes_a_gap(does, ask, at) -> None:
    does(replace, at(P1), given(box(0, 0, 99.7, 99.8)))
    done = does(snap, at(P1, 2), 0.5)
    assert planar(done) == [pytest.approx(9989.9, abs=0.2)]
    distance = "SELECT ST_Distance(a.survey_boundary, b.survey_boundary) FROM parcel a, parcel b WHERE a.parcel_code = :a AND b.parcel_code = :b"  # noqa: E501 - one statement
    assert ask(distance, a=P1, b=P2) == 0
    assert ask(OVERLAP) < 1e-9
    with pytest.raises(NothingToSnap):
        does(snap, at(P3), 0.5)


def test_the_common_boundary_moves_in_both(does, ask, at) -> None:
    done = does(move_boundary, at(P1), at(P2), given(line((110, 0.2), (95, 50), (120, 99.9))))
    assert sum(parcel.planar_area_m2 for parcel in done.parcels) == pytest.approx(20_000, abs=1e-6)
    assert ask(OVERLAP) == 0
    union = ("SELECT ST_NumInteriorRings(u), ST_Area(u) FROM (SELECT ST_Union(survey_boundary) AS u FROM parcel"
             " WHERE parcel_code IN (:a, :b)) AS whole")  # fmt: skip
    assert ask(union, a=P1, b=P2) == [(0, pytest.approx(20_000, abs=1e-6))]
    assert ask("SELECT bool_and(version = 2) FROM parcel WHERE parcel_code IN (:a, :b)", a=P1, b=P2) is True


def test_a_common_corner_moves_in_both(does, ask, at) -> None:
    done = does(
        move_common_vertices, at(P1), at(P2),
        [VertexChange("move", (X + 100, Y + 100), (X + 103, Y + 100)), VertexChange("insert", (X + 101, Y + 50))],
        srid=4547, tolerance_m=1,
    )  # fmt: skip
    assert sum(parcel.planar_area_m2 for parcel in done.parcels) == pytest.approx(20_000, abs=1e-6)
    assert ask(OVERLAP) < 1e-9
    with pytest.raises(VertexNotThere):
        does(move_common_vertices, at(P1, 2), at(P2, 2), [VertexChange("move", (X, Y), (X - 1, Y))], srid=4547)
    with pytest.raises(NotTouching):
        does(move_boundary, at(P1, 2), at(P3), given(line((50, 0), (50, 100))))


def test_vertices_move_come_and_go(does, at) -> None:
    moved = [VertexChange("move", (X + 100.2, Y + 100), (X + 100, Y + 120)), VertexChange("insert", (X + 50, Y))]
    assert planar(does(change_vertices, at(P1), moved, srid=4547)) == [11_000]
    gone = [VertexChange("delete", (X + 50, Y)), VertexChange("delete", (X + 100, Y + 120))]
    assert planar(does(change_vertices, at(P1, 2), gone, srid=4547)) == [5000]
    with pytest.raises(VertexNotThere):
        does(change_vertices, at(P1, 3), [VertexChange("delete", (X + 30, Y + 30))], srid=4547)


def test_a_part_of_the_boundary_is_drawn_anew(does, at) -> None:
    outward = line((20, 95), (20, 120), (60, 120), (60, 95))
    assert planar(does(reshape_by_line, at(P1), given(outward))) == [10_800]
    inward = line((-5, 20), (10, 20), (10, 60), (-5, 60))
    assert planar(does(reshape_by_line, at(P1, 2), given(inward))) == [10_400]
    with pytest.raises(LineDoesNotCross):
        does(reshape_by_line, at(P1, 3), given(line((40, 40), (60, 60))))


@pytest.mark.parametrize(
    ("course", "fault"),
    [
        (((50, 20), (50, 80)), LineDoesNotCross),
        (((-10, 200), (110, 200)), LineDoesNotCross),
        (((0.005, -5), (0.005, 105)), SliverLeft),
        (((-5, 99.9999), (105, 99.9999)), SliverLeft),
    ],
)
def test_lines_that_do_not_divide_are_refused_whole(does, ask, at, course, fault) -> None:
    with pytest.raises(fault):
        does(split_by_line, at(P1), given(line(*course)))
    assert ask("SELECT count(*) FROM parcel_version") == 0
    assert ask("SELECT last_parcel_no FROM county") == 4


def test_more_area_than_there_is_is_refused(does, at) -> None:
    for areas in ([20_000.0], [], [-5.0], [math.nan], [10_000.0]):
        with pytest.raises(AreasDoNotFit):
            does(split_by_areas, at(P1), areas)


def test_a_parcel_across_the_zone_limit_is_worked_on_in_one_zone(does, ask, row_of_four) -> None:
    """112.5° is the limit of zones 37 and 38: the middle of the parcel decides, or the zone that was surveyed in."""
    with transaction(row_of_four, Actor("li")) as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149902', '示例二县', true)"))
    across = "POLYGON((112.499 36,112.5015 36,112.5015 36.001,112.499 36.001,112.499 36))"
    (drawn,) = does(draw, "149902", Kind.IDLE_FACTORY, given_text(across)).parcels
    assert drawn.area_m2 == pytest.approx(drawn.planar_area_m2, rel=1e-3)
    west = ask("SELECT ST_AsText(ST_Transform(ST_GeomFromText(:wkt, 4490), 4546), 4)", wkt=across)
    does(replace, Basis(drawn.parcel_code, 1), given_text(west, "EPSG:4546"))
    assert ask("SELECT survey_crs FROM parcel WHERE parcel_code = :c", c=drawn.parcel_code) == "EPSG:4546"
    pieces = does(split_by_line, Basis(drawn.parcel_code, 2), given_text("LINESTRING(112.5 35.9, 112.5 36.1)")).parcels
    assert sum(piece.area_m2 for piece in pieces if piece.role == "new") == pytest.approx(drawn.area_m2, rel=1e-5)
