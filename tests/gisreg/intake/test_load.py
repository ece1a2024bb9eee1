# ruff: noqa: E501 - wording and SQL stay in one piece

import errno
import json
import math
import os
import re
import subprocess
import sys
import time
import zipfile

import geopandas as gpd
import numpy as np
import pytest
import shapely
from intake_surveys import X, Y, adds_up, one, squares, survey
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box
from sqlalchemy import create_engine, text

from gisreg.checks.offsets import gcj02
from gisreg.db.engine import make_engine
from gisreg.intake import parallel, registering, staging
from gisreg.intake.prepare import RECIPE
from gisreg.intake.report import ReportNotWritten, write_report

KNOWN_HASH = "013e59ca-a29c-7aec-849d-93ff9d0d4622"
"""Of the one row that :func:`test_what_a_row_is_known_by_bears_the_number_of_its_recipe` loads."""


def test_a_gbk_shapefile_is_loaded_typed_and_measured(load, county, tmp_path):
    path = survey(
        tmp_path / "宗地.shp", squares(3), encoding="GBK",
        BSM=["00123", "00124", "00125"], QLR=["示例公司", "乙公司", "丙公司"], DLBM=["0601"] * 3, PZMJ=[1600.0] * 3,
        YDDGRQ=["2024-06-30", "2024年6月1日", "20240602"], SFCF=["是", "否", None], XZQMC=["示例东镇"] * 3,
    )  # fmt: skip
    report = load(path)
    assert (report.read, report.loaded, report.problems) == (3, 3, [])
    assert (report.encoding, report.encoding_from, report.crs, report.crs_from) == ("GBK", "cpg", "EPSG:4547", "file")
    assert report.planar_areas_m2 == [1600.0] * 3
    assert report.areas_m2[0] == pytest.approx(1599.796, abs=0.01)
    with county.connect() as connection:
        row = connection.execute(text("SELECT * FROM parcel WHERE source_code = '00123'")).mappings().one()
    assert row["parcel_code"] == "149901-0000001"
    assert (row["holder_name"], row["land_use_code"], row["land_use_scheme"]) == ("示例公司", "0601", "gb21010_2017")
    assert (row["official_area_m2"], row["official_area_source"]) == (1600.0, "ledger")
    assert str(row["agreed_start_on"]) == "2024-06-30"
    assert (row["seized"], row["township_code"], row["state"]) == (True, "149901101", "suspected")
    assert (row["recorded_by"], row["recorded_from"]) == ("tester", f"import:{report.batch}")
    assert row["survey_crs"] == "EPSG:4547"


@pytest.mark.parametrize(("encoding", "cpg"), [("GBK", False), ("GBK", True), ("UTF-8", False), ("UTF-8", True)])
def test_chinese_names_of_fields_with_and_without_a_cpg(load, county, tmp_path, encoding, cpg):
    path = survey(
        tmp_path / "a.shp", squares(2), encoding=encoding, **{"编号": ["甲1", "甲2"], "坐落": ["示例路", None]}
    )
    path.with_suffix(".cpg").write_text(encoding) if cpg else path.with_suffix(".cpg").unlink()
    report = load(path)
    assert (report.loaded, report.mapped) == (2, {"address": "坐落", "source_code": "编号"})
    assert report.planar_areas_m2 == [1600.0] * 2
    assert (
        one(county, "SELECT string_agg(source_code || coalesce(address, ''), ' ' ORDER BY source_code) FROM parcel")
        == "甲1示例路 甲2"
    )


@pytest.mark.parametrize(("encoding", "cut"), [("GBK", 10), ("UTF-8", 10)])
def test_a_name_of_a_field_that_ends_after_ten_bytes(load, county, tmp_path, encoding, cut):
    """As programs that count bytes cut it, in the middle of a character if need be."""
    path = survey(tmp_path / "a.shp", squares(2), BSM=["1", "2"], NAMENAME10=["2024-06-30", "2024-07-01"])
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"NAMENAME10", "约定动工日期".encode(encoding)[:cut]))
    path.with_suffix(".cpg").write_text(encoding)
    assert load(path).loaded == 2
    assert str(one(county, "SELECT max(agreed_start_on) FROM parcel")) == "2024-07-01"


def test_the_same_file_again_changes_nothing_and_other_formats_are_recognised(load, county, tmp_path):
    first = load(survey(tmp_path / "a.shp", squares(4)))
    again = load(tmp_path / "a.shp")
    other = load(survey(tmp_path / "a.gpkg", squares(4)))
    assert (first.loaded, again.unchanged, again.again_of, other.unchanged) == (4, 4, first.batch, 4)
    assert one(county, "SELECT count(*) FROM parcel_version") == 0


def test_another_programs_rounding_is_no_change_and_a_millimetre_is_one(load, county, tmp_path):
    load(survey(tmp_path / "a.gpkg", squares(2)))
    rounded = [shapely.transform(one, lambda xy: xy + 3e-9) for one in squares(2)]
    assert load(survey(tmp_path / "b.gpkg", rounded)).unchanged == 2
    moved = [shapely.transform(one, lambda xy: xy + 1e-3) for one in squares(2)]
    assert load(survey(tmp_path / "c.gpkg", moved)).loaded == 2
    degrees = gpd.read_file(tmp_path / "c.gpkg").to_crs(4490)
    degrees.to_file(tmp_path / "d.gpkg")
    load(tmp_path / "d.gpkg")
    again = degrees.set_geometry(degrees.geometry.map(lambda one: shapely.transform(one, lambda xy: xy + 3e-14)))
    again.to_file(tmp_path / "e.gpkg")
    assert load(tmp_path / "e.gpkg").unchanged == 2


def test_a_file_that_says_the_same_otherwise_changes_nothing(load, county, tmp_path):
    """Other columns, another CRS: nothing would be written that is not there already."""
    load(survey(tmp_path / "a.gpkg", squares(2), BSM=["1", "2"], QLR=["甲", "乙"], PZMJ=[1600.0, 1600.0]))
    assert load(survey(tmp_path / "b.gpkg", squares(2), BSM=["1", "2"], QLR=["甲", "乙"])).unchanged == 2
    gpd.read_file(tmp_path / "a.gpkg").to_crs(4490).to_file(tmp_path / "c.gpkg")
    assert load(tmp_path / "c.gpkg").unchanged == 2
    report = load(survey(tmp_path / "d.gpkg", squares(2), BSM=["1", "2"], QLR=["甲", "丙"]))
    assert (report.unchanged, report.loaded) == (1, 1)
    assert one(county, "SELECT count(*) FROM parcel_version") == 1


def test_a_narrow_gap_between_large_parcels_is_found_without_measuring_every_corner(load, tmp_path):
    """Two coasts of 20,000 corners each, 0.1 m apart at one place: pieces near each other are enough."""
    across = np.linspace(0, 400, 20_000)
    coast = 20 + 10 * np.sin(across)
    south = Polygon([(X, Y - 100), (X + 400, Y - 100), *reversed(list(zip(X + across, Y + coast, strict=True)))])
    north = Polygon([*zip(X + across, Y + coast + 0.1, strict=True), (X + 400, Y + 200), (X, Y + 200)])
    report = load(survey(tmp_path / "a.gpkg", [south, north]))
    assert [problem.fault for problem in report.problems if problem.row == 2] == ["gap_to_neighbour"]


def test_what_a_row_is_known_by_bears_the_number_of_its_recipe(load, county, tmp_path):
    """Whoever changes what goes into the hash raises the number: rows of an older recipe can then be told apart."""
    load(survey(tmp_path / "a.gpkg", squares(1), BSM=["1"], QLR=["甲"]))
    assert str(one(county, "SELECT source_hash FROM parcel")) == KNOWN_HASH
    assert KNOWN_HASH.startswith(RECIPE)


def test_a_changed_parcel_gets_a_new_version_and_keeps_its_number(load, county, tmp_path):
    load(survey(tmp_path / "a.gpkg", squares(3), BSM=["1", "2", "3"], QLR=["甲", "乙", "丙"]))
    report = load(survey(tmp_path / "b.gpkg", squares(3), BSM=["1", "2", "4"], QLR=["甲", "新", "丁"]))
    assert (report.loaded, report.unchanged) == (2, 1)
    with county.connect() as connection:
        rows = connection.execute(text("SELECT parcel_code, version, holder_name FROM parcel ORDER BY 1")).all()
    assert rows == [
        ("149901-0000001", 1, "甲"),
        ("149901-0000002", 2, "新"),
        ("149901-0000003", 1, "丙"),
        ("149901-0000004", 1, "丁"),
    ]


def test_rows_without_codes_are_recognised_by_their_content(load, tmp_path):
    path = survey(tmp_path / "a.geojson", squares(2), crs=None, MC=["甲", "乙"])
    assert load(path, crs="EPSG:4547").loaded == 2
    assert load(path, crs="EPSG:4547").unchanged == 2


def test_a_dry_run_reports_the_same_and_writes_nothing(load, county, tmp_path):
    path = survey(tmp_path / "a.gpkg", [*squares(2), Polygon([(X, Y), (X + 9, Y + 9), (X + 9, Y), (X, Y + 9)])])
    tried = load(path, dry_run=True)
    assert [one(county, f"SELECT count(*) FROM {table}") for table in ("parcel", "batch")] == [0, 0]
    assert one(county, "SELECT last_parcel_no FROM county") == 0
    done = load(path)
    left, right = tried.as_json(), done.as_json()
    for shown in (left, right):
        del shown["batch"], shown["dry_run"]
    assert left == right


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


def test_a_parcel_across_townships_goes_to_the_stated_one_if_it_touches_it(load, county, tmp_path):
    across = [
        Polygon([(X - 30, Y + s), (X + 10, Y + s), (X + 10, Y + s + 9), (X - 30, Y + s + 9)]) for s in (0, 20, 40)
    ]
    inside = squares(1, 500)
    load(survey(tmp_path / "a.gpkg", [*across, *inside], BSM=["1", "2", "3", "4"],
                XZQDM=["149901101", "149901100", None, "149901100"]))  # fmt: skip
    with county.connect() as connection:
        places = connection.execute(text("SELECT township_code FROM parcel ORDER BY source_code")).scalars().all()
    assert places == ["149901101", "149901100", "149901100", "149901101"]


def test_townships_found_in_the_grid_are_those_found_by_their_borders(load, county, tmp_path, monkeypatch):
    shapes = [
        shapely.affinity.translate(squares(1, 0)[0], dx, dy)
        for dx in range(-1990, 1950, 190)
        for dy in range(-1990, 1950, 210)
    ]
    load(survey(tmp_path / "a.gpkg", shapes))
    monkeypatch.setattr("gisreg.intake.load.FINENESS", ((1, 40),))
    report = load(survey(tmp_path / "b.gpkg", shapes), kind="idle_factory")
    assert report.refused == 0
    assert one(county, """
        SELECT count(*) FROM parcel a JOIN parcel b ON b.source_code = a.source_code AND b.kind <> a.kind
        WHERE b.township_code IS DISTINCT FROM a.township_code""") == 0  # fmt: skip


def test_kinds_on_the_same_ground_are_linked(load, county, tmp_path):
    load(survey(tmp_path / "a.gpkg", squares(3)))
    load(survey(tmp_path / "b.gpkg", squares(1, 30.0)), kind="idle_factory")
    assert one(county, "SELECT count(*) FROM parcel_overlap") == 2
    assert one(county, "SELECT sum(area_m2) FROM parcel_overlap") == pytest.approx(20 * 40 + 10 * 40, rel=0.01)


def test_processes_side_by_side_load_what_one_would(load, county, tmp_path, monkeypatch):
    monkeypatch.setattr("gisreg.intake.load.PARTS_FROM_ROWS", 1)
    monkeypatch.setattr(parallel, "PARALLEL_FROM_ROWS", 1)
    report = load(survey(tmp_path / "a.shp", squares(30), encoding="GBK"))
    assert report.loaded == 30
    with county.connect() as connection:
        rows = connection.execute(text("SELECT parcel_code, source_row, source_code FROM parcel ORDER BY 1")).all()
    assert [(number, code) for _, number, code in rows] == [(i + 1, f"K{i}") for i in range(30)]
    assert one(county, "SELECT count(*) FROM pg_tables WHERE schemaname = 'staging'") == 0


def test_a_killed_import_leaves_nothing_and_its_tables_go_at_the_next_start(load, county, settings, database, tmp_path):
    path = survey(tmp_path / "a.shp", squares(5))
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom gisreg.intake import load, registering\n"
        "from gisreg.settings import Settings\n"
        "def wait(*a):\n    print('staged', flush=True)\n    time.sleep(60)\n"
        "registering.register = wait\n"
        f"load.import_parcels(Settings(), {database.app_url!r}, load.Wanted(Path({str(path)!r}), 'idle_land'))"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "staged"
    process.kill()
    process.wait()
    assert one(county, "SELECT count(*) FROM parcel") == 0
    assert one(county, "SELECT count(*) FROM pg_tables WHERE schemaname = 'staging'") > 0
    deadline = time.monotonic() + 10
    while one(
        county, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = :c", c=staging.LOCK_CLASS
    ):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert load(path).loaded == 5
    assert one(county, "SELECT count(*) FROM pg_tables WHERE schemaname = 'staging'") == 0


def test_a_living_imports_tables_are_left_alone(county, database):
    engine = make_engine(database.app_url, pool_size=0)
    with staging.staging_area(engine) as first:
        with county.begin() as connection:
            connection.execute(text(f"CREATE TABLE {first.table('raw')} (a int)"))
        with staging.staging_area(engine) as second:
            assert second.number != first.number
        assert one(county, "SELECT count(*) FROM pg_tables WHERE schemaname = 'staging'") == 1
    assert one(county, "SELECT count(*) FROM pg_tables WHERE schemaname = 'staging'") == 0


def test_an_import_that_is_whole_stays_whole_when_its_staging_connection_breaks(
    load, county, database, tmp_path, monkeypatch
):
    register = registering.register

    def broken(*work):
        report = register(*work)
        with create_engine(database.admin_url).connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = :c "
                    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                ),
                {"c": staging.LOCK_CLASS},
            )
        return report

    monkeypatch.setattr(registering, "register", broken)
    path = survey(tmp_path / "a.gpkg", squares(3))
    assert load(path).loaded == 3
    monkeypatch.undo()
    assert load(path).unchanged == 3
    assert one(county, "SELECT count(*) FROM pg_tables WHERE schemaname = 'staging'") == 0


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_a_file_of_which_nothing_can_be_loaded_is_a_failure_that_names_its_commonest_fault(
    load, run_cli, tmp_path, dry
):
    swapped = [shapely.transform(shape, lambda xy: xy[:, ::-1]) for shape in squares(3)]
    path = survey(tmp_path / "a.gpkg", [*swapped, None])
    ran = run_cli("--lang", "en", "parcels", "import", path, "--kind", "idle_land", "--json", *dry)
    assert ran.code == 3
    assert json.loads(ran.out)["refused"] == 4
    assert ran.err.count("\n") == 1
    assert "all 4 rows were refused" in ran.err
    assert "axes" in ran.err
    assert str(path) in ran.err


@pytest.mark.parametrize(("place", "code"), [("none/r.csv", 4), ("r.xlsx", 3), ("/proc/r.csv", 7)])
def test_a_report_that_cannot_be_written_stops_the_import_before_it_begins(county, run_cli, tmp_path, place, code):
    path = survey(tmp_path / "a.gpkg", squares(3))
    ran = run_cli("parcels", "import", path, "--kind", "idle_land", "--report", tmp_path / place)
    assert (ran.code, ran.err.count("\n")) == (code, 1)
    assert one(county, "SELECT count(*) FROM parcel") == 0


def test_a_county_without_polygons_takes_what_lies_in_china(load, county, tmp_path):
    with county.begin() as connection:
        connection.execute(text("UPDATE admin_unit SET boundary = NULL"))
    report = load(survey(tmp_path / "a.gpkg", [*squares(1), shapely.affinity.translate(squares(1)[0], -6_000_000, 0)],
                         BSM=["1", "2"], XZQDM=["149901100", "149901100"]))  # fmt: skip
    assert [p.fault for p in report.problems] in (["outside_china"], ["out_of_range"])
    assert one(county, "SELECT township_code FROM parcel") == "149901100"


def test_the_command_prints_the_promised_shape_and_writes_reports(load, run_cli, tmp_path):
    path = survey(tmp_path / "a.gpkg", [*squares(2), None])
    packed = tmp_path / "包.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(path, "内 层/a.gpkg")
    ran = run_cli("parcels", "import", packed, "--kind", "idle_land", "--json", "--report", tmp_path / "r.csv")
    assert ran.code == 0, ran.err
    shown = json.loads(ran.out)
    promised = [
        "batch",
        "crs",
        "encoding",
        "read",
        "loaded",
        "repaired",
        "refused",
        "unchanged",
        "warned",
        "areas_m2",
        "planar_areas_m2",
        "problems",
    ]
    assert set(promised) <= set(shown)
    assert set(shown["problems"][0]) >= {"row", "id", "field", "grade", "fault", "place", "mend"}
    lines = (tmp_path / "r.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "row,id,field,grade,fault,place,what,mend"
    assert lines[1].startswith("3,K2,,refused,null_geometry")
    plain = run_cli("parcels", "import", path, "--kind", "批而未供土地", "--dry-run")
    assert "试运行" in plain.out


def test_a_report_cell_is_never_a_formula(load, tmp_path):
    report = load(survey(tmp_path / "a.gpkg", [None], BSM=["=cmd()"]))
    write_report(report, tmp_path / "r.csv", "zh")
    assert "'=cmd()" in (tmp_path / "r.csv").read_text(encoding="utf-8-sig")


def test_a_report_that_fails_to_be_written_does_not_undo_what_is_said_of_the_import(load, tmp_path, monkeypatch):
    outcome = load(survey(tmp_path / "a.gpkg", squares(2)))
    older = tmp_path / "r.json"
    older.write_text("older", encoding="utf-8")

    def full(*_args, **_more):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("pathlib.Path.write_text", full)
    with pytest.raises(ReportNotWritten) as found:
        write_report(outcome, older, "zh")
    assert f"批次 {outcome.batch}" in found.value.line("zh")
    assert older.read_text(encoding="utf-8") == "older"
    assert {path.name for path in tmp_path.iterdir()} - {"home"} == {"a.gpkg", "r.json"}


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
    assert "#1 K0" in found[2, "overlap_in_file"].what.zh
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
    assert "#1 K0" in found[2, "overlap_in_file"].what.zh
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


def test_a_repair_in_degrees_tells_the_area_that_there_is(load, tmp_path):
    west, south = 113.2, 36.1
    bow = Polygon([(west, south), (west + 0.001, south + 0.001), (west + 0.001, south), (west, south + 0.001)])
    (told,) = [one for one in load(survey(tmp_path / "a.geojson", [bow], crs=4326)).problems if one.grade == "repaired"]
    assert re.search(r"面积 \? → [45]\d{3}\.\d\d ㎡", told.what.zh + told.mend.zh)
