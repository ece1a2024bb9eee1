"""All that an explanation draws on: a parcel as a run saw it, its label there, and that of each variant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, NamedTuple, TypeVar

from sqlalchemy import Connection, RowMapping, select

from gisreg.days import end_of as end_of_day
from gisreg.db.models import Parcel, PlanRun
from gisreg.errors import NotFoundError
from gisreg.parcels.queryables import Queryable
from gisreg.parcels.read import ParcelNotFound
from gisreg.planning.clock.counting import DAY, paused_days
from gisreg.planning.clock.reading import pauses_of
from gisreg.planning.clock.report import ClockData, Seen, seen_of, told
from gisreg.planning.compile import UNKNOWN, CompiledGate, CompiledRule, CompiledRules
from gisreg.planning.ruleset import LoadedRuleSet, RuleSet, read_ruleset
from gisreg.planning.stored import NoAcceptedRun, RunUnknown, labels_of
from gisreg.planning.thresholds import Change, Parcelwise, limit_changes
from gisreg.planning.variants import EVER, HORIZON_DAYS, Prepared, given, prepare
from gisreg.text import Text
from gisreg.vocab import Kind, State, Term

T = TypeVar("T", bound=Term)
Json = dict[str, Any]
Row = Mapping[str, Any] | RowMapping
ANSWERS = {True: "yes", False: "no", None: "unknown"}


class NotLabelled(NotFoundError):
    """The run gave this parcel no label."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel}(状态 {state_zh})在批次 {run} 中没有处置建议",
        "parcel {parcel} ({state}) has no label in run {run}",
    )
    mend: ClassVar[Text] = Text(
        "已销号、核减或收回的宗地不再建议;新入库的请重新运行 gisreg plan run",
        "closed, removed or taken-back parcels get none; run gisreg plan run again for new ones",
    )


class Outcome(NamedTuple):
    """How a variant of a parcel is labelled."""

    rule_no: int
    gates: int


@dataclass(frozen=True)
class Outcomes:
    """How the variants of a parcel are labelled."""

    as_it_is: Outcome
    changed: Sequence[tuple[Change, Outcome]]
    ahead: Sequence[tuple[date, Outcome]]
    """Each day of the horizon, nothing else changed."""


@dataclass(frozen=True)
class Looked:
    """A parcel on a day by the rules of its kind, whatever its label."""

    prepared: Prepared
    kind: Kind
    as_of: date
    """The day of the clock."""
    parcel: Row
    """Its stored facts."""
    seen: Row
    """What its conditions and facts come to."""

    @property
    def compiled(self) -> CompiledRules:
        """The rules, compiled."""
        return self.prepared.compiled

    @property
    def rules(self) -> RuleSet:
        """The rule set."""
        return self.compiled.loaded.rules

    def ways(self, label: str, measure: str) -> list[CompiledRule]:
        """The rules of the kind by which a measure stands under a label."""
        wanted = (self.kind, label, measure)
        return [one for one in self.compiled.rules if (one.rule.kind, one.rule.label, one.rule.measure) == wanted]

    def answer(self, rule: CompiledRule) -> str:
        """Whether a rule's condition is true, false or unknown."""
        return "yes" if rule.condition is None else ANSWERS[self.seen[f"rule:{rule.no}"]]

    def is_unknown(self, item: Queryable) -> bool:
        """Whether nobody knows a fact of the parcel."""
        return self.seen[f"fact:{item.name}"] in (None, UNKNOWN)


@dataclass(frozen=True)
class Case(Looked):
    """A parcel in a run, by what the run knew."""

    run: Row
    stored: Row
    """The label in the run."""
    outcomes: Outcomes
    clock: Json
    """What the clock shows on the run's day."""
    decided: CompiledRule | None = None
    """The rule of the measure that people decided, where they did: its gates hold then."""

    def rule(self, no: int | None) -> CompiledRule | None:
        """A rule by its number."""
        return None if no is None else self.compiled.rules[no - 1]

    @property
    def chosen(self) -> CompiledRule:
        """The rule that gave the label."""
        no: int = self.stored["rule_no"]
        return self.compiled.rules[no - 1]

    @property
    def tried(self) -> list[CompiledRule]:
        """The rules in the order of trial up to the one that fired."""
        order = self.compiled.cascade(self.kind)
        if self.chosen in order:
            return order[: order.index(self.chosen) + 1]
        finance = self.compiled.finance(self.kind)
        if self.chosen in finance:
            return order + finance[: finance.index(self.chosen) + 1]
        return order + finance

    def gate_answer(self, gate: CompiledGate) -> str:
        """Whether a gate holds, is open or unknown, or has nothing to say about the advice, or what was decided."""
        if not gate.concerns((self.decided or self.chosen).rule):
            return "not_concerned"
        if self.decided is not None:
            unknown = self.seen.get(f"unknown:{gate.no}") or self.seen[f"gate:{gate.no}"] is None
            return "unknown" if unknown else "holds" if self.seen[f"gate:{gate.no}"] else "open"
        bit = 1 << gate.no
        if self.stored["gates"] & bit:
            return "holds"
        return "unknown" if self.stored["unknown_gates"] & bit else "open"


def case_of(connection: Connection, parcel: RowMapping, run_id: int | None, clock: ClockData) -> Case:
    """The parcel in a run (None: the one in force), by what was recorded before it.

    Raises:
        NoAcceptedRun, RunUnknown, NotLabelled.
    """
    run = _run(connection, parcel["county_code"], run_id)
    stored = _stored(connection, parcel, run)
    return evaluate(connection, read_ruleset(run["ruleset_toml"], f"plan_run {run['id']}"), run, stored, clock)


def evaluate(connection: Connection, loaded: LoadedRuleSet, run: Row, stored: Row, clock: ClockData) -> Case:
    """The parcel of a label, and its variants, by the statements kept for its kind."""
    kind = loaded.rules.rules[stored["rule_no"] - 1].kind
    prepared, instant, day, parcel_id = prepare(loaded, kind), instant_of(run), run["as_of"], stored["parcel_id"]
    plain = given(parcel_id, day, instant)
    known = seen_of(connection, connection.execute(prepared.stored, plain).mappings().one(), instant)
    changes = [*prepared.values, *limit_changes(prepared.trees, _parcelwise(known, loaded.rules, day))]
    asked = given(parcel_id, day, instant, changes, HORIZON_DAYS)
    seen = prepared.seen.of(connection, asked)
    first, *others = (Outcome(*one) for one in zip(seen["rule_no"], seen["gates"], strict=True))
    days = [day + n * DAY for n in range(1, HORIZON_DAYS + 1)]
    outcomes = Outcomes(
        first,
        list(zip(changes, others[: len(changes)], strict=True)),
        list(zip(days, others[len(changes) :], strict=True)),
    )
    shown = told(known, day, clock, loaded.rules.limits)
    return Case(prepared, kind, day, known.parcel, seen, run, stored, outcomes, shown)


def look_now(connection: Connection, loaded: LoadedRuleSet, parcel_id: int, kind: Kind, as_of: date) -> Looked:
    """A parcel on a day by what is known now: no run need have thought of it."""
    prepared, asked = prepare(loaded, kind), given(parcel_id, as_of, EVER)
    parcel = connection.execute(prepared.stored, asked).mappings().one()
    return Looked(prepared, kind, as_of, parcel, prepared.seen.of(connection, asked))


def _parcelwise(known: Seen, rules: RuleSet, as_of: date) -> Parcelwise:
    """What limits are sought for; the days that do not count are all of them up to the day."""
    pauses = pauses_of(tuple(event for event in known.clock_facts.events if event.agreed_on <= as_of))
    since = min((span.first for span in pauses), default=as_of)
    return Parcelwise(known.parcel, as_of, rules.limits, paused_days(pauses, since - DAY, as_of))


def parcel_named(connection: Connection, parcel_code: str) -> RowMapping:
    """A parcel as it stands: what tells it from others.

    Raises:
        ParcelNotFound.
    """
    table = Parcel.__table__
    columns = [table.c[n] for n in ("id", "county_code", "parcel_code", "kind", "state", "holder_class", "recorded_at")]
    found = connection.execute(select(*columns).where(table.c.parcel_code == parcel_code)).mappings().one_or_none()
    if found is None:
        raise ParcelNotFound(parcel_code=parcel_code)
    return found


def _run(connection: Connection, county_code: str, run_id: int | None) -> RowMapping:
    table = PlanRun.__table__
    wanted = table.c.county_code == county_code
    wanted &= table.c.status == "accepted" if run_id is None else table.c.id == run_id
    found = connection.execute(select(table).where(wanted)).mappings().one_or_none()
    if found is None:
        raise NoAcceptedRun(county=county_code) if run_id is None else RunUnknown(run=run_id)
    return found


def _stored(connection: Connection, parcel: RowMapping, run: RowMapping) -> RowMapping:
    labels = labels_of(run["id"])
    found = connection.execute(select(labels).where(labels.c.parcel_id == parcel["id"])).mappings().one_or_none()
    if found is None:
        state = term_of(State, parcel["state"])
        raise NotLabelled(parcel=parcel["parcel_code"], run=run["id"], state=state.en, state_zh=state.zh)
    return found


def instant_of(run: Row) -> datetime:
    """Just after what the run could see."""
    if run["recorded_as_of"] is not None:
        return end_of_day(run["recorded_as_of"])
    moment: datetime = run["recorded_at"]
    return moment + timedelta(microseconds=1)


def term_of(terms: type[T], token: str) -> T:
    """The member of a vocabulary that a stored token is."""
    return next(term for term in terms if term == token)
