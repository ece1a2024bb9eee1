"""Files become parcels: typed, measured, placed, and known again when they come back."""

import geopandas as gpd
import pytest
import shapely
from intake_surveys import X, Y, one, squares, survey
from shapely.geometry import Polygon
from sqlalchemy import text

from gisreg.intake.prepare import RECIPE
from gisreg.intake.squares import squares_of

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


@pytest.mark.parametrize("crs", [4547, 4526, 4508, 4490, 4326, 3857])
def test_townships_found_in_squares_are_those_found_by_their_borders(load, county, tmp_path, monkeypatch, crs):
    spots = [(dx, dy) for dx in range(-1990, 1950, 190) for dy in range(-1990, 1950, 210)]
    surveyed = gpd.GeoSeries([shapely.affinity.translate(squares(1, 0)[0], *spot) for spot in spots], crs=4547)
    shapes = list(surveyed.to_crs(crs))
    load(survey(tmp_path / "a.gpkg", shapes, crs=crs))
    monkeypatch.setattr("gisreg.intake.squares.WORTH_FROM_ROWS", 1)
    made = []
    monkeypatch.setattr("gisreg.intake.load.squares_of", lambda *a, **k: made.append(squares_of(*a, **k)) or made[0])
    report = load(survey(tmp_path / "b.gpkg", shapes, crs=crs), kind="idle_factory")
    assert report.refused == 0
    assert 0.9 < sum(map(bool, made[0].cells)) / len(made[0].cells) < 1
    assert one(county, """
        SELECT count(*) FROM parcel a JOIN parcel b ON b.source_code = a.source_code AND b.kind <> a.kind
        WHERE b.township_code IS DISTINCT FROM a.township_code""") == 0  # fmt: skip


def test_a_crs_that_is_not_for_this_part_of_the_world_has_no_squares(load, county, tmp_path, monkeypatch):
    monkeypatch.setattr("gisreg.intake.squares.WORTH_FROM_ROWS", 1)
    report = load(survey(tmp_path / "a.gpkg", squares(2), crs=4534), crs="EPSG:4534")
    assert (report.read, report.refused) == (2, 2)


def test_kinds_on_the_same_ground_are_linked(load, county, tmp_path):
    load(survey(tmp_path / "a.gpkg", squares(3)))
    load(survey(tmp_path / "b.gpkg", squares(1, 30.0)), kind="idle_factory")
    assert one(county, "SELECT count(*) FROM parcel_overlap") == 2
    assert one(county, "SELECT sum(area_m2) FROM parcel_overlap") == pytest.approx(20 * 40 + 10 * 40, rel=0.01)


def test_a_county_without_polygons_takes_what_lies_in_china(load, county, tmp_path):
    with county.begin() as connection:
        connection.execute(text("UPDATE admin_unit SET boundary = NULL"))
    report = load(survey(tmp_path / "a.gpkg", [*squares(1), shapely.affinity.translate(squares(1)[0], -6_000_000, 0)],
                         BSM=["1", "2"], XZQDM=["149901100", "149901100"]))  # fmt: skip
    assert [p.fault for p in report.problems] in (["outside_china"], ["out_of_range"])
    assert one(county, "SELECT township_code FROM parcel") == "149901100"
