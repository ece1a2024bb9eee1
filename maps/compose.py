"""From what the registry reads to pages: the one way in for the command line and the web server."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gisreg.affairs.approvals import Balance
from gisreg.geometry import M2_PER_MU
from gisreg.ledger.left import Tally, TownshipLeft
from gisreg.parcels.mapfacts import UNKNOWN, MapFacts
from gisreg.text import Language, Text
from maps.base_maps import BaseMap
from maps.county import county_page
from maps.files import make_folder, write_page
from maps.layers import COUNTY_PAGE_NAME, page_name
from maps.overlays import Overlays
from maps.rows import Amount, ApprovalRow, GeoJson, PageInfo, ParcelRow, TownshipRow, ZoneRow
from maps.text import WORDS
from maps.township import township_page

SOURCE = Text("{county}闲置资产登记库", "{county} registry of idle land and buildings")
INVENTED = Text("{county}闲置资产登记库（虚构的示范数据）", "{county} registry (invented data for demonstration)")


@dataclass(frozen=True)
class Surroundings:
    """What pages need beside the facts."""

    assets_dir: Path
    backdrop: GeoJson | None = None
    linked: bool = False
    """The pages will lie side by side as ``county.html`` and ``township-CODE.html``."""
    base_map: BaseMap | None = None
    language: Language = "zh"
    """The one that the pages open in."""


def county_html(facts: MapFacts, around: Surroundings) -> str:
    """The county page."""
    outline = _geometry(facts.outline)
    info = page_info(facts, around)
    return county_page(info, township_rows(facts), around.backdrop, overlays_of(facts), outline=outline)


def township_html(facts: MapFacts, code: str, parcels: Sequence[Mapping[str, Any]], around: Surroundings) -> str:
    """The page of a township with the parcels read for it (``gisreg.parcels.mapdata.parcels_of``).

    Raises:
        TownshipUnknown: the county has no such township.
    """
    wanted = facts.township(code).code
    rows = township_rows(facts)
    own = next(row for row in rows if row.code == wanted)
    drawn = parcel_rows(parcels, facts.words, facts.first_steps)
    return township_page(page_info(facts, around), own, drawn, rows, around.backdrop, overlays=Overlays(_zones(facts)))


def write_all(
    facts: MapFacts, parcels: Iterator[tuple[str, Sequence[Mapping[str, Any]]]], around: Surroundings, folder: Path
) -> dict[Path, int]:
    """All pages of a county into a folder, each whole or not at all; their sizes in bytes, the county's first.

    ``parcels`` gives township code and parcels, one township at a time, so that only one is in memory.
    """
    make_folder(folder)
    county_file = folder / COUNTY_PAGE_NAME
    sizes = {county_file: write_page(county_file, county_html(facts, around))}
    for code, rows in parcels:
        file = folder / page_name(None if code == UNKNOWN else code)
        sizes[file] = write_page(file, township_html(facts, code, rows, around))
    return sizes


def page_info(facts: MapFacts, around: Surroundings) -> PageInfo:
    """What each page says about itself."""
    source = INVENTED if facts.invented else SOURCE
    return PageInfo(
        county=facts.name,
        as_of=facts.as_of,
        generated_at=facts.read_at,
        source=Text(source.zh.format(county=facts.name.zh), source.en.format(county=facts.name.en)),
        assets_dir=around.assets_dir,
        ruleset=facts.ruleset,
        linked=around.linked,
        language=around.language,
        base_map=around.base_map,
    )


def overlays_of(facts: MapFacts) -> Overlays:
    """Zones with what is left there, approvals with their balance."""
    if facts.affairs is None:
        return Overlays(_zones(facts))
    left, at = {row.code: row for row in facts.affairs.zone_left}, facts.affairs.places
    approvals = [_approval(one, at.get(one.approval_no)) for one in facts.affairs.balances]
    return Overlays(_zones(facts, left), approvals)


def _zones(facts: MapFacts, left: Mapping[str | None, TownshipLeft] | None = None) -> list[ZoneRow]:
    rows = []
    for zone in facts.zones:
        known = left.get(zone["code"]) if left else None
        amounts = (known.left_mu, known.left_count) if known else (None, 0)
        rows.append(ZoneRow(Text(zone["name"], zone["name_en"] or zone["name"]), _geometry(zone["boundary"]), *amounts))
    return rows


def _approval(one: Balance, at: tuple[float, float] | None) -> ApprovalRow:
    def mu(area_m2: float | None) -> float | None:
        return None if area_m2 is None else area_m2 / M2_PER_MU

    longitude, latitude = at or (None, None)
    return ApprovalRow(
        approval_no=one.approval_no,
        longitude=longitude,
        latitude=latitude,
        approved_mu=mu(one.approved_area_m2),
        supplied_mu=mu(one.supplied_area_m2),
        withdrawn_mu=mu(one.withdrawn_area_m2),
        remaining_mu=mu(one.remaining_area_m2),
        parcels=one.parcels,
        parcels_remaining_mu=one.parcels_remaining_m2 / M2_PER_MU,
        agrees=not one.disagreements,
    )


def township_rows(facts: MapFacts) -> list[TownshipRow]:
    """Totals and outlines together."""
    outlines = {unit["code"]: _geometry(unit["boundary"]) for unit in facts.units}
    return [_township_row(left, outlines.get(left.code)) for left in facts.left]


def _township_row(left: TownshipLeft, boundary: GeoJson | None) -> TownshipRow:
    name = left.name or left.code
    return TownshipRow(
        code=left.code,
        name=Text(name, left.name_en or name) if name else WORDS["unknown_township"],
        boundary=boundary,
        registered_count=left.registered_count,
        left_count=left.left_count,
        left_mu=left.left_mu,
        left_floor_m2=left.left_floor_m2,
        not_closed_count=left.not_closed_count,
        not_closed_mu=left.not_closed_mu,
        overlap_mu=left.overlap_mu,
        unmapped_count=left.unmapped_count,
        suspected_count=left.suspected_count,
        taken_back_count=left.taken_back_count,
        by_kind=_amounts(left.by_kind),
        by_label=_amounts(left.by_label),
    )


def _amounts(tallies: Mapping[str, Tally]) -> dict[str, Amount]:
    return {token: Amount(tally.count, tally.mu) for token, tally in tallies.items()}


_SAME = (
    "parcel_code", "kind", "state", "land_area_m2", "name", "address", "subkind", "ownership_status", "holder_class",
    "area_m2", "floor_area_m2", "label", "due_on",
)  # fmt: skip
_YES_NO = ("area_is_official", "is_left", "is_not_closed", "decided_by_person", "gated")


def parcel_rows(
    parcels: Sequence[Mapping[str, Any]], words: Mapping[str, Text], first_steps: Mapping[str, Text] | None = None
) -> list[ParcelRow]:
    """Parcels as the read model gives them; tokens of gates and measures, bases and agencies become wording."""
    begins = first_steps or {}

    def worded(token: str | None) -> Text | None:
        return words.get(token, Text(token, token)) if token else None

    def facts(parcel: Mapping[str, Any]) -> dict[str, Any]:
        return {name: parcel[name] for name in _SAME} | {name: bool(parcel[name]) for name in _YES_NO}

    return [
        ParcelRow(
            **facts(parcel),
            measure=_measure(parcel, words),
            basis=worded(parcel["basis"]),
            agency=worded(parcel["agency"]),
            reason=_both(parcel["reason_zh"], parcel["reason_en"]),
            next_step=_both(parcel["next_step_zh"], parcel["next_step_en"]) or _begin(parcel, begins),
            next_step_on=parcel["next_step_on"],
            finance_option=worded(parcel["finance_option"]),
            blockers=tuple(filter(None, map(worded, parcel["blockers"] or ()))),
            boundary=_geometry(parcel["boundary"]),
        )
        for parcel in parcels
    ]


def _begin(parcel: Mapping[str, Any], begins: Mapping[str, Text]) -> Text | None:
    """What a parcel's measure begins with, while there is anything to do."""
    return begins.get(parcel["measure"] or "") if parcel["is_not_closed"] else None


def _measure(parcel: Mapping[str, Any], words: Mapping[str, Text]) -> Text | None:
    """A run's wording; what a person chose is a token, whose title the rule set knows."""
    return words.get(parcel["measure_zh"] or "") or _both(parcel["measure_zh"], parcel["measure_en"])


def _both(zh: str | None, en: str | None) -> Text | None:
    return Text(zh, en or zh) if zh else None


def _geometry(text: str | None) -> GeoJson | None:
    return json.loads(text) if text else None
