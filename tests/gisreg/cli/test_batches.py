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


def test_a_batch_tells_its_county_itself(run_cli, survey, engine, tmp_path):
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149902', '二县', true)"))
    taken = run_cli("parcels", "import", survey, "--kind", "idle_land", "--county", "149901", "--json")
    batch = json.loads(taken.out)["batch"]
    shown = run_cli("batches", "show", batch)
    assert shown.code == 0, shown.err
    assert "类型: 闲置土地" in shown.out
    assert "读入: 3" in shown.out
    assert run_cli("batches", "source", batch, "-o", tmp_path / "back").code == 0
    wrong = run_cli("batches", "undo", batch, "--county", "149902")
    assert (wrong.code, len(wrong.err.splitlines())) == (4, 1)
    assert run_cli("batches", "undo", batch, env={"GISREG_COUNTY": "149902"}).code == 0


def test_the_list_has_words_for_people_and_tokens_for_programs(run_cli, survey):
    run_cli("batches", "accept", survey, "--kind", "idle_land", "--rows", "1")
    zh, en = run_cli("batches", "list").out, run_cli("--lang", "en", "batches", "list").out
    assert "闲置土地" in zh
    assert "未选" in zh
    assert "Idle land" in en
    assert "idle_land" not in zh + en
    (item,) = json.loads(run_cli("batches", "list", "--json").out)["items"]
    assert (item["kind"], item["rows_read"], item["rows_left_out"]) == ("idle_land", 1, 2)


def test_versions_and_units_have_words_too(run_cli, survey, engine):
    run_cli("parcels", "import", survey, "--kind", "idle_land")
    changed = gpd.read_file(survey)
    changed["DKMC"] = ["新", "乙", "丙"]
    changed.to_file(survey)
    run_cli("parcels", "import", survey, "--kind", "idle_land")
    told = run_cli("parcels", "diff", "149901-0000001", 1, 2).out
    assert "导入批次" in told
    with engine.begin() as connection:
        values = "('149901', 'township', '149901100', '示例镇')"
        connection.execute(text(f"INSERT INTO admin_unit (county_code, level, code, name) VALUES {values}"))
    done = run_cli("units", "change", "rename", "149901100", "--name", "新示例镇", "--on", "2026-01-01")
    assert done.code == 0, done.err
    zh, en = run_cli("units", "crosswalk").out, run_cli("--lang", "en", "units", "crosswalk").out
    assert "更名换码" in zh
    assert "乡级" in zh
    assert "renamed" in en
    assert "township" not in zh


@pytest.mark.parametrize("command", [("parcels", "import"), ("batches", "accept", "--rows", "1-9")])
def test_rows_refused_among_good_ones_are_told_last_and_all_refused_is_a_failure(run_cli, survey, tmp_path, command):
    """One rule for every format and command: some rows refused is 0 and said in the last line, all refused is 3."""
    far = gpd.read_file(survey)
    far.geometry = [far.geometry[0], far.geometry[1], box(10, 10, 10.1, 10.1)]
    far.to_file(tmp_path / "b.gpkg")
    done = run_cli(*command[:2], tmp_path / "b.gpkg", "--kind", "idle_land", *command[2:])
    assert done.code == 0, done.err
    assert done.out.rstrip().splitlines()[-1].startswith("注意:1 行被拒绝,没有载入")
    far.geometry = [box(10, 10 + n, 10.1, 10.1 + n) for n in range(3)]
    far.to_file(tmp_path / "c.gpkg")
    done = run_cli(*command[:2], tmp_path / "c.gpkg", "--kind", "idle_land", *command[2:])
    assert (done.code, len(done.err.splitlines())) == (3, 1)


@pytest.mark.parametrize("command", [("parcels", "import"), ("batches", "accept", "--rows", "1-9")])
def test_strictly_one_refused_row_fails_the_command_and_loads_nothing(run_cli, survey, tmp_path, command):
    far = gpd.read_file(survey)
    far.geometry = [far.geometry[0], far.geometry[1], box(10, 10, 10.1, 10.1)]
    far.to_file(tmp_path / "b.gpkg")
    done = run_cli(*command[:2], tmp_path / "b.gpkg", "--kind", "idle_land", "--strict", *command[2:])
    assert (done.code, len(done.err.splitlines())) == (3, 1)
    assert "整个文件未载入" in done.err
    assert json.loads(run_cli("parcels", "list", "--json").out)["total"] == 0
    done = run_cli(*command[:2], survey, "--kind", "idle_land", "--strict", "--json", *command[2:])
    assert (done.code, json.loads(done.out)["loaded"]) == (0, 3)
