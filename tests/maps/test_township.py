import dataclasses
import json
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from branca.element import Figure
from folium import Map

from gisreg.text import Text
from gisreg.vocab import State
from maps.assets import digest
from maps.layers import legend_data, outline_data, parcel_data, titles_of
from maps.page import Page, PageMap
from maps.rows import PageInfo, ParcelRow, TownshipRow
from maps.township import township_page

FOREIGN = re.compile(r"(?:https?:)?//(?!www\.w3\.org/2000/svg|leafletjs\.com)[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE)


def data_of(page: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}_{name}">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


@pytest.fixture
def parcels(make_parcels: Callable[[int], list[ParcelRow]]) -> list[ParcelRow]:
    return make_parcels(100)


@pytest.fixture
def page(info: PageInfo, county: Sequence[TownshipRow], parcels: list[ParcelRow], backdrop: Any) -> str:
    return township_page(dataclasses.replace(info, linked=True), county[5], parcels, county, backdrop)


def test_every_parcel_is_in_the_page(page: str, parcels: list[ParcelRow]) -> None:
    data = data_of(page, "parcels")["parcels"]
    assert data["count"] == len(parcels)
    assert set(data["code"]) == {parcel.parcel_code for parcel in parcels}
    assert sum(shape is None for shape in data["shape"]) == sum(parcel.boundary is None for parcel in parcels) > 0


def test_columns_belong_to_their_parcels(parcels: list[ParcelRow]) -> None:
    data = parcel_data(parcels)
    by_code = {parcel.parcel_code: parcel for parcel in parcels}
    for place, code in enumerate(data["code"]):
        parcel = by_code[code]
        repeated = {name: column["values"][column["rows"][place]] for name, column in data["packed"].items()}
        assert data["landM2"][place] == parcel.land_area_m2
        assert data["left"][place] == str(int(parcel.is_left))
        assert data["gated"][place] == str(int(parcel.gated))
        assert repeated["kind"] == parcel.kind
        assert repeated["label"] == (parcel.label or "none")
        assert repeated["state"] == parcel.state
        step = [parcel.next_step.zh, parcel.next_step.en] if parcel.next_step else None
        assert (repeated["step"], repeated["stepDue"]) == (
            step,
            parcel.next_step_on and parcel.next_step_on.isoformat(),
        )
        assert repeated["due"] == (parcel.due_on or date.min).isoformat()
        assert repeated["blockers"] == [list(blocker) for blocker in parcel.blockers]


def test_small_parcels_are_drawn_over_large_ones(parcels: list[ParcelRow]) -> None:
    areas = parcel_data(parcels)["landM2"]
    assert areas == sorted(areas, reverse=True)


def test_no_holder_is_named() -> None:
    assert "holder_name" not in {field.name for field in dataclasses.fields(ParcelRow)}


def test_the_legend_has_every_label_with_its_character() -> None:
    labels = legend_data()["label"]
    assert [entry["glyph"] for entry in labels] == ["用", "售", "租", "融", ""]
    assert labels[0]["legend"][0].startswith("用(")


def test_a_token_that_the_vocabulary_lacks_stands_for_itself() -> None:
    assert titles_of("mothballed", State) == ["mothballed", "mothballed"]
    assert titles_of(None, State) is None


def test_neighbours_are_linked_only_where_pages_lie_side_by_side(county: Sequence[TownshipRow]) -> None:
    for linked in (True, False):
        drawn = outline_data(county, own=county[5].code, linked=linked)
        own = [outline for outline in drawn if outline["own"]]
        assert len(own) == 1
        assert own[0]["href"] is None
        assert all(bool(outline["href"]) == linked for outline in drawn if not outline["own"])


def test_a_single_page_links_nowhere(info: PageInfo, county: Sequence[TownshipRow], parcels: list[ParcelRow]) -> None:
    page = township_page(info, county[5], parcels, county)
    assert 'href="county.html"' not in page
    assert "township-1499" not in page


def test_no_address_outside_the_page(page: str) -> None:
    assert FOREIGN.findall(page) == []
    assert not re.search(r'\b(?:src|srcset|data|poster|action)="', page)
    assert "<link" not in page
    assert not any(re.search(r"@import|url\(", style) for style in re.findall(r"<style>(.*?)</style>", page, re.DOTALL))


def test_the_policy_covers_exactly_the_scripts_of_the_page(page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    allowed = policy[1].replace("&#39;", "'")
    for element in ("script", "style"):
        bodies = re.findall(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
        assert bodies
        assert all(digest(body) in allowed for body in bodies)
    assert not re.search(r"\son[a-z]+=|\sstyle=", re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL))


def test_text_is_text_wherever_it_comes_from(
    info: PageInfo, county: Sequence[TownshipRow], parcels: list[ParcelRow]
) -> None:
    evil = "</script><script>alert(1)</script><!--{{ 7*7 }}{% raw %}"
    both = Text(evil, evil)
    rows = [
        dataclasses.replace(
            parcel, name=evil, address=evil, basis=both, agency=both, reason=both, measure=both, blockers=(both,)
        )
        for parcel in parcels
    ]
    page = township_page(info, dataclasses.replace(county[5], name=both), rows, county)
    assert "<script>alert" not in page
    assert "<!--" not in page
    assert data_of(page, "parcels")["parcels"]["name"][0] == evil


def test_a_township_without_parcels_or_outline(info: PageInfo) -> None:
    page = township_page(info, TownshipRow("1", Text("甲", "A")), [])
    assert data_of(page, "parcels")["parcels"]["count"] == 0


def test_pages_are_made_by_folium(info: PageInfo) -> None:
    drawn = PageMap(about="township")
    assert isinstance(drawn, Map)
    assert issubclass(Page, Figure)
    assert drawn.default_js == []
    assert drawn.default_css == []
    # Folium's own lists, which other maps of the process use, stay as they are.
    assert Map.default_js
