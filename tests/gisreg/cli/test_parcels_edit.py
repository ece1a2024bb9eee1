"""Editing and boundary work as people call them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from gisreg.db.engine import Actor, transaction

X, Y = 410_000, 4_010_000
P1, P2, P3 = (f"149901-000000{n}" for n in range(1, 4))
HALF = f"LINESTRING({X + 50} {Y - 5}, {X + 50} {Y + 105})"
ZONE = ("--crs", "EPSG:4547")


@pytest.fixture(autouse=True)
def neighbours(engine: Engine) -> None:
    """Three squares in a row, surveyed in zone 38."""
    with transaction(engine, Actor("li", "import:1")) as connection:
        connection.execute(
            text("INSERT INTO county (code, name, invented, last_parcel_no) VALUES ('149901', '示例县', true, 3)")
        )
        connection.execute(
            text(
                "INSERT INTO parcel (county_code, parcel_code, kind, state, name, survey_crs, survey_boundary,"
                " boundary, area_m2, planar_area_m2) SELECT '149901', '149901-' || lpad(n::text, 7, '0'), 'idle_land',"
                " 'registered', '地块' || n, 'EPSG:4547', g, ST_Multi(ST_Transform(g, 4490)),"
                " ST_Area(ST_Transform(g, 4490)::geography), ST_Area(g) FROM generate_series(1, 3) AS n,"
                " ST_MakeEnvelope(409900 + n * 100, 4010000, 410000 + n * 100, 4010100, 4547) AS g"
            )
        )


@pytest.fixture
def edit(run_cli) -> Callable[..., Any]:
    """Runs ``gisreg parcels …`` and gives back what it printed as JSON."""

    def run(*arguments: object) -> Any:
        ran = run_cli("parcels", *arguments, "--json")
        assert ran.code == 0, ran.err
        return json.loads(ran.out)

    return run


def codes(done: Any, role: str) -> list[str]:
    return [one["parcel_code"] for one in done["parcels"] if one["role"] == role]


def test_edit_says_what_it_did_and_a_stale_one_shows_both_values(run_cli, edit) -> None:
    done = edit("edit", P1, "--based-on", 1, "--set", "name=甲", "--set", "price_wan=5", "--reason", "补录")
    assert (done["operation"], codes(done, "changed")) == ("edit", [P1])
    ran = run_cli("parcels", "edit", P1, "--based-on", 1, "--set", "name=乙")
    assert ran.code == 5
    assert "甲" in ran.err
    assert "乙" in ran.err
    assert ran.err.count("\n") == 1


def test_split_and_merge_and_what_show_says_of_numbers_out_of_use(run_cli, edit) -> None:
    west, east = codes(edit("split", P1, "--based-on", 1, "--wkt", HALF, *ZONE), "new")
    gone = run_cli("parcels", "show", P1)
    assert gone.code == 4
    assert west in gone.err
    assert east in gone.err
    assert gone.err.count("\n") == 1
    assert "停用(分割)" in gone.err
    assert "split" not in gone.err
    history = run_cli("parcels", "history", P1).out
    assert f"分出 {west}(分割," in history
    shown = run_cli("parcels", "show", west)
    assert f"来自 {P1}" in shown.out
    assert edit("show", west)["lineage"]["predecessors"][0]["parcel_code"] == P1
    whole = codes(edit("merge", east, P2, "--based-on", 1, "--based-on", 1), "new")
    assert len(whole) == 1
    assert f"分出 {whole[0]}(合并," in run_cli("parcels", "history", east).out


def test_the_history_tells_why_and_in_which_units(run_cli, edit) -> None:
    edit(
        "edit",
        P1,
        "--based-on",
        1,
        "--set",
        "official_area_m2=3600",
        "--set",
        "official_area_source=deed",
        "--reason",
        "年度复核",
    )
    told = run_cli("parcels", "history", P1).out
    assert "年度复核" in told
    assert "3,600.00 m²" in told
    assert [one["reason"] for one in edit("history", P1)["versions"]] == [None, "年度复核"]


def test_files_areas_roads_and_undo(run_cli, edit, tmp_path) -> None:
    road = tmp_path / "road.geojson"
    geometry = {"type": "LineString", "coordinates": [[X - 10, Y + 50], [X + 110, Y + 50]]}
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    road.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}))
    assert edit("cut", P1, "--based-on", 1, "--file", road, "--width", 10)["parcels"][0]["planar_area_m2"] == 9000
    ran = run_cli("--lang", "en", "parcels", "diff", P1, 1, 2)
    assert "Planar area" in ran.out
    assert "moved by at most" in ran.out
    found = edit("diff", P1, 1, 2)
    assert found["boundary"]["removed"]["type"] == "MultiPolygon"
    edit("undo", P1, "--version", 2)
    pieces = edit("split", P1, "--based-on", 3, "--area", 2500, "--direction", 90)["parcels"]
    assert [round(one["planar_area_m2"], 2) for one in pieces if one["role"] == "new"] == [2500, 7500]


def test_the_other_verbs(edit) -> None:
    square = f"POLYGON(({X} {Y + 200},{X + 90} {Y + 200},{X + 90} {Y + 300},{X} {Y + 300},{X} {Y + 200}))"
    (new,) = codes(edit("draw", "--kind", "idle_factory", "--wkt", square, *ZONE, "--set", "name=新"), "new")
    edit("replace", new, "--based-on", 1, "--wkt", square.replace(str(X + 90), str(X + 80)), *ZONE)
    edit("reshape", new, "--based-on", 2, "--move", f"{X + 80},{Y + 300}:{X + 70},{Y + 310}", *ZONE)
    edit("carve", new, "--based-on", 3, "--area", 1000)
    line = f"LINESTRING({X + 110} {Y}, {X + 90} {Y + 100})"
    edit("move-boundary", P1, P2, "--based-on", 1, "--based-on", 1, "--wkt", line, *ZONE)
    wider = f"POLYGON(({X + 190} {Y},{X + 300} {Y},{X + 300} {Y + 100},{X + 190} {Y + 100},{X + 190} {Y}))"
    assert edit("replace", P3, "--based-on", 1, "--wkt", wider, *ZONE)["warnings"][0]["fault"] == "overlaps_same_kind"
    edit("subtract", P3, P2, "--based-on", 2, "--based-on", 2)
    narrow = wider.replace(str(X + 190), str(X + 200)).replace(f"{X + 200} {Y}", f"{X + 200}.2 {Y}", 1)
    edit("replace", P3, "--based-on", 3, "--wkt", narrow.replace(f"{X + 200} {Y})", f"{X + 200}.2 {Y})"), *ZONE)
    edit("snap", P3, "--based-on", 4, "--tolerance", 0.5)
    edit("remove", P3, "--based-on", 5, "--reason", "重复")


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("split", P1, "--based-on", 1), 3, "--area"),
        (("split", P1, "--based-on", 1, "--parts", "--area", 5), 3, "--parts"),
        (("replace", P1, "--based-on", 1, "--wkt", "POLYGON((1 1"), 3, "WKT"),
        (("replace", P1, "--based-on", 1, "--file", "/nowhere.shp"), 4, "/nowhere.shp"),
        (("merge", P1, P2, "--based-on", 1), 3, "--based-on"),
        (("edit", P1, "--based-on", 1, "--set", "name"), 3, "name=value"),
        (("reshape", P1, "--based-on", 1, "--move", "1,2"), 3, "X,Y:X2,Y2"),
        (("edit", "149901-0000099", "--based-on", 1, "--set", "name=x"), 4, "149901-0000099"),
        (("diff", P1, 1, 7), 4, "7"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(run_cli, arguments, code, word) -> None:
    ran = run_cli("parcels", *arguments)
    assert ran.code == code, ran.err
    assert word in ran.err
    assert ran.err.count("\n") == 1
