"""What attributes can contradict."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from gisreg.checks.attributes import attribute_findings
from gisreg.checks.policy import load_policy
from gisreg.settings import Settings

ALLOWED = load_policy(Settings().data_dir, Path()).tolerances
TODAY = date(2026, 11, 22)
GOOD = "140427001002GB00015"


def found(**columns: list[object]) -> set[tuple[str, str, int]]:
    """Faults as (fault, field, row)."""
    kinds = {"_on": pa.date32(), "_wan": pa.float64(), "_m2": pa.float64(), "code": pa.string()}
    arrays = {
        name: pa.array(values, next(kind for end, kind in kinds.items() if name.endswith(end)))
        for name, values in columns.items()
    }
    return {
        (one.fault, one.field, row)
        for one in attribute_findings(arrays, "140427", TODAY, ALLOWED)
        for row, told in enumerate(one.rows.to_pylist())
        if told
    }


@pytest.mark.parametrize(
    "code",
    [
        "140427001002GB0001",  # 18 places
        "140427001002GB000155",  # 20 places
        "140427001002XB00015",  # no such first feature
        "140427001002GA00015",  # A belongs to J
        "140427001002GB00000",  # no serial
        "140428001002GB00015",  # another county's
        "140427001002gb00015",
    ],
)
def test_a_cadastral_code_follows_its_rules(code):
    assert found(cadastral_code=[GOOD, None, code]) == {("cadastral_code_invalid", "cadastral_code", 2)}
    assert not found(cadastral_code=["140427001002JA00015"])


def test_a_unit_code_follows_its_rules_and_its_parcel():
    codes = [GOOD + "W00000000", GOOD + "F00010002", GOOD + "W00000001", GOOD + "Q0000", "140427001002GB00016W00000000"]
    assert found(cadastral_code=[GOOD] * 5, real_estate_unit_code=codes) == {
        ("unit_code_invalid", "real_estate_unit_code", 2),
        ("unit_code_invalid", "real_estate_unit_code", 3),
        ("codes_disagree", "real_estate_unit_code", 4),
    }


def test_days_come_in_their_order_and_not_in_the_future():
    day = date(2024, 3, 1)
    assert not found(contract_on=[day, None], agreed_start_on=[day, day])
    assert found(contract_on=[day], agreed_start_on=[date(2024, 2, 29)]) == {
        ("dates_out_of_order", "agreed_start_on", 0)
    }
    assert found(completed_on=[TODAY, date(2026, 11, 23)]) == {("date_in_future", "completed_on", 1)}
    assert not found(agreed_completion_on=[date(2030, 1, 1)]), "what is agreed may lie ahead"


def test_a_part_is_not_more_than_its_whole():
    assert found(paid_wan=[5.0, 5.01, None, 1.0], price_wan=[5.0, 5.0, 5.0, None]) == {
        ("more_than_whole", "paid_wan", 1)
    }
    assert not found(invested_wan=[0.1 + 0.2], total_investment_wan=[0.3]), "a rounding is no contradiction"


def test_amounts_that_no_county_has():
    assert found(price_wan=[100.0, 1e20, None], official_area_m2=[1e9, 1.1e9, 1e10]) == {
        ("amount_out_of_range", "price_wan", 1),
        ("amount_out_of_range", "official_area_m2", 1),
        ("amount_out_of_range", "official_area_m2", 2),
    }
    assert found(funding_gap_wan=[-1e8, -1e6]) == {("amount_out_of_range", "funding_gap_wan", 0)}


def test_a_price_in_yuan_that_was_taken_for_wan():
    assert found(price_wan=[305.0, 3_050_000.0, 5.0], official_area_m2=[20_000.0, 20_000.0, 0.0]) == {
        ("price_out_of_range", "price_wan", 1)
    }
