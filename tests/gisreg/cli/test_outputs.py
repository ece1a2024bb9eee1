"""Targets that cannot be written: the same exit code from every command that writes a file."""

from pathlib import Path

import pytest

from gisreg.cli.outputs import FolderClosed, NotAFile, NotAFolder, check_folder, check_output
from gisreg.errors import NotFoundError

WRITING = {
    "export": (["export", "-o"], "x.gpkg"),
    "county page": (["map", "county", "-o"], "x.html"),
    "township page": (["map", "township", "149901100", "-o"], "x.html"),
    "report": (["parcels", "import", "none.shp", "--kind", "idle_land", "--report"], "x.csv"),
    "backup": (["db", "backup"], "x.bak"),
    "survey": (["demo", "--survey-file"], "x.zip"),
}


@pytest.fixture
def gisreg(cli_with, tmp_path):
    """Without a database: a target is refused before one is asked for."""
    return cli_with({"GISREG_HOME": str(tmp_path / "home"), "GISREG_DATABASE_URL": "postgresql://x@127.0.0.1:1/none"})


@pytest.mark.parametrize("command", WRITING)
def test_every_command_refuses_alike(gisreg, tmp_path, command):
    arguments, name = WRITING[command]
    (tmp_path / "folder" / name).mkdir(parents=True)
    for target, code in (
        (tmp_path / "folder" / name, 3),
        (tmp_path / "missing" / name, 4),
        (Path("/proc") / name, 7),
    ):
        ran = gisreg(*arguments, target)
        assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1), (target, ran)
        assert str(target.parent) in ran.err


def test_a_folder_closed_to_this_user(tmp_path, monkeypatch):
    def refuse(*_args, **_named):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    with pytest.raises(FolderClosed):
        check_output(tmp_path / "x.gpkg")
    with pytest.raises(FolderClosed):
        check_folder(tmp_path / "maps" / "june")


def test_a_folder_of_pages(tmp_path, gisreg):
    check_folder(tmp_path / "maps" / "june")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "june"):
        with pytest.raises(NotAFolder):
            check_folder(place)
        assert gisreg("map", "all", "-o", place).code == 4
    assert gisreg("map", "all", "-o", "/proc/maps").code == 7


def test_what_is_there_is_left_as_it_is(tmp_path):
    there = tmp_path / "x.gpkg"
    there.write_text("kept")
    check_output(there)
    check_output(tmp_path / "new.gpkg")
    assert [path.name for path in tmp_path.iterdir()] == ["x.gpkg"]
    assert there.read_text() == "kept"
    with pytest.raises(NotFoundError):
        check_output(tmp_path / "none" / "x.gpkg")
    with pytest.raises(NotFoundError):
        check_output(there / "x.gpkg")
    with pytest.raises(NotAFile):
        check_output(tmp_path)
    with pytest.raises(NotAFile):
        check_output(Path("/dev/null"))
