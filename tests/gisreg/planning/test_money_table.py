"""A whole run in money: sums of what is known, ranges of what is not, never nothing for the unknown."""

import csv
from pathlib import Path
from typing import Any

import pytest

from gisreg.db.engine import Actor, transaction
from gisreg.planning.decisions import override
from gisreg.planning.money_table import HEADINGS, MoneyTable, money_of_run, write_csv
from gisreg.planning.stored import NoAcceptedRun, RunUnknown
from gisreg.vocab import Label

COUNTY = "149901"
IDLE = {"kind": "idle_land", "idle_cause": "enterprise", "area_m2": 10_000.0}
FEE = {**IDLE, "agreed_start_on": "2025-06-01"}
"""Idle for more than a year and less than two: the fee is due."""


@pytest.fixture
def money(registry: Any) -> Any:
    """The table of a run, by default the one in force."""

    def look(run_id: int | None = None) -> MoneyTable:
        with transaction(registry.engine) as connection:
            return money_of_run(connection, COUNTY, run_id)

    return look


def amount(table: MoneyTable, measure: str, rule: str) -> dict[str, Any]:
    """One sum of a measure."""
    row = next(row for row in table.rows if row.measure == measure)
    return row.amounts[rule].as_json()


def test_known_figures_are_added_and_unknown_ones_counted_apart(registry: Any, money: Any) -> None:
    registry.add_all([{**FEE, "price_wan": 100.0}, {**FEE, "price_wan": 300.0}, FEE])
    registry.run()
    table = money()
    assert [(row.label, row.measure, row.parcels, row.area_mu) for row in table.rows] == [("use", "idle_fee", 3, 45.0)]
    fee = amount(table, "idle_fee", "idle_fee_due")
    assert (fee["known"], fee["known_parcels"], fee["unknown_parcels"]) == (80.0, 2, 1)
    assert (fee["form"], fee["low"], fee["high"]) == ("least", 80.0, None)
    assert fee["said"] == {"zh": "至少 80 万元", "en": "at least 800,000 yuan"}


def test_all_known_is_exact_and_none_known_is_no_figure(registry: Any, money: Any) -> None:
    registry.add_all([{**FEE, "price_wan": 100.0}, {**FEE, "price_wan": 300.0}])
    run = registry.run().run_id
    assert amount(money(), "idle_fee", "idle_fee_due")["form"] == "exact"
    registry.add_all([FEE])
    assert amount(money(run), "idle_fee", "idle_fee_due")["parcels"] == 2, "as that run saw the registry"
    unknown = {code: {"price_wan": None} for code in ("149901-0000001", "149901-0000002")}
    for code, facts in unknown.items():
        registry.change(code, **facts)
    registry.run()
    fee = amount(money(), "idle_fee", "idle_fee_due")
    assert (fee["known"], fee["low"], fee["high"], fee["form"]) == (None, None, None, "none")
    assert fee["unknown_parcels"] == 3
    assert amount(money(run), "idle_fee", "idle_fee_due")["known"] == 80.0, "the earlier run keeps its facts"


def test_a_bound_is_a_range(registry: Any, money: Any) -> None:
    """The base price of a buy-back is the lower of two values: one known bounds it."""
    facts = {"kind": "idle_land", "idle_cause": "government", "agreed_start_on": "2024-03-01", "area_m2": 10_000.0}
    registry.add_all([{**facts, "market_value_wan": 50.0, "land_cost_wan": 70.0}, {**facts, "land_cost_wan": 30.0}])
    registry.run()
    with transaction(registry.engine, Actor("tester", "test")) as connection:
        for code in ("149901-0000001", "149901-0000002"):
            override(connection, code, label=Label.SELL, measure="buy_back", reason="会议", document="会纪1号")
    table = money()
    base = amount(table, "buy_back", "buy_back_base")
    assert (base["form"], base["low"], base["high"], base["known"]) == ("between", 50.0, 80.0, 50.0)
    assert [row.measure for row in table.rows] == ["buy_back"], "what people decided stands in place of the rules'"


def test_what_people_decided_counts_in_a_proposal_as_in_the_run_in_force(registry: Any, money: Any) -> None:
    registry.add_all([{**FEE, "price_wan": 100.0, "market_value_wan": 60.0}])
    first, code = registry.run().run_id, "149901-0000001"
    with transaction(registry.engine, Actor("tester", "test")) as connection:
        override(connection, code, label=Label.SELL, measure="free_reclaim", reason="会议", document="会纪1号")
    proposed = registry.run(propose=True).run_id
    in_force, proposal = money(first), money(proposed)
    assert [row.measure for row in in_force.rows] == [row.measure for row in proposal.rows] == ["free_reclaim"]
    assert in_force.totals() == proposal.totals()


def test_once_and_a_year_are_never_added(registry: Any, money: Any) -> None:
    registry.add_all([{**FEE, "price_wan": 100.0}])
    registry.run()
    totals = {(one["effect"], one["per"]): one["known"] for one in money().totals()}
    assert totals == {("income", "once"): 20.0, ("waiting", "year"): 4.0}


def test_the_table_is_a_file_and_its_unknowns_are_empty_cells(registry: Any, money: Any, tmp_path: Path) -> None:
    registry.add_all([FEE])
    registry.run()
    write_csv(money(), tmp_path / "money.csv", "zh")
    rows = list(csv.reader((tmp_path / "money.csv").open(encoding="utf-8-sig")))
    assert rows[0] == [heading.zh for heading in HEADINGS]
    assert rows[1][:6] == ["用", "征缴土地闲置费", "1", "15.0", "0", "应征土地闲置费"]
    assert rows[1][8:] == ["0", "", "1", "", ""]


def test_no_run_no_table(registry: Any, money: Any) -> None:
    with pytest.raises(NoAcceptedRun):
        money()
    with pytest.raises(RunUnknown):
        money(77)
