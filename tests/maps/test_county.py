import dataclasses
import json
import re
from collections.abc import Sequence
from typing import Any

import pytest

from gisreg.text import Text
from gisreg.vocab import Kind
from maps.county import choropleth_data, county_page, ranking, sum_of, unlabelled
from maps.overlays import Overlays
from maps.rows import Amount, PageInfo, TownshipRow

SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}


def data_of(page: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}_{name}">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


@pytest.fixture
def page(info: PageInfo, county: Sequence[TownshipRow], backdrop: dict[str, Any]) -> str:
    return county_page(info, county, backdrop)


def test_the_total_is_the_sum_of_the_rows(county: Sequence[TownshipRow]) -> None:
    total = sum_of(county)
    assert total.left_mu == pytest.approx(sum(row.left_mu for row in county))
    assert total.left_count == sum(row.left_count for row in county)
    assert total.not_closed_count >= total.left_count
    assert sum(amount.mu for amount in total.by_kind.values()) == pytest.approx(total.left_mu + total.overlap_mu)
    assert sum(amount.count for amount in total.by_kind.values()) == total.left_count


def test_most_land_left_ranks_first_and_the_unknown_township_last(county: Sequence[TownshipRow]) -> None:
    lines = ranking(county)
    known = [line for line in lines if line.row.code is not None]
    assert [line.row.left_mu for line in known] == sorted((line.row.left_mu for line in known), reverse=True)
    assert known[0].rank == 1
    assert known[0].bar == 1
    assert lines[-1].rank is None
    assert lines[-1].href == "township-unknown.html"
    assert sum(line.share for line in lines) == pytest.approx(1)


def test_equal_townships_share_a_rank() -> None:
    left = {"1": 5.0, "2": 9.0, "3": 5.0, "4": 1.0}
    rows = [TownshipRow(code, Text(code, code), left_mu=mu) for code, mu in left.items()]
    assert [(line.row.code, line.rank) for line in ranking(rows)] == [("2", 1), ("1", 2), ("3", 2), ("4", 4)]


def test_a_county_in_which_nothing_is_left(info: PageInfo) -> None:
    rows = [TownshipRow("1", Text("甲", "A"), SQUARE, registered_count=3)]
    assert ranking(rows)[0].share == 0
    assert choropleth_data(rows)["none"] is not None
    assert data_of(county_page(info, rows), "choropleth")["townships"][0]["nothing"] == ["已清零", "none left"]


@pytest.mark.parametrize(
    ("figures", "said", "legend"),
    [
        ({"registered_count": 2}, ["已清零", "none left"], ["已清零", "none left"]),
        ({}, ["无在册宗地", "nothing registered"], ["无在册宗地", "nothing registered"]),
        (
            {"suspected_count": 5000}, ["无在册，疑似 5,000 宗", "none registered, 5,000 suspected"],
            ["无在册宗地", "nothing registered"],
        ),
        ({"registered_count": 2, "suspected_count": 9}, ["已清零", "none left"], ["已清零", "none left"]),
        ({"registered_count": 1, "left_count": 1}, ["剩余 0 亩", "0 mu left"], ["剩余 0 亩", "0 mu left"]),
        ({"registered_count": 1, "left_count": 1, "left_mu": 3.0}, None, ["", ""]),
    ],
)  # fmt: skip
def test_dealt_with_is_said_only_of_what_was_registered(
    figures: dict[str, Any], said: list[str] | None, legend: list[str]
) -> None:
    drawn = choropleth_data([TownshipRow("1", Text("甲", "A"), SQUARE, **figures)])
    assert (drawn["townships"][0]["nothing"], drawn["noneWords"]) == (said, legend)


def test_the_legend_names_all_that_is_white() -> None:
    rows = [TownshipRow("1", Text("甲", "A"), SQUARE), TownshipRow("2", Text("乙", "B"), SQUARE, registered_count=1)]
    assert choropleth_data(rows)["noneWords"] == ["已清零、无在册宗地", "none left, nothing registered"]


def test_without_township_outlines_the_county_s_own_is_drawn(info: PageInfo, county: Sequence[TownshipRow]) -> None:
    bare = [dataclasses.replace(row, boundary=None) for row in county]
    (drawn,) = data_of(county_page(info, bare, outline=SQUARE), "choropleth")["townships"]
    total = sum_of(county)
    assert drawn["name"] == ["示例县", "Example County"]
    assert (drawn["mu"], drawn["count"], drawn["href"]) == (round(total.left_mu, 2), total.left_count, None)
    assert drawn["shape"]
    assert len(data_of(county_page(info, county, outline=SQUARE), "choropleth")["townships"]) == 12
    assert data_of(county_page(info, bare), "choropleth")["townships"] == []


def test_a_page_is_made_for_a_language(info: PageInfo, county: Sequence[TownshipRow]) -> None:
    made = county_page(dataclasses.replace(info, language="en"), county)
    assert '<html lang="en"' in made
    assert "<title>Example County: what is left to revitalise</title>" in made
    assert '<html lang="zh-CN"' in county_page(info, county)


def test_a_county_without_outlines_or_townships(info: PageInfo) -> None:
    assert data_of(county_page(info, [TownshipRow("1", Text("甲", "A"), left_mu=3)]), "choropleth")["townships"] == []
    assert "合计" in county_page(info, [])


def test_what_has_no_label_is_the_difference() -> None:
    row = TownshipRow("1", Text("甲", "A"), by_kind={Kind.IDLE_LAND: Amount(3, 9.0)}, by_label={"use": Amount(2, 5.0)})
    assert unlabelled(row) == Amount(1, 4.0)


def test_outlines_carry_class_and_link(page: str, county: Sequence[TownshipRow]) -> None:
    drawn = data_of(page, "choropleth")
    assert len(drawn["townships"]) == 12
    assert len(drawn["shades"]) == len(drawn["breaks"]) + 1
    by_code = {township["code"]: township for township in drawn["townships"]}
    for row in county[:12]:
        assert by_code[row.code]["mu"] == pytest.approx(row.left_mu, abs=0.005)
        assert by_code[row.code]["href"] == f"township-{row.code}.html"
        assert f'href="township-{row.code}.html"' in page


def test_figures_are_in_the_page_without_any_script(page: str, county: Sequence[TownshipRow]) -> None:
    total = sum_of(county)
    assert f"{total.left_mu:,.2f}" in page
    assert f"{total.not_closed_mu:,.2f}" in page
    assert f"−{total.overlap_mu:,.2f}" in page
    assert f"剩余中未上图 {total.unmapped_count} 宗" in page
    assert f"疑似闲置 {total.suspected_count} 宗" in page
    assert "乡镇待核" in page
    assert "数据截至 2025-06-25" in page
    assert "Data as of 2025-06-25" in page


def test_the_same_rows_give_the_same_page(
    page: str, info: PageInfo, county: Sequence[TownshipRow], backdrop: Any
) -> None:
    assert county_page(info, county, backdrop) == page


def test_names_are_text_wherever_they_stand(info: PageInfo, county: Sequence[TownshipRow]) -> None:
    evil = "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>{{ 7*7 }}"
    rows = [dataclasses.replace(row, name=Text(evil, evil)) for row in county]
    named = dataclasses.replace(info, county=Text(evil, evil), source=Text(evil, evil), ruleset=evil)
    page = county_page(named, rows)
    assert "<img" not in page
    assert "<script>alert" not in page
    assert data_of(page, "choropleth")["townships"][0]["name"] == [evil, evil]
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "{{ 7*7 }}" in page


def test_zones_and_approvals_can_be_laid_over(
    info: PageInfo, county: Sequence[TownshipRow], overlays: Overlays
) -> None:
    data = data_of(county_page(info, county, overlays=overlays), "overlays")
    assert [(zone["name"], zone["mu"], zone["count"]) for zone in data["zones"]] == [
        (["示例园区", "Example Park"], 30.25, 3)
    ]
    assert [(one["no"], one["agrees"], one["remaining"]) for one in data["approvals"]] == [
        ("示政地〔2024〕1号", True, 60.0), ("示政地〔2024〕2号", False, None),
    ]  # fmt: skip
    assert data["approvals"][0]["at"] == [1131000000, 361000000]
    assert data_of(county_page(info, county), "overlays")["approvals"] == []
