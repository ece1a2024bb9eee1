"""The root of the command line: languages, exit codes, one line for every failure."""

import errno
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from gisreg import errors
from gisreg.cli import main, output
from gisreg.settings import default_home
from gisreg.text import Text


class LostError(errors.NotFoundError):
    """A failure for these tests."""

    what = Text("找不到 {thing}", "{thing} is lost")
    mend = Text("再找找", "look again")


def failing_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_arguments: object) -> int:
        raise error

    monkeypatch.setattr(main, "_dispatch", fail)


@pytest.mark.parametrize(("kind", "code"), main.EXIT_CODES)
def test_each_kind_has_its_exit_code(kind, code, monkeypatch, capsys):
    failing_with(kind("somewhere"), monkeypatch)
    assert main.main([]) == code
    assert capsys.readouterr().err.count("\n") == 1


def test_exit_codes_differ():
    codes = [code for _kind, code in main.EXIT_CODES]
    assert len(set(codes)) == len(codes)
    assert not {0, main.FAILED, 2, main.INTERRUPTED} & set(codes)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "错误 [lost] 找不到 x;row 3;再找找\n"),
        (["--lang", "en"], "error [lost] x is lost; row 3; look again\n"),
        (["--lang=en"], "error [lost] x is lost; row 3; look again\n"),
    ],
)
def test_a_failure_says_what_where_and_the_mend(arguments, said, monkeypatch, capsys):
    failing_with(LostError("row 3", thing="x"), monkeypatch)
    main.main(arguments)
    assert capsys.readouterr().err == said


def test_a_traceback_only_with_debug(monkeypatch, capsys):
    failing_with(ValueError("odd\nthing"), monkeypatch)
    assert main.main([]) == 1
    assert capsys.readouterr().err.startswith("错误 [unexpected] ValueError: odd thing;")
    main.main(["--debug"])
    assert "Traceback" in capsys.readouterr().err


def test_a_full_disk_is_a_resource_failure(monkeypatch, capsys):
    failing_with(OSError(errno.ENOSPC, "No space left on device", "out.zip"), monkeypatch)
    assert main.main(["--lang", "en"]) == 8
    assert "the disk is full; nothing of this work was kept; out.zip" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.EACCES, 7), (errno.EROFS, 7), (errno.ENOENT, 4), (errno.EISDIR, 4), (errno.EFBIG, 8), (errno.EDQUOT, 8)],
)
def test_what_the_system_says_of_a_file_is_explained(number, code, monkeypatch, capsys):
    failing_with(OSError(number, os.strerror(number), "some/report.csv"), monkeypatch)
    assert main.main([]) == code
    err = capsys.readouterr().err
    assert "some/report.csv" in err
    assert "unexpected" not in err


def test_interrupted(monkeypatch, capsys):
    failing_with(KeyboardInterrupt(), monkeypatch)
    assert main.main(["--lang", "en"]) == 130
    assert capsys.readouterr().err == "interrupted; what was not finished is not kept\n"


def test_sigterm_undoes_what_is_open(tmp_path):
    script = (
        "import tempfile, time\nfrom gisreg.cli import main\n"
        "def work(_):\n"
        "    with tempfile.TemporaryDirectory(dir=FOLDER):\n"
        "        print('ready', flush=True)\n"
        "        time.sleep(60)\n"
        "main._dispatch = work\nmain.main()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script.replace("FOLDER", repr(str(tmp_path)))], stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout.readline() == "ready\n"
        running.terminate()
        assert running.wait(20) == 143
    assert list(tmp_path.iterdir()) == []


def test_an_empty_variable_is_as_good_as_none(monkeypatch):
    for name in ("GISREG_HOME", "GISREG_PORT", "GISREG_DATABASE_URL"):
        monkeypatch.setenv(name, "")
    settings = output.read_settings()
    assert (settings.home, settings.port, settings.database_url) == (default_home(), 8000, None)


@pytest.mark.parametrize("arguments", [["nonsense"], ["db", "nonsense"], ["--nonsense"], ["db", "url", "--role", "x"]])
def test_wrong_usage_is_one_line_and_two(arguments, capsys):
    assert main.main(arguments) == 2
    err = capsys.readouterr().err
    assert err.startswith("错误 [usage]")
    assert err.count("\n") == 1
    assert "--help" in err


def test_a_bad_setting_is_one_line_that_names_it(monkeypatch, capsys):
    monkeypatch.setenv("GISREG_PORT", "abc")
    assert main.main(["--lang", "en", "db", "status"]) == 9
    err = capsys.readouterr().err
    assert "GISREG_PORT" in err
    assert err.count("\n") == 1


def test_help_lists_every_command_without_importing_it():
    script = "import sys; from gisreg.cli.main import run; run(['--help']); print([m for m in sys.modules if m in BAD])"
    heavy = "{'sqlalchemy', 'geopandas', 'pyogrio', 'fastapi', 'folium', 'rich', 'alembic', 'numpy'}"
    done = subprocess.run(
        [sys.executable, "-c", script.replace("BAD", heavy)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith("[]"), done.stdout
    assert all(f"\n  {name} " in done.stdout for name in main.COMMANDS)


def test_importing_a_file_does_not_wait_for_the_tables():
    script = "import sys, gisreg.cli.parcels, gisreg.intake.importing; print([m for m in sys.modules if m in BAD])"
    heavy = "{'gisreg.db.models', 'geoalchemy2', 'alembic', 'pandas', 'geopandas', 'rich'}"
    done = subprocess.run(
        [sys.executable, "-c", script.replace("BAD", heavy)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_reader_that_leaves_early_is_no_failure():
    script = "import sys; from gisreg.cli.main import run; sys.exit(run(['--help']))"
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", script], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_json_keeps_chinese_and_knows_the_registrys_types(capsys):
    output.print_json({"名": "甲", "day": date(2026, 1, 2), "area_m2": Decimal("1.5")})
    assert capsys.readouterr().out == '{\n "名": "甲",\n "day": "2026-01-02",\n "area_m2": 1.5\n}\n'


def test_a_table_shows_values_as_they_are(capsys):
    output.print_table(["name", "area"], [["[red]x[/red]", 1234.5], [None, 2]])
    out = capsys.readouterr().out
    assert "[red]x[/red]" in out
    assert "1,234.50" in out
