"""What an import's command prints and writes, and how it ends."""

import errno
import json
import os
import zipfile

import pytest
import shapely
from intake_surveys import one, squares, survey

from gisreg.intake.report import ReportNotWritten, write_report


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_a_file_of_which_nothing_can_be_loaded_is_a_failure_that_names_its_commonest_fault(
    load, run_cli, tmp_path, dry
):
    swapped = [shapely.transform(shape, lambda xy: xy[:, ::-1]) for shape in squares(3)]
    path = survey(tmp_path / "a.gpkg", [*swapped, None])
    ran = run_cli("--lang", "en", "parcels", "import", path, "--kind", "idle_land", "--json", *dry)
    assert ran.code == 3
    assert json.loads(ran.out)["refused"] == 4
    assert ran.err.count("\n") == 1
    assert "all 4 rows were refused" in ran.err
    assert "axes" in ran.err
    assert str(path) in ran.err


@pytest.mark.parametrize(("place", "code"), [("none/r.csv", 4), ("r.xlsx", 3), ("/proc/r.csv", 7)])
def test_a_report_that_cannot_be_written_stops_the_import_before_it_begins(county, run_cli, tmp_path, place, code):
    path = survey(tmp_path / "a.gpkg", squares(3))
    ran = run_cli("parcels", "import", path, "--kind", "idle_land", "--report", tmp_path / place)
    assert (ran.code, ran.err.count("\n")) == (code, 1)
    assert one(county, "SELECT count(*) FROM parcel") == 0


def test_the_command_prints_the_promised_shape_and_writes_reports(load, run_cli, tmp_path):
    path = survey(tmp_path / "a.gpkg", [*squares(2), None])
    packed = tmp_path / "包.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(path, "内 层/a.gpkg")
    ran = run_cli("parcels", "import", packed, "--kind", "idle_land", "--json", "--report", tmp_path / "r.csv")
    assert ran.code == 0, ran.err
    shown = json.loads(ran.out)
    promised = [
        "batch",
        "crs",
        "encoding",
        "read",
        "loaded",
        "repaired",
        "refused",
        "unchanged",
        "warned",
        "areas_m2",
        "planar_areas_m2",
        "problems",
    ]
    assert set(promised) <= set(shown)
    assert set(shown["problems"][0]) >= {"row", "id", "field", "grade", "fault", "place", "mend"}
    lines = (tmp_path / "r.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "row,id,field,grade,fault,place,what,mend"
    assert lines[1].startswith("3,K2,,refused,null_geometry")
    plain = run_cli("parcels", "import", path, "--kind", "批而未供土地", "--dry-run")
    assert "试运行" in plain.out


def test_a_report_cell_is_never_a_formula(load, tmp_path):
    report = load(survey(tmp_path / "a.gpkg", [None], BSM=["=cmd()"]))
    write_report(report, tmp_path / "r.csv", "zh")
    assert "'=cmd()" in (tmp_path / "r.csv").read_text(encoding="utf-8-sig")


def test_a_report_that_fails_to_be_written_does_not_undo_what_is_said_of_the_import(load, tmp_path, monkeypatch):
    outcome = load(survey(tmp_path / "a.gpkg", squares(2)))
    older = tmp_path / "r.json"
    older.write_text("older", encoding="utf-8")

    def full(*_args, **_more):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("pathlib.Path.write_text", full)
    with pytest.raises(ReportNotWritten) as found:
        write_report(outcome, older, "zh")
    assert f"批次 {outcome.batch}" in found.value.line("zh")
    assert older.read_text(encoding="utf-8") == "older"
    assert {path.name for path in tmp_path.iterdir()} - {"home"} == {"a.gpkg", "r.json"}
