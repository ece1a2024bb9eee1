"""Texts of a DBF that go on in the next field, as our own shapefiles write what is too long for one: ZL, ZL_2, ZL_3."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise

from gisreg.intake.dbf import CHUNK_ROWS, SPACE, DbfField, DbfTable

FIELD_BYTES = 254
NAME_BYTES = 8
"""Of the first field's name in those of the further ones."""
LEAST_FULL = FIELD_BYTES - 64
"""A part is cut between characters and never at a blank, so it may lack some bytes."""


def with_long_texts(table: DbfTable) -> DbfTable:
    """The table with such fields as one: by their names, widths and places, and only where no row contradicts it by
    going on behind a part that is not full."""
    return replace(table, fields=tuple(chain.from_iterable(_joined(table, group) for group in _groups(table.fields))))


def _groups(fields: Sequence[DbfField]) -> Iterator[list[DbfField]]:
    group: list[DbfField] = []
    for field in fields:
        if group and _goes_on(group, field):
            group.append(field)
            continue
        if group:
            yield group
        group = [field]
    if group:
        yield group


def _goes_on(group: Sequence[DbfField], field: DbfField) -> bool:
    first, last = group[0], group[-1]
    name = first.raw_name[:NAME_BYTES] + b"_%d" % (len(group) + 1)
    return field.kind == last.kind == "C" and last.width == FIELD_BYTES and field.raw_name == name


def _joined(table: DbfTable, group: Sequence[DbfField]) -> Sequence[DbfField]:
    first, *more = group
    if not more or not _is_full_before(table, group):
        return group
    cuts = tuple(one.offset - first.offset for one in more)
    return [replace(first, width=sum(one.width for one in group), cuts=cuts)]


def _is_full_before(table: DbfTable, group: Sequence[DbfField]) -> bool:
    """Whether each part that is followed by text is full itself."""
    for start in range(0, table.rows, CHUNK_ROWS):
        records = table.records(start, start + CHUNK_ROWS)
        for part, following in pairwise(group):
            filled = (records[:, following.offset : following.offset + following.width] > SPACE).any(axis=1)
            ends = records[filled, part.offset + LEAST_FULL : part.offset + part.width]
            if not (ends > SPACE).any(axis=1).all():
                return False
    return True
