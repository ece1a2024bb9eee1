"""The map of vector tiles: MapLibre in Chromium, without internet."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from gisreg.vocab import Kind

pytestmark = pytest.mark.browser


@pytest.fixture
def tile_map(watched: Any, site: str) -> Page:
    """The map, drawn."""
    page: Page = watched.page
    page.goto(f"{site}/ogc/collections/parcels/map?lang=zh")
    page.wait_for_selector("#map[data-ready]", timeout=60_000)
    return page


def move(page: Page, zoom: float, lon: float, lat: float) -> None:
    """Look somewhere else, and wait until it is drawn."""
    page.evaluate(
        "([zoom, lon, lat]) => { delete document.getElementById('map').dataset.ready;"
        " tile_map.jumpTo({ zoom, center: [lon, lat] }); }",
        [zoom, lon, lat],
    )
    page.wait_for_selector("#map[data-ready]", timeout=60_000)


def drawn(page: Page, *layers: str) -> list[dict[str, Any]]:
    """What is seen of these layers, each feature once."""
    found: list[dict[str, Any]] = page.evaluate(
        "(layers) => tile_map.queryRenderedFeatures({ layers }).map((one) => one.properties)", list(layers)
    )
    return list({str(sorted(one.items())): one for one in found}.values())


def test_far_out_townships_and_near_parcels(watched: Any, tile_map: Page, site: str) -> None:
    listed = httpx.get(f"{site}/ogc/collections/parcels/items", params={"limit": 1}).json()["features"][0]
    ring = listed["geometry"]["coordinates"][0][0]
    lon, lat = (sum(corner[axis] for corner in ring[:-1]) / (len(ring) - 1) for axis in (0, 1))
    move(tile_map, 8, lon, lat)
    totals = drawn(tile_map, "totals", "total-points")
    assert len(totals) >= 12
    assert sum(one["n"] for one in totals) <= 400
    move(tile_map, 16, lon, lat)
    near = drawn(tile_map, "parcels")
    assert listed["id"] in {one["parcel_code"] for one in near}
    tile_map.mouse.click(*middle(tile_map))
    link = tile_map.locator(".maplibregl-popup a")
    link.wait_for()
    assert link.inner_text() in {one["parcel_code"] for one in near}
    told = tile_map.locator(".maplibregl-popup dl").inner_text()
    assert {str(kind): kind.zh for kind in Kind}[listed["properties"]["kind"]] in told
    assert listed["properties"]["kind"] not in told
    link.click()
    tile_map.get_by_text("面积").first.wait_for()
    watched.complaints = [said for said in watched.complaints if "GL Driver Message" not in said]
    watched.check()


def middle(page: Page) -> tuple[float, float]:
    """Where the map looks at."""
    box = page.locator("#map canvas").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_an_edit_shows_when_the_map_is_opened_again(tile_map: Page, site: str) -> None:
    code = httpx.get(f"{site}/ogc/collections/parcels/items", params={"limit": 1}).json()["features"][0]["id"]
    feature = httpx.get(f"{site}/ogc/collections/parcels/items/{code}")
    ring = feature.json()["geometry"]["coordinates"][0][0]
    changed = httpx.patch(
        f"{site}/ogc/collections/parcels/items/{code}",
        json={"properties": {"official_area_m2": 666_600, "official_area_source": "ledger"}},
        headers={"If-Match": feature.headers["etag"], "Content-Type": "application/merge-patch+json"},
    )
    assert changed.status_code in (200, 204), changed.text
    tile_map.reload()
    tile_map.wait_for_selector("#map[data-ready]", timeout=60_000)
    move(tile_map, 16, ring[0][0], ring[0][1])
    shown = {one["parcel_code"]: one["area_mu"] for one in drawn(tile_map, "parcels")}
    assert shown[code] == pytest.approx(999.9)
