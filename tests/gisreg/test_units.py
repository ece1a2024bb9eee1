# ruff: noqa: E501 - SQL stays in one piece

import json
import time

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Polygon, box
from sqlalchemy import text

from gisreg import units
from gisreg.counties import CountyUnknown
from gisreg.db.engine import transaction

BARE = {"type": "Polygon", "coordinates": [[[113, 36], [113.2, 36], [113.2, 36.2], [113, 36.2], [113, 36]]]}


@pytest.fixture
def bring(settings, database):
    return lambda path, level, **wanted: units.import_units(
        settings, database.app_url, units.WantedUnits(path, level, **wanted)
    )


@pytest.fixture
def county(bring, tmp_path):
    path = tmp_path / "149901.geojson"
    path.write_text(json.dumps(BARE))
    return bring(path, "county", code="149901", name="示例县")


def towns(path, names=("示例西镇", "示例东镇")):
    shapes = [box(113, 36, 113.1, 36.2), Polygon([(113.1, 36), (113.2, 36.2), (113.2, 36), (113.1, 36.2)])]
    gpd.GeoDataFrame({"XZQDM": ["149901100", "149901101"], "XZQMC": list(names)}, geometry=shapes, crs=4490).to_file(
        path
    )
    return path


def test_a_bare_geometry_becomes_a_county(county, engine):
    assert (county.added, county.counties) == (1, ["149901"])
    with transaction(engine) as connection:
        (unit,) = units.list_units(connection)
    assert (unit.name, unit.has_boundary) == ("示例县", True)
    assert unit.area_m2 == pytest.approx(18_010 * 22_190, rel=0.01)


def test_townships_are_repaired_updated_and_named(county, bring, engine, tmp_path):
    first = bring(towns(tmp_path / "a.shp"), "township")
    again = bring(towns(tmp_path / "b.gpkg", ("新名镇", "示例东镇")), "township")
    assert (first.added, first.repaired, again.added, again.updated) == (2, 1, 0, 2)
    with transaction(engine) as connection:
        listed = units.list_units(connection, "149901", "township")
    assert [(unit.code, unit.name, unit.parent_code) for unit in listed] == [
        ("149901100", "新名镇", "149901"), ("149901101", "示例东镇", "149901"),
    ]  # fmt: skip


def test_units_that_lie_nowhere_in_the_county_are_another_county_s(county, bring, engine, tmp_path):
    path = towns(tmp_path / "a.gpkg")
    far = gpd.read_file(path)
    far.geometry = far.geometry.translate(8, -11)
    far["XZQDM"] = ["65000010", "149901109"]
    gpd.pd.concat([gpd.read_file(path), far]).to_file(path)
    report = bring(path, "township")
    assert (report.added, [(one.row, one.code, one.fault) for one in report.refused if one.row > 1]) == (
        2, [(4, "149901109", "outside_county")],
    )  # fmt: skip
    with transaction(engine) as connection:
        assert len(units.list_units(connection, "149901", "township")) == 2


def test_a_ring_in_no_order_is_refused_and_the_others_do_not_wait(county, bring, tmp_path, settings):
    """3,000 corners anywhere cross a million times: repairing that would take most of a minute."""
    tangle = Polygon(np.random.default_rng(1).random((3000, 2)) * 0.1 + (113.1, 36))
    path = tmp_path / "towns.gpkg"
    gpd.GeoDataFrame(
        {"XZQDM": ["149901100", "149901101"], "XZQMC": ["西", "东"]},
        geometry=[box(113, 36, 113.1, 36.2), tangle],
        crs=4490,
    ).to_file(path)
    started = time.monotonic()
    report = bring(path, "township")
    assert time.monotonic() - started < 20
    assert (report.added, [(one.row, one.code, one.fault) for one in report.refused]) == (
        1, [(2, "149901101", "too_tangled")],
    )  # fmt: skip
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / "checks.toml").write_text("[tolerances]\ncrossings = 1\n", encoding="utf-8")
    path = tmp_path / "star.gpkg"
    star = Polygon([(113.1, 36), (113.2, 36.2), (113.1, 36.15), (113.2, 36.05), (113.15, 36.2), (113.12, 36.01)])
    gpd.GeoDataFrame({"XZQDM": ["149901102"], "XZQMC": ["星"]}, geometry=[star], crs=4490).to_file(path)
    with pytest.raises(units.NoUnits) as refused:
        bring(path, "township")
    assert "1 → 0, the boundary crosses itself about" in refused.value.line("en")
    assert "too_tangled" not in refused.value.line("zh")


def test_a_unit_that_is_refused_is_told_in_words(county, run_cli, tmp_path):
    tangle = Polygon(np.random.default_rng(1).random((1000, 2)) * 0.1 + (113.1, 36))
    path = tmp_path / "towns.gpkg"
    gpd.GeoDataFrame(
        {"XZQDM": ["149901100", "149901101", "甲"], "XZQMC": ["西", "东", "无码"]},
        geometry=[box(113, 36, 113.1, 36.2), tangle, box(113.1, 36, 113.2, 36.2)], crs=4490,
    ).to_file(path)  # fmt: skip
    said = run_cli("units", "import", path, "--level", "township").out
    assert "第 3 行 甲:编号不可用" in said
    assert "边界自相交约" in said
    assert "too_tangled" not in said


def test_codes_without_polygons_come_from_csv(county, bring, tmp_path):
    path = tmp_path / "codes.csv"
    path.write_text("代码,名称\n149901100,示例西镇\n149902100,别县的镇\n,无码\n", encoding="utf-8-sig")
    report = bring(path, "township")
    assert (report.read, report.added, report.skipped, len(report.refused)) == (3, 1, 1, 1)


def test_codes_of_1999_are_todays_and_told(bring, run_cli, engine, tmp_path):
    path = tmp_path / "149901.geojson"
    path.write_text(json.dumps(BARE))
    county = bring(path, "county", code="152728", name="示例旗")
    assert (county.counties, county.translations[0]["said"], county.translations[0]["stored"]) == (
        ["150627"], "152728", "150627",
    )  # fmt: skip
    codes = tmp_path / "codes.csv"
    codes.write_text("代码,名称\n152728103,示例甲镇\n150627104,示例乙镇\n152701100,别县的镇\n", encoding="utf-8")
    told = run_cli("units", "import", codes, "--level", "township", "--county", "150627")
    assert told.code == 0, told.err
    assert "152728103" in told.out
    listed_for_people = run_cli("units", "list", "--level", "township", "--county", "150627").out
    assert "示例甲镇" in listed_for_people
    assert "0.00" not in listed_for_people, "an area that nobody knows is not nothing"
    with transaction(engine) as connection:
        listed = units.list_units(connection, "150627", "township")
    assert [(unit.code, unit.name) for unit in listed] == [("150627103", "示例甲镇"), ("150627104", "示例乙镇")]
    again = bring(codes, "township", county="150627")
    assert (again.updated, again.skipped, [(one["row"], one["stored"]) for one in again.translations]) == (
        2, 1, [(1, "150627103")],
    )  # fmt: skip


def test_townships_need_their_county_first(bring, tmp_path):
    with pytest.raises(CountyUnknown):
        bring(towns(tmp_path / "a.gpkg"), "township", county="149901")


def test_unclear_columns_and_levels(county, bring, tmp_path):
    with pytest.raises(units.FieldsUnclear):
        bring(towns(tmp_path / "a.gpkg"), "township", code_field="nothing")
    with pytest.raises(units.CodeNotForOne):
        bring(tmp_path / "a.gpkg", "township", code="149901100")
    with pytest.raises(units.LevelUnknown):
        bring(tmp_path / "a.gpkg", "province")


def test_parcels_without_a_township_find_theirs(county, bring, engine, tmp_path):
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO parcel (county_code, parcel_code, kind, state, boundary) VALUES ('149901', '149901-0000001', "
                "'idle_land', 'suspected', ST_Multi(ST_MakeEnvelope(113.04, 36.04, 113.05, 36.05, 4490)))"
            )
        )
    assert bring(towns(tmp_path / "a.gpkg"), "township").placed_parcels == 1
    with engine.connect() as connection:
        assert connection.execute(text("SELECT township_code FROM parcel")).scalar() == "149901100"
