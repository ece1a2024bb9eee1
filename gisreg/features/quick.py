"""The questions that are asked most, answered by one statement: a page in the usual order, and one parcel.

A box, a cursor and a limit are told with each question; collection, coordinate system and properties make the
statement. It says the same as :mod:`gisreg.features.pages` step by step (a test holds the two together); what it cannot
answer is None, and asked there.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg2
from sqlalchemy import BindParameter, Double, Integer, Select, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql.base import PGDialect

from gisreg.db.lines import HasLeft, Lines
from gisreg.db.one_statement import CANCELLED
from gisreg.db.snapshot import MARK
from gisreg.db.together import Question, Row, Together
from gisreg.features import cursor, pages, writing_json
from gisreg.features.asking import Asked, asked_of
from gisreg.features.box import Box
from gisreg.features.collections import collection_of
from gisreg.features.crs import CRS84, crs_of
from gisreg.features.pages import One, Page, TookTooLong, keys_in_box, keys_in_order
from gisreg.features.profile import PLAIN, Profile
from gisreg.features.reader import EVERYTHING, Reader
from gisreg.geometry import STORAGE_SRID

_DIALECT: Any = PGDialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # it has no types
FIDS = "fids"
_CORNERS = ("west", "south", "east", "north")
MOST_KEPT = 200
_PAGE = """WITH found AS MATERIALIZED ({keys}),
shown AS MATERIALIZED (
    SELECT id, key_0 FROM found WHERE id IS NOT NULL AND {fits} ORDER BY key_0 LIMIT ${limit}
)
SELECT {mark}, {size}, (SELECT count(id) FROM found), (SELECT max(key_0) FROM shown), ({features})"""
_SHOWN = "ARRAY(SELECT id FROM shown ORDER BY key_0)"
_WANTED = "wanted"
_ONE = """SELECT {wanted}.place, told.*
FROM unnest(${keys}::text[]) WITH ORDINALITY AS {wanted} (fid, place),
LATERAL (SELECT f.version, f.state, {written} FROM {source} WHERE {rows} OFFSET 0) AS told"""


@dataclass(frozen=True)
class Statement:
    """SQL with ``$1 …`` and what stands in their place: names of what each question tells, or constants."""

    sql: str
    names: tuple[str, ...]
    constants: tuple[tuple[str, Any], ...]

    def values(self, **told: Any) -> list[Any]:
        """The values in their order."""
        known = {**dict(self.constants), **told}
        return [known[name] for name in self.names]


@dataclass(frozen=True)
class WrittenAs:
    """What of a question makes the statement."""

    collection: str
    crs: str
    properties: tuple[str, ...] | None = None
    reader: Reader = EVERYTHING
    profile: Profile = PLAIN

    def asked(self) -> Asked:
        """The question without what is told each time."""
        crs, collection = crs_of(self.crs), collection_of(self.collection)
        return asked_of(collection, reader=self.reader, crs=crs, properties=self.properties, profile=self.profile)


def _written_as(asked: Asked) -> WrittenAs:
    return WrittenAs(asked.collection.name, asked.crs.uri, asked.properties, asked.reader, asked.profile)


def _to_come(name: str, type_: Any) -> BindParameter[Any]:
    """A value that each question tells."""
    return bindparam(name, type_=type_, required=False)


class _BoxToCome(Box):
    """A box of degrees whose corners each question tells."""

    def _parts(self) -> list[Any]:
        return [func.ST_MakeEnvelope(*(_to_come(name, Double()) for name in _CORNERS), STORAGE_SRID)]


_BOX_TO_COME = _BoxToCome(0, 0, 0, 0, CRS84)


def is_quick(asked: Asked) -> bool:
    """Whether one statement answers it: what is there now in the usual order, in no box or in one of degrees."""
    plain = asked.moment is None and asked.where is None and not asked.sort
    return plain and (asked.box is None or _is_plain(asked.box))


def is_quick_one(asked: Asked) -> bool:
    """Whether one statement answers for a single feature: a parcel of now."""
    return asked.collection.is_parcels and asked.moment is None and asked.where is None


def _is_plain(box: Box) -> bool:
    """A rectangle of degrees with an area, in one piece."""
    return box.crs.is_geographic and box.west < box.east and box.south < box.north


async def page(lines: Lines, asked: Asked, has_left: HasLeft) -> tuple[str, Page] | None:
    """The mark of the snapshot and the page.

    Raises:
        CursorUnreadable, TookTooLong.
    """
    made = page_statement(_written_as(asked), boxed=asked.box is not None, continued=asked.cursor is not None)
    order = asked.collection.order
    behind = cursor.read(asked.cursor, asked.columns, (), order)[0] if asked.cursor is not None else None
    corners = {name: getattr(asked.box, name, None) for name in _CORNERS}
    values = made.values(limit=asked.limit, most=asked.limit + 1, behind=behind, **corners)
    row = await _told(lines.answer(made.sql, values, has_left))
    if row is None or row[1] > pages.MOST_IN_BOX:
        return None
    mark, _, count, last, features = row
    more = cursor.written([last.decode() if isinstance(last, bytes) else last]) if count > asked.limit else None
    return mark.decode(), Page(features or b"", min(count, asked.limit), more)


async def one(together: Together, question: Question, fid: str, has_left: HasLeft) -> One | None:
    """The parcel of this name, which is known by its version and needs no mark; None also where there is none.

    Raises:
        TookTooLong.
    """
    row = await _told(together.answer(question, fid, has_left))
    return None if row is None else One(row[2], row[0], row[1].decode())


def question_of_one(asked: Asked) -> Question:
    """What is asked of each parcel that is told in the same way."""
    made = one_statement(_written_as(asked))
    return made.sql, tuple(made.values(**{FIDS: ()})[:-1])


async def _told(answer: Awaitable[Row | None]) -> Row | None:
    """The row; None too where something fails that the usual way meets as well, and tells."""
    try:
        return await answer
    except psycopg2.Error as error:
        if error.pgcode != CANCELLED:
            return None
        raise TookTooLong(seconds=pages.TIME_OUT_MS // 1000) from error


@lru_cache(maxsize=MOST_KEPT)
def page_statement(written_as: WrittenAs, *, boxed: bool, continued: bool) -> Statement:
    """The statement of pages, in a box or not, behind a cursor or from the beginning."""
    asked = written_as.asked()
    column = asked.columns[asked.collection.order]
    behind = [column > _to_come("behind", column.type)] if continued else []
    most = _to_come("most", Integer())
    keys = keys_in_box(asked, _BOX_TO_COME, behind, most) if boxed else keys_in_order(asked, behind, most)
    sql, names, constants = _compiled(keys)
    return Statement(
        _PAGE.format(
            keys=sql,
            fits=f"size <= {pages.MOST_IN_BOX}" if boxed else "true",
            limit=len(names) + 1,
            mark=MARK,
            size="coalesce((SELECT max(size) FROM found), 0)" if boxed else "0",
            features=_features(asked, _SHOWN),
        ),
        (*names, "limit"),
        constants,
    )


@lru_cache(maxsize=MOST_KEPT)
def one_statement(written_as: WrittenAs) -> Statement:
    """The statement of single parcels: each is read off the read model, which the planner knows to be one row."""
    asked = written_as.asked()
    wanted = asked.collection
    written, source = writing_json.single(wanted, asked.crs, asked.properties, asked.profile)
    f: Any = wanted.source_at(None).alias("f")
    named = f.c[wanted.fid] == literal_column(f"{_WANTED}.fid")
    sql, names, constants = _compiled(select(f.c.id).where(named, *asked.reader.rows(f), *wanted.restrict(f)))
    rows = sql.split("\nWHERE ", 1)[1]
    made = _ONE.format(wanted=_WANTED, keys=len(names) + 1, written=written, source=source, rows=rows)
    return Statement(made, (*names, FIDS), constants)


def _features(asked: Asked, keys: str) -> str:
    written = writing_json.statement(asked.collection.name, asked.crs.uri, asked.properties, profile=asked.profile)
    return written.replace(writing_json.KEYS, keys)


def _compiled(keys: Select[Any]) -> tuple[str, tuple[str, ...], tuple[tuple[str, Any], ...]]:
    """SQL, the names of its values in order, and those that are known already."""
    made: Any = keys.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    known = {name: value for name, value in made.params.items() if value is not None}
    return str(made), tuple(made.positiontup), tuple(known.items())
