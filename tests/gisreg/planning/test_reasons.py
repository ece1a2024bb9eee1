"""What is stored of a label beside its rule: the ways open, the facts unknown, and the properties of all of it."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Date, literal, select, text
from sqlalchemy.dialects import postgresql

from gisreg.db.engine import transaction
from gisreg.db.models import Parcel, PlanFact, PlanLabel, PlanRule
from gisreg.parcels.current import parcel_current
from gisreg.planning.compile import CompiledRules, compile_rules, label_query, reasoned_query
from gisreg.planning.explain import explain
from gisreg.planning.finance_label import OTHERS_NO, OTHERS_NOT_YES
from gisreg.planning.ruleset import RuleSetError, load_ruleset, read_ruleset
from gisreg.planning.stored import RunGoesOn, lock_runs
from gisreg.vocab import Demand, HolderClass, IdleCause, Kind, OwnerIntent, OwnershipStatus, Sector, Subkind

AS_OF = date(2026, 11, 21)
COUNTY = "149901"
ENTERPRISE = {"idle_cause": "enterprise", "agreed_start_on": date(2024, 3, 1)}
SUBKINDS = {
    Kind.HALF_FINISHED_PROJECT: [Subkind.HALTED_WORKS, Subkind.COMPLETED_UNUSED, Subkind.HALTED_ENTERPRISE_WORKS],
    Kind.IDLE_FACTORY: [Subkind.IDLE_BUILDING, Subkind.HALTED_ENTERPRISE],
}
YES_NO = [name for name, column in Parcel.__table__.columns.items() if isinstance(column.type, Boolean)]
KNOWN: dict[str, st.SearchStrategy[Any]] = {
    **{name: st.sampled_from([True, False]) for name in YES_NO},
    "idle_cause": st.sampled_from([*map(str, IdleCause)]),
    "demand": st.sampled_from([*map(str, Demand)]),
    "owner_intent": st.sampled_from([*map(str, OwnerIntent)]),
    "holder_class": st.sampled_from([*map(str, HolderClass)]),
    "sector": st.sampled_from([*map(str, Sector)]),
    "ownership_status": st.sampled_from([str(one) for one in OwnershipStatus if one != "unknown"]),
    "agreed_start_on": st.dates(date(2018, 1, 1), date(2026, 12, 31)),
    "actual_start_on": st.dates(date(2018, 1, 1), date(2026, 12, 31)),
    "halted_on": st.dates(date(2018, 1, 1), date(2026, 12, 31)),
    "determined_on": st.dates(date(2018, 1, 1), date(2026, 12, 31)),
    "started_area_m2": st.sampled_from([0.0, 100.0, 400.0]),
    "due_area_m2": st.sampled_from([400.0]),
    "invested_wan": st.sampled_from([0.0, 10.0, 50.0]),
    "total_investment_wan": st.sampled_from([100.0]),
    "approved_on": st.dates(date(2018, 1, 1), date(2026, 12, 31)),
    "contract_on": st.dates(date(2018, 1, 1), date(2026, 12, 31)),
    "market_value_wan": st.sampled_from([0.0, 50.0, 200_000.0]),
    "debt_wan": st.sampled_from([0.0, 100.0]),
    "funding_gap_wan": st.sampled_from([0.0, 100.0]),
    "energy_quota_tce": st.sampled_from([0.0, 5.0]),
    "yearly_income_wan": st.sampled_from([-3.0, 70.0]),
    "income_years": st.integers(0, 5),
}
MAYBE = {
    **{name: st.none() | values for name, values in KNOWN.items()},
    "ownership_status": st.sampled_from([*map(str, OwnershipStatus)]),
}
"""Facts of which nothing or something is known; for each, NULL (or the word) means unknown."""


@st.composite
def parcels(draw: st.DrawFn) -> dict[str, Any]:
    """A parcel of any kind, known more or less."""
    kind = draw(st.sampled_from(list(Kind)))
    facts = {name: draw(values) for name, values in MAYBE.items()}
    subkind = draw(st.sampled_from(SUBKINDS[kind])) if kind in SUBKINDS else None
    return {"kind": str(kind), "subkind": None if subkind is None else str(subkind), **facts}


def stored(registry: Any, run_id: int) -> dict[str, dict[str, Any]]:
    """What is stored of each label, by parcel code."""
    label, parcel = PlanLabel.__table__, Parcel.__table__
    wanted = select(parcel.c.parcel_code, parcel.c.kind, *label.c).join_from(
        label, parcel, parcel.c.id == label.c.parcel_id
    )
    with transaction(registry.engine) as connection:
        rows = connection.execute(wanted.where(label.c.run_id == run_id)).mappings()
        return {row["parcel_code"]: dict(row) for row in rows}


def confidences(registry: Any) -> dict[str, float]:
    """As the read model has them."""
    view = parcel_current.c
    with transaction(registry.engine) as connection:
        return dict(connection.execute(select(view.parcel_code, view.confidence)).all())


def named(registry: Any, run_id: int, code: str) -> tuple[list[str], set[str]]:
    """The rules open for a parcel in the order of trial, and its unknown facts, read from what is stored."""
    row = stored(registry, run_id)[code]
    with transaction(registry.engine) as connection:
        rules = connection.execute(
            select(PlanRule.place, PlanRule.rule)
            .where(PlanRule.run_id == run_id, PlanRule.kind == row["kind"])
            .order_by(PlanRule.place)
        ).all()
        facts = connection.execute(
            select(PlanFact.fact_no, PlanFact.fact).where(PlanFact.run_id == run_id, PlanFact.kind == row["kind"])
        ).all()
    open_rules = [name for place, name in rules if row["open_rules"] >> place & 1]
    return open_rules, {name for no, name in facts if row["unknown_facts"] >> no & 1}


def test_the_ways_open_and_the_facts_unknown_are_stored_with_the_label(registry: Any) -> None:
    code = registry.add(
        "idle_land", **ENTERPRISE, buyer_found=True, buy_back_funds=False, ownership_status="registered"
    )
    run_id = registry.run().run_id
    open_rules, unknown = named(registry, run_id, code)
    assert open_rules[0] == registry.labels(run_id)[code]["rule"] == "idle_free_reclaim"
    with transaction(registry.engine) as connection:
        why = explain(connection, code)
    assert open_rules[1:-1] == [one["rule"] for one in why["alternatives"]]
    assert "idle_transfer" in open_rules[1:-1]
    assert {"hearing_held", "tenant_found"} <= unknown
    assert unknown.isdisjoint({"buyer_found", "buy_back_funds", "ownership_status", "idle_cause"})
    asked = {name for one in why["to_find_out"] for name in one["for"] or [one["fact"]]}
    assert "started" in asked
    assert asked <= unknown
    assert confidences(registry)[code] == pytest.approx(why["confidence"], abs=0.001)


def test_a_fact_that_has_a_word_for_it_is_unknown_by_that_word(registry: Any) -> None:
    one, other = registry.add_all(
        [{"kind": "idle_land", "ownership_status": status} for status in ("unknown", "registered")]
    )
    run_id = registry.run().run_id
    assert "ownership_status" in named(registry, run_id, one)[1]
    assert "ownership_status" not in named(registry, run_id, other)[1]


def test_a_run_that_meets_another_one_says_so(registry: Any) -> None:
    registry.add("idle_land")
    with transaction(registry.engine) as connection:
        lock_runs(connection, COUNTY)
        with pytest.raises(RunGoesOn):
            registry.run()
    assert registry.run().parcels == 1


def test_more_rules_of_a_kind_than_a_mask_has_bits_are_refused() -> None:
    toml = load_ruleset().toml
    rule = """
[[rules]]
id = "more_{no}"
kind = "idle_land"
label = "use"
measure = "order_start"
when = "can_start"
reason = {{ zh = "试", en = "trial" }}
basis = "试"
agency = "自然资源主管部门"
"""
    loaded = read_ruleset(toml + "".join(rule.format(no=no) for no in range(60)), "many.toml")
    with pytest.raises(RuleSetError, match="62"):
        compile_rules(loaded, Parcel.__table__, literal(AS_OF, Date()))


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(many=st.lists(parcels(), min_size=6, max_size=10), data=st.data())
def test_every_parcel_gets_one_label_whatever_the_order_of_rows(
    registry: Any, many: list[Any], data: st.DataObject
) -> None:
    codes = registry.add_all(many)
    shuffled = data.draw(st.permutations(range(len(many))))
    again = registry.add_all([many[place] for place in shuffled])
    run = registry.run(propose=True)
    found = stored(registry, run.run_id)
    assert set(codes) | set(again) <= set(found)
    assert len(found) == run.parcels
    keys = ("rule_no", "finance_rule_no", "gates", "unknown_gates", "open_rules", "unknown_facts")
    for position, place in enumerate(shuffled):
        assert [found[again[position]][key] for key in keys] == [found[codes[place]][key] for key in keys]
    assert all(row["open_rules"] > 0 for row in found.values())


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(many=st.lists(parcels(), min_size=6, max_size=10), data=st.data())
def test_a_fact_that_becomes_known_never_lowers_confidence(registry: Any, many: list[Any], data: st.DataObject) -> None:
    told = []
    for facts in many:
        unknown = [name for name in MAYBE if facts[name] in (None, "unknown")]
        learnt = data.draw(st.sampled_from(unknown)) if unknown else None
        told.append({**facts, learnt: data.draw(KNOWN[learnt])} if learnt else facts)
    before, after = registry.add_all(many), registry.add_all(told)
    registry.run()
    seen = confidences(registry)
    for one, other in zip(before, after, strict=True):
        assert 0 <= seen[one] <= seen[other] <= 1


@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(many=st.lists(parcels(), min_size=6, max_size=10))
def test_the_short_and_the_reasoned_query_agree(registry: Any, many: list[Any]) -> None:
    registry.add_all(many)
    waiting = read_ruleset(load_ruleset().toml.replace(f'value = "{OTHERS_NOT_YES}"', f'value = "{OTHERS_NO}"', 1))
    assert waiting.rules.finance_waits
    for rules in (load_ruleset(), waiting):
        compiled = compile_rules(rules, Parcel.__table__, literal(AS_OF, Date()))
        with transaction(registry.engine) as connection:
            short = {row.parcel_id: tuple(row) for row in connection.execute(label_query(compiled))}
            reasoned = {row.parcel_id: tuple(row)[:5] for row in connection.execute(reasoned_query(compiled))}
        assert short == reasoned


def test_each_condition_stands_once_in_the_pass() -> None:
    compiled: CompiledRules = compile_rules(load_ruleset(), Parcel.__table__, literal(AS_OF, Date()))
    said = str(reasoned_query(compiled).compile(dialect=postgresql.dialect()))
    assert said.count("parcel.swap_land_found") <= 2 * (len(Kind) + 1), "once a rule, once for being unknown"


def test_a_run_from_before_has_no_reasons_and_is_still_explained(registry: Any, database: Any) -> None:
    from sqlalchemy import create_engine  # noqa: PLC0415 - as the owner, who alone can

    code = registry.add("idle_land", **ENTERPRISE)
    run_id = registry.run().run_id
    owner = create_engine(database.admin_url)
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE gisreg.plan_label DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE gisreg.plan_label SET open_rules = NULL, unknown_facts = NULL"))
        connection.execute(text("UPDATE gisreg.plan_rule SET place = NULL, facts_needed = NULL"))
    owner.dispose()
    assert confidences(registry)[code] is None
    with transaction(registry.engine) as connection:
        assert explain(connection, code, run_id)["rule"] == "idle_free_reclaim"
