# ruff: noqa: E501 - files and wording stay in one piece

"""Each format from its file into the database, through the same mapping, checks and load as any other."""

import re

import pytest
from boundary_texts import HEAD, TWO, square, write
from intake_surveys import adds_up, one

KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>地块</name>
<Placemark><name>示例地块</name><description><![CDATA[<table><tr><td>编号</td><td>K007</td></tr><tr><td>权利人</td><td>示例公司</td></tr></table>]]>
</description><Polygon><outerBoundaryIs><LinearRing><coordinates>
113.2,36.1 113.201,36.1 113.201,36.101 113.2,36.1</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
<Placemark><name>注记</name><Point><coordinates>113.2,36.1</coordinates></Point></Placemark></Folder></Document></kml>"""


def test_boundary_text(load, county, tmp_path):
    report = load(
        write(
            tmp_path / "a.txt",
            HEAD + TWO + square("DS-003", 3997700) + "9,1,DS-004,断,面,,,,@\nJ1,1,3997900,38428200\n",
        )
    )
    assert (report.read, report.loaded, report.refused, report.crs) == (4, 3, 1, "EPSG:4526")
    assert report.planar_areas_m2 == pytest.approx([28000, 6600, 2500])
    assert adds_up(report)
    refusals = [problem for problem in report.problems if problem.grade == "refused"]
    assert [(problem.row, problem.id, problem.fault) for problem in refusals] == [(36, "DS-004", "text_cut")]
    assert "37" in refusals[0].what.zh
    assert one(
        county,
        "SELECT string_agg(name || official_area_m2, ',' ORDER BY source_row) FROM parcel WHERE source_code <> 'DS-003'",
    ) == ("示例闲置地块一28000,示例闲置地块二6600")
    assert one(county, "SELECT land_use_code || sector FROM parcel WHERE source_code = 'DS-001'") == "0601industry"
    assert one(county, "SELECT ST_AsText(survey_boundary) FROM parcel WHERE source_code = 'DS-002'").startswith(
        "POLYGON((38428200 3997900,38428300 3997900"
    )
    assert one(county, "SELECT problems -> 0 ->> 'fault' FROM batch") == "text_cut"
    again = load(tmp_path / "a.txt")
    assert (again.unchanged, again.refused) == (3, 1)


def test_notes_of_a_reader_stand_in_the_report(load, county, tmp_path):
    swapped = re.sub(
        r"^(J\d,\d),([\d.]+),([\d.]+)$", r"\1,\3,\2", HEAD + TWO.replace("0.6600", "0.9"), flags=re.MULTILINE
    )
    path = write(tmp_path / "a.txt", swapped)
    report = load(path)
    assert (report.loaded, report.warned) == (2, 2)
    assert [(problem.row, problem.fault) for problem in report.problems] == [
        (0, "text_swapped_file"), (13, "text_swapped"), (24, "text_swapped"), (24, "text_area_differs"),
    ]  # fmt: skip
    assert [problem.fault for problem in load(path).problems] == ["text_swapped_file"]
    lines = load(write(tmp_path / "b.txt", HEAD + TWO.replace("J2,1,", "J2,1,9"))).problems
    assert [(problem.row, problem.grade, problem.fault) for problem in lines] == [
        (13, "refused", "text_point"), (24, "refused", "text_point"),
    ]  # fmt: skip


def test_kml(load, county, tmp_path):
    path = tmp_path / "a.kml"
    path.write_text(KML, encoding="utf-8")
    report = load(path)
    assert (report.read, report.loaded, report.refused, report.crs) == (2, 1, 1, "EPSG:4326")
    assert [problem.fault for problem in report.problems] == ["not_polygon"]
    assert one(county, "SELECT name || source_code || holder_name FROM parcel") == "示例地块K007示例公司"
