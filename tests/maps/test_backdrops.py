import json
from pathlib import Path
from typing import Any

import pytest

from maps.backdrops import BackdropUnusable, read_backdrop
from maps.layers import backdrop_data


def written(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_backdrop_is_drawn_lowest_first(tmp_path: Path, backdrop: dict[str, Any]) -> None:
    drawn = backdrop_data(read_backdrop(written(tmp_path / "backdrop.geojson", backdrop)))
    assert [feature["kind"] for feature in drawn] == ["water", "river", "road", "motorway", "village", "town"]
    assert drawn[0]["name"] == ["示例湖", "Example Lake"]
    assert drawn[2]["name"] is None


def test_words_for_roads_and_towns() -> None:
    line = {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}
    dot = {"type": "Point", "coordinates": [1, 2]}
    features = [
        {"properties": {"feature": "road", "class": "highway"}, "geometry": line},
        {"properties": {"feature": "town", "class": "county_seat"}, "geometry": dot},
        {"properties": None, "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}},
        {"properties": {}, "geometry": None},
    ]
    assert [feature["kind"] for feature in backdrop_data({"features": features})] == ["water", "motorway", "seat"]
    assert backdrop_data(None) == []


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"type": "Feature"},
        {"features": [{"geometry": {"type": "Point", "coordinates": [37_500_000.0, 3_987_000.0]}}]},
        {"features": [{"geometry": {"type": "Point", "coordinates": [1]}}]},
    ],
)
def test_what_cannot_be_drawn_is_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(BackdropUnusable) as caught:
        read_backdrop(written(tmp_path / "x.geojson", content))
    assert "x.geojson" in caught.value.line("en")


def test_no_file_and_no_json(tmp_path: Path) -> None:
    with pytest.raises(BackdropUnusable):
        read_backdrop(tmp_path / "none.geojson")
    (tmp_path / "text").write_text("roads", encoding="utf-8")
    with pytest.raises(BackdropUnusable):
        read_backdrop(tmp_path / "text")
