"""Names, addresses, holders and the numbers on papers, written for a whole chunk at once."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gisreg.demo.books import Books
from gisreg.demo.frame import Flags, Ints, by_chance, stream
from gisreg.demo.names import names
from gisreg.demo.plots import FACTORY, HALF, IDLE, UNSUPPLIED, Plots
from gisreg.demo.stories import stories

Words: TypeAlias = Any
"""An Arrow array of strings (pyarrow has no types)."""
PERSON_SHARE = 0.2
LAND_USE = {
    "gb21010_2017": {
        "industry": "0601", "commerce": "0501", "housing": "0701", "public": "0801", "infrastructure": "1003",
    },
    "ydyh_2023": {
        "industry": "100101", "commerce": "0901", "housing": "0701", "public": "0804", "infrastructure": "1207",
    },
}  # fmt: skip
CODE_PREFIX = ("PW", "XZ", "BL", "CF")
"""First letters of the numbers in the county's own ledgers, by kind."""


def write(plots: Plots, books: Books, seed: int, level: int, chunk: int) -> dict[str, Words]:
    """All text columns that are no tokens."""
    random = stream(seed, 40, level, chunk)
    columns = _keys(plots, books, random)
    columns |= _places(plots, random)
    columns |= _holders(plots, random)
    columns |= _uses(plots, random)
    columns["remark"] = _some(_stories(plots), by_chance(random, len(plots), 0.35))
    columns["tags"] = _tags(plots, random)
    return columns


def _pick(words: Sequence[str], index: Ints) -> Words:
    """One word for each row."""
    return pa.array(list(words)).take(pa.array(index))


def _join(*parts: Words | str) -> Words:
    return pc.binary_join_element_wise(*parts, "")


def _digits(values: Ints, width: int) -> Words:
    return pc.utf8_lpad(pc.cast(pa.array(values), pa.string()), width=width, padding="0")


def _some(words: Words, keep: Flags) -> Words:
    """Null where not kept."""
    return pc.if_else(pa.array(keep), words, pa.scalar(None, pa.string()))


def _keys(plots: Plots, books: Books, random: np.random.Generator) -> dict[str, Words]:
    """The numbers on which ledgers join."""
    n, county = len(plots), names().county
    number = _digits(plots.number, 7)
    collective = plots.facts.tokens["holder_class"] == "collective"
    year = np.where(
        np.isnat(books.dates["contract_on"]),
        2020,
        books.dates["contract_on"].astype("datetime64[Y]").astype(np.int64) + 1970,
    )
    contracted = ~np.isnat(books.dates["contract_on"]) & by_chance(random, n, 0.9)
    # 6 county + 3 zone + 3 sub-zone + 2 feature + 5 serial; sub-zones keep the serial within five digits
    cadastral = _join(
        county.code,
        _digits(plots.slots.township + 1, 3),
        _digits(plots.number // 99_999 + 1, 3),
        _pick(["GB", "JB"], collective.astype(np.int64)),
        _digits(plots.number % 99_999 + 1, 5),
    )
    built = (plots.kind == FACTORY).astype(np.int64)
    surveyed = (plots.kind != UNSUPPLIED) & by_chance(random, n, 0.7)
    approval = _join("示政地字〔", _digits(books.approval // 1_000, 4), "〕", _digits(books.approval % 1_000, 3), "号")
    return {
        "parcel_code": _join(county.code, "-", number),
        "source_code": _some(_join(_pick(CODE_PREFIX, plots.kind), "-", number), by_chance(random, n, 0.97)),
        "cadastral_code": _some(cadastral, surveyed),
        "real_estate_unit_code": _some(
            _join(cadastral, _pick(["W00000000", "F00010001"], built)), surveyed & by_chance(random, n, 0.7)
        ),
        "contract_no": _some(_join(county.code, "-", _digits(year, 4), "-HT-", number), contracted),
        "supervision_no": _some(
            _join(county.code, _digits(year, 4), "B", number), contracted & by_chance(random, n, 0.85)
        ),
        "approval_no": _some(approval, books.approval >= 0),
        "project_code": _some(
            _join(_digits(year, 4), "-", county.code, "-47-", _digits(plots.number // 2 + 1, 6)),
            (plots.kind == HALF) & by_chance(random, n, 0.85),
        ),
    }


def _places(plots: Plots, random: np.random.Generator) -> dict[str, Words]:
    n, words = len(plots), names().words
    townships = names().townships
    village = random.integers(0, len(words["villages"]), n)
    in_town = by_chance(random, n, 0.4)
    township_name = _pick([t.titles.zh for t in townships], plots.slots.township)
    code = _pick([t.code for t in townships], plots.slots.township)
    spot = pc.if_else(
        pa.array(in_town),
        _join(_pick(words["streets"], random.integers(0, len(words["streets"]), n)),
              pc.cast(pa.array(random.integers(1, 400, n)), pa.string()), "号"),
        _join(_pick(words["villages"], village), "村"),
    )  # fmt: skip
    things = [words["lands"], words["lands"], words["works"], words["plants"]]
    thing = np.empty(n, dtype=object)
    for kind, choice in enumerate(things):
        where = np.flatnonzero(plots.kind == kind)
        thing[where] = np.array(choice, dtype=object)[random.integers(0, len(choice), len(where))]
    serial = np.where(np.isin(plots.kind, (UNSUPPLIED, IDLE)), random.integers(1, 60, n), 0)
    suffix = pc.if_else(
        pa.array(serial > 0), _join(pc.cast(pa.array(serial), pa.string()), "号"), pa.scalar("", pa.string())
    )
    centre = _pick([t.centre for t in townships], plots.slots.township)
    known = plots.township >= 0
    zones = [zone.code for zone in names().zones]
    return {
        "name": _some(
            _join(centre, _pick(words["villages"], village), suffix, pa.array(thing, pa.string())),
            by_chance(random, n, 0.985),
        ),
        "address": _some(_join(names().county.titles.zh, township_name, spot), by_chance(random, n, 0.96)),
        "township_code": _some(code, known),
        "village_code": _some(_join(code, _digits(village + 200, 3)), known & ~in_town & by_chance(random, n, 0.8)),
        "zone_code": _some(_pick(zones, np.maximum(plots.slots.zone, 0)), plots.slots.zone >= 0),
    }


def _holders(plots: Plots, random: np.random.Generator) -> dict[str, Words]:
    n, words = len(plots), names().words
    county = names().county.titles.zh
    kind_of = {"state": 0, "state_enterprise": 1, "collective": 2, "private": 3}
    held = plots.facts.tokens["holder_class"]
    which = np.array([kind_of.get(h, -1) for h in held])
    which = np.where((held == "private") & by_chance(random, n, PERSON_SHARE) & (plots.kind == FACTORY), 4, which)
    village = _pick(words["villages"], random.integers(0, len(words["villages"]), n))
    township = _pick([t.centre for t in names().townships], plots.slots.township)
    firm = random.integers(0, len(words["firm_names"]), n), random.integers(0, len(words["trades"]), n)
    choices = [
        _pick(words["state_bodies"], random.integers(0, len(words["state_bodies"]), n)),
        _pick(words["state_firms"], random.integers(0, len(words["state_firms"]), n)),
        _join(county, township, village, "村股份经济合作社"),
        _join(county, _pick(words["firm_names"], firm[0]), _pick(words["trades"], firm[1]), "有限公司"),
        _join(_pick(words["surnames"], random.integers(0, len(words["surnames"]), n)),
              _pick(words["given"], random.integers(0, len(words["given"]), n))),
    ]  # fmt: skip
    named = pc.choose(pa.array(np.maximum(which, 0)), *choices)
    return {"holder_name": _some(named, (which >= 0) & by_chance(random, n, 0.96))}


def _uses(plots: Plots, random: np.random.Generator) -> dict[str, Words]:
    """Land use in either scheme, and the rights that go with holder and use."""
    n = len(plots)
    newer = by_chance(random, n, 0.35)
    sector = plots.facts.tokens["sector"]
    codes = [LAND_USE["ydyh_2023" if new else "gb21010_2017"].get(s) for s, new in zip(sector, newer, strict=True)]
    held = plots.facts.tokens["holder_class"]
    collective = held == "collective"
    built = plots.kind == FACTORY
    right_type = np.where(collective, np.where(built, "8", "7"), np.where(built, "4", "3")).astype(object)
    public = np.isin(sector.astype(str), ("public", "infrastructure"))
    granted = np.where(by_chance(random, n, 0.08), "103", np.where(by_chance(random, n, 0.05), "104", "102"))
    nature = np.where(collective, "200", np.where(public | (held == "state"), "101", granted)).astype(object)
    owner = np.where(collective, "40", "20").astype(object)
    raw = plots.kind == UNSUPPLIED
    right_type[raw], nature[raw], owner[raw] = "2", "100", "10"
    right_type[by_chance(random, n, 0.06)] = None
    return {
        "land_use_code": pa.array(codes, pa.string()),
        "land_use_scheme": pa.array(
            [
                None if code is None else ("ydyh_2023" if new else "gb21010_2017")
                for code, new in zip(codes, newer, strict=True)
            ],
            pa.string(),
        ),
        "right_type": pa.array(right_type, pa.string()),
        "right_nature": pa.array(nature, pa.string()),
        "ownership_nature": pa.array(owner, pa.string()),
        "coordinate_source": _some(
            _pick(["勘测定界", "权籍调查", "地籍测量", "影像勾绘"], random.integers(0, 4, n)),
            np.array([shape is not None for shape in plots.survey]),
        ),
    }


def _stories(plots: Plots) -> Words:
    return _pick([story.tells for story in stories()], plots.facts.story)


def _tags(plots: Plots, random: np.random.Generator) -> Words:
    """PostgreSQL array literals; county-defined words."""
    tags = names().words["tags"]
    industrial = (plots.slots.zone >= 0) & (by_chance(random, len(plots), 0.3))
    public = (plots.kind == FACTORY) & (plots.facts.tokens["holder_class"] == "state")
    index = np.where(industrial, 0, np.where(public, random.integers(1, len(tags), len(plots)), 0))
    return _some(_join("{", _pick(tags, index), "}"), industrial | (public & (by_chance(random, len(plots), 0.5))))
