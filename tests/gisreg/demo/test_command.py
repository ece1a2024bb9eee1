"""``gisreg demo`` from outside, and what it leaves for the maps."""

import json
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import shape
from sqlalchemy import Engine, text

from gisreg.db.engine import transaction
from gisreg.demo.ahead import ahead
from gisreg.demo.backdrop import backdrop
from gisreg.settings import Settings


def test_demo_loads_labels_and_is_safe_to_repeat(run_cli: Any, engine: Engine, settings: Settings) -> None:
    first = run_cli("demo", "--parcels", 300, "--json")
    assert first.code == 0, first.err
    facts = json.loads(first.out)
    assert facts["parcels"] == 300
    assert not facts["already_there"]
    assert facts["labelled"] > 200
    with transaction(engine) as connection:
        labels = set(connection.execute(text("SELECT DISTINCT label FROM parcel_current WHERE is_left")).scalars())
    assert labels == {"use", "sell", "lease", "finance"}
    again = run_cli("demo", "--parcels", 300)
    assert again.code == 0
    assert "未重复载入" in again.out
    refused = run_cli("--lang", "en", "demo", "--parcels", 301)
    assert refused.code == 5
    assert "GISREG_HOME" in refused.err
    assert len(refused.err.strip().splitlines()) == 1
    drawn = json.loads((settings.home / "demo" / "backdrop.geojson").read_text(encoding="utf-8"))
    assert drawn["seed"] == 7


def test_a_survey_file_is_written_without_a_database(run_cli: Any, tmp_path: Path) -> None:
    file = tmp_path / "新增.zip"
    done = run_cli("demo", "--survey-file", file, "--kind", "idle_land", "--parcels", 20, "--json",
                   env={"GISREG_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})  # fmt: skip
    assert done.code == 0, done.err
    assert json.loads(done.out) == {"file": str(file), "rows": 20}
    assert file.stat().st_size > 1_000
    assert run_cli("demo", "--survey-file", tmp_path / "a.doc").code == 3


def test_too_many_parcels_are_refused(run_cli: Any) -> None:
    refused = run_cli("demo", "--parcels", 100_000_000)
    assert refused.code == 3
    assert len(refused.err.strip().splitlines()) == 1


def test_backdrop_draws_roads_rivers_towns_and_zones() -> None:
    features = backdrop(7)["features"]
    kinds = [feature["properties"]["feature"] for feature in features]
    assert {kind: kinds.count(kind) for kind in ("town", "zone", "river")} == {"town": 12, "zone": 2, "river": 2}
    assert kinds.count("road") >= 12
    for feature in features:
        assert feature["properties"]["name"]
        left, low, right, high = shape(feature["geometry"]).bounds
        assert 112.6 < left <= right < 113.4
        assert 35.7 < low <= high < 36.3


def test_backdrop_is_the_same_for_the_same_seed() -> None:
    assert json.dumps(backdrop(7)) == json.dumps(backdrop(7))
    assert backdrop(7) != backdrop(8)


def test_ahead_keeps_order_and_passes_failures_on() -> None:
    assert list(ahead(iter(range(20)))) == list(range(20))

    def failing() -> Any:
        yield 1
        raise ValueError("here")

    items = ahead(failing())
    assert next(items) == 1
    with pytest.raises(ValueError, match="here"):
        next(items)


def test_ahead_stops_making_when_nobody_reads() -> None:
    made = []

    def items() -> Any:
        for number in range(1_000):
            made.append(number)
            yield number

    for item in ahead(items()):
        if item == 2:
            break
    assert len(made) < 20
