"""``gisreg export`` as its users run it."""

import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from gisreg.db.engine import Actor, transaction


@pytest.fixture
def county(engine: Engine) -> Engine:
    with transaction(engine, Actor("li")) as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true)"))
        connection.execute(
            text(
                "INSERT INTO parcel (county_code, parcel_code, kind, state, name, boundary)"
                " SELECT '149901', '149901-000000' || n, 'idle_land', 'registered', '𬭎' || n,"
                " ST_Multi(ST_MakeEnvelope(113 + n * 0.01, 36, 113.005 + n * 0.01, 36.005, 4490))"
                " FROM generate_series(1, 3) AS n"
            )
        )
    return engine


def test_export_tells_what_it_wrote(county: Engine, run_cli, tmp_path: Path):
    target = tmp_path / "out.shp.zip"
    done = run_cli(
        "export", "-o", target, "--encoding", "UTF-8", "--filter", "parcel_code > '149901-0000001'", "--json"
    )
    assert done.code == 0, done.err
    said = json.loads(done.out)
    assert {name: said[name] for name in ("file", "format", "crs", "encoding", "rows")} == {
        "file": str(target), "format": "shapefile", "crs": "EPSG:4547", "encoding": "UTF-8", "rows": 2,
    }  # fmt: skip
    assert said["bytes"] == target.stat().st_size
    assert zipfile.ZipFile(target).testzip() is None
    assert "已导出 3 宗" in run_cli("export", "-o", tmp_path / "out.gpkg", "--kind", "idle_land").out


def test_each_failure_is_one_line_and_its_own_code(county: Engine, run_cli, tmp_path: Path):
    for arguments, code, words in (
        (["-o", tmp_path / "a.shp.zip"], 3, "𬭎1"),
        (["-o", tmp_path / "a.dxf"], 3, ".shp.zip"),
        (["-o", tmp_path / "a.gpkg", "--crs", "EPSG:2380"], 3, "CGCS2000"),
        (["-o", tmp_path / "a.gpkg", "--filter", "nonsense = 1"], 3, "nonsense"),
        (["-o", tmp_path / "no" / "a.gpkg"], 4, str(tmp_path / "no")),
        (["-o", tmp_path / "a.gpkg", "--county", "999999"], 4, "999999"),
    ):
        done = run_cli("export", *arguments)
        assert (done.code, done.out, done.err.count("\n")) == (code, "", 1), done
        assert words in done.err
    assert list(tmp_path.iterdir()) == []
