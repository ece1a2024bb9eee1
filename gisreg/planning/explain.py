"""``plan explain``: why a parcel has its label, what holds it, what is unknown, and what would change it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, RowMapping, exists, or_, select

from gisreg.db.models import ClockEvent, Investigation, Plan, ProcedureDate
from gisreg.parcels.queryables import Queryable
from gisreg.planning.clock.report import ClockData, national_clock
from gisreg.planning.compile import CASCADE, CompiledGate, CompiledRule
from gisreg.planning.decisions import decisions_of
from gisreg.planning.entering import Asker, to_find_out
from gisreg.planning.excluded import waited_for, warnings, why_not
from gisreg.planning.flips import best_flip, flips, measure_flip, next_due, turn, way
from gisreg.planning.money import as_ranges, facts_needed, figures, parameters_as_ranges
from gisreg.planning.resting import rested_on
from gisreg.planning.seeing import Case, Json, NotLabelled, case_of, instant_of, parcel_named, term_of
from gisreg.planning.stored import NoAcceptedRun
from gisreg.planning.telling import both, dated, fact_told, plain
from gisreg.text import Text
from gisreg.vocab import HolderClass, Label

EXPERT_REVIEW = "expert_review"
DECIMALS = 3
FINANCE_WAITS = Text(
    "可融({way}),但用、售、租是否可行尚未查清,先查清待查事项",
    "finance is open ({way}), but it is not known yet whether use, sale or lease is: find that out first",
)

__all__ = ["NoAcceptedRun", "NotLabelled", "explain"]


def explain(
    connection: Connection, parcel_code: str, run_id: int | None = None, clock: ClockData | None = None
) -> Json:
    """Everything behind a parcel's label, by the run in force or the one named.

    Facts are those known when the run was made, so the explanation is that of the label and not of later edits;
    ``changed_since`` tells of these. ``clock`` has the county's own procedure and calendar.

    Raises:
        ParcelNotFound, NoAcceptedRun, RunUnknown, NotLabelled.
    """
    parcel = parcel_named(connection, parcel_code)
    decision, decisions = _decision(connection, parcel["id"]), decisions_of(connection, parcel["id"])
    case = _decided(case_of(connection, parcel, run_id, clock or national_clock()), decision)
    changed = _changed_since(connection, case, parcel)
    return {**_explanation(case, parcel, decision), "changed_since": changed, "decisions": decisions}


def _decided(case: Case, decision: RowMapping | None) -> Case:
    """With the rule of what people decided, where the run's set has one."""
    if decision is None:
        return case
    return replace(case, decided=next(iter(case.ways(decision["label"], decision["measure"])), None))


def _decision(connection: Connection, parcel_id: int) -> RowMapping | None:
    table = Plan.__table__
    wanted = (table.c.parcel_id == parcel_id) & table.c.ended_at.is_(None)
    return connection.execute(select(table).where(wanted)).mappings().one_or_none()


def _explanation(case: Case, parcel: RowMapping, decision: RowMapping | None) -> Json:
    rule = case.chosen.rule
    finance = case.rule(case.stored["finance_rule_no"])
    turns, found = turn(case), flips(case)
    due_on = _advised_until(case, decision)
    return {
        "parcel_code": parcel["parcel_code"],
        "label": decision["label"] if decision else str(rule.label),
        "measure": decision["measure"] if decision else rule.measure,
        "basis": _basis(case, decision),
        "rule": rule.id,
        "ruleset": case.rules.title,
        "as_of": case.as_of.isoformat(),
        "confidence": _confidence(case),
        "confidence_grade": _grade(case),
        "warnings": warnings(case, decision["label"], decision["measure"]) if decision else [],
        "blockers": _blockers(case),
        "to_find_out": _to_find_out(case, decision),
        "finance_option": finance.rule.measure if finance else None,
        "alternatives": _alternatives(case),
        "next_due": next_due(case, turns, decision, due_on),
        "clock": dated(case.clock),
        "flip": best_flip(found),
        "measure_flip": measure_flip(case, found),
        "money": _money(case, decision["measure"] if decision else rule.measure),
        "trace": _trace(case, turns, found),
        **_titles(case, parcel, decision, due_on),
    }


def _advised_until(case: Case, decision: RowMapping | None) -> date | None:
    """The last of the days that the rule of the measure allows: of the one decided, where people decided."""
    ruled = case.chosen if decision is None else case.decided
    days = ruled.rule.days if ruled else None
    return None if days is None else case.as_of + timedelta(days=days)


def _worded(case: Case, words: str) -> dict[str, str]:
    return both(case.rules.worded(words))


def _money(case: Case, measure: str) -> list[Json]:
    """What the measure brings and costs, each figure with its formula."""
    sums = case.prepared.sums
    values = as_ranges({name: case.seen[f"fact:{name}"] for name in facts_needed(sums)})
    titles = {name: known.queryable for name, known in case.compiled.names.items()}
    found = figures(sums, case.kind, measure, {**values, **parameters_as_ranges(case.compiled.loaded)}, titles)
    return [figure.as_json() for figure in found]


def _titles(case: Case, parcel: RowMapping, decision: RowMapping | None, due_on: date | None) -> Json:
    """What people read beside the tokens."""
    rule = case.chosen.rule
    finance = case.rule(case.stored["finance_rule_no"])
    label = term_of(Label, decision["label"]) if decision else rule.label
    measure = decision["measure"] if decision else rule.measure
    words = case.rules.measures.get(measure)
    return {
        "kind": str(case.kind),
        "state": parcel["state"],
        "label_title": both(label.titles),
        "measure_title": both(words.text) if words else {"zh": measure, "en": measure},
        "reason": both(_reason(case, finance) if decision is None else _said(case, decision["reason"])),
        "basis_title": _worded(case, _basis(case, decision)),
        "agency": (agency := (decision["agency"] if decision else None) or rule.agency),
        "agency_title": _worded(case, agency),
        "finance_title": both(case.rules.measures[finance.rule.measure].text) if finance else None,
        "due_on": plain((decision["due_on"] if decision else None) or due_on),
        **_how(case, measure),
        "guidance_only": parcel["holder_class"] == HolderClass.PRIVATE,
        "run_id": case.run["id"],
        "decided_by_person": decision is not None,
        "rules_say": {"label": str(rule.label), "measure": rule.measure, "rule": rule.id},
    }


def _reason(case: Case, finance: CompiledRule | None) -> Text:
    """That of the rule; where finance waits for what is not known of use, sell and lease, that it does."""
    if finance is None or case.chosen.rule.label == Label.FINANCE or not case.chosen.rule.fallback:
        return case.chosen.rule.reason.text
    way_out = case.rules.measures[finance.rule.measure].text
    return Text(FINANCE_WAITS.say("zh", way=way_out.zh), FINANCE_WAITS.say("en", way=way_out.en))


def _basis(case: Case, decision: RowMapping | None) -> str:
    """That of what people decided, never that of another measure."""
    if decision is None:
        return case.chosen.rule.basis
    return decision["basis"] or (case.decided.rule.basis if case.decided else decision["document"] or "")


def _said(case: Case, reason: str) -> Text:
    """The reason of a decision; where it took over a rule's words, in that rule's English."""
    theirs = (one.rule.reason.text for one in case.compiled.rules if one.rule.reason.zh == reason)
    return next(theirs, Text(reason, reason))


def _how(case: Case, measure: str) -> Json:
    """What the measure takes: its steps, the papers it needs, and what becomes of a building."""
    found = case.rules.measures.get(measure)
    uses = case.chosen.rule.end_use if case.chosen.rule.measure == measure else ()
    return {
        "steps": [
            {
                **both(step.text), "agency": step.agency, "agency_title": _worded(case, step.agency),
                "days": step.days, "counted": step.counted, "basis": step.basis,
            }
            for step in (found.steps if found else ())
        ],
        "documents": [_worded(case, one) for one in (found.documents if found else ())],
        "end_use": [{"token": use, "title": both(case.rules.end_uses[use].text)} for use in uses],
    }  # fmt: skip


def _changed_since(connection: Connection, case: Case, parcel: RowMapping) -> bool:
    """Edited after the run, or by a transaction that the run could not see yet; its clock or procedure moved; or the
    same rules, as they are read today, advise otherwise."""
    instant = instant_of(case.run)
    edited: bool = parcel["recorded_at"] >= instant
    finance = next((rule.no for rule in case.compiled.finance(case.kind) if case.answer(rule) == "yes"), None)
    now, then = (case.outcomes.as_it_is.rule_no, finance), (case.stored["rule_no"], case.stored["finance_rule_no"])
    return edited or now != then or _moved_since(connection, parcel["id"], instant)


def _moved_since(connection: Connection, parcel_id: int, instant: datetime) -> bool:
    """Whether an event of the clock, a date of the procedure or an investigation was recorded or withdrawn since."""
    books = (table.__table__ for table in (ClockEvent, ProcedureDate, Investigation))
    newer = [
        exists().where(book.c.parcel_id == parcel_id, book.c.recorded_at >= instant).correlate(None) for book in books
    ]
    found: bool = connection.execute(select(or_(*newer))).scalar_one()
    return found


def _confidence(case: Case) -> float:
    """The share of the facts known that the rules and gates of the kind speak of."""
    needed = case.compiled.needed(case.kind)
    unknown = [item for item in needed if case.is_unknown(item)]
    return round(1 - len(unknown) / len(needed), DECIMALS) if needed else 1.0


def _grade(case: Case) -> str:
    """High where every condition tried had an answer and the label rests on nothing unknown, medium where one had none
    or it does, low where no way out was found."""
    if case.chosen.rule.fallback or case.chosen.rule.measure == EXPERT_REVIEW:
        return "low"
    return "medium" if _unanswered(case) or rested_on(case, case.chosen) else "high"


def _facts(case: Case, used: Iterable[Queryable]) -> list[Json]:
    return [fact_told(case, item) for item in used]


def _blockers(case: Case) -> list[Json]:
    return [_gate(case, gate) for gate in case.compiled.gates_for(case.kind) if case.gate_answer(gate) == "holds"]


def _gate(case: Case, gate: CompiledGate) -> Json:
    return {
        "gate": gate.gate.id,
        "title": both(gate.gate.title.text),
        "basis": gate.gate.basis,
        "basis_title": _worded(case, gate.gate.basis),
        "facts": _facts(case, gate.used),
    }


def _unanswered(case: Case) -> list[Asker]:
    """The gates and the ways out before the label that wait for an unknown fact."""
    gates = [gate for gate in case.compiled.gates_for(case.kind) if case.gate_answer(gate) == "unknown"]
    rules = [rule for rule in case.tried if case.answer(rule) == "unknown"]
    return [*((gate.gate.id, gate.used) for gate in gates), *((rule.rule.id, rule.used) for rule in rules)]


def _to_find_out(case: Case, decision: RowMapping | None) -> list[Json]:
    """Unknown facts that a decided measure waits for, that the label rests on, that a gate or an earlier way out waits
    for, and that finance waits for where none of its ways is open."""
    decided = waited_for(case, decision["label"], decision["measure"]) if decision else []
    askers = [*decided, (case.chosen.rule.id, rested_on(case, case.chosen)), *_unanswered(case)]
    if case.stored["finance_rule_no"] is None:
        finance = [rule for rule in case.compiled.finance(case.kind) if rule not in case.tried]
        askers += [(rule.rule.id, rule.used) for rule in finance if case.answer(rule) == "unknown"]
    return to_find_out(case, askers)


def _alternatives(case: Case) -> list[Json]:
    """Other ways out that are open as well, each with the gates that would hold it."""
    open_rules = [
        rule
        for rule in (*case.compiled.cascade(case.kind), *case.compiled.finance(case.kind))
        if rule != case.chosen and case.answer(rule) == "yes"
    ]
    return [{**way(case, rule), "blockers": _held(case, rule)} for rule in open_rules]


def _held(case: Case, rule: CompiledRule) -> list[Json]:
    """The gates that would hold another way out."""
    return [
        {"gate": gate.gate.id, "title": both(gate.gate.title.text)}
        for gate in case.compiled.gates_for(case.kind)
        if gate.concerns(rule.rule) and case.seen[f"gate:{gate.no}"] and not case.seen.get(f"unknown:{gate.no}")
    ]


def _trace(case: Case, turns: Json | None, found: list[Json]) -> Json:
    return {
        "gates": [
            {**_gate(case, gate), "result": case.gate_answer(gate)} for gate in case.compiled.gates_for(case.kind)
        ],
        "rules": [
            _tried_rule(case, rule)
            for rule in (*case.compiled.cascade(case.kind), *case.compiled.finance(case.kind), _last(case))
        ],
        "cascade": [_stage(case, label) for label in (*CASCADE, Label.FINANCE)],
        "flips": found,
        "clock": turns,
    }


def _last(case: Case) -> CompiledRule:
    return case.compiled.fallback(case.kind)


def _tried_rule(case: Case, rule: CompiledRule) -> Json:
    fallback = rule.condition is None
    return {
        **way(case, rule),
        "result": ("yes" if rule == case.chosen else "no") if fallback else case.answer(rule),
        "fired": rule == case.chosen,
        "tried": rule == case.chosen or rule in case.tried,
        "when": rule.rule.when,
        "reason": both(rule.rule.reason.text),
        "basis": rule.rule.basis,
        "basis_title": _worded(case, rule.rule.basis),
        "facts": _facts(case, rule.used),
        "why_not": why_not(case, rule),
    }


def _stage(case: Case, label: Label) -> Json:
    """Whether a label was possible: the recorded "no" that sell and lease need of the earlier ones."""
    rules = [
        rule
        for rule in (*case.compiled.cascade(case.kind), *case.compiled.finance(case.kind))
        if rule.rule.label == label
    ]
    answers = {rule.rule.id: case.answer(rule) for rule in rules}
    result = next((word for word in ("yes", "unknown") if word in answers.values()), "no")
    return {"label": str(label), "title": both(label.titles), "possible": result, "rules": answers}
