"""A month's results as Annex 3 wants them, and yearly tasks: exact areas, rounded last (domain A)."""

from datetime import date
from decimal import Decimal

import pytest

from gisreg.ledger.closeout.moves import By
from gisreg.ledger.closeout.submitting import accept, send_back
from gisreg.ledger.results import Done, done_between, month_results
from gisreg.parcels.faults import ValueUnusable
from gisreg.vocab import Kind

MARCH = date(2026, 3, 1)


def test_a_month_s_columns_and_unlike_units_apart(do, put, basis, submitted) -> None:
    put("energy_quota_tce = 358000, water_quota_t = 1609800")
    rows = [
        {"income_wan": 100.1, "treasury_wan": 50, "disposable_wan": 30.05, "quantity": 2.5, "quantity_unit": "公里"},
        {"income_wan": 0.2, "quantity": 800, "quantity_unit": "平方米", "energy_tce": 4300, "water_t": 1000},
        {"treasury_wan": 7, "quantity": 200, "quantity_unit": "平方米", "social_benefit": "新增就业"},
        {"income_wan": 999},
    ]
    for n, results in enumerate(rows, start=1):
        submitted(n, submitted_on=date(2026, 3, 24 + n), ledger_month=MARCH, results=results)
    do(accept, basis(1))
    do(send_back, basis(4), None, By(reason="材料不齐"))
    found = do(month_results, "149901", date(2026, 3, 31))
    assert (found.projects, found.closed, found.late) == (3, 1, 2)
    assert found.sums_wan == {"income_wan": 100.3, "treasury_wan": 57.0, "disposable_wan": 30.05}
    assert found.unknown == {"income_wan": 1, "treasury_wan": 1, "disposable_wan": 2}
    assert found.quantities == {"公里": 2.5, "平方米": 1000.0}
    assert (found.energy_tce, found.water_t) == (4300.0, 1000.0)


def test_a_month_without_anything_has_no_figure_rather_than_zero(do, county) -> None:
    found = do(month_results, "149901", MARCH)
    assert (found.projects, found.sums_wan["income_wan"], found.energy_tce) == (0, None, None)


def wan_mu(value: str) -> Decimal:
    """The land of so many 10,000 mu, in m²."""
    return Decimal(value) * 100_000_000 / 15


@pytest.mark.parametrize(
    ("task", "exact", "done", "rate"),
    [
        ("1.45", "2.11", "2.11", "145.52%"),
        ("0.99", "1.98", "1.98", "200.00%"),
        ("1.19", "1.26", "1.26", "105.88%"),
        ("2.3", "0.66", "0.66", "28.70%"),
        ("2.3", "0.6571", "0.66", "28.57%"),
        ("8.68", "2.77", "2.77", "31.91%"),
        ("4.97", "3.24", "3.24", "65.19%"),
    ],
)
def test_yearly_tasks_of_ordos_are_rounded_last(task, exact, done, rate) -> None:
    told = Done(Kind.UNSUPPLIED_LAND, 1, 1, wan_mu(exact), Decimal(task)).as_json()
    assert (told["done_printed"], told["rate_printed"]) == (done, rate)


def test_land_done_between_two_days_against_its_task(do, put, basis, submitted) -> None:
    submitted(1, submitted_on=date(2026, 3, 1))
    submitted(2, submitted_on=date(2026, 3, 2))
    submitted(3, submitted_on=date(2026, 3, 3))
    do(accept, basis(2))
    found = do(done_between, "149901", date(2026, 3, 2), date(2026, 3, 3), {"idle_land": Decimal("0.01")})
    idle = next(one for one in found if one.kind == Kind.IDLE_LAND)
    assert (idle.parcels, idle.closed, idle.area_m2) == (2, 1, Decimal("20000.0000"))
    assert idle.as_json()["rate_printed"] == "30.00%"
    assert next(one for one in found if one.kind == Kind.IDLE_FACTORY).rate is None


@pytest.mark.parametrize("task", [{"idle_land": Decimal(0)}, {"idle_land": Decimal("NaN")}, {"desert": Decimal(1)}])
def test_a_task_is_of_a_kind_and_above_zero(do, county, task) -> None:
    with pytest.raises(ValueUnusable):
        do(done_between, "149901", MARCH, MARCH, task)
