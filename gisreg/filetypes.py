"""What a file is, told from its bytes and never from its name; anything that is not on the list is refused."""

import zipfile
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

from gisreg.errors import InputError
from gisreg.text import Text

HEAD_BYTES = 64
MAX_MEMBERS = 100_000


@dataclass(frozen=True)
class FileType:
    """A type of file that the registry keeps."""

    media_type: str
    suffixes: tuple[str, ...]
    """The usual one first."""
    title: Text


PDF = FileType("application/pdf", (".pdf",), Text("PDF", "PDF"))
JPEG = FileType("image/jpeg", (".jpg", ".jpeg"), Text("JPEG 照片", "JPEG picture"))
PNG = FileType("image/png", (".png",), Text("PNG 图片", "PNG picture"))
TIFF = FileType("image/tiff", (".tif", ".tiff"), Text("TIFF 扫描件", "TIFF scan"))
GIF = FileType("image/gif", (".gif",), Text("GIF 图片", "GIF picture"))
BMP = FileType("image/bmp", (".bmp",), Text("BMP 图片", "BMP picture"))
WEBP = FileType("image/webp", (".webp",), Text("WebP 图片", "WebP picture"))
HEIC = FileType("image/heic", (".heic", ".heif"), Text("HEIC 照片", "HEIC picture"))
MP4 = FileType("video/mp4", (".mp4", ".mov", ".m4v"), Text("MP4 录像", "MP4 film"))
DWG = FileType("image/vnd.dwg", (".dwg",), Text("DWG 图纸", "DWG drawing"))
OLE = FileType(
    "application/x-ole-storage", (".doc", ".xls", ".ppt", ".wps", ".et"), Text("旧版 Office 文件", "old Office file")
)
DOCX = FileType(
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    (".docx",),
    Text("Word 文件", "Word file"),
)
XLSX = FileType(
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",), Text("Excel 文件", "Excel file")
)
PPTX = FileType(
    "application/vnd.openxmlformats-officedocument.presentationml.presentation", (".pptx",),
    Text("演示文稿", "presentation"),
)  # fmt: skip
OFD = FileType("application/ofd", (".ofd",), Text("OFD 版式文件", "OFD document"))
ZIP = FileType("application/zip", (".zip",), Text("ZIP 压缩包", "ZIP archive"))
RAR = FileType("application/vnd.rar", (".rar",), Text("RAR 压缩包", "RAR archive"))
SEVEN = FileType("application/x-7z-compressed", (".7z",), Text("7z 压缩包", "7z archive"))

_MAGIC: tuple[tuple[int, bytes, FileType], ...] = (
    (0, b"%PDF-", PDF),
    (0, b"\xff\xd8\xff", JPEG),
    (0, b"\x89PNG\r\n\x1a\n", PNG),
    (0, b"II*\x00", TIFF),
    (0, b"MM\x00*", TIFF),
    (0, b"II+\x00", TIFF),
    (0, b"MM\x00+", TIFF),
    (0, b"GIF87a", GIF),
    (0, b"GIF89a", GIF),
    (8, b"WEBP", WEBP),
    (4, b"ftypheic", HEIC),
    (4, b"ftypheix", HEIC),
    (4, b"ftypmif1", HEIC),
    (4, b"ftyp", MP4),
    (0, b"AC10", DWG),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (0, b"PK\x03\x04", ZIP),
    (0, b"PK\x05\x06", ZIP),
    (0, b"Rar!\x1a\x07", RAR),
    (0, b"7z\xbc\xaf\x27\x1c", SEVEN),
)
_INSIDE: tuple[tuple[str, FileType], ...] = (
    ("word/document.xml", DOCX),
    ("xl/workbook.xml", XLSX),
    ("ppt/presentation.xml", PPTX),
    ("OFD.xml", OFD),
)
KEPT = tuple(dict.fromkeys([*(kind for _, _, kind in _MAGIC), *(kind for _, kind in _INSIDE)]))


class DocumentTooLarge(InputError):
    """Larger than is kept."""

    what: ClassVar[Text] = Text("文件大于 {limit} MB", "the file is larger than {limit} MB")
    mend: ClassVar[Text] = Text(
        "请压缩、拆分,或由管理员调高 GISREG_DOCUMENT_MAX_MB", "compress or split it, or raise GISREG_DOCUMENT_MAX_MB"
    )


class FileTypeRefused(InputError):
    """Not one of the types that are kept."""

    what: ClassVar[Text] = Text("不能保存这种文件({found})", "a file of this kind is not kept ({found})")
    mend: ClassVar[Text] = Text("可保存:{kept}", "kept are {kept}")


class MacrosInside(InputError):
    """An Office file with macros."""

    what: ClassVar[Text] = Text("Office 文件含有宏", "the Office file holds macros")
    mend: ClassVar[Text] = Text("请另存为不含宏的格式或 PDF", "save it without macros, or as PDF")


def type_of(file: BinaryIO, where: str = "") -> FileType:
    """What the file is, by its first bytes and, in an archive, by its members.

    Raises:
        FileTypeRefused, MacrosInside.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    for offset, magic, kind in _MAGIC:
        if head[offset : offset + len(magic)] == magic and _sound(kind, head):
            return _archive(file, where) if kind is ZIP else kind
    raise refused(where, _described(head))


def refused(where: str, found: str) -> FileTypeRefused:
    """The refusal, with what is kept."""
    kept = "、".join(dict.fromkeys(kind.suffixes[0].lstrip(".") for kind in KEPT))
    return FileTypeRefused(where=where, found=found, kept=kept)


def _sound(kind: FileType, head: bytes) -> bool:
    return kind is not WEBP or head.startswith(b"RIFF")


def _described(head: bytes) -> str:
    """A word on what it looks like; the bytes themselves are not told."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<script")):
        return "HTML"
    if start.startswith((b"<?xml", b"<svg")):
        return "XML/SVG"
    if start.startswith((b"mz", b"\x7felf", b"#!")):
        return "program"
    return "unknown"


def _archive(file: BinaryIO, where: str) -> FileType:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise refused(where, "ZIP ✗") from None
    if len(names) > MAX_MEMBERS:
        raise refused(where, f"ZIP, {len(names):,}")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise MacrosInside(where=where)
    return next((kind for member, kind in _INSIDE if member in names), ZIP)


def name_for(given: str, kind: FileType) -> str:
    """A name without path and control characters, with a suffix that fits the content."""
    plain = "".join(letter for letter in given.replace("\\", "/").rsplit("/", 1)[-1] if letter.isprintable()).strip(
        " ."
    )
    plain = plain.replace('"', "'")[-MAX_NAME:].strip(" .") or "document"
    return plain if plain.lower().endswith(kind.suffixes) else f"{plain}{kind.suffixes[0]}"


MAX_NAME = 150
