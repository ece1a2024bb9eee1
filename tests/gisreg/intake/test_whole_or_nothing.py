"""An import is there as a whole or not at all, whoever is killed and whatever breaks."""

import subprocess
import sys
import time

import pytest
from intake_surveys import X, Y, one, squares, survey
from ledger_books import workbook
from shapely.geometry import Point
from sqlalchemy import create_engine, text

from gisreg.db.engine import make_engine
from gisreg.intake import parallel, registering, staging
from gisreg.intake.importing import import_file
from gisreg.intake.load import Wanted
from gisreg.intake.report import NotWhole, require_whole


def test_processes_side_by_side_load_what_one_would(load, county, tmp_path, monkeypatch):
    monkeypatch.setattr("gisreg.intake.load.PARTS_FROM_ROWS", 1)
    monkeypatch.setattr(parallel, "PARALLEL_FROM_ROWS", 1)
    report = load(survey(tmp_path / "a.shp", squares(30), encoding="GBK"))
    assert report.loaded == 30
    with county.connect() as connection:
        rows = connection.execute(text("SELECT parcel_code, source_row, source_code FROM parcel ORDER BY 1")).all()
    assert [(number, code) for _, number, code in rows] == [(i + 1, f"K{i}") for i in range(30)]
    assert one(county, "SELECT count(*) FROM pg_tables WHERE schemaname = 'staging'") == 0


def test_a_killed_import_leaves_nothing_and_its_tables_go_at_the_next_start(load, county, settings, database, tmp_path):
    path = survey(tmp_path / "a.shp", squares(5))
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom gisreg.intake import load, registering\n"
        "from gisreg.settings import Settings\n"
        "def wait(*a):\n    print('staged', flush=True)\n    time.sleep(60)\n"
        "registering.register = wait\n"
        f"load.import_parcels(Settings(), {database.app_url!r}, load.Wanted(Path({str(path)!r}), 'idle_land'))"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "staged"
    process.kill()
    process.wait()
    assert one(county, "SELECT count(*) FROM parcel") == 0
    assert one(county, "SELECT count(*) FROM pg_tables WHERE schemaname = 'staging'") > 0
    deadline = time.monotonic() + 10
    while one(
        county, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = :c", c=staging.LOCK_CLASS
    ):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert load(path).loaded == 5
    assert one(county, "SELECT count(*) FROM pg_tables WHERE schemaname = 'staging'") == 0


def test_a_living_imports_tables_are_left_alone(county, database):
    engine = make_engine(database.app_url, pool_size=0)
    with staging.staging_area(engine) as first:
        with county.begin() as connection:
            connection.execute(text(f"CREATE TABLE {first.table('raw')} (a int)"))
        with staging.staging_area(engine) as second:
            assert second.number != first.number
        assert one(county, "SELECT count(*) FROM pg_tables WHERE schemaname = 'staging'") == 1
    assert one(county, "SELECT count(*) FROM pg_tables WHERE schemaname = 'staging'") == 0


def test_an_import_that_is_whole_stays_whole_when_its_staging_connection_breaks(
    load, county, database, tmp_path, monkeypatch
):
    register = registering.register

    def broken(*work):
        report = register(*work)
        with create_engine(database.admin_url).connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = :c "
                    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                ),
                {"c": staging.LOCK_CLASS},
            )
        return report

    monkeypatch.setattr(registering, "register", broken)
    path = survey(tmp_path / "a.gpkg", squares(3))
    assert load(path).loaded == 3
    monkeypatch.undo()
    assert load(path).unchanged == 3
    assert one(county, "SELECT count(*) FROM pg_tables WHERE schemaname = 'staging'") == 0


def test_strictly_one_refused_row_is_enough_to_load_none(load, county, settings, tmp_path):
    bad = survey(tmp_path / "a.gpkg", [*squares(2), Point(X, Y)])
    report = load(bad, strict=True)
    assert (report.read, report.refused, report.batch, report.dry_run) == (3, 1, None, True)
    with pytest.raises(NotWhole, match=r"a\.gpkg"):
        require_whole(report, bad)
    for table in ("parcel", "batch"):
        assert one(county, f"SELECT count(*) FROM {table}") == 0
    assert not list((settings.home / "sources").glob("*")), "the file is not kept either"
    good = load(survey(tmp_path / "b.gpkg", squares(2)), strict=True)
    assert (good.loaded, good.dry_run, one(county, "SELECT count(*) FROM parcel")) == (2, False, 2)
    require_whole(good, tmp_path / "b.gpkg")


def test_strictly_a_ledger_too_is_loaded_whole_or_not_at_all(settings, database, county, tmp_path):
    rows = [["编号", "项目名称", "土地面积(亩)"], ["K1", "甲", 2.4], ["K2", "乙", 3], ["K1", "丙", 4]]
    path = workbook(tmp_path / "台账.xlsx", rows)
    report = import_file(settings, database.app_url, Wanted(path, "idle_land", strict=True))
    assert (report.read, report.refused, report.batch) == (3, 1, None)
    assert one(county, "SELECT count(*) FROM parcel") == 0
    loaded = import_file(settings, database.app_url, Wanted(path, "idle_land"))
    assert (loaded.loaded, one(county, "SELECT count(*) FROM parcel")) == (2, 2)
