"""What a column of the registry means: titles, unit, limits. One declaration makes column, check and queryable."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Date, Double, Integer, Table
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeEngine

from gisreg.text import Text
from gisreg.vocab import Term

UNITS = {
    "亩": Text("亩", "mu"), "万元": Text("万元", "10,000 yuan"), "万元/年": Text("万元/年", "10,000 yuan a year"),
    "年": Text("年", "years"), "月": Text("月", "months"), "天": Text("天", "days"), "a": Text("年", "years"),
    "1": Text("", ""),
}  # fmt: skip
"""Units that read otherwise in one of the languages."""


def unit_words(unit: str | None) -> Text:
    """A unit for readers; m², t and tce are the same in both languages."""
    return UNITS.get(unit or "", Text(unit or "", unit or ""))


@dataclass(frozen=True)
class Meaning:
    """The human side of a column: both titles, the unit and, for tokens, the vocabulary they come from."""

    title: Text
    unit: str | None = None
    terms: type[Term] | None = None
    """The enumeration of a token column."""
    code_list: str | None = None
    """The list under data/codes that a code column draws from."""
    personal: bool = False
    """Names a person or a holder: the redaction policy looks at this."""
    least: float | None = None
    most: float | None = None
    """The limits of a number."""


def _column(
    kind: TypeEngine[Any], meaning: Meaning, *checks: tuple[str, str], nullable: bool = True, **kw: Any
) -> MappedColumn[Any]:
    return mapped_column(kind, nullable=nullable, info={"meaning": meaning, "checks": checks}, **kw)


def text(
    zh: str, en: str, *, nullable: bool = True, code_list: str | None = None, personal: bool = False
) -> MappedColumn[Any]:
    """A text column."""
    return _column(SqlText(), Meaning(Text(zh, en), code_list=code_list, personal=personal), nullable=nullable)


def token(
    name: str,
    terms: type[Term],
    zh: str,
    en: str,
    *,
    nullable: bool = True,
    among: tuple[Term, ...] = (),
    server_default: Any = None,
) -> MappedColumn[Any]:
    """A token column, checked against its enumeration or the part of it that is given."""
    allowed = ", ".join(f"'{term}'" for term in among or terms)
    meaning = Meaning(Text(zh, en), terms=terms)
    check = (f"{name} IN ({allowed})", f"{name}_known")
    return _column(SqlText(), meaning, check, nullable=nullable, server_default=server_default)


def number(
    name: str, zh: str, en: str, unit: str, *, minimum: float | None = 0, maximum: float | None = None
) -> MappedColumn[Any]:
    """A measured number. float8, because exact ``numeric`` loses its index under row-level security."""
    limits = [f"{name} >= {minimum}"] if minimum is not None else [f"{name} >= '-infinity'"]
    limits.append(f"{name} <= {maximum}" if maximum is not None else f"{name} < 'infinity'")
    meaning = Meaning(Text(zh, en), unit=unit, least=minimum, most=maximum)
    return _column(Double(), meaning, (" AND ".join(limits), f"{name}_range"))


def whole(name: str, zh: str, en: str, unit: str, *, minimum: int = 0) -> MappedColumn[Any]:
    """A whole number."""
    return _column(
        Integer(), Meaning(Text(zh, en), unit=unit, least=minimum), (f"{name} >= {minimum}", f"{name}_range")
    )


def day(zh: str, en: str) -> MappedColumn[Any]:
    """A calendar date in the county's own time (Asia/Shanghai)."""
    return _column(Date(), Meaning(Text(zh, en)))


def fact(zh: str, en: str) -> MappedColumn[Any]:
    """Yes, no, or unknown (NULL): unknown is never "no"."""
    return _column(Boolean(), Meaning(Text(zh, en)))


def attach_checks(table: Table) -> None:
    """Turn the columns' declared checks into the table's constraints (Alembic does not see those of columns)."""
    for column in table.columns:
        for condition, name in column.info.get("checks", ()):
            table.append_constraint(CheckConstraint(condition, name=name))
