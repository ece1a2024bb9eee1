"""A survey text goes in and comes out again, as its users do it."""

import json

from sqlalchemy import Engine, text

from gisreg.db.engine import Actor, transaction

SURVEY = """[属性描述]
坐标系=2000国家大地坐标系
几度分带=3
带号=38
[地块坐标]
5,0.6600,DS-002,示例闲置地块,面,,,0601,@
J1,1,3997900.000,38428200.000
J2,1,3997900.000,38428300.123
J3,1,3997834.000,38428300.000
J4,1,3997834.000,38428200.000
J1,1,3997900.000,38428200.000
4,0.1,DS-003,断,面,,,0601,@
J1,1,3997900.000,38428200.000
"""


def test_there_and_back(engine: Engine, run_cli, tmp_path):
    with transaction(engine, Actor("li")) as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true)"))
    source, target = tmp_path / "勘测定界.txt", tmp_path / "back.txt"
    source.write_bytes(SURVEY.replace("\n", "\r\n").encode("gbk"))
    done = run_cli("parcels", "import", source, "--kind", "idle_land", "--json")
    assert done.code == 0, done.err
    said = json.loads(done.out)
    assert {key: said[key] for key in ("crs", "crs_from", "encoding", "read", "loaded", "refused")} == {
        "crs": "EPSG:4526", "crs_from": "file", "encoding": "GB18030", "read": 2, "loaded": 1, "refused": 1,
    }  # fmt: skip
    (problem,) = [one for one in said["problems"] if one["grade"] == "refused"]
    assert (problem["row"], problem["id"], problem["fault"]) == (12, "DS-003", "text_cut")
    assert "13" in problem["what"]
    again = run_cli("export", "-o", target, "--json")
    assert again.code == 0, again.err
    points = [line for line in SURVEY.splitlines() if line.startswith("J")][:-1]
    assert [line for line in target.read_bytes().decode("gbk").split("\r\n") if line.startswith("J")] == points
    assert run_cli("export", "-o", tmp_path / "a.txt", "--crs", "EPSG:4490").code == 3
    assert "EPSG:4513" in run_cli("export", "-o", tmp_path / "a.txt", "--crs", "EPSG:4490").err
