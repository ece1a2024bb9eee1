"""Documents and photographs of a parcel: bytes on disk by their hash, the entry in the database.

No name or path of the sender ever becomes a path here. A file is written beside its place, synced, and renamed into it:
whatever fails in between leaves nothing half.
"""

import contextlib
import errno
import hashlib
import os
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO, ClassVar

from sqlalchemy import Connection, select

from gisreg.days import today
from gisreg.db.models import Document, Parcel
from gisreg.errors import ConflictError, DiskFull, InputError, NotFoundError, PathClosed
from gisreg.filetypes import DocumentTooLarge, FileType, name_for, type_of
from gisreg.ledger.closeout.uses import uses_of
from gisreg.parcels.read import Row
from gisreg.records import (
    Book,
    RecordBasis,
    RecordNotFound,
    add,
    get,
    lock_basis,
    parcel_key,
    reason_missing,
    require_day,
    unusable,
    write,
)
from gisreg.settings import Settings
from gisreg.text import Text
from gisreg.vocab import Term

FOLDER = "documents"
CHUNK_BYTES = 1024 * 1024
MEGABYTE = 1_000_000
HASH = re.compile(r"[0-9a-f]{64}")
NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
ORPHAN_AFTER_S = 86_400
MAX_NOTE = 2_000


class DocumentType(Term):
    """What a document is for."""

    PHOTO = "photo", "现场照片", "Photograph"
    CERTIFICATE = "certificate", "权属证书", "Certificate of title"
    CONTRACT = "contract", "合同", "Contract"
    APPROVAL = "approval", "批文", "Approval"
    SURVEY = "survey", "测绘成果", "Survey"
    DECISION = "decision", "决定、通知", "Decision or notice"
    PROOF = "proof", "销号佐证", "Proof for the close-out"
    OTHER = "other", "其他", "Other"


class FileEmpty(InputError):
    """A file without a byte."""

    what: ClassVar[Text] = Text("文件是空的", "the file is empty")
    mend: ClassVar[Text] = Text("请重新选择文件", "choose the file again")


class DocumentLost(NotFoundError):
    """The entry is there, the bytes are not."""

    what: ClassVar[Text] = Text("文档 {key} 的文件丢失或损坏", "the file of document {key} is missing or damaged")
    mend: ClassVar[Text] = Text(
        "请从备份恢复 GISREG_HOME/documents,或重新上传", "restore GISREG_HOME/documents from a backup, or add it again"
    )


class DocumentWithdrawn(NotFoundError):
    """It was withdrawn."""

    what: ClassVar[Text] = Text("文档 {key} 已撤下({reason})", "document {key} was withdrawn ({reason})")
    mend: ClassVar[Text] = Text("请列出现有文档", "list the documents there are")


class DocumentInUse(ConflictError):
    """Something rests on it."""

    shown: ClassVar[tuple[str, ...]] = ("uses",)

    what: ClassVar[Text] = Text(
        "文档 {key} 是{uses_zh}的依据,不能撤下", "document {key} cannot be withdrawn: it is needed by {uses_en}"
    )
    mend: ClassVar[Text] = Text(
        "请先撤回或退回该上报、撤销该步骤,或给该步骤换一份文件",
        "take back or return that submission, undo that step, or give the step another document first",
    )


DOCUMENTS = Book(Document, "id", Text("文档", "document"), ("taken_on", "note", "withdrawn_reason"))


@dataclass(frozen=True)
class Stored:
    """Bytes that lie in the store."""

    sha256: str
    size: int
    kind: FileType


@dataclass
class StoreCheck:
    """What is wrong with the store."""

    documents: int = 0
    missing: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    orphans: int = 0
    swept: int = 0


class DocumentStore:
    """The folder of all documents' bytes."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.folder = folder
        self.max_bytes = max_bytes

    def put(self, source: BinaryIO, where: str = "") -> Stored:
        """Take the bytes in; the same bytes lie there once.

        Raises:
            DocumentTooLarge, FileEmpty, FileTypeRefused, MacrosInside, DiskFull.
        """
        incoming = self.folder / "incoming"
        with full_disk_told(self.folder):
            incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
            scratch = incoming / uuid.uuid4().hex
            try:
                stored = self._write(source, scratch, where)
                self._settle(scratch, stored)
            finally:
                scratch.unlink(missing_ok=True)
        return stored

    def _write(self, source: BinaryIO, scratch: Path, where: str) -> Stored:
        digest, size = hashlib.sha256(), 0
        with scratch.open("xb") as file:
            while chunk := source.read(CHUNK_BYTES):
                size += len(chunk)
                if size > self.max_bytes:
                    raise DocumentTooLarge(where=where, limit=self.max_bytes // MEGABYTE)
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise FileEmpty(where=where)
        with scratch.open("rb") as file:
            return Stored(digest.hexdigest(), size, type_of(file, where))

    def _settle(self, scratch: Path, stored: Stored) -> None:
        place = self.path_of(stored.sha256)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        scratch.chmod(0o600)
        scratch.replace(place)
        descriptor = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def path_of(self, sha256: str) -> Path:
        """Where bytes of this hash lie."""
        if not HASH.fullmatch(sha256):
            raise DocumentLost(key=sha256[:12])
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def open(self, row: Row) -> BinaryIO:
        """The bytes of a document.

        Raises:
            DocumentLost: they are gone, or not as long as they were.
        """
        place = self.path_of(row["file_sha256"])
        try:
            file = place.open("rb")
        except FileNotFoundError:
            raise DocumentLost(where=str(row["id"]), key=row["id"]) from None
        if os.fstat(file.fileno()).st_size != row["file_bytes"]:
            file.close()
            raise DocumentLost(where=str(row["id"]), key=row["id"])
        return file

    def files(self) -> Iterator[Path]:
        """All that lies in the store: by hash, and what a killed process left on its way in."""
        yield from self.folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")
        yield from self.folder.glob("incoming/*")


@contextlib.contextmanager
def full_disk_told(folder: Path) -> Iterator[None]:
    """A full disk and a closed folder are told as such; what was being written is gone by then."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise DiskFull(where=str(folder)) from error
        if error.errno in CLOSED:
            raise PathClosed(where=str(folder), detail=error.strerror) from error
        raise


def store_of(settings: Settings) -> DocumentStore:
    """The store of this registry."""
    return DocumentStore(settings.home / FOLDER, settings.document_max_mb * MEGABYTE)


@dataclass(frozen=True)
class Attaching:
    """What is said about a file that is added."""

    file_name: str
    document_type: DocumentType = DocumentType.OTHER
    taken_on: date | None = None
    note: str | None = None


def type_named(given: str) -> DocumentType:
    """The type of a document by its token.

    Raises:
        ValueUnusable.
    """
    found = next((one for one in DocumentType if one == given), None)
    if found is None:
        allowed = ", ".join(DocumentType)
        raise unusable("document_type", given, Text(f"其中之一:{allowed}", f"one of {allowed}"))
    return found


def attach(connection: Connection, store: DocumentStore, parcel_code: str, source: BinaryIO, about: Attaching) -> Row:
    """A document of a parcel; the same bytes on the same parcel are the document that is there already.

    Raises:
        ParcelNotFound, ParcelRetired, ValueUnusable, DocumentTooLarge, FileEmpty, FileTypeRefused, MacrosInside,
        DiskFull.
    """
    parcel_key(connection, parcel_code)
    _require_sound(about)
    # nobody waits for the bytes: the parcel is locked only when they lie on the disk
    stored = store.put(source, about.file_name[:200])
    parcel = parcel_key(connection, parcel_code, lock=True)
    known = _known(connection, parcel["id"], stored.sha256)
    if known is not None:
        return {**known, "added": False}
    row = add(
        connection, DOCUMENTS, parcel["county_code"],
        {"taken_on": about.taken_on, "note": (about.note or "").strip() or None},
        parcel_id=parcel["id"], document_type=str(about.document_type),
        file_name=name_for(about.file_name, stored.kind),
        file_sha256=stored.sha256, file_bytes=stored.size, media_type=stored.kind.media_type,
    )  # fmt: skip
    return {**row, "added": True}


def _require_sound(about: Attaching) -> None:
    if about.taken_on is not None:
        require_day("taken_on", about.taken_on)
        if about.taken_on > today():
            raise unusable("taken_on", about.taken_on, Text("不晚于今天的日期", "a day not after today"))
    if len(about.note or "") > MAX_NOTE:
        raise unusable("note", about.note, Text(f"不超过 {MAX_NOTE} 个字", f"at most {MAX_NOTE} characters"))


def _known(connection: Connection, parcel_id: int, sha256: str) -> Row | None:
    table = DOCUMENTS.table
    wanted = select(table).where(
        table.c.parcel_id == parcel_id, table.c.file_sha256 == sha256, table.c.withdrawn_reason.is_(None)
    )
    found = connection.execute(wanted.order_by(table.c.id).limit(1)).mappings().one_or_none()
    return dict(found) if found else None


def list_documents(connection: Connection, parcel_code: str, *, withdrawn: bool = False) -> list[Row]:
    """The documents of a parcel, whether its number is in use or not; those withdrawn only when asked for.

    Raises:
        ParcelNotFound.
    """
    parcel = parcel_key(connection, parcel_code, in_use=False)
    table = DOCUMENTS.table
    wanted = select(table).where(table.c.parcel_id == parcel["id"]).order_by(table.c.id)
    if not withdrawn:
        wanted = wanted.where(table.c.withdrawn_reason.is_(None))
    return [dict(row) for row in connection.execute(wanted).mappings()]


def get_document(connection: Connection, county: str, document_id: int, parcel_code: str | None = None) -> Row:
    """One document that is shown, of this parcel if one is named.

    Raises:
        RecordNotFound, DocumentWithdrawn.
    """
    row = get(connection, DOCUMENTS, county, document_id)
    if parcel_code is not None:
        owner = connection.execute(select(Parcel.parcel_code).where(Parcel.id == row["parcel_id"])).scalar_one()
        if owner != parcel_code:
            raise RecordNotFound(where=str(document_id), key=document_id, **DOCUMENTS.words)
    if row["withdrawn_reason"] is not None:
        raise DocumentWithdrawn(where=str(document_id), key=document_id, reason=row["withdrawn_reason"])
    return row


def withdraw(connection: Connection, county: str, basis: RecordBasis, reason: str) -> Row:
    """The document is no longer shown; entry and file stay.

    Raises:
        RecordNotFound, StaleRecord, DocumentWithdrawn, DocumentInUse, FieldMissing.
    """
    row = lock_basis(connection, DOCUMENTS, county, basis)
    if not reason.strip():
        raise reason_missing()
    if row["withdrawn_reason"] is not None:
        raise DocumentWithdrawn(where=str(basis.key), key=basis.key, reason=row["withdrawn_reason"])
    _require_unused(connection, row["id"])
    return write(connection, DOCUMENTS, row, {"withdrawn_reason": reason.strip()})


def _require_unused(connection: Connection, key: int) -> None:
    uses = uses_of(connection, key)
    if uses:
        raise DocumentInUse(
            where=str(key), key=key, uses=[use._asdict() for use in uses],
            uses_zh="、".join(use.zh for use in uses), uses_en=", ".join(use.en for use in uses),
        )  # fmt: skip


def check_store(connection: Connection, store: DocumentStore, *, sweep: bool = False) -> StoreCheck:
    """Read every file and compare its hash; files without an entry, a day old, are swept when asked for."""
    found = StoreCheck()
    table = DOCUMENTS.table
    known: dict[str, bool | None] = {}
    for key, sha256, size in connection.execute(select(table.c.id, table.c.file_sha256, table.c.file_bytes)):
        found.documents += 1
        if sha256 not in known:
            known[sha256] = _whole(store, sha256, size)
        if known[sha256] is None:
            found.missing.append(key)
        elif not known[sha256]:
            found.damaged.append(key)
    for path in store.files():
        if path.name not in known and time.time() - path.stat().st_mtime > ORPHAN_AFTER_S:
            found.orphans += 1
            if sweep:
                path.unlink()
                found.swept += 1
    return found


def _whole(store: DocumentStore, sha256: str, size: int) -> bool | None:
    """Whether the bytes are as they were; None where they are not there."""
    place = store.path_of(sha256)
    if not place.exists():
        return None
    with place.open("rb") as file:
        return place.stat().st_size == size and hashlib.file_digest(file, "sha256").hexdigest() == sha256
