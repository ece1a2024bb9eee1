"""The national rules: every rule has a parcel that it labels; the cascade, gates and finance as rules §5 says."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from gisreg.db.engine import transaction
from gisreg.planning.explain import explain
from gisreg.planning.ruleset import load_ruleset

UNSUPPLIED, IDLE, HALF, FACTORY = "unsupplied_land", "idle_land", "half_finished_project", "idle_factory"
ENTERPRISE = {"idle_cause": "enterprise", "agreed_start_on": date(2024, 1, 1)}
UNUSED = {"subkind": "completed_unused"}

WITNESSES: dict[str, tuple[str, dict[str, Any]]] = {
    "unsupplied_allocate": (UNSUPPLIED, {"supply_ready": True, "project_found": True, "sector": "public"}),
    "unsupplied_revoke": (UNSUPPLIED, {"plan_changed": True, "county_verified": True, "supply_ready": False}),
    "unsupplied_grant": (UNSUPPLIED, {"supply_ready": True, "project_found": True, "sector": "housing"}),
    "unsupplied_reserve": (UNSUPPLIED, {"project_found": False, "plan_changed": True, "county_verified": False}),
    "unsupplied_lease": (UNSUPPLIED, {"supply_ready": True, "tenant_found": True, "sector": "industry"}),
    "unsupplied_flexible": (UNSUPPLIED, {"supply_ready": True, "project_found": True, "sector": "industry",
                                         "investor_found": True}),
    "unsupplied_lease_then_grant": (UNSUPPLIED, {"supply_ready": True, "project_found": True, "sector": "industry"}),
    "unsupplied_contribute": (UNSUPPLIED, {"supply_ready": True, "investor_found": True}),
    "unsupplied_review": (UNSUPPLIED, {}),
    "idle_change_conditions": (IDLE, {"idle_cause": "government", "plan_changed": True, "can_start": True}),
    "idle_extension": (IDLE, {"idle_cause": "force_majeure", "can_start": True}),
    "idle_swap": (IDLE, {"idle_cause": "government", "plan_changed": True, "can_start": False,
                         "swap_land_found": True}),
    "idle_temporary_use": (IDLE, {"idle_cause": "government", "can_start": False, "demand": "industry"}),
    "idle_later_start": (IDLE, {"idle_cause": "government", "agreed_start_on": date(2026, 3, 1), "can_start": True}),
    "idle_fee": (IDLE, {**ENTERPRISE, "agreed_start_on": date(2025, 3, 1)}),
    "idle_order_start": (IDLE, {**ENTERPRISE, "agreed_start_on": date(2026, 3, 1), "can_start": True}),
    "idle_restore_farming": (IDLE, {"idle_cause": "government", "can_start": False, "project_found": False,
                                    "farmland_restorable": True}),
    "idle_free_reclaim": (IDLE, ENTERPRISE),
    "idle_transfer": (IDLE, {**ENTERPRISE, "actual_start_on": date(2024, 2, 1), "buyer_found": True}),
    "idle_buy_back": (IDLE, {"idle_cause": "government", "can_start": False, "buy_back_funds": True}),
    "idle_buy_back_agreed": (IDLE, {**ENTERPRISE, "agreed_start_on": date(2026, 3, 1), "can_start": False,
                                    "buy_back_funds": True}),
    "idle_lease": (IDLE, {"tenant_found": True}),
    "idle_special_bond": (IDLE, {"contract_on": date(2024, 11, 7), "reserve_agency_listed": True}),
    "idle_contribute": (IDLE, {"holder_class": "state_enterprise", "investor_found": True}),
    "idle_review": (IDLE, {}),
    "half_procedures": (HALF, {"procedures_complete": False, "can_start": True}),
    "half_resume": (HALF, {"procedures_complete": True, "funding_gap_wan": 0.0}),
    "half_office": (HALF, {**UNUSED, "building_sound": True, "demand": "office", "holder_class": "state"}),
    "half_welfare": (HALF, {**UNUSED, "building_sound": True, "demand": "welfare", "holder_class": "collective"}),
    "half_acquire": (HALF, {"buyer_found": True, "procedures_complete": True, "funding_gap_wan": 9.0}),
    "half_exchange": (HALF, {**UNUSED, "buyer_found": True}),
    "half_merger": (HALF, {"subkind": "halted_enterprise_works", "holder_class": "private", "investor_found": True,
                           "owner_intent": "sell"}),
    "half_private_run": (HALF, {**UNUSED, "building_sound": True, "demand": "welfare", "holder_class": "state",
                                "investor_found": True}),
    "half_let": (HALF, {**UNUSED, "building_sound": True, "tenant_found": True}),
    "half_debt_equity": (HALF, {"debt_wan": 9.0, "creditors_agree": True, "owner_intent": "joint_venture",
                                "holder_class": "private"}),
    "half_restructure": (HALF, {"debt_wan": 9.0, "creditors_agree": True}),
    "half_distressed": (HALF, {"debt_wan": 9.0, "market_value_wan": 8.0, "investor_found": True}),
    "half_social_capital": (HALF, {"funding_gap_wan": 9.0, "investor_found": True}),
    "half_review": (HALF, {}),
    "factory_own_use": (FACTORY, {"holder_class": "state", "building_sound": True, "demand": "office"}),
    "factory_share": (FACTORY, {"holder_class": "state", "building_sound": True, "demand": "turnover_housing"}),
    "factory_welfare": (FACTORY, {"holder_class": "collective", "building_sound": True, "demand": "welfare"}),
    "factory_free_transfer": (FACTORY, {"holder_class": "state", "building_sound": True, "demand": "industry"}),
    "factory_restart": (FACTORY, {"owner_intent": "restart"}),
    "factory_convert": (FACTORY, {"owner_intent": "convert"}),
    "factory_subdivide": (FACTORY, {"owner_intent": "subdivide", "building_sound": True}),
    "factory_reclaim_quotas": (FACTORY, {"technology_obsolete": True, "owner_intent": "restart",
                                         "energy_quota_tce": 4300.0}),
    "factory_auction": (FACTORY, {"holder_class": "state", "owner_intent": "sell"}),
    "factory_exchange": (FACTORY, {"holder_class": "state_enterprise", "buyer_found": True}),
    "factory_agreed_transfer": (FACTORY, {"holder_class": "private", "buyer_found": True}),
    "factory_swap": (FACTORY, {"swap_land_found": True}),
    "factory_platform": (FACTORY, {"holder_class": "collective", "building_sound": True, "tenant_found": True}),
    "factory_let": (FACTORY, {"building_sound": True, "owner_intent": "lease"}),
    "factory_reit": (FACTORY, {"market_value_wan": 100_000.0, "income_years": 3, "yearly_income_wan": 1.0,
                               "ownership_status": "registered"}),
    "factory_revenue_right": (FACTORY, {"yearly_income_wan": 50.0}),
    "factory_state_capital": (FACTORY, {"holder_class": "state", "in_developed_area": True}),
    "factory_joint_venture": (FACTORY, {"investor_found": True}),
    "factory_review": (FACTORY, {}),
}  # fmt: skip


def test_every_rule_has_a_parcel_that_it_labels_and_explains_it(registry: Any) -> None:
    rules = {rule.id: rule for rule in load_ruleset().rules.rules}
    assert set(WITNESSES) == set(rules)
    codes = registry.add_all([{"kind": kind, **facts} for kind, facts in WITNESSES.values()])
    summary = registry.run()
    labels = registry.labels(summary.run_id)
    assert {rule: labels[code]["rule"] for rule, code in zip(WITNESSES, codes, strict=True)} == {r: r for r in rules}
    assert summary.parcels == len(codes) == sum(total.parcels for total in summary.by_label.values())
    with transaction(registry.engine) as connection:
        for rule, code in zip(WITNESSES, codes, strict=True):
            why = explain(connection, code)
            assert (why["rule"], why["label"], why["measure"]) == (rule, rules[rule].label, rules[rule].measure)
            assert [step["rule"] for step in why["trace"]["rules"] if step["fired"]] == [rule]
            earlier = [step for step in why["trace"]["rules"] if step["tried"] and not step["fired"]]
            assert all(step["result"] in ("no", "unknown") for step in earlier)


def test_use_goes_before_sale_before_lease_before_finance(registry: Any) -> None:
    facts = {"holder_class": "state", "in_developed_area": True}
    assert registry.rule_of(FACTORY, **facts) == "factory_state_capital"
    facts |= {"building_sound": True, "tenant_found": True}
    assert registry.rule_of(FACTORY, **facts) == "factory_let"
    facts |= {"buyer_found": True}
    assert registry.rule_of(FACTORY, **facts) == "factory_auction"
    facts |= {"demand": "welfare"}
    code = registry.add(FACTORY, **facts)
    label = registry.labels(registry.run().run_id)[code]
    assert (label["rule"], label["finance"]) == ("factory_welfare", "factory_state_capital")


@pytest.mark.parametrize(
    "case",
    [
        (UNSUPPLIED, {"ownership_status": "disputed"}, "ownership_disputed", ""),
        (UNSUPPLIED, {"ownership_status": "unconfirmed"}, "ownership_unconfirmed", ""),
        (UNSUPPLIED, {"ownership_status": "unknown"}, "", "ownership_disputed ownership_unconfirmed"),
        (UNSUPPLIED, {"seized": True}, "seized", ""),
        (UNSUPPLIED, {"seized": None}, "", "seized"),
        (UNSUPPLIED, {"mortgaged": True, "mortgagee_notified": False}, "mortgagee_not_notified", ""),
        (UNSUPPLIED, {"mortgaged": True}, "", "mortgagee_not_notified"),
        (UNSUPPLIED, {"mortgaged": True, "mortgagee_notified": True}, "", ""),
        (UNSUPPLIED, {"on_red_line": True, "on_farmland": True, "contaminated": True},
         "red_line farmland contaminated", ""),
        (UNSUPPLIED, {"approved_on": date(2024, 11, 20), "procedures_complete": False}, "approval_lapsed", ""),
        (UNSUPPLIED, {"approved_on": date(2024, 11, 21), "procedures_complete": False}, "", ""),
        (UNSUPPLIED, {"approved_on": date(2024, 1, 1), "procedures_complete": None}, "", "approval_lapsed"),
        (IDLE, {**ENTERPRISE}, "not_determined", "no_hearing"),
        (IDLE, {**ENTERPRISE, "determined_on": date(2026, 1, 1), "hearing_held": False}, "no_hearing", ""),
        (IDLE, {**ENTERPRISE, "determined_on": date(2026, 12, 1), "hearing_held": True}, "not_determined", ""),
        (IDLE, {"buyer_found": True, "invested_wan": 24.9, "total_investment_wan": 100.0, "price_paid_in_full": False},
         "under_invested price_unpaid", "hoarder not_valued"),
        (IDLE, {"buyer_found": True, "invested_wan": 25.0, "total_investment_wan": 100.0, "price_wan": 9.0,
                "paid_wan": 9.0, "hoarder": True, "valuation_done": True}, "hoarder", ""),
        (IDLE, {"idle_cause": "government", "can_start": True, "hoarder": True, "price_paid_in_full": False}, "", ""),
        (IDLE, {"tenant_found": True, "right_nature": "101", "hoarder": False}, "allocated_land_lease", ""),
        (FACTORY, {"holder_class": "collective", "owner_intent": "convert", "collective_vote": False}, "", ""),
        (FACTORY, {"holder_class": "collective", "owner_intent": "sell", "collective_vote": False,
                   "valuation_done": False, "hoarder": False, "price_paid_in_full": True},
         "no_collective_vote not_valued", ""),
        (FACTORY, {"holder_class": "collective", "owner_intent": "sell", "valuation_done": True}, "",
         "no_collective_vote price_unpaid hoarder"),
        (HALF, {"debt_wan": 9.0, "creditors_agree": True, "holder_class": "state"}, "hidden_debt", ""),
    ],
)  # fmt: skip
def test_gates_hold_action_and_leave_the_label(
    registry: Any, gates_of: Callable[[int], set[str]], case: tuple[str, dict[str, Any], str, str]
) -> None:
    kind, facts, holds, unknown = case
    clear = {
        "ownership_status": "registered", "seized": False, "mortgaged": False, "on_red_line": False,
        "on_farmland": False, "contaminated": False, "right_nature": "102",
        "holder_class": "state_enterprise",
    }  # fmt: skip
    if kind == UNSUPPLIED:
        clear |= {"procedures_complete": True}
    code = registry.add(kind, **{**clear, **facts})
    label = registry.labels(registry.run().run_id)[code]
    assert gates_of(label["gates"]) == set(holds.split())
    assert gates_of(label["unknown_gates"]) == set(unknown.split())
    assert label["rule"]


@pytest.mark.parametrize("state", ["closed", "removed", "taken_back"])
def test_what_is_closed_removed_or_taken_back_gets_no_label(registry: Any, state: str) -> None:
    registry.add(IDLE, state=state)
    open_codes = registry.add_all([{"kind": IDLE, "state": s} for s in ("suspected", "submitted", "on_hold")])
    assert set(registry.labels(registry.run().run_id)) == set(open_codes)
