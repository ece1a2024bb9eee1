"""``gisreg batches`` and ``parcels import`` as people run them."""

import json

import geopandas as gpd
import pytest
from shapely.geometry import box
from sqlalchemy import text


@pytest.fixture
def survey(engine, tmp_path):
    """A county, and a file of three squares."""
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true)"))
    shapes = [box(113.0 + n * 0.001, 36.0, 113.0005 + n * 0.001, 36.0005) for n in range(3)]
    frame = gpd.GeoDataFrame({"BSM": ["A", "B", "C"], "DKMC": ["甲", "乙", "丙"]}, geometry=shapes, crs=4490)
    frame.to_file(tmp_path / "a.gpkg")
    return tmp_path / "a.gpkg"


def test_a_preview_is_told_and_drawn_and_writes_nothing(run_cli, survey, tmp_path):
    page = tmp_path / "预览.html"
    done = run_cli("batches", "preview", survey, "--kind", "idle_land", "--map", page, "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert (told["diff"]["new"]["count"], told["dry_run"]) == (3, True)
    assert told["map"] == {"file": str(page), "bytes": page.stat().st_size}
    assert "导入预览" in page.read_text(encoding="utf-8")
    assert json.loads(run_cli("batches", "list", "--json").out) == {"total": 0, "items": []}


def test_some_rows_are_accepted_then_the_rest_imported(run_cli, survey):
    done = run_cli("batches", "accept", survey, "--kind", "idle_land", "--rows", "1,3", "--json")
    assert json.loads(done.out)["loaded"] == 2, done.err
    done = run_cli("parcels", "import", survey, "--kind", "idle_land", "--json")
    assert (json.loads(done.out)["loaded"], json.loads(done.out)["unchanged"]) == (1, 2)


def test_a_page_that_cannot_be_written_is_refused_before_the_work(run_cli, survey, tmp_path):
    done = run_cli("batches", "preview", survey, "--kind", "idle_land", "--map", tmp_path / "none" / "a.html")
    assert done.code != 0
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("command", [("batches", "preview"), ("batches", "accept"), ("parcels", "import")])
def test_a_file_is_read_with_the_same_options_everywhere(run_cli, command):
    told = run_cli(*command, "--help").out
    for option in ("--kind", "--county", "--layer", "--crs", "--encoding", "--mapping", "--join"):
        assert option in told
