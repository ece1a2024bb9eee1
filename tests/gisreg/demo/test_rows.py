"""The rows of the invented county, before any database sees them."""

import csv
import hashlib
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

from gisreg.db.models import Parcel
from gisreg.demo.awkward import CASES, LONG_NAME
from gisreg.demo.books import TODAY
from gisreg.demo.frame import Warp, stream, to_survey
from gisreg.demo.land import lay_out
from gisreg.demo.names import names
from gisreg.demo.rows import GENERATED, County
from gisreg.demo.slots import LEVELS, TooManyParcels, level_for
from gisreg.demo.stories import FACTS, KINDS, RANGES, TOKENS, read_definitions, stories
from gisreg.vocab import SUBKINDS, Demand, HolderClass, IdleCause, OwnerIntent, OwnershipStatus, Sector, State

PROJECT = Path(__file__).resolve().parents[3]
STREETS = PROJECT.parent / "shared" / "data" / "cn_codes" / "streets.csv"
TERMS = {
    "idle_cause": IdleCause,
    "demand": Demand,
    "owner_intent": OwnerIntent,
    "sector": Sector,
    "holder_class": HolderClass,
    "ownership_status": OwnershipStatus,
}


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return pa.concat_tables(County(2_000, 7).tables())


@pytest.fixture(scope="module")
def shapes(table: pa.Table) -> np.ndarray:
    return shapely.from_wkb(np.array(table["survey_boundary"].to_pylist(), dtype=object))


def digest(table: pa.Table) -> str:
    return hashlib.sha256(repr(table.to_pydict()).encode()).hexdigest()


def test_the_same_seed_gives_the_same_rows(table: pa.Table) -> None:
    assert digest(pa.concat_tables(County(2_000, 7).tables())) == digest(table)


def test_another_seed_gives_another_county(table: pa.Table) -> None:
    other = pa.concat_tables(County(50, 8).tables())
    assert other["survey_boundary"].to_pylist() != table["survey_boundary"].slice(0, 50).to_pylist()


@pytest.mark.parametrize("parcels", [1, 37, 500, 1_999])
def test_fewer_parcels_are_the_first_of_more(table: pa.Table, parcels: int) -> None:
    fewer = pa.concat_tables(County(parcels, 7).tables())
    assert digest(fewer) == digest(table.slice(0, parcels).combine_chunks())


def test_more_parcels_than_a_chunk_begin_with_the_same(table: pa.Table) -> None:
    assert digest(pa.concat_tables(County(4_100, 7).tables()).slice(0, 2_000)) == digest(table)


def test_the_county_has_its_limits() -> None:
    assert level_for(1) == level_for(LEVELS[0]) == 0
    assert level_for(1_000_000) == len(LEVELS) - 1
    for impossible in (0, -1, LEVELS[-1] + 1):
        with pytest.raises(TooManyParcels):
            level_for(impossible)


def test_codes_are_in_order_and_kinds_are_counted_ahead(table: pa.Table) -> None:
    assert table["parcel_code"].to_pylist() == [f"149901-{n:07d}" for n in range(1, 2_001)]
    assert Counter(table["kind"].to_pylist()) == County(2_000, 7).kinds()
    assert min(County(2_000, 7).kinds().values()) > 200


def test_no_sum_is_nought_with_a_minus_sign(table: pa.Table) -> None:
    for name in ("yearly_income_wan", "debt_wan", "funding_gap_wan", "market_value_wan"):
        sums = table[name].to_numpy()
        assert not np.any((sums == 0) & np.signbit(sums)), name


def test_every_state_holder_and_ownership_occurs(table: pa.Table) -> None:
    assert set(table["state"].to_pylist()) == {str(state) for state in State}
    assert set(table["holder_class"].to_pylist()) == {*map(str, HolderClass), None}
    assert set(table["ownership_status"].to_pylist()) == set(map(str, OwnershipStatus))
    assert set(table["subkind"].to_pylist()) == {*(str(s) for subs in SUBKINDS.values() for s in subs), None}


def test_suspicion_is_for_idle_land_alone(table: pa.Table) -> None:
    suspected = [row for row in table.to_pylist() if row["state"] == "suspected"]
    assert suspected
    assert {row["kind"] for row in suspected} == {"idle_land"}
    assert not any(row["determined_on"] for row in suspected)


def test_shapes_are_valid_and_inside_the_county(shapes: np.ndarray) -> None:
    there = shapes[~shapely.is_missing(shapes)]
    assert shapely.is_valid(there).all()
    assert not shapely.has_z(there).any()
    county = shapely.union_all(to_survey(lay_out(7).townships))
    shapely.prepare(county)
    assert shapely.contains(county, there).all()
    areas = shapely.area(there)
    assert 200 < areas.min() < areas.max() < 200_000


def test_shapes_have_millimetres_holes_and_parts(shapes: np.ndarray) -> None:
    there = shapes[~shapely.is_missing(shapes)]
    coordinates = shapely.get_coordinates(there)
    assert np.array_equal(coordinates, np.round(coordinates, 3))
    assert (coordinates[:, 0] // 1_000_000 == 38).all()
    assert (shapely.get_num_geometries(there) > 1).sum() > 5
    assert (shapely.get_num_interior_rings(shapely.get_parts(there)) > 0).sum() > 20


def test_parcels_overlap_only_where_a_project_stands_on_idle_land(table: pa.Table, shapes: np.ndarray) -> None:
    tree = shapely.STRtree(shapes)
    pairs = {
        tuple(sorted(pair)) for pair in tree.query(shapes, predicate="intersects").T.tolist() if pair[0] != pair[1]
    }
    linked = {
        tuple(sorted((place, land - 1)))
        for place, land in enumerate(table["stands_on"].to_pylist())
        if land is not None
    }
    assert pairs == linked
    assert len(linked) > 10
    kinds = table["kind"].to_pylist()
    assert {tuple(sorted((kinds[a], kinds[b]))) for a, b in linked} == {("half_finished_project", "idle_land")}


@pytest.mark.parametrize("parcels", [20_000, 100_000])
def test_finer_grids_keep_parcels_apart(parcels: int) -> None:
    table = next(County(parcels, 7).tables())
    shapes = shapely.from_wkb(np.array(table["survey_boundary"].to_pylist(), dtype=object))
    assert shapely.is_valid(shapes[~shapely.is_missing(shapes)]).all()
    found = shapely.STRtree(shapes).query(shapes, predicate="intersects").T
    kinds = table["kind"].to_pylist()
    assert not [pair for pair in found.tolist() if pair[0] < pair[1] and kinds[pair[0]] == kinds[pair[1]]]


def test_townships_share_their_borders_and_fill_the_county() -> None:
    townships = to_survey(lay_out(7).townships)
    assert len(townships) == 12
    assert shapely.is_valid(townships).all()
    for a in range(12):
        for b in range(a):
            assert shapely.area(shapely.intersection(townships[a], townships[b])) == 0
    whole = shapely.union_all(townships)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert whole.area == pytest.approx(shapely.area(townships).sum())
    assert 800e6 < whole.area < 1_400e6


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 11])
def test_other_seeds_make_counties_too(seed: int) -> None:
    land = lay_out(seed)
    assert shapely.is_valid(land.townships).all()
    assert len(land.townships) == len(names().townships)
    table = next(County(300, seed).tables())
    assert table.num_rows == 300


def test_the_warp_never_folds() -> None:
    for seed in range(20):
        warp = Warp.of(seed)
        places = stream(seed, 99).uniform(-25_000, 25_000, (2_000, 2))
        right = warp(places + np.array([1.0, 0.0])) - warp(places)
        up = warp(places + np.array([0.0, 1.0])) - warp(places)
        turned = right[:, 0] * up[:, 1] - right[:, 1] * up[:, 0]
        assert turned.min() > 0.2


def test_dates_are_in_order_and_past(table: pa.Table) -> None:
    rows = table.to_pylist()
    today = TODAY.item()
    past = ("approved_on", "contract_on", "actual_start_on", "halted_on", "completed_on", "determined_on")
    for row in rows:
        assert all(row[name] is None or row[name] <= today for name in past), row["parcel_code"]
        if row["contract_on"] and row["agreed_start_on"]:
            assert row["contract_on"] < row["agreed_start_on"]
        if row["actual_start_on"] and row["halted_on"]:
            assert row["actual_start_on"] < row["halted_on"]


def test_money_and_areas_are_credible(table: pa.Table, shapes: np.ndarray) -> None:
    rows = table.to_pylist()
    ratios = [
        row["official_area_m2"] / shape.area
        for row, shape in zip(rows, shapes, strict=True)
        if shape is not None and row["official_area_m2"] is not None
    ]
    assert len(ratios) > 1_500
    assert np.median(np.abs(np.array(ratios) - 1)) < 0.01
    assert not np.allclose(ratios, 1)
    for row in rows:
        assert (row["official_area_m2"] is None) == (row["official_area_source"] is None)
        if row["paid_wan"] is not None and row["price_wan"] is not None:
            assert 0 <= row["paid_wan"] <= row["price_wan"]
        if row["started_area_m2"] is not None and row["due_area_m2"] is not None:
            assert row["started_area_m2"] <= row["due_area_m2"]


def test_unknown_facts_and_missing_places_occur(table: pa.Table, shapes: np.ndarray) -> None:
    for fact in FACTS:
        values = Counter(table[fact].to_pylist())
        assert {True, False, None} <= set(values), fact
    assert 3 <= shapely.is_missing(shapes).sum() <= 60
    assert 3 <= table["township_code"].null_count <= 60
    for row, shape in zip(table.to_pylist(), shapes, strict=True):
        assert shape is not None or row["official_area_m2"] is not None


def test_awkward_cases_are_there(table: pa.Table) -> None:
    rows = table.to_pylist()
    texts = {row["name"] for row in rows} | {row["remark"] for row in rows}
    assert "<script>alert(1)</script>厂房" in texts
    assert LONG_NAME in texts
    with pytest.raises(UnicodeEncodeError):
        next(name for name in texts if name and "𬭎" in name).encode("gbk")
    assert any(row["agreed_start_on"] and row["agreed_start_on"].isoformat() == "2024-02-29" for row in rows)
    assert any(row["official_area_m2"] == pytest.approx(6.67) for row in rows)
    assert any(row["seized"] and row["mortgaged"] and row["mortgagee_notified"] is False for row in rows)
    assert any(row["holder_name"] is None and row["name"] is None for row in rows)
    assert any("某" in (row["holder_name"] or "") for row in rows)


def test_awkward_cases_use_columns_that_exist(table: pa.Table) -> None:
    for kind, values in CASES:
        assert kind is None or kind in map(str, KINDS)
        assert set(values) <= set(table.column_names) - {"changes", "stands_on"}


def test_columns_are_those_of_a_parcel(table: pa.Table) -> None:
    columns = {column.name for column in Parcel.__table__.columns}
    assert set(table.column_names) - set(GENERATED) <= columns


def test_stories_use_the_registrys_words() -> None:
    definitions = read_definitions()
    told = [story.facts for story in stories()] + list(definitions["background"].values())
    for facts in told:
        for name, spec in facts.items():
            assert name in FACTS or name in TOKENS
            options = spec if isinstance(spec, list) else [spec]
            if name in TOKENS:
                assert set(options) <= {*map(str, TERMS[name]), "unknown"}, name
    for story in stories():
        assert story.subkind is None or story.subkind in map(str, SUBKINDS[story.kind])
        assert set(story.ranges) <= set(RANGES)


def test_codes_belong_to_the_county() -> None:
    assert all(township.code.startswith("149901") and len(township.code) == 9 for township in names().townships)
    assert len({township.code for township in names().townships}) == 12


@pytest.mark.real_data
@pytest.mark.skipif(not STREETS.exists(), reason="the published list of townships is not beside the checkout")
def test_no_township_bears_a_real_name() -> None:
    with STREETS.open(encoding="utf-8", newline="") as file:
        real = {row["name"] for row in csv.DictReader(file)}
    endings = ("镇", "乡", "街道")
    for township in names().townships:
        stem = township.titles.zh.removesuffix("镇").removesuffix("乡")
        assert not real & {stem + ending for ending in endings}, township.titles.zh
    assert not any(name.startswith(names().county.titles.zh) for name in real)
