"""From parcels and rules in the registry to a year's choice, with what was put aside and what more would cost."""

import csv
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from gisreg.db.engine import transaction
from gisreg.db.models import Parcel, Plan
from gisreg.planning.explain import NoAcceptedRun
from gisreg.planning.portfolio.answer import Portfolio
from gisreg.planning.portfolio.choosing import choose_portfolio
from gisreg.planning.portfolio.listing import HEADINGS, write_csv
from gisreg.planning.portfolio.wanted import Order, OrderInvalid, UnitUnknown, YearOver, load_order
from gisreg.settings import PROJECT_DIR

COUNTY = "149901"
HECTARE_M2 = 10_000.0
"""15 mu."""
WELFARE = {"kind": "idle_factory", "holder_class": "state", "building_sound": True, "demand": "welfare"}
BOUGHT_BACK = {"kind": "idle_land", "buy_back_funds": True, "valuation_done": True, "seized": False, "mortgaged": False}


def parcels(registry: Any, count: int, **facts: Any) -> list[str]:
    """Parcels of a hectare each whose title holds nothing back."""
    same = {"area_m2": HECTARE_M2, "ownership_status": "registered", **facts}
    return registry.add_all([same] * count)  # type: ignore[no-any-return] # the fixture's codes


def chosen(registry: Any, **wanted: Any) -> Portfolio:
    """The choice for 2027."""
    with transaction(registry.engine) as connection:
        return choose_portfolio(connection, COUNTY, Order(year=2027, **wanted))


def test_the_targets_are_met_and_every_item_says_what_when_and_why(registry: Any) -> None:
    codes = parcels(registry, 4, **WELFARE)
    registry.run()
    year = chosen(registry, targets_wan_mu={"idle_factory": 0.006})
    assert {item.option.candidate.parcel_code for item in year.items} == set(codes)
    (target,) = year.targets
    assert (target.target_mu, target.done_mu, target.gap_mu, target.count) == (60, pytest.approx(60), 0, 4)
    item = year.as_json()["items"][0]
    assert (item["measure"], item["agency"], item["label"]) == ("public_welfare", "民政、教育、卫生健康部门", "use")
    assert item["basis"]
    assert item["finish_quarter"] - item["start_quarter"] == 1, "180 days are two quarters"
    assert item["income_wan"] is None, "nobody said what it brings: that is not nothing"


def test_short_of_hands_the_gap_and_what_would_close_it_are_said(registry: Any) -> None:
    parcels(registry, 8, **WELFARE)
    registry.run()
    year = chosen(registry, targets_wan_mu={"idle_factory": 0.012}, other_capacity=1)
    assert len(year.items) == 2, "two quarters each, one in hand"
    assert year.targets[0].gap_mu == pytest.approx(90)
    assert year.load == {"民政、教育、卫生健康部门": [1, 1, 1, 1]}
    assert any("每多办 1 宗" in words.zh and "亩" in words.zh for words in year.advice)


def test_short_of_money_its_price_is_said(registry: Any) -> None:
    parcels(registry, 6, market_value_wan=100.0, land_cost_wan=120.0, **BOUGHT_BACK)
    registry.run()
    year = chosen(registry, targets_wan_mu={"idle_land": 0.009}, budget_wan=250.0)
    assert (len(year.items), year.spent_wan) == (2, 200.0)
    assert year.targets[0].gap_mu == pytest.approx(60)
    assert any(words.zh.startswith("资金每增加 100 万元,约可多盘活 15.0 亩") for words in year.advice)


def test_what_cannot_be_chosen_is_put_aside_with_its_reason(registry: Any) -> None:
    (held,) = parcels(registry, 1, **{**WELFARE, "ownership_status": "disputed"})
    (unknown_cost,) = parcels(registry, 1, **BOUGHT_BACK)
    (no_way,) = parcels(registry, 1, kind="idle_land")
    (no_area,) = parcels(registry, 1, **{**WELFARE, "area_m2": None})
    registry.run()
    targets = {"idle_land": 0.01, "idle_factory": 0.01}
    year = chosen(registry, targets_wan_mu=targets, budget_wan=1000.0)
    assert year.items == []
    reasons = {code: reason for code, reason, _ in year.aside_parcels}
    assert reasons == {held: "held", unknown_cost: "cost_unknown", no_way: "no_measure", no_area: "no_area"}
    assert any("权属有争议" in words.zh and "1 宗 15.0 亩" in words.zh for words in year.advice)
    with_held = chosen(registry, targets_wan_mu=targets, budget_wan=1000.0, with_held=True)
    assert [item.option.candidate.parcel_code for item in with_held.items] == [held]
    without_budget = chosen(registry, targets_wan_mu=targets)
    assert [item.option.candidate.parcel_code for item in without_budget.items] == [unknown_cost]


def test_strictly_a_sale_waits_until_use_is_a_recorded_no(registry: Any) -> None:
    both = {"buyer_found": True, "owner_intent": "sell", "market_value_wan": 900.0, "valuation_done": True}
    parcels(registry, 1, **WELFARE, **both)
    registry.run()
    assert [item.option.rule.measure for item in chosen(registry).items] == ["public_welfare"]
    assert [item.option.rule.measure for item in chosen(registry, cascade="open").items] == ["public_auction"]


def test_what_people_decided_is_what_is_done_and_its_deadline_kept(registry: Any) -> None:
    (code,) = parcels(registry, 1, **WELFARE, buyer_found=True, valuation_done=True)
    registry.run()
    with transaction(registry.engine) as connection:
        parcel_id = connection.execute(select(Parcel.id).where(Parcel.parcel_code == code)).scalar_one()
    decided = {"label": "sell", "measure": "public_auction", "reason": "县政府常务会议", "due_on": date(2027, 5, 1)}
    with registry.engine.begin() as connection:
        connection.execute(insert(Plan).values(county_code=COUNTY, parcel_id=parcel_id, **decided))
    (item,) = chosen(registry).items
    assert item.option.rule.measure == "public_auction"
    (item,) = chosen(registry, keep_deadlines=True).items
    assert item.finish <= 2
    late = chosen(registry, keep_deadlines=True, first_quarter=2)
    assert (late.items, late.aside_parcels) == ([], [(code, "deadline", "2027-05-01")]), "and it is told, not dropped"
    short = chosen(registry, first_quarter=2, targets_wan_mu={"idle_factory": 0.0015})
    assert any("不受已定期限约束" in words.zh and "1 宗 15.0 亩" in words.zh for words in short.advice)


def test_a_cost_between_bounds_is_listed_as_such_and_counted_at_its_upper_end(registry: Any, tmp_path: Path) -> None:
    (exact,) = parcels(registry, 1, market_value_wan=100.0, land_cost_wan=120.0, **BOUGHT_BACK)
    (ranged,) = parcels(registry, 1, land_cost_wan=80.0, **BOUGHT_BACK)
    (unbounded,) = parcels(registry, 1, **BOUGHT_BACK)
    registry.run()
    year = chosen(registry, targets_wan_mu={"idle_land": 0.009}, budget_wan=1000.0)
    items = {item["parcel_code"]: item for item in year.as_json()["items"]}
    assert set(items) == {exact, ranged}
    told = ("cost_wan", "cost_low_wan", "cost_high_wan", "cost_counted_wan")
    assert [items[exact][name] for name in told] == [100.0, 100.0, 100.0, 100.0]
    assert [items[ranged][name] for name in told] == [None, 0.0, 80.0, 80.0]
    assert (year.spent_wan, year.cost_ranged, year.cost_unknown) == (180.0, 1, 0)
    write_csv(year, tmp_path / "list.csv")
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["宗地编号"]: row for row in csv.DictReader(file)}
    assert (rows[ranged]["支出(万元)"], rows[exact]["支出(万元)"]) == ("0–80", "100.0")
    assert sum(float(row["计入支出(万元)"]) for row in rows.values()) == year.spent_wan
    without = chosen(registry, targets_wan_mu={"idle_land": 0.009})
    assert (without.spent_wan, without.cost_ranged, without.cost_unknown) == (180.0, 1, 1)
    open_cost = next(item for item in without.as_json()["items"] if item["parcel_code"] == unbounded)
    assert [open_cost[name] for name in told] == [None, 0.0, None, None]


@pytest.mark.parametrize(("now", "quarter"), [(date(2027, 11, 23), 4), (date(2027, 3, 31), 1), (date(2026, 1, 1), 1)])
def test_a_year_begins_with_the_quarter_that_it_is(
    registry: Any, monkeypatch: pytest.MonkeyPatch, now: date, quarter: int
) -> None:
    monkeypatch.setattr("gisreg.planning.portfolio.wanted.today", lambda: now)
    assert Order(year=2027).begins == quarter
    assert Order(year=2028).begins == 1
    (code,) = parcels(registry, 1, **WELFARE)
    registry.run()
    year = chosen(registry, targets_wan_mu={"idle_factory": 0.0015})
    if quarter == 4:
        assert (year.items, year.aside_parcels) == ([], [(code, "too_long", "2")])
    else:
        assert [item.start >= quarter for item in year.items] == [True]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [({"year": 2026}, "2026 年已经过去"), ({"year": 2027, "first_quarter": 2}, "2027 年第 2 季度已经过去")],
)
def test_what_is_over_is_not_planned(
    registry: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wanted: dict[str, int], words: str
) -> None:
    monkeypatch.setattr("gisreg.planning.portfolio.wanted.today", lambda: date(2027, 7, 1))
    registry.run()
    with transaction(registry.engine) as connection, pytest.raises(YearOver, match="is over") as raised:
        choose_portfolio(connection, COUNTY, Order(**wanted))
    where = list(wanted)[-1]
    assert (raised.value.where, words in raised.value.line("zh")) == (where, True)
    path = tmp_path / "order.toml"
    path.write_text("".join(f"{name} = {value}\n" for name, value in wanted.items()), encoding="utf-8")
    with pytest.raises(YearOver) as raised:
        load_order(path)
    assert raised.value.where == f"order.toml:{len(wanted)}:{where}"


def test_a_limit_of_a_unit_that_there_is_not_is_no_limit_and_so_is_refused(registry: Any, tmp_path: Path) -> None:
    parcels(registry, 1, **WELFARE)
    registry.run()
    path = tmp_path / "order.toml"
    path.write_text('year = 2027\n[capacity]\n"土地储备机构" = 3\n"没有的单位" = 3\n', encoding="utf-8")
    with transaction(registry.engine) as connection, pytest.raises(UnitUnknown) as raised:
        choose_portfolio(connection, COUNTY, load_order(path))
    assert raised.value.where == "order.toml:4:capacity:没有的单位"
    assert "土地储备机构" in raised.value.say_mend("zh")
    with pytest.raises(UnitUnknown):
        chosen(registry, capacity={"没有的单位": 3})


def test_the_example_says_from_when_and_whether_deadlines_are_kept() -> None:
    example = PROJECT_DIR / "data" / "portfolio" / "example.toml"
    order = load_order(example)
    assert (order.first_quarter, order.keep_deadlines) == (1, True)
    assert {"first_quarter", "keep_deadlines"} <= set(tomllib.loads(example.read_text(encoding="utf-8")))
    assert Order(year=2027).keep_deadlines


def test_before_a_first_run_there_is_nothing_to_choose(registry: Any) -> None:
    with pytest.raises(NoAcceptedRun):
        chosen(registry)


def test_the_list_opens_in_a_spreadsheet(registry: Any, tmp_path: Path) -> None:
    parcels(registry, 2, **WELFARE)
    registry.run()
    write_csv(chosen(registry), tmp_path / "年度清单.csv")
    lines = (tmp_path / "年度清单.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == ",".join(HEADINGS)
    assert len(lines) == 3
    assert "闲置厂房" in lines[1]
    assert "改作公益用房" in lines[1]


@pytest.mark.parametrize(
    ("toml", "where"),
    [
        ("year = 2027\nbudget_wan = -1", "order.toml:2:budget_wan"),
        ("year = 2027\n[targets_wan_mu]\nfarms = 1", "order.toml:3:targets_wan_mu:farms"),
        ("year = 2027\n[capacity]\n'' = 1", "order.toml:2:capacity"),
        ('year = 2027\n[capacity]\n"示例局" = 1.5', "order.toml:3:capacity:示例局"),
        ("budget_wan = 1", "order.toml:year"),
        ("year = 2027\nbudgets = 1", "order.toml:2:budgets"),
        ("year = 2027\nfirst_quarter = 5", "order.toml:2:first_quarter"),
        ("year = 2027\nbudget_wan = inf", "order.toml:2:budget_wan"),
        ("year = 2027\nbudget_wan = nan", "order.toml:2:budget_wan"),
        ('year = 2027\ncascade = "loose"', "order.toml:2:cascade"),
        ("# 全年\nyear == 2027", "order.toml:2"),
        ("year = 2027\nbudget_wan =", "order.toml:2"),
    ],
)
def test_a_wrong_order_is_told_by_line_and_field_in_both_languages(tmp_path: Path, toml: str, where: str) -> None:
    path = tmp_path / "order.toml"
    path.write_text(toml, encoding="utf-8")
    with pytest.raises(OrderInvalid) as error:
        load_order(path)
    assert error.value.where == where
    assert "\n" not in error.value.line("zh") + error.value.line("en")
    detail = error.value.params["detail"]
    assert detail.zh != detail.en


def test_an_order_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OrderInvalid):
        load_order(tmp_path / "none.toml")
    (tmp_path / "large.toml").write_text("#" * 200_000)
    with pytest.raises(OrderInvalid, match="larger"):
        load_order(tmp_path / "large.toml")
    (tmp_path / "other.toml").write_bytes("# 一行\nyear = '年'".encode("gbk"))
    with pytest.raises(OrderInvalid, match="UTF-8"):
        load_order(tmp_path / "other.toml")
