"""Parcels that come again: under the number of another, under the registry's own, without one, without a name."""

import geopandas as gpd
import pytest
import shapely
from intake_surveys import one, squares, survey

from gisreg.checks.offsets import gcj02
from gisreg.intake.importing import import_file
from gisreg.intake.load import Wanted
from gisreg.intake.noting import FileRefused


@pytest.fixture
def bring_in(settings, database, county):
    return lambda path, **wanted: import_file(settings, database.app_url, Wanted(path, "idle_land", **wanted))


def _told(report, fault):
    return [(one.row, one.id, one.what.zh) for one in report.problems if one.fault == fault]


def test_a_number_that_comes_back_with_other_land_is_told(bring_in, county, tmp_path):
    first, moved = squares(3), squares(3, west=800.0)
    bring_in(survey(tmp_path / "a.gpkg", first, BSM=["FID_0", "FID_1", "FID_2"]))
    shapes = [moved[0], first[1].buffer(2, join_style=2), first[2]]
    report = bring_in(survey(tmp_path / "b.gpkg", shapes, BSM=["FID_0", "FID_1", "FID_2"]))
    (row, code, what) = _told(report, "boundary_elsewhere")[0]
    assert (row, code) == (1, "FID_0")
    assert "149901-0000001" in what
    assert "750" in what  # metres between the nearest corners
    assert len(_told(report, "boundary_elsewhere")) == 1


def test_parcels_without_a_number_overlap_each_other(bring_in, county, tmp_path):
    shapes = squares(1)
    bring_in(survey(tmp_path / "a.gpkg", shapes, BZ=["甲"]))
    again = bring_in(survey(tmp_path / "a.gpkg", shapes, BZ=["甲"]))
    assert (again.unchanged, again.problems) == (1, [])
    report = bring_in(survey(tmp_path / "b.gpkg", [shapes[0].buffer(-5, join_style=2)], BZ=["乙"]))
    assert [(row, "149901-0000001" in what) for row, _, what in _told(report, "overlap_registered")] == [(1, True)]


def test_the_registry_s_own_number_is_known_again(bring_in, county, tmp_path):
    shapes = squares(2)
    bring_in(survey(tmp_path / "a.gpkg", shapes, BZ=["甲", "乙"]))
    columns = {"BSM": ["149901-0000001", "149901-0000002"], "BZ": ["丙", "丁"]}
    for unchanged in (0, 2):
        report = bring_in(survey(tmp_path / "b.gpkg", shapes, **columns))
        assert (report.unchanged, _told(report, "overlap_registered")) == (unchanged, [])
    assert one(county, "SELECT count(*) FROM parcel") == 2
    assert one(county, "SELECT count(*) FROM parcel WHERE source_code IS NULL AND remark IN ('丙', '丁')") == 2


def test_a_file_without_the_holder_s_name_does_not_take_it_away(bring_in, county, tmp_path):
    """Exports leave out the names of private holders unless they are asked for."""
    shapes = squares(1)
    bring_in(survey(tmp_path / "a.gpkg", shapes, BSM=["K0"], 权利人=["示例县某厂"]))
    columns = {"BSM": ["K0", "K1"], "权利人": [None, "示例县另一厂"], "BZ": ["新", "新"]}
    bring_in(survey(tmp_path / "b.gpkg", [*shapes, squares(2)[1]], **columns))
    query = "SELECT holder_name || remark FROM parcel WHERE source_code = 'K0'"
    assert one(county, query) == "示例县某厂新"


def test_the_county_says_how_grave_other_land_under_a_number_is(bring_in, county, settings, tmp_path):
    own = settings.home / "checks.toml"
    own.parent.mkdir(parents=True, exist_ok=True)
    bring_in(survey(tmp_path / "a.gpkg", squares(2), BSM=["FID_0", "FID_1"]))
    moved = survey(tmp_path / "b.gpkg", [squares(1, west=800.0)[0], squares(2)[1]], BSM=["FID_0", "FID_1"])
    own.write_text('[grades]\nboundary_elsewhere = "refused"\n', encoding="utf-8")
    report = bring_in(moved)
    assert (report.read, report.refused, report.unchanged) == (2, 1, 1)
    assert [(one.row, one.grade, one.fault) for one in report.problems] == [(1, "refused", "boundary_elsewhere")]
    assert one(county, "SELECT count(*) FROM parcel_version") == 0
    own.write_text('[grades]\nboundary_elsewhere = "off"\n', encoding="utf-8")
    assert bring_in(moved).problems == []
    assert one(county, "SELECT count(*) FROM parcel_version") == 1


def test_the_county_may_want_no_file_from_a_web_map(bring_in, county, settings, tmp_path):
    own = settings.home / "checks.toml"
    own.parent.mkdir(parents=True, exist_ok=True)
    lonlat = gpd.GeoSeries(squares(8), crs=4547).to_crs(4490)
    bring_in(survey(tmp_path / "a.gpkg", list(lonlat), crs=4490))
    shown = survey(tmp_path / "b.gpkg", [shapely.transform(shape, gcj02) for shape in lonlat], crs=4490)
    own.write_text('[grades]\ngcj02_suspected = "refused"\n', encoding="utf-8")
    with pytest.raises(FileRefused) as error:
        bring_in(shown)
    assert "GCJ-02" in error.value.line("zh")
    assert one(county, "SELECT count(*) FROM parcel_version") == 0
