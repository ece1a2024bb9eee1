# ruff: noqa: E501 - files and wording stay in one piece

"""What the registry exports is known again when it comes back: by its own number, and by what it says."""

import geopandas as gpd
import pytest
import shapefile
from boundary_texts import HEAD, square, write
from intake_surveys import one, squares, survey
from shapely.affinity import translate
from sqlalchemy import text

from gisreg.db.engine import Actor, transaction
from gisreg.export import export
from gisreg.intake.importing import import_file
from gisreg.intake.load import Wanted
from gisreg.parcels.boundary.split import split_by_areas
from gisreg.parcels.editing import Basis

CODES = ["149901-0000001", "149901-0000002", "149901-0000003"]
FORMATS = ("a.gpkg", "a.geojson", "a.shp.zip")


@pytest.fixture
def bring_in(settings, database, county):
    return lambda path, **wanted: import_file(settings, database.app_url, Wanted(path, "idle_land", **wanted))


@pytest.fixture
def unnumbered(bring_in, county, tmp_path):
    """Three parcels without a number of their own."""
    path = survey(tmp_path / "s.gpkg", squares(3), DKMC=["甲", "乙", "丙"], 批准面积=[1600.5, 1700, None])
    assert bring_in(path).loaded == 3
    return county


def told(report, fault):
    return [(one.row, one.what.zh) for one in report.problems if one.fault == fault]


@pytest.mark.parametrize("name", FORMATS)
def test_parcels_without_a_number_come_back_as_themselves(bring_in, unnumbered, tmp_path, name):
    export(unnumbered, tmp_path / name)
    report = bring_in(tmp_path / name)
    assert report.mapped["parcel_code"] in ("parcel_code", "ZCBH")
    assert (report.unchanged, report.problems) == (3, [])
    assert one(unnumbered, "SELECT count(*) FROM parcel") == 3
    assert one(unnumbered, "SELECT count(*) FROM parcel_version") == 0


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_texts_longer_than_a_field_of_a_shapefile_come_back_whole(bring_in, county, tmp_path, encoding):
    names = ["长" * 300, "地块 甲乙 " * 60 + "末", "短"]
    assert (
        bring_in(survey(tmp_path / "s.gpkg", squares(3), BSM=["A", "B", "C"], DKMC=names, ZL=names[::-1])).loaded == 3
    )
    export(county, tmp_path / "a.shp.zip", encoding=encoding)
    report = bring_in(tmp_path / "a.shp.zip")
    assert (report.unchanged, report.problems) == (3, [])
    assert not [name for name in report.unmapped if name.startswith(("DKMC", "ZL", "ZCMC"))]


def test_fields_that_only_look_like_one_text_stay_apart(bring_in, county, tmp_path):
    """Two names for a parcel, each with room to spare: nothing goes on behind what is not full."""
    with shapefile.Writer(tmp_path / "b.shp", encoding="GBK") as writer:
        for name in ("DKMC", "DKMC_2"):
            writer.field(name, "C", 254)
        for shape, values in zip(squares(2), (("甲", "又名甲"), ("乙", "")), strict=True):
            writer.poly([list(shape.exterior.coords)])
            writer.record(*values)
    report = bring_in(tmp_path / "b.shp", crs="EPSG:4547", encoding="GBK")
    assert "DKMC_2" in report.unmapped
    assert one(county, "SELECT string_agg(name, '' ORDER BY parcel_code) FROM parcel") == "甲乙"


@pytest.mark.parametrize("title", ["parcel_code", "parcel_cod", "ZCBH", "宗地编号"])
def test_a_changed_one_is_changed_whatever_its_column_is_called(bring_in, unnumbered, tmp_path, title):
    shapes = squares(3)
    shapes[1] = shapes[1].buffer(-2, join_style="mitre")
    path = survey(tmp_path / "b.gpkg", shapes, **{title: CODES, "DKMC": ["甲", "乙", "丁"]})
    report = bring_in(path)
    assert (report.loaded, report.unchanged, report.problems) == (2, 1, [])
    assert one(unnumbered, "SELECT string_agg(name, '' ORDER BY parcel_code) FROM parcel") == "甲乙丁"
    assert one(unnumbered, "SELECT count(*) FROM parcel WHERE source_code IS NOT NULL") == 0


def test_a_row_with_both_numbers_keeps_them(bring_in, county, tmp_path):
    bring_in(survey(tmp_path / "a.gpkg", squares(2)))
    columns = {"parcel_code": CODES[:2], "BSM": ["K0", None], "DKMC": ["甲", "乙"]}
    report = bring_in(survey(tmp_path / "b.gpkg", squares(2), **columns))
    assert (report.loaded, report.problems) == (2, [])
    assert one(county, "SELECT string_agg(source_code || name, ',' ORDER BY id) FROM parcel") == "K0甲,K1乙"


def test_a_row_of_two_parcels_is_refused(bring_in, county, tmp_path):
    """As another registry's numbers would be, which here belong to other parcels."""
    bring_in(survey(tmp_path / "a.gpkg", squares(2)))
    report = bring_in(survey(tmp_path / "b.gpkg", squares(2, west=900), parcel_code=CODES[:2], BSM=["K1", "Z7"]))
    assert [row for row, _ in told(report, "codes_of_two_parcels")] == [1, 2]
    assert one(county, "SELECT count(*) FROM parcel_version") == 0


def test_a_number_twice_and_a_parcel_twice(bring_in, county, tmp_path):
    bring_in(survey(tmp_path / "a.gpkg", squares(3)))
    columns = {"parcel_code": [CODES[0], CODES[0], None, None], "BSM": [None, "Q", "K0", "K1"], "BZ": ["新"] * 4}
    report = bring_in(survey(tmp_path / "b.gpkg", [*squares(3), squares(4)[3]], **columns))
    assert told(report, "duplicate_code") == [(2, "编号与第 1 行重复"), (3, "编号与第 1 行重复")]
    assert one(county, "SELECT string_agg(source_code, ',' ORDER BY id) FROM parcel WHERE remark = '新'") == "K0,K1"


def test_a_number_that_the_registry_never_gave(bring_in, unnumbered, settings, tmp_path):
    path = survey(
        tmp_path / "b.gpkg", squares(4), parcel_code=[*CODES, "149901-0000099"], DKMC=["甲", "乙", "丙", "丁"]
    )
    report = bring_in(path)
    assert [(p.row, p.id, p.field, p.grade) for p in report.problems] == [
        (4, "149901-0000099", "parcel_code", "refused")
    ]
    assert "149901-0000099" in report.problems[0].what.zh
    assert one(unnumbered, "SELECT count(*) FROM parcel") == 3
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / "checks.toml").write_text('[grades]\nparcel_code_unknown = "warned"\n', encoding="utf-8")
    report = bring_in(path)
    assert (report.loaded, report.unchanged, [p.grade for p in report.problems]) == (1, 3, ["warned"])
    assert one(unnumbered, "SELECT max(parcel_code) FROM parcel") == "149901-0000004"


def test_a_retired_number_leads_to_its_successors(bring_in, unnumbered, tmp_path):
    with transaction(unnumbered, Actor("li")) as connection:
        split_by_areas(connection, Basis(CODES[1], 1), [800], 90)
    path = survey(tmp_path / "b.gpkg", squares(3), parcel_code=CODES, DKMC=["甲", "乙", "丙"])
    report = bring_in(path)
    ((row, what),) = told(report, "number_retired")
    assert (row, report.unchanged, "后继:149901-0000004、149901-0000005" in what) == (2, 2, True)


def test_a_parcel_of_another_kind_is_told(bring_in, settings, database, unnumbered, tmp_path):
    path = survey(tmp_path / "b.gpkg", squares(3), parcel_code=CODES, DKMC=["甲", "乙", "丙"])
    report = import_file(settings, database.app_url, Wanted(path, "idle_factory"))
    assert [row for row, _ in told(report, "parcel_of_other_kind")] == [1, 2, 3]
    assert one(unnumbered, "SELECT count(*) FROM parcel") == 3


def test_a_column_of_other_numbers_is_the_files_own(bring_in, county, tmp_path):
    report = bring_in(survey(tmp_path / "a.gpkg", squares(2), 宗地编号=["A-1", "A-2"]))
    assert report.mapped == {"source_code": "宗地编号"}
    assert one(county, "SELECT string_agg(source_code, ',' ORDER BY id) FROM parcel") == "A-1,A-2"


def test_a_mapping_says_what_the_column_is(bring_in, unnumbered, tmp_path):
    mapping = tmp_path / "m.toml"
    path = survey(tmp_path / "b.gpkg", squares(3), parcel_code=CODES, NR=CODES[::-1], DKMC=["甲", "乙", "丙"])
    mapping.write_text('[columns.parcel_code]\nfrom = ["NR"]\n', encoding="utf-8")
    assert bring_in(path, mapping=mapping, dry_run=True).mapped["parcel_code"] == "NR"
    mapping.write_text('ignore = ["parcel_code"]\n', encoding="utf-8")
    assert "parcel_code" not in bring_in(path, mapping=mapping, dry_run=True).mapped


def test_the_whole_file_is_compared_by_those_numbers(bring_in, county, tmp_path):
    bring_in(survey(tmp_path / "a.gpkg", squares(2)))
    path = survey(tmp_path / "b.gpkg", squares(1), parcel_code=CODES[:1])
    diff = bring_in(path, dry_run=True, compare=True).diff
    assert (diff["same"], [one["parcel_code"] for one in diff["missing"]["listed"]]) == (1, [CODES[1]])


# -- the area that a survey text states


def test_a_text_that_comes_back_leaves_the_official_area_alone(bring_in, county, tmp_path):
    bring_in(
        survey(tmp_path / "s.gpkg", squares(2), BSM=["K0", "K1"], 批准面积=[1700.25, None], MJLY=["出让合同", None])
    )
    export(county, tmp_path / "a.txt")
    report = bring_in(tmp_path / "a.txt")
    assert (report.unchanged, report.problems) == (2, [])
    query = "SELECT string_agg(concat_ws(' ', source_code, official_area_m2, official_area_source), ',' ORDER BY id) FROM parcel"
    assert one(county, query) == "K0 1700.25 contract,K1"


@pytest.mark.parametrize("crs", [4490, 4546, 4547])
def test_a_text_can_only_tell_whole_millimetres_of_land_surveyed_finer_or_otherwise(bring_in, county, tmp_path, crs):
    finer = [translate(shape, 0.00043, 0.00043) for shape in squares(2)]
    shapes = list(gpd.GeoSeries(finer, crs=4547).to_crs(crs))
    bring_in(survey(tmp_path / "s.gpkg", shapes, crs=crs, BSM=["K0", "K1"]))
    export(county, tmp_path / "a.txt", crs="EPSG:4526")
    report = bring_in(tmp_path / "a.txt")
    assert (report.unchanged, report.problems) == (2, [])
    assert one(county, "SELECT min(survey_crs) FROM parcel") == f"EPSG:{crs}"


def test_a_millimetre_in_a_text_of_the_survey_itself_is_a_change(bring_in, tmp_path):
    path = write(tmp_path / "a.txt", HEAD + square("DS-001", 3997700))
    bring_in(path)
    moved = path.read_bytes().replace(b"38428250.000", b"38428250.001")
    (tmp_path / "b.txt").write_bytes(moved)
    assert bring_in(tmp_path / "b.txt").loaded == 1


def test_a_new_survey_fills_in_what_is_not_known(bring_in, county, tmp_path):
    text_file = write(tmp_path / "a.txt", HEAD + square("DS-001", 3997700) + square("DS-002", 3997600))
    bring_in(text_file)
    with transaction(county, Actor("li")) as connection:
        connection.execute(
            text(
                "UPDATE parcel SET official_area_m2 = 2600, official_area_source = 'deed' WHERE source_code = 'DS-001'"
            )
        )
        connection.execute(
            text("UPDATE parcel SET official_area_m2 = NULL, official_area_source = NULL WHERE source_code = 'DS-002'")
        )
    moved = text_file.read_bytes().replace(b"3997", b"3996")
    (tmp_path / "b.txt").write_bytes(moved)
    bring_in(tmp_path / "b.txt")
    query = "SELECT string_agg(concat_ws(' ', official_area_m2, official_area_source), ',' ORDER BY source_code) FROM parcel"
    assert one(county, query) == "2600 deed,2500 ledger"


def test_a_mapping_may_want_the_survey_s_area(bring_in, county, tmp_path):
    text_file = write(tmp_path / "a.txt", HEAD + square("DS-001", 3997700))
    bring_in(text_file)
    with transaction(county, Actor("li")) as connection:
        connection.execute(text("UPDATE parcel SET official_area_m2 = 2600, official_area_source = 'deed'"))
    mapping = tmp_path / "m.toml"
    mapping.write_text('[columns.official_area_m2]\nfrom = ["地块面积(平方米)"]\nunit = "m2"\n', encoding="utf-8")
    bring_in(text_file, mapping=mapping)
    assert one(county, "SELECT concat_ws(' ', official_area_m2, official_area_source) FROM parcel") == "2500 ledger"
