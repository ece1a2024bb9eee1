"""The facts of the parcels: each draws a story of its kind from ``data/demo/stories.toml``.

Facts become columns of numpy arrays: yes/no facts as -1 unknown, 0 no, 1 yes; tokens as objects with None for unknown.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from gisreg.demo.frame import Floats, Geometries, Ints, by_chance
from gisreg.demo.names import read_toml
from gisreg.vocab import Kind

KINDS = tuple(Kind)
RANGES = ("idle_years", "invested_share", "started_share", "gap_share", "debt_share", "income_years")
UNKNOWN = "unknown"
FACTS = (
    "supply_ready", "project_found", "plan_changed", "county_verified", "procedures_complete", "can_start",
    "swap_land_found", "farmland_restorable", "buyer_found", "tenant_found", "investor_found", "buy_back_funds",
    "reserve_agency_listed", "creditors_agree", "building_sound", "technology_obsolete", "in_developed_area",
    "price_paid_in_full", "seized", "mortgaged", "mortgagee_notified", "on_red_line", "on_farmland", "contaminated",
    "hearing_held", "hoarder", "collective_vote", "valuation_done",
)  # fmt: skip
TOKENS = ("idle_cause", "demand", "owner_intent", "sector", "holder_class", "ownership_status")

FactSpec = bool | float | str | list[str]


@dataclass(frozen=True)
class Story:
    """One thing that can have happened to parcels of a kind."""

    kind: Kind
    subkind: str | None
    tells: str
    weight: float
    facts: dict[str, FactSpec]
    ranges: dict[str, tuple[float, float]]
    started: float


@dataclass
class Facts:
    """What is known of parcels, by column."""

    story: Ints
    subkind: Geometries
    yes: dict[str, Ints] = field(default_factory=dict)
    tokens: dict[str, Geometries] = field(default_factory=dict)
    ranges: dict[str, Floats] = field(default_factory=dict)
    started: np.ndarray = field(default_factory=lambda: np.empty(0, bool))


@cache
def stories() -> tuple[Story, ...]:
    """All stories, in file order."""
    return tuple(
        Story(
            next(kind for kind in Kind if kind == raw["kind"]),
            raw.get("subkind"),
            raw["tells"],
            float(raw["weight"]),
            raw["facts"],
            {name: (float(low), float(high)) for name, (low, high) in raw.get("ranges", {}).items()},
            float(raw.get("started", 0.0)),
        )
        for raw in read_toml("stories.toml")["story"]
    )


def tell(kind: Ints, random: np.random.Generator) -> Facts:
    """Facts for parcels whose kinds are given as numbers into :data:`KINDS`."""
    definitions = read_definitions()
    n = len(kind)
    facts = Facts(_drawn(kind, random), np.full(n, None, dtype=object))
    facts.yes = {name: np.full(n, -1) for name in FACTS}
    facts.tokens = {name: np.full(n, None, dtype=object) for name in TOKENS}
    facts.ranges = {name: np.full(n, np.nan) for name in RANGES}
    facts.started = np.zeros(n, dtype=bool)
    for number, token in enumerate(KINDS):
        where = np.flatnonzero(kind == number)
        for name, spec in definitions["background"][token].items():
            _fill(facts, name, spec, where, random)
            if name in facts.yes:
                facts.yes[name][where[by_chance(random, len(where), definitions["unknown_share"])]] = -1
    for number, story in enumerate(stories()):
        _apply(story, facts, np.flatnonzero(facts.story == number), random)
    # Nobody tells a mortgagee where there is none.
    facts.yes["mortgagee_notified"][facts.yes["mortgaged"] != 1] = -1
    return facts


@cache
def read_definitions() -> dict[str, Any]:
    """The definitions file, read once."""
    return read_toml("stories.toml")


def _drawn(kind: Ints, random: np.random.Generator) -> Ints:
    """A story number for each parcel, by weight among its kind's."""
    drawn = random.random(len(kind))
    chosen = np.zeros(len(kind), dtype=np.int64)
    for number, token in enumerate(KINDS):
        own = [i for i, story in enumerate(stories()) if story.kind == token]
        steps = np.cumsum([stories()[i].weight for i in own])
        where = kind == number
        chosen[where] = np.array(own)[
            np.searchsorted(steps / steps[-1], drawn[where], side="right").clip(0, len(own) - 1)
        ]
    return chosen


def _apply(story: Story, facts: Facts, where: Ints, random: np.random.Generator) -> None:
    facts.subkind[where] = story.subkind
    facts.started[where] = by_chance(random, len(where), story.started)
    for name, spec in story.facts.items():
        _fill(facts, name, spec, where, random)
    for name, (low, high) in story.ranges.items():
        facts.ranges[name][where] = random.uniform(low, high, len(where))


def _fill(facts: Facts, name: str, spec: FactSpec, where: Ints, random: np.random.Generator) -> None:
    """One fact of some parcels, as the definition says."""
    if name in facts.yes:
        if spec == UNKNOWN:
            facts.yes[name][where] = -1
        else:
            share = float(spec)  # type: ignore[arg-type] # yes/no facts are given as booleans or shares
            facts.yes[name][where] = by_chance(random, len(where), share)
        return
    options = [None if option == UNKNOWN else option for option in (spec if isinstance(spec, list) else [spec])]
    facts.tokens[name][where] = np.array(options, dtype=object)[random.integers(0, len(options), len(where))]
