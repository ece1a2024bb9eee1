import os
import shutil
import zipfile

import pytest
import shapefile
import shapely
from intake_surveys import squares, survey

from gisreg.errors import GisregError
from gisreg.intake import errors as e
from gisreg.intake.archive import SCRATCH
from gisreg.intake.mapping import load_mapping
from gisreg.intake.opening import open_source


def opened(path, **wanted):
    with open_source(path, **wanted) as source:
        return source


@pytest.fixture
def shape(tmp_path):
    return survey(tmp_path / "宗地.shp", squares(5), encoding="GBK", BSM=list("abcde"), MC=["示例地块"] * 5)


def cut(path, keep):
    path.write_bytes(path.read_bytes()[:keep])


def test_a_missing_file(tmp_path):
    with pytest.raises(e.FileMissing):
        opened(tmp_path / "nothing.shp")


def test_an_empty_file(tmp_path):
    (tmp_path / "a.shp").touch()
    with pytest.raises(e.EmptyFile):
        opened(tmp_path / "a.shp")


@pytest.mark.parametrize("name", ["a.txt", "a.geojson", "a.gpkg", "a.shp", "a.zip"])
def test_a_wrong_file(tmp_path, name):
    (tmp_path / name).write_bytes(b"PK\x03\x04 no zip" if name == "a.zip" else b"this is no map" * 20)
    with pytest.raises((e.NotGeodata, e.BrokenFile, e.BadArchive)):
        opened(tmp_path / name)


def test_a_damaged_base_is_not_told_in_sql(tmp_path):
    (tmp_path / "a.gpkg").write_bytes(b"SQLite format 3\0" + bytes(100_000))
    with pytest.raises(GisregError) as found:
        opened(tmp_path / "a.gpkg")
    assert "SELECT" not in found.value.line("zh")


@pytest.mark.parametrize("part", [".dbf", ".shx"])
def test_a_missing_part(shape, part):
    shape.with_suffix(part).unlink()
    with pytest.raises(e.PartMissing) as found:
        opened(shape)
    assert part in found.value.line("zh")


def test_reasons_are_told_in_one_language(shape):
    shape.with_suffix(".prj").unlink()
    with pytest.raises(e.CrsMissing) as found:
        opened(shape)
    assert "(无 .prj)" in found.value.line("zh")
    assert "(no .prj)" in found.value.line("en")


def test_a_missing_prj_needs_the_crs(shape):
    shape.with_suffix(".prj").unlink()
    with pytest.raises(e.CrsMissing):
        opened(shape)
    assert opened(shape, crs_given="EPSG:4547").crs_from == "given"


@pytest.mark.parametrize("part", [".shp", ".dbf"])
def test_a_truncated_part(shape, part):
    cut(shape.with_suffix(part), shape.with_suffix(part).stat().st_size - 50)
    with pytest.raises(e.PartTruncated):
        opened(shape)


def test_shapes_and_rows_that_disagree(shape, tmp_path):
    other = survey(tmp_path / "other.shp", squares(3), encoding="GBK")
    shutil.copy(other.with_suffix(".dbf"), shape.with_suffix(".dbf"))
    with pytest.raises(e.PartsDisagree):
        opened(shape)


def test_several_layers_are_named_not_chosen(tmp_path):
    path = tmp_path / "a.gpkg"
    survey(path, squares(2))
    survey(tmp_path / "b.gpkg", squares(2))
    with zipfile.ZipFile(tmp_path / "两个.zip", "w") as archive:
        for name in ("a.gpkg", "b.gpkg"):
            archive.write(tmp_path / name, f"数 据/{name}")
    with pytest.raises(e.SeveralLayers, match="a、b"):
        opened(tmp_path / "两个.zip")
    assert opened(tmp_path / "两个.zip", layer="b").rows == 2
    with pytest.raises(e.LayerMissing):
        opened(tmp_path / "两个.zip", layer="c")


def test_layers_of_one_name_are_told_apart_by_their_folders(tmp_path):
    path = survey(tmp_path / "a.gpkg", squares(2))
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.write(path, "甲/a.gpkg")
        archive.write(path, "乙/a.gpkg")
    with pytest.raises(e.SeveralLayers, match="乙/a、甲/a"):
        opened(tmp_path / "z.zip")
    assert opened(tmp_path / "z.zip", layer="甲/a").rows == 2


def test_what_a_killed_import_unpacked_goes_away(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    packed = tmp_path / "z.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(survey(tmp_path / "a.gpkg", squares(2)), "a.gpkg")
    (tmp_path / f"{SCRATCH}999999999-x").mkdir()
    (tmp_path / f"{SCRATCH}{os.getpid()}-x").mkdir()
    opened(packed)
    assert [path.name for path in tmp_path.glob(f"{SCRATCH}*")] == [f"{SCRATCH}{os.getpid()}-x"]


def test_a_projected_survey_in_the_wrong_system_is_no_matter_of_areas(load, tmp_path):
    far = [shapely.affinity.translate(shape, 38_000_000) for shape in squares(2)]
    report = load(survey(tmp_path / "a.gpkg", far))
    assert [problem.fault for problem in report.problems] == ["wrong_zone"] * 2
    assert "--crs EPSG:4526" in report.problems[0].mend.zh, "the number of zone 38 stands in front of the eastings"


def test_an_empty_layer(tmp_path):
    with pytest.raises(e.EmptyLayer):
        opened(survey(tmp_path / "a.gpkg", squares(1)[:0], BSM=[]))


@pytest.mark.parametrize("crs", ["EPSG:2383", "EPSG:4610", "EPSG:4214", "EPSG:2431", "EPSG:21418"])
def test_systems_that_need_local_parameters_are_refused(shape, crs):
    with pytest.raises(e.CrsNeedsParameters):
        opened(shape, crs_given=crs)


@pytest.mark.parametrize("crs", ["EPSG:99999999", "nonsense", "EPSG:5773"])
def test_an_unknown_crs(shape, crs):
    with pytest.raises(e.CrsUnknown):
        opened(shape, crs_given=crs)


@pytest.mark.parametrize(
    ("name", "meridian", "easting", "srid"),
    [
        ("CGCS2000_3_Degree_GK_Zone_38", 114, 38500000, 4526),
        ("CGCS2000_3_Degree_GK_CM_114E", 114, 500000, 4547),
        ("CGCS2000_GK_CM_111E", 111, 500000, 4508),
        ("CGCS2000_GK_Zone_19", 111, 19500000, 4497),
    ],
)
def test_esri_names_of_zones_are_understood(shape, name, meridian, easting, srid):
    shape.with_suffix(".prj").write_text(
        f'PROJCS["{name}",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",'
        '6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
        f'PARAMETER["False_Easting",{easting}.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian}.0],'
        'PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )
    assert opened(shape).srid == srid


def test_geojson_that_is_not_in_degrees_is_refused(tmp_path):
    path = survey(tmp_path / "a.geojson", squares(2), crs=None)
    with pytest.raises(e.NotDegrees):
        opened(path)
    assert opened(path, crs_given="EPSG:4547").srid == 4547


def test_geojson_with_a_byte_order_mark_and_a_bare_geometry(tmp_path):
    path = tmp_path / "a.geojson"
    bare = '{"type":"Polygon","coordinates":[[[113,36],[113.1,36],[113.1,36.1],[113,36]]]}'
    path.write_text("\ufeff" + bare, encoding="utf-8")
    assert (opened(path).rows, opened(path).srid) == (1, 4326)


def test_encodings_are_stated_detected_or_refused(shape):
    cpg, dbf = shape.with_suffix(".cpg"), shape.with_suffix(".dbf")
    assert (opened(shape).encoding, opened(shape).encoding_from) == ("GBK", "cpg")
    cpg.unlink()
    assert (opened(shape).encoding, opened(shape).encoding_from) == ("GB18030", "detected")
    assert opened(shape, encoding="cp936").encoding_from == "given"
    cpg.write_text("UTF-8")
    with pytest.raises(e.EncodingContradicted, match=r"named in the \.cpg.*looks like GB18030"):
        opened(shape)
    with pytest.raises(e.EncodingUnknown):
        opened(shape, encoding="klingon")
    cpg.unlink()
    raw = bytearray(dbf.read_bytes())
    raw[29] = 0x4D
    dbf.write_bytes(raw)
    assert opened(shape).encoding_from == "ldid"


def test_text_that_is_in_no_known_encoding_must_be_named(shape):
    shape.with_suffix(".cpg").unlink()
    dbf = shape.with_suffix(".dbf")
    dbf.write_bytes(dbf.read_bytes().replace("示例地块".encode("gbk"), b"\xff\xe4\xff\xfc\xf6\xff\xdf\xff"))
    with pytest.raises(e.EncodingUndetected):
        opened(shape)


def written(path, names, encoding):
    """A shapefile that does not say what its text is in."""
    with shapefile.Writer(path, encoding=encoding) as writer:
        writer.field("DKMC", "C", 60)
        for one, name in zip(squares(len(names)), names, strict=True):
            writer.poly([list(one.exterior.coords)])
            writer.record(name)
    return path.with_suffix(".shp")


def test_text_that_is_rather_big5_must_be_named_and_is_read_as_such(load, tmp_path):
    path = written(tmp_path / "a", ["閒置土地", "臺北市大安區", "建築管理處"], "big5")
    with pytest.raises(e.EncodingAmbiguous, match="Big5"):
        load(path, crs="EPSG:4547")
    assert load(path, crs="EPSG:4547", encoding="Big5").loaded == 3


@pytest.mark.parametrize("names", [["郯城县", "亳州", "衢州"], ["喆镕公司", "墨池坪镇"], ["示例县", "建设路"]])
def test_rare_characters_of_names_are_still_ordinary_text(tmp_path, names):
    source = opened(written(tmp_path / "a", names, "gbk"), crs_given="EPSG:4547")
    assert (source.encoding, source.encoding_from) == ("GB18030", "detected")


def test_one_undecodable_value_is_named_and_the_rest_loaded(load, shape):
    dbf = shape.with_suffix(".dbf")
    raw = dbf.read_bytes()
    place = raw.rindex("示例地块".encode("gbk"))
    dbf.write_bytes(raw[:place] + b"\xff\xff" + raw[place + 2 :])
    with pytest.raises(e.EncodingContradicted):
        load(shape)


def test_names_in_a_zip_made_on_a_chinese_windows(shape, tmp_path):
    packed = tmp_path / "win.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in shape.parent.glob("宗地.*"):
            archive.write(part, part.name.encode("gbk").decode("cp437"))
    raw = packed.read_bytes()
    for name in {p.name for p in shape.parent.glob("宗地.*")}:
        wrong = name.encode("gbk").decode("cp437").encode("utf-8")
        assert wrong in raw
    assert opened(packed).layer


def test_a_zip_cannot_write_outside_its_folder(tmp_path, shape):
    packed = tmp_path / "evil.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in shape.parent.glob("宗地.*"):
            archive.write(part, f"../../../evil{part.suffix}")
    with pytest.raises(e.BadArchive, match="outside"):
        opened(packed)
    assert not list(tmp_path.parent.glob("evil.*"))


def test_a_zip_in_a_zip(tmp_path, shape):
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as archive:
        for part in shape.parent.glob("宗地.*"):
            archive.write(part, part.name)
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(tmp_path / "inner.zip", "inner.zip")
    assert opened(tmp_path / "outer.zip").rows == 5


def test_a_member_without_a_name_is_passed_over(tmp_path, shape):
    packed = tmp_path / "unnamed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(""), b"x")
        for part in shape.parent.glob("宗地.*"):
            archive.write(part, part.name)
    assert opened(packed).rows == 5


def test_a_file_and_a_folder_of_one_name_in_a_zip(tmp_path):
    packed = tmp_path / "both.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", b"x")
        archive.writestr("a/b.geojson", b"{}")
    with pytest.raises(e.BadArchive, match="File exists"):
        opened(packed)


def test_a_zip_that_points_before_its_own_start(tmp_path, shape):
    with zipfile.ZipFile(tmp_path / "good.zip", "w") as archive:
        for part in shape.parent.glob("宗地.*"):
            archive.write(part, part.name)
    raw = (tmp_path / "good.zip").read_bytes()
    (tmp_path / "bad.zip").write_bytes(raw[:4] + raw[60:])
    with pytest.raises(e.BadArchive):
        opened(tmp_path / "bad.zip")


def test_names_longer_than_a_disk_takes(tmp_path, shape):
    packed, name = tmp_path / "long.zip", "示" * 120
    with zipfile.ZipFile(packed, "w") as archive:
        for part in shape.parent.glob("宗地.*"):
            archive.write(part, name + part.suffix)
    assert opened(packed).rows == 5


@pytest.mark.parametrize("encoding", ["punycode", "idna", "undefined", "unicode_escape", "utf-7", "zip", "hex"])
def test_codecs_that_are_no_encodings_of_files(tmp_path, encoding):
    (tmp_path / "a.txt").write_bytes(b" -!\\u12")
    with pytest.raises(e.EncodingUnknown):
        opened(tmp_path / "a.txt", encoding=encoding)


def test_rows_marked_deleted_are_not_there(load, shape):
    dbf = shape.with_suffix(".dbf")
    raw = bytearray(dbf.read_bytes())
    header, width = int.from_bytes(raw[8:10], "little"), int.from_bytes(raw[10:12], "little")
    raw[header + width] = 0x2A
    dbf.write_bytes(raw)
    report = load(shape)
    assert (report.read, report.loaded) == (4, 4)


def test_every_failure_is_one_line_with_a_mend(shape, tmp_path):
    shape.with_suffix(".dbf").unlink()
    for path in (shape, tmp_path / "nothing.zip"):
        with pytest.raises(GisregError) as found:
            opened(path)
        for language in ("zh", "en"):
            assert "\n" not in found.value.line(language)
            assert found.value.say_mend(language) in found.value.line(language)


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("a.zip", "压缩包无法解开(内容不是 zip)", "(its content is no zip)"),
        ("a.gpkg", "(没有一种格式与其内容相符)", "(its content is of no known format)"),
    ],
)
def test_what_a_library_says_is_told_in_words_of_one_language(tmp_path, name, zh, en):
    file = tmp_path / name
    file.write_bytes(b"neither this nor that")
    with pytest.raises(GisregError) as refused, open_source(file):
        pass
    assert zh in refused.value.line("zh")
    assert en in refused.value.line("en")


def test_a_mapping_file_that_is_not_there_is_a_missing_file(tmp_path):
    with pytest.raises(e.FileMissing, match=r"absent\.toml"):
        load_mapping(tmp_path / "absent.toml")
