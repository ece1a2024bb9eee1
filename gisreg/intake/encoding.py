# ruff: noqa: E501 - wording and SQL stay in one piece

"""Which encoding the text of a DBF is in: stated (.cpg, language byte), else detected strictly, else given."""

import codecs
from collections.abc import Iterable
from dataclasses import dataclass

from gisreg.intake.errors import (
    EncodingAmbiguous,
    EncodingContradicted,
    EncodingUndetected,
    EncodingUnknown,
    looks_like,
)
from gisreg.text import Text

LANGUAGE_BYTES = {
    0x01: "CP437", 0x02: "CP850", 0x03: "CP1252", 0x13: "CP932", 0x4D: "GBK", 0x4E: "CP949", 0x4F: "Big5",
    0x50: "CP874", 0x58: "CP1252", 0x59: "CP1252", 0x64: "CP852", 0x65: "CP866", 0x78: "Big5", 0x79: "CP949",
    0x7A: "GBK", 0x7B: "CP932", 0x7C: "CP874", 0xC8: "CP1250", 0xC9: "CP1251", 0xCA: "CP1254", 0xCB: "CP1253",
}  # fmt: skip
"""dBASE language drivers whose code page is certain; 0x57 ("ANSI") and 0 say nothing."""

_NAMES = {
    "936": "GBK", "CP936": "GBK", "ANSI936": "GBK", "GB2312": "GBK", "EUC-CN": "GBK", "950": "Big5", "BIG-5": "Big5", "CP950": "Big5",
    "65001": "UTF-8", "UTF8": "UTF-8", "932": "CP932", "949": "CP949", "1252": "CP1252", "1251": "CP1251",
    "88591": "ISO-8859-1", "8859_1": "ISO-8859-1", "54936": "GB18030", "ISO 88591": "ISO-8859-1",
}  # fmt: skip
_NO_FILES = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7"})
"""Codecs for single words, for Python's own sources and for mail (UTF-7, which gives halves of characters)."""
_SUPERSETS = {"GBK": "gb18030", "GB2312": "gb18030", "Big5": "big5hkscs"}
"""Codecs that read all of an encoding and what Windows programs add to it."""

COMMON = {"GB18030": ("gb2312", (b"\xb0", b"\xd7")), "Big5": ("big5", (b"\xa4", b"\xc6"))}
"""The level of most used characters: a codec, and the first bytes that it has there."""
USUAL_SHARE = 0.7
"""So much of ordinary Chinese is of that level, names of places and people included."""
JUDGED_PIECES = 2_000


@dataclass(frozen=True)
class Piece:
    """Bytes of one value and where they stand (row 0: a field's name)."""

    row: int
    field: str
    value: bytes
    full: bool
    """The value fills its width, so that its last character may be cut in the middle."""


@dataclass(frozen=True)
class Found:
    """An encoding and how it was found: given, cpg, ldid, detected, or ascii."""

    name: str
    how: str


STATED = {
    "given": Text("由 --encoding 给出", "given with --encoding"),
    "cpg": Text(".cpg 文件所述", "named in the .cpg"),
    "ldid": Text(".dbf 文件头所述", "named in the .dbf"),
}
"""Who says what the encoding is."""


def canonical(name: str, where: str) -> str:
    """The usual spelling of an encoding's name; an unknown one is an error."""
    wanted = name.strip().upper()
    known = _NAMES.get(wanted, wanted)
    try:
        codec = codecs.lookup(_SUPERSETS.get(known, known))
    except LookupError as error:
        raise EncodingUnknown(where, encoding=name.strip()) from error
    if not codec._is_text_encoding or codec.name in _NO_FILES:  # the only mark that tells text codecs from zip or hex
        raise EncodingUnknown(where, encoding=name.strip())
    return {"BIG5": "Big5", "GB18030": "GB18030", "UTF-8": "UTF-8"}.get(known.upper(), known)


def codec_of(name: str) -> str:
    """The Python codec that reads an encoding."""
    return _SUPERSETS.get(name, name)


def decide(pieces: Iterable[Piece], *, given: str | None, cpg: str | None, language_byte: int, where: str) -> Found:
    """The encoding of a DBF from what is said about it and from a sample of its text."""
    sample = [piece for piece in pieces if not piece.value.isascii()]
    if given:
        return _agreed(Found(canonical(given, where), "given"), sample, where)
    if cpg and cpg.strip():
        return _agreed(Found(canonical(cpg, where), "cpg"), sample, where)
    if not sample:
        return Found("UTF-8", "ascii")
    if language_byte in LANGUAGE_BYTES:
        return _agreed(Found(LANGUAGE_BYTES[language_byte], "ldid"), sample, where)
    return Found(_detected(sample, where), "detected")


def misfit(sample: Iterable[Piece], name: str) -> Piece | None:
    """The first piece that is not text in this encoding."""
    codec = codec_of(name)
    return next((piece for piece in sample if not fits(piece, codec)), None)


def fits(piece: Piece, codec: str) -> bool:
    """Whether the bytes are text; a character cut off at the end of a full field is forgiven."""
    try:
        piece.value.decode(codec)
    except UnicodeDecodeError as error:
        return piece.full and error.start >= len(piece.value) - 3 and "incomplete" in f"{error.reason} {_cut(error)}"
    return True


def _cut(error: UnicodeDecodeError) -> str:
    return "incomplete" if error.end >= len(error.object) else ""


def _agreed(found: Found, sample: list[Piece], where: str) -> Found:
    """A stated encoding must be true of the sample."""
    doubt = misfit(sample, found.name)
    if doubt is None:
        return found
    fitting = next((name for name in ("UTF-8", "GB18030", "Big5") if misfit(sample, name) is None), None)
    raise EncodingContradicted(
        where, encoding=found.name, source=STATED[found.how], row=doubt.row, field=doubt.field,
        likely=looks_like(fitting),
    )  # fmt: skip


def _detected(sample: list[Piece], where: str) -> str:
    """UTF-8 if all of it is, else GB18030 if all of it is and reads as Chinese: never a guess by frequency."""
    for name in ("UTF-8", "GB18030"):
        if misfit(sample, name) is None:
            if name == "GB18030" and _may_be_big5(sample):
                raise EncodingAmbiguous(where, row=sample[0].row, field=sample[0].field)
            return name
    doubt = misfit(sample, "GB18030")
    assert doubt is not None  # noqa: S101 - just found
    raise EncodingUndetected(where, row=doubt.row, field=doubt.field)


def _may_be_big5(sample: list[Piece]) -> bool:
    """Most bytes of Big5 are some text in GB18030 too, but of rare characters, kana and box drawing."""
    if misfit(sample, "Big5") is not None:
        return False
    return _share_of_common(sample, "GB18030") < USUAL_SHARE <= _share_of_common(sample, "Big5")


def _share_of_common(sample: list[Piece], name: str) -> float:
    """Of the characters beyond ASCII, how many are among the encoding's common ones."""
    codec, (first, last) = COMMON[name]
    text = "".join(piece.value.decode(codec_of(name), "ignore") for piece in sample[:JUDGED_PIECES])
    leads = [character.encode(codec, "ignore")[:1] for character in text if not character.isascii()]
    return sum(first <= lead <= last for lead in leads) / len(leads) if leads else 1.0
