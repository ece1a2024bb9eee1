"""What a mapping translated in a file: each distinct word or code, what was stored for it, in how many rows."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gisreg.intake.convert import whole_code
from gisreg.intake.mapping import Mapped, MappedColumn, folded
from gisreg.intake.source import Source
from gisreg.text import Text

MOST = 500
OF_WORDS = Text("按字段对照表", "by the mapping")


@dataclass(frozen=True)
class Translation:
    """One word or code of a file."""

    field: str
    """The column in the file."""
    target: str
    said: str
    stored: str
    rows: int
    why: Text

    def as_json(self) -> dict[str, Any]:
        """With both languages."""
        return {**asdict(self), "why": self.why.zh, "why_en": self.why.en}


def translated_texts(mapped: Mapped, texts: Mapping[str, Iterable[str | None]]) -> list[Translation]:
    """``texts`` by target: what stands in the file."""
    found = [
        Translation(column.source, column.target, said, stored, rows, mapped.translated.get(column.target, OF_WORDS))
        for column in mapped.columns
        if column.target in texts and _translates(column)
        for said, rows in Counter(text for text in texts[column.target] if text is not None).most_common()
        if (stored := listed(column, said)) is not None
        and (folded(stored) != folded(said) or column.target in mapped.translated)  # the same code means another thing
    ]
    return found[:MOST]


def _translates(column: MappedColumn) -> bool:
    return bool(column.former) or (bool(column.values) and column.type != "fact")


def listed(column: MappedColumn, text: str) -> str | None:
    """What a text stands for."""
    if column.former:
        code = whole_code(text)
        return today if (today := column.of_today(code)) != code else None
    return column.values.get(text) or column.values.get(folded(text)) or column.values.get(whole_code(text))


def translated_codes(source: Source, mapped: Mapped) -> list[Translation]:
    """Codes that were brought to another scheme; the file's columns of codes are read once more for it."""
    return _read(source, mapped, [column for column in mapped.columns if column.target in mapped.translated])


def translated_in(source: Source, mapped: Mapped) -> list[Translation]:
    """All words and codes of a file that are stored as others."""
    return _read(source, mapped, [column for column in mapped.columns if _translates(column)])


def _read(source: Source, mapped: Mapped, columns: Sequence[MappedColumn]) -> list[Translation]:
    if not columns:
        return []
    texts: dict[str, list[str | None]] = {column.target: [] for column in columns}
    for part in source.parts(1):
        for batch in source.batches([column.source for column in columns], part):
            for place, column in enumerate(columns):
                texts[column.target] += batch.column(f"f{place}").to_pylist()
    return translated_texts(mapped, texts)
