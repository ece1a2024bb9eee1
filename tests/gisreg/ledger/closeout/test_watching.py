"""Watching closed parcels: every sign of a relapse, for all kinds, and its limits."""

from datetime import timedelta

import pytest
from books_county import code
from sqlalchemy import text

from gisreg.days import today
from gisreg.ledger.closeout.watching import watch
from gisreg.ledger.closeout.words import Sign


def test_a_closed_parcel_that_stops_again_relapses(do, put, closed, state) -> None:
    for n in (1, 2, 3, 4):
        closed(n)
    later = today() + timedelta(days=400)
    put(f"halted_on = '{today() + timedelta(days=1)}'", f"parcel_code IN ('{code(1)}', '{code(2)}', '{code(3)}')")
    put("started_area_m2 = 100, due_area_m2 = 1000", f"parcel_code = '{code(1)}'")
    put(
        "started_area_m2 = 900, due_area_m2 = 1000, invested_wan = 30, total_investment_wan = 100",
        f"parcel_code = '{code(2)}'",
    )
    found = do(watch, "149901", later, mark=True)
    assert [row["parcel_code"] for row in found.idle_again] == [code(1)]
    assert [row["parcel_code"] for row in found.to_find_out] == [code(3)]
    assert (state(1), state(2), state(3), state(4)) == ("relapsed", "closed", "closed", "closed")
    assert do(watch, "149901", later).idle_again == []


@pytest.mark.parametrize(("days", "again"), [(366, False), (367, True)])
def test_the_year_of_a_stop_is_full_before_it_counts(do, put, closed, days, again) -> None:
    closed(1)
    halted = today() + timedelta(days=1)
    put(f"halted_on = '{halted}', invested_wan = 1, total_investment_wan = 100", f"parcel_code = '{code(1)}'")
    found = do(watch, "149901", today() + timedelta(days=days))
    assert bool(found.idle_again) is again


def test_the_watch_ends(do, put, closed) -> None:
    closed(1)
    put(f"halted_on = '{today() + timedelta(days=1)}', invested_wan = 1, total_investment_wan = 100",
        f"parcel_code = '{code(1)}'")  # fmt: skip
    assert do(watch, "149901", today() + timedelta(days=700)).idle_again
    assert not do(watch, "149901", today() + timedelta(days=800)).idle_again


def test_an_empty_factory_relapses_after_three_months(do, put, closed) -> None:
    put("kind = 'idle_factory'", f"parcel_code = '{code(1)}'")
    closed(1)
    put(f"vacated_on = '{today() + timedelta(days=1)}'", f"parcel_code = '{code(1)}'")
    assert not do(watch, "149901", today() + timedelta(days=80)).idle_again
    assert do(watch, "149901", today() + timedelta(days=100)).idle_again


def test_three_months_are_over_when_their_last_day_is(do, put, closed) -> None:
    put("kind = 'idle_factory'", f"parcel_code = '{code(1)}'")
    closed(1)
    day = (today().replace(day=1) + timedelta(days=40)).replace(day=1)
    put(f"vacated_on = '{day}'", f"parcel_code = '{code(1)}'")
    full = (day + timedelta(days=95)).replace(day=1)
    assert (full.day, (full.year - day.year) * 12 + full.month - day.month) == (1, 3)
    assert not do(watch, "149901", full).idle_again
    assert signs(do(watch, "149901", full + timedelta(days=1)).idle_again) == {code(1): [Sign.VACATED]}


# -- unsupplied land, and what surveys say


@pytest.fixture
def supplied(put, closed):
    """Unsupplied land that was closed out as supplied."""

    def bring(n: int) -> None:
        put("kind = 'unsupplied_land', supervision_no = 'D1', contract_on = '2026-01-05'",
            f"parcel_code = '{code(n)}'")  # fmt: skip
        closed(n)

    return bring


@pytest.fixture
def contract(do):
    """A contract of the n-th parcel."""

    def add(n: int, **values) -> None:
        given = {
            "contract_no": "HT-1",
            "contract_class": "grant",
            **dict.fromkeys(("signed_on", "clean_up", "cleaned_on")),
        }
        do(lambda c: c.execute(
            text(
                "INSERT INTO contract"
                " (county_code, parcel_id, contract_no, contract_class, signed_on, clean_up, cleaned_on)"
                " SELECT '149901', id, :contract_no, :contract_class, :signed_on, :clean_up, :cleaned_on FROM parcel"
                " WHERE parcel_code = :code"
            ),
            {**given, **values, "code": code(n)},
        ))  # fmt: skip

    return add


def signs(rows) -> dict[str, list[str]]:
    return {row["parcel_code"]: [one["sign"] for one in row["signs"]] for row in rows}


def test_supplied_land_whose_contract_was_terminated_is_unsupplied_again(do, supplied, contract, state) -> None:
    for n in (1, 2, 3):
        supplied(n)
    contract(1, clean_up="terminate", cleaned_on=today())
    contract(2, clean_up="terminate", cleaned_on=today())
    contract(2, contract_no="HT-2", signed_on=today())
    contract(3, clean_up="amend", cleaned_on=today())
    assert signs(do(watch, "149901").idle_again) == {code(1): [Sign.CONTRACT_ENDED]}
    found = do(watch, "149901", mark=True)
    assert (found.marked, state(1), state(2)) == (1, "relapsed", "closed")


def test_a_contract_of_no_known_class_may_stand_in_the_place_of_one_that_was_terminated(do, supplied, contract) -> None:
    supplied(1)
    contract(1, clean_up="terminate", cleaned_on=today())
    contract(1, contract_no="HT-2", contract_class=None, signed_on=today())
    found = do(watch, "149901", mark=True)
    assert (found.idle_again, signs(found.to_find_out)) == ([], {code(1): [Sign.CONTRACT_ENDED]})


def test_an_approval_that_was_withdrawn_and_given_again_is_unsupplied_again(do, put, closed, given, basis) -> None:
    put("kind = 'unsupplied_land', supervision_no = 'D1', approved_on = '2024-05-06'", f"parcel_code <= '{code(3)}'")
    for n in (1, 2, 3):
        closed(n)
    assert do(watch, "149901").idle_again == []
    day = today() + timedelta(days=10)
    put(f"approved_on = '{day}'", f"parcel_code IN ('{code(1)}', '{code(2)}')")
    put(f"contract_on = '{day}'", f"parcel_code = '{code(2)}'")
    assert do(watch, "149901", day - timedelta(days=1)).idle_again == []
    assert signs(do(watch, "149901", day).idle_again) == {code(1): [Sign.APPROVED_AGAIN]}


def test_supply_that_nobody_can_show_any_more_is_to_be_found_out(do, put, supplied) -> None:
    supplied(1)
    put("supervision_no = NULL", f"parcel_code = '{code(1)}'")
    found = do(watch, "149901", mark=True)
    assert (found.idle_again, signs(found.to_find_out)) == ([], {code(1): [Sign.SUPPLY_UNKNOWN]})


@pytest.mark.parametrize("kind", ["unsupplied_land", "idle_land", "half_finished_project", "idle_factory"])
def test_a_survey_that_lists_a_closed_parcel_again_is_told_for_every_kind(do, put, closed, kind) -> None:
    put(f"kind = '{kind}', supervision_no = 'D1'", f"parcel_code = '{code(1)}'")
    closed(1)
    assert do(watch, "149901").to_find_out == []
    batch = do(lambda c: c.execute(text(
        "INSERT INTO batch (county_code, kind, file_name, file_sha256, file_bytes, crs, mapping, rows_read,"
        " rows_loaded, rows_repaired, rows_refused, rows_unchanged, rows_warned)"
        " VALUES ('149901', :kind, 'again.zip', repeat('0', 64), 1, 'EPSG:4526', '{}', 1, 1, 0, 0, 0, 0) RETURNING id"
    ), {"kind": kind}).scalar_one())  # fmt: skip
    put(f"batch_id = {batch}", f"parcel_code = '{code(1)}'")
    (row,) = do(watch, "149901").to_find_out
    assert [(one["sign"], one["certain"]) for one in row["signs"]] == [(Sign.LISTED_AGAIN, False)]
    assert row["since"] == today()


@pytest.fixture
def event(do):
    """Something agreed that moves the clock of the n-th parcel."""

    def add(n: int, event: str, **values) -> None:
        given = {"cause": "government", "agreed_on": None, "from_on": None, "until_on": None, "new_start_on": None,
                 "document_no": None, **values}  # fmt: skip
        names = ", ".join(given)
        do(lambda c: c.execute(
            text(
                f"INSERT INTO clock_event (county_code, parcel_id, event, reason, {names})"
                f" SELECT '149901', id, :event, '管线迁改', {', '.join(':' + name for name in given)} FROM parcel"
                " WHERE parcel_code = :code"
            ),
            {**given, "event": event, "code": code(n)},
        ))  # fmt: skip

    return add


def test_land_that_was_sold_again_and_is_not_started_in_time_is_idle_again(do, put, closed, event) -> None:
    for n in range(1, 6):
        closed(n)
    start = today() + timedelta(days=30)
    put(f"agreed_start_on = '{start}', actual_start_on = NULL", f"parcel_code <> '{code(4)}'")
    put(f"actual_start_on = '{start}'", f"parcel_code = '{code(2)}'")
    day = start + timedelta(days=5)
    event(3, "pause", agreed_on=day, from_on=day)
    event(5, "pause", agreed_on=day, from_on=day, until_on=day + timedelta(days=39))
    full_year = start.replace(year=start.year + 1)
    assert do(watch, "149901", full_year).idle_again == []
    assert signs(do(watch, "149901", full_year + timedelta(days=1)).idle_again) == {code(1): [Sign.NOT_STARTED]}
    assert code(5) not in signs(do(watch, "149901", full_year + timedelta(days=40)).idle_again)
    later = do(watch, "149901", full_year + timedelta(days=41))
    assert signs(later.idle_again) == {code(1): [Sign.NOT_STARTED], code(5): [Sign.NOT_STARTED]}
    assert later.to_find_out == [], "a pause that goes on excuses; nothing is left to find out"


def test_a_start_agreed_anew_since_the_close_out_is_the_one_that_counts(do, put, closed, event) -> None:
    for n in (1, 2):
        closed(n)
    first, second = today() + timedelta(days=30), today() + timedelta(days=90)
    put(f"agreed_start_on = '{first}', actual_start_on = NULL", f"parcel_code <= '{code(2)}'")
    event(1, "extension", agreed_on=first, new_start_on=second, document_no="延1号")
    event(2, "extension", agreed_on=today() - timedelta(days=9), new_start_on=second, document_no="延2号")
    year_of_first = first.replace(year=first.year + 1) + timedelta(days=1)
    assert signs(do(watch, "149901", year_of_first).idle_again) == {code(2): [Sign.NOT_STARTED]}
    (one,) = [row for row in do(watch, "149901", second.replace(year=second.year + 1) + timedelta(days=1)).idle_again
              if row["parcel_code"] == code(1)]  # fmt: skip
    assert one["since"] == second


def test_paused_days_are_no_days_of_a_stop(do, put, closed, event) -> None:
    for n in (1, 2):
        closed(n)
    halted = today() + timedelta(days=1)
    put(f"halted_on = '{halted}', invested_wan = 1, total_investment_wan = 100", f"parcel_code <= '{code(2)}'")
    event(2, "pause", agreed_on=halted, from_on=halted + timedelta(days=1), until_on=halted + timedelta(days=100))
    after_a_year = halted.replace(year=halted.year + 1) + timedelta(days=1)
    assert signs(do(watch, "149901", after_a_year).idle_again) == {code(1): [Sign.HALTED]}
    assert len(do(watch, "149901", after_a_year + timedelta(days=100)).idle_again) == 2


def test_a_project_in_use_relapses_when_it_is_left_empty(do, put, closed) -> None:
    put("kind = 'half_finished_project', subkind = 'completed_unused'", f"parcel_code = '{code(1)}'")
    closed(1)
    put(f"vacated_on = '{today() + timedelta(days=1)}'", f"parcel_code = '{code(1)}'")
    assert signs(do(watch, "149901", today() + timedelta(days=100)).idle_again) == {code(1): [Sign.VACATED]}


def test_the_reason_of_a_relapse_tells_its_signs(do, put, closed, ask) -> None:
    put("kind = 'idle_factory'", f"parcel_code = '{code(1)}'")
    closed(1)
    day = today() + timedelta(days=1)
    put(f"vacated_on = '{day}', halted_on = '{day}'", f"parcel_code = '{code(1)}'")
    assert do(watch, "149901", day + timedelta(days=200), mark=True).marked == 1
    assert ask("SELECT reason FROM parcel_edit ORDER BY id DESC LIMIT 1") == (
        f"跟踪发现二次闲置:再次腾空(自 {day}) · found idle again by the watch: Vacated again (since {day})"
    )
