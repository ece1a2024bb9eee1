# ruff: noqa: E501, S608 - wording and SQL stay in one piece; SQL is put together from our own names only

"""Columns of a parcel that the books of rights decide: a file that says otherwise is told so and changes nothing.

A parcel that stands on none of the books states what the file states.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, text

from gisreg.columns import Meaning
from gisreg.intake.mapping import Mapped, MappedColumn, target_columns
from gisreg.intake.notes import Note, make_kinds
from gisreg.vocab import Severity

_DECIDED = "EXISTS (SELECT FROM title_decision AS b WHERE b.parcel_id = p.id AND b.ended_on IS NULL AND b.field = '{}')"
_BURDEN = "EXISTS (SELECT FROM encumbrance AS b WHERE b.parcel_id = p.id AND b.encumbrance_type = '{}')"
ON_THE_BOOKS = {
    "ownership_status": (
        "(EXISTS (SELECT FROM land_right AS b WHERE b.parcel_id = p.id)"
        " OR EXISTS (SELECT FROM title_event AS b WHERE b.parcel_id = p.id)"
        f" OR {_DECIDED.format('ownership_status')})"
    ),
    "seized": f"({_BURDEN.format('seizure')} OR {_DECIDED.format('seized')})",
    "mortgaged": f"({_BURDEN.format('mortgage')} OR {_DECIDED.format('mortgaged')})",
}
"""Whether the books decide a column of the parcel p."""
KINDS = make_kinds(
    (
        "books_decide", Severity.WARNED,
        ("{title_zh}由权利台账得出,文件所填 {value} 未采用(现为 {known})", "the {title_en} follows from the books of rights: {value} in the file is not taken (it is {known})"),
        ("请用 gisreg rights 登记步骤、负担或人工认定", "record a step, an encumbrance or a decision with gisreg rights"),
    ),
)  # fmt: skip


KEPT = {
    "holder_name": "coalesce({value}, p.holder_name)",
    "source_code": "coalesce(nullif({value}, p.parcel_code), p.source_code)",
}
"""Exports leave out the names of private holders and give the registry's number where a parcel has no other: what such a
file lacks when it comes back is not gone."""


def booked(column: str, value: str, yielding: Collection[str] = ()) -> str:
    """SQL: the value for a parcel p, which keeps its own where the books decide or the file cannot know.

    Columns that are ``yielding`` fill only what a parcel lacks.
    """
    if column in yielding:
        return f"coalesce(p.{column}, {value})"
    if column in KEPT:
        return KEPT[column].format(value=value)
    if column not in ON_THE_BOOKS:
        return value
    return f"CASE WHEN {ON_THE_BOOKS[column]} THEN p.{column} ELSE {value} END"


def yielding_of(columns: Iterable[MappedColumn]) -> frozenset[str]:
    """The columns that fill only what a parcel lacks."""
    return frozenset(column.target for column in columns if column.yields)


def booked_notes(
    connection: Connection, mapped: Mapped, rows: str, fates: str = "fate", fate: str = "changed"
) -> list[Note]:
    """What the file says otherwise than the books, of the rows r that change a parcel p."""
    notes = []
    for column, source in [(one.target, one.source) for one in mapped.columns if one.target in ON_THE_BOOKS]:
        meaning: Meaning = target_columns()[column].info["meaning"]
        found = connection.execute(
            text(
                f"SELECT r.row_no, r.{column}::text AS value, coalesce(p.{column}::text, '-') AS known FROM {rows} AS r JOIN {fates} AS f USING (row_no) "
                f"JOIN parcel AS p ON p.id = f.parcel_id WHERE f.fate = :fate AND r.{column} IS NOT NULL "
                f"AND r.{column} IS DISTINCT FROM p.{column} AND {ON_THE_BOOKS[column]} ORDER BY r.row_no"
            ),
            {"fate": fate},
        )
        titles = {"title_zh": meaning.title.zh, "title_en": meaning.title.en.lower()}
        notes += [
            KINDS["books_decide"].about(
                one.row_no, field=source, words={**titles, "value": one.value, "known": one.known}
            )
            for one in found
        ]
    return notes
