"""Which single fact would flip a label, and to what; on which day time alone does; and what is due next."""

from datetime import date

from sqlalchemy import RowMapping

from gisreg.planning.compile import CompiledRule
from gisreg.planning.seeing import Case, Json
from gisreg.planning.telling import both, plain, titled
from gisreg.planning.thresholds import EVENTS, Change, distance, nearest
from gisreg.planning.variants import CHANGEABLE


def way(case: Case, rule: CompiledRule) -> Json:
    """A way out: label and measure, by which rule."""
    return {
        "label": str(rule.rule.label),
        "measure": rule.rule.measure,
        "measure_title": both(case.rules.measures[rule.rule.measure].text),
        "rule": rule.rule.id,
    }


def flips(case: Case) -> list[Json]:
    """Every single change of a fact that gives another rule, changes of the label before changes of the measure.

    Of the values of a number or date, only the one nearest to what it is.
    """
    now = case.outcomes.as_it_is.rule_no
    found = [(change, outcome.rule_no) for change, outcome in case.outcomes.changed if outcome.rule_no != now]
    measured = [one for one in found if one[0].fact not in CHANGEABLE]
    smallest = nearest(measured, case.parcel, case.as_of)
    kept = [one for one in found if one[0].fact in CHANGEABLE or one[0] in smallest]
    return [_flip(case, *one) for one in sorted(kept, key=lambda one: _order(case, *one))]


def _flip(case: Case, change: Change, rule_no: int) -> Json:
    item = case.compiled.names[change.fact].queryable
    rule = case.compiled.rules[rule_no - 1]
    now = case.parcel[change.fact]
    return {
        "fact": change.fact,
        "title": both(item.titles),
        "from": plain(now),
        "from_title": titled(item.terms, now),
        "to": plain(change.value),
        "to_title": titled(item.terms, change.value),
        "unit": item.unit,
        "type": item.type,
        **way(case, rule),
        "label_changes": rule.rule.label != case.chosen.rule.label,
    }


def _order(case: Case, change: Change, rule_no: int) -> tuple[bool, bool, bool, bool, bool, float]:
    """A flip of the label first; a way out before none; then what is still to be found out; then what could become
    true; yes or no and words before numbers and dates, and of these the smallest change."""
    now, measured = case.parcel[change.fact], change.fact not in CHANGEABLE
    rule = case.compiled.rules[rule_no - 1].rule
    far = distance(now, change.value, case.as_of) if measured else 0.0
    known = now is not None or change.fact in EVENTS.values()
    return (rule.label == case.chosen.rule.label, rule.fallback, known, change.value is False, measured, far)


def best_flip(found: list[Json]) -> Json | None:
    """The one that is told first, where any gives another label."""
    return next((flip for flip in found if flip["label_changes"]), None)


def measure_flip(case: Case, found: list[Json]) -> Json | None:
    """The first that leaves the label and gives another measure."""
    now = case.chosen.rule.measure
    return next((flip for flip in found if not flip["label_changes"] and flip["measure"] != now), None)


def turn(case: Case) -> Json | None:
    """The first day on which time alone gives another rule or other gates."""
    now = case.outcomes.as_it_is
    for day, outcome in case.outcomes.ahead:
        if outcome != now:
            return {"on": day.isoformat(), **way(case, case.compiled.rules[outcome.rule_no - 1])}
    return None


def next_due(case: Case, turns: Json | None, decision: RowMapping | None, due_on: date | None) -> str | None:
    """The first day that law or a record sets: a step of the procedure (one that is overdue before all), the end of a
    period, the day on which time alone turns the advice, what a person set. Where there is none, the advice's own."""
    shown = case.clock["next_due"]
    days = [shown["on"].isoformat() if shown else None, turns["on"] if turns else None]
    days.append(decision["due_on"].isoformat() if decision and decision["due_on"] else None)
    fixed = [day for day in days if day is not None]
    return min(fixed, default=due_on.isoformat() if due_on else None)
