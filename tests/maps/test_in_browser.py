"""The saved pages as people use them: opened from disk in headless Chromium with the network off."""

import dataclasses
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pydantic import SecretStr

from gisreg.settings import Settings
from gisreg.text import Text
from maps.base_maps import served_base_map
from maps.county import county_page, sum_of
from maps.overlays import Overlays
from maps.rows import PageInfo, ParcelRow, TownshipRow
from maps.township import township_page

pytestmark = pytest.mark.browser

EVIL = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>'


class Desk:
    """A browser without network, and a folder with pages."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page, self.folder = page, folder
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda said: self.hear(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def hear(self, text: str) -> None:
        """Keep complaints, but for those about how these tests read pixels."""
        if "willReadFrequently" not in text:
            self.complaints.append(text)

    def open(self, html: str, name: str = "page.html") -> Page:
        """Save a page and open it from disk."""
        file = self.folder / name
        file.write_text(html, encoding="utf-8")
        self.page.goto(file.as_uri())
        self.page.wait_for_selector(".map[data-ready]")
        return self.page

    def visible(self) -> int:
        """How many parcels are drawn."""
        return int(self.page.evaluate("(() => { let n = 0; map_page.eachLayer(l => { if ('row' in l && !l.options.hidden) n++; }); return n; })()"))  # fmt: skip # noqa: E501


@pytest.fixture
def desk(browser: Browser, tmp_path: Path) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": 1500, "height": 950}, offline=True)
    used = Desk(context.new_page(), tmp_path)
    yield used
    context.close()
    assert used.complaints == []
    assert all(request.startswith("file:") for request in used.requests)
    assert len(used.requests) == len([request for request in used.requests if request.endswith(".html")])


@pytest.fixture
def parcels(make_parcels: Callable[[int], list[ParcelRow]]) -> list[ParcelRow]:
    return make_parcels(120)


@pytest.fixture
def township(
    desk: Desk, info: PageInfo, county: Sequence[TownshipRow], parcels: list[ParcelRow], backdrop: Any
) -> Page:
    linked = dataclasses.replace(info, linked=True)
    return desk.open(township_page(linked, county[5], parcels, county, backdrop))


@pytest.fixture
def overview(desk: Desk, info: PageInfo, county: Sequence[TownshipRow], backdrop: Any) -> Page:
    return desk.open(county_page(info, county, backdrop), "county.html")


PIXELS = """name => { const c = document.querySelector(`.leaflet-${name}-pane canvas`);
    if (!c) return 0;
    const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
    let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i]) n++; return n; }"""


def pixels_of(page: Page, pane: str) -> int:
    """How many pixels a pane has painted."""
    return int(page.evaluate(PIXELS, pane))


def expect_pixels(page: Page, pane: str, told: str) -> None:
    """Waits until a pane has painted as many pixels as told; the map paints in a frame of its own."""
    page.wait_for_function(f"name => ({PIXELS})(name) {told}", arg=pane)


def entry(page: Page, token: str) -> Any:
    return page.locator(f'.entry-button[data-token="{token}"]')


def test_the_county_page_draws_and_adds_up(overview: Page, county: Sequence[TownshipRow]) -> None:
    assert pixels_of(overview, "theme") > 50_000
    expect(overview.locator("tbody tr[data-code]")).to_have_count(13)
    expect(overview.locator(".ranking tr.sum")).to_contain_text(f"{sum_of(county).left_mu:,.2f}")
    expect(overview.locator(".map-legend li")).not_to_have_count(0)
    expect(overview.locator(".scale")).to_contain_text("公里")
    expect(overview.locator(".north")).to_contain_text("北")


def test_table_and_map_light_up_together(overview: Page, county: Sequence[TownshipRow]) -> None:
    row = overview.locator(f'tr[data-code="{county[5].code}"]')
    expect_pixels(overview, "light", "=== 0")
    row.hover()
    expect_pixels(overview, "light", "> 100")
    overview.locator("h1").hover()
    expect_pixels(overview, "light", "=== 0")
    row.locator("a").focus()
    expect_pixels(overview, "light", "> 100")
    at = overview.evaluate(
        "() => { const p = map_page.latLngToContainerPoint([36.03, 113.02]), b = map_page.getContainer()"
        ".getBoundingClientRect(); return [p.x + b.x, p.y + b.y]; }"
    )
    overview.mouse.move(at[0], at[1])
    overview.mouse.move(at[0] + 2, at[1] + 2)
    expect(overview.locator("tr.lit")).to_have_attribute("data-code", str(county[5].code))
    expect(overview.locator(".tip")).to_contain_text(county[5].name.zh)


def test_rows_lead_to_the_township_s_page(
    overview: Page, desk: Desk, info: PageInfo, county: Sequence[TownshipRow], parcels: list[ParcelRow]
) -> None:
    page = township_page(dataclasses.replace(info, linked=True), county[5], parcels, county)
    (desk.folder / f"township-{county[5].code}.html").write_text(page, encoding="utf-8")
    overview.locator(f'tr[data-code="{county[5].code}"] a').click()
    expect(overview.locator("h1")).to_contain_text(county[5].name.zh)
    overview.get_by_text("返回全县").click()
    expect(overview.locator("h1")).to_contain_text("示例县")


def test_the_language_is_kept_from_page_to_page(
    overview: Page, desk: Desk, info: PageInfo, county: Sequence[TownshipRow], parcels: list[ParcelRow]
) -> None:
    page = township_page(dataclasses.replace(info, linked=True), county[5], parcels, county)
    (desk.folder / f"township-{county[5].code}.html").write_text(page, encoding="utf-8")
    overview.get_by_role("button", name="English").click()
    overview.locator(f'tr[data-code="{county[5].code}"] a').click()
    expect(overview.locator("h1")).to_have_text("Example Township 6: idle land and buildings", use_inner_text=True)
    overview.get_by_role("button", name="中文").click()
    overview.get_by_text("返回全县").click()
    expect(overview.locator("h1")).to_contain_text("示例县", use_inner_text=True)


def test_a_page_opens_in_the_language_it_was_made_for(
    desk: Desk, info: PageInfo, county: Sequence[TownshipRow], parcels: list[ParcelRow]
) -> None:
    english = dataclasses.replace(info, language="en", linked=True)
    page = township_page(english, county[5], parcels, county)
    (desk.folder / f"township-{county[5].code}.html").write_text(page, encoding="utf-8")
    opened = desk.open(county_page(english, county), "county.html")
    expect(opened.locator("h1")).to_have_text("Example County: what is left to revitalise", use_inner_text=True)
    expect(opened.get_by_role("button", name="English")).to_have_attribute("aria-pressed", "true")
    opened.get_by_role("button", name="中文").click()
    expect(opened.locator("h1")).to_contain_text("示例县", use_inner_text=True)
    opened.locator(f'tr[data-code="{county[5].code}"] a').click()
    expect(opened.locator("h1")).to_have_text("示例己镇待盘活资产图", use_inner_text=True)
    opened.get_by_role("button", name="English").click()
    opened.get_by_text("Back to the county").click()
    expect(opened.locator("h1")).to_contain_text("what is left", use_inner_text=True)


def test_what_a_person_wrote_is_told_as_such(
    desk: Desk, info: PageInfo, county: Sequence[TownshipRow], parcels: list[ParcelRow]
) -> None:
    own = Text("会议已定", "会议已定")
    first, second, *rest = parcels
    written = dataclasses.replace(first, reason=own, decided_by_person=True)
    ruled = dataclasses.replace(second, reason=Text("已有项目", "A project is ready"), decided_by_person=True)
    page = desk.open(township_page(info, county[5], [written, ruled, *rest], county))
    page.get_by_role("button", name="English").click()
    for parcel, told in ((first, "Reason (as written)\n“会议已定”"), (second, "Reason\nA project is ready")):
        page.locator("#search").fill(parcel.parcel_code)
        page.keyboard.press("Enter")
        expect(page.locator(".details .code")).to_contain_text(parcel.parcel_code)
        assert told in page.locator(".details dl").inner_text()
    page.get_by_role("button", name="中文").click()


HIDDEN_BELOW = """() => {
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const boxes = [...document.querySelectorAll('.map-frame .leaflet-control, .map-frame .search')]
        .map(c => c.getBoundingClientRect()).filter(b => b.width > 0);
    return [...document.querySelectorAll('.place > :not(.crowded)')].map(l => [l.innerText, l.getBoundingClientRect()])
        .filter(([, a]) => boxes.some(b => meet(a, b)))
        .map(([text]) => text); }"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_no_name_runs_below_a_control(overview: Page, width: int, language: str) -> None:
    overview.set_viewport_size({"width": width, "height": 800})
    overview.reload()
    overview.wait_for_selector(".map[data-ready]")
    overview.click(f"[data-language='{language}']")
    assert overview.evaluate(HIDDEN_BELOW) == []
    assert overview.locator(".township-name > :not(.crowded)").count() == 12


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_ranking_is_whole_on_a_phone(overview: Page, language: str) -> None:
    overview.set_viewport_size({"width": 390, "height": 800})
    overview.click(f"[data-language='{language}']")
    card = overview.locator(".ranking-card")
    assert card.evaluate("card => card.scrollWidth - card.clientWidth") == 0
    assert overview.locator(".ranking").evaluate("t => t.getBoundingClientRect().right") <= 390 - 8


def test_the_county_s_own_outline_shows_its_figures(desk: Desk, info: PageInfo, county: Sequence[TownshipRow]) -> None:
    bare = [dataclasses.replace(row, boundary=None) for row in county]
    page = desk.open(county_page(info, bare, outline=county[5].boundary))
    expect(page.locator(".no-map")).to_have_count(0)
    expect(page.locator(".township-name")).to_contain_text("示例县")
    box = page.locator(".map").bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(middle[0], middle[1] + 60)
    page.mouse.move(middle[0] + 2, middle[1] + 62)
    expect(page.locator(".tip")).to_contain_text(f"{sum_of(county).left_mu:,.2f}")
    page.mouse.click(middle[0], middle[1] + 60)
    assert page.url.endswith("page.html")


def test_the_language_can_be_switched(township: Page) -> None:
    expect(township.locator("h1")).to_have_text("示例己镇待盘活资产图", use_inner_text=True)
    township.get_by_role("button", name="English").click()
    expect(township.locator("h1")).to_have_text("Example Township 6: idle land and buildings", use_inner_text=True)
    assert township.title() == "Example Township 6: idle land and buildings"
    assert township.evaluate("document.documentElement.lang") == "en"
    expect(township.locator("#search")).to_have_attribute("placeholder", "Find by number or name")
    assert "剩余" not in township.locator("aside").inner_text()
    township.get_by_role("button", name="中文").click()
    expect(township.locator("h1")).to_have_text("示例己镇待盘活资产图", use_inner_text=True)


def test_legend_entries_hide_parcels_and_counts_follow(desk: Desk, township: Page, parcels: list[ParcelRow]) -> None:
    mapped = [parcel for parcel in parcels if parcel.boundary]
    assert desk.visible() == len(mapped)
    entry(township, "use").click()
    expect(entry(township, "use")).to_have_attribute("aria-pressed", "false")
    assert desk.visible() == sum(parcel.label != "use" for parcel in mapped)
    held = [parcel for parcel in parcels if parcel.gated and parcel.label != "use"]
    expect(entry(township, "gated").locator(".number").first).to_have_text(f"{len(held):,}")
    mu = sum(parcel.land_area_m2 or 0 for parcel in held) * 0.0015
    expect(entry(township, "gated").locator(".number").last).to_have_text(f"{mu:,.2f}")
    # An entry that is hidden still says what it hides.
    hidden = sum(parcel.label == "use" for parcel in parcels)
    expect(entry(township, "use").locator(".number").first).to_have_text(f"{hidden:,}")
    township.locator("#reset").click()
    assert desk.visible() == len(mapped)
    expect(township.locator("#reset")).to_be_hidden()


def test_only_what_is_left(desk: Desk, township: Page, parcels: list[ParcelRow]) -> None:
    township.locator("[data-preset=left]").click()
    assert desk.visible() == sum(parcel.is_left for parcel in parcels if parcel.boundary)
    township.locator("[data-preset=not_closed]").click()
    assert desk.visible() == sum(parcel.is_not_closed for parcel in parcels if parcel.boundary)


def test_parcels_are_coloured_by_what_is_chosen(township: Page) -> None:
    colours = "() => { const s = new Set(); map_page.eachLayer(l => { if ('row' in l) s.add(l.options.fillColor); }); return s.size; }"  # noqa: E501
    assert township.evaluate(colours) == 5
    township.locator("[data-colour=kind]").click()
    assert township.evaluate(colours) == 4
    expect(entry(township, "idle_land")).to_be_visible()
    expect(entry(township, "use")).to_be_hidden()
    expect(entry(township, "gated")).to_be_visible()
    township.locator("[data-colour=state]").click()
    assert township.evaluate(colours) > 5


def test_held_parcels_are_hatched(township: Page, parcels: list[ParcelRow]) -> None:
    """A hatched parcel has two colours of its own inside; a plain one has one."""
    inside = """code => { let found; map_page.eachLayer(l => { if ('row' in l) { const i = l.row;
        if (gisreg.data('parcels_parcels').parcels.code[i] === code) found = l; } });
        found.options.glyph = null; map_page.fitBounds(found.getBounds(), {animate: false});
        const c = document.querySelector('.leaflet-parcels-pane canvas'), r = c.getBoundingClientRect();
        const m = map_page.getContainer().getBoundingClientRect();
        const p = map_page.latLngToContainerPoint(gisreg.inside(found.getLatLngs()));
        const k = c.width / r.width, d = c.getContext('2d').getImageData((p.x + m.x - r.x) * k, (p.y + m.y - r.y) * k, 24, 24).data;
        const s = new Set(); for (let i = 0; i < d.length; i += 4) s.add(d[i] >> 6); return s.size; }"""  # noqa: E501
    large = sorted((p for p in parcels if p.boundary and p.is_left), key=lambda p: -(p.land_area_m2 or 0))
    held, free = (next(p for p in large if p.gated is gated) for gated in (True, False))
    assert township.evaluate(inside, held.parcel_code) > 1
    assert township.evaluate(inside, free.parcel_code) == 1


def test_search_opens_the_parcel(township: Page, parcels: list[ParcelRow]) -> None:
    wanted = next(p for p in parcels if p.boundary and p.gated and p.due_on and p.label)
    township.locator("#search").fill(wanted.parcel_code)
    expect(township.locator("#found [role=option]")).not_to_have_count(0)
    township.keyboard.press("ArrowDown")
    township.keyboard.press("Enter")
    details = township.locator(".details")
    expect(details).to_contain_text(wanted.parcel_code)
    expect(details).to_contain_text(f"{(wanted.land_area_m2 or 0) * 0.0015:,.2f}")
    expect(details).to_contain_text(f"{wanted.land_area_m2:,.2f} m²")
    expect(details).to_contain_text("已查封")
    for word in ("已有公共项目且供地条件具备", "第十二条", "自然资源局", "约谈权利人", str(wanted.due_on)):
        expect(details).to_contain_text(word)
    township.locator("#search").fill("没有这一宗")
    expect(township.locator("#found")).to_contain_text("没有找到")
    township.keyboard.press("Escape")
    expect(township.locator("#found")).to_be_hidden()


def test_a_parcel_that_the_filters_hide_is_found_all_the_same(
    desk: Desk, township: Page, parcels: list[ParcelRow]
) -> None:
    wanted = next(p for p in parcels if p.boundary and p.label == "sell")
    entry(township, "sell").click()
    township.locator("#search").fill(wanted.parcel_code)
    township.keyboard.press("Enter")
    expect(township.locator(".details")).to_contain_text(wanted.parcel_code)
    expect(entry(township, "sell")).to_have_attribute("aria-pressed", "true")


def test_parcels_without_boundary_are_listed_and_open(township: Page, parcels: list[ParcelRow]) -> None:
    lost = [parcel for parcel in parcels if parcel.boundary is None]
    township.locator("#unmapped summary").click()
    expect(township.locator("#unmapped li")).to_have_count(len(lost))
    township.locator("#unmapped li button").first.click()
    expect(township.locator(".details")).to_contain_text("未上图")


def test_the_list_follows_the_filters(township: Page, parcels: list[ParcelRow]) -> None:
    township.locator("#list summary").click()
    largest = max(parcels, key=lambda parcel: parcel.land_area_m2 or 0)
    expect(township.locator("#list li").first).to_contain_text(f"{(largest.land_area_m2 or 0) * 0.0015:,.2f}")
    for token in ("use", "sell", "lease", "finance", "none"):
        entry(township, token).click()
    expect(township.locator("#list li")).to_have_count(0)


def test_a_name_with_html_in_it_shows_as_text(
    desk: Desk, info: PageInfo, county: Sequence[TownshipRow], parcels: list[ParcelRow]
) -> None:
    both = Text(EVIL, EVIL)
    rows = [
        dataclasses.replace(
            parcel, name=EVIL, address=EVIL, reason=both, measure=both, agency=both, basis=both, blockers=(both,)
        )
        for parcel in parcels
    ]
    named = [dataclasses.replace(row, name=both) for row in county]
    feature = {
        "properties": {"class": "town", "name": EVIL},
        "geometry": {"type": "Point", "coordinates": [113.03, 36.03]},
    }
    spoken = dataclasses.replace(info, county=both, source=both)
    for html in (
        township_page(spoken, named[5], rows, named, {"features": [feature]}),
        county_page(spoken, named, {"features": [feature]}),
    ):
        page = desk.open(html)
        if page.locator("#search").count():
            page.locator("#search").fill("img")
            page.keyboard.press("Enter")
            expect(page.locator(".details h2")).to_have_text(EVIL)
            page.locator("#list summary").click()
        expect(page.locator(".over")).to_contain_text(EVIL)
        assert page.evaluate("window.broken") is None
        assert page.locator("img").count() == 0


def test_scripts_from_elsewhere_do_not_run(township: Page, desk: Desk) -> None:
    township.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.broken = 1';"
        "document.body.append(s); }"
    )
    assert township.evaluate("window.broken") is None
    assert any("Content Security Policy" in complaint for complaint in desk.complaints)
    desk.complaints.clear()


def test_five_thousand_parcels(
    desk: Desk, info: PageInfo, county: Sequence[TownshipRow], make_parcels: Callable[[int], list[ParcelRow]]
) -> None:
    parcels = make_parcels(5000)
    page = desk.open(township_page(info, county[5], parcels, county))
    entry(page, "lease").click()
    assert desk.visible() == sum(parcel.label != "lease" for parcel in parcels if parcel.boundary)
    # Slow machines pass too; a page that draws one DOM element a parcel does not.
    toggled = page.evaluate(
        "() => { const t = performance.now(); document.querySelector('[data-token=lease]').click();"
        "return performance.now() - t; }"
    )
    assert toggled < 2000
    assert page.evaluate("document.getElementsByTagName('*').length") < 4000


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_county_s_header_is_one_row_on_a_small_laptop(overview: Page, language: str) -> None:
    overview.set_viewport_size({"width": 1280, "height": 800})
    overview.click(f"[data-language='{language}']")
    boxes = [overview.locator(part).bounding_box() for part in (".heading", ".keys", ".tools", ".top h1")]
    assert all(boxes)
    heading, keys, tools, title = (box for box in boxes if box)
    assert heading["x"] + heading["width"] < keys["x"] < keys["x"] + keys["width"] < tools["x"]
    assert max(abs(box["y"] - tools["y"]) for box in (heading, keys)) < 12
    assert title["height"] < 40  # one line of text


def test_a_phone_shows_all_of_it_without_sideways_scrolling(
    desk: Desk, info: PageInfo, county: Sequence[TownshipRow], parcels: list[ParcelRow]
) -> None:
    desk.page.set_viewport_size({"width": 360, "height": 740})
    for html in (county_page(info, county), township_page(info, county[5], parcels, county)):
        page = desk.open(html)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        expect(page.locator("aside")).to_be_visible()


def test_details_on_a_phone_stand_below_the_map(desk: Desk, township: Page, parcels: list[ParcelRow]) -> None:
    township.set_viewport_size({"width": 360, "height": 740})
    township.locator("#search").fill(parcels[0].parcel_code)
    township.keyboard.press("Enter")
    expect(township.locator(".sheet .details")).to_contain_text(parcels[0].parcel_code)
    expect(township.locator(".leaflet-popup")).to_have_count(0)
    township.get_by_role("button", name="关闭").click()
    expect(township.locator(".sheet")).to_be_hidden()


@pytest.mark.parametrize(("sheet", "width"), [("a4", 842), ("a3", 1191)])
def test_the_page_prints_on_one_sheet(desk: Desk, township: Page, sheet: str, width: int) -> None:
    township.evaluate(f"document.documentElement.classList.toggle('a3', {json.dumps(sheet == 'a3')})")
    printed = township.pdf(prefer_css_page_size=True, print_background=True)
    assert printed.count(b"/Type /Page\n") == 1
    boxes = re.findall(rb"/MediaBox \[0 0 ([0-9.]+)", printed)
    assert [round(float(box)) for box in boxes] == [width]
    assert not township.evaluate("document.documentElement.classList.contains('printing')")


def test_a_county_of_many_townships_prints_on_more_sheets(
    desk: Desk, info: PageInfo, county: Sequence[TownshipRow]
) -> None:
    rows = [
        dataclasses.replace(row, boundary=None, code=f"1499{place:05d}") for place in range(70) for row in county[:1]
    ]
    printed = desk.open(county_page(info, [*county, *rows])).pdf(prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") > 1


def test_every_control_has_a_name_and_can_be_reached(township: Page) -> None:
    unnamed = township.evaluate(
        "() => [...document.querySelectorAll('button, a[href], input, summary')].filter(e => !(e.textContent.trim() || e.getAttribute('aria-label'))).map(e => e.outerHTML)"  # noqa: E501
    )
    assert unnamed == []
    township.keyboard.press("Tab")
    assert township.evaluate("document.activeElement.className") == "skip"


def test_a_page_without_any_outline_says_so(desk: Desk, info: PageInfo) -> None:
    page = desk.open(township_page(info, TownshipRow("1", Text("甲", "A")), []))
    expect(page.locator(".no-map")).to_contain_text("没有可以上图的界线")


TILE = '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><path fill="#9bc" d="M0 0h256v256H0z"/></svg>'


def test_a_base_map_lies_below_and_can_be_switched_off(
    browser: Browser, info: PageInfo, county: Sequence[TownshipRow], parcels: list[ParcelRow], tmp_path: Path
) -> None:
    base = served_base_map(Settings(base_map="xyz", base_map_url=SecretStr("https://tiles.example/{z}/{x}/{y}.png")))
    file = tmp_path / "page.html"
    file.write_text(township_page(dataclasses.replace(info, base_map=base), county[5], parcels, county), "utf-8")
    page = browser.new_page(viewport={"width": 1500, "height": 950})
    asked: list[str] = []

    def give(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=TILE, content_type="image/svg+xml")

    page.route(re.compile("^https:"), give)
    page.goto(file.as_uri())
    page.wait_for_selector(".leaflet-tile-loaded")
    assert asked
    assert all(url.startswith("https://tiles.example/") for url in asked)
    expect(page.locator(".credit")).to_contain_text("底图：tiles.example")
    expect(page.get_by_text("底图未能载入")).to_be_hidden()
    page.get_by_role("group", name="底图").get_by_role("button", name="无").click()
    expect(page.locator(".leaflet-tile")).to_have_count(0)
    expect(page.locator(".credit")).to_be_hidden()
    page.get_by_role("button", name="地图").click()
    page.wait_for_selector(".leaflet-tile-loaded")
    page.evaluate("window.print = () => { window.printed = document.documentElement.classList.contains('printing'); }")
    page.get_by_role("button", name="打印 A4").click()
    page.wait_for_function("window.printed === true")
    page.close()


def test_a_base_map_that_does_not_come_is_said_so(
    browser: Browser, info: PageInfo, county: Sequence[TownshipRow], tmp_path: Path
) -> None:
    base = served_base_map(Settings(base_map="xyz", base_map_url=SecretStr("https://tiles.example/{z}/{x}/{y}.png")))
    file = tmp_path / "page.html"
    file.write_text(county_page(dataclasses.replace(info, base_map=base), county), "utf-8")
    page = browser.new_page()
    page.route(re.compile("^https:"), lambda route: route.abort())
    page.goto(file.as_uri())
    expect(page.get_by_text("底图未能载入")).to_be_visible()
    page.close()


def test_zones_and_approvals_are_switched_on_and_off(
    desk: Desk, info: PageInfo, county: Sequence[TownshipRow], overlays: Overlays
) -> None:
    page = desk.open(county_page(info, county, overlays=overlays), "county.html")
    drawn = page.locator(".leaflet-overlays-pane path")
    zones, approvals = (page.get_by_role("button", name=name) for name in ("园区", "批文"))
    assert drawn.count() == 0
    zones.click()
    assert drawn.count() == 1
    assert "30.25" in page.locator(".zone-name").inner_text()
    key = page.locator(".layer-legend")
    expect(key).to_be_hidden()
    approvals.click()
    assert drawn.count() == 3
    assert key.locator("circle").count() == 2
    assert key.inner_text().split("\n") == ["批文", "与宗地相符", "与宗地不符", "圆越大，批准面积越大"]
    drawn.nth(1).hover()
    tip = page.locator(".tip").inner_text()
    assert "示政地〔2024〕1号" in tip
    assert "60.00" in tip
    assert "与宗地相符" in tip
    zones.click()
    approvals.click()
    expect(key).to_be_hidden()
    assert drawn.count() == 0
    assert page.locator(".zone-name").count() == 0
    assert desk.complaints == []
