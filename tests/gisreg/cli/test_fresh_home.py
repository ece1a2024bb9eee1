"""A home in which nothing was set up yet."""

import json
from pathlib import Path

import pytest

COMMANDS = [
    ["parcels", "list"], ["parcels", "show", "149901-0000001"], ["units", "list"], ["plan", "run"], ["plan", "list"],
    ["plan", "explain", "149901-0000001"], ["map", "county", "-o", "x.html"], ["export", "-o", "x.gpkg"],
    ["serve", "--port", "8873"], ["db", "url"], ["db", "backup", "x.bak"],
    ["parcels", "import", "x.shp", "--kind", "idle_land"], ["units", "import", "x.geojson", "--level", "county"],
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_says_what_to_run_and_makes_nothing(cli_with, tmp_path: Path, command):
    home = tmp_path / "home"
    ran = cli_with({"GISREG_HOME": str(home)})("--lang", "en", *command)
    assert (ran.code, ran.out, ran.err.count("\n")) == (9, "", 1)
    assert "gisreg db init" in ran.err
    assert str(home) in ran.err
    assert not home.exists()


def test_the_demonstration_sets_up_what_it_needs(cli_with, short_home: Path):
    gisreg = cli_with({"GISREG_HOME": str(short_home)})
    first = gisreg("demo", "--parcels", 60)
    assert first.code == 0, first.err
    said = first.out.splitlines()
    assert said[:2] == ["建立并启动私有数据库", "建立数据库结构"]
    assert "60 宗已载入" in said[2]
    assert gisreg("db", "stop").code == 0
    again = gisreg("demo", "--parcels", 60, "--json")
    assert again.err == "启动私有数据库\n"
    assert json.loads(again.out)["already_there"] is True
    assert gisreg("demo", "--parcels", 60).out.startswith("示范县")


def test_a_database_without_tables_says_what_to_run(cli_with, short_home: Path):
    gisreg = cli_with({"GISREG_HOME": str(short_home)})
    assert gisreg("db", "start").code == 0
    ran = gisreg("parcels", "list")
    assert (ran.code, ran.err.count("\n")) == (9, 1)
    assert "gisreg db upgrade" in ran.err
    done = gisreg("demo", "--parcels", 60)
    assert done.out.splitlines()[0] == "建立数据库结构"
