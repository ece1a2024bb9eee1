"""A day in Debian's QGIS, without a window: the file is opened, looked at, edited and saved, and comes back."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from gisreg.checkout.changes import Fate, Outcome

DAY = Path(__file__).with_name("field_day.py")


@pytest.fixture
def seen(file: Path, tmp_path: Path) -> dict:
    """What QGIS saw, after the day's work."""
    home = tmp_path / "qgis"
    home.mkdir()
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(home), "HOME": str(home)}
    env.pop("PYTHONPATH", None)
    done = subprocess.run(
        ["/usr/bin/python3", DAY, file], env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_qgis_shows_the_style_and_what_it_saves_comes_back(seen: dict, comes_back, ask) -> None:
    assert (seen["crs"], seen["rows"], seen["sublayers"]) == ("EPSG:4547", 4, ["parcels"])
    assert (seen["renderer"], seen["attribute"], seen["colour"]) == ("categorizedSymbol", "label", "#256db0")
    assert seen["categories"]["use"] == "用"
    assert seen["widgets"]["kind"] == seen["widgets"]["seized"] == seen["widgets"]["land_use_code"] == "ValueMap"
    assert {"东乡": "149901100"} in seen["maps"]["township_code"]
    assert {"是": "1"} in seen["maps"]["seized"]
    assert seen["widgets"]["contract_on"] == "DateTime"
    assert seen["calendar"]["calendar_popup"] is True
    assert seen["aliases"]["parcel_code"] == "宗地编号"
    assert {"parcel_code", "version", "area_m2", "label"} <= set(seen["read_only"])
    assert "contract_on" in seen["tabs"]["日期"]
    assert seen["shown"] == {"kind": "闲置土地", "township_code": "东乡", "state": "入库"}
    assert seen["styles"] == ["宗地签出"]

    tried = comes_back(dry_run=True, deleted=True)
    assert tried.counts() == {
        "rows": 4, "unchanged": 1, "changed": 2, "new": 1, "deleted": 1, "conflict": 0, "refused": 0, "already": 0,
        "applied": 4, "undecided": 0,
    }  # fmt: skip
    assert ask("SELECT max(version) FROM parcel") == 1

    done = comes_back(deleted=True)
    by_name = {change.name: change for change in done.changes}
    first = by_name["149901-0000001"]
    assert {one.field: (one.before, one.mine) for one in first.fields}["seized"] == (None, True)
    assert ask("SELECT remark, seized, vacated_on::text FROM parcel WHERE parcel_code = '149901-0000001'") == [
        ("已到现场", True, "2025-03-01")
    ]
    second = by_name["149901-0000002"]
    assert second.boundary is not None
    assert second.boundary.moved_m == pytest.approx(3.0, abs=0.05)
    assert second.boundary.planar_area_m2_after - second.boundary.planar_area_m2_before == pytest.approx(150)
    # the corners that nobody touched are the survey's own, to the last digit
    assert ask("SELECT ST_AsText(survey_boundary) FROM parcel WHERE parcel_code = '149901-0000002'") == (
        "POLYGON((410100 4010000,410200 4010000,410203 4010100,410100 4010100,410100 4010000))"
    )
    new = next(change for change in done.changes if change.fate == Fate.NEW)
    assert (new.outcome, new.parcel_code) == (Outcome.APPLIED, "149901-0000005")
    assert ask("SELECT kind, name, seized, township_code FROM parcel WHERE parcel_code = '149901-0000005'") == [
        ("idle_factory", "外业新绘", False, "149901100")
    ]
    assert ask("SELECT state FROM parcel WHERE parcel_code = '149901-0000003'") == "removed"
    assert comes_back(deleted=True).counts()["applied"] == 0
