"""Text files whole: their encoding by the byte order mark, else strictly UTF-8, else GB18030; never by frequency."""

import codecs
from pathlib import Path

from gisreg.intake.encoding import STATED, Found, canonical, codec_of
from gisreg.intake.errors import EncodingContradicted, EncodingUndetected, FileTooLarge, NotGeodata, looks_like

LARGEST_BYTES = 512 * 1024**2
"""Text is read whole; a file beyond this is no list of boundary points."""
_MARKS = (
    (codecs.BOM_UTF8, "UTF-8", "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "UTF-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "UTF-16", "utf-16"),
)
_DETECTED = ("UTF-8", "GB18030")


def read_text(path: Path, shown: str, given: str | None = None) -> tuple[str, Found]:
    """The text of a file and its encoding.

    Raises:
        EncodingUndetected: the bytes are neither UTF-8 nor GB18030 and no encoding is given.
        EncodingContradicted: the text does not fit the encoding given.
        NotGeodata: no text at all.
    """
    if path.stat().st_size > LARGEST_BYTES:
        raise FileTooLarge(shown, megabytes=path.stat().st_size // 1024**2, most=LARGEST_BYTES // 1024**2)
    raw = path.read_bytes()
    for mark, name, codec in _MARKS:
        if raw.startswith(mark) and not given:
            return _decoded(raw, codec, name, shown), Found(name, "detected")
    if b"\0" in raw and not given:
        raise NotGeodata(shown, detail=path.suffix)
    if given:
        name = canonical(given, shown)
        codec = "utf-8-sig" if name == "UTF-8" else codec_of(name)
        return _decoded(raw, codec, name, shown, given=True), Found(name, "given")
    if raw.isascii():
        return raw.decode("ascii"), Found("UTF-8", "ascii")
    for name in _DETECTED:
        if _fits(raw, name):
            return raw.decode(name), Found(name, "detected")
    raise EncodingUndetected(shown, row=_line_of_doubt(raw, "GB18030"), field="-")


def _fits(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(raw: bytes, codec: str, name: str, shown: str, *, given: bool = False) -> str:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as error:
        likely = next((one for one in _DETECTED if _fits(raw, one)), None)
        raise EncodingContradicted(
            shown, encoding=name, source=STATED["given"] if given else "BOM", row=raw.count(b"\n", 0, error.start) + 1,
            field="-", likely=looks_like(likely),
        ) from error  # fmt: skip


def _line_of_doubt(raw: bytes, codec: str) -> int:
    try:
        raw.decode(codec)
    except UnicodeDecodeError as error:
        return raw.count(b"\n", 0, error.start) + 1
    return 1
