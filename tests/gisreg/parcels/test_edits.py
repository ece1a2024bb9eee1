"""Edits of fields: optimistic locking, typed values, versions, their differences, and taking one back."""

import json
import threading

import pytest
from sqlalchemy import text

from gisreg.db.engine import Actor, transaction
from gisreg.db.errors import LockedOut, PermissionDenied
from gisreg.parcels.boundary.cut import carve, cut_road
from gisreg.parcels.boundary.draw import replace
from gisreg.parcels.boundary.given import given_text
from gisreg.parcels.boundary.merge import merge
from gisreg.parcels.boundary.split import split_by_line
from gisreg.parcels.editing import Basis
from gisreg.parcels.edits import edit_attributes, remove
from gisreg.parcels.faults import (
    FieldUnknown,
    NothingToChange,
    NothingToUndo,
    ParcelRetired,
    PartnerWanted,
    StaleVersion,
    UndoneSince,
    ValueUnusable,
    VersionNotFound,
)
from gisreg.parcels.lineage import retirement
from gisreg.parcels.mapdata import parcels_of
from gisreg.parcels.read import ParcelNotFound
from gisreg.parcels.undo import undo
from gisreg.parcels.versions import diff, read_version

X, Y = 410_000, 4_010_000
P1, P2 = "149901-0000001", "149901-0000002"
HALF = given_text(f"LINESTRING({X + 50} {Y - 5}, {X + 50} {Y + 105})", 4547)


def square(size: float):
    return given_text(f"POLYGON(({X} {Y},{X + size} {Y},{X + size} {Y + 100},{X} {Y + 100},{X} {Y}))", 4547)


def test_values_are_typed_and_the_version_says_who_and_how(does, ask, at) -> None:
    done = does(
        edit_attributes, at(P1),
        {"name": " 东地块 ", "price_wan": "12.5", "seized": "是", "contract_on": "2024-02-29", "income_years": 3,
         "tags": "园区,老旧", "holder_class": "state", "remark": ""},
        "补录",
    )  # fmt: skip
    assert [(p.parcel_code, p.version) for p in done.parcels] == [(P1, 2)]
    row = ask("SELECT name, price_wan, seized, contract_on::text, income_years, tags, holder_class, recorded_by,"
              " recorded_from FROM parcel WHERE parcel_code = :c", c=P1)[0]  # fmt: skip
    assert row == ("东地块", 12.5, True, "2024-02-29", 3, ["园区", "老旧"], "state", "wang", "test:edit")
    assert ask("SELECT reason FROM parcel_edit") == "补录"


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"parcel_code": "149901-0000009"}, FieldUnknown),
        ({"state": "closed"}, FieldUnknown),
        ({"area_m2": 5}, FieldUnknown),
        ({"name; DROP TABLE parcel": "x"}, FieldUnknown),
        ({"price_wan": "NaN"}, ValueUnusable),
        ({"price_wan": "1e999"}, ValueUnusable),
        ({"price_wan": True}, ValueUnusable),
        ({"price_wan": -1}, ValueUnusable),
        ({"official_area_source": ""}, PartnerWanted),
        ({"land_use_code": "0601"}, PartnerWanted),
        ({"subkind": "idle_building"}, ValueUnusable),
        ({"income_years": 1.5}, ValueUnusable),
        ({"contract_on": "2024-02-30"}, ValueUnusable),
        ({"actual_start_on": "2999-01-01"}, ValueUnusable),
        ({"seized": "maybe"}, ValueUnusable),
        ({"holder_class": "king"}, ValueUnusable),
        ({"ownership_status": ""}, ValueUnusable),
        ({"name": "a\x00b"}, ValueUnusable),
        ({"name": "x" * 10_001}, ValueUnusable),
        ({"name": "\ud800"}, ValueUnusable),
        ({"tags": 5}, ValueUnusable),
        ({}, NothingToChange),
        ({"holder_name": "示例公司"}, NothingToChange),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_kept(does, ask, at, values, fault) -> None:
    with pytest.raises(fault):
        does(edit_attributes, at(P1), values)
    assert ask("SELECT count(*) FROM parcel_version") == 0
    assert ask("SELECT count(*) FROM parcel_edit") == 0


def test_a_figure_is_stated_with_its_source_and_goes_with_it(does, ask, at) -> None:
    does(edit_attributes, at(P1), {"official_area_m2": ""})
    assert ask("SELECT official_area_source FROM parcel WHERE parcel_code = :c", c=P1) is None
    with pytest.raises(PartnerWanted) as refused:
        does(edit_attributes, at(P1, 2), {"official_area_m2": 3600})
    assert "official_area_source=approval|contract|deed|ledger" in refused.value.line("zh")
    does(edit_attributes, at(P1, 2), {"official_area_m2": 3600, "official_area_source": "deed"})


def test_codes_that_nobody_knows_are_kept_and_told(does, ask, at) -> None:
    wanted = {"township_code": "149901999", "right_type": "zz", "right_nature": "100", "name": "甲"}
    done = does(edit_attributes, at(P1), wanted)
    assert [(one.fault, one.what.zh) for one in done.warnings] == [
        ("township_unknown", "没有乡镇 149901999"),
        ("unknown_code", "代码表中没有:zz(已照原样存)"),
    ]
    assert ask("SELECT right_type FROM parcel WHERE parcel_code = :c", c=P1) == "zz"
    assert does(edit_attributes, at(P1, 2), {"name": "乙"}).warnings == []


def test_a_stale_edit_is_refused_with_both_values(does, at) -> None:
    does(edit_attributes, at(P1), {"name": "甲", "remark": "新"})
    with pytest.raises(StaleVersion) as refused:
        does(edit_attributes, at(P1), {"name": "乙"})
    params = refused.value.params
    assert (params["based_on"], params["version"], params["recorded_by"]) == (1, 2, "wang")
    name, remark = params["differences"]
    assert (name["field"], name["now"], name["yours"]) == ("name", "甲", "乙")
    assert (remark["field"], remark["based_on"], remark["now"]) == ("remark", None, "新")
    line = refused.value.line("zh")
    assert "甲" in line
    assert "乙" in line
    assert "\n" not in line


def test_stale_boundary_work_shows_both_areas(does, at) -> None:
    does(replace, at(P1), square(90))
    with pytest.raises(StaleVersion) as refused:
        does(split_by_line, at(P1), HALF)
    assert "boundary" in [one["field"] for one in refused.value.params["differences"]]


def test_versions_and_parcels_that_never_were(does, ask, at) -> None:
    with pytest.raises(VersionNotFound):
        does(edit_attributes, at(P1, 9), {"name": "x"})
    with pytest.raises(ParcelNotFound):
        does(edit_attributes, at("149901-0009999"), {"name": "x"})
    with pytest.raises(VersionNotFound):
        ask(read_version, P1, 9)


def test_of_two_at_once_one_wins(does, at) -> None:
    """Both start from version 1; whoever comes second is told, however close they are."""
    outcomes: list[object] = []
    start = threading.Barrier(2)

    def edit(name: str) -> None:
        start.wait()
        try:
            outcomes.append(does(edit_attributes, at(P1), {"name": name}))
        except StaleVersion as stale:
            outcomes.append(stale)

    threads = [threading.Thread(target=edit, args=(name,)) for name in ("甲", "乙")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(isinstance(outcome, StaleVersion) for outcome in outcomes) == [False, True]


def test_a_removed_parcel_is_gone_without_successors(does, ask, at) -> None:
    does(remove, at(P1), "重复登记")
    gone = ask(retirement, P1)
    assert (gone.operation, gone.reason, gone.successors) == ("remove", "重复登记", [])
    with pytest.raises(ParcelRetired) as refused:
        does(edit_attributes, at(P1, 2), {"name": "x"})
    assert refused.value.say_mend("zh").startswith("没有后继;")
    assert "ask for the successors" not in refused.value.say_mend("en")
    does(undo, P1, 2)
    assert ask(retirement, P1) is None


def test_two_versions_compared_field_by_field_and_on_the_ground(does, ask, at) -> None:
    does(edit_attributes, at(P1), {"name": "甲", "price_wan": 5})
    does(replace, at(P1, 2), square(110))
    found = ask(diff, P1, 1, 3)
    fields = {one["field"]: one for one in found.fields}
    assert fields["price_wan"] == {
        "field": "price_wan", "title": {"zh": "土地价款", "en": "Land price"}, "unit": "万元",
        "before": 300, "after": 5,
    }  # fmt: skip
    ground = found.boundary
    assert ground.area_m2_change == pytest.approx(1000, rel=0.01)
    assert ground.moved_m == pytest.approx(10, abs=0.001)
    assert ground.removed is None
    assert ground.added["type"] == "MultiPolygon"
    area = ask("SELECT ST_Area(ST_SetSRID(ST_GeomFromGeoJSON(:g), 4490)::geography)", g=json.dumps(ground.added))
    assert area == pytest.approx(1000, rel=0.01)
    back = ask(diff, P1, 3, 1)
    assert (back.boundary.added, back.boundary.removed) == (None, ground.added)
    assert ask(diff, P1, 1, 2).boundary is None


def test_a_version_is_readable_with_its_boundary(does, ask, at) -> None:
    does(replace, at(P1), square(90))
    first, second = ask(read_version, P1, 1), ask(read_version, P1, 2)
    assert (first["planar_area_m2"], second["planar_area_m2"]) == (10_000, 9_000)
    assert first["boundary"]["type"] == "MultiPolygon"


def test_undo_makes_a_new_version_with_the_values_of_before(does, ask, at) -> None:
    does(edit_attributes, at(P1), {"name": "甲"})
    does(replace, at(P1, 2), square(90))
    does(undo, P1, 2)
    row = ask("SELECT version, name, planar_area_m2 FROM parcel WHERE parcel_code = :c", c=P1)[0]
    assert row == (4, f"地块{P1}", 9000)
    with pytest.raises(NothingToUndo, match="undone"):
        does(undo, P1, 2)
    with pytest.raises(NothingToUndo):
        does(undo, P1, 1)
    does(undo, P1, 3)
    same = (
        "SELECT ST_Equals(p.survey_boundary, v.survey_boundary) AND p.boundary = v.boundary FROM parcel p"
        " JOIN parcel_version v ON v.parcel_id = p.id AND v.version = 1 WHERE p.parcel_code = :c"
    )
    assert ask(same, c=P1) is True


def test_undo_of_what_was_changed_again_is_refused_with_both_values(does, at) -> None:
    does(edit_attributes, at(P1), {"name": "甲"})
    does(edit_attributes, at(P1, 2), {"name": "乙"})
    with pytest.raises(UndoneSince) as refused:
        does(undo, P1, 2)
    (name,) = refused.value.params["differences"]
    assert (name["based_on"], name["now"]) == ("甲", "乙")


def test_undoing_a_split_brings_the_number_back(does, ask, at) -> None:
    pieces = [p.parcel_code for p in does(split_by_line, at(P1), HALF).parcels if p.role == "new"]
    does(undo, P1, 2)
    assert ask("SELECT state, version FROM parcel WHERE parcel_code = :c", c=P1)[0] == ("registered", 3)
    assert [ask(retirement, code).successors for code in pieces] == [[P1], [P1]]
    does(split_by_line, at(P1, 3), HALF)
    assert ask(retirement, pieces[0]).successors == ["149901-0000007", "149901-0000008"]


def test_undoing_a_split_whose_piece_was_edited_is_refused(does, ask, at) -> None:
    pieces = [p.parcel_code for p in does(split_by_line, at(P1), HALF).parcels if p.role == "new"]
    does(edit_attributes, at(pieces[0]), {"name": "改"})
    with pytest.raises(UndoneSince, match=pieces[0]):
        does(undo, P1, 2)
    assert ask("SELECT count(*) FROM parcel WHERE state = 'removed'") == 1


def test_a_merge_is_undone_by_the_parcel_that_it_made_too(does, ask, at) -> None:
    whole = next(p.parcel_code for p in does(merge, [at(P1), at(P2)]).parcels if p.role == "new")
    does(undo, whole, 1)
    states = "SELECT array_agg(state ORDER BY parcel_code) FROM parcel WHERE parcel_code IN (:a, :b, :c)"
    assert ask(states, a=P1, b=P2, c=whole) == ["registered", "registered", "removed"]
    with pytest.raises(NothingToUndo, match="undone"):
        does(undo, whole, 1)


def test_a_stale_edit_is_told_in_figures_that_people_read(does, ask, at) -> None:
    does(replace, at(P1), square(90))
    with pytest.raises(StaleVersion) as refused:
        does(replace, at(P1), square(80))
    assert "“9000.00”" in refused.value.say_what("zh")


def test_a_stale_edit_is_told_in_words_that_people_read(does, at) -> None:
    does(edit_attributes, at(P1), {"ownership_status": "disputed", "seized": True})
    with pytest.raises(StaleVersion) as refused:
        does(edit_attributes, at(P1), {"holder_class": "state"})
    told = refused.value.say_what("zh")
    assert "现为 “有争议”" in told
    assert "现为 “是”" in told
    assert "现为 “yes”" not in told
    assert "is now “yes”" in refused.value.say_what("en")


def test_a_state_that_changed_since_is_told_in_words(does, ask, at) -> None:
    does(remove, at(P1), "重复登记")
    does(undo, P1, 2)
    does(edit_attributes, at(P1, 3), {"remark": "x"})
    with pytest.raises(StaleVersion) as refused:
        does(edit_attributes, at(P1, 2), {"name": "甲"})
    told = refused.value.say_what("zh")
    assert "原为 “核减”,现为 “入库”" in told


def test_why_nothing_is_to_undo_is_told_in_one_language(does, ask) -> None:
    with pytest.raises(NothingToUndo) as refused:
        does(undo, P1, 1)
    assert "batch" not in refused.value.say_what("zh")
    assert "批" not in refused.value.say_what("en")


def test_undoing_a_merge_and_a_carving(does, ask, at) -> None:
    whole = next(p.parcel_code for p in does(merge, [at(P1), at(P2)]).parcels if p.role == "new")
    does(undo, P2, 2)
    states = "SELECT array_agg(state ORDER BY parcel_code) FROM parcel WHERE parcel_code IN (:a, :b)"
    assert ask(states, a=P1, b=P2) == ["registered", "registered"]
    assert ask(retirement, whole).successors == [P1, P2]
    part = does(carve, at(P1, 3), square(30)).parcels
    does(undo, P1, 4)
    assert ask("SELECT planar_area_m2 FROM parcel WHERE parcel_code = :c", c=P1) == 10_000
    new = next(p.parcel_code for p in part if p.role == "new")
    assert ask(retirement, new).successors == [P1]


def test_what_an_import_wrote_can_be_taken_back_for_one_parcel(does, ask, row_of_four) -> None:
    with transaction(row_of_four, Actor("li", "import:2")) as connection:
        connection.execute(text("UPDATE parcel SET remark = '批量'"))
    does(undo, P1, 2)
    assert ask("SELECT count(*) FROM parcel WHERE remark IS NULL") == 1


def test_the_journal_and_the_lineage_cannot_be_rewritten(does, at, row_of_four) -> None:
    does(cut_road, at(P1), HALF, 5)
    for statement in (
        "UPDATE parcel_edit SET reason = 'x'",
        "DELETE FROM parcel_edit",
        "DELETE FROM parcel_lineage",
        "UPDATE parcel_lineage SET successor_id = NULL",
        "INSERT INTO parcel_edit (county_code, operation, parcel_ids, versions, recorded_by)"
        " VALUES ('149901', 'x', '{1}', '{1}', 'nobody')",
    ):
        with pytest.raises(PermissionDenied), transaction(row_of_four, Actor("mallory")) as connection:
            connection.execute(text(statement))


def test_edits_based_on_nothing_known_do_not_lock_others_out(does, at) -> None:
    with pytest.raises(ParcelNotFound):
        does(merge, [at(P1), Basis("149901-0009999", 1)])
    assert does(edit_attributes, at(P1), {"name": "x"}).parcels[0].version == 2


def test_what_was_undone_can_be_done_again(does, ask, at) -> None:
    pieces = [p.parcel_code for p in does(split_by_line, at(P1), HALF).parcels if p.role == "new"]
    does(undo, P1, 2)
    does(undo, P1, 3)
    assert ask(retirement, P1).successors == pieces
    assert ask("SELECT count(*) FROM parcel WHERE state = 'registered'") == 5


def test_maps_leave_out_the_ground_of_numbers_out_of_use(does, ask, at) -> None:
    does(split_by_line, at(P1), HALF)
    drawn = {row["parcel_code"] for row in ask(parcels_of, "149901", "149901100")}
    assert P1 not in drawn
    assert "149901-0000005" in drawn


def test_rights_and_encumbrances_go_with_the_ground(does, ask, at, row_of_four) -> None:
    with transaction(row_of_four, Actor("li")) as connection:
        connection.execute(text("INSERT INTO party (county_code, name) VALUES ('149901', '示例公司')"))
        for table, column, kind in (
            ("land_right", "right_type", "A1"),
            ("encumbrance", "encumbrance_type", "mortgage"),
        ):
            connection.execute(
                text(
                    f"INSERT INTO {table} (county_code, parcel_id, party_id, {column})"
                    " SELECT '149901', p.id, y.id, :kind FROM parcel AS p, party AS y WHERE p.parcel_code = :code"
                ),
                {"kind": kind, "code": P1},
            )
    does(split_by_line, at(P1), HALF)
    for table in ("land_right", "encumbrance"):
        held = ask(f"SELECT array_agg(parcel_code ORDER BY 1) FROM {table} JOIN parcel AS p ON p.id = parcel_id")
        assert held == [P1, "149901-0000005", "149901-0000006"]


def test_what_was_decided_goes_on_unless_predecessors_disagree(does, ask, at, row_of_four) -> None:
    decide = text(
        "INSERT INTO plan (county_code, parcel_id, label, measure, reason)"
        " SELECT '149901', id, :label, 'x', 'y' FROM parcel WHERE parcel_code = :code"
    )
    with transaction(row_of_four, Actor("li")) as connection:
        connection.execute(decide, {"label": "sell", "code": P1})
        connection.execute(decide, {"label": "use", "code": P2})
    pieces = [p.parcel_code for p in does(split_by_line, at(P1), HALF).parcels if p.role == "new"]
    labels = "SELECT array_agg(label) FROM plan JOIN parcel AS p ON p.id = parcel_id WHERE parcel_code = ANY(:codes)"
    assert ask(labels, codes=pieces) == ["sell", "sell"]
    whole = [p.parcel_code for p in does(merge, [at(pieces[1]), at(P2)]).parcels if p.role == "new"]
    assert ask(labels, codes=whole) is None


def test_an_edit_does_not_wait_for_ever(does, at, row_of_four, monkeypatch) -> None:
    monkeypatch.setattr("gisreg.parcels.editing.PATIENCE", "200ms")
    with transaction(row_of_four, Actor("li")) as connection:
        connection.execute(text("SELECT 1 FROM parcel WHERE parcel_code = :code FOR UPDATE"), {"code": P1})
        with pytest.raises(LockedOut):
            does(edit_attributes, at(P1), {"name": "x"})
