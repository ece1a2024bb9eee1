"""Documents of a parcel: known by their content, kept by their hash, never half, never under the sender's path."""

import contextlib
import errno
import io
import os
import time
import zipfile
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from gisreg.days import today
from gisreg.db.engine import Actor, transaction
from gisreg.documents import (
    Attaching,
    DocumentLost,
    DocumentStore,
    DocumentType,
    DocumentWithdrawn,
    FileEmpty,
    attach,
    check_store,
    get_document,
    list_documents,
    store_of,
    withdraw,
)
from gisreg.errors import DiskFull, GisregError
from gisreg.filetypes import DOCX, KEPT, XLSX, ZIP, DocumentTooLarge, FileTypeRefused, MacrosInside, name_for, type_of
from gisreg.records import RecordBasis, RecordNotFound, StaleRecord

CODE = "149901-0000001"
PDF = b"%PDF-1.7\n" + b"0" * 1000
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 500


def archive(*names: str) -> bytes:
    """A ZIP with these members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return made.getvalue()


@pytest.fixture
def store(tmp_path) -> DocumentStore:
    """A store that keeps up to 2,000 bytes."""
    return DocumentStore(tmp_path / "documents", 2_000)


@pytest.fixture
def do(engine):
    """Runs a use case as Wang; the county has two parcels."""
    with transaction(engine, Actor("li", "test")) as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true)"))
        connection.execute(
            text(
                "INSERT INTO parcel (county_code, parcel_code, kind, state) SELECT '149901', '149901-000000' || n,"
                " 'idle_land', 'registered' FROM generate_series(1, 2) AS n"
            )
        )

    def run(use_case, *arguments, **options):
        with transaction(engine, Actor("wang", "test")) as connection:
            return use_case(connection, *arguments, **options)

    return run


def files(store: DocumentStore) -> list[str]:
    """Everything that lies in the store."""
    return sorted(str(path.relative_to(store.folder)) for path in store.folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (PDF, ".pdf"), (JPEG, ".jpg"), (b"\x89PNG\r\n\x1a\n....", ".png"), (b"II*\x00....", ".tif"),
        (b"MM\x00*....", ".tif"), (b"AC1027....", ".dwg"), (b"RIFF\x10\x00\x00\x00WEBPVP8 ", ".webp"),
        (b"\x00\x00\x00\x18ftypheic", ".heic"), (b"\x00\x00\x00\x18ftypisom", ".mp4"),
        (archive("[Content_Types].xml", "word/document.xml"), ".docx"), (archive("xl/workbook.xml"), ".xlsx"),
        (archive("OFD.xml"), ".ofd"), (archive("a.txt"), ".zip"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", ".doc"),
    ],
)  # fmt: skip
def test_a_file_is_what_its_bytes_say(content, suffix) -> None:
    assert type_of(io.BytesIO(content)).suffixes[0] == suffix


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xef\xbb\xbf<?xml version='1.0'?><svg/>", b"MZ\x90\x00", b"#!/bin/sh\n", b"plain words", b"\x00" * 100,
        b"PK\x03\x04 no archive", b"xxxxxxxxWEBP", b" %PDF-1.7", b"<html>%PDF-1.7",
    ],
)  # fmt: skip
def test_pages_programs_and_the_unknown_are_refused(content) -> None:
    with pytest.raises(FileTypeRefused) as refused:
        type_of(io.BytesIO(content))
    assert "pdf" in refused.value.say_mend("zh")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_known_type_or_one_refusal(content) -> None:
    with contextlib.suppress(FileTypeRefused):
        assert type_of(io.BytesIO(content)) in KEPT


def test_macros_are_refused_by_content() -> None:
    with pytest.raises(MacrosInside):
        type_of(io.BytesIO(archive("word/document.xml", "word/vbaProject.bin")))


@pytest.mark.parametrize(
    ("given_name", "kind", "name"),
    [
        ("../../etc/passwd", ZIP, "passwd.zip"), ("C:\\证\\权证.docx", DOCX, "权证.docx"),
        ("表.xlsx.exe", XLSX, "表.xlsx.exe.xlsx"),
        ("", ZIP, "document.zip"), ("...", ZIP, "document.zip"), ("a\r\nb\x00.zip", ZIP, "ab.zip"),
        ("x" * 400, ZIP, "x" * 150 + ".zip"),
        ('a"b.zip', ZIP, "a'b.zip"), ("\u202egpj.zip", ZIP, "gpj.zip"),
    ],
)  # fmt: skip
def test_a_name_carries_no_path_and_fits_the_content(given_name, kind, name) -> None:
    assert name_for(given_name, kind) == name


def test_a_document_is_kept_once_and_read_back(do, store) -> None:
    about = Attaching("../现场.jpeg", DocumentType.PHOTO, today(), "东侧")
    first = do(attach, store, CODE, io.BytesIO(JPEG), about)
    again = do(attach, store, CODE, io.BytesIO(JPEG), about)
    other = do(attach, store, "149901-0000002", io.BytesIO(JPEG), about)
    assert (first["added"], again["added"], other["added"]) == (True, False, True)
    assert (again["id"], first["file_name"], first["media_type"]) == (first["id"], "现场.jpeg", "image/jpeg")
    sha = first["file_sha256"]
    assert files(store) == [f"{sha[:2]}/{sha[2:4]}/{sha}"]
    with store.open(do(get_document, "149901", first["id"])) as file:
        assert file.read() == JPEG
    assert [row["id"] for row in do(list_documents, CODE)] == [first["id"]]
    with pytest.raises(RecordNotFound):
        do(get_document, "149901", other["id"], CODE)


@pytest.mark.parametrize(
    ("content", "failure"),
    [(b"", FileEmpty), (PDF + b"0" * 2_000, DocumentTooLarge), (b"<svg/>", FileTypeRefused)],
)
def test_what_is_refused_leaves_nothing(do, store, content, failure) -> None:
    with pytest.raises(failure):
        do(attach, store, CODE, io.BytesIO(content), Attaching("a.pdf"))
    assert files(store) == []
    assert do(list_documents, CODE) == []


def test_bad_words_about_a_document(do, store) -> None:
    tomorrow = today() + timedelta(days=1)
    for about in (Attaching("a.pdf", taken_on=tomorrow), Attaching("a.pdf", note="长" * 2_001)):
        with pytest.raises(GisregError):
            do(attach, store, CODE, io.BytesIO(PDF), about)
    with pytest.raises(GisregError):
        do(attach, store, "149901-9999999", io.BytesIO(PDF), Attaching("a.pdf"))
    assert files(store) == []


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_nothing_half(do, store, monkeypatch, step) -> None:
    def full(*_arguments) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(*((os, "fsync") if step == "fsync" else ("pathlib.Path.replace",)), full)
    with pytest.raises(DiskFull):
        do(attach, store, CODE, io.BytesIO(PDF), Attaching("a.pdf"))
    monkeypatch.undo()
    assert files(store) == []
    assert do(list_documents, CODE) == []


def test_a_source_that_breaks_off_leaves_nothing(do, store) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionResetError
            return super().read(100)

    with pytest.raises(ConnectionResetError):
        do(attach, store, CODE, Broken(PDF), Attaching("a.pdf"))
    assert files(store) == []


def test_a_withdrawn_document_is_shown_no_longer_and_kept(do, store) -> None:
    row = do(attach, store, CODE, io.BytesIO(PDF), Attaching("a.pdf"))
    basis = RecordBasis(row["id"], 1)
    with pytest.raises(StaleRecord):
        do(withdraw, "149901", RecordBasis(row["id"], 5), "错")
    with pytest.raises(GisregError):
        do(withdraw, "149901", basis, " ")
    do(withdraw, "149901", basis, "传错宗地")
    assert do(list_documents, CODE) == []
    assert len(do(list_documents, CODE, withdrawn=True)) == 1
    with pytest.raises(DocumentWithdrawn):
        do(get_document, "149901", row["id"])
    assert len(files(store)) == 1
    assert do(attach, store, CODE, io.BytesIO(PDF), Attaching("a.pdf"))["added"]


def test_the_store_is_checked_against_the_entries(do, store) -> None:
    rows = [do(attach, store, CODE, io.BytesIO(PDF + bytes([n])), Attaching(f"{n}.pdf")) for n in range(4)]
    whole, gone, short, spoilt = (store.path_of(row["file_sha256"]) for row in rows)
    gone.unlink()
    short.write_bytes(b"%PDF-")
    spoilt.write_bytes(b"X" + spoilt.read_bytes()[1:])
    for row in rows[1:3]:
        with pytest.raises(DocumentLost):
            store.open(row)
    orphan = store.put(io.BytesIO(PDF + b"orphan"))
    left = store.folder / "incoming" / "left"
    left.write_bytes(b"half")
    for path in (store.path_of(orphan.sha256), left, whole):
        os.utime(path, (time.time() - 90_000,) * 2)
    check = do(check_store, store)
    assert (check.documents, check.missing, check.orphans) == (4, [rows[1]["id"]], 2)
    assert check.damaged == [rows[2]["id"], rows[3]["id"]]
    assert do(check_store, store, sweep=True).swept == 2
    assert whole.exists()
    assert not left.exists()
    # the same file once more mends the store
    do(attach, store, CODE, io.BytesIO(PDF + bytes([3])), Attaching("3.pdf"))
    assert do(check_store, store).damaged == [rows[2]["id"]]


def test_the_store_lies_in_the_home(settings) -> None:
    store = store_of(settings)
    assert store.folder == settings.home / "documents"
    assert store.max_bytes == 50_000_000
