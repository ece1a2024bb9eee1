"""``gisreg map`` as its users run it, on a small demonstration county."""

import json
import re
import socket
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from gisreg.cluster import DatabaseAddress
from gisreg.db.engine import Actor, transaction
from gisreg.demo.load import load_demo
from gisreg.errors import NotFoundError
from gisreg.ledger.left import county_left, township_left
from gisreg.parcels.mapdata import parcels_of
from gisreg.parcels.mapfacts import UNKNOWN, map_facts
from gisreg.planning.run import run_plan
from gisreg.settings import Settings
from maps.compose import Surroundings, county_html, parcel_rows, township_html, township_rows

PARCELS = 240


@pytest.fixture
def county(engine: Engine) -> str:
    """The demonstration county's code, loaded and labelled."""
    loaded = load_demo(engine, parcels=PARCELS, seed=7)
    run_plan(engine, Actor("tester", "test"), loaded.county_code)
    return loaded.county_code


def data_of(page: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}_{name}">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_all_pages_with_the_figures_of_the_ledger(
    run_cli: Callable[..., Any], county: str, engine: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "maps" / "june"
    done = run_cli("map", "all", "-o", folder, "--json")
    assert done.code == 0, done.err
    said = json.loads(done.out)
    with transaction(engine) as connection:
        rows = township_left(connection, county)
    names = {f"township-{row.code or UNKNOWN}.html" for row in rows} | {"county.html"}
    assert {path.name for path in folder.iterdir()} == names
    assert {Path(page["file"]).name: page["bytes"] for page in said["pages"]} == {
        path.name: path.stat().st_size for path in folder.iterdir()
    }
    total = county_left(rows)
    page = (folder / "county.html").read_text(encoding="utf-8")
    assert f"{total.left_mu:,.2f}" in page
    assert f"{total.not_closed_mu:,.2f}" in page
    shown = [data_of(path.read_text(encoding="utf-8"), "parcels")["parcels"] for path in folder.glob("township-*")]
    assert sum(parcels["count"] for parcels in shown) >= PARCELS
    assert sum(parcels["left"].count("1") for parcels in shown) == total.left_count
    land = sum(
        m2 for parcels in shown for m2, left in zip(parcels["landM2"], parcels["left"], strict=True) if left == "1"
    )
    assert land * 0.0015 == pytest.approx(total.left_mu + total.overlap_mu, abs=0.01)


def test_one_page_replaces_an_older_one(run_cli: Callable[..., Any], county: str, tmp_path: Path) -> None:
    file = tmp_path / "county.html"
    file.write_text("old", encoding="utf-8")
    done = run_cli("map", "county", "-o", file)
    assert done.code == 0, done.err
    assert f"{file.stat().st_size:,}" in done.out
    page = file.read_text(encoding="utf-8")
    assert len(data_of(page, "choropleth")["townships"]) == 12
    assert "虚构的示范数据" in page
    assert "national" in page


@pytest.mark.parametrize(("language", "opens"), [("zh", "zh-CN"), ("en", "en")])
def test_a_page_opens_in_the_language_asked_for(
    run_cli: Callable[..., Any], county: str, tmp_path: Path, language: str, opens: str
) -> None:
    for command in (["county"], ["township", f"{county}100"]):
        file = tmp_path / "page.html"
        done = run_cli("--lang", language, "map", *command, "-o", file)
        assert done.code == 0, done.err
        assert f'<html lang="{opens}"' in file.read_text(encoding="utf-8")


def test_a_county_of_which_only_the_outline_is_known(
    run_cli: Callable[..., Any], county: str, database: DatabaseAddress, engine: Engine, tmp_path: Path
) -> None:
    with create_engine(database.admin_url).begin() as owner:
        owner.execute(text("UPDATE gisreg.admin_unit SET boundary = NULL WHERE level = 'township'"))
    file = tmp_path / "county.html"
    done = run_cli("map", "county", "-o", file)
    assert done.code == 0, done.err
    with transaction(engine) as connection:
        total = county_left(township_left(connection, county))
    (drawn,) = data_of(file.read_text(encoding="utf-8"), "choropleth")["townships"]
    assert (drawn["mu"], drawn["openCount"]) == (round(total.left_mu, 2), total.not_closed_count)
    assert drawn["shape"]


def test_a_township_of_a_past_day_and_its_backdrop(run_cli: Callable[..., Any], county: str, tmp_path: Path) -> None:
    file = tmp_path / "town.html"
    roads = tmp_path / "roads.geojson"
    line = {"type": "LineString", "coordinates": [[113.0, 36.0], [113.1, 36.1]]}
    road = {"type": "Feature", "properties": {"class": "river", "name": "示例河"}, "geometry": line}
    roads.write_text(json.dumps({"type": "FeatureCollection", "features": [road]}), encoding="utf-8")
    code = f"{county}100"
    done = run_cli("map", "township", code, "-o", file, "--as-of", "2000-01-01", "--backdrop", roads)
    assert done.code == 0, done.err
    past = file.read_text(encoding="utf-8")
    assert "数据截至 2000-01-01" in past
    assert data_of(past, "parcels")["parcels"]["count"] == 0
    done = run_cli("map", "township", code, "-o", file, "--backdrop", roads)
    assert done.code == 0, done.err
    page = file.read_text(encoding="utf-8")
    assert data_of(page, "backdrop")[0]["name"] == ["示例河", "示例河"]
    assert 'href="county.html"' not in page


def test_what_is_wrong_is_said_in_one_line(run_cli: Callable[..., Any], county: str, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    unknown = run_cli("map", "township", "999999999", "-o", file)
    assert unknown.code == 4
    assert f"{county}100" in unknown.err
    assert unknown.err.count("\n") == 1
    nowhere = run_cli("map", "county", "-o", tmp_path / "none" / "page.html")
    assert nowhere.code == 4
    assert str(tmp_path / "none") in nowhere.err
    bare = run_cli("map", "county", "-o", file, env={"GISREG_PROJECT_DIR": str(tmp_path)})
    assert bare.code == 9
    assert "npm ci" in bare.err
    no_roads = run_cli("map", "county", "-o", file, "--backdrop", tmp_path / "none.geojson")
    assert no_roads.code == 3
    assert not file.exists()


def test_rows_become_wording(county: str, engine: Engine) -> None:
    with transaction(engine) as connection:
        facts = map_facts(connection, county)
        parcels = parcels_of(connection, county, f"{county}100")
        past = map_facts(connection, county, date(2000, 1, 1))
    rows = parcel_rows(parcels, facts.words, facts.first_steps)
    assert len(rows) == len(parcels)
    assert all(row.next_step for row in rows if row.label and row.is_not_closed)
    blockers = [blocker for row in rows for blocker in row.blockers]
    assert blockers
    assert all(re.search("[一-鿿]", blocker.zh) and re.search("[A-Za-z]", blocker.en) for blocker in blockers)
    assert all(re.search("[一-鿿]", row.measure.zh) for row in rows if row.measure)
    assert all("[m]" not in (row.basis.zh if row.basis else "") for row in rows)
    assert facts.ruleset
    assert past.ruleset is None
    townships = township_rows(facts)
    assert sum(row.boundary is not None for row in townships) == 12


def test_an_unknown_township_and_the_pages_of_a_county(county: str, engine: Engine, settings: Settings) -> None:
    with transaction(engine) as connection:
        facts = map_facts(connection, county)
    around = Surroundings(Settings().assets_dir)
    with pytest.raises(NotFoundError):
        township_html(facts, "1", [], around)
    assert county_html(facts, around) == county_html(facts, around)


def test_a_saved_page_holds_the_key_only_when_asked_for(
    run_cli: Callable[..., Any], county: str, tmp_path: Path
) -> None:
    chosen = {"GISREG_BASE_MAP": "tianditu", "GISREG_TIANDITU_TOKEN": "0123456789abcdef"}
    file = tmp_path / "county.html"
    assert run_cli("map", "county", "-o", file, env=chosen).code == 0
    assert "0123456789abcdef" not in file.read_text(encoding="utf-8")
    assert run_cli("map", "county", "-o", file, "--base-map", env=chosen).code == 0
    assert "0123456789abcdef" in file.read_text(encoding="utf-8")
    refused = run_cli("map", "county", "-o", file, "--base-map")
    assert (refused.code, refused.err.count("\n")) == (3, 1)
    assert "GISREG_BASE_MAP" in refused.err
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    broken = run_cli("serve", "--port", port, env={"GISREG_BASE_MAP": "tianditu"})
    assert "GISREG_TIANDITU_TOKEN" in broken.err
    assert broken.err.count("\n") == 1
