"""Files against the books of rights: what the books decide no file overwrites, and the report says so."""

from datetime import date

import pytest
from intake_surveys import one, squares, survey
from ledger_books import workbook
from sqlalchemy import text

from gisreg.db.engine import Actor, transaction
from gisreg.intake.importing import import_file
from gisreg.intake.load import Wanted
from gisreg.rights.burdens import add_burden
from gisreg.rights.title import record_step
from gisreg.rights.words import TitleStep


@pytest.fixture
def bring_in(settings, database, county):
    return lambda path, **wanted: import_file(settings, database.app_url, Wanted(path, "idle_land", **wanted))


@pytest.fixture
def booked(bring_in, county, tmp_path):
    """K1 stands on the books, K2 does not."""
    bring_in(survey(tmp_path / "a.gpkg", squares(2), BSM=["K1", "K2"], BZ=["原", "原"]))
    with transaction(county, Actor("wang", "test")) as connection:
        record_step(connection, "149901-0000001", TitleStep.CONFIRMED, date(2024, 3, 1))
        add_burden(connection, "149901-0000001", {"encumbrance_type": "seizure"})
    return county


def _stated(engine):
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT ownership_status, seized, mortgaged FROM parcel ORDER BY parcel_code"))
        return [tuple(row) for row in rows]


@pytest.mark.parametrize("suffix", ["gpkg", "xlsx"])
def test_the_books_stand_and_the_difference_is_told(booked, bring_in, tmp_path, suffix):
    says = {"权属状态": ["有争议", "有争议"], "司法查封": ["否", "是"], "已抵押": ["是", "是"], "BZ": ["新", "新"]}
    if suffix == "gpkg":
        path = survey(tmp_path / "b.gpkg", squares(2), BSM=["K1", "K2"], **says)
    else:
        rows = list(zip(["K1", "K2"], *says.values(), strict=True))
        path = workbook(tmp_path / "b.xlsx", [["编号", *list(says)[:3], "备注"], *rows])
    report = bring_in(path)
    assert _stated(booked) == [("confirmed", True, True), ("disputed", True, True)]
    told = [(one.row, one.field) for one in report.problems if one.fault == "books_decide"]
    assert len(told) == 2
    assert {field for _, field in told} == {"权属状态", "司法查封"}
    assert report.loaded + report.repaired == 2
    assert one(booked, "SELECT count(*) FROM parcel WHERE remark = '新'") == 2


def test_a_ledger_that_only_contradicts_the_books_changes_nothing(booked, bring_in, tmp_path):
    version = one(booked, "SELECT version FROM parcel WHERE source_code = 'K1'")
    report = bring_in(workbook(tmp_path / "b.xlsx", [["编号", "权属状态"], ["K1", "有争议"]]))
    assert (report.unchanged, report.warned) == (1, 1)
    assert one(booked, "SELECT version FROM parcel WHERE source_code = 'K1'") == version
