"""What there is to choose from: the open parcels of a county, and the measures that the rules permit for each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Connection, Date, RowMapping, SmallInteger, cast, func, literal, select
from sqlalchemy import case as sql_case
from sqlalchemy.dialects.postgresql import array

from gisreg.db.models import Plan, PlanRun
from gisreg.planning.clock.joining import with_clock
from gisreg.planning.compile import CompiledGate, CompiledRule, CompiledRules, by_kind, compile_rules
from gisreg.planning.explain import NoAcceptedRun
from gisreg.planning.facts import land_area
from gisreg.planning.formula import Range
from gisreg.planning.money import Sum, as_ranges, facts_needed, parameters_as_ranges, read_sums
from gisreg.planning.recorded import known_before
from gisreg.planning.ruleset import LoadedRuleSet, Rule, read_ruleset
from gisreg.vocab import LEFT_STATES, Kind, Label

MU_PER_M2 = 0.0015


@dataclass(frozen=True)
class Candidate:
    """A parcel that is left."""

    id: int
    parcel_code: str
    name: str | None
    kind: str
    township_code: str | None
    area_mu: float | None
    due_on: date | None
    """The deadline of its approved plan."""


@dataclass(frozen=True)
class Option:
    """A measure that is open for a parcel."""

    candidate: Candidate
    rule: Rule
    rank: int
    """Its place in the cascade of this parcel, from 0."""
    held_by: tuple[str, ...]
    """Ids of the gates that hold it."""
    income: Range | None
    """Once or in the first year; None where no money rule speaks of it."""
    cost: Range | None
    waiting: Range | None


@dataclass(frozen=True)
class Supply:
    """All of it, and by which run."""

    run_id: int
    ruleset: str
    as_of: date
    loaded: LoadedRuleSet
    candidates: list[Candidate]
    options: list[Option]


def supply(connection: Connection, county: str, *, cascade: str = "strict") -> Supply:
    """One pass over the county with the conditions of the run in force, as of its day.

    Raises:
        NoAcceptedRun: nothing has been labelled yet.
    """
    run = _run(connection, county)
    loaded = read_ruleset(run["ruleset_toml"], f"plan_run {run['id']}")
    compiled = compile_rules(loaded, with_clock(known_before(None), run["as_of"]), literal(run["as_of"], Date()))
    sums = read_sums(loaded, compiled.names)
    rows = connection.execute(_query(compiled, county, facts_needed(sums))).mappings().all()
    given = _Given(compiled, sums, parameters_as_ranges(loaded), strict=cascade == "strict")
    candidates = [_candidate(row) for row in rows]
    options = [
        option for candidate, row in zip(candidates, rows, strict=True) for option in _options(given, candidate, row)
    ]
    return Supply(run["id"], loaded.rules.title, run["as_of"], loaded, candidates, options)


def _run(connection: Connection, county: str) -> RowMapping:
    table = PlanRun.__table__
    wanted = (table.c.county_code == county) & (table.c.status == "accepted")
    found = connection.execute(select(table).where(wanted)).mappings().one_or_none()
    if found is None:
        raise NoAcceptedRun(county=county)
    return found


def _query(compiled: CompiledRules, county: str, facts: Sequence[str]) -> Any:
    """A row a parcel: what it is, the numbers of its open rules, the gates that hold, the facts that money turns on."""
    target = compiled.target
    plan = Plan.__table__
    columns = [target.c[name] for name in ("id", "parcel_code", "name", "kind", "township_code")]
    numbers = by_kind(target, {kind: _open_rules(compiled, kind) for kind in Kind})
    return (
        select(
            *columns,
            (land_area(target.c) * MU_PER_M2).label("area_mu"),
            numbers.label("open_rules"),
            _holding(compiled.gates).label("holding"),
            plan.c.measure.label("decided_measure"),
            plan.c.due_on,
            *[compiled.names[name].expression.label(f"fact:{name}") for name in facts],
        )
        .select_from(target.outerjoin(plan, (plan.c.parcel_id == target.c.id) & plan.c.ended_at.is_(None)))
        .where(target.c.county_code == county, target.c.state.in_([str(state) for state in LEFT_STATES]))
        .order_by(target.c.id)
    )


def _open_rules(compiled: CompiledRules, kind: Kind) -> ColumnElement[Any]:
    rules = [*compiled.cascade(kind), *compiled.finance(kind)]
    return _numbers((rule.condition, rule.no) for rule in rules if rule.condition is not None)


def _holding(gates: Iterable[CompiledGate]) -> ColumnElement[Any]:
    return _numbers((gate.condition, gate.no) for gate in gates)


def _numbers(conditions: Iterable[tuple[ColumnElement[bool], int]]) -> ColumnElement[Any]:
    """The numbers of those conditions that are true."""
    whens = [sql_case((condition, literal(no, SmallInteger()))) for condition, no in conditions]
    return func.array_remove(cast(array(whens), ARRAY(SmallInteger)), None)


@dataclass(frozen=True)
class _Given:
    compiled: CompiledRules
    sums: tuple[Sum, ...]
    parameters: dict[str, Range]
    strict: bool


def _candidate(row: RowMapping) -> Candidate:
    return Candidate(
        row["id"], row["parcel_code"], row["name"], row["kind"], row["township_code"], row["area_mu"], row["due_on"]
    )


def _options(given: _Given, candidate: Candidate, row: RowMapping) -> list[Option]:
    """The measures open for one parcel; where people decided on one, that one alone."""
    permitted = _permitted(given, [given.compiled.rules[no - 1] for no in row["open_rules"]], row["decided_measure"])
    facts = {key.removeprefix("fact:"): value for key, value in row.items() if key.startswith("fact:")}
    values = {**as_ranges(facts), **given.parameters}
    held = [gate for gate in given.compiled.gates if gate.no in row["holding"]]
    return [
        Option(
            candidate,
            one.rule,
            rank,
            tuple(gate.gate.id for gate in held if gate.concerns(one.rule)),
            *(_total(given.sums, candidate.kind, one.rule.measure, effect, values) for effect in EFFECTS),
        )
        for rank, one in enumerate(permitted)
    ]


EFFECTS = ("income", "cost", "waiting")


def _permitted(given: _Given, open_: list[CompiledRule], decided: str | None) -> list[CompiledRule]:
    """Strictly: only the first possible label of the cascade, and finance, which is always tested."""
    closing = [one for one in open_ if given.compiled.loaded.rules.measures[one.rule.measure].closes]
    if decided is not None:
        return [one for one in closing if one.rule.measure == decided][:1]
    if not given.strict:
        return closing
    first = next((one.rule.label for one in open_ if one.rule.label != Label.FINANCE), None)
    return [one for one in closing if one.rule.label in (first, Label.FINANCE)]


def _total(sums: Sequence[Sum], kind: str, measure: str, effect: str, values: dict[str, Range]) -> Range | None:
    """What all money rules of one effect come to together; None where none speaks of the measure."""
    found = [one.formula.value(values) for one in sums if one.rule.effect == effect and one.concerns(kind, measure)]
    if not found:
        return None
    return Range(sum(one.low for one in found), sum(one.high for one in found), any(one.nothing for one in found))
