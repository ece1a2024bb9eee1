"""The page of an import's preview: what a file would make of the registry, row by row, each outcome switchable."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisreg.text import Text
from maps.columns import pair
from maps.layers import Data, outline_data
from maps.page import Layer, Page, PageMap, filled, part
from maps.preview_text import WORDS
from maps.rows import PageInfo, TownshipRow
from maps.shapes import Shape, polygons

if TYPE_CHECKING:
    from gisreg.batches.preview import PreviewFacts

MEASURABLE_M = 0.001
LISTED = 100
"""Rows of the page's list at a time."""
TOLD = 8
"""Findings of one row that its details show."""
GLYPHS = {"new": "新", "changed": "改", "same": "", "missing": "缺", "refused": "拒"}
COLOURS = {
    "new": "#10906e",
    "changed": "#dc7f0a",
    "same": "#c3c9cf",
    "missing": "#692463",
    "refused": "#b3261e",
    "repaired": "#256db0",
    "warned": "#f0c24b",
    "clean": "#ffffff",
}
FATES = ("new", "changed", "same", "missing", "refused")
FINDINGS = ("repaired", "warned", "clean")
DRAW_ORDER = ("missing", "same", "new", "changed", "refused")
"""What is said last lies on top."""


def preview_page(facts: "PreviewFacts", assets_dir: Path, as_of: date, batch: int | None = None) -> str:
    """The page as HTML; nothing in it comes from outside. ``batch`` is what became of it, once it is accepted."""
    report, file = facts.report, str(facts.report["file"])
    source = filled(WORDS["source"], file=file, county=facts.county)
    if facts.invented:
        source = Text(source.zh + WORDS["invented"].zh, source.en + WORDS["invented"].en)
    info = PageInfo(facts.county, as_of, facts.made_at, source, assets_dir)
    rows, groups = _rows(facts), _groups(facts)
    standing = WORDS["nothing_written"] if batch is None else filled(WORDS["accepted_as"], batch=batch)
    figures = part(
        "preview.html", texts=WORDS, report=report, standing=standing, notes=_notes(facts, groups), listed=LISTED
    )  # fmt: skip
    page = Page(
        info, filled(WORDS["title"], file=file), ["township.js", "preview.js"], figures, kind="preview-page township",
        keys=part("preview_keys.html", texts=WORDS, report=report, groups=groups), map_about=WORDS["map_of_preview"],
        search=False,
    )  # fmt: skip
    drawn = PageMap(about="preview")
    drawn.add_to(page)
    Layer("outlines", outline_data(_townships(facts), own=None, linked=False)).add_to(drawn)
    Layer("preview", {**rows, "legend": _legend(facts, groups), "words": _words(), "listed": LISTED}).add_to(drawn)
    return str(page.render())


def _words() -> dict[str, list[str] | None]:
    return {f"preview_{key}": pair(text) for key, text in WORDS.items()}


def _townships(facts: "PreviewFacts") -> list[TownshipRow]:
    return [
        TownshipRow(unit["code"], Text(unit["name"], unit["name_en"] or unit["name"]), json.loads(unit["boundary"]))
        for unit in facts.townships
        if unit["boundary"]
    ]


def _groups(facts: "PreviewFacts") -> dict[str, dict[str, int]]:
    """How many rows each group has, and how many of them can be drawn."""
    return {
        name: {
            "count": facts.groups[name]["count"],
            "listed": len(facts.groups[name]["rows"]),
            "drawn": sum(shape_of(row.get("shape")) is not None for row in facts.groups[name]["rows"]),
        }
        for name in FATES
    }


def _notes(facts: "PreviewFacts", groups: Mapping[str, Mapping[str, int]]) -> list[Text]:
    """Of which groups some rows are not on the map, and which changes are none that one could measure."""
    most = max(group["listed"] for group in groups.values())
    hidden = [
        filled(
            WORDS["not_drawn"], group=_plain(name), count=f"{group['count']:,}",
            missing=f"{group['count'] - group['drawn']:,}", most=f"{max(most, 1):,}",
        )
        for name, group in groups.items()
        if group["drawn"] < group["count"]
    ]  # fmt: skip
    rounding = sum(is_rounding(row) and not row["fields"] for row in facts.groups["changed"]["rows"])
    return [*hidden, filled(WORDS["only_rounding"], count=f"{rounding:,}")] if rounding else hidden


def _plain(name: str) -> Text:
    """A group's title without its explanation in brackets."""
    title = WORDS[name]
    return Text(title.zh.split("（")[0], title.en.split(" (")[0])


def _legend(facts: "PreviewFacts", groups: Mapping[str, Mapping[str, int]]) -> dict[str, list[Data]]:
    fates = [
        {
            "token": name, "title": pair(WORDS[name]), "colour": COLOURS[name], "glyph": GLYPHS[name],
            "count": groups[name]["count"],
        }
        for name in FATES
    ]  # fmt: skip
    counts = {"repaired": facts.report["repaired"], "warned": facts.report["warned"], "clean": None}
    findings = [
        {"token": name, "title": pair(WORDS[name]), "colour": COLOURS[name], "glyph": "", "count": counts[name]}
        for name in FINDINGS
    ]
    return {"fate": fates, "finding": findings}


def _rows(facts: "PreviewFacts") -> Data:
    """All rows that are listed, in the order in which they are drawn."""
    told = _told(facts.report["problems"])
    chosen = [(group, row) for group in DRAW_ORDER for row in facts.groups[group]["rows"]]
    return {"rows": [_row(group, row, told.get(row.get("row")), facts.titles) for group, row in chosen]}


def _told(problems: Sequence[Mapping[str, Any]]) -> dict[int | None, list[Mapping[str, Any]]]:
    told: dict[int | None, list[Mapping[str, Any]]] = {}
    for problem in problems:
        told.setdefault(problem["row"], []).append(problem)
    return told


def _row(
    group: str, row: Mapping[str, Any], found: Sequence[Mapping[str, Any]] | None, titles: Mapping[str, Text]
) -> Data:
    grades = {problem["grade"] for problem in found or ()}
    made = {
        "fate": group,
        "found": [grade for grade in ("repaired", "warned") if grade in grades] or ["clean"],
        "row": row.get("row"),
        "id": row.get("id"),
        "code": row.get("parcel_code"),
        "area": _rounded(row.get("area_m2"), 1),
        "change": _rounded(row.get("area_change_m2"), 1),
        "moved": None if is_rounding(row) else _rounded(row.get("moved_m"), 3),
        "rounding": is_rounding(row),
        "shape": shape_of(row.get("shape")),
        "before": None if is_rounding(row) else shape_of(row.get("before_shape")),
        "fields": [
            [
                pair(titles.get(one["field"], Text(one["field"], one["field"]))),
                _value(one["before"]),
                _value(one["after"]),
            ]
            for one in row.get("fields", ())
        ],
        "told": [
            [one["grade"], [one["what"], one["what_en"]], [one["mend"], one["mend_en"]], one["field"], one["place"]]
            for one in (found or ())[:TOLD]
        ],
        "more": max(0, len(found or ()) - TOLD),
    }
    return {key: value for key, value in made.items() if value not in (None, [], 0)}


def is_rounding(row: Mapping[str, Any]) -> bool:
    """Whether a boundary moved by nothing that anybody could measure: coordinates that went to and fro."""
    return 0 < (row.get("moved_m") or 0) < MEASURABLE_M


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits) + 0.0  # no minus before a zero


def _value(value: Any) -> Any:
    """As the page shows it: text, or nothing, or yes and no in both languages."""
    if isinstance(value, bool):
        return ["是", "yes"] if value else ["否", "no"]
    return None if value is None else str(value)


def shape_of(shape: str | None) -> Shape | None:
    """A shape for the page; none where a coordinate is no number."""
    if shape is None or "nan" in shape.lower() or "inf" in shape.lower():
        return None
    return polygons(json.loads(shape))
