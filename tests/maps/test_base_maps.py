"""Base maps: what the settings ask for, which hosts the page may then reach, and what never leaves this machine."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import SecretStr

from gisreg.settings import Settings
from maps.base_maps import (
    BaseMapIncomplete,
    BaseMapShifted,
    BaseMapUrlUnusable,
    NoBaseMapForFiles,
    base_map_data,
    saved_base_map,
    served_base_map,
)
from maps.county import county_page
from maps.rows import PageInfo, TownshipRow

TOKEN = "0123456789abcdef"


def tianditu() -> Settings:
    return Settings(base_map="tianditu", tianditu_token=SecretStr(TOKEN))


def xyz(url: str) -> Settings:
    return Settings(base_map="xyz", base_map_url=SecretStr(url))


def test_without_a_base_map_nothing_is_asked_for(info: PageInfo, county: Sequence[TownshipRow]) -> None:
    assert served_base_map(Settings()) is None
    page = county_page(info, county)
    assert "img-src" not in page
    assert "https://" not in page.replace("https://leafletjs.com", "")


def test_tianditu_offers_map_and_imagery_each_with_its_names(info: PageInfo, county: Sequence[TownshipRow]) -> None:
    found = served_base_map(tianditu())
    assert found is not None
    layers = [[layer["url"] for layer in choice["layers"]] for choice in base_map_data(found)["choices"]]
    for pair, names in zip(layers, (("vec", "cva"), ("img", "cia")), strict=True):
        for url, name in zip(pair, names, strict=True):
            assert f"/{name}_w/wmts?" in url
            assert f"LAYER={name}&" in url
            assert url.endswith(f"tk={TOKEN}")
    page = county_page(dataclasses.replace(info, base_map=found), county)
    policy = page.split('Content-Security-Policy" content="')[1].split('"')[0]
    pictures = next(part for part in policy.split("; ") if part.startswith("img-src"))
    assert pictures.split() == ["img-src", *(f"https://t{n}.tianditu.gov.cn" for n in range(8))]
    assert "base_base" in page


@pytest.mark.parametrize(
    ("url", "sources"),
    [
        ("https://tiles.example/{z}/{x}/{y}.png?key=k", ("https://tiles.example",)),
        ("http://127.0.0.1:8090/t/{z}/{x}/{-y}.jpg", ("http://127.0.0.1:8090",)),
        ("https://{s}.tiles.example/{z}/{x}/{y}", tuple(f"https://{s}.tiles.example" for s in "abc")),
    ],
)
def test_the_page_may_ask_the_host_that_is_set_and_no_other(url: str, sources: tuple[str, ...]) -> None:
    found = served_base_map(xyz(url))
    assert found is not None
    assert found.sources == sources


@pytest.mark.parametrize(
    "url",
    [
        "ftp://tiles.example/{z}/{x}/{y}", "https://tiles.example/{z}/{x}", "https://tiles.example/{z}/{x}/{y}/{q}",
        "https://tiles.example;script-src */{z}/{x}/{y}", "https://user:pass@tiles.example/{z}/{x}/{y}",
        "https://{x}.example/{z}/{x}/{y}", "//tiles.example/{z}/{x}/{y}", "https://t.example/'{z}/{x}/{y}",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused_without_its_key(url: str) -> None:
    with pytest.raises(BaseMapUrlUnusable) as caught:
        served_base_map(xyz(f"{url}?key=secret"))
    assert "{z}/{x}/{y}" in caught.value.say_mend("zh")
    assert "secret" not in caught.value.line("en")


def test_shifted_tiles_are_refused() -> None:
    with pytest.raises(BaseMapShifted) as caught:
        served_base_map(xyz("https://webrd01.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}"))
    assert "GCJ-02" in caught.value.line("zh")


@pytest.mark.parametrize(
    ("settings", "needs"),
    [
        (Settings(base_map="tianditu"), "GISREG_TIANDITU_TOKEN"),
        (Settings(base_map="tianditu", tianditu_token=SecretStr("a&b")), "GISREG_TIANDITU_TOKEN"),
        (Settings(base_map="xyz"), "GISREG_BASE_MAP_URL"),
        (Settings(base_map="local"), "GISREG_BASE_MAP_FILE"),
        (Settings(base_map="local", base_map_file=Path("/nowhere/a.mbtiles")), "GISREG_BASE_MAP_FILE"),
    ],
)
def test_what_is_missing_is_named(settings: Settings, needs: str) -> None:
    with pytest.raises(BaseMapIncomplete) as caught:
        served_base_map(settings)
    assert needs in caught.value.line("zh")


def test_a_saved_page_shows_what_it_can_reach(tmp_path: Path) -> None:
    assert saved_base_map(tianditu()) == served_base_map(tianditu())
    for settings in (Settings(), Settings(base_map="local", base_map_file=tmp_path)):
        with pytest.raises(NoBaseMapForFiles):
            saved_base_map(settings)


def test_the_key_is_not_shown_with_the_settings() -> None:
    assert TOKEN not in repr(tianditu())
    assert TOKEN not in tianditu().model_dump_json()


def test_whose_it_is_can_be_said_otherwise() -> None:
    found = served_base_map(tianditu().model_copy(update={"base_map_attribution": "示例测绘院 2025"}))
    assert found is not None
    assert (found.credit.zh, found.credit.en) == ("示例测绘院 2025", "示例测绘院 2025")
