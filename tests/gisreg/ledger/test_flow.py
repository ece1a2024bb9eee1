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

from gisreg.days import today
from gisreg.ledger.closeout.dated import take
from gisreg.ledger.closeout.moves import By
from gisreg.ledger.closeout.submitting import accept, send_back, submit
from gisreg.ledger.closeout.words import Step
from gisreg.ledger.flow import By as Dimension
from gisreg.ledger.flow import DatesTurnedRound, Measured, flow
from gisreg.ledger.left import county_left, township_left
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


PROJECTS = """
INSERT INTO project (county_code, project_code, name) SELECT '149901', 'P' || n, '项目' || n
FROM generate_series(1, 4) AS n;
INSERT INTO enterprise (county_code, name) VALUES ('149901', '示例公司');
INSERT INTO parcel_project (county_code, parcel_id, project_code)
SELECT '149901', id, CASE WHEN parcel_code <= '149901-0000002' THEN 'P1' WHEN parcel_code = '149901-0000003' THEN 'P2'
    ELSE 'P3' END
FROM parcel WHERE parcel_code <= '149901-0000004';
INSERT INTO parcel_enterprise (county_code, parcel_id, enterprise_id)
SELECT '149901', p.id, e.id FROM parcel AS p, enterprise AS e WHERE p.parcel_code = '149901-0000003'
"""


def test_projects_and_enterprises_move_with_their_parcels(do, submitted, closed, basis) -> None:
    """P1 is left while one of its two parcels is; P2 is submitted, with its enterprise; the only parcel of P3 goes."""
    do(lambda c: c.execute(text(PROJECTS)))
    closed(1)
    submitted(3)
    do(remove, basis(4), "重复入库")
    left = do(flow, "149901", yesterday(), today())
    assert (left.total.closing.projects, left.total.closing.enterprises, left.total.reconciles) == (1, 0, True)
    not_closed = do(flow, "149901", yesterday(), today(), measure=Measured.NOT_CLOSED, by=Dimension.KIND)
    assert (not_closed.total.new.projects, not_closed.total.closing.enterprises) == (2, 1)
    told = left.as_json()["county"]["closing"]
    assert (told["projects"], told["enterprises"], told["ha"]) == (1, 0, pytest.approx(told["mu"] / 15))


def test_each_way_of_a_project_has_its_column(bare) -> None:
    """Two days, two states: what the one parcel of each project did."""
    ways = {
        ("registered", "submitted"): {"revived": 1}, ("registered", "removed"): {"removed": 1},
        ("registered", "taken_back"): {"revived": 1}, ("registered", "suspected"): {"corrected": -1},
        ("submitted", "returned"): {"revived": -1}, ("closed", "relapsed"): {"relapsed": 1},
        ("closed", "registered"): {"corrected": 1}, ("suspected", "registered"): {"new": 1},
        ("registered", "on_hold"): {}, ("submitted", "closed"): {},
    }  # fmt: skip
    noon = datetime.combine(FIRST, datetime.min.time(), CHINA) + timedelta(hours=12)
    for (before, after), entries in ways.items():
        first = Version(noon, before, "149901100", None, 1.0, "import:1")
        second = Version(noon + timedelta(days=1), after, "149901101", None, 1.0, "cli:edit")
        history = [("idle_land", [first, second])]
        with bare.connect() as connection:
            write(connection, history, [(0, noon, None)])
            table = flow(connection, "149901", FIRST, FIRST + timedelta(days=1))
            connection.rollback()
        moved = {name: getattr(table.total, name).projects
                 for name in ("new", "relapsed", "revived", "removed", "corrected")}  # fmt: skip
        assert {name: count for name, count in moved.items() if count} == entries, (before, after)
        assert all(row.reconciles for row in table.rows)
        stays = before == "registered" and after == "on_hold"
        assert {row.code: row.transferred.projects for row in table.rows if row.transferred.projects} == (
            {"149901100": -1, "149901101": 1} if stays else {}
        )


LISTED_AGAIN = (("registered", "import:1"), ("closed", "cli:accept"), ("taken_back", "cli:take_back"),
                ("registered", "cli:list_again"), ("taken_back", "cli:undo"))  # fmt: skip
"""One state a day."""


@pytest.mark.parametrize("dimension", Dimension)
@pytest.mark.parametrize("measure", Measured)
@pytest.mark.parametrize(
    ("since", "until", "entries"),
    [
        (1, 2, {}), (2, 3, {"relapsed": 1}), (1, 3, {"relapsed": 1}), (0, 3, {"revived": 1, "relapsed": 1}),
        (-1, 3, {"new": 1, "revived": 1, "relapsed": 1}), (3, 4, {"corrected": -1}),
        (2, 4, {"relapsed": 1, "corrected": -1}),
    ],
)  # fmt: skip
def test_land_taken_back_and_listed_again_is_not_new(bare, since, until, entries, measure, dimension) -> None:  # noqa: PLR0917
    """Whenever it was taken back: before the span, within it, and when the listing is undone."""
    noon = datetime.combine(FIRST, datetime.min.time(), CHINA) + timedelta(hours=12)
    days = [
        Version(noon + timedelta(days=n), state, "149901100", "Z1", 6000.0, source)
        for n, (state, source) in enumerate(LISTED_AGAIN)
    ]
    with bare.connect() as connection:
        write(connection, [("idle_land", days)], [(0, noon, None)])
        span = FIRST + timedelta(days=since), FIRST + timedelta(days=until)
        table = flow(connection, "149901", *span, measure=measure, by=dimension)
        connection.rollback()
    assert {name: amount for name in ("new", "relapsed", "revived", "removed", "corrected", "transferred")
            if (amount := getattr(table.total, name).parcels)} == entries  # fmt: skip
    assert all(row.reconciles for row in (*table.rows, table.total))
    again = entries.get("relapsed", 0)
    told = {row.code: (row.relapsed.parcels, row.relapsed.land_m2) for row in table.rows if row.relapsed.parcels}
    place = {Dimension.TOWNSHIP: "149901100", Dimension.ZONE: "Z1", Dimension.KIND: Kind.IDLE_LAND}[dimension]
    assert told == ({place: (1, 6000)} if again else {})
    came_in = table.total.closing.projects > table.total.opening.projects
    assert (table.total.new.projects, table.total.relapsed.projects) == (came_in * (since < 0), came_in * (since >= 0))


def test_a_project_that_relapsed_is_told_so_though_it_has_a_plan_again(bare) -> None:
    noon = datetime.combine(FIRST, datetime.min.time(), CHINA) + timedelta(hours=12)
    days = [
        Version(noon + timedelta(days=n), state, None, None, 1.0, "cli:x")
        for n, state in enumerate(("closed", "relapsed", "planned"))
    ]
    with bare.connect() as connection:
        write(connection, [("idle_land", days)], [(0, noon, None)])
        total = flow(connection, "149901", FIRST, FIRST + timedelta(days=2)).total
        connection.rollback()
    assert (total.relapsed.parcels, total.relapsed.projects, total.corrected.projects) == (1, 1, 0)


def test_a_project_that_came_and_moved_on_within_the_span_is_new_where_it_stands_at_the_end(bare) -> None:
    """Its parcel is followed change by change: new in the one township, handed to the other."""
    noon = datetime.combine(FIRST, datetime.min.time(), CHINA) + timedelta(hours=12)
    came = Version(noon, "registered", "149901100", None, 1.0, "import:1")
    moved = Version(noon + timedelta(days=1), "registered", "149901101", None, 1.0, "cli:edit")
    with bare.connect() as connection:
        write(connection, [("idle_land", [came, moved])], [(0, noon, None)])
        table = flow(connection, "149901", FIRST - timedelta(days=1), FIRST + timedelta(days=1))
        connection.rollback()
    rows = {row.code: row for row in table.rows}
    told = {
        code: ((row.new.parcels, row.transferred.parcels), (row.new.projects, row.transferred.projects))
        for code, row in rows.items()
        if code in {"149901100", "149901101"}
    }
    assert told == {"149901100": ((1, -1), (0, 0)), "149901101": ((0, 1), (1, 0))}
    assert all(row.reconciles for row in table.rows)


def test_a_link_that_is_recorded_later_is_a_correction(bare) -> None:
    noon = datetime.combine(FIRST, datetime.min.time(), CHINA) + timedelta(hours=12)
    history = [("idle_land", [Version(noon, "registered", "149901100", None, 1.0, "import:1")])]
    next_day = noon + timedelta(days=1)
    for links, entries in (([(0, next_day, None)], (0, 1)), ([(0, noon, next_day)], (1, -1))):
        with bare.connect() as connection:
            write(connection, history, links)
            total = flow(connection, "149901", FIRST, FIRST + timedelta(days=1)).total
            connection.rollback()
        assert (total.opening.projects, total.corrected.projects, total.new.projects) == (*entries, 0)


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
    st.lists(st.tuples(st.integers(0, 2), MOMENTS, st.none() | MOMENTS), max_size=8),
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sequence_of_events_reconciles(bare, histories, first, span, kind_of, links) -> None:  # noqa: PLR0917 - hypothesis
    measure, dimension = kind_of
    since, until = FIRST + timedelta(days=first), FIRST + timedelta(days=first + span)
    with bare.connect() as connection:
        write(connection, histories, links)
        table = flow(connection, "149901", since, until, measure=measure, by=dimension)
        connection.rollback()
    states = LEFT_STATES if measure == Measured.LEFT else NOT_CLOSED_STATES
    for row in [*table.rows, table.total]:
        assert row.reconciles, row
    assert table.total.opening.parcels == counted(histories, since, states)
    assert table.total.closing.parcels == counted(histories, until, states)
    assert table.total.opening.projects == projects(histories, links, since, states)
    assert table.total.closing.projects == projects(histories, links, until, states)
    for entry in ("opening", "closing", "new", "revived", "removed", "corrected", "transferred"):
        assert sum(getattr(row, entry).projects for row in table.rows) == getattr(table.total, entry).projects
    for entry in ("opening", "closing", "new", "revived", "removed", "corrected"):
        assert sum(getattr(row, entry).parcels for row in table.rows) == getattr(table.total, entry).parcels
    assert table.total.transferred.parcels == 0
    assert table.total.transferred.land_m2 == 0


def counted(histories, day: date, states) -> int:
    """By hand: the last version of each parcel by the end of the day."""
    return Counter(state in set(map(str, states)) for state in last_states(histories, day).values())[True]


def last_states(histories, day: date) -> dict[int, str | None]:
    end = end_of(day)
    return {
        key: max(enumerate(sorted(versions, key=lambda one: one.at)), key=lambda one: (one[1].at < end) * (one[0] + 1))[
            1
        ].state
        for key, (_kind, versions) in enumerate(histories, start=1)
        if any(version.at < end for version in versions)
    }


def projects(histories, links, day: date, states) -> int:
    """By hand: projects with a link at the end of the day to a parcel in one of the states."""
    last, end, wanted = last_states(histories, day), end_of(day), set(map(str, states))
    return len({
        project for key, (project, since, until) in enumerate(links, start=1)
        if since < end and (until is None or until <= since or until >= end) and last.get(key) in wanted
    })  # fmt: skip


def end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), CHINA)


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
        connection.execute(
            text(
                "INSERT INTO project (county_code, project_code, name)"
                " VALUES ('149901', 'P0', '零'), ('149901', 'P1', '一'), ('149901', 'P2', '二')"
            )
        )
    yield engine
    engine.dispose()


def write_links(connection: Connection, links, parcels: int) -> None:
    """The n-th link is the n-th parcel's; with a second moment it was taken away again."""
    live = text(
        "INSERT INTO parcel_project (county_code, parcel_id, project_code, recorded_at)"
        " VALUES ('149901', :key, :project, :since)"
    )
    kept = text(
        "INSERT INTO record_version (county_code, table_name, record_key, version, recorded_at, recorded_by,"
        " recorded_from, superseded_at, superseded_by, deleted, content) VALUES ('149901', 'parcel_project', :key, 1,"
        " :since, 'li', 't', :until, 'li', true,"
        " jsonb_build_object('parcel_id', CAST(:key AS bigint), 'project_code', CAST(:project AS text)))"
    )
    for key, (project, since, until) in enumerate(links[:parcels], start=1):
        row = {"key": key, "project": f"P{project}", "since": since}
        if until is None or until <= since:
            connection.execute(live, row)
        else:
            connection.execute(kept, {**row, "until": until})


def write(connection: Connection, histories, links=()) -> None:
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
    write_links(connection, links, len(histories))
