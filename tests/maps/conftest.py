"""Invented rows for map pages: a small county of square townships with parcels of every kind, label and state."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from math import cos, pi, sin
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gisreg.settings import Settings
from gisreg.text import Text
from gisreg.vocab import (
    LEFT_STATES,
    NOT_CLOSED_STATES,
    OUTSIDE_STATES,
    HolderClass,
    Kind,
    Label,
    OwnershipStatus,
    State,
)
from maps.overlays import Overlays
from maps.rows import Amount, ApprovalRow, PageInfo, ParcelRow, TownshipRow, ZoneRow

WEST, SOUTH, SIDE = 112.9, 35.9, 0.09
ROUND = 12


@pytest.fixture(scope="session")
def info() -> PageInfo:
    """A page of the invented county."""
    return PageInfo(
        county=Text("示例县", "Example County"),
        as_of=date(2025, 6, 25),
        generated_at=datetime(2025, 6, 26, 9, 30, tzinfo=UTC),
        source=Text("示例县闲置资产登记册（示范数据）", "Registry of Example County (invented data)"),
        assets_dir=Settings().assets_dir,
        ruleset="base 1.0",
    )


def seeded(seed: int | str) -> Random:
    """Chance that is the same each time."""
    return Random(seed)  # noqa: S311 - invented rows, nothing secret


def outline(column: int, row: int, rng: Random) -> dict[str, Any]:
    """A township of about 8 by 10 km with bent sides that its neighbours share."""

    def bend(x: int, y: int) -> tuple[float, float]:
        own = seeded(f"{x}/{y}")
        return WEST + x * SIDE / 4 + own.uniform(-0.004, 0.004), SOUTH + y * SIDE / 4 + own.uniform(-0.004, 0.004)

    x0, y0 = column * 4, row * 4
    around = (
        [(x0 + i, y0) for i in range(4)]
        + [(x0 + 4, y0 + i) for i in range(4)]
        + [(x0 + 4 - i, y0 + 4) for i in range(4)]
        + [(x0, y0 + 4 - i) for i in range(4)]
    )
    ring = [bend(x, y) for x, y in around]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def parcel_outline(x: float, y: float, size: float, rng: Random) -> dict[str, Any]:
    """An irregular parcel about ``size`` degrees wide."""
    turn = rng.uniform(0, pi)
    ring = [
        (
            x + size * rng.uniform(0.8, 1.1) * cos(turn + 2 * pi * i / ROUND),
            y + 0.7 * size * rng.uniform(0.8, 1.1) * sin(turn + 2 * pi * i / ROUND),
        )
        for i in range(ROUND)
    ]
    return {"type": "MultiPolygon", "coordinates": [[[*ring, ring[0]]]]}


def one_parcel(number: int, column: int, row: int, rng: Random) -> ParcelRow:
    """A parcel inside the township of that column and row."""
    kind, state = rng.choice(list(Kind)), rng.choice([*LEFT_STATES, *State])
    label = rng.choice([*Label, None]) if rng.random() < 0.2 else rng.choice(list(Label))
    size = rng.choice((0.0004, 0.0008, 0.0012, 0.0025))
    x = WEST + (column + rng.uniform(0.12, 0.88)) * SIDE
    y = SOUTH + (row + rng.uniform(0.12, 0.88)) * SIDE
    area_m2 = round(size * size * 2.2 * 111_000 * 90_000, 2)
    holder = rng.choice(list(HolderClass))
    return ParcelRow(
        parcel_code=f"149901-{number:07d}",
        kind=kind,
        state=state,
        name=f"示例{kind.zh[:4]}第{number}宗",
        land_area_m2=area_m2,
        area_m2=area_m2 * 1.001,
        area_is_official=rng.random() < 0.7,
        floor_area_m2=round(area_m2 * 0.8, 2) if kind == Kind.IDLE_FACTORY else None,
        ownership_status=rng.choice(list(OwnershipStatus)),
        holder_class=holder,
        is_left=state in LEFT_STATES,
        is_not_closed=state in NOT_CLOSED_STATES,
        label=label,
        measure=Text("划拨供应", "Allocate") if label else None,
        reason=Text("已有公共项目且供地条件具备", "A public project is ready for it") if label else None,
        basis=Text("《闲置土地处置办法》第十二条", "Measures on Idle Land, Art. 12") if label else None,
        agency=Text("自然资源局", "natural resources bureau"),
        due_on=date(2025, rng.randint(1, 12), 15),
        next_step=Text("约谈权利人", "Interview the holder") if number % 3 == 0 else None,
        next_step_on=date(2025, 3, 1 + number % 28) if number % 6 == 0 else None,
        finance_option=Text("作价出资入股", "Capital contribution") if number % 5 == 0 else None,
        gated=number % 6 == 0,
        blockers=(Text("权属有争议", "Ownership disputed"), Text("已查封", "Seized")) if number % 6 == 0 else (),
        boundary=None if number % 50 == 49 else parcel_outline(x, y, size, rng),
    )


def township_of(code: str | None, name: Text, boundary: Any, parcels: Sequence[ParcelRow]) -> TownshipRow:
    """A township's totals, added up from its parcels."""
    left = [parcel for parcel in parcels if parcel.is_left]

    def amounts(field: str) -> dict[str, Amount]:
        groups: dict[str, list[ParcelRow]] = {}
        for parcel in left:
            groups.setdefault(getattr(parcel, field), []).append(parcel)
        return {
            key: Amount(len(rows), sum((row.land_area_m2 or 0) * 0.0015 for row in rows))
            for key, rows in groups.items()
            if key is not None
        }

    overlap = 12.5 if left else 0.0
    still_open = [parcel for parcel in parcels if parcel.is_not_closed]
    return TownshipRow(
        code,
        name,
        boundary,
        registered_count=sum(parcel.state not in OUTSIDE_STATES for parcel in parcels),
        left_count=len(left),
        left_mu=sum((parcel.land_area_m2 or 0) * 0.0015 for parcel in left) - overlap,
        left_floor_m2=sum(parcel.floor_area_m2 or 0 for parcel in left),
        not_closed_count=len(still_open),
        not_closed_mu=sum((parcel.land_area_m2 or 0) * 0.0015 for parcel in still_open),
        overlap_mu=overlap,
        unmapped_count=sum(parcel.boundary is None for parcel in left),
        suspected_count=sum(parcel.state == State.SUSPECTED for parcel in parcels),
        taken_back_count=sum(parcel.state == State.TAKEN_BACK for parcel in parcels),
        by_kind=amounts("kind"),
        by_label=amounts("label"),
    )


MakeParcels = Callable[[int], list[ParcelRow]]


@pytest.fixture(scope="session")
def make_parcels() -> MakeParcels:
    """Parcels of the township in the middle."""

    def make(count: int) -> list[ParcelRow]:
        rng = seeded(7)
        return [one_parcel(number, 1, 1, rng) for number in range(1, count + 1)]

    return make


@pytest.fixture(scope="session")
def county() -> list[TownshipRow]:
    """Twelve townships, the third with nothing left, and the row of parcels whose township is to be found."""
    made = []
    for place in range(12):
        rng = seeded(place)
        column, row = place % 4, place // 4
        parcels = [one_parcel(number, column, row, rng) for number in range((place * 37) % 90 if place != 2 else 0)]
        name = Text(f"示例{'甲乙丙丁戊己庚辛壬癸子丑'[place]}镇", f"Example Township {place + 1}")
        made.append(township_of(f"1499011{place:02d}", name, outline(column, row, rng), parcels))
    lost = [one_parcel(number, 0, 0, seeded(99)) for number in range(1, 8)]
    return [*made, township_of(None, Text("乡镇待核", "Township to be found"), None, lost)]


@pytest.fixture(scope="session")
def backdrop() -> dict[str, Any]:
    """A road, a motorway, a river, a lake and a few towns."""
    west, south = WEST, SOUTH
    river = [(west + 0.01 * i, south + 0.14 + 0.02 * sin(i / 3)) for i in range(37)]
    motorway = [(west + 0.16 + 0.01 * sin(i), south + 0.01 * i) for i in range(28)]
    road = [(west + 0.012 * i, south + 0.07 + 0.006 * i) for i in range(31)]
    lake = [(west + 0.2 + 0.012 * cos(i), south + 0.17 + 0.008 * sin(i)) for i in range(6)]

    def feature(kind: str, geometry: str, coordinates: Any, name: str = "", name_en: str = "") -> dict[str, Any]:
        return {
            "type": "Feature",
            "properties": {"kind": kind, "name": name or None, "name_en": name_en or None},
            "geometry": {"type": geometry, "coordinates": coordinates},
        }

    return {
        "type": "FeatureCollection",
        "features": [
            feature("river", "LineString", river, "示例河", "Example River"),
            feature("motorway", "LineString", motorway, "示例高速", "Example Motorway"),
            feature("road", "LineString", road),
            feature("water", "Polygon", [[*lake, lake[0]]], "示例湖", "Example Lake"),
            feature("town", "Point", (west + 0.14, south + 0.13), "示例镇区", "Example Town"),
            feature("village", "Point", (west + 0.11, south + 0.11), "示例村", "Example Village"),
        ],
    }


@pytest.fixture(scope="session")
def overlays() -> Overlays:
    """A zone with an outline and one without, three approvals of which two are on the map."""
    outline_of_zone = outline(1, 1, seeded(5))
    return Overlays(
        [
            ZoneRow(Text("示例园区", "Example Park"), outline_of_zone, 30.25, 3),
            ZoneRow(Text("无图园区", "Park without an outline")),
        ],
        [
            ApprovalRow("示政地〔2024〕2号", 113.2, 36.2, 20.0, None, None, None, 1, 0.0, agrees=False),
            ApprovalRow("示政地〔2024〕1号", 113.1, 36.1, 100.0, 30.0, 10.0, 60.0, 4, 60.0, agrees=True),
            ApprovalRow("示政地〔2024〕3号", None, None, 20.0, 0.0, 0.0, 20.0, 0, 0.0, agrees=False),
        ],
    )


@pytest.fixture
def assets_dir() -> Path:
    """Where npm put the browser code."""
    return Settings().assets_dir
