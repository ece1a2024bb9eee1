"""What comes back: fields, boundaries, new and deleted rows, conflicts, decisions; and what can be wrong with it."""

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from gisreg.checkout.changes import Fate, Outcome
from gisreg.checkout.check_in import check_in
from gisreg.checkout.errors import CrsChanged, DecisionUnknown, FileBroken, NotCheckedOut, OtherRegistry, SchemaChanged
from gisreg.checkout.hand_out import check_out
from gisreg.parcels.boundary.draw import replace
from gisreg.parcels.boundary.given import given_shape
from gisreg.parcels.boundary.split import split_parts
from gisreg.parcels.editing import Basis
from gisreg.parcels.edits import edit_attributes, remove
from gisreg.parcels.faults import ParcelRetired
from gisreg.parcels.undo import undo

X, Y = 410_000.0, 4_010_000.0
P1, P2, P3, P4 = (f"149901-000000{n}" for n in range(1, 5))


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    ring = [(west, south), (east, south), (east, north), (west, north)]
    return shapely.Polygon([(X + x, Y + y) for x, y in ring])


def only(done: Any) -> Any:
    (change,) = done.changes
    return change


def fault(done: Any) -> str:
    change = only(done)
    assert (change.fate, change.outcome) == (Fate.REFUSED, Outcome.PENDING)
    return change.findings[0].code


# -- nothing, and fields


def test_a_file_that_nobody_touched_changes_nothing(comes_back, ask) -> None:
    done = comes_back()
    assert done.changes == []
    assert done.counts()["unchanged"] == 4
    assert ask("SELECT count(*) FROM parcel_edit") == 0


def test_fields_of_every_type(desk, comes_back, ask) -> None:
    desk.set(1, remark=" 复核 ", price_wan=12.5, seized=1, contract_on=None, tags="园区；危房", income_years=3)
    done = comes_back(reason="年度复核")
    assert only(done).outcome == Outcome.APPLIED
    row = ask(f"SELECT remark, price_wan, seized, contract_on, tags, income_years, version, recorded_by, recorded_from"
              f" FROM parcel WHERE parcel_code = '{P1}'")[0]  # fmt: skip
    assert row == ("复核", 12.5, True, None, ["园区", "危房"], 3, 2, "wang", f"checkin:{done.handed.id}:edit")
    assert ask("SELECT reason FROM parcel_edit") == "年度复核"
    again = comes_back()
    assert (only(again).fate, again.counts()["applied"]) == (Fate.ALREADY, 0)


def test_a_name_that_was_withheld_is_not_erased(desk, comes_back, ask) -> None:
    desk.set(1, remark="x")
    comes_back()
    assert ask(f"SELECT holder_name FROM parcel WHERE parcel_code = '{P1}'") == "示例公司"


def test_a_name_that_was_withheld_is_replaced_only_when_somebody_says_so(desk, comes_back, ask) -> None:
    desk.set(1, holder_name="样例公司")
    left = only(comes_back())
    assert (left.fate, left.fields[0].before, left.fields[0].theirs) == (Fate.CONFLICT, None, None)
    assert only(comes_back(take={P1: "mine"})).outcome == Outcome.APPLIED
    assert ask(f"SELECT holder_name FROM parcel WHERE parcel_code = '{P1}'") == "样例公司"
    assert only(comes_back()).fate == Fate.ALREADY


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"price_wan": -1}, "value_unusable"),
        ({"price_wan": "viel"}, "value_unusable"),
        ({"contract_on": "2024-02-30"}, "value_unusable"),
        ({"holder_class": "king"}, "value_unusable"),
        ({"ownership_status": None}, "value_unusable"),
        ({"land_use_code": "0601"}, "partner_wanted"),
        ({"source_code": f"S{P2}"}, "duplicate_value"),
        ({"kind": "idle_factory"}, "kind_changed"),
        ({"parcel_code": None}, "code_changed"),
        ({"parcel_code": "149901-0000077"}, "code_changed"),
    ],
)
def test_a_row_that_cannot_be_written_is_refused_and_the_others_live(desk, comes_back, ask, values, code) -> None:
    desk.set(2, remark="好")
    desk.set(1, **values)
    done = comes_back()
    refused = [change for change in done.changes if change.fate == Fate.REFUSED]
    assert [change.findings[0].code for change in refused] == [code]
    assert ask(f"SELECT remark FROM parcel WHERE parcel_code = '{P2}'") == "好"
    assert ask(f"SELECT version FROM parcel WHERE parcel_code = '{P1}'") == 1


def test_the_version_that_was_handed_out_counts(desk, comes_back, ask) -> None:
    desk.set(1, version=7, remark="x")
    change = only(comes_back())
    assert (change.outcome, change.warnings[0].code) == (Outcome.APPLIED, "version_typed_over")
    desk.set(1, version=1)


# -- boundaries


def test_a_boundary_moves_and_the_other_corners_keep_their_digits(desk, comes_back, ask) -> None:
    corners = shapely.get_coordinates(desk.shape(3))
    corners[2] += (2.0, 0.0)
    desk.set(3, geom=cell_of(shapely.MultiPolygon([shapely.Polygon(corners)])), remark="测")
    change = only(comes_back())
    assert change.boundary.moved_m == pytest.approx(2.0, abs=0.05)
    assert change.version == 3  # the boundary, then the remark
    stored = shapely.from_wkt(ask(f"SELECT ST_AsText(survey_boundary, 17) FROM parcel WHERE parcel_code = '{P3}'"))
    assert shapely.get_coordinates(stored).tolist() == corners.tolist()
    again = only(comes_back())
    assert again.fate == Fate.ALREADY


def cell_of(shape: Any) -> bytes:
    return b"GP\x00\x01" + (4547).to_bytes(4, "little") + shapely.to_wkb(shape, byte_order=1, flavor="iso")


def test_rings_that_begin_elsewhere_are_the_same_boundary(desk, comes_back) -> None:
    corners = shapely.get_coordinates(desk.shape(1))[:-1]
    turned = shapely.Polygon([*corners[2:], *corners[:2]][::-1])
    desk.set(1, geom=cell_of(turned))
    assert comes_back().changes == []


def test_an_unmapped_parcel_is_drawn_in_the_field(desk, comes_back, ask) -> None:
    desk.set(4, geom=cell_of(box(500, 500, 560, 540)))
    change = only(comes_back())
    assert (change.outcome, change.boundary.moved_m) == (Outcome.APPLIED, None)
    assert ask(f"SELECT round(planar_area_m2) FROM parcel WHERE parcel_code = '{P4}'") == 2400


def test_heights_are_dropped_and_told(desk, comes_back) -> None:
    desk.set(1, geom=cell_of(shapely.force_3d(box(0, 0, 101, 100), 12.0)))
    change = only(comes_back())
    assert (change.outcome, change.warnings[0].code) == (Outcome.APPLIED, "heights_dropped")


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (None, "boundary_erased"),
        (shapely.Polygon(), "boundary_erased"),
        (shapely.Polygon([(X, Y), (X + 9, Y + 9), (X + 9, Y), (X, Y + 9)]), "boundary_invalid"),
        (shapely.LineString([(X, Y), (X + 9, Y)]), "not_a_polygon"),
        (shapely.GeometryCollection([box(0, 0, 5, 5)]), "not_a_polygon"),
        (shapely.Point(X, Y), "not_a_polygon"),
        (box(1e9, 0, 1e9 + 9, 9), "out_of_range"),
        (box(90_000, 0, 90_100, 100), "outside_county"),
        (shapely.Polygon([(X, Y), (X + 50, Y), (X + 50, Y + 0.001)]), "sliver_left"),
    ],
)
def test_boundaries_that_cannot_be(desk, comes_back, shape, code) -> None:
    desk.set(1, geom=cell_of(shape) if shape is not None else None)
    assert fault(comes_back()) == code


@pytest.mark.parametrize("blob", [b"", b"GP", b"GP\x00\x0f\x00\x00\x00\x00", b"PK" * 40, "words"])
def test_cells_that_are_no_geometry(desk, comes_back, blob) -> None:
    desk.set(1, geom=blob)
    assert fault(comes_back()) in ("geometry_unreadable", "boundary_erased")


def test_neighbours_moved_together_do_not_overlap(desk, comes_back) -> None:
    desk.set(1, geom=cell_of(box(0, 0, 110, 100)))
    desk.set(2, geom=cell_of(box(110, 0, 200, 100)))
    assert all(change.warnings == [] for change in comes_back().changes)


def test_an_overlap_that_stays_is_told(desk, comes_back) -> None:
    desk.set(1, geom=cell_of(box(0, 0, 110, 100)))
    warning = only(comes_back()).warnings[0]
    assert warning.code == "overlaps_same_kind"
    assert P2 in warning.what.zh


# -- new rows


def test_a_new_parcel_is_drawn_once(desk, comes_back, ask) -> None:
    desk.draw(shapely.MultiPolygon([box(400, 400, 450, 450)]), name="新绘", kind="unsupplied_land")
    change = only(comes_back())
    assert (change.fate, change.outcome, change.parcel_code) == (Fate.NEW, Outcome.APPLIED, "149901-0000005")
    again = only(comes_back())
    assert (again.fate, again.parcel_code) == (Fate.ALREADY, "149901-0000005")
    # corrected afterwards, still without its number in the file
    desk.run("UPDATE parcels SET name = '改名', geom = ? WHERE name = '新绘'", cell_of(box(400, 400, 460, 450)))
    later = only(comes_back(again=True))
    assert (later.fate, later.outcome, later.parcel_code) == (Fate.CHANGED, Outcome.APPLIED, "149901-0000005")
    assert ask("SELECT name, round(planar_area_m2) FROM parcel WHERE parcel_code = '149901-0000005'") == [
        ("改名", 3000)
    ]
    assert ask("SELECT count(*) FROM parcel") == 5


@pytest.mark.parametrize(
    "wrong",
    [
        (None, {}, "geometry_empty"),
        (box(400, 400, 450, 450), {"kind": None}, "kind_wanted"),
        (box(400, 400, 450, 450), {"kind": "castle"}, "kind_wanted"),
        (box(400, 400, 450, 450), {"parcel_code": "149901-0000077"}, "code_not_handed_out"),
        (box(400, 400, 450, 450), {"parcel_code": P1}, "code_copied"),
        (box(400, 400, 450, 450), {"subkind": "halted_works"}, "value_unusable"),
    ],
)
def test_new_rows_that_cannot_be(desk, comes_back, ask, wrong) -> None:
    shape, values, code = wrong
    desk.draw(shape, **values)
    assert fault(comes_back()) == code
    assert ask("SELECT count(*) FROM parcel") == 4


def test_a_parcel_divided_in_qgis_loses_no_ground(desk, comes_back, ask) -> None:
    desk.set(1, geom=cell_of(box(0, 0, 50, 100)))
    desk.draw(box(50, 0, 100, 100), parcel_code=P1)
    done = comes_back()
    assert [(change.fate, change.findings[0].code) for change in done.changes] == [(Fate.REFUSED, "code_copied")] * 2
    assert ask("SELECT max(version) FROM parcel") == 1


def test_cut_and_pasted_rows_are_the_same_parcels(desk, comes_back) -> None:
    desk.run("UPDATE parcels SET fid = 90 WHERE parcel_code = ?", P1)
    assert comes_back(deleted=True).changes == []


# -- deleted rows


def test_deleted_rows_are_struck_off_only_when_asked(desk, comes_back, ask) -> None:
    desk.run("DELETE FROM parcels WHERE parcel_code = ?", P3)
    proposed = only(comes_back())
    assert (proposed.fate, proposed.outcome) == (Fate.DELETED, Outcome.PENDING)
    assert ask(f"SELECT state FROM parcel WHERE parcel_code = '{P3}'") == "registered"
    assert only(comes_back(deleted=True)).outcome == Outcome.APPLIED
    assert ask(f"SELECT state FROM parcel WHERE parcel_code = '{P3}'") == "removed"
    assert only(comes_back(deleted=True)).fate == Fate.ALREADY


# -- conflicts


def test_fields_that_differ_on_one_side_merge_by_themselves(desk, comes_back, others, ask) -> None:
    others(edit_attributes, Basis(P1, 1), {"name": "他人改名", "price_wan": 310})
    desk.set(1, remark="外业", price_wan=310)
    change = only(comes_back())
    assert (change.fate, change.outcome, change.theirs["recorded_by"]) == (Fate.CHANGED, Outcome.APPLIED, "zhao")
    assert ask(f"SELECT name, remark, price_wan, version FROM parcel WHERE parcel_code = '{P1}'") == [
        ("他人改名", "外业", 310, 3)
    ]


@pytest.mark.parametrize("decision", [("mine", 111), ("theirs", 222)])
def test_a_conflict_shows_both_values_and_is_decided(desk, comes_back, others, ask, decision) -> None:
    side, price = decision
    others(edit_attributes, Basis(P1, 1), {"price_wan": 222})
    desk.set(1, price_wan=111, remark="外业")
    left = only(comes_back())
    assert (left.fate, left.outcome) == (Fate.CONFLICT, Outcome.PENDING)
    (disputed,) = [one for one in left.fields if one.conflict]
    assert (disputed.field, disputed.before, disputed.mine, disputed.theirs) == ("price_wan", 300, 111, 222)
    assert ask(f"SELECT version FROM parcel WHERE parcel_code = '{P1}'") == 2
    assert only(comes_back(take={P1: side})).outcome == Outcome.APPLIED
    assert ask(f"SELECT price_wan, remark FROM parcel WHERE parcel_code = '{P1}'") == [(price, "外业")]


def test_each_field_is_decided_by_itself(desk, comes_back, others, ask) -> None:
    others(edit_attributes, Basis(P1, 1), {"price_wan": 222, "name": "乙"})
    desk.set(1, price_wan=111, name="甲")
    assert only(comes_back(take={f"{P1}:price_wan": "mine"})).outcome == Outcome.PENDING
    comes_back(take={f"{P1}:price_wan": "mine", "all": "theirs"})
    assert ask(f"SELECT price_wan, name FROM parcel WHERE parcel_code = '{P1}'") == [(111, "乙")]


def test_boundaries_in_conflict_say_how_far_each_moved(desk, comes_back, others, ask) -> None:
    others(replace, Basis(P3, 1), given_shape(box(210.123, 0.457, 320, 100), 4547))
    desk.set(3, geom=cell_of(box(210.123, 0.457, 315, 100)))
    left = only(comes_back())
    mine, theirs = left.fields[0].ground
    assert (left.fate, round(mine.moved_m), round(theirs.moved_m)) == (Fate.CONFLICT, 5, 10)
    assert only(comes_back(take={P3: "theirs"})).outcome == Outcome.DROPPED
    comes_back(take={P3: "mine"}, again=True)
    assert ask(f"SELECT round(ST_XMax(survey_boundary)) FROM parcel WHERE parcel_code = '{P3}'") == X + 315


def test_deleted_here_and_changed_there(desk, comes_back, others, ask) -> None:
    others(edit_attributes, Basis(P3, 1), {"remark": "仍在"})
    desk.run("DELETE FROM parcels WHERE parcel_code = ?", P3)
    assert only(comes_back(deleted=True)).outcome == Outcome.PENDING
    assert only(comes_back(deleted=True, take={P3: "theirs"})).outcome == Outcome.DROPPED
    assert only(comes_back(take={P3: "mine"}, again=True)).outcome == Outcome.APPLIED
    assert ask(f"SELECT state FROM parcel WHERE parcel_code = '{P3}'") == "removed"


def test_changed_here_and_out_of_use_there(desk, comes_back, others) -> None:
    others(remove, Basis(P3, 1), "重复登记")
    desk.set(3, remark="x")
    left = only(comes_back())
    assert (left.fate, left.findings[0].code) == (Fate.CONFLICT, ParcelRetired.code)
    assert only(comes_back(take={P3: "theirs"})).outcome == Outcome.DROPPED
    assert only(comes_back(take={P3: "mine"})).findings[-1].code == ParcelRetired.code


def test_an_edit_that_was_undone_is_no_conflict(desk, comes_back, others, ask) -> None:
    desk.set(1, remark="外业")
    comes_back()
    others(undo, P1, 2)
    assert only(comes_back(again=True)).outcome == Outcome.APPLIED
    assert ask(f"SELECT remark, version FROM parcel WHERE parcel_code = '{P1}'") == [("外业", 4)]


# -- what is accepted


def test_all_some_or_none(desk, comes_back, ask) -> None:
    desk.set(1, remark="一")
    desk.set(2, remark="二")
    desk.draw(box(400, 400, 450, 450))
    assert comes_back(accept=set()).counts()["applied"] == 0
    assert comes_back(accept={P2, "new:5"}).counts()["applied"] == 2
    assert ask("SELECT parcel_code FROM parcel WHERE remark IS NOT NULL") == P2
    assert comes_back().counts()["applied"] == 1
    with pytest.raises(DecisionUnknown):
        comes_back(accept={"149901-0000099"})
    with pytest.raises(DecisionUnknown):
        comes_back(take={"149901-0000099": "mine"})


def test_a_dry_run_writes_nothing_and_says_what_would_be(desk, comes_back, ask) -> None:
    desk.set(1, remark="一")
    desk.set(2, price_wan=-5)
    tried = comes_back(dry_run=True)
    assert (tried.counts()["applied"], tried.counts()["refused"]) == (1, 1)
    assert ask("SELECT max(version) FROM parcel") == 1
    assert ask("SELECT count(*) FROM parcel_edit") == 0


def test_the_file_itself_is_left_as_it_is(desk, comes_back, file: Path) -> None:
    desk.set(1, remark="一")
    before = file.read_bytes()
    comes_back()
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir() if path.suffix not in {""}] == [file.name]


# -- the file as a whole


def test_a_file_of_another_registry_is_refused(county, file: Path, tmp_path: Path, comes_back) -> None:
    copied = shutil.copy(file, tmp_path / "other.gpkg")
    with closing(sqlite3.connect(copied)) as db:
        db.execute("UPDATE gisreg_checkout SET value = '149901:2020-01-01 00:00:00.000000' WHERE name = 'fingerprint'")
        db.commit()
    with pytest.raises(OtherRegistry):
        comes_back(path=copied)
    with closing(sqlite3.connect(copied)) as db:
        db.execute("UPDATE gisreg_checkout SET value = '149902' WHERE name = 'county'")
        db.commit()
    with pytest.raises(OtherRegistry):
        comes_back(path=copied)


def test_rows_at_a_version_that_never_was_are_refused(file: Path, comes_back) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("UPDATE gisreg_checkout_row SET version = 9")
        db.commit()
    with pytest.raises(OtherRegistry):
        comes_back()


def test_columns_deleted_added_and_renamed(desk, comes_back, ask) -> None:
    desk.run("ALTER TABLE parcels DROP COLUMN price_wan")
    desk.set(1, remark="一")
    done = comes_back()
    assert "price_wan" in done.notes[0].zh
    assert done.counts()["applied"] == 1
    assert ask("SELECT count(*) FROM parcel WHERE price_wan = 300") == 3
    desk.run("ALTER TABLE parcels ADD COLUMN price_wan REAL")
    desk.run("UPDATE parcels SET price_wan = 300 WHERE parcel_code <> ?", P4)
    desk.run("ALTER TABLE parcels ADD COLUMN 照片 TEXT")
    assert "照片" in comes_back().notes[0].zh
    desk.run("ALTER TABLE parcels RENAME COLUMN remark TO 备注")
    with pytest.raises(SchemaChanged, match="remark"):
        comes_back()


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("ALTER TABLE parcels DROP COLUMN parcel_code", SchemaChanged),
        ("ALTER TABLE parcels RENAME TO other", NotCheckedOut),
        ("DROP TABLE gisreg_checkout", NotCheckedOut),
        ("DROP TABLE gisreg_checkout_row", NotCheckedOut),
        ("DELETE FROM gisreg_checkout WHERE name = 'id'", NotCheckedOut),
        ("UPDATE gisreg_checkout SET value = 'x''; DROP' WHERE name = 'id'", NotCheckedOut),
        ("UPDATE gpkg_geometry_columns SET srs_id = 4326", CrsChanged),
    ],
)
def test_a_file_whose_tables_were_changed_is_told_in_one_line(desk, comes_back, statement, expected) -> None:
    desk.run("PRAGMA foreign_keys = OFF")
    with closing(sqlite3.connect(desk.path)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%parcel_code%'"):
            db.execute(f"DROP INDEX {name}")
        db.execute(statement)
        db.commit()
    with pytest.raises(expected) as told:
        comes_back()
    assert "\n" not in told.value.line("zh")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_file_that_was_cut_off(file: Path, comes_back, ask, share) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises((FileBroken, NotCheckedOut)):
        comes_back()
    assert ask("SELECT max(version) FROM parcel") == 1


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"name,value\n1,2\n" * 100])
def test_files_that_are_no_geopackage(tmp_path: Path, comes_back, content) -> None:
    path = tmp_path / "x.gpkg"
    path.write_bytes(content)
    with pytest.raises((FileBroken, NotCheckedOut)):
        comes_back(path=path)


def test_edits_that_qgis_still_holds_beside_the_file_are_read(desk, comes_back, file: Path, tmp_path: Path) -> None:
    held = sqlite3.connect(file)
    held.execute("PRAGMA journal_mode = WAL")
    held.execute(f"UPDATE parcels SET remark = '未关闭' WHERE parcel_code = '{P1}'")
    held.commit()
    alone = shutil.copy(file, tmp_path / "alone.gpkg")
    assert only(comes_back(dry_run=True)).fields[0].mine == "未关闭"
    done = comes_back(path=alone, dry_run=True)
    assert "-wal" in done.notes[0].zh
    held.close()


def test_a_check_out_in_degrees_comes_back_too(county, comes_back, tmp_path: Path, ask) -> None:
    for srid in (4490, 4326, 3857):
        target = tmp_path / f"{srid}.gpkg"
        check_out(county, target, county="149901", by="wang", crs=f"EPSG:{srid}", kinds=["idle_land"])
        assert comes_back(path=target, dry_run=True).changes == []
    with closing(sqlite3.connect(tmp_path / "4490.gpkg")) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        (blob,) = db.execute(f"SELECT geom FROM parcels WHERE parcel_code = '{P1}'").fetchone()
        shape = shapely.from_wkb(blob[8 + 32 * (blob[3] >> 1 & 1) :])
        moved = shapely.transform(shape, lambda points: np.add(points, (0.0, 1e-5)))
        new = b"GP\x00\x01" + (4490).to_bytes(4, "little") + shapely.to_wkb(moved, byte_order=1, flavor="iso")
        db.execute(f"UPDATE parcels SET geom = ? WHERE parcel_code = '{P1}'", (new,))
        db.commit()
    change = only(comes_back(path=tmp_path / "4490.gpkg"))
    assert change.boundary.moved_m == pytest.approx(1.11, abs=0.01)
    assert only(comes_back(path=tmp_path / "4490.gpkg")).fate == Fate.ALREADY


def test_who_was_split_meanwhile_leads_to_the_successors(county, desk, comes_back, others) -> None:
    two = shapely.MultiPolygon([box(210.123, 0.457, 250, 100), box(260, 0, 310, 100)])
    others(replace, Basis(P3, 1), given_shape(two, 4547))
    others(split_parts, Basis(P3, 2))
    desk.set(3, remark="x")
    assert "149901-0000005" in only(comes_back()).findings[0].what.zh


def test_two_at_once_write_once(desk, county, file: Path) -> None:
    """The second waits for the first, and finds all of it there."""
    desk.draw(box(400, 400, 450, 450))
    with ThreadPoolExecutor(2) as hands:
        waiting = [hands.submit(check_in, county, file, actor="wang") for _ in range(2)]
    assert sorted(only(one.result()).fate for one in waiting) == [Fate.ALREADY, Fate.NEW]
