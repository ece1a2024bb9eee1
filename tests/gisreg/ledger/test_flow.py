"""Left and not closed as a flow: it reconciles whatever happened, between any two dates."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from books_county import code
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, text

from gisreg.ledger.closeout.moves import By, take
from gisreg.ledger.closeout.submitting import accept, send_back, submit
from gisreg.ledger.closeout.words import Step
from gisreg.ledger.flow import By as Dimension
from gisreg.ledger.flow import DatesTurnedRound, Measured, flow
from gisreg.ledger.left import county_left, township_left
from gisreg.parcels.asof import today
from gisreg.parcels.edits import remove
from gisreg.parcels.undo import undo
from gisreg.vocab import LEFT_STATES, NOT_CLOSED_STATES, Kind, State

CHINA = ZoneInfo("Asia/Shanghai")
FIRST = date(2026, 1, 1)
DAYS = 12


def yesterday() -> date:
    return today() - timedelta(days=1)


def test_ordos_45_works_43_revived_32_closed(do, put, submitted, basis) -> None:
    """Documents 004, from the parcels themselves: 2 left, 13 not closed."""
    put("kind = 'half_finished_project', subkind = 'halted_works'", f"parcel_code <= '{code(45)}'")
    for n in range(1, 44):
        submitted(n)
    for n in range(1, 33):
        do(accept, basis(n))
    works = {
        measure: next(
            row for row in do(flow, "149901", yesterday(), today(), measure=measure, by=Dimension.KIND).rows
            if row.code == Kind.HALF_FINISHED_PROJECT
        )
        for measure in Measured
    }  # fmt: skip
    left, not_closed = works[Measured.LEFT], works[Measured.NOT_CLOSED]
    assert (left.revived.parcels, left.closing.parcels) == (43, 2)
    assert (not_closed.revived.parcels, not_closed.closing.parcels) == (32, 13)
    assert left.reconciles
    assert not_closed.reconciles


def test_each_kind_of_event_has_its_column(do, basis, put, started, submitted, *, closed, given) -> None:
    closed(1)
    do(take, basis(1), Step.RELAPSE, By(reason="复查"))
    submitted(2)
    do(send_back, basis(2), None, By(reason="照片不清"))
    submitted(3)
    do(remove, basis(4), "重复入库")
    do(remove, basis(5), "误")
    do(undo, code(5), basis(5).version)
    started(6)
    do(submit, basis(6), given(6, area_m2=4000.0))
    put("official_area_m2 = 12000", f"parcel_code = '{code(7)}'")
    put("zone_code = 'Z1'", f"parcel_code = '{code(8)}'")
    total = do(flow, "149901", yesterday(), today()).total
    counts = {name: getattr(total, name).parcels for name in (
        "opening", "new", "relapsed", "revived", "removed", "corrected", "transferred", "closing")}  # fmt: skip
    # revived: 1, 3 and the part of 6; 2 came back. corrected: 5 gone and back: 1 removed, 1 corrected; the part of 6
    assert counts == {
        "opening": 0, "new": 300, "relapsed": 1, "revived": 3, "removed": 2, "corrected": 2, "transferred": 0,
        "closing": 298,
    }  # fmt: skip
    assert total.reconciles
    assert float(total.corrected.land_m2) == 2000.0 + 10000.0 - 4000.0 + 4000.0
    by_zone = do(flow, "149901", yesterday(), today(), by=Dimension.ZONE)
    moved = {row.code: row.transferred.parcels for row in by_zone.rows}
    assert moved == {"Z1": 1, None: -1}
    assert all(row.reconciles for row in by_zone.rows)


def test_the_closing_is_what_the_ledger_shows(do, basis, submitted, closed) -> None:
    submitted(1)
    closed(2)
    shown = county_left(do(township_left, "149901"))
    for measure, count in ((Measured.LEFT, shown.left_count), (Measured.NOT_CLOSED, shown.not_closed_count)):
        assert do(flow, "149901", yesterday(), today(), measure=measure).total.closing.parcels == count


def test_an_import_that_was_taken_back_is_a_correction(do, ask, database) -> None:
    with create_engine(database.admin_url).begin() as admin:
        admin.execute(text("SET search_path = gisreg, public"))
        admin.execute(text("DELETE FROM parcel WHERE parcel_code = :code"), {"code": code(1)})
    total = do(flow, "149901", yesterday(), today()).total
    assert (total.new.parcels, total.corrected.parcels, total.closing.parcels) == (300, -1, 299)
    assert total.reconciles


def test_the_dates_go_forward(do, county) -> None:
    for until in (today(), yesterday()):
        with pytest.raises(DatesTurnedRound):
            do(flow, "149901", today(), until)


# -- any history reconciles


@dataclass(frozen=True)
class Version:
    """A version of a parcel as the history has it; None where it was deleted."""

    at: datetime
    state: str | None
    township: str | None
    zone: str | None
    area: float | None
    source: str


MOMENTS = st.integers(0, DAYS * 24 * 4 - 1).map(
    lambda n: datetime.combine(FIRST, datetime.min.time(), CHINA) + timedelta(minutes=15 * n)
)
VERSIONS = st.builds(
    Version,
    MOMENTS,
    st.sampled_from([str(state) for state in State]),
    st.sampled_from(["149901100", "149901101", "149901999", None]),
    st.sampled_from(["Z1", "Z2", None]),
    st.one_of(st.none(), st.floats(0, 1e7, allow_nan=False)),
    st.sampled_from(["import:1", "cli:edit", "cli:undo", "cli:submit"]),
)


def lawful(history):
    """Only idle land is ever suspected."""
    kind, versions = history
    if kind == Kind.IDLE_LAND:
        return history
    return kind, [replace(one, state="removed") if one.state == "suspected" else one for one in versions]


HISTORIES = st.lists(
    st.tuples(st.sampled_from([str(kind) for kind in Kind]), st.lists(VERSIONS, min_size=1, max_size=6)).map(lawful),
    max_size=8,
)


@given(
    HISTORIES,
    st.integers(0, DAYS - 2),
    st.integers(1, DAYS),
    st.tuples(st.sampled_from(list(Measured)), st.sampled_from(list(Dimension))),
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sequence_of_events_reconciles(bare, histories, first, span, kind_of) -> None:
    measure, dimension = kind_of
    since, until = FIRST + timedelta(days=first), FIRST + timedelta(days=first + span)
    with bare.connect() as connection:
        write(connection, histories)
        table = flow(connection, "149901", since, until, measure=measure, by=dimension)
        connection.rollback()
    states = LEFT_STATES if measure == Measured.LEFT else NOT_CLOSED_STATES
    for row in [*table.rows, table.total]:
        assert row.reconciles, row
    assert table.total.opening.parcels == counted(histories, since, states)
    assert table.total.closing.parcels == counted(histories, until, states)
    for entry in ("opening", "closing", "new", "revived", "removed", "corrected"):
        assert sum(getattr(row, entry).parcels for row in table.rows) == getattr(table.total, entry).parcels
    assert table.total.transferred.parcels == 0
    assert table.total.transferred.land_m2 == 0


def counted(histories, day: date, states) -> int:
    """By hand: the last version of each parcel by the end of the day."""
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), CHINA)
    last = [
        max(enumerate(sorted(versions, key=lambda one: one.at)), key=lambda one: (one[1].at < end) * (one[0] + 1))[1]
        for _kind, versions in histories
        if any(version.at < end for version in versions)
    ]
    return Counter(version.state in set(map(str, states)) for version in last)[True]


@pytest.fixture
def bare(database):
    """The owner's way in: it may write a history as it pleases."""
    engine = create_engine(database.admin_url, connect_args={"options": "-c search_path=gisreg,public"})
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true)"))
        connection.execute(
            text(
                "INSERT INTO admin_unit (county_code, level, code, name) VALUES"
                " ('149901', 'township', '149901100', '甲'), ('149901', 'township', '149901101', '乙')"
            )
        )
    yield engine
    engine.dispose()


def write(connection: Connection, histories) -> None:
    live = text(
        "INSERT INTO parcel (id, version, recorded_at, recorded_from, county_code, parcel_code, kind, state,"
        " township_code, zone_code, area_m2) OVERRIDING SYSTEM VALUE VALUES (:id, :version, :at, :source, '149901',"
        " :code, :kind, :state, :township, :zone, :area)"
    )
    kept = text(
        "INSERT INTO parcel_version (parcel_id, version, recorded_at, recorded_by, recorded_from, superseded_at,"
        " superseded_by, county_code, parcel_code, kind, state, ownership_status, township_code, zone_code, area_m2)"
        " VALUES (:id, :version, :at, 'li', :source, :until, 'li', '149901', :code, :kind, :state, 'unknown',"
        " :township, :zone, :area)"
    )
    for key, (kind, versions) in enumerate(histories, start=1):
        ordered = sorted(versions, key=lambda one: one.at)
        for number, version in enumerate(ordered, start=1):
            row = {
                "id": key, "version": number, "at": version.at, "source": version.source, "code": code(key),
                "kind": kind, "state": version.state, "township": version.township, "zone": version.zone,
                "area": version.area,
            }  # fmt: skip
            if number == len(ordered):
                connection.execute(live, row)
            else:
                connection.execute(kept, {**row, "until": ordered[number].at})
