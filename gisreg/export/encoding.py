"""Text in a shapefile's code page: a character the code page lacks is refused by parcel and field, never dropped."""

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from gisreg.errors import InputError
from gisreg.text import Text

ENCODINGS = {"GBK": "gbk", "GB18030": "gb18030", "UTF-8": "utf-8"}
"""Encodings offered (the word in the .cpg) and Python's codec for each."""

# Arrow hands text over as UTF-8; NUL cannot occur in PostgreSQL's text, so it marks the ends.
_END = 0
_ASCII_MAX = 127
_PLAIN = 32

Bytes = npt.NDArray[np.uint8]
Lengths = npt.NDArray[np.int64]


class EncodingUnsupported(InputError):
    """Not an encoding that shapefiles are written in."""

    what: ClassVar[Text] = Text("不支持的编码:{encoding}", "the encoding {encoding} is not supported")
    mend: ClassVar[Text] = Text("可用:GBK、GB18030、UTF-8", "use GBK, GB18030 or UTF-8")


class CharacterNotInEncoding(InputError):
    """A value holds a character that the wanted encoding lacks."""

    what: ClassVar[Text] = Text(
        "编码 {encoding} 中没有字符“{character}”(U+{number}):{value}",
        "{encoding} has no character “{character}” (U+{number}): {value}",
    )
    mend: ClassVar[Text] = Text(
        "请改用 --encoding GB18030 或 UTF-8,或导出 .gpkg;原文件未改动",
        "use --encoding GB18030 or UTF-8, or export .gpkg; the file that was there is untouched",
    )


def read_encoding(text: str) -> str:
    """The encoding by its usual names (cp936 is GBK, utf8 is UTF-8)."""
    name = text.strip().upper().replace("_", "-")
    name = {"CP936": "GBK", "936": "GBK", "UTF8": "UTF-8", "GB-18030": "GB18030"}.get(name, name)
    if name not in ENCODINGS:
        raise EncodingUnsupported(encoding=text)
    return name


def utf8_parts(array: Any) -> tuple[Bytes, Lengths]:
    """The bytes of a string array one after the other, and the length of each value (NULL is empty)."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and loaded already where there are arrays

    array = array.cast(pa.large_string()).fill_null("")
    _validity, ends, data = array.buffers()
    offsets = np.frombuffer(ends, np.int64)[array.offset : array.offset + len(array) + 1]
    raw = np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]] if data is not None else np.empty(0, np.uint8)
    return raw, np.diff(offsets)


class NotEncodable(Exception):
    """Row ``row`` of an array holds ``character``, which the codec lacks."""

    def __init__(self, row: int, character: str) -> None:
        super().__init__(character)
        self.row, self.character = row, character


def encode(array: Any, codec: str) -> tuple[Bytes, Lengths]:
    """Bytes and lengths of a string array in a code page, without a loop over the rows.

    Raises:
        NotEncodable: a value holds a character that the code page lacks.
    """
    raw, lengths = utf8_parts(array)
    if codec == "utf-8" or not raw.size or raw.max() <= _ASCII_MAX:
        return raw, lengths
    ends = np.cumsum(lengths) + np.arange(len(lengths))
    marked = np.full(raw.size + len(lengths), _END, np.uint8)
    is_text = np.ones(marked.size, bool)
    is_text[ends] = False
    marked[is_text] = raw
    text = marked.tobytes().decode()
    try:
        coded = np.frombuffer(text.encode(codec), np.uint8)
    except UnicodeEncodeError as error:
        raise NotEncodable(text.count("\0", 0, error.start), text[error.start]) from None
    marks = np.flatnonzero(coded == _END)
    return coded[coded != _END], np.diff(marks, prepend=-1) - 1


def block(raw: Bytes, lengths: Lengths, width: int) -> Bytes:
    """One row of ``width`` bytes for each value, left-justified, blanks behind."""
    table = np.full((len(lengths), width), _PLAIN, np.uint8)
    table[np.arange(width) < lengths[:, None]] = raw
    return table
