# ruff: noqa: E501 - files and wording stay in one piece

"""Each format from its file into the database, through the same mapping, checks and load as any other."""

import pytest
from boundary_texts import HEAD, TWO, square, write
from intake_surveys import adds_up, one


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
    assert [problem.row for problem in refusals] == [36]
    assert one(
        county,
        "SELECT string_agg(name || official_area_m2, ',' ORDER BY source_row) FROM parcel WHERE source_code <> 'DS-003'",
    ) == ("示例闲置地块一28000,示例闲置地块二6600")
    assert one(county, "SELECT land_use_code || sector FROM parcel WHERE source_code = 'DS-001'") == "0601industry"
    assert one(county, "SELECT ST_AsText(survey_boundary) FROM parcel WHERE source_code = 'DS-002'").startswith(
        "POLYGON((38428200 3997900,38428300 3997900"
    )
    again = load(tmp_path / "a.txt")
    assert (again.unchanged, again.refused) == (3, 1)
