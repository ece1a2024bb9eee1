"""Counts by themselves, zones as a second dimension, cards against parcels, ledgers loaded set by set."""

import pytest
from books_county import COUNTY, code
from sqlalchemy import text

from gisreg.affairs.books import add_affair, get_affair, set_zone_boundary
from gisreg.affairs.cards import check_cards
from gisreg.affairs.counts import count_affairs
from gisreg.affairs.errors import ZoneShapeless
from gisreg.affairs.links import link, parcels_of, place_in_zone
from gisreg.affairs.loading import AffairRow, load_affairs
from gisreg.affairs.words import Affair
from gisreg.ledger.left import county_left, township_left, zone_left
from gisreg.parcels.boundary.given import given_text
from gisreg.records import RecordBasis


def test_parcels_projects_and_enterprises_are_counted_by_themselves(do, put) -> None:
    for name, members in (("P1", [1, 2]), ("P2", [3])):
        do(add_affair, COUNTY, Affair.PROJECT, {"project_code": name, "name": name})
        do(link, COUNTY, Affair.PROJECT, name, [code(n) for n in members])
    key = do(add_affair, COUNTY, Affair.ENTERPRISE, {"name": "甲厂"})["id"]
    do(link, COUNTY, Affair.ENTERPRISE, key, [code(n) for n in range(1, 5)])
    put("state = 'closed'", f"parcel_code IN ('{code(1)}', '{code(3)}')")
    put("state = 'submitted'", f"parcel_code = '{code(4)}'")
    put("state = 'removed'", f"parcel_code > '{code(10)}'")
    counts = {one.what: (one.registered, one.left, one.revived, one.not_closed) for one in do(count_affairs, COUNTY)}
    assert counts == {
        "parcel": (10, 7, 3, 8), "project": (2, 1, 1, 1), "enterprise": (1, 1, 0, 1), "approval": (0, 0, 0, 0),
        "zone": (0, 0, 0, 0),
    }  # fmt: skip


def test_zones_cut_the_county_a_second_time_and_sum_to_it(do, put) -> None:
    for name in ("Z1", "Z2"):
        do(add_affair, COUNTY, Affair.ZONE, {"code": name, "name": f"示例园区{name}"})
    do(link, COUNTY, Affair.ZONE, "Z1", [code(n) for n in range(1, 4)])
    put("zone_code = 'Z9'", f"parcel_code = '{code(20)}'")
    rows = do(zone_left, COUNTY)
    assert [(row.code, row.left_count) for row in rows] == [("Z1", 3), ("Z2", 0), ("Z9", 1), (None, 296)]
    assert rows[0].left_mu == pytest.approx(45)
    whole, by_zone = county_left(do(township_left, COUNTY)), county_left(rows)
    assert by_zone.left_count == whole.left_count == 300
    assert by_zone.left_mu == pytest.approx(whole.left_mu)


def test_parcels_are_found_in_a_zone_by_their_ground(do, ask) -> None:
    do(add_affair, COUNTY, Affair.ZONE, {"code": "Z1", "name": "示例园区"})
    with pytest.raises(ZoneShapeless):
        do(place_in_zone, COUNTY, "Z1")
    # parcels 1 and 2 whole, 40 % of parcel 3
    shape = given_text("POLYGON((113 35.9, 113.0064 35.9, 113.0064 36.1, 113 36.1, 113 35.9))", None, "wkt")
    zone = do(set_zone_boundary, COUNTY, RecordBasis("Z1", 1), shape)
    assert (zone["mapped"], zone["version"]) == (True, 2)
    assert "boundary" not in zone
    assert do(place_in_zone, COUNTY, "Z1") == [code(1), code(2)]
    assert do(place_in_zone, COUNTY, "Z1", 0.3) == [code(3)]
    assert len(do(parcels_of, COUNTY, Affair.ZONE, "Z1")) == 3
    assert ask("SELECT version FROM parcel WHERE parcel_code = :code", code=code(1)) == 2


def test_cards_and_parcels_agree_or_it_is_said_where_not(do, put) -> None:
    put("holder_class = 'state', cadastral_code = 'C' || right(parcel_code, 3), floor_area_m2 = 500",
        f"parcel_code <= '{code(5)}'")  # fmt: skip
    put("cadastral_code = 'C004'", f"parcel_code = '{code(5)}'")
    cards = (
        {"card_no": "K1", "parcel_code": code(1), "area_m2": 4000},
        {"card_no": "K2", "cadastral_code": "C001", "area_m2": 6000},
        {"card_no": "K3", "parcel_code": code(2), "area_m2": 9000, "floor_area_m2": 501.5, "unit_name": "示例学校"},
        {"card_no": "K4", "cadastral_code": "C004"}, {"card_no": "K5", "parcel_code": "149901-0009999", "area_m2": 7},
        {"card_no": "K6", "parcel_code": code(3), "struck_on": "2024-01-01"}, {"card_no": "K7"},
    )  # fmt: skip
    for card in cards:
        do(add_affair, COUNTY, Affair.CARD, card)
    check = do(check_cards, COUNTY, 1.0)
    assert (check.cards, check.matched) == (6, 3)
    assert [(one.finding, one.cards, one.parcels) for one in check.findings] == [
        ("card_fits_several", ["K4"], [code(4), code(5)]),
        ("card_without_parcel", ["K5"], []),
        ("card_without_parcel", ["K7"], []),
        ("floor_differs", ["K3"], [code(2)]),
        ("land_differs", ["K3"], [code(2)]),
        ("parcel_without_card", [], [code(3)]),
    ]
    land = next(one for one in check.findings if one.finding == "land_differs")
    assert (land.stated_m2, land.found_m2) == (9000, 10000)


def _rows(*rows):
    return [AffairRow(number, affair, values, codes) for number, (affair, values, codes) in enumerate(rows, 2)]


def test_a_ledger_is_taken_set_by_set_and_the_same_again_changes_nothing(do, ask) -> None:
    ledger = _rows(
        (Affair.APPROVAL, {"approval_no": "A1", "approved_area_m2": "5000", "approved_on": "2020-01-02"},
         [code(1), code(2)]),
        (Affair.APPROVAL, {"approval_no": "A2", "name": "二批"}, []),
        (Affair.APPROVAL, {"approval_no": "A1"}, []),
        (Affair.APPROVAL, {"approval_no": "A3", "approved_area_m2": "五千"}, []),
        (Affair.PROJECT, {"project_code": "P1", "name": "甲项目"}, [code(1), "149901-9999999"]),
        (Affair.ENTERPRISE, {"name": "甲厂"}, [code(3)]),
        (Affair.ENTERPRISE, {"name": "乙厂", "credit_code": "91149901MA00000001"}, [code(4)]),
        (Affair.ZONE, {"code": "Z1", "name": "示例园区"}, [code(5)]),
        (Affair.CARD, {"card_no": "K1", "parcel_code": code(1)}, []),
        (Affair.PROJECT, {"name": "没有代码"}, []),
    )  # fmt: skip
    first = do(load_affairs, COUNTY, ledger)
    assert (first.read, first.added, first.updated, first.unchanged, first.refused, first.linked) == (10, 7, 0, 0, 3, 6)
    assert [(one.row, one.field) for one in first.problems] == [
        (4, "approval_no"), (5, "approved_area_m2"), (11, "project_code"), (6, "parcel_code"),
    ]  # fmt: skip
    again = do(load_affairs, COUNTY, ledger)
    assert (again.added, again.updated, again.unchanged, again.refused, again.linked) == (0, 0, 7, 3, 0)
    later = _rows(
        (Affair.APPROVAL, {"approval_no": "A1", "supplied_area_m2": 3000, "name": ""}, []),
        (Affair.APPROVAL, {"approval_no": "A2", "name": "二批(改)"}, []),
        (Affair.ENTERPRISE, {"name": "乙厂新名", "credit_code": "91149901MA00000001"}, []),
    )
    third = do(load_affairs, COUNTY, later)
    assert (third.added, third.updated, third.unchanged) == (0, 3, 0)
    stands = do(get_affair, COUNTY, Affair.APPROVAL, "A1")
    assert (stands["approved_area_m2"], stands["supplied_area_m2"], stands["version"]) == (5000, 3000, 2)
    over = do(load_affairs, COUNTY, _rows((Affair.APPROVAL, {"approval_no": "A1", "withdrawn_area_m2": 2500}, [])))
    assert (over.refused, over.updated) == (1, 0)
    assert ask("SELECT zone_code FROM parcel WHERE parcel_code = :code", code=code(5)) == "Z1"
    assert ask("SELECT count(*) FROM enterprise") == 2
    for one in (first, again, third, over):
        assert one.read == one.added + one.updated + one.unchanged + one.refused


def test_ten_thousand_rows_are_one_set(do, ask) -> None:
    rows = [
        AffairRow(n, Affair.PROJECT, {"project_code": f"P{n}", "name": f"项目{n}"}, [code(n % 300 + 1)])
        for n in range(10_000)
    ]
    loaded = do(load_affairs, COUNTY, rows)
    assert (loaded.added, loaded.linked) == (10_000, 10_000)
    assert do(lambda c: c.execute(text("SELECT count(*) FROM project")).scalar_one()) == 10_000
