"""OGC API – Tiles: requirements of the standard, freshness, ETags, scopes."""

import math
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, FromClause, text
from starlette.requests import HTTPConnection

from api.app import create_app
from gisreg.cluster import DatabaseAddress
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.features.reader import Reader
from gisreg.settings import Settings

MVT = "application/vnd.mapbox-vector-tile"
HERE = 113.003, 36.2165
TILES = "/ogc/collections/parcels/tiles"
Ask = Callable[..., httpx.Response]


def place(matrix: int, lon: float = HERE[0], lat: float = HERE[1]) -> tuple[int, int, int]:
    """Matrix, row and column of WebMercatorQuad over a place."""
    n = 2**matrix
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n
    return matrix, int(row), int((lon + 180) / 360 * n)


@pytest.fixture
def tile(ogc: TestClient) -> Ask:
    """Asks for the tile over the sample county."""

    def ask(matrix: int = 11, **headers: str) -> httpx.Response:
        where = "/".join(map(str, place(matrix)))
        return ogc.get(
            f"{TILES}/WebMercatorQuad/{where}",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    return ask


def change(settings: Settings, statement: str) -> None:
    """A change by somebody else, of whom the server is not told."""
    engine = make_engine(str(settings.database_url), pool_size=0)
    with transaction(engine, Actor("tester", "test")) as connection:
        connection.execute(text(statement))


def test_links_lead_to_grids_and_tilesets(ogc: TestClient) -> None:
    landing = ogc.get("/ogc").json()["links"]
    schemes = next(link["href"] for link in landing if link["rel"].endswith("/tiling-schemes"))
    listed = ogc.get(schemes).json()["tileMatrixSets"]
    assert [one["id"] for one in listed] == ["WebMercatorQuad", "CGCS2000Quad"]
    for one in ogc.get("/ogc/collections").json()["collections"]:
        rels = [link["href"] for link in one["links"] if link["rel"].endswith("/tilesets-vector")]
        assert len(rels) == (0 if one["id"] == "plans" else 1)
        for address in rels:
            assert {tileset["dataType"] for tileset in ogc.get(address).json()["tilesets"]} == {"vector"}


def test_grids_are_defined(ogc: TestClient) -> None:
    mercator = ogc.get("/ogc/tileMatrixSets/WebMercatorQuad").json()
    assert mercator["uri"].endswith("/WebMercatorQuad")
    assert mercator["tileMatrices"][0]["scaleDenominator"] == pytest.approx(559082264.0287178)
    assert mercator["tileMatrices"][3]["matrixWidth"] == 8
    degrees = ogc.get("/ogc/tileMatrixSets/CGCS2000Quad").json()
    assert degrees["crs"].endswith("/4490")
    first = degrees["tileMatrices"][0]
    assert (first["id"], first["matrixWidth"], first["matrixHeight"]) == ("1", 2, 1)
    assert first["pointOfOrigin"] == [90.0, -180.0]
    members = {"id", "scaleDenominator", "cellSize", "pointOfOrigin", "tileWidth", "tileHeight"}
    assert all(members <= one.keys() for grid in (mercator, degrees) for one in grid["tileMatrices"])
    assert ogc.get("/ogc/tileMatrixSets/CGCS2000Quad").headers["content-type"] == "application/json"
    assert first["cellSize"] == 180 / 256


def test_tilesets_are_described(ogc: TestClient) -> None:
    for grid in ("WebMercatorQuad", "CGCS2000Quad"):
        told = ogc.get(f"{TILES}/{grid}").json()
        assert told["tileMatrixSetId"] == grid
        rels = {link["rel"]: link for link in told["links"]}
        assert rels["item"]["type"] == MVT
        assert rels["item"]["href"].endswith("/{tileMatrix}/{tileRow}/{tileCol}")
        definition = next(link for rel, link in rels.items() if rel.endswith("/tiling-scheme"))
        assert ogc.get(definition["href"]).json()["id"] == grid
        assert {layer["id"] for layer in told["layers"]} == {"townships", "clusters", "parcels"}


def test_tile_json_and_style_lead_to_the_tiles(ogc: TestClient) -> None:
    told = ogc.get(f"{TILES}/WebMercatorQuad", params={"f": "tilejson"}).json()
    assert told["tilejson"] == "3.0.0"
    matrix, row, column = place(11)
    address = told["tiles"][0].format(z=matrix, y=row, x=column)
    assert ogc.get(address).headers["content-type"] == MVT
    assert {layer["id"] for layer in told["vector_layers"]} == {"townships", "clusters", "parcels"}
    style = ogc.get("/ogc/collections/parcels/style").json()
    assert style["version"] == 8
    (source,) = style["sources"].values()
    assert ogc.get(source["url"]).json() == told
    drawn = {layer["source-layer"] for layer in style["layers"] if "source-layer" in layer}
    assert drawn == {"townships", "clusters", "parcels"}


def test_a_tile_is_a_vector_tile_with_validators(tile: Ask) -> None:
    answer = tile(accept_encoding="identity")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MVT
    assert b"149901-0000001" in answer.content
    assert answer.headers["cache-control"] == "private, no-cache"
    assert tile(accept_encoding="identity", if_none_match=answer.headers["etag"]).status_code == 304
    packed = tile(accept_encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == answer.content
    assert packed.headers["etag"] != answer.headers["etag"]


def test_a_tile_from_the_cache_is_the_same(ogc: TestClient, tile: Ask) -> None:
    first, again = tile(), tile()
    assert (first.content, first.headers["etag"]) == (again.content, again.headers["etag"])
    assert again.headers["x-content-type-options"] == "nosniff"
    head = ogc.head(f"{TILES}/WebMercatorQuad/" + "/".join(map(str, place(11))))
    assert head.status_code == 200
    assert head.headers["etag"] == again.headers["etag"]


def test_the_tile_grid_of_tianditu_is_served(ogc: TestClient) -> None:
    span = 360 / 2**11
    row, column = int((90 - HERE[1]) / span), int((HERE[0] + 180) / span)
    answer = ogc.get(f"{TILES}/CGCS2000Quad/11/{row}/{column}")
    assert b"149901-0000001" in answer.content


def test_an_empty_tile_has_no_content(ogc: TestClient) -> None:
    answer = ogc.get(f"{TILES}/WebMercatorQuad/12/4000/100")
    assert answer.status_code == 204
    assert answer.content == b""
    assert ogc.get(f"{TILES}/WebMercatorQuad/12/4000/100").status_code == 204


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("WebMercatorQuad/25/0/0", 404, "no_such_tile"),
        ("WebMercatorQuad/-1/0/0", 404, "no_such_tile"),
        ("WebMercatorQuad/3/-1/0", 404, "no_such_tile"),
        ("WebMercatorQuad/3/8/0", 404, "no_such_tile"),
        ("WebMercatorQuad/3/0/9999999999", 404, "no_such_tile"),
        ("CGCS2000Quad/1/1/0", 404, "no_such_tile"),
        ("CGCS2000Quad/0/0/0", 404, "no_such_tile"),
        ("WebMercatorQuad/a/0/0", 400, "tile_number_unreadable"),
        ("WebMercatorQuad/3/1.5/0", 400, "tile_number_unreadable"),
        ("WebMercatorQuad/3/1/99999999999999999999", 400, "tile_number_unreadable"),
        ("WebMercatorQuad/3/1/%D9%A1", 400, "tile_number_unreadable"),
        ("Nowhere/3/1/1", 404, "grid_unknown"),
        ("Nowhere", 404, "grid_unknown"),
        ("WebMercatorQuad/3/1/1?f=png", 400, "none_of_these"),
        ("WebMercatorQuad/3/1/1?datetime=2026-01-01", 400, "unknown_parameter"),
        ("CGCS2000Quad?f=tilejson", 400, "tile_json_knows_mercator_only"),
    ],
)
def test_what_is_no_tile(ogc: TestClient, path: str, status: int, code: str) -> None:
    answer = ogc.get(f"{TILES}/{path}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["code"] == code
    assert told["mend"]


def test_collections_without_tiles(ogc: TestClient) -> None:
    assert ogc.get("/ogc/collections/plans/tiles").json()["code"] == "no_tiles"
    assert ogc.get("/ogc/collections/nothing/tiles/WebMercatorQuad/1/0/0").json()["code"] == "collection_unknown"


CHANGES = {
    "edit": "UPDATE parcel SET official_area_m2 = 123456, official_area_source = 'ledger'"
    " WHERE parcel_code = '149901-0000001'",
    "label": "UPDATE plan SET ended_at = now(), ended_by = 'x', ended_reason = 'x' WHERE ended_at IS NULL",
    "close-out": "UPDATE parcel SET state = 'closed' WHERE parcel_code = '149901-0000002'",
    "undo": "UPDATE parcel SET state = 'registered' WHERE parcel_code = '149901-0000002'",
    "township": "UPDATE admin_unit SET name = name || '新' WHERE level = 'township'",
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_shows_at_once(tile: Ask, ogc_settings: Settings, name: str) -> None:
    matrix = 8 if name == "township" else 11
    before = tile(matrix)
    assert tile(matrix).content == before.content
    change(ogc_settings, CHANGES[name])
    after = tile(matrix, if_none_match=before.headers["etag"])
    assert after.status_code == 200
    assert after.content != before.content


@dataclass(frozen=True)
class OfKind(Reader):
    """A reader who sees one kind only."""

    scope: str = "a"
    kind: str = "idle_land"

    def rows(self, source: FromClause) -> list[ColumnElement[bool]]:
        """Rows of the kind."""
        return [source.c.kind == self.kind] if "kind" in source.c else []


READERS = {"a": OfKind("a", "idle_land"), "b": OfKind("b", "idle_factory"), "": Reader()}


def by_header(request: HTTPConnection) -> Reader:
    """As sign-in will do it."""
    return READERS[request.headers.get("x-reader", "")]


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch, ogc_settings: Settings) -> Any:
    """An application with three readers."""
    for module in ("api.tiles.front", "api.conditional"):
        monkeypatch.setattr(f"{module}.reader_of", by_header)
    with TestClient(create_app(ogc_settings), base_url="http://127.0.0.1:8000") as made:
        yield made


@given(asked=st.lists(st.tuples(st.sampled_from(sorted(READERS)), st.sampled_from([8, 11]), st.booleans()), max_size=8))
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_reader_gets_what_was_made_for_another(guarded: TestClient, asked: list[tuple[str, int, bool]]) -> None:
    """Whoever asks first, and with whatever ETag of somebody else."""
    wrong = {"a": [b"idle_factory", b"idle_building"], "b": [b"idle_land"], "": []}
    tags: list[str] = []
    for name, matrix, packed in asked:
        address = f"{TILES}/WebMercatorQuad/" + "/".join(map(str, place(matrix)))
        own = {"x-reader": name, "accept-encoding": "gzip" if packed else "identity"}
        answer = guarded.get(address, headers=own)
        assert all(word not in answer.content for word in wrong[name])
        for tag in tags:
            given = guarded.get(address, headers={**own, "if-none-match": tag})
            assert given.status_code == (304 if tag == answer.headers["etag"] else 200)
        tags.append(answer.headers["etag"])


def test_two_processes_tell_the_same(ogc_settings: Settings, tile: Ask, ogc: TestClient) -> None:
    with TestClient(create_app(ogc_settings), base_url="http://127.0.0.1:8000") as other:
        address = f"{TILES}/WebMercatorQuad/" + "/".join(map(str, place(11)))
        first = other.get(address)
        assert first.headers["etag"] == tile().headers["etag"]
        change(ogc_settings, "UPDATE parcel SET state = 'on_hold' WHERE parcel_code = '149901-0000005'")
        assert other.get(address).headers["etag"] == tile().headers["etag"] != first.headers["etag"]


def test_the_cache_stays_within_its_bound(database: DatabaseAddress, tmp_path: Any) -> None:
    small = Settings(home=tmp_path, database_url=database.app_url, tile_cache_mb=0)
    with TestClient(create_app(small), base_url="http://127.0.0.1:8000") as client:
        for column in range(4):
            assert client.get(f"{TILES}/WebMercatorQuad/2/0/{column}").status_code == 204
        assert client.app.state.tiles.bytes == 0


def test_pages_for_people(ogc: TestClient) -> None:
    for path in ("/ogc/tileMatrixSets", "/ogc/tileMatrixSets/CGCS2000Quad", TILES):
        page = ogc.get(path, params={"f": "html"})
        assert page.headers["content-type"].startswith("text/html")
    shown = ogc.get("/ogc/collections/parcels/map")
    assert "maplibre" in shown.text
    assert "worker-src 'self'" in shown.headers["content-security-policy"]
    assert ogc.get("/ogc/maplibre/maplibre-gl.css").status_code == 200
    assert ogc.get("/ogc/maplibre/other.js").status_code == 422


def test_a_map_without_its_program_says_so(ogc: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ogc.app.state.settings, "assets_dir", tmp_path)
    page = ogc.get("/ogc/collections/parcels/map", headers={"accept": "text/html"})
    assert page.status_code == 503
    assert "make setup" in page.text


def test_no_reader_is_told_of_less_than_was_committed_before_asking(address: str, ogc_settings: Settings) -> None:
    """Many readers at once share their looks, while one edit follows the other."""
    engine = make_engine(str(ogc_settings.database_url))
    tile = f"{address}/collections/parcels/tiles/WebMercatorQuad/" + "/".join(map(str, place(11)))
    done, stale, ended = [0], [], threading.Event()

    def read() -> None:
        with httpx.Client(headers={"accept-encoding": "identity"}, timeout=30) as client:
            while not ended.is_set():
                before = done[0]
                content = client.get(tile).content
                if not any(area(n) in content for n in range(before, done[0] + 2)):
                    stale.append(before)

    def edit(n: int) -> None:
        with transaction(engine, Actor("tester", "test")) as connection:
            connection.execute(text(EDIT), {"area": 1_000_000 + 1_000 * n})
        done[0] = n

    edit(0)
    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for n in range(1, 25):
        edit(n)
    ended.set()
    for reader in readers:
        reader.join()
    engine.dispose()
    assert stale == []


EDIT = (
    "UPDATE parcel SET official_area_m2 = :area, official_area_source = 'ledger' WHERE parcel_code = '149901-0000001'"
)


def area(n: int) -> bytes:
    """The n-th area in mu, as it stands in a tile."""
    return struct.pack("<d", 1_500 + 1.5 * n)
