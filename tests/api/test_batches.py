"""Imports over HTTP."""

import pytest
from sqlalchemy import create_engine, text

from gisreg.db.engine import Actor, transaction

INSERT = """
    INSERT INTO batch (county_code, kind, file_name, file_sha256, file_bytes, crs, mapping, rows_read, rows_loaded,
        rows_repaired, rows_refused, rows_unchanged, rows_warned)
    VALUES ('149901', 'idle_factory', 'a.gpkg', 'x', 1, 'EPSG:4547', '{"columns": {"name": "DKMC"}}', 1, 1, 0, 0, 0, 0)
    RETURNING id
"""
PARCEL = """
    INSERT INTO parcel (county_code, parcel_code, kind, state, source_code, batch_id)
    VALUES ('149901', '149901-9000001', 'idle_factory', 'registered', 'BATCHED', :batch)
"""


@pytest.fixture(scope="module")
def batch(client, module_database):
    """An import of one parcel."""
    engine = create_engine(module_database.app_url)
    with transaction(engine, Actor("tester", "test")) as connection:
        number = connection.scalar(text(INSERT))
        connection.execute(text("SELECT set_config('gisreg.source', :source, true)"), {"source": f"import:{number}"})
        connection.execute(text(PARCEL), {"batch": number})
    engine.dispose()
    return number


def test_an_import_is_listed_read_and_taken_back_once(client, batch):
    found = client.get("/batches").json()
    assert (found["total"], [one["id"] for one in found["items"]]) == (1, [batch])
    assert client.get(f"/batches/{batch}").json()["mapping"] == {"columns": {"name": "DKMC"}}
    done = client.post(f"/batches/{batch}/undo", json={"reason": "试"})
    assert (done.status_code, done.json()) == (200, {"batch": batch, "removed": 1, "restored": 0})
    again = client.post(f"/batches/{batch}/undo", json={})
    assert (again.status_code, again.json()["code"]) == (409, "batch_undone")
    assert client.get(f"/batches/{batch}").json()["undone_because"] == "试"


@pytest.mark.parametrize(("number", "status"), [("999", 404), ("0", 422), ("x", 422), (str(10**12), 422)])
def test_what_is_no_import_is_a_problem(client, number, status):
    for answer in (client.get(f"/batches/{number}"), client.post(f"/batches/{number}/undo", json={})):
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("application/problem+json")
