"""The case book: parcels with facts and a day, and the advice that the law they name asks for.

All cases are labelled by one statement. A case may name what it just misses (``near``) and the one change of a fact, or
of the day, by which it would get there: so each rule and each gate is tried on both sides of its boundary. Each names
the day that is due next, and many the fact that would flip the label, as an explanation tells them.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ARRAY, Connection, Date, column, func, insert, literal, select
from sqlalchemy import Text as SqlText

from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.db.models import County, Parcel
from gisreg.planning.clock.report import national_clock
from gisreg.planning.compile import CompiledRules, compile_rules, label_query
from gisreg.planning.flips import best_flip, flips, next_due, turn
from gisreg.planning.ruleset import load_ruleset
from gisreg.planning.seeing import Case, evaluate
from gisreg.planning.sources import citations

COUNTY = "149901"
AS_OF = date(2026, 11, 21)
SUBKINDS = {"half_finished_project": "halted_works", "idle_factory": "idle_building"}
UNKNOWN = "unknown"
NAMES_UNKNOWN = ("ownership_status",)
"""Facts whose own vocabulary has a word for unknown."""

Facts = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """What the rules say of one parcel."""

    rule: str
    finance: str
    holds: frozenset[str]
    unknown: frozenset[str]
    row: Facts
    """The label as the query gives it."""

    @property
    def all(self) -> set[str]:
        """Everything that is hit: the label's rule, the finance option, the gates that hold."""
        return {self.rule, self.finance, *self.holds}


@cache
def book() -> dict[str, Facts]:
    """Every case by its id."""
    files = sorted((Path(__file__).parent / "cases").glob("*.toml"))
    cases = [case for file in files for case in tomllib.loads(file.read_text(encoding="utf-8"))["cases"]]
    assert [name for name, count in Counter(case["id"] for case in cases).items() if count > 1] == []
    return {case["id"]: case for case in cases}


def changed(case: Facts, by: Facts) -> Facts:
    """The case with one fact, or its day, changed."""
    facts = {**case["facts"], **{name: value for name, value in by.items() if name != "as_of"}}
    return {**case, "facts": facts, "as_of": by.get("as_of", case.get("as_of", AS_OF))}


def parcels() -> Iterator[tuple[str, Facts]]:
    """Each case, and for each near miss its twin that gets there."""
    for name, case in book().items():
        yield name, case
        for near in case.get("near", []):
            yield f"{name} → {near['missed']}", changed(case, near["by"])


def stored(case: Facts) -> Facts:
    """The case as a row of the registry."""
    facts = {
        name: None if value == UNKNOWN and name not in NAMES_UNKNOWN else value for name, value in case["facts"].items()
    }
    kind = case["kind"]
    return {"kind": kind, "subkind": SUBKINDS.get(kind), "state": "registered", "area_m2": 666.0, **facts}


def labelled(connection: Connection, cases: dict[str, Facts]) -> dict[str, Told]:
    """Store the cases and label all of them, each as of its own day."""
    connection.execute(insert(County).values(code=COUNTY, name="示例县", invented=True))
    codes = {name: f"{COUNTY}-{number:07}" for number, name in enumerate(cases, start=1)}
    for name, case in cases.items():
        connection.execute(insert(Parcel).values(county_code=COUNTY, parcel_code=codes[name], **stored(case)))
    given = func.unnest(
        literal(list(codes.values()), ARRAY(SqlText)),
        literal([case.get("as_of", AS_OF) for case in cases.values()], ARRAY(Date)),
    ).table_valued(column("code", SqlText), column("day", Date), name="given")
    given = given.render_derived()
    table = Parcel.__table__
    target = select(*table.c, given.c.day.label("case_day")).join(given, table.c.parcel_code == given.c.code).subquery()
    compiled = compile_rules(load_ruleset(), target, target.c.case_day)
    query = label_query(compiled, carry=[target.c.parcel_code])
    rows = {row["parcel_code"]: row for row in connection.execute(query).mappings()}
    return {name: told(compiled, dict(rows[code])) for name, code in codes.items()}


def told(compiled: CompiledRules, row: Facts) -> Told:
    """Names instead of numbers and masks."""
    gates = [gate.gate.id for gate in compiled.gates]
    finance = row["finance_rule_no"]
    return Told(
        compiled.rules[row["rule_no"] - 1].rule.id,
        compiled.rules[finance - 1].rule.id if finance else "",
        frozenset(gate for bit, gate in enumerate(gates) if row["gates"] >> bit & 1),
        frozenset(gate for bit, gate in enumerate(gates) if row["unknown_gates"] >> bit & 1),
        row,
    )


@dataclass(frozen=True)
class Labelled:
    """The cases in the registry, and what the rules say of each."""

    connection: Connection
    answers: dict[str, Told]

    def explained(self, name: str, as_of: date) -> Case:
        """A case as an explanation sees it."""
        run = {"id": 0, "as_of": as_of, "recorded_as_of": None, "recorded_at": datetime(2199, 1, 1, tzinfo=UTC)}
        return evaluate(self.connection, load_ruleset(), run, self.answers[name].row, national_clock())


@pytest.fixture(scope="module")
def registered(module_database: Any) -> Iterator[Labelled]:
    """All cases and twins, labelled in one pass."""
    engine = make_engine(module_database.app_url)
    with transaction(engine, Actor("tester", "test")) as connection:
        yield Labelled(connection, labelled(connection, dict(parcels())))
    engine.dispose()


@pytest.fixture(scope="module")
def answers(registered: Labelled) -> dict[str, Told]:
    """What the rules say of each."""
    return registered.answers


def plainly(value: Any) -> Any:
    """As an explanation has it: days as text, nothing for what is not so."""
    return None if value == UNKNOWN else value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("name", list(book()))
def test_case(answers: dict[str, Told], name: str) -> None:
    case, answer = book()[name], answers[name]
    rule = next(rule for rule in load_ruleset().rules.rules if rule.id == answer.rule)
    assert (answer.rule, str(rule.label), rule.measure) == (case["rule"], case["label"], case["measure"])
    assert answer.finance == case.get("finance", answer.finance)
    assert set(case.get("holds", [])) <= answer.holds
    assert set(case.get("unknown", [])) <= answer.unknown
    assert not set(case.get("open", [])) & (answer.holds | answer.unknown)
    for near in case.get("near", []):
        twin = answers[f"{name} → {near['missed']}"]
        assert near["missed"] not in answer.all, "it is not missed"
        assert near["missed"] in twin.all, "that change does not get there"


@pytest.mark.parametrize("name", list(book()))
def test_what_is_due_next_and_what_would_flip_it(registered: Labelled, name: str) -> None:
    case = book()[name]
    as_of = case.get("as_of", AS_OF)
    seen = registered.explained(name, as_of)
    days = seen.chosen.rule.days
    assert next_due(seen, turn(seen), None, days and as_of + timedelta(days=days)) == case["next_due"].isoformat()
    told = {fact: None if value == UNKNOWN else value for fact, value in case.get("clock", {}).items()}
    assert {fact: seen.clock["clock"][fact] for fact in told} == told
    found = flips(seen)
    if "flip" in case:
        best = best_flip(found)
        assert best is not None
        assert _among([best], case["flip"])
    for flip in case.get("flips", []):
        assert _among(found, flip), flip


def _among(found: list[Facts], flip: Facts) -> bool:
    wanted = {key: plainly(value) for key, value in flip.items()}
    return any({key: one[key] for key in wanted} == wanted for one in found)


def test_every_kind_of_fact_flips_somewhere() -> None:
    """Yes or no, words, days and numbers; and the numbers and days on both sides of their limit."""
    told = [flip for case in book().values() for flip in [case.get("flip"), *case.get("flips", [])] if flip]
    types = {type(flip["to"]) for flip in told}
    assert {bool, str, int, float, date} <= types
    assert len(told) >= 60


def test_every_rule_and_every_gate_is_hit_and_just_missed() -> None:
    rules = load_ruleset().rules
    wanted = {rule.id for rule in rules.rules} | {gate.id for gate in rules.gates}
    cases = book().values()
    hit = {name for case in cases for name in (case["rule"], case.get("finance", ""), *case.get("holds", []))}
    missed = {near["missed"] for case in cases for near in case.get("near", [])}
    assert wanted - hit == set()
    assert wanted - missed == set()
    assert len(cases) >= 120


def test_a_near_miss_is_one_change_away() -> None:
    assert [case["id"] for case in book().values() for near in case.get("near", []) if len(near["by"]) > 2] == []


def test_every_measure_of_the_set_is_advised_somewhere() -> None:
    assert {case["measure"] for case in book().values()} == set(load_ruleset().rules.measures)


def test_the_clause_of_each_case_is_in_the_law_and_behind_its_advice() -> None:
    """A case tests a clause that its rule, what it just misses, or a gate cites; or one on how periods are counted."""
    rules = load_ruleset().rules
    bases = {one.id: one.basis for one in (*rules.rules, *rules.gates)}
    beside = []
    for case in book().values():
        assert all(cited.found for cited in citations(case["clause"])), case["id"]
        if "民法典第二百" in case["clause"]:
            continue
        behind = [case["rule"], case.get("finance", ""), *case.get("holds", []), *case.get("open", [])]
        behind += [*case.get("unknown", []), *(near["missed"] for near in case.get("near", []))]
        words = ";".join(bases[name] for name in behind if name)
        if case["clause"] not in words:
            beside.append(case["id"])
    assert beside == []
