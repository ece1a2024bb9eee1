"""A file compared with the registry: what is listed, drawn, and left out."""

import json

import pytest
from intake_surveys import X, Y, squares, survey
from shapely.affinity import translate
from shapely.geometry import Polygon, box
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from gisreg.batches.preview import PreviewFacts, preview_facts
from gisreg.db.engine import transaction
from gisreg.intake import comparing
from gisreg.intake.importing import import_file
from gisreg.intake.load import Wanted


def facts_of(county, report):
    """The page's facts, through the file they may be kept in."""
    with transaction(county) as connection:
        made = preview_facts(connection, report)
    return PreviewFacts.from_json(json.loads(json.dumps(made.as_json(), ensure_ascii=False)))


def mapping_file(folder):
    """Columns that the usual mapping need not know."""
    file = folder / "m.toml"
    file.write_text('[columns.ownership_status]\nfrom = ["QSZT"]\n\n[columns.determined_on]\nfrom = ["RDRQ"]\n')
    return file


@pytest.fixture
def mixed(load, county, tmp_path):
    """Every outcome at once against four registered parcels."""
    load(survey(tmp_path / "a.gpkg", squares(4), BSM=["A", "B", "C", "D"], DKMC=["甲"] * 4))
    shapes = squares(4)
    shapes[1] = translate(shapes[1], 3, 4)
    bow = Polygon([(X + 300, Y + 100), (X + 340, Y + 140), (X + 340, Y + 100), (X + 300, Y + 140)])
    far = box(X + 9000, Y, X + 9040, Y + 40)
    codes, names = ["A", "B", "C", "N", "BOW", "FAR"], ["甲", "甲", "改", "甲", "甲", "甲"]
    shapes[3] = box(X + 400, Y + 300, X + 440, Y + 340)
    path = survey(tmp_path / "b.gpkg", [*shapes, bow, far], BSM=codes, DKMC=names)
    return load(path, dry_run=True, compare=True)


def test_every_outcome_is_drawn_with_its_shapes(mixed, county):
    groups = facts_of(county, mixed).groups
    assert {name: group["count"] for name, group in groups.items()} == {
        "new": 2, "changed": 2, "same": 1, "missing": 1, "refused": 1,
    }  # fmt: skip
    assert all(row["shape"] for group in groups.values() for row in group["rows"])
    moved, renamed = groups["changed"]["rows"]
    assert (moved["id"], round(moved["moved_m"], 2), moved["fields"]) == ("B", 5.0, [])
    assert moved["before_shape"] != moved["shape"]
    assert (renamed["moved_m"], renamed["before_shape"]) == (0, None)
    assert renamed["fields"] == [{"field": "name", "before": "甲", "after": "改"}]
    assert groups["missing"]["rows"][0]["id"] == "D"
    assert facts_of(county, mixed).titles["name"].en


def test_the_report_holds_words_and_numbers_only(mixed):
    told = mixed.as_json()["diff"]
    assert set(told) == {"new", "changed", "same", "missing"}
    assert told["same"] == 1
    assert not any("shape" in key for one in told["changed"]["listed"] for key in one)


def test_a_township_that_changes_is_a_change_of_a_field(load, tmp_path):
    load(survey(tmp_path / "a.gpkg", squares(1, west=100), BSM=["A"]))
    report = load(survey(tmp_path / "b.gpkg", squares(1, west=-300), BSM=["A"]), dry_run=True, compare=True)
    (changed,) = report.diff["changed"]["listed"]
    assert changed["fields"] == [{"field": "township_code", "before": "149901101", "after": "149901100"}]


def test_what_would_be_stored_is_told_not_what_the_file_says(load, county, tmp_path):
    columns = {"BSM": ["A", "B"], "QSZT": ["已登记", "已登记"], "RDRQ": [None, None]}
    load(survey(tmp_path / "a.gpkg", squares(2), **columns), mapping=mapping_file(tmp_path))
    with county.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO title_decision (county_code, parcel_id, field, value, reason) SELECT county_code, id, "
                "'ownership_status', 'registered', '核实' FROM parcel WHERE source_code = 'B'"
            )
        )
    columns = {"BSM": ["A", "B"], "QSZT": [None, "未确权"], "RDRQ": ["2024-05-01", "2024-05-01"]}
    report = load(
        survey(tmp_path / "b.gpkg", squares(2), **columns), dry_run=True, compare=True, mapping=mapping_file(tmp_path)
    )
    a, b = ({f["field"]: (f["before"], f["after"]) for f in one["fields"]} for one in report.diff["changed"]["listed"])
    assert a == {
        "ownership_status": ("registered", "unknown"), "determined_on": (None, "2024-05-01"),
        "state": ("suspected", "registered"),
    }  # fmt: skip
    assert "ownership_status" not in b, "the books decide it"
    assert set(facts_of(county, report).titles) == set(a)


def test_above_the_bound_the_counts_are_of_all(load, county, tmp_path, monkeypatch):
    monkeypatch.setattr(comparing, "DRAWN", 2)
    report = load(survey(tmp_path / "a.gpkg", squares(5)), dry_run=True, compare=True)
    group = facts_of(county, report).groups["new"]
    assert (group["count"], len(group["rows"])) == (5, 2)


def test_shapes_of_very_many_points_are_drawn_simpler(load, county, tmp_path, monkeypatch):
    monkeypatch.setattr(comparing, "MOST_POINTS", 50)
    disc = box(X + 100, Y, X + 101, Y + 1).buffer(300, quad_segs=500)
    report = load(survey(tmp_path / "a.gpkg", [disc]), dry_run=True, compare=True)
    (row,) = facts_of(county, report).groups["new"]["rows"]
    assert 10 < row["shape"].count("],[") < 1000


def test_who_does_not_agree_keeps_the_registry_as_it_was(load, county, tmp_path):
    seen = []

    def look(diff):
        seen.append(diff["new"]["count"])
        raise LookupError

    with pytest.raises(LookupError):
        load(survey(tmp_path / "a.gpkg", squares(3)), compare=True, agree=look)
    assert seen == [3]
    assert load(survey(tmp_path / "b.gpkg", squares(3)), dry_run=True).loaded == 3, "nothing was kept"


def test_of_chosen_rows_the_whole_file_is_agreed_to_in_the_same_transaction(load, county, tmp_path):
    seen = []

    def look(diff):
        seen.append(diff["new"]["count"])
        with county.connect() as other, pytest.raises(OperationalError):
            other.execute(text("SELECT FROM county WHERE code = '149901' FOR UPDATE NOWAIT"))

    path = survey(tmp_path / "a.gpkg", squares(3))
    report = load(path, compare=True, agree=look, rows="{[2,2]}")
    assert seen == [3]
    assert (report.read, report.loaded, report.left_out, report.diff["new"]["count"]) == (1, 1, 2, 1)


def test_of_a_ledger_s_chosen_rows_too(settings, database, county, tmp_path):
    seen = []
    book = tmp_path / "a.csv"
    book.write_text("标识码,地块名称\nA,甲\nB,改名\nZ,新的\n", encoding="utf-8")
    wanted = Wanted(
        book, "idle_land", compare=True, rows="{[3,3]}", agree=lambda diff: seen.append(diff["new"]["count"])
    )
    report = import_file(settings, database.app_url, wanted)
    assert seen == [3]
    assert (report.read, report.loaded, report.left_out, report.diff["new"]["count"]) == (1, 1, 2, 1)


def test_a_ledger_is_drawn_where_its_parcels_are(load, settings, database, county, tmp_path):
    load(survey(tmp_path / "a.gpkg", squares(3), BSM=["A", "B", "C"], DKMC=["甲", "乙", "丙"]))
    book = tmp_path / "a.csv"
    book.write_text("标识码,地块名称\nA,甲\nB,改名\nZ,新的\n", encoding="utf-8")
    wanted = Wanted(book, "idle_land", dry_run=True, compare=True)
    groups = facts_of(county, import_file(settings, database.app_url, wanted)).groups
    assert {name: group["count"] for name, group in groups.items()} == {
        "new": 1, "changed": 1, "same": 1, "missing": 1, "refused": 0,
    }  # fmt: skip
    assert groups["changed"]["rows"][0]["shape"]
    assert groups["new"]["rows"][0]["shape"] is None
