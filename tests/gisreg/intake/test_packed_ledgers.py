"""Ledgers that come in a zip."""

import zipfile
from pathlib import Path

import pytest
from boundary_texts import HEAD, TWO
from ledger_books import old_workbook, workbook

from gisreg.intake import errors as e
from gisreg.intake.importing import import_file
from gisreg.intake.ledger.source import is_ledger, open_ledger
from gisreg.intake.load import Wanted
from gisreg.intake.opening import open_source

ROWS = [["编号", "名称", "面积(亩)"], ["K1", "甲", 4], ["K2", "乙", 2]]


def packed(path, *files, **texts):
    """A zip of files and of texts by name."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.write(file, f"台账/{file.name}")
        for name, text in texts.items():
            archive.writestr(name, text)
    return path


@pytest.fixture
def book(tmp_path):
    return workbook(tmp_path / "一.xlsx", ROWS)


def test_the_only_workbook(tmp_path, book):
    path = packed(tmp_path / "a.zip", book, **{"说明.txt": "请查收", "图.png": b"\x89PNG", "~$一.xlsx": b"lock"})
    assert is_ledger(path)
    source = open_ledger(path)
    assert (source.fields, source.rows, source.layer) == (("编号", "名称", "面积(亩)"), 2, "台账")
    assert (source.path, source.shown) == (path, f"{path}!一")


def test_an_old_workbook_and_a_csv(tmp_path):
    path = packed(tmp_path / "a.zip", old_workbook(tmp_path / "b.xls", ROWS))
    assert is_ledger(path)
    assert open_ledger(path).rows == 2
    text = "\n".join(",".join(map(str, row)) for row in ROWS)
    path = packed(tmp_path / "b.zip", **{"台账.csv": text.encode("gb18030"), "说明.txt": "请查收"})
    assert is_ledger(path)
    assert open_ledger(path).encoding == "GB18030"


def test_one_of_several_is_named(tmp_path, book):
    path = packed(tmp_path / "a.zip", book, workbook(tmp_path / "二.xlsx", ROWS[:2]))
    with pytest.raises(e.SeveralLayers, match="一、二"):
        open_ledger(path)
    assert open_ledger(path, layer="二").rows == 1
    assert open_ledger(path, layer="二.xlsx").rows == 1
    with pytest.raises(e.SeveralLayers):
        open_ledger(path, layer="三")
    assert open_ledger(packed(tmp_path / "b.zip", book), layer="台账").rows == 2


def test_boundaries_come_before_ledgers(tmp_path, book):
    shapes = 'id,WKT\n1,"POLYGON((113 36,113.1 36,113.1 36.1,113 36))"\n'
    for name, content in (("a.geojson", "{}"), ("界址.txt", HEAD + TWO), ("图.csv", shapes), ("b.zip", b"")):
        assert not is_ledger(packed(tmp_path / "a.zip", book, **{name: content})), name
    path = packed(tmp_path / "b.zip", book, **{"界址.txt": HEAD + TWO})
    with open_source(path) as source:
        assert source.rows == 2


def test_macros_are_told_inside_a_zip_too(tmp_path, book):
    book.rename(tmp_path / "一.xlsm")
    with pytest.raises(e.NeedsConversion, match="macros"):
        open_ledger(packed(tmp_path / "a.zip", tmp_path / "一.xlsm"))


def test_what_is_no_zip_or_holds_nothing_is_left_to_its_reader(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + bytes(99))
    assert not is_ledger(tmp_path / "a.zip")
    assert not is_ledger(packed(tmp_path / "b.zip", **{"读我.doc": b"x"}))


def test_nothing_unpacked_stays(tmp_path, book, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    path = packed(tmp_path / "a.zip", book, **{"a.txt": "x"})
    assert is_ledger(path)
    open_ledger(path)
    assert not list(Path(tmp_path / "scratch").iterdir())


def test_it_is_imported_and_kept_as_it_came(settings, database, county, tmp_path, book):
    path = packed(tmp_path / "a.zip", book)
    report = import_file(settings, database.app_url, Wanted(path, "idle_land"))
    assert (report.loaded, report.refused) == (2, 0)
    (kept,) = (settings.home / "batches").rglob("*.zip")
    assert kept.read_bytes() == path.read_bytes()
