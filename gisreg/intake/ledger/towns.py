"""Which township a row of a ledger lies in: by the code or name that it states, else by its address."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gisreg.checks.faults import FAULTS
from gisreg.intake.crosswalks import todays_code
from gisreg.intake.ledger.faults import KINDS
from gisreg.intake.ledger.words import plain
from gisreg.intake.notes import WHOLE_FILE, Note, NoteKind
from gisreg.intake.translating import Translation
from gisreg.text import Text

ENDINGS = ("街道办事处", "街道办", "街道", "办事处", "民族乡", "镇", "乡", "人民政府", "镇政府", "乡政府")
LEAST_STEM = 2
COUNTY_DIGITS, TOWNSHIP_DIGITS = 6, 9


@dataclass(frozen=True)
class Towns:
    """A code for each row, None where it is not known, and what is to be said of that."""

    codes: list[str | None]
    notes: tuple[Note, ...]
    translations: tuple[Translation, ...] = ()


def locate(
    townships: Mapping[str, str], rows: Sequence[int], stated: Sequence[str | None], addresses: Sequence[str | None],
    *, field: str | None = None,
) -> Towns:  # fmt: skip
    """``townships``: names by code, as of today. Where the registry knows none, a stated code is believed."""
    index = _Index(townships)
    notes: list[Note] = []
    translated: Counter[tuple[str, str]] = Counter()
    translations: list[Translation] = []
    by_address = 0
    codes: list[str | None] = []
    for row, written, address in zip(rows, stated, addresses, strict=True):
        said = None if written and index.is_county(written) else written
        code = index.find(said) if said else index.in_address(address or "")
        by_address += bool(code and not said)
        if said and code is None and townships:
            notes.append(_unknown().about(row, field=field, words={"value": said}))
        if said and code and plain(said) not in (code, plain(townships[code])):
            translated[said, code] += 1
        codes.append(said if said and not townships else code)
    for (said, code), count in translated.items():
        why = _why(said, code)
        words = {
            "field": field, "said": said, "stored": f"{townships[code]} {code}", "count": count, "why_zh": why.zh,
            "why_en": why.en,
        }  # fmt: skip
        translations.append(Translation(field or "-", "township_code", said, code, count, why))
        notes.append(KINDS["ledger_translated"].about(WHOLE_FILE, field=field, words=words))
    if by_address:
        notes.append(KINDS["ledger_by_address"].about(WHOLE_FILE, words={"count": by_address}))
    return Towns(codes, tuple(notes), tuple(translations))


def _why(said: str, code: str) -> Text:
    """By what a place was recognised."""
    old = todays_code(plain(said))
    if old and old[0].startswith(code):
        return old[1].why
    return Text("按本县乡镇名", "by the county's townships")


def _unknown() -> NoteKind:
    fault = FAULTS["township_unknown"]
    return NoteKind(fault.token, fault.grade, fault.what, fault.mend)


class _Index:
    """Names of townships, whole and without their endings."""

    def __init__(self, townships: Mapping[str, str]) -> None:
        self._codes = set(townships)
        self._names = {plain(name): code for code, name in townships.items()}
        stems = [(stem(name), code) for code, name in townships.items()]
        times = Counter(name for name, _ in stems)
        self._stems = {name: code for name, code in stems if times[name] == 1 and len(name) >= LEAST_STEM}

    def find(self, said: str) -> str | None:
        """By code, by that of a village in it, by name, by name without ending, by what an address begins with."""
        told = plain(said).removesuffix(".0")
        if told[:TOWNSHIP_DIGITS] in self._codes:
            return told[:TOWNSHIP_DIGITS]
        old = todays_code(told)
        if old and old[0][:TOWNSHIP_DIGITS] in self._codes:
            return old[0][:TOWNSHIP_DIGITS]
        return self._names.get(told) or self._stems.get(stem(told)) or self.in_address(told)

    def is_county(self, said: str) -> bool:
        """The code of the county itself, as columns called XZQDM often hold it: it names no township."""
        told = plain(said).removesuffix(".0")
        return len(told) == COUNTY_DIGITS and any(code.startswith(told) for code in self._codes)

    def in_address(self, address: str) -> str | None:
        """The only township whose whole name an address holds."""
        told = plain(address)
        found = {code for name, code in self._names.items() if len(name) > LEAST_STEM and name in told}
        return found.pop() if len(found) == 1 else None


def stem(name: str) -> str:
    """A township's name without 镇, 乡, 街道办事处."""
    told = plain(name)
    for ending in ENDINGS:
        if told.endswith(ending) and len(told) - len(ending) >= LEAST_STEM:
            return told.removesuffix(ending)
    return told
