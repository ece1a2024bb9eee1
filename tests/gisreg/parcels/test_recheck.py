"""What is registered judged once more: links are made anew, what people recorded is told and left as it is."""

import json
import threading

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from gisreg.db.engine import Actor, transaction
from gisreg.db.errors import translated
from gisreg.parcels.boundary.draw import replace
from gisreg.parcels.boundary.given import given_text
from gisreg.parcels.recheck import Links, ToleranceUnusable, recheck

X, Y = 410_000.0, 4_010_000.0
COUNTY = "149901"
P1, P2, P3, P4 = (f"149901-000000{n}" for n in range(1, 5))


@pytest.fixture
def judged(row_of_four):
    """Judges in a transaction of its own, read-only where it is a dry run."""

    def run(**options):
        who = None if options.get("dry_run") else Actor("wang", "test")
        with transaction(row_of_four, who) as connection:
            return recheck(connection, COUNTY, **options)

    return run


@pytest.fixture
def change(row_of_four):
    """Rows as somebody with SQL, an import or the years have left them."""

    def run(statement: str) -> None:
        with transaction(row_of_four, Actor("li", "import:1")) as connection:
            connection.execute(text(statement))

    return run


def faults(done) -> list[tuple[str, str, str]]:
    return [(one.parcel_code, one.fault, one.detail) for one in done.doubts]


def test_links_are_made_anew_and_a_dry_run_writes_nothing(judged, ask) -> None:
    tried = judged(dry_run=True)
    assert (tried.parcels, tried.links, tried.doubts) == (4, Links(0, 2, 0, 0, 2), [])
    assert ask("SELECT count(*) FROM parcel_overlap") == 0
    assert judged().links == Links(0, 2, 0, 0, 2)
    assert [round(area) for (area,) in ask("SELECT area_m2 FROM parcel_overlap")] == [2500, 2500]
    assert judged().links == Links(2, 0, 0, 0, 2)


def test_another_tolerance_is_kept_and_judged_by(judged, ask, does, at) -> None:
    judged()
    # the third comes 5 cm over the second: 5 m²
    over = f"POLYGON(({X + 199.95} {Y},{X + 300} {Y},{X + 300} {Y + 100},{X + 199.95} {Y + 100},{X + 199.95} {Y}))"
    does(replace, at(P3), given_text(over, "EPSG:4547"))
    assert faults(judged()) == [(P2, "overlaps_same_kind", P3)]
    tried = judged(tolerance=3000.0, dry_run=True)
    assert (tried.links, tried.doubts, tried.tolerance_m2_before) == (Links(2, 0, 2, 0, 0), [], 1.0)
    assert ask("SELECT overlap_tolerance_m2 FROM county") == 1.0
    judged(tolerance=3000.0)
    assert (ask("SELECT overlap_tolerance_m2 FROM county"), ask("SELECT count(*) FROM parcel_overlap")) == (3000.0, 0)
    back = judged(tolerance=10.0)
    assert (back.links.added, back.doubts, back.tolerance_m2_before) == (2, [], 3000.0)
    assert judged(tolerance=0.0).counts()["overlaps_same_kind"] == 1


@pytest.mark.parametrize("tolerance", [-1.0, float("nan"), float("inf"), 1e9])
def test_what_is_no_tolerance(judged, tolerance) -> None:
    with pytest.raises(ToleranceUnusable):
        judged(tolerance=tolerance)


def test_townships_and_areas_are_told_and_left(judged, change, ask) -> None:
    change(f"UPDATE parcel SET township_code = '149901101' WHERE parcel_code = '{P1}'")
    change(f"UPDATE parcel SET township_code = NULL WHERE parcel_code = '{P2}'")
    change(f"UPDATE parcel SET official_area_m2 = 99900 WHERE parcel_code = '{P3}'")
    done = judged()
    assert faults(done) == [
        (P3, "area_disagrees", "10000.0"), (P1, "township_differs", "149901100"), (P2, "township_differs", "149901100"),
    ]  # fmt: skip
    assert done.counts() == {"overlaps_same_kind": 0, "township_differs": 2, "area_disagrees": 1}
    assert done.doubts[1].what.en == "township 149901101 is recorded, but it lies in 149901100"
    assert "township_code=149901100" in done.doubts[1].mend.zh
    assert ask("SELECT max(version) FROM parcel") == 2


def test_a_parcel_on_the_border_stays_where_it_is_recorded(judged, does, at, change) -> None:
    over = f"POLYGON(({X + 999} {Y},{X + 1100} {Y},{X + 1100} {Y + 100},{X + 999} {Y + 100},{X + 999} {Y}))"
    does(replace, at(P3), given_text(over, "EPSG:4547"))
    assert judged().doubts == []
    change(f"UPDATE parcel SET state = 'removed' WHERE parcel_code = '{P3}'")
    assert judged().parcels == 3


def test_links_that_went_stale_go(judged, change) -> None:
    judged()
    change(f"UPDATE parcel SET state = 'removed' WHERE parcel_code = '{P4}'")
    assert judged().links == Links(2, 0, 2, 0, 0)


def test_an_edit_meanwhile_waits_and_its_links_stand(row_of_four, judged, does, at, ask) -> None:
    judged()
    away = given_text(box_text(900, 950), "EPSG:4547")
    with transaction(row_of_four, Actor("wang", "test")) as connection:
        recheck(connection, COUNTY)
        thread = threading.Thread(target=lambda: does(replace, at(P4), away))
        thread.start()
        thread.join(1.0)
        assert thread.is_alive()
    thread.join(30)
    assert ask("SELECT count(*) FROM parcel_overlap") == 0


def box_text(west: float, east: float) -> str:
    ring = [(west, 0), (east, 0), (east, 50), (west, 50), (west, 0)]
    return f"POLYGON(({', '.join(f'{X + x} {Y + y}' for x, y in ring)}))"


def test_the_command(row_of_four, change, run_cli) -> None:
    change(f"UPDATE parcel SET township_code = '149901101' WHERE parcel_code = '{P1}'")
    tried = run_cli("parcels", "recheck", "--dry-run", "--tolerance", "2")
    assert (tried.code, "未写入" in tried.out, "乡镇记为 149901101" in tried.out) == (0, True, True)
    done = json.loads(run_cli("parcels", "recheck", "--tolerance", "2", "--json").out)
    assert (done["tolerance_m2"], done["links"]["added"], done["counts"]["township_differs"]) == (2.0, 2, 1)
    assert "was 2 m² and is 5 m²" in run_cli("--lang", "en", "parcels", "recheck", "--tolerance", "5").out
    assert run_cli("parcels", "recheck", "--tolerance", "-3").code == 3
    assert run_cli("parcels", "recheck", "--county", "999999").code == 4


def test_over_http(row_of_four, change, settings) -> None:
    change(f"UPDATE parcel SET township_code = '149901101' WHERE parcel_code = '{P1}'")
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as http:
        tried = http.post("/recheck", json={"dry_run": True, "limit": 0}).json()
        assert (tried["doubts"], tried["counts"]["township_differs"], tried["links"]["added"]) == ([], 1, 2)
        done = http.post("/recheck", json={"tolerance_m2": 4}).json()
        assert (done["tolerance_m2"], done["doubts"][0]["parcel_code"]) == (4.0, P1)
        wrong = http.post("/recheck", json={"tolerance_m2": -1})
        assert (wrong.status_code, wrong.json()["code"]) == (400, "tolerance_unusable")
        assert http.post("/recheck", json={"limit": 10**9}).status_code == 422
        assert "/recheck" in http.get("/openapi.json").json()["paths"]


def test_a_county_without_townships_has_none_that_differ(engine) -> None:
    with translated(), transaction(engine, Actor("li", "test")) as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149902', '空县', true)"))
        done = recheck(connection, "149902")
    assert (done.parcels, done.links, done.doubts) == (0, Links(0, 0, 0, 0, 0), [])
