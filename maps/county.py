"""The county page: townships shaded by what is left to revitalise, and the ranked table beside them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gisreg.text import Text
from gisreg.vocab import LABEL_LEGEND, Kind, Label
from maps.columns import pair
from maps.layers import backdrop_data, page_name
from maps.overlays import NO_OVERLAYS, Overlays, overlay_data
from maps.page import Layer, Page, filled, page_map, part
from maps.rows import Amount, GeoJson, PageInfo, TownshipRow
from maps.shapes import polygons
from maps.styles import KIND_COLOURS, LABEL_COLOURS, NONE_LEFT, class_of, nice_breaks, ramp
from maps.text import WORDS


@dataclass(frozen=True)
class Ranked:
    """One line of the table."""

    rank: int | None
    row: TownshipRow
    share: float
    bar: float
    """Length of the bar: 1 for the township with most land left."""
    href: str


def county_page(
    info: PageInfo,
    townships: Sequence[TownshipRow],
    backdrop: GeoJson | None = None,
    overlays: Overlays = NO_OVERLAYS,
    *,
    outline: GeoJson | None = None,
) -> str:
    """The page as HTML. ``outline`` is the county's own, drawn where no township has one."""
    total = sum_of(townships)
    title = filled(WORDS["county_title"], county=info.county)
    figures = part(
        "county.html",
        ranking=ranking(townships),
        total=total,
        by_kind=breakdown(total.by_kind, Kind, KIND_COLOURS),
        by_label=breakdown(total.by_label, Label, LABEL_COLOURS),
        unlabelled=unlabelled(total),
    )
    page = Page(
        info, title, ["county.js"], figures, kind="county", total=total, search=False, map_about=WORDS["map_of_county"]
    )
    drawn = page_map(page, "county")
    mapped = [row for row in townships if row.boundary is not None]
    whole = replace(total, name=info.county, boundary=outline)
    Layer("choropleth", choropleth_data(mapped or [whole])).add_to(drawn)
    Layer("overlays", overlay_data(overlays)).add_to(drawn)
    Layer("backdrop", backdrop_data(backdrop)).add_to(drawn)
    return str(page.render())


def sum_of(townships: Sequence[TownshipRow]) -> TownshipRow:
    """The county's row: what its townships add up to."""
    names = (
        "registered_count", "left_count", "left_mu", "left_floor_m2", "not_closed_count", "not_closed_mu", "overlap_mu",
        "unmapped_count", "suspected_count", "taken_back_count",
    )  # fmt: skip
    sums: dict[str, Any] = {name: sum(getattr(row, name) for row in townships) for name in names}
    by_kind = _added(row.by_kind for row in townships)
    by_label = _added(row.by_label for row in townships)
    return TownshipRow(None, WORDS["total"], None, by_kind=by_kind, by_label=by_label, **sums)


def _added(parts: Any) -> dict[str, Amount]:
    sums: dict[str, Amount] = defaultdict(Amount)
    for amounts in parts:
        for token, amount in amounts.items():
            sums[token] = Amount(sums[token].count + amount.count, sums[token].mu + amount.mu)
    return dict(sums)


def ranking(townships: Sequence[TownshipRow]) -> list[Ranked]:
    """Most land left first; equal figures share a rank; 乡镇待核 stands last and outside the ranking."""
    total = sum(row.left_mu for row in townships)
    most = max((row.left_mu for row in townships), default=0.0)
    ordered = sorted(townships, key=lambda row: (row.code is None, -row.left_mu, row.code or ""))
    return [
        Ranked(
            rank=None if row.code is None else 1 + sum(o.code is not None and o.left_mu > row.left_mu for o in ordered),
            row=row,
            share=row.left_mu / total if total > 0 else 0.0,
            bar=max(0.0, row.left_mu / most) if most > 0 else 0.0,
            href=page_name(row.code),
        )
        for row in ordered
    ]


@dataclass(frozen=True)
class Part:
    """One kind or label with its share of the largest."""

    title: Text
    colour: str
    amount: Amount
    bar: float


def breakdown(amounts: Mapping[str, Amount], terms: type[Kind] | type[Label], colours: Mapping[str, str]) -> list[Part]:
    """Every kind or label in its own order, those with nothing too."""
    most = max((amount.mu for amount in amounts.values()), default=0.0)
    none = Amount()
    return [
        Part(
            _legend(term), colours[term], amounts.get(term, none), amounts.get(term, none).mu / most if most > 0 else 0
        )
        for term in terms
    ]


def _legend(term: Kind | Label) -> Text:
    return LABEL_LEGEND[term] if isinstance(term, Label) else term.titles


def unlabelled(row: TownshipRow) -> Amount:
    """What is left without a label: the kinds' sum less the labels' sum."""
    return Amount(
        sum(a.count for a in row.by_kind.values()) - sum(a.count for a in row.by_label.values()),
        max(0.0, sum(a.mu for a in row.by_kind.values()) - sum(a.mu for a in row.by_label.values())),
    )


def choropleth_data(townships: Sequence[TownshipRow]) -> dict[str, Any]:
    """Outlines with their class, and what the classes stand for."""
    breaks = nice_breaks(row.left_mu for row in townships if row.boundary is not None)
    shades = ramp(len(breaks) + 1)
    drawn = [row for row in townships if row.boundary is not None]
    bare = [row for row in drawn if class_of(row.left_mu, breaks) < 0]
    return {
        "breaks": breaks,
        "shades": shades,
        "none": NONE_LEFT if bare else None,
        "noneWords": _joined([why for why in _NOTHING if why in {why_nothing(row) for row in bare}]),
        "townships": [
            {
                "code": row.code,
                "name": pair(row.name),
                "shade": shades[place] if (place := class_of(row.left_mu, breaks)) >= 0 else NONE_LEFT,
                "count": row.left_count,
                "mu": round(row.left_mu, 2),
                "nothing": pair(nothing_text(row)) if row.left_mu <= 0 else None,
                "openCount": row.not_closed_count,
                "openMu": round(row.not_closed_mu, 2),
                "href": page_name(row.code) if row.code is not None else None,
                "shape": polygons(row.boundary),
            }
            for row in drawn
        ],
    }


_NOTHING = ("none_left", "no_land_left", "none_registered")


def why_nothing(row: TownshipRow) -> str:
    """Why a township has no land left: it was all dealt with, what is left has no area, or there never was any."""
    if row.registered_count == 0 and row.left_count == 0:
        return "none_registered"
    return "no_land_left" if row.left_count else "none_left"


def nothing_text(row: TownshipRow) -> Text:
    """The same in words; suspected parcels, which nobody has registered yet, are told."""
    why = why_nothing(row)
    if why == "none_registered" and row.suspected_count:
        return filled(WORDS["only_suspected"], count=f"{row.suspected_count:,}")
    return WORDS[why]


def _joined(keys: Sequence[str]) -> list[str]:
    """Several entries of the wording as one, in both languages."""
    return ["、".join(WORDS[key].zh for key in keys), ", ".join(WORDS[key].en for key in keys)]
