"""The gates of the measures that people decided, beside the labels: lists and maps show these and not the advice's.

They are told when a run comes in force and when a plan is made while one is, and are not told again: what a fact
changes afterwards shows with the next run, as it does for labels.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Date,
    FromClause,
    Select,
    column,
    func,
    literal,
    select,
    values,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import insert

from gisreg.days import end_of, today
from gisreg.db.models import Parcel, Plan, PlanHeld, PlanLabel, PlanRun
from gisreg.planning.clock.joining import with_clock
from gisreg.planning.comparing import run_in_force
from gisreg.planning.compile import HOLDS, CompiledRules, compile_rules, gates_of_measures, masks_of
from gisreg.planning.holding import holding, rule_for, rules_of
from gisreg.planning.recorded import known_before
from gisreg.planning.ruleset import Gate, LoadedRuleSet, read_ruleset
from gisreg.planning.stored import UNLABELLED_STATES
from gisreg.vocab import Kind

PLAN, LABEL = Plan.__table__, PlanLabel.__table__


def tell_of_run(connection: Connection, run_id: int) -> None:
    """When a run comes in force: for every decided plan of its county that its label's gates are not those of."""
    run = connection.execute(select(PlanRun.__table__).where(PlanRun.id == run_id)).mappings().one()
    standing = select(PLAN.c.parcel_id).where(PLAN.c.county_code == run["county_code"], PLAN.c.ended_at.is_(None))
    if not connection.execute(select(standing.exists())).scalar_one():
        return
    _keep(connection, _differing(_compiled(run), run, standing))


def tell_of_plan(connection: Connection, parcel_id: int) -> list[Gate]:
    """When a plan is made, or stands again: the gates that hold it by what is known today."""
    parcel = connection.execute(select(Parcel.county_code, Parcel.kind).where(Parcel.id == parcel_id)).one()
    plan = connection.execute(select(PLAN).where(PLAN.c.parcel_id == parcel_id, PLAN.c.ended_at.is_(None))).one()
    loaded = rules_of(connection, parcel.county_code)
    kind = next(one for one in Kind if one == parcel.kind)
    rule = rule_for(loaded.rules.rules, kind, plan.label, plan.measure)
    gates = holding(connection, loaded, parcel_id, kind, rule, as_of=today())
    run_id = run_in_force(connection, parcel.county_code)
    if run_id is not None:
        told = (run_id, plan.id, parcel.county_code, _bits(loaded, gates))
        _keep(connection, select(*[literal(one) for one in told]))
    return gates


def _bits(loaded: LoadedRuleSet, gates: Sequence[Gate]) -> int:
    return sum(1 << no for no, gate in enumerate(loaded.rules.gates) if gate in gates)


def _compiled(run: Any) -> CompiledRules:
    """The gates alone, over what the run knew on its day."""
    instant = end_of(run["recorded_as_of"]) if run["recorded_as_of"] else None
    target = with_clock(known_before(instant), run["as_of"], instant)
    loaded = read_ruleset(run["ruleset_toml"], f"plan_run {run['id']}")
    return compile_rules(loaded, target, literal(run["as_of"], Date()), kinds=())


def _differing(compiled: CompiledRules, run: Any, parcels: Select[Any]) -> Select[Any]:
    """Run, plan, county and gates of the plans of these parcels."""
    target = compiled.target
    open_ones = target.c.state.not_in([str(state) for state in UNLABELLED_STATES])
    seen = masks_of(compiled, target.c.id.in_(parcels), open_ones).subquery("seen")
    scope = _scopes(compiled)
    asked = func.coalesce(scope.c.gates, HOLDS, type_=BigInteger())
    gates = seen.c.mask.op("&", return_type=BigInteger())(asked)
    label = (LABEL.c.run_id == run["label_run_id"]) & (LABEL.c.parcel_id == PLAN.c.parcel_id)
    measure = (scope.c.kind == seen.c.kind) & (scope.c.label == PLAN.c.label) & (scope.c.measure == PLAN.c.measure)
    return (
        select(literal(run["id"]), PLAN.c.id, PLAN.c.county_code, gates)
        .join_from(seen, PLAN, (PLAN.c.parcel_id == seen.c.parcel_id) & PLAN.c.ended_at.is_(None))
        .outerjoin(scope, measure)
        .outerjoin(LABEL, label)
        .where(gates.is_distinct_from(LABEL.c.gates))
    )


def _scopes(compiled: CompiledRules) -> FromClause:
    """The gates that concern each measure; one that the set no longer has is asked all of its kind."""
    named = [column(name, SqlText()) for name in ("kind", "label", "measure")]
    return values(*named, column("gates", BigInteger()), name="scope").data(gates_of_measures(compiled)).alias()


def _keep(connection: Connection, rows: Select[Any]) -> None:
    columns = ["run_id", "plan_id", "county_code", "gates"]
    connection.execute(insert(PlanHeld).from_select(columns, rows).on_conflict_do_nothing())
