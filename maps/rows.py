"""What the map pages are made from: plain rows, so that maps know no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from gisreg.text import Language, Text
from maps.base_maps import BaseMap

GeoJson = Mapping[str, Any]
"""A GeoJSON geometry or FeatureCollection, already parsed."""


@dataclass(frozen=True)
class Amount:
    """A number of parcels and their land."""

    count: int = 0
    mu: float = 0.0


@dataclass(frozen=True)
class TownshipRow:
    """What is left in one township; ``code`` is None for parcels whose township is not known yet (乡镇待核).

    ``left_mu`` has the overlap between kinds deducted once; ``by_kind`` and ``by_label`` have not.
    """

    code: str | None
    name: Text
    boundary: GeoJson | None = None
    registered_count: int = 0
    left_count: int = 0
    left_mu: float = 0.0
    left_floor_m2: float = 0.0
    not_closed_count: int = 0
    not_closed_mu: float = 0.0
    overlap_mu: float = 0.0
    unmapped_count: int = 0
    suspected_count: int = 0
    taken_back_count: int = 0
    by_kind: Mapping[str, Amount] = field(default_factory=dict)
    by_label: Mapping[str, Amount] = field(default_factory=dict)


@dataclass(frozen=True)
class ZoneRow:
    """A zone, the second dimension across townships; what is left there where it was asked for."""

    name: Text
    boundary: GeoJson | None = None
    left_mu: float | None = None
    left_count: int = 0


@dataclass(frozen=True)
class ApprovalRow:
    """An approval: approved − supplied − withdrawn = remaining, and what its parcels come to."""

    approval_no: str
    longitude: float | None
    latitude: float | None
    approved_mu: float | None
    supplied_mu: float | None
    withdrawn_mu: float | None
    remaining_mu: float | None
    parcels: int
    parcels_remaining_mu: float
    agrees: bool


@dataclass(frozen=True)
class ParcelRow:
    """One parcel as its map shows it. No holder's name: pages are passed on, and names may be personal."""

    parcel_code: str
    kind: str
    state: str
    land_area_m2: float | None
    name: str | None = None
    address: str | None = None
    subkind: str | None = None
    ownership_status: str | None = None
    holder_class: str | None = None
    area_is_official: bool = False
    area_m2: float | None = None
    floor_area_m2: float | None = None
    is_left: bool = False
    is_not_closed: bool = False
    label: str | None = None
    measure: Text | None = None
    reason: Text | None = None
    basis: Text | None = None
    agency: Text | None = None
    due_on: date | None = None
    next_step: Text | None = None
    """The first step that is not done of its plan; without a plan, what the measure begins with."""
    next_step_on: date | None = None
    decided_by_person: bool = False
    finance_option: Text | None = None
    gated: bool = False
    blockers: tuple[Text, ...] = ()
    boundary: GeoJson | None = None


@dataclass(frozen=True)
class PageInfo:
    """What every page of one county says about itself."""

    county: Text
    as_of: date
    generated_at: datetime
    source: Text
    assets_dir: Path
    """Where npm put the browser code (``node_modules``)."""
    ruleset: str | None = None
    linked: bool = False
    """The pages of county and townships lie side by side and may link to each other."""
    language: Language = "zh"
    """The one that the page opens in; its switch leads to the other."""
    base_map: BaseMap | None = None
    """What lies below everything; its hosts are the only ones that the page may ask."""
