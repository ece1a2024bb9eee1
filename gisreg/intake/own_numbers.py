"""Which column of a file with shapes holds the registry's own numbers: one called so, with values of their form."""

import re
from dataclasses import replace

from gisreg.intake.keys import PARCEL_CODE
from gisreg.intake.mapping import Entry, Mapping, folded
from gisreg.intake.source import Source

FORM = re.compile(r"\d{6}-\d{7}", re.ASCII)
NAMES = ("parcel_code", "parcel_cod", "ZCBH", "宗地编号")
"""As our exports call it, shapefiles among them, cut to the ten letters of other programs, and by its title."""
SAMPLE_ROWS = 1000
MOSTLY = 0.9
"""So much of the column must be of the form; what is not is told row by row."""


def is_own(value: str) -> bool:
    """Whether a text has the form of the registry's numbers."""
    return FORM.fullmatch(value) is not None


def with_own_numbers(mapping: Mapping, source: Source) -> Mapping:
    """The mapping that also knows the column of the registry's numbers."""
    found = own_numbers_of(mapping, source)
    if found is None:
        return mapping
    others = {target: entries for target, entries in mapping.entries.items() if target != PARCEL_CODE}
    return replace(mapping, entries={PARCEL_CODE: (Entry(found, None, {}),), **others})


def own_numbers_of(mapping: Mapping, source: Source) -> str | None:
    """That column; None where the mapping itself says which one it is, or what else the column is."""
    if mapping.entries.get(PARCEL_CODE):
        return None
    said = {folded(entry.name) for entries in mapping.entries.values() for entry in entries if entry.given}
    free = {folded(name): name for name in reversed(source.fields)}
    called = [free[name] for name in map(folded, NAMES) if name in free and name not in said | mapping.ignored]
    return next((name for name in called if _holds(source, name)), None)


def _holds(source: Source, field: str) -> bool:
    first = source.first([field], SAMPLE_ROWS)
    values = [value for batch in first for value in batch.column("f0").to_pylist() if value is not None]
    return bool(values) and sum(map(is_own, values)) >= MOSTLY * len(values)
