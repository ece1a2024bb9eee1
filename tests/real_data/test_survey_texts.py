"""The shared survey texts: the hectares stated are those of the coordinates, and the way back is exact."""

import os
import re
import sys
from pathlib import Path

import pytest

from gisreg.db.engine import make_engine
from gisreg.export.run import export
from gisreg.intake.report import Report

sys.path.insert(0, str(Path(__file__).parent))
from table import DATA, SURVEYS, Case, county_of, run

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.exists() and not os.environ.get("CI"), reason="../shared/data is not on this machine"),
]
POINT = re.compile(r"^J\d+,\d+,.*$", re.MULTILINE)


def places(text):
    """The coordinates of the points, as they are written."""
    return [line.split(",")[2:] for line in POINT.findall(text.replace("\r", ""))]


@pytest.mark.parametrize(("number", "name"), list(enumerate(SURVEYS, 500)))
def test_areas_and_the_way_back(settings, module_database, tmp_path, number, name):
    path = DATA / "cn_survey_txt" / f"{name}.txt"
    report, _ = run(settings, module_database.app_url, Case(f"cn_survey_txt/{name}.txt", 1), number)
    assert isinstance(report, Report)
    assert (report.loaded, report.crs) == (1, "EPSG:4526")
    stated = SURVEYS[name]
    if stated is not None:
        assert round(report.planar_areas_m2[0] / 10_000, 4) == stated
        assert report.problems == [] or {problem.grade for problem in report.problems} == {"warned"}
    engine = make_engine(module_database.app_url, pool_size=0)
    back = export(engine, tmp_path / "back.txt", county=county_of(number)).file.read_bytes().decode("gbk")
    assert places(back) == places(path.read_text(encoding="utf-8"))
    if stated is not None:
        assert f",{stated:.4f},FID_0," in back
