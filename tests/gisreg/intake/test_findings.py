# ruff: noqa: E501 - wording and SQL stay in one piece

"""What is told of rows: each with its place and mend, as grave as the county says."""

import math
import re
import subprocess

import geopandas as gpd
import numpy as np
import pytest
import shapely
from intake_surveys import X, Y, adds_up, one, squares, survey
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box
from sqlalchemy import text

from gisreg.checks.offsets import gcj02
from gisreg.geometry import zone_of


def test_a_narrow_gap_between_large_parcels_is_found_without_measuring_every_corner(load, tmp_path):
    """Two coasts of 20,000 corners each, 0.1 m apart at one place: pieces near each other are enough."""
    across = np.linspace(0, 400, 20_000)
    coast = 20 + 10 * np.sin(across)
    south = Polygon([(X, Y - 100), (X + 400, Y - 100), *reversed(list(zip(X + across, Y + coast, strict=True)))])
    north = Polygon([*zip(X + across, Y + coast + 0.1, strict=True), (X + 400, Y + 200), (X, Y + 200)])
    report = load(survey(tmp_path / "a.gpkg", [south, north]))
    assert [problem.fault for problem in report.problems if problem.row == 2] == ["gap_to_neighbour"]


def test_each_bad_row_is_named_with_its_place_and_mend(load, county, tmp_path):
    far = shapely.affinity.translate(squares(1)[0], 500_000, 0)
    swapped = shapely.transform(squares(1)[0], lambda c: c[:, ::-1])
    bowtie = Polygon([(X + 900, Y), (X + 940, Y + 40), (X + 940, Y), (X + 900, Y + 40)])
    mixed = GeometryCollection([squares(1, 700)[0], Point(X, Y)])
    shapes = [
        squares(1)[0], None, Polygon(), LineString([(X, Y), (X + 5, Y)]), far, swapped, bowtie, mixed,
        shapely.force_3d(squares(1, 800)[0], 7.0), Polygon([(X, Y), (X + 50, Y), (X, Y)]), squares(1, 500)[0],
        Polygon([(1e308, 1e308), (1.5e308, 1e308), (1.5e308, 1.5e308)]),
    ]  # fmt: skip
    codes = [*(f"K{i}" for i in range(10)), "K0", "K11"]
    report = load(survey(tmp_path / "a.gpkg", shapes, BSM=codes))
    found = {(p.row, p.fault): p for p in report.problems}
    assert {key: p.grade for key, p in found.items()} == {
        (2, "null_geometry"): "refused", (3, "empty_geometry"): "refused", (4, "not_polygon"): "refused",
        (5, "outside_county"): "refused", (6, "axes_swapped"): "refused", (7, "self_intersection"): "repaired",
        (8, "parts_dropped"): "repaired", (9, "z_dropped"): "warned", (10, "no_area"): "refused",
        (11, "duplicate_code"): "refused", (12, "bad_coordinates"): "refused",
    }  # fmt: skip
    assert (report.read, report.loaded, report.repaired, report.refused, report.warned) == (12, 2, 2, 8, 1)
    assert adds_up(report)
    assert found[11, "duplicate_code"].what.zh == "编号与第 1 行重复"
    assert found[7, "self_intersection"].place.startswith("113.21")
    assert found[7, "self_intersection"].what.zh == "边界无效:边界自相交"
    assert found[7, "self_intersection"].what.en == "the boundary is not valid: the boundary crosses itself"
    assert "800.00" in found[7, "self_intersection"].mend.en
    assert one(county, "SELECT bool_and(ST_IsValid(boundary) AND ST_NDims(boundary) = 2) FROM parcel")
    heights = "SELECT ST_ZMax(survey_boundary) FROM parcel WHERE source_code = 'K8'"
    assert one(county, heights) == 7.0


def test_unusable_values_are_not_stored_and_named(load, county, tmp_path):
    report = load(survey(
        tmp_path / "a.gpkg", squares(1), BSM=["1"], PZMJ=["很多"], YDDGRQ=["2024-06-31"], SFCF=["也许"], QSXZ=["别的"], CJJG=["-5"],
    ))  # fmt: skip
    assert {(p.field, p.fault) for p in report.problems} == {
        ("PZMJ", "bad_value"), ("YDDGRQ", "bad_value"), ("SFCF", "bad_value"), ("CJJG", "bad_value"), ("QSXZ", "unknown_code"),
    }  # fmt: skip
    assert "2024-06-31" in next(p for p in report.problems if p.field == "YDDGRQ").what.zh
    assert (report.loaded, report.warned) == (1, 1)
    assert one(county, "SELECT agreed_start_on IS NULL AND seized IS NULL AND ownership_nature = '别的' FROM parcel")


def test_overlaps_and_gaps_within_a_kind_are_told_with_their_measure_and_place(load, county, tmp_path):
    shapes = [
        box(X, Y, X + 40, Y + 40),
        box(X + 30, Y, X + 70, Y + 40),
        box(X + 70, Y, X + 90, Y + 40),
        box(X + 90.1, Y, X + 99, Y + 40),
    ]
    report = load(survey(tmp_path / "a.gpkg", shapes))
    found = {(p.row, p.fault): p for p in report.problems}
    assert set(found) == {(2, "overlap_in_file"), (4, "gap_to_neighbour")}
    assert "第 1 (K0) 行" in found[2, "overlap_in_file"].what.zh
    assert "row 1 (K0) of the file" in found[2, "overlap_in_file"].what.en
    assert "#3 K2" in found[4, "gap_to_neighbour"].what.zh
    assert "400.00 m² (25.0%)" in found[2, "overlap_in_file"].what.zh
    assert "0.100 m" in found[4, "gap_to_neighbour"].what.en
    assert found[4, "gap_to_neighbour"].place.startswith("113.2")
    assert (report.loaded, report.warned) == (4, 2)
    again = load(survey(tmp_path / "b.gpkg", [shapes[0], box(X, Y + 39.9, X + 40, Y + 60)], BSM=["K0", "N1"]))
    assert {(p.row, p.fault, p.what.en) for p in again.problems} == {
        (2, "overlap_registered", f"overlaps the registered parcel {first_code(county)} by 4.00 m² (0.5%)")
    }


def test_boundaries_with_arcs_are_held_against_their_neighbours_too(load, tmp_path):
    round_one = (
        f"CURVEPOLYGON(CIRCULARSTRING({X} {Y + 20},{X + 20} {Y + 40},{X + 40} {Y + 20},{X + 20} {Y},{X} {Y + 20}))"
    )
    beside = box(X + 30, Y, X + 70, Y + 40).wkt
    (tmp_path / "a.csv").write_text(f'BSM,WKT\nK0,"{round_one}"\nK1,"{beside}"\n', encoding="utf-8")
    options = (
        "-oo",
        "GEOM_POSSIBLE_NAMES=WKT",
        "-oo",
        "KEEP_GEOM_COLUMNS=NO",
        "-a_srs",
        "EPSG:4547",
        "-nlt",
        "GEOMETRY",
    )
    subprocess.run(["ogr2ogr", tmp_path / "a.gpkg", tmp_path / "a.csv", *options], check=True, capture_output=True)
    report = load(tmp_path / "a.gpkg")
    found = {(p.row, p.fault): p for p in report.problems}
    assert set(found) == {(1, "curves_straightened"), (2, "overlap_in_file")}
    assert "第 1 (K0) 行" in found[2, "overlap_in_file"].what.zh
    segment_m2 = 400 * math.acos(0.5) - 10 * math.sqrt(300)
    told_m2 = float(found[2, "overlap_in_file"].what.en.split(" by ")[1].split()[0])
    assert told_m2 == pytest.approx(segment_m2, rel=0.001)


def test_parts_that_overlap_have_a_word_of_their_own(load, county, tmp_path):
    parts = MultiPolygon([box(X, Y, X + 40, Y + 40), box(X + 30, Y + 30, X + 60, Y + 60)])
    report = load(survey(tmp_path / "a.gpkg", [parts]))
    found = {p.fault: p for p in report.problems}
    assert set(found) == {"self_intersection", "parts_overlap"}
    assert "100 m²" in found["parts_overlap"].what.en
    east, north = map(float, found["parts_overlap"].place.split())
    assert X + 30 < east < X + 40
    assert Y + 30 < north < Y + 40
    assert one(county, "SELECT planar_area_m2 FROM parcel") == pytest.approx(1600 + 900 - 100)


def first_code(county):
    """The number of the parcel K0."""
    return one(county, "SELECT parcel_code FROM parcel WHERE source_code = 'K0'")


def test_parcels_that_share_a_border_to_the_digit_neither_overlap_nor_gap(load, tmp_path):
    shapes = [box(X + i * 33.333, Y, X + (i + 1) * 33.333, Y + 77.777) for i in range(30)]
    assert load(survey(tmp_path / "a.gpkg", shapes)).problems == []
    lonlat = gpd.GeoSeries(shapes, crs=4547).to_crs(4490)
    assert (
        load(
            survey(tmp_path / "b.gpkg", list(lonlat), crs=4490, BSM=[f"L{i}" for i in range(30)]), kind="idle_factory"
        ).problems
        == []
    )


def test_a_parcel_that_moves_is_judged_where_it_will_be(load, tmp_path):
    first, second = squares(2)
    load(survey(tmp_path / "a.gpkg", [first, second]))
    moved = load(survey(tmp_path / "b.gpkg", [box(X + 200, Y, X + 240, Y + 40), first], BSM=["K0", "K1"]))
    assert {one.fault for one in moved.problems} == {"boundary_elsewhere"}, "each takes ground that the other leaves"
    assert moved.loaded == 2


def test_a_county_decides_how_grave_a_finding_is(load, settings, tmp_path):
    own = settings.home / "checks.toml"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text('[grades]\noverlap_in_file = "refused"\ngap_to_neighbour = "off"\n')
    shapes = [box(X, Y, X + 40, Y + 40), box(X + 30, Y, X + 70, Y + 40), box(X + 70.1, Y, X + 90, Y + 40)]
    report = load(survey(tmp_path / "a.gpkg", shapes))
    assert {(p.row, p.fault, p.grade) for p in report.problems} == {(2, "overlap_in_file", "refused")}
    assert (report.loaded, report.refused, report.warned) == (2, 1, 0)
    assert adds_up(report)


def test_what_attributes_contradict_is_told_with_both_values(load, tmp_path):
    columns = {
        "BSM": ["A", "B"],
        "HTRQ": ["2024-03-01", "2024-03-01"],
        "YDDGRQ": ["2024-02-01", "2024-04-01"],
        "ZDDM": ["149901001002GB00001", "x"],
    }
    report = load(survey(tmp_path / "a.gpkg", squares(2), **columns))
    assert {(p.row, p.field, p.fault) for p in report.problems} == {
        (1, "YDDGRQ", "dates_out_of_order"),
        (2, "ZDDM", "cadastral_code_invalid"),
    }
    assert "2024-02-01" in report.problems[0].what.zh
    assert "2024-03-01" in report.problems[0].what.zh


def test_a_number_out_of_use_takes_no_new_content(load, county, tmp_path):
    load(survey(tmp_path / "a.gpkg", squares(2)))
    with county.begin() as connection:
        connection.execute(text("UPDATE parcel SET state = 'removed' WHERE source_code = 'K0'"))
    assert load(survey(tmp_path / "a.gpkg", squares(2))).unchanged == 2
    moved = load(survey(tmp_path / "b.gpkg", squares(2, west=14)))
    assert [(p.row, p.fault) for p in moved.problems if p.grade == "refused"] == [(1, "number_retired")]
    assert (moved.refused, moved.loaded) == (1, 1)


@pytest.mark.parametrize(("stated", "true"), [(4546, 4547), (4526, 4547), (4547, 4526), (4508, 4547)])
def test_a_zone_that_is_not_that_of_the_coordinates_is_named(load, tmp_path, stated, true):
    shapes = gpd.GeoSeries(squares(2), crs=4547).to_crs(true)
    report = load(survey(tmp_path / "a.gpkg", list(shapes), crs=stated))
    assert [(p.fault, f"EPSG:{true}" in p.mend.zh) for p in report.problems] == [("wrong_zone", True)] * 2
    assert (report.refused, report.loaded) == (2, 0)


@pytest.mark.parametrize(("stated", "true"), [(4527, 4526), (4525, 4526), (4498, 4497), (4496, 4497)])
def test_the_zone_that_fits_is_named_where_digits_and_crs_agree_on_another(load, tmp_path, stated, true):
    """The digits of zone 38 written with the number 39 before them, and the CRS of zone 39 declared."""
    digits = (zone_of(stated).false_easting - zone_of(true).false_easting, 0)
    shapes = gpd.GeoSeries(squares(2), crs=4547).to_crs(true).translate(*digits)
    report = load(survey(tmp_path / "a.gpkg", list(shapes), crs=stated))
    number = f"{zone_of(true).number} (EPSG {true})"
    assert [(p.fault, number in p.what.zh, number in p.mend.en) for p in report.problems] == [
        ("zone_number", True, True)
    ] * 2
    assert (report.refused, report.loaded) == (2, 0)


def test_land_in_another_county_is_not_called_a_wrong_zone(load, tmp_path):
    west, south, east, north = squares(1)[0].bounds
    report = load(survey(tmp_path / "a.gpkg", [box(west + 30_000, south, east + 30_000, north)]))
    assert [p.fault for p in report.problems] == ["outside_county"]


def test_a_file_drawn_on_a_web_map_is_suspected(load, tmp_path):
    lonlat = gpd.GeoSeries(squares(8), crs=4547).to_crs(4490)
    load(survey(tmp_path / "a.gpkg", list(lonlat), crs=4490))
    shown = [shapely.transform(shape, gcj02) for shape in lonlat]
    report = load(survey(tmp_path / "b.gpkg", shown, crs=4490))
    assert [(p.row, p.fault) for p in report.problems if p.row == 0] == [(0, "gcj02_suspected")]


def test_a_repair_in_degrees_tells_the_areas_before_and_after(load, tmp_path):
    west, south = 113.2, 36.1
    bow = Polygon([(west, south), (west + 0.001, south + 0.001), (west + 0.001, south), (west, south + 0.001)])
    (told,) = [one for one in load(survey(tmp_path / "a.geojson", [bow], crs=4326)).problems if one.grade == "repaired"]
    assert re.search(r"面积 \d+\.\d\d → [45]\d{3}\.\d\d ㎡", told.what.zh + told.mend.zh)


def test_the_county_s_own_code_states_no_township(load, county, tmp_path):
    codes = ["149901", "149901000", "149901000000", "149901999"]
    report = load(survey(tmp_path / "a.gpkg", squares(4), XZQDM=codes))
    assert [(p.row, p.fault) for p in report.problems if p.fault.startswith("township")] == [(4, "township_unknown")]
    assert one(county, "SELECT count(DISTINCT township_code) FROM parcel") == 1
