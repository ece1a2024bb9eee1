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
    assert watched.page.locator(".opblock").count() >= 10
    watched.page.locator("#operations-health-health_health_get .opblock-summary").click()
    watched.page.get_by_role("button", name="Execute").click()
    watched.page.locator(".live-responses-table .response-col_status", has_text="200").first.wait_for()
    watched.check()


def test_the_first_page_on_a_phone_needs_no_sideways_scrolling(watched, site):
    watched.page.set_viewport_size({"width": 390, "height": 800})
    watched.page.goto(f"{site}/", wait_until="networkidle")
    assert watched.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    watched.check()
