"""Which gates hold a parcel for a measure that people decide, by what is known now: no run need have thought of it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, select

from gisreg.db.models import PlanRun
from gisreg.planning.ruleset import Gate, LoadedRuleSet, Rule, load_ruleset, read_ruleset
from gisreg.planning.variants import EVER, given, prepare
from gisreg.vocab import Kind


def rules_of(connection: Connection, county_code: str) -> LoadedRuleSet:
    """The rule set of the run in force; the national one where the county was never labelled."""
    run = select(PlanRun.id, PlanRun.ruleset_toml).where(
        PlanRun.county_code == county_code, PlanRun.status == "accepted"
    )
    found = connection.execute(run).one_or_none()
    return load_ruleset() if found is None else read_ruleset(found.ruleset_toml, f"plan_run {found.id}")


def rule_for(rules: Sequence[Rule], kind: str, label: str, measure: str) -> Rule | None:
    """The first rule by which a measure stands under a label for a kind."""
    wanted = (kind, label, measure)
    return next((one for one in rules if (one.kind, one.label, one.measure) == wanted), None)


def holding(
    connection: Connection, loaded: LoadedRuleSet, parcel_id: int, kind: Kind, rule: Rule | None, *, as_of: date
) -> list[Gate]:
    """The gates that hold a parcel as of a day for what a rule proposes; without one, those of any measure."""
    prepared = prepare(loaded, kind)
    seen = prepared.seen.of(connection, given(parcel_id, as_of, EVER))
    return [
        one.gate
        for one in prepared.compiled.gates_for(kind)
        if (rule is None or one.concerns(rule)) and seen[f"gate:{one.no}"] and not seen.get(f"unknown:{one.no}")
    ]
