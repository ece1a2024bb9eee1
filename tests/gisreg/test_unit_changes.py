"""Units merge, split and are renamed from a day: parcels follow, earlier lists show the old units."""

from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine, text

from gisreg.days import today
from gisreg.db.engine import Actor, transaction
from gisreg.errors import GisregError
from gisreg.ledger.left import county_left, township_left
from gisreg.parcels.boundary.given import given_text
from gisreg.parcels.read import list_parcels
from gisreg.unit_changes.changing import Change, Part, crosswalk, merge, rename, split, successors
from gisreg.unit_changes.errors import (
    ChangeInFuture,
    ChangeInUse,
    ChangeTooEarly,
    ChangeUndone,
    ChangeUnknown,
    LevelFixed,
    NothingRenamed,
    PartsOverlap,
    PartsWithoutPlace,
    UnitCodeTaken,
    UnitCodeUnusable,
    UnitNotThere,
    UnitsTooFew,
)
from gisreg.unit_changes.undoing import undo_change
from gisreg.units import list_units
from gisreg.vocab import UnitLevel

T0, T1, T2 = "149901100", "149901101", "149901102"
LAST_YEAR = today() - timedelta(days=400)
ON = today() - timedelta(days=30)
_FILL = """
INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true);
INSERT INTO admin_unit (county_code, level, code, name, parent_code, boundary, area_m2)
SELECT '149901', 'township', '14990110' || n, '示例' || n || '镇', '149901', b, ST_Area(b::geography)
FROM generate_series(0, 2) AS n, ST_Multi(ST_MakeEnvelope(113 + n * 0.1, 36, 113.1 + n * 0.1, 36.1, 4490)) AS b;
INSERT INTO admin_unit (county_code, level, code, name, parent_code)
SELECT '149901', 'village', '14990110' || n || '20' || v, '示例村' || n || v, '14990110' || n
FROM generate_series(0, 2) AS n, generate_series(0, 1) AS v;
INSERT INTO parcel (county_code, parcel_code, kind, state, township_code, village_code, area_m2, boundary, holder_class)
SELECT '149901', '149901-' || lpad((n * 4 + k)::text, 7, '0'), 'idle_land', 'registered', '14990110' || n,
    CASE WHEN k = 1 THEN '14990110' || n || '200' END, 1000,
    CASE WHEN k < 3 THEN ST_Multi(ST_MakeEnvelope(w, 36.02, w + 0.005, 36.025, 4490)) END,
    CASE WHEN k = 1 THEN 'collective' END
FROM generate_series(0, 2) AS n, generate_series(0, 3) AS k, LATERAL (SELECT 113.01 + n * 0.1 + k * 0.03 AS w) AS x;
"""


@pytest.fixture
def do(engine):
    """Runs a use case as Wang; everything was recorded last year."""
    with transaction(engine, Actor("li", "test")) as connection:
        connection.execute(text(_FILL))

    def run(use_case, *arguments, **options):
        with transaction(engine, Actor("wang", "test")) as connection:
            return use_case(connection, *arguments, **options)

    return run


@pytest.fixture
def recorded_last_year(do, database):
    """Moves the record of all parcels into last year, as only the owner can."""
    with create_engine(database.admin_url).begin() as connection:
        connection.execute(text("ALTER TABLE gisreg.parcel DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE gisreg.parcel SET recorded_at = :then"), {"then": LAST_YEAR})
        connection.execute(text("ALTER TABLE gisreg.parcel ENABLE TRIGGER USER"))


def change(on=ON, level=UnitLevel.TOWNSHIP):
    return Change("149901", level, on, "示政函1号")


def left(do, as_of=None):
    return {row.code: (row.name, row.left_count) for row in do(township_left, "149901", as_of)}


def test_a_renamed_township_is_shown_by_its_name_of_the_day(do, recorded_last_year) -> None:
    done = do(rename, change(), T0, name="新名镇")
    assert (done.old, done.new, done.parcels, done.villages) == ([T0], [T0], {T0: 4}, 0)
    assert left(do)[T0] == ("新名镇", 4)
    assert left(do, ON - timedelta(days=1))[T0] == ("示例0镇", 4)
    assert left(do, ON)[T0] == ("新名镇", 4)
    names = do(lambda c: list_parcels(c, as_of=LAST_YEAR).items)
    assert {row["township_name"] for row in names} == {"示例0镇", "示例1镇", "示例2镇"}


def test_townships_merge_and_their_assets_follow(do, recorded_last_year) -> None:
    done = do(merge, change(), [T0, T1], (T1, "示例合镇"))
    assert (done.parcels, done.villages) == ({T1: 8}, 2)
    assert left(do) == {T1: ("示例合镇", 8), T2: ("示例2镇", 4)}
    # what was recorded before the change was entered shows the old units, also for days on which it held already
    assert left(do, LAST_YEAR) == {T0: ("示例0镇", 4), T1: ("示例1镇", 4), T2: ("示例2镇", 4)}
    between = left(do, ON + timedelta(days=1))
    assert between[T0] == ("示例0镇", 4)
    assert sum(count for _, count in between.values()) == 12
    units = {day: [unit.code for unit in do(list_units, "149901", "township", day)] for day in (None, LAST_YEAR)}
    assert units == {None: [T1, T2], LAST_YEAR: [T0, T1, T2]}
    whole = do(lambda c: c.execute(text(
        "SELECT ST_Area(u.boundary) / 0.02, u.area_m2 > 0, count(*) FROM admin_unit AS u, parcel AS p"
        " WHERE u.code = :code AND u.valid_to = 'infinity' AND p.township_code = u.code GROUP BY u.id"
    ), {"code": T1}).one())  # fmt: skip
    assert whole[0] == pytest.approx(1)
    assert whole[1:] == (True, 8)
    assert do(successors, "149901", UnitLevel.TOWNSHIP, T0) == [T1]
    versions = do(lambda c: c.execute(text("SELECT count(*) FROM parcel_version")).scalar_one())
    assert versions == 4, "the merged unit's own parcels need no new version"


def test_a_township_splits_by_village_and_by_ground(do) -> None:
    west = given_text("POLYGON((113 36, 113.05 36, 113.05 36.1, 113 36.1, 113 36))", None, "wkt")
    east = given_text("POLYGON((113.05 36, 113.1 36, 113.1 36.1, 113.05 36.1, 113.05 36))", None, "wkt")
    # parcel 1 lies in the west, but its village goes east; parcel 3 has neither ground nor village
    parts = [Part(T0, "西镇", [T0 + "201"], west), Part("149901103", "东镇", [T0 + "200"], east)]
    done = do(split, change(), T0, parts)
    assert done.parcels == {T0: 1, "149901103": 2}
    assert done.unplaced == ["149901-0000003"]
    assert done.villages == 1
    assert left(do) == {
        T0: ("西镇", 1), T1: ("示例1镇", 4), T2: ("示例2镇", 4), "149901103": ("东镇", 2), None: (None, 1),
    }  # fmt: skip
    assert county_left(do(township_left, "149901")).left_count == 12
    assert do(successors, "149901", UnitLevel.TOWNSHIP, T0) == [T0, "149901103"]
    assert [(row["old_code"], row["new_code"], row["parcels"]) for row in do(crosswalk, "149901")] == [
        (T0, T0, 1), (T0, "149901103", 2),
    ]  # fmt: skip


def test_codes_are_walked_through_several_changes(do) -> None:
    do(rename, change(ON - timedelta(days=10)), T0, new_code="149901110", name="甲镇")
    do(merge, change(ON - timedelta(days=5)), ["149901110", T1], ("149901111", "乙镇"))
    do(rename, change(ON), "149901111", new_code="149901112")
    assert do(successors, "149901", UnitLevel.TOWNSHIP, T0) == ["149901112"]
    assert do(successors, "149901", UnitLevel.TOWNSHIP, T2) == [T2]
    assert do(successors, "149901", UnitLevel.TOWNSHIP, "nowhere") == []
    with pytest.raises(UnitNotThere) as refused:
        do(rename, change(), T0, name="又")
    assert "149901112" in refused.value.say_what("zh")
    assert left(do)["149901112"] == ("乙镇", 8)


def test_villages_merge_and_ownership_is_settled_first_where_asked(do) -> None:
    one, other = T0 + "200", T1 + "200"
    done = do(merge, change(level=UnitLevel.VILLAGE), [one, other], (one, "示例新村"), settle_ownership=True)
    assert done.to_settle == ["149901-0000001", "149901-0000005"]
    assert done.parcels == {one: 2}
    stands = do(lambda c: c.execute(text(
        "SELECT DISTINCT ownership_status, village_code FROM parcel WHERE parcel_code = ANY (:codes)"
    ), {"codes": done.to_settle}).all())  # fmt: skip
    assert stands == [("unconfirmed", one)]


def _square(west):
    return given_text(f"POLYGON(({west} 36, {west + 0.06} 36, {west + 0.06} 36.1, {west} 36.1, {west} 36))", None, "w")


@pytest.mark.parametrize(
    ("work", "arguments", "failure"),
    [
        (rename, (change(today() + timedelta(days=2)), T0), ChangeInFuture),
        (rename, (change(date(1900, 1, 1)), T0), GisregError),
        (rename, (change(), T0), NothingRenamed),
        (rename, (change(), "149901999"), UnitNotThere),
        (rename, (change(level=UnitLevel.COUNTY), "149901"), LevelFixed),
        (merge, (change(), [T0, T0], (T0, "甲")), UnitsTooFew),
        (merge, (change(), [T0], (T0, "甲")), UnitsTooFew),
        (merge, (change(), [T0, T1], (T2, "甲")), UnitCodeTaken),
        (merge, (change(), [T0, T1], ("a b", "甲")), UnitCodeUnusable),
        (merge, (change(), [T0, T1], (T0, " ")), UnitCodeUnusable),
        (split, (change(), T0, [Part(T0, "甲", [T0 + "200"])]), UnitsTooFew),
        (split, (change(), T0, [Part(T0, "甲", [T0 + "200"]), Part("X", "乙")]), PartsWithoutPlace),
        (split, (change(), T0, [Part(T0, "甲", [T0 + "200"]), Part("X", "乙", [T0 + "200"])]), PartsOverlap),
        (split, (change(), T0, [Part(T0, "甲", [T0 + "200"]), Part("X", "乙", [T1 + "200"])]), UnitNotThere),
        (split, (change(), T0, [Part(T0, "甲", (), _square(113)), Part("X", "乙", (), _square(113.03))]), PartsOverlap),
        (split, (change(), T0, [Part(T1, "甲", [T0 + "200"]), Part("X", "乙", [T0 + "201"])]), UnitCodeTaken),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_is_refused_whole(do, work, arguments, failure) -> None:
    before = left(do)
    with pytest.raises(failure) as refused:
        do(work, *arguments)
    assert refused.value.say_mend("zh")
    assert left(do) == before
    assert do(crosswalk, "149901") == []


def test_a_change_before_the_last_one_is_refused(do) -> None:
    do(rename, change(), T0, name="新名镇")
    with pytest.raises(ChangeTooEarly):
        do(rename, change(ON - timedelta(days=1)), T0, name="再改镇")


# -- undoing


def state(do):
    """Units in force, and where each parcel is."""
    units = (
        "SELECT level, code, name, parent_code, ST_AsText(boundary) FROM admin_unit"
        " WHERE valid_to = 'infinity' ORDER BY 1, 2"
    )
    parcels = "SELECT parcel_code, township_code, village_code FROM parcel ORDER BY 1"
    return do(lambda c: [c.execute(text(query)).all() for query in (units, parcels)])


def number(do):
    """The number of the last change."""
    return do(crosswalk, "149901")[-1]["id"]


@pytest.fixture
def entered_earlier(database):
    """Moves the record of a change, and of what it wrote, ten days back, as only the owner can."""

    def move():
        with create_engine(database.admin_url).begin() as connection:
            for table in ("parcel", "unit_change"):
                connection.execute(text(f"ALTER TABLE gisreg.{table} DISABLE TRIGGER USER"))
                connection.execute(text(f"UPDATE gisreg.{table} SET recorded_at = recorded_at - interval '10 days'"))
                connection.execute(text(f"ALTER TABLE gisreg.{table} ENABLE TRIGGER USER"))
            connection.execute(
                text(
                    "UPDATE gisreg.parcel_version SET recorded_at = recorded_at - interval '10 days',"
                    " superseded_at = superseded_at - interval '10 days'"
                )
            )

    return move


def _merge(do):
    do(merge, change(), [T0, T1], (T1, "示例合镇"))


def _split(do):
    west = given_text("POLYGON((113 36, 113.05 36, 113.05 36.1, 113 36.1, 113 36))", None, "wkt")
    east = given_text("POLYGON((113.05 36, 113.1 36, 113.1 36.1, 113.05 36.1, 113.05 36))", None, "wkt")
    do(split, change(), T0, [Part(T0, "西镇", [T0 + "201"], west), Part("149901103", "东镇", [T0 + "200"], east)])


def _rename(do):
    do(rename, change(), T0, name="新名镇", new_code="149901110")


@pytest.mark.parametrize("make", [_merge, _split, _rename])
def test_an_undone_change_leaves_units_parcels_and_villages_as_they_were(do, make) -> None:
    before = state(do)
    make(do)
    assert state(do) != before
    undone = do(undo_change, "149901", number(do), "录入错误")
    assert state(do) == before
    assert T0 in undone.restored
    assert do(successors, "149901", UnitLevel.TOWNSHIP, T0) == [T0]
    row = do(crosswalk, "149901")[-1]
    assert (row["undone_by"], row["undo_reason"], row["undone_at"] is None) == ("wang", "录入错误", False)
    with pytest.raises(ChangeUndone):
        do(undo_change, "149901", row["id"])
    make(do)  # and it can be made again
    kept = do(lambda c: c.execute(text("SELECT count(*) FROM record_version WHERE table_name = 'admin_unit'")).scalar())
    assert kept, "the rows that went away are kept in the history"


@pytest.mark.parametrize("make", [_merge, _split, _rename])
def test_days_on_which_the_change_was_on_record_go_on_showing_it(do, entered_earlier, make) -> None:
    before = state(do)
    make(do)
    shown = left(do)
    entered_earlier()
    do(undo_change, "149901", number(do))
    assert state(do) == before
    assert left(do, today() - timedelta(days=5)) == shown
    assert left(do, today() - timedelta(days=11)).keys() == {T0, T1, T2}
    assert left(do) == {T0: ("示例0镇", 4), T1: ("示例1镇", 4), T2: ("示例2镇", 4)}


def _sql(do, statement):
    do(lambda c: c.execute(text(statement)))


@pytest.mark.parametrize(
    ("make", "work", "named"),
    [
        (_merge, lambda do: _sql(do, f"UPDATE parcel SET township_code = '{T2}' WHERE parcel_code = '149901-0000001'"),
         "149901-0000001"),
        (_merge, lambda do: _sql(do, f"UPDATE parcel SET township_code = '{T1}' WHERE parcel_code = '149901-0000009'"),
         "149901-0000009"),
        (_merge, lambda do: do(rename, change(today()), T1, name="又一名"), "变更 3"),
        (_merge, lambda do: do(rename, change(today(), UnitLevel.VILLAGE), T0 + "200", name="新村"), T0 + "200"),
        (_rename, lambda do: _sql(do, "INSERT INTO admin_unit (county_code, level, code, name, valid_from) VALUES"
                                      f" ('149901', 'township', '{T0}', '又来', current_date)"), T0),
        (_split, lambda do: _sql(do, f"UPDATE parcel SET township_code = '{T2}' WHERE parcel_code = '149901-0000003'"),
         "149901-0000003"),
    ],
)  # fmt: skip
def test_what_others_worked_on_since_stands_in_the_way(do, make, work, named) -> None:
    make(do)
    first = min(row["id"] for row in do(crosswalk, "149901"))
    work(do)
    before = state(do)
    with pytest.raises(ChangeInUse) as refused:
        do(undo_change, "149901", first)
    assert named in refused.value.say_what("zh")
    assert state(do) == before


def test_other_edits_of_the_parcels_stay(do) -> None:
    _merge(do)
    _sql(do, "UPDATE parcel SET remark = '补' WHERE parcel_code = '149901-0000001'")
    assert do(undo_change, "149901", number(do)).parcels == 4
    row = do(
        lambda c: c.execute(text("SELECT township_code, remark FROM parcel WHERE parcel_code = '149901-0000001'")).one()
    )
    assert tuple(row) == (T0, "补")


def test_parcels_that_came_to_a_renamed_unit_go_with_it(do) -> None:
    _rename(do)
    _sql(do, "UPDATE parcel SET township_code = '149901110' WHERE parcel_code = '149901-0000009'")
    undone = do(undo_change, "149901", number(do))
    assert undone.came_since == ["149901-0000009"]
    assert left(do)[T0] == ("示例0镇", 5)


def test_an_unknown_change(do) -> None:
    with pytest.raises(ChangeUnknown):
        do(undo_change, "149901", 99)
