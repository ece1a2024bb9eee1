import os
from pathlib import Path

import pytest

from maps import files
from maps.files import OutputFolderMissing, OutputIsFolder, OutputNotWritable, make_folder, write_page


def test_an_older_page_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "county.html"
    page.write_text("old", encoding="utf-8")
    assert write_page(page, "新") == 3
    assert page.read_bytes() == "新".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["county.html"]
    assert page.stat().st_mode & 0o777 == 0o644


def test_a_failure_leaves_the_older_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "county.html"
    page.write_text("old", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(files.os, "fdopen", full)
    with pytest.raises(OSError, match="No space"):
        write_page(page, "new")
    assert page.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["county.html"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputFolderMissing) as caught:
        write_page(tmp_path / "none" / "county.html", "x")
    assert str(tmp_path / "none") in caught.value.line("zh")


def test_a_folder_in_the_page_s_place(tmp_path: Path) -> None:
    with pytest.raises(OutputIsFolder):
        write_page(tmp_path, "x")


def test_a_place_where_nobody_can_write_is_named() -> None:
    with pytest.raises(OutputNotWritable):
        write_page(Path("/proc/county.html"), "x")
    with pytest.raises(OutputNotWritable):
        make_folder(Path("/proc/maps-of-the-county"))


def test_folders_are_made_with_their_parents(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_file_in_the_folder_s_place(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("", encoding="utf-8")
    for folder in (tmp_path / "a", tmp_path / "a" / "b"):
        with pytest.raises(OutputFolderMissing):
            make_folder(folder)
