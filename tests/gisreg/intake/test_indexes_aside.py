"""A load that is large against what is there makes the indexes of parcels afterwards, in its own transaction."""

import pytest
from intake_surveys import one, squares, survey
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gisreg.intake import registering

INDEXES = """
    SELECT string_agg(indexdef, E'\\n' ORDER BY indexname) FROM pg_indexes
    WHERE schemaname = 'gisreg' AND tablename = 'parcel'
"""
LOADED = "SELECT count(*) FROM parcel"


@pytest.fixture(autouse=True)
def few_rows_are_many(monkeypatch):
    monkeypatch.setattr(registering, "ASIDE_FROM_ROWS", 2)


@pytest.fixture
def asked(monkeypatch):
    """What the database answered when it was asked to set indexes aside."""
    answers = []
    plain = registering.set_aside

    def listening(connection):
        answers.append(plain(connection))
        return answers[-1]

    monkeypatch.setattr(registering, "set_aside", listening)
    return answers


def test_the_indexes_are_there_again(load, county, tmp_path, asked):
    before = one(county, INDEXES)
    load(survey(tmp_path / "a.gpkg", squares(3)))
    assert (asked, one(county, INDEXES), one(county, LOADED)) == ([True], before, 3)


def test_a_small_load_beside_many_parcels_leaves_them_alone(load, county, tmp_path, asked):
    load(survey(tmp_path / "a.gpkg", squares(3)))
    load(survey(tmp_path / "b.gpkg", squares(3, west=500), BSM=["a", "b", "c"]))
    assert (asked, one(county, LOADED)) == ([True], 6)


def test_a_dry_run_leaves_them_as_they_were(load, county, tmp_path, asked):
    before = one(county, INDEXES)
    load(survey(tmp_path / "a.gpkg", squares(3)), dry_run=True)
    assert (asked, one(county, INDEXES), one(county, LOADED)) == ([True], before, 0)


def test_nobody_who_reads_is_waited_for(load, county, tmp_path, asked):
    before = one(county, INDEXES)
    with county.connect() as reader:
        reader.execute(text(LOADED))
        load(survey(tmp_path / "a.gpkg", squares(3)))
    assert (asked, one(county, INDEXES), one(county, LOADED)) == ([False], before, 3)


def test_definitions_of_somebody_elses_are_not_run(engine):
    forged = "CREATE TEMPORARY TABLE parcel_index_aside AS SELECT 'DROP TABLE gisreg.parcel' AS definition"
    with engine.connect() as connection:
        connection.execute(text(forged))
        with pytest.raises(DBAPIError, match="no indexes are set aside"):
            connection.execute(text("SELECT parcel_indexes_back()"))
