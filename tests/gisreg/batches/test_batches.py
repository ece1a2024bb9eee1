"""Imports looked at before and after: preview, some rows, the very file, taking one back."""

import json

import pytest
from intake_surveys import X, Y, adds_up, squares, survey
from shapely.geometry import box
from sqlalchemy import text

from gisreg.batches.read import BatchNotFound, list_batches, read_batch
from gisreg.batches.sources import FileChanged, SourceNotKept, fingerprint, source_of
from gisreg.batches.undo import BatchInUse, BatchUndone, undo_batch
from gisreg.db.engine import Actor, transaction
from gisreg.intake import parallel
from gisreg.intake.chosen import RowsUnclear, chosen_rows
from gisreg.intake.report import NothingChosen

COUNTY = "149901"


def take_back(engine, batch, reason=None):
    """Undo a batch in a transaction of its own."""
    with transaction(engine, Actor("tester", "test")) as connection:
        return undo_batch(connection, COUNTY, batch, reason)


def states(engine):
    """Source codes and states by number."""
    with engine.connect() as connection:
        found = connection.execute(text("SELECT source_code, name, state, version FROM parcel ORDER BY id"))
        return [tuple(one) for one in found]


def test_a_batch_taken_back_leaves_what_was_there_before_and_its_codes_free(load, county, tmp_path):
    load(survey(tmp_path / "a.gpkg", squares(2), BSM=["A", "B"], DKMC=["甲", "乙"]))
    second = load(survey(tmp_path / "b.gpkg", squares(3, west=12), BSM=["A", "B", "C"], DKMC=["甲", "改", "丙"]))
    assert take_back(county, second.batch, "坐标系选错").__dict__ == {
        "batch": second.batch,
        "removed": 1,
        "restored": 2,
    }
    assert states(county) == [("A", "甲", "suspected", 3), ("B", "乙", "suspected", 3), (None, "丙", "removed", 2)]
    with county.connect() as connection:
        same = (
            "SELECT bool_and(ST_Equals(p.boundary, v.boundary)) FROM parcel AS p "
            "JOIN parcel_version AS v ON v.parcel_id = p.id AND v.version = 1"
        )
        assert connection.scalar(text(same))
        found = read_batch(connection, COUNTY, second.batch)
        assert (found["undone_because"], found["parcels_removed"], found["parcels_restored"]) == ("坐标系选错", 1, 2)
        assert [one["id"] for one in list_batches(connection, COUNTY).items] == [second.batch, second.batch - 1]
        newest = list_batches(connection, COUNTY, limit=1)
        assert (newest.total, [one["id"] for one in newest.items]) == (2, [second.batch])
    again = load(survey(tmp_path / "c.gpkg", squares(1, west=700), BSM=["C"]))
    assert (again.loaded, again.refused) == (1, 0), "the code is free for the right file"


def test_work_done_since_is_not_lost(load, county, tmp_path):
    report = load(survey(tmp_path / "a.gpkg", squares(3)))
    with county.begin() as connection:
        connection.execute(text("UPDATE parcel SET name = '人工改' WHERE source_code = 'K1'"))
        code = connection.scalar(text("SELECT parcel_code FROM parcel WHERE source_code = 'K1'"))
    with pytest.raises(BatchInUse) as refused:
        take_back(county, report.batch)
    assert refused.value.params["parcel_codes"] == [code]
    assert {state for _, _, state, _ in states(county)} == {"suspected"}, "nothing half done"


def test_a_batch_is_taken_back_once_and_must_be_there(load, county, tmp_path):
    report = load(survey(tmp_path / "a.gpkg", squares(1)))
    take_back(county, report.batch)
    with pytest.raises(BatchUndone):
        take_back(county, report.batch)
    with pytest.raises(BatchNotFound):
        take_back(county, report.batch + 1)


def test_the_very_file_is_kept_with_all_its_parts(load, settings, tmp_path):
    path = survey(tmp_path / "a.shp", squares(2))
    report = load(path)
    kept = source_of(settings.home, report.batch, fingerprint(path))
    assert {one.suffix for one in kept} >= {".shp", ".shx", ".dbf", ".prj"}
    assert all(one.read_bytes() == path.with_suffix(one.suffix).read_bytes() for one in kept)
    load(path, dry_run=True)
    assert len(list((settings.home / "batches").iterdir())) == 1, "a dry run keeps nothing"
    with pytest.raises(SourceNotKept):
        source_of(settings.home, report.batch + 1, "0" * 64)


def test_a_failed_import_keeps_no_file(load, settings, monkeypatch, tmp_path):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("gisreg.intake.registering.register", fail)
    with pytest.raises(ZeroDivisionError):
        load(survey(tmp_path / "a.gpkg", squares(1)))
    assert not list((settings.home / "batches").glob("*"))


def test_a_shapefile_is_the_same_only_with_all_its_parts(load, tmp_path):
    path = survey(tmp_path / "a.shp", squares(2), BSM=["A", "B"], DKMC=["甲", "乙"])
    first = load(path)
    assert load(path).again_of == first.batch
    survey(path, squares(2), BSM=["A", "B"], DKMC=["甲", "改"])
    assert load(path).again_of is None, "the shapes are the same, a name is not"


@pytest.mark.parametrize("preview", [False, True])
def test_a_file_that_changes_while_it_is_imported_is_refused(load, county, monkeypatch, tmp_path, preview):
    path, load_part = survey(tmp_path / "a.shp", squares(2)), parallel.load_part

    def meanwhile(*given):
        with path.with_suffix(".dbf").open("ab") as file:
            file.write(b" ")
        return load_part(*given)

    monkeypatch.setattr(parallel, "load_part", meanwhile)
    with pytest.raises(FileChanged, match=r"a\.dbf"):
        load(path, dry_run=preview)
    assert not states(county)


def test_a_preview_tells_what_would_become_of_each_parcel(load, county, tmp_path):
    load(survey(tmp_path / "a.gpkg", squares(4), BSM=["A", "B", "C", "D"], DKMC=["甲", "乙", "丙", "丁"]))
    first, *_ = squares(4)
    west, south, east, north = first.bounds
    shapes = [first, box(west + 50, south, east + 53, north), squares(4)[2], squares(1, west=900)[0]]
    path = survey(tmp_path / "b.gpkg", shapes, BSM=["A", "B", "C", "N"], DKMC=["甲", "乙", "新名", "戊"])
    diff = load(path, dry_run=True, compare=True).diff
    assert (diff["new"]["count"], diff["changed"]["count"], diff["same"], diff["missing"]["count"]) == (1, 2, 1, 1)
    assert [one["id"] for one in (*diff["new"]["listed"], *diff["missing"]["listed"])] == ["N", "D"]
    moved, named = diff["changed"]["listed"]
    assert (round(moved["moved_m"], 3), round(moved["area_change_m2"]), moved["fields"]) == (3.0, 120, [])
    assert (named["moved_m"], named["fields"]) == (0, [{"field": "name", "before": "丙", "after": "新名"}])
    assert len(states(county)) == 4


def test_some_rows_are_loaded_and_the_others_told(load, county, tmp_path):
    report = load(survey(tmp_path / "a.gpkg", squares(5)), rows=chosen_rows("1,3-4"))
    assert (report.read, report.loaded, report.refused, report.left_out) == (3, 3, 0, 2)
    assert adds_up(report)
    assert report.problems == []
    assert [code for code, *_ in states(county)] == ["K0", "K2", "K3"]
    with county.connect() as connection:
        kept = read_batch(connection, "149901", report.batch)
    assert (kept["rows_read"], kept["rows_loaded"], kept["rows_refused"], kept["rows_left_out"]) == (3, 3, 0, 2)


def test_of_rows_left_out_nothing_is_told(load, tmp_path):
    """Neither what is wrong with them nor whom they overlap; who overlaps a row that stays out overlaps nobody."""
    shapes = [*squares(2), box(X + 20, Y, X + 50, Y + 40), squares(1, west=9000)[0]]
    path = survey(tmp_path / "a.gpkg", shapes)
    assert {(p.row, p.fault) for p in load(path, dry_run=True).problems} >= {
        (3, "overlap_in_file"),
        (4, "outside_county"),
    }
    report = load(path, rows="{[3,3]}")
    assert (report.read, report.loaded, report.left_out, report.problems) == (1, 1, 3, [])


def test_rows_that_the_file_does_not_have(load, county, tmp_path):
    with pytest.raises(NothingChosen) as error:
        load(survey(tmp_path / "a.gpkg", squares(2)), rows="{[7,9]}")
    assert "2" in error.value.line("zh")
    assert states(county) == []


@pytest.mark.parametrize("given", ["", "a", "3-1", "1;2", "-1", "9" * 13])
def test_what_is_no_list_of_rows_is_refused(given):
    with pytest.raises(RowsUnclear):
        chosen_rows(given)


def test_the_command_line_goes_the_same_way(county, run_cli, tmp_path):
    path = survey(tmp_path / "a.gpkg", squares(3))
    seen = json.loads(run_cli("batches", "preview", path, "--kind", "idle_land", "--json").out)
    assert (seen["diff"]["new"]["count"], seen["dry_run"]) == (3, True)
    assert "将新增 3" in run_cli("batches", "preview", path, "--kind", "idle_land").out
    taken = json.loads(run_cli("batches", "accept", path, "--kind", "idle_land", "--rows", "2", "--json").out)
    assert (taken["read"], taken["loaded"], taken["refused"], taken["left_out"]) == (1, 1, 0, 2)
    batch = str(taken["batch"])
    assert run_cli("batches", "source", batch, "-o", tmp_path / "back").code == 0
    assert (tmp_path / "back" / "a.gpkg").read_bytes() == path.read_bytes()
    assert "停用 1 宗" in run_cli("batches", "undo", batch, "--reason", "试").out
    assert json.loads(run_cli("parcels", "list", "--json").out)["total"] == 0, "what is out of use is not listed"
    asked = run_cli("parcels", "list", "--json", "--filter", "state IN ('removed')")
    assert json.loads(asked.out)["total"] == 1, "unless it is asked for"
    listed = json.loads(run_cli("batches", "list", "--json").out)["items"]
    assert [(one["id"], one["undone_because"]) for one in listed] == [(taken["batch"], "试")]
    assert run_cli("batches", "show", batch).code == 0
    assert (run_cli("batches", "undo", batch).code, run_cli("batches", "show", "999").code) == (5, 4)
