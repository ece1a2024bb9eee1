"""The law behind rules: each part of a legal basis is looked up, clause by clause, in ``data/rules/sources.toml``."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from gisreg.planning.named import SOURCES_FILE
from gisreg.planning.ruleset import NATIONAL

SOURCES = NATIONAL.parent / SOURCES_FILE
PARTS = ";"
UNSURE_MARKS = ("(条文待核)", "(数值未确认)", "(自定口径)", "自定口径)")
"""Words by which a basis says itself that it is not sure."""
_ARTICLE = r"第[一二三四五六七八九十百千零]+条(?:第\([一二三四五六七八九十]+\)项)?"
_CLAUSES = re.compile(rf"{_ARTICLE}(?:、{_ARTICLE})*")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Clause(_Model):
    """One clause of a law that rules may cite."""

    clause: str
    gist: str
    confirmed: bool = True


class Law(_Model):
    """A law, a paper or a work plan."""

    zh: str
    en: str
    number: str | None = None
    issued: date | None = None
    in_force: date | None = None
    at_hand: bool
    """Whether a copy of its text was read."""
    confirmed: bool = True
    clauses: tuple[Clause, ...] = ()


class Principle(_Model):
    """What is no law: a principle of the documents, or a reading of our own."""

    en: str
    confirmed: bool


class Sources(_Model):
    """All that a legal basis may name."""

    laws: dict[str, Law]
    principles: dict[str, Principle]


@dataclass(frozen=True)
class Citation:
    """One clause that a basis names; ``law`` and ``principle`` are both None where there is no such source."""

    words: str
    law: Law | None = None
    clause: Clause | None = None
    missing_clause: str | None = None
    """A clause that the law is not known to have."""
    principle: Principle | None = None

    @property
    def found(self) -> bool:
        """Whether the source is known, clause and all."""
        return (self.law is not None or self.principle is not None) and self.missing_clause is None

    @property
    def confirmed(self) -> bool:
        """Whether number and content are more than memory."""
        return all(one.confirmed for one in (self.law, self.clause, self.principle) if one is not None)

    @property
    def says_unsure(self) -> bool:
        """Whether the words themselves tell the reader that they are to be checked."""
        return any(mark in self.words for mark in UNSURE_MARKS)


@cache
def load_sources(path: Path = SOURCES) -> Sources:
    """The sources that the registry brings."""
    return Sources.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def citations(basis: str, sources: Sources | None = None) -> list[Citation]:
    """What a basis cites, part by part and clause by clause."""
    known = sources or load_sources()
    return [cited for part in basis.split(PARTS) if part.strip() for cited in _cited(part.strip(), known)]


def _cited(words: str, known: Sources) -> list[Citation]:
    if words in known.principles:
        return [Citation(words, principle=known.principles[words])]
    named_so = [law for law in known.laws.values() if words.startswith(law.zh)]
    law = max(named_so, key=lambda law: len(law.zh), default=None)
    if law is None:
        return [Citation(words)]
    named = _CLAUSES.match(_after_number(words.removeprefix(law.zh), law))
    if named is None:
        return [Citation(words, law)]
    return [_clause(words, law, clause) for clause in named[0].split("、")]


def _after_number(rest: str, law: Law) -> str:
    """What follows the law's own number in brackets."""
    number = f"({law.number})"
    return rest.removeprefix(number) if law.number else rest


def _clause(words: str, law: Law, named: str) -> Citation:
    found = next((clause for clause in law.clauses if clause.clause == named), None)
    return Citation(words, law, found, None if found else named)
