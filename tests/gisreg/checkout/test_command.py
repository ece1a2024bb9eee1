"""``gisreg checkout`` and ``gisreg checkin``: what they say, their exit codes, and a process killed in the middle."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from gisreg.db.engine import Actor, transaction
from gisreg.parcels.editing import Basis
from gisreg.parcels.edits import edit_attributes

PROJECT = Path(__file__).resolve().parents[3]
P1, P2, P3 = (f"149901-000000{n}" for n in range(1, 4))
CONFLICT, INPUT, NOT_FOUND = 5, 3, 4


def test_out_and_in_again(county, run_cli, tmp_path: Path) -> None:
    out = run_cli("checkout", "-o", tmp_path / "a.gpkg", "--filter", "name IS NOT NULL", "--by", "外业一组", "--json")
    made = json.loads(out.out)
    assert (out.code, made["rows"], made["crs"]) == (0, 4, "EPSG:4547")
    said = run_cli("checkin", tmp_path / "a.gpkg", "--json")
    told = json.loads(said.out)
    assert (said.code, told["checkout"]["checked_out_by"], told["checkout"]["id"]) == (0, "外业一组", made["id"])
    assert told["counts"]["unchanged"] == 4
    assert told["changes"] == []


def test_changes_are_shown_and_written(desk, file: Path, run_cli, ask) -> None:
    desk.set(1, seized=1)
    desk.run("DELETE FROM parcels WHERE parcel_code = ?", P3)
    tried = run_cli("checkin", file, "--dry-run")
    assert tried.code == 0
    for words in ("司法查封", "是 yes", "删除整行", "--accept-deleted", "将写入 1 项"):
        assert words in tried.out
    assert run_cli("checkin", file, "--accept-deleted").code == 0
    assert ask("SELECT count(*) FROM parcel WHERE seized OR state = 'removed'") == 2
    english = run_cli("--lang", "en", "checkin", file)
    assert "0 changes written" in english.out


def test_conflicts_have_an_exit_code_of_their_own(desk, file: Path, others, run_cli, ask) -> None:
    others(edit_attributes, Basis(P1, 1), {"price_wan": 222})
    desk.set(1, price_wan=111)
    desk.set(2, remark="好")
    left = run_cli("checkin", file, "--json")
    assert (left.code, left.err.count("\n")) == (CONFLICT, 1)
    assert "--take mine" in left.err
    (change,) = [one for one in json.loads(left.out)["changes"] if one["fate"] == "conflict"]
    (field,) = change["fields"]
    assert (field["before"], field["mine"], field["theirs"], field["conflict"]) == (300, 111, 222, True)
    assert ask(f"SELECT remark FROM parcel WHERE parcel_code = '{P2}'") == "好"
    assert run_cli("checkin", file, "--accept", "none").code == 0
    assert run_cli("checkin", file, "--take", f"mine={P1}").code == 0
    assert ask(f"SELECT price_wan FROM parcel WHERE parcel_code = '{P1}'") == 111


def test_refused_rows_have_one_too(desk, file: Path, run_cli) -> None:
    desk.set(1, price_wan=-1)
    done = run_cli("checkin", file)
    assert (done.code, done.err.count("\n")) == (INPUT, 1)
    assert f"拒绝 {P1}" in done.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["checkout", "-o", "a.shp.zip"], INPUT),
        (["checkout", "-o", "a.gpkg", "--filter", "nothing = 1"], INPUT),
        (["checkout", "-o", "a.gpkg", "--crs", "EPSG:2"], INPUT),
        (["checkout", "-o", "a.gpkg", "--county", "999999"], NOT_FOUND),
        (["checkout", "-o", "no/where/a.gpkg"], NOT_FOUND),
        (["checkin", "nothing.gpkg"], NOT_FOUND),
        (["checkin", "."], NOT_FOUND),
        (["checkin", "外业.gpkg", "--take", "both=all"], INPUT),
        (["checkin", "外业.gpkg", "--take", "mine"], INPUT),
        (["checkin", "外业.gpkg", "--accept", "149901-0000099"], INPUT),
    ],
)
def test_one_line_and_an_exit_code(file: Path, run_cli, arguments, code) -> None:
    done = run_cli(*arguments, cwd=file.parent)
    assert (done.code, done.err.count("\n")) == (code, 1), done.err
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_process_killed_in_the_middle_leaves_nothing(desk, file: Path, county: Engine, settings, ask) -> None:
    desk.set(1, remark="一")
    desk.set(2, remark="二")
    variables = {"GISREG_DATABASE_URL": settings.database_url, "GISREG_HOME": str(settings.home)}
    command = [sys.executable, "-m", "gisreg.cli.main", "checkin", str(file)]
    with transaction(county, Actor("zhao", "web")) as connection:
        connection.execute(text("SELECT id FROM parcel WHERE parcel_code = :code FOR UPDATE"), {"code": P2})
        process = subprocess.Popen(command, cwd=PROJECT, env={**os.environ, **variables}, stdout=subprocess.DEVNULL)
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        deadline = time.monotonic() + 60
        while not connection.execute(waiting).scalar_one():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.kill()  # the first parcel is written, the second waits
        process.wait()
    assert ask("SELECT max(version) FROM parcel") == 1
    assert ask("SELECT count(*) FROM parcel_edit") == 0
    assert subprocess.run(
        command, cwd=PROJECT, env={**os.environ, **variables}, stdout=subprocess.DEVNULL, check=False
    ).returncode == 0  # fmt: skip
    assert ask("SELECT count(*) FROM parcel WHERE version = 2") == 2
