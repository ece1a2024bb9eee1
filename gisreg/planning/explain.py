"""``plan explain``: why a parcel has its label, what holds it, what is unknown, and what would change it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, TypeVar

from sqlalchemy import Connection, RowMapping, select

from gisreg.db.models import Parcel, Plan, PlanRun
from gisreg.errors import NotFoundError
from gisreg.parcels.queryables import Queryable
from gisreg.parcels.read import ParcelNotFound
from gisreg.planning.compile import (
    CASCADE,
    PARAMETER_PREFIX,
    UNKNOWN,
    CompiledGate,
    CompiledRule,
    CompiledRules,
    label_query,
)
from gisreg.planning.decisions import decisions_of
from gisreg.planning.factsources import source_of_fact, sureness_of
from gisreg.planning.money import as_ranges, facts_needed, figures, parameters_as_ranges, read_sums
from gisreg.planning.recorded import end_of_day
from gisreg.planning.ruleset import LoadedRuleSet, RuleSet, read_ruleset
from gisreg.planning.stored import NoAcceptedRun, RunUnknown, labels_of
from gisreg.planning.variants import AS_IT_IS, CHANGEABLE, Variant, compile_variants, variants_of
from gisreg.text import Text
from gisreg.vocab import HolderClass, Kind, Label, State, Term

T = TypeVar("T", bound=Term)
Json = dict[str, Any]
ANSWERS = {True: "yes", False: "no", None: "unknown"}
EXPERT_REVIEW = "expert_review"
DECIMALS = 3

__all__ = ["NoAcceptedRun", "NotLabelled", "explain"]


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


@dataclass(frozen=True)
class _Case:
    """All that an explanation draws on."""

    compiled: CompiledRules
    kind: Kind
    run: RowMapping
    stored: RowMapping
    seen: RowMapping
    """The conditions and facts of the parcel as it is."""
    variants: list[Variant]
    outcomes: dict[int, RowMapping]
    """Label of each variant."""

    @property
    def rules(self) -> RuleSet:
        """The rule set of the run."""
        return self.compiled.loaded.rules

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


def explain(connection: Connection, parcel_code: str, run_id: int | None = None) -> Json:
    """Everything behind a parcel's label, by the run in force or the one named.

    Facts are those known when the run was made, so the explanation is that of the label and not of later edits;
    ``changed_since`` tells of these.
    """
    parcel = _parcel(connection, parcel_code)
    run = _run(connection, parcel["county_code"], run_id)
    stored = _stored(connection, parcel, run)
    loaded = read_ruleset(run["ruleset_toml"], f"plan_run {run['id']}")
    case = _evaluate(connection, loaded, parcel, run, stored)
    decisions = decisions_of(connection, parcel["id"])
    return {**_explanation(case, parcel, _decision(connection, parcel["id"])), "decisions": decisions}


def _parcel(connection: Connection, parcel_code: str) -> RowMapping:
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
        state = _term(State, parcel["state"])
        raise NotLabelled(parcel=parcel["parcel_code"], run=run["id"], state=state.en, state_zh=state.zh)
    return found


def _decision(connection: Connection, parcel_id: int) -> RowMapping | None:
    table = Plan.__table__
    wanted = (table.c.parcel_id == parcel_id) & table.c.ended_at.is_(None)
    return connection.execute(select(table).where(wanted)).mappings().one_or_none()


def _evaluate(
    connection: Connection, loaded: LoadedRuleSet, parcel: RowMapping, run: RowMapping, stored: RowMapping
) -> _Case:
    """Two statements: what each condition and fact of the parcel is, and how each variant of it is labelled."""
    kind = loaded.rules.rules[stored["rule_no"] - 1].kind
    variants = variants_of(run["as_of"], _changeable_facts(loaded, kind))
    compiled = compile_variants(loaded, parcel["id"], _instant(run), variants)
    only_base = compiled.target.c.id == AS_IT_IS
    seen = connection.execute(select(*_looked_at(compiled, kind)).where(only_base)).mappings().one()
    outcomes = {row["parcel_id"]: row for row in connection.execute(label_query(compiled, kinds=(kind,))).mappings()}
    return _Case(compiled, kind, run, stored, seen, variants, outcomes)


def _instant(run: RowMapping) -> datetime:
    """Just after what the run could see."""
    if run["recorded_as_of"] is not None:
        return end_of_day(run["recorded_as_of"])
    moment: datetime = run["recorded_at"]
    return moment + timedelta(microseconds=1)


def _changeable_facts(loaded: LoadedRuleSet, kind: Kind) -> list[str]:
    """Facts that conditions of this kind speak of. By their words: whether a name is used is decided when compiled."""
    words = " ".join(rule.when or "" for rule in loaded.rules.rules if rule.kind == kind)
    return [name for name in CHANGEABLE if name in words or name == "price_paid_in_full"]


def _looked_at(compiled: CompiledRules, kind: Kind) -> list[Any]:
    rules = [rule for rule in compiled.rules if rule.rule.kind == kind and rule.condition is not None]
    gates = compiled.gates_for(kind)
    columns = [rule.condition.label(f"rule:{rule.no}") for rule in rules if rule.condition is not None]
    columns += [why.condition.label(f"why:{rule.no}:{no}") for rule in rules for no, why in enumerate(rule.why_not)]
    columns += [gate.condition.label(f"gate:{gate.no}") for gate in gates]
    columns += [gate.unknown_when.label(f"unknown:{gate.no}") for gate in gates if gate.unknown_when is not None]
    names = {item.name for used in [*(rule.used for rule in rules), *(gate.used for gate in gates)] for item in used}
    names |= set(facts_needed(read_sums(compiled.loaded, compiled.names)))
    return columns + [compiled.names[name].expression.label(f"fact:{name}") for name in sorted(names)]


def _explanation(case: _Case, parcel: RowMapping, decision: RowMapping | None) -> Json:
    rule = case.chosen.rule
    finance = case.rule(case.stored["finance_rule_no"])
    clock = _clock(case)
    due_on = None if rule.days is None else case.run["as_of"] + timedelta(days=rule.days)
    return {
        "parcel_code": parcel["parcel_code"],
        "label": decision["label"] if decision else str(rule.label),
        "measure": decision["measure"] if decision else rule.measure,
        "basis": (decision["basis"] if decision else None) or rule.basis,
        "rule": rule.id,
        "ruleset": case.rules.title,
        "as_of": case.run["as_of"].isoformat(),
        "confidence": _confidence(case),
        "confidence_grade": _grade(case),
        "blockers": _blockers(case),
        "to_find_out": _to_find_out(case),
        "finance_option": finance.rule.measure if finance else None,
        "alternatives": _alternatives(case),
        "next_due": _earliest(due_on, clock["on"] if clock else None),
        "flip": _best_flip(case),
        "money": _money(case, decision["measure"] if decision else rule.measure),
        "trace": _trace(case, clock),
        **_titles(case, parcel, decision, due_on),
    }


def _money(case: _Case, measure: str) -> list[Json]:
    """What the measure brings and costs, each figure with its formula."""
    sums = read_sums(case.compiled.loaded, case.compiled.names)
    values = as_ranges({name: case.seen[f"fact:{name}"] for name in facts_needed(sums)})
    titles = {name: known.queryable for name, known in case.compiled.names.items()}
    found = figures(sums, case.kind, measure, {**values, **parameters_as_ranges(case.compiled.loaded)}, titles)
    return [figure.as_json() for figure in found]


def _titles(case: _Case, parcel: RowMapping, decision: RowMapping | None, due_on: date | None) -> Json:
    """What people read beside the tokens."""
    rule = case.chosen.rule
    finance = case.rule(case.stored["finance_rule_no"])
    label = _term(Label, decision["label"]) if decision else rule.label
    measure = decision["measure"] if decision else rule.measure
    words = case.rules.measures.get(measure)
    return {
        "kind": str(case.kind),
        "state": parcel["state"],
        "label_title": _both(label.titles),
        "measure_title": _both(words.text) if words else {"zh": measure, "en": measure},
        "reason": _both(rule.reason.text) if decision is None else _both(Text(decision["reason"], decision["reason"])),
        "basis_title": _both(case.rules.worded((decision["basis"] if decision else None) or rule.basis)),
        "agency": (agency := (decision["agency"] if decision else None) or rule.agency),
        "agency_title": _both(case.rules.worded(agency)),
        "finance_title": _both(case.rules.measures[finance.rule.measure].text) if finance else None,
        "due_on": _plain((decision["due_on"] if decision else None) or due_on),
        **_how(case, measure),
        "guidance_only": parcel["holder_class"] == HolderClass.PRIVATE,
        "run_id": case.run["id"],
        "changed_since": _changed_since(case, parcel),
        "decided_by_person": decision is not None,
        "rules_say": {"label": str(rule.label), "measure": rule.measure, "rule": rule.id},
    }


def _how(case: _Case, measure: str) -> Json:
    """What the measure takes: its steps, the papers it needs, and what becomes of a building."""
    found = case.rules.measures.get(measure)
    uses = case.chosen.rule.end_use if case.chosen.rule.measure == measure else ()
    return {
        "steps": [
            {
                **_both(step.text), "agency": step.agency, "agency_title": _both(case.rules.worded(step.agency)),
                "days": step.days, "counted": step.counted, "basis": step.basis,
            }
            for step in (found.steps if found else ())
        ],
        "documents": [_both(case.rules.worded(one)) for one in (found.documents if found else ())],
        "end_use": [{"token": use, "title": _both(case.rules.end_uses[use].text)} for use in uses],
    }  # fmt: skip


def _changed_since(case: _Case, parcel: RowMapping) -> bool:
    """Edited after the run, or by a transaction that the run could not see yet."""
    edited: bool = parcel["recorded_at"] >= _instant(case.run)
    return edited or case.outcomes[AS_IT_IS]["rule_no"] != case.stored["rule_no"]


def _term(terms: type[T], token: str) -> T:
    """The member of a vocabulary that a stored token is."""
    return next(term for term in terms if term == token)


def _both(words: Text) -> Json:
    return {"zh": words.zh, "en": words.en}


def _confidence(case: _Case) -> float:
    """The share of the facts known that the rules and gates of the kind speak of."""
    needed = case.compiled.needed(case.kind)
    unknown = [item for item in needed if _is_unknown(case, item)]
    return round(1 - len(unknown) / len(needed), DECIMALS) if needed else 1.0


def _is_unknown(case: _Case, item: Queryable) -> bool:
    return case.seen[f"fact:{item.name}"] in (None, UNKNOWN)


def _grade(case: _Case) -> str:
    """High where every condition tried had an answer, medium where one had none, low where no way out was found."""
    if case.chosen.rule.fallback or case.chosen.rule.measure == EXPERT_REVIEW:
        return "low"
    unknown = any(_answer(case, rule) == "unknown" for rule in case.tried) or case.stored["unknown_gates"] != 0
    return "medium" if unknown else "high"


def _answer(case: _Case, rule: CompiledRule) -> str:
    return "yes" if rule.condition is None else ANSWERS[case.seen[f"rule:{rule.no}"]]


def _facts(case: _Case, used: Iterable[Queryable]) -> list[Json]:
    return [_fact(case, item) for item in used]


def _fact(case: _Case, item: Queryable) -> Json:
    value = case.seen[f"fact:{item.name}"]
    shown: Json = {"fact": item.name, "title": _both(item.titles), "value": _plain(value), "unit": item.unit}
    if item.terms is not None and isinstance(value, str) and value in [str(term) for term in item.terms]:
        shown["value_title"] = _both(_term(item.terms, value).titles)
    if item.name.startswith(PARAMETER_PREFIX):
        parameter = case.rules.parameters[item.name.removeprefix(PARAMETER_PREFIX)]
        return shown | {"parameter": True, "source": parameter.source, "confirmed": parameter.confirmed}
    known = case.compiled.names[item.name]
    sure = sureness_of(known, value)
    return shown | {"source": _both(source_of_fact(known).words), "sureness": None if sure is None else str(sure)}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _gate_answer(case: _Case, gate: CompiledGate) -> str:
    bit = 1 << gate.no
    if case.stored["gates"] & bit:
        return "holds"
    if case.stored["unknown_gates"] & bit:
        return "unknown"
    return "open" if gate.concerns(case.chosen.rule) else "not_concerned"


def _blockers(case: _Case) -> list[Json]:
    return [_gate(case, gate) for gate in case.compiled.gates_for(case.kind) if _gate_answer(case, gate) == "holds"]


def _gate(case: _Case, gate: CompiledGate) -> Json:
    return {
        "gate": gate.gate.id,
        "title": _both(gate.gate.title.text),
        "basis": gate.gate.basis,
        "basis_title": _both(case.rules.worded(gate.gate.basis)),
        "facts": _facts(case, gate.used),
    }


def _to_find_out(case: _Case) -> list[Json]:
    """Unknown facts that a gate or an earlier way out waits for."""
    waiting: dict[str, list[str]] = {}
    unknown_gates = [g for g in case.compiled.gates_for(case.kind) if _gate_answer(case, g) == "unknown"]
    unknown_rules = [rule for rule in case.tried if _answer(case, rule) == "unknown"]
    askers: list[tuple[str, tuple[Queryable, ...]]] = [(gate.gate.id, gate.used) for gate in unknown_gates]
    askers += [(rule.rule.id, rule.used) for rule in unknown_rules]
    for asker, used in askers:
        for item in used:
            if not item.name.startswith(PARAMETER_PREFIX) and _is_unknown(case, item):
                waiting.setdefault(item.name, []).append(asker)
    return [
        {
            "fact": name,
            "title": _both(case.compiled.names[name].queryable.titles),
            "unit": case.compiled.names[name].queryable.unit,
            "source": _both(source_of_fact(case.compiled.names[name]).words),
            "needed_by": askers_of,
        }
        for name, askers_of in waiting.items()
    ]


def _alternatives(case: _Case) -> list[Json]:
    """Other ways out that are open as well."""
    open_rules = [
        rule
        for rule in (*case.compiled.cascade(case.kind), *case.compiled.finance(case.kind))
        if rule != case.chosen and _answer(case, rule) == "yes"
    ]
    return [_way(case, rule) for rule in open_rules]


def _way(case: _Case, rule: CompiledRule) -> Json:
    return {
        "label": str(rule.rule.label),
        "measure": rule.rule.measure,
        "measure_title": _both(case.rules.measures[rule.rule.measure].text),
        "rule": rule.rule.id,
    }


def _flips(case: _Case) -> list[Json]:
    """Every single change of a fact that gives another rule, changes of the label before changes of the measure."""
    base = case.outcomes[AS_IT_IS]
    found = []
    for variant in case.variants:
        if variant.fact is None or case.outcomes[variant.no]["rule_no"] == base["rule_no"]:
            continue
        found.append(_flip(case, variant))
    return sorted(found, key=_flip_order)


def _flip(case: _Case, variant: Variant) -> Json:
    assert variant.fact is not None  # noqa: S101 - the caller left the others out
    item = case.compiled.names[variant.fact].queryable
    rule = case.compiled.rules[case.outcomes[variant.no]["rule_no"] - 1]
    now = case.seen.get(f"fact:{variant.fact}")
    return {
        "fact": variant.fact,
        "title": _both(item.titles),
        "from": now,
        "to": variant.python_value,
        **_way(case, rule),
        "label_changes": rule.rule.label != case.chosen.rule.label,
    }


def _flip_order(flip: Json) -> tuple[bool, bool, bool]:
    """A flip of the label first; then what is still to be found out; then what could become true."""
    return (not flip["label_changes"], flip["from"] is not None, flip["to"] is False)


def _best_flip(case: _Case) -> Json | None:
    return next((flip for flip in _flips(case) if flip["label_changes"]), None)


def _clock(case: _Case) -> Json | None:
    """The first day on which time alone gives another rule or other gates."""
    base = case.outcomes[AS_IT_IS]
    for variant in case.variants:
        outcome = case.outcomes[variant.no]
        same = all(outcome[name] == base[name] for name in ("rule_no", "gates"))
        if variant.fact is None and not same:
            rule = case.compiled.rules[outcome["rule_no"] - 1]
            return {"on": variant.day.isoformat(), **_way(case, rule)}
    return None


def _earliest(due_on: date | None, clock_on: str | None) -> str | None:
    days = [day for day in (due_on.isoformat() if due_on else None, clock_on) if day is not None]
    return min(days, default=None)


def _trace(case: _Case, clock: Json | None) -> Json:
    return {
        "gates": [
            {**_gate(case, gate), "result": _gate_answer(case, gate)} for gate in case.compiled.gates_for(case.kind)
        ],
        "rules": [
            _tried_rule(case, rule)
            for rule in (*case.compiled.cascade(case.kind), *case.compiled.finance(case.kind), _last(case))
        ],
        "cascade": [_stage(case, label) for label in (*CASCADE, Label.FINANCE)],
        "flips": _flips(case),
        "clock": clock,
    }


def _last(case: _Case) -> CompiledRule:
    return case.compiled.fallback(case.kind)


def _tried_rule(case: _Case, rule: CompiledRule) -> Json:
    fallback = rule.condition is None
    return {
        **_way(case, rule),
        "result": ("yes" if rule == case.chosen else "no") if fallback else _answer(case, rule),
        "fired": rule == case.chosen,
        "tried": rule == case.chosen or rule in case.tried,
        "when": rule.rule.when,
        "reason": _both(rule.rule.reason.text),
        "basis": rule.rule.basis,
        "basis_title": _both(case.rules.worded(rule.rule.basis)),
        "facts": _facts(case, rule.used),
        "why_not": _why_not(case, rule),
    }


def _why_not(case: _Case, rule: CompiledRule) -> list[Json]:
    """The rule set's words for what fails the rule."""
    failing = [why for no, why in enumerate(rule.why_not) if case.seen[f"why:{rule.no}:{no}"]]
    return [] if _answer(case, rule) == "yes" else [_both(why.words.text) for why in failing]


def _stage(case: _Case, label: Label) -> Json:
    """Whether a label was possible: the recorded "no" that sell and lease need of the earlier ones."""
    rules = [
        rule
        for rule in (*case.compiled.cascade(case.kind), *case.compiled.finance(case.kind))
        if rule.rule.label == label
    ]
    answers = {rule.rule.id: _answer(case, rule) for rule in rules}
    result = next((word for word in ("yes", "unknown") if word in answers.values()), "no")
    return {"label": str(label), "title": _both(label.titles), "possible": result, "rules": answers}
