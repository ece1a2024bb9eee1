"""The preview's page: every row in it, text as text, usable with many rows."""

import dataclasses
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from gisreg.batches.preview import PreviewFacts
from gisreg.settings import Settings
from gisreg.text import Text
from maps.preview import preview_page

EVIL = '<img src=x onerror="window.broken=1"></script><script>window.broken=1</script>{{ 7*7 }}'


def square(column: int, row: int, size: float = 0.0004) -> str:
    west, south = 113.0 + column * 0.001, 36.0 + row * 0.001
    ring = [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]
    return json.dumps({"type": "MultiPolygon", "coordinates": [[ring]]})


def problem(row: int, grade: str, what: str = "自相交") -> dict[str, Any]:
    return {
        "row": row, "id": f"K{row}", "field": "DKMC", "grade": grade, "fault": "x", "place": "113 36", "mend": "改",
        "mend_en": "mend it", "what": what, "what_en": "crosses itself",
    }  # fmt: skip


def facts(rows: int = 3, **counts: int) -> PreviewFacts:
    new = [{"row": n, "id": f"K{n}", "area_m2": 10.0, "shape": square(n % 70, n // 70)} for n in range(1, rows + 1)]
    changed = {
        "row": 9001, "id": "C", "parcel_code": "149901-0000001", "shape": square(1, 80), "area_change_m2": -3.25,
        "before_shape": square(2, 80, 0.0006), "moved_m": 12.345,
        "fields": [{"field": "name", "before": None, "after": EVIL}, {"field": "gated", "before": True, "after": 0.5}],
    }  # fmt: skip
    groups: dict[str, list[dict[str, Any]]] = {
        "new": new,
        "changed": [changed],
        "same": [],
        "missing": [{"parcel_code": "149901-0000002", "id": "M", "shape": square(5, 80)}],
        "refused": [
            {"row": 9002, "id": "R", "shape": None},
            {"row": 9003, "id": "S", "shape": '{"type": "Polygon", "coordinates": [[[NaN, 1]]]}'},
        ],
    }
    problems = [problem(1, "repaired"), problem(2, "warned", EVIL), problem(9002, "refused")]
    return PreviewFacts(
        county=Text("示例县", "Example County"),
        invented=True,
        made_at=datetime(2026, 6, 26, 9, 30, tzinfo=UTC),
        townships=[{"code": "149901100", "name": "示例镇", "name_en": None, "boundary": None}],
        report={
            "file": f"勘界{EVIL}.zip", "read": rows + 3, "repaired": 1, "warned": 1, "refused": 2, "crs": "EPSG:4547",
            "encoding": None, "problems": problems,
        },
        groups={name: {"count": counts.get(name, len(rows)), "rows": rows} for name, rows in groups.items()},
        titles={"name": Text("名称", "Name")},
    )  # fmt: skip


def page_of(made: PreviewFacts) -> str:
    return preview_page(made, Settings().assets_dir, date(2026, 6, 25))


def data_of(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="preview_preview">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_every_row_is_in_the_page_with_what_was_found() -> None:
    rows = {row["id"]: row for row in data_of(page_of(facts()))["rows"]}
    assert set(rows) == {"K1", "K2", "K3", "C", "M", "R", "S"}
    assert (rows["K1"]["found"], rows["K2"]["found"], rows["K3"]["found"]) == (["repaired"], ["warned"], ["clean"])
    assert (rows["C"]["moved"], rows["C"]["change"]) == (12.345, -3.2)
    assert rows["C"]["fields"] == [
        [["名称", "Name"], None, EVIL], [["gated", "gated"], ["是", "yes"], "0.5"],
    ]  # fmt: skip
    assert "shape" not in rows["R"]
    assert "shape" not in rows["S"], "a coordinate that is no number is not drawn"


def test_a_move_that_nobody_could_measure_is_called_rounding() -> None:
    made = facts()
    changed = dict(made.groups["changed"]["rows"][0], moved_m=2e-9, area_change_m2=-1e-6, fields=[])
    page = page_of(dataclasses.replace(made, groups={**made.groups, "changed": {"count": 1, "rows": [changed]}}))
    (row,) = (row for row in data_of(page)["rows"] if row["id"] == "C")
    assert row["rounding"]
    assert not {"moved", "before", "change"} & set(row)
    assert "变更中 1 行只有不足 1 毫米的坐标尾差" in page


def test_what_is_not_drawn_is_said() -> None:
    page = page_of(facts(3, new=8000))
    assert "8,000 行中 7,997 行未画出" in page
    assert "拒绝：2 行中 2 行未画出" in page


def test_nothing_in_the_page_comes_from_outside_or_is_run() -> None:
    page = page_of(facts())
    assert "default-src &#39;none&#39;" in page
    assert "<img" not in page
    assert EVIL not in page
    assert "{{ 7*7 }}" in page


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def open_page(made: PreviewFacts) -> Page:
        file = tmp_path / "preview.html"
        file.write_text(page_of(made), encoding="utf-8")
        page.goto(file.as_uri())
        page.wait_for_selector(".map[data-ready]")
        return page

    yield open_page
    context.close()
    assert complaints == []


def drawn(page: Page) -> int:
    return int(page.evaluate("(() => { let n = 0; map_page.eachLayer(l => { if ('row' in l && !l.options.hidden) n++; }); return n; })()"))  # fmt: skip # noqa: E501


@pytest.mark.browser
def test_the_legend_shows_and_hides_outcomes_and_findings(shown: Any) -> None:
    page = shown(facts())
    assert drawn(page) == 5
    page.click('[data-token="new"]')
    assert drawn(page) == 2
    page.click("#reset")
    page.click('[data-token="clean"]')
    assert drawn(page) == 2, "repaired and warned rows stay"
    page.click('[data-token="warned"]')
    assert drawn(page) == 1


@pytest.mark.browser
@pytest.mark.parametrize(("width", "place"), [(1280, ".leaflet-popup"), (390, ".sheet")])
def test_details_show_old_and_new_as_text(shown: Any, width: int, place: str) -> None:
    page = shown(facts())
    page.set_viewport_size({"width": width, "height": 800})
    page.click('[data-language="en"]')
    page.fill("#filter", "149901-0000001")
    page.click("#list ol .link")
    details = page.locator(f"{place} .details")
    expect(details).to_contain_text("Boundary moved by up to12.35 m")
    expect(details).to_contain_text(EVIL)
    assert page.evaluate("window.broken") is None
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.fill("#filter", "自相交")
    expect(page.locator("#list ol li")).to_have_count(2)


@pytest.mark.browser
def test_five_thousand_rows_are_usable(shown: Any) -> None:
    page = shown(facts(5000))
    assert drawn(page) == 5002
    began = time.monotonic()
    page.click('[data-token="changed"]')
    assert drawn(page) == 5001
    assert time.monotonic() - began < 2
