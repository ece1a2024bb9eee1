"""The books of a chunk: areas, dates and money that fit the parcels' stories."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from gisreg.demo.frame import Flags, Floats, Geometries, Ints, by_chance, stream
from gisreg.demo.plots import FACTORY, HALF, IDLE, UNSUPPLIED, Plots
from gisreg.vocab import State

REFERENCE_DAY = date(2026, 9, 30)
"""The county's books were closed on this day: nothing in them is later."""
TODAY = np.datetime64(REFERENCE_DAY, "D")
MU_M2 = 10_000 / 15
NEVER = np.datetime64("NaT", "D")
Dates = np.ndarray

PRICE_WAN_PER_MU = {
    "industry": (12, 28), "commerce": (60, 220), "housing": (80, 240), "public": (4, 12), "infrastructure": (3, 9),
}  # fmt: skip
INVESTMENT_WAN_PER_MU = {
    "industry": (120, 320), "commerce": (250, 700), "housing": (200, 500), "public": (80, 250),
    "infrastructure": (40, 150),
}  # fmt: skip


@dataclass
class Books:
    """Columns by name: numbers with NaN, dates with NaT, flags as -1/0/1, tokens with None."""

    numbers: dict[str, Floats] = field(default_factory=dict)
    dates: dict[str, Dates] = field(default_factory=dict)
    tokens: dict[str, Geometries] = field(default_factory=dict)
    approval: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """Which batch of the township and year, -1 where no approval is on file."""


def keep_books(plots: Plots, seed: int, level: int, chunk: int) -> Books:
    """The books of a chunk."""
    random = stream(seed, 30, level, chunk)
    books = Books()
    _dates(books, plots, random)
    _areas(books, plots, random)
    _money(books, plots, random)
    _quotas(books, plots, random)
    _forget(books, plots, random)
    return books


def _days(random: np.random.Generator, low: float, high: float, n: int) -> np.ndarray:
    return random.integers(int(low), int(high), n).astype("timedelta64[D]")


def _ago(years: Floats) -> Dates:
    return TODAY - np.round(np.nan_to_num(years, nan=1.0) * 365.25).astype("timedelta64[D]")


def _dates(books: Books, plots: Plots, random: np.random.Generator) -> None:
    n, kind = len(plots), plots.kind
    since = _ago(plots.facts.ranges["idle_years"])
    empty = np.full(n, NEVER)
    dates = {name: empty.copy() for name in (
        "approved_on", "contract_on", "agreed_start_on", "actual_start_on", "agreed_completion_on", "halted_on",
        "completed_on", "determined_on", "vacated_on",
    )}  # fmt: skip
    idle, half, factory = kind == IDLE, kind == HALF, kind == FACTORY
    started = (plots.facts.started & idle) | half
    spent = _days(random, 120, 1_100, n)
    start = np.where(
        half & (plots.facts.subkind == "completed_unused"), since - spent - np.timedelta64(400, "D"), since - spent
    )
    dates["actual_start_on"][started] = start[started]
    late = random.integers(-40, 90, n).astype("timedelta64[D]")
    dates["agreed_start_on"] = np.where(started, start - late, np.where(idle, since, NEVER))
    complete = half & (plots.facts.subkind == "completed_unused")
    dates["completed_on"][complete] = since[complete]
    dates["halted_on"] = np.where(
        (started & ~complete) | (factory & (plots.facts.subkind == "halted_enterprise")), since, NEVER
    )
    dates["vacated_on"][factory] = (since + _days(random, 0, 60, n))[factory]
    dates["completed_on"][factory] = (since - _days(random, 900, 11_000, n))[factory]
    held = idle | half
    dates["contract_on"][held] = (dates["agreed_start_on"] - _days(random, 150, 420, n))[held]
    dates["agreed_completion_on"][held] = (dates["agreed_start_on"] + _days(random, 700, 1_300, n))[held]
    _approvals(books, plots, dates, random)
    found = (plots.state != State.SUSPECTED) & by_chance(random, n, 0.85) & idle
    dates["determined_on"][found] = np.minimum(since + _days(random, 370, 480, n), TODAY - _days(random, 5, 90, n))[
        found
    ]
    books.dates = dates


def _approvals(books: Books, plots: Plots, dates: dict[str, Dates], random: np.random.Generator) -> None:
    """Parcels approved together bear one number and one date: a batch of their township and year."""
    n = len(plots)
    year_now = REFERENCE_DAY.year
    before = dates["contract_on"].astype("datetime64[Y]").astype(np.int64) + 1970 - random.integers(1, 3, n)
    fresh = year_now - np.floor(random.gamma(2.2, 1.8, n)).astype(np.int64).clip(0, 15)
    year = np.where(np.isnat(dates["contract_on"]), fresh, before)
    batch = random.integers(1, 4, n)
    known = np.where(plots.kind == UNSUPPLIED, 0.97, np.where(plots.kind == FACTORY, 0.0, 0.6))
    books.approval = np.where(by_chance(random, n, known), (year * 100 + plots.slots.township) * 10 + batch, -1)
    month_day = ((plots.slots.township * 37 + batch * 83) % 250).astype("timedelta64[D]")
    day = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") + month_day + np.timedelta64(8, "D")
    dates["approved_on"] = np.where(books.approval >= 0, np.minimum(day, TODAY), NEVER)


def _areas(books: Books, plots: Plots, random: np.random.Generator) -> None:
    """Official areas differ a little from measured ones; one in eight parcels has none."""
    n = len(plots)
    stated = np.round(plots.planar_m2 * (1 + random.normal(0, 0.004, n)), 2)
    wrong = by_chance(random, n, 0.01)
    stated[wrong] = np.round(stated * random.uniform(0.8, 1.3, n), 0)[wrong]
    has = by_chance(random, n, 0.88) | np.array([shape is None for shape in plots.survey])
    sources = np.select(
        [plots.kind == UNSUPPLIED, plots.kind == IDLE, plots.kind == HALF],
        ["approval", "contract", "ledger"],
        "deed",
    ).astype(object)
    sources[by_chance(random, n, 0.1)] = "ledger"
    sources[~has] = None
    books.tokens["official_area_source"] = sources
    ratio = np.where(plots.kind == FACTORY, random.uniform(0.4, 1.8, n), random.uniform(0.5, 2.4, n))
    floor = np.where((plots.kind == FACTORY) | (plots.kind == HALF), np.round(plots.planar_m2 * ratio, 1), np.nan)
    share = plots.facts.ranges["started_share"]
    share = np.where(np.isnan(share), random.uniform(0.02, 0.32, n), share)
    started: Floats = np.where((plots.kind == IDLE) & plots.facts.started, share, np.nan)
    to_start = plots.planar_m2 * np.array([1.0, 1.0, 0.8, 0.6])[random.integers(0, 4, n)]
    due: Floats = np.where(plots.kind == IDLE, np.round(to_start, 2), np.nan)
    partly = (plots.kind == UNSUPPLIED) & by_chance(random, n, 0.15)
    supplied: Floats = np.where(
        partly, plots.planar_m2 * random.uniform(0.1, 0.8, n), np.where(plots.kind == UNSUPPLIED, 0.0, np.nan)
    )
    books.numbers |= {
        "official_area_m2": np.where(has, stated, np.nan),
        "floor_area_m2": floor,
        "due_area_m2": due,
        "started_area_m2": np.round(started * due, 2).astype(np.float64),
        "supplied_area_m2": np.round(supplied, 2),
    }


def _rate(table: dict[str, tuple[int, int]], sector: Geometries, random: np.random.Generator) -> Floats:
    limits = np.array([table.get(s or "industry", (10, 30)) for s in sector], dtype=float)
    return random.uniform(limits[:, 0], limits[:, 1])


def _money(books: Books, plots: Plots, random: np.random.Generator) -> None:
    """In 万元: price and payment of land, investment, value, debt."""
    n, kind = len(plots), plots.kind
    mu = plots.planar_m2 / MU_M2
    sector, share = plots.facts.tokens["sector"], plots.facts.ranges
    sold = (kind == IDLE) | (kind == HALF)
    price = np.where(sold, mu * _rate(PRICE_WAN_PER_MU, sector, random), np.nan)
    full = plots.facts.yes["price_paid_in_full"] != 0
    paid = np.where(full, price, price * random.uniform(0.2, 0.95, n))
    total = np.where(sold, mu * _rate(INVESTMENT_WAN_PER_MU, sector, random), np.nan)
    invested_share = np.where(
        (kind == IDLE) & ~plots.facts.started, random.uniform(0, 0.02, n), share["invested_share"]
    )
    invested_share = np.where((kind == IDLE) & np.isnan(invested_share), random.uniform(0.03, 0.24, n), invested_share)
    floor = np.nan_to_num(books.numbers["floor_area_m2"])
    by_floor = floor * random.uniform(0.04, 0.22, n)
    value = np.where(kind == FACTORY, by_floor + mu * 12, price * random.uniform(0.7, 1.4, n))
    valued = plots.facts.yes["valuation_done"] == 1
    base = np.where(kind == HALF, np.nan_to_num(total * invested_share), by_floor)
    owed = np.where(np.isnan(share["debt_share"]), random.choice([0, 0, 0.1, 0.35], n), share["debt_share"])
    income = np.where(kind == FACTORY, base * random.uniform(-0.01, 0.05, n), np.nan)
    running = ~np.isnan(share["income_years"])
    books.numbers |= {
        "price_wan": price,
        "paid_wan": paid,
        "total_investment_wan": total,
        "invested_wan": total * invested_share,
        "market_value_wan": np.where(valued, value, np.nan),
        "land_cost_wan": np.where(sold, price * random.uniform(1.0, 1.12, n), np.nan),
        "debt_wan": np.where((kind == HALF) | (kind == FACTORY), base * owed, np.nan),
        "funding_gap_wan": np.where(kind == HALF, total * share["gap_share"], np.nan),
        "yearly_income_wan": np.where(running, np.abs(income) + 5, income),
    }
    for name in ("price_wan", "paid_wan", "total_investment_wan", "invested_wan", "market_value_wan", "land_cost_wan",
                 "debt_wan", "funding_gap_wan", "yearly_income_wan"):  # fmt: skip
        books.numbers[name] = np.round(books.numbers[name], 2) + 0.0  # no nought with a minus sign
    books.numbers["income_years"] = np.where(running, np.floor(np.nan_to_num(share["income_years"])), np.nan)


def _quotas(books: Books, plots: Plots, random: np.random.Generator) -> None:
    """A stopped enterprise holds energy and water quotas, booked apart from land."""
    n = len(plots)
    holds: Flags = (plots.facts.subkind == "halted_enterprise") & by_chance(random, n, 0.6)
    size = np.sqrt(plots.planar_m2)
    books.numbers["energy_quota_tce"] = np.where(holds, np.round(size * random.lognormal(1.5, 0.8, n), 1), np.nan)
    books.numbers["water_quota_t"] = np.where(holds, np.round(size * random.lognormal(4.0, 0.9, n), 0), np.nan)


def _forget(books: Books, plots: Plots, random: np.random.Generator) -> None:
    """What was never written down: some dates and sums are missing, as in any ledger."""
    for column in books.dates.values():
        column[by_chance(random, len(plots), 0.02)] = NEVER
    for name in ("price_wan", "paid_wan", "total_investment_wan", "invested_wan", "debt_wan", "due_area_m2"):
        books.numbers[name][by_chance(random, len(plots), 0.05)] = np.nan
