"""The pages a person opens, in a browser that has no internet."""

import pytest

pytestmark = pytest.mark.browser


def test_first_page(watched, site):
    watched.page.goto(f"{site}/", wait_until="networkidle")
    assert "剩余待盘活" in watched.page.locator("main").inner_text()
    assert watched.page.locator("#townships tbody tr").count() >= 12
    bars = watched.page.locator("#townships .bar rect")
    assert bars.first.bounding_box()["width"] > 50
    watched.page.get_by_role("link", name="English").click()
    assert "Left to revitalise" in watched.page.locator("main").inner_text()
    watched.page.get_by_role("link", name="County map").click()
    watched.page.get_by_text("Left to revitalise").first.wait_for()
    watched.check()


def test_a_download_from_the_first_page(watched, site):
    watched.page.goto(f"{site}/")
    watched.page.get_by_label("格式").select_option("geojson")
    with watched.page.expect_download() as waiting:
        watched.page.get_by_role("button", name="导出").click()
    assert waiting.value.suggested_filename.endswith(".geojson")
    assert not waiting.value.suggested_filename.startswith("gisreg_")
    watched.check()


def test_api_documentation(watched, site):
    watched.page.goto(f"{site}/docs", wait_until="networkidle")
    watched.page.get_by_text("/townships", exact=True).first.wait_for()
    watched.page.locator(".opblock").nth(5).wait_for()  # those out of sight are drawn when they come near
    watched.check()


def test_an_operation_is_tried_from_the_documentation(watched, site):
    watched.page.goto(f"{site}/docs#/health/health_health_get", wait_until="networkidle")
    watched.page.get_by_role("button", name="Execute").click()
    watched.page.locator(".live-responses-table .response-col_status", has_text="200").first.wait_for()
    # swagger-ui warns of the underscores in the names of operations, which are FastAPI's
    watched.complaints = [told for told in watched.complaints if "deep link" not in told]
    watched.check()


def test_the_first_page_on_a_phone_needs_no_sideways_scrolling(watched, site):
    watched.page.set_viewport_size({"width": 390, "height": 800})
    watched.page.goto(f"{site}/", wait_until="networkidle")
    assert watched.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    watched.check()


CELLS = """() => [...document.querySelectorAll('#townships tbody tr, #townships tfoot tr')].map(row =>
    [...row.cells].filter(c => c.dataset.head).map(c => {
        const text = document.createRange(); text.selectNodeContents(c);
        return [c.dataset.head, c.innerText, Math.round(text.getBoundingClientRect().right)]; }))"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_figure_of_the_ranking_is_whole_on_a_phone_and_under_its_heading(watched, site, language):
    watched.page.goto(f"{site}/?lang={language}", wait_until="networkidle")
    wide = watched.page.evaluate(CELLS)
    columns = watched.page.evaluate(
        "() => [...document.querySelectorAll('#townships tr')].map(r => [...r.cells].map(c => c.offsetLeft))"
    )
    assert all(row == columns[0] for row in columns)
    watched.page.set_viewport_size({"width": 390, "height": 800})
    narrow = watched.page.evaluate(CELLS)
    assert [[cell[:2] for cell in row] for row in narrow] == [[cell[:2] for cell in row] for row in wide]
    assert {len(row) for row in narrow} == {6}
    assert max(cell[2] for row in narrow for cell in row) <= 390 - 16
    assert watched.page.locator("#townships .wide").evaluate("box => box.scrollWidth - box.clientWidth") == 0
    assert watched.page.locator("#townships tfoot td:visible").count() == 6
    assert watched.page.locator("#townships .rank:visible").count() == 0
    watched.check()


def test_county_map_leads_to_a_township_and_back(watched, site):
    watched.page.goto(f"{site}/", wait_until="networkidle")
    watched.page.get_by_role("link", name="全县地图").click()
    watched.page.wait_for_load_state("networkidle")
    assert watched.page.url.endswith("/county.html")
    assert watched.page.locator(".leaflet-container").count() == 1
    link = watched.page.locator("a[href^='township-']").first
    name = link.inner_text()
    link.click()
    watched.page.wait_for_load_state("networkidle")
    assert name in watched.page.locator("body").inner_text()
    watched.page.locator("a[href='county.html']").first.click()
    watched.page.wait_for_load_state("networkidle")
    assert watched.page.url.endswith("/county.html")
    watched.check()


def test_every_township_of_the_ranking_opens(watched, site):
    watched.page.goto(f"{site}/", wait_until="networkidle")
    links = watched.page.locator("#townships tbody a").evaluate_all("all => all.map(link => link.href)")
    assert len(links) >= 12
    for link in links:
        assert watched.page.goto(link).status == 200
        watched.page.locator(".leaflet-container").wait_for()
    watched.check()


def test_a_problem_is_a_page_for_people(watched, site):
    watched.page.goto(f"{site}/parcels?filter=nonsense")
    assert "处理办法" in watched.page.locator("main").inner_text()
    assert watched.foreign == []
