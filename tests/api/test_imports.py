# ruff: noqa: PLR0917 - a test names the fixtures that it needs

"""Files sent over HTTP: previewed, drawn, accepted whole, in part or not at all; and what is no such file."""

import itertools
import os
import threading
import time
import zipfile

import geopandas as gpd
import pytest
from fastapi.testclient import TestClient
from shapely.affinity import translate
from shapely.geometry import Point, box
from sqlalchemy import create_engine, text

from api.app import create_app
from gisreg.db.engine import Actor, transaction

KIND = {"kind": "unsupplied_land"}
WEST, SOUTH = 113.0, 36.02
PIECES = itertools.count()


def squares(count, west=WEST):
    return [box(west + n * 0.001, SOUTH, west + 0.0005 + n * 0.001, SOUTH + 0.0005) for n in range(count)]


def survey(path, shapes, codes, **columns):
    frame = gpd.GeoDataFrame({"BSM": codes, **columns}, geometry=shapes, crs=4490)
    frame.to_file(path)
    return path


@pytest.fixture(scope="module", autouse=True)
def numbered(client, module_database):
    """The county's parcels were not made by an import: its numbers go on behind them."""
    engine = create_engine(module_database.app_url)
    with transaction(engine, Actor("tester", "test")) as connection:
        connection.execute(text("UPDATE county SET last_parcel_no = 100"))
    engine.dispose()


@pytest.fixture
def send(client):
    """Send a file for a preview."""

    def run(path, name=None, **asked):
        with path.open("rb") as content:
            return client.post(
                "/imports/previews", params={**KIND, **asked}, files={"file": (name or path.name, content)}
            )

    return run


@pytest.fixture
def codes(tmp_path):
    """Codes that no other test uses."""
    return [f"{tmp_path.name}-{n}" for n in range(10)]


@pytest.fixture
def apart():
    """A piece of ground that no other test uses."""
    return WEST + 0.008 * next(PIECES)


def registered(api_settings, code):
    engine = create_engine(api_settings.database_url)
    with engine.connect() as connection:
        return connection.execute(
            text("SELECT name, state FROM parcel WHERE source_code = :code"), {"code": code}
        ).first()


def test_a_preview_is_told_drawn_and_accepted(client, send, api_settings, tmp_path, codes, apart):
    path = survey(tmp_path / "勘界.gpkg", squares(3, apart), codes[:3], DKMC=["甲<b>", "乙", "丙"])
    made = send(path)
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["file"], told["read"], told["loaded"], told["diff"]["new"]["count"]) == ("勘界.gpkg", 3, 3, 3)
    assert "drawing" not in told["diff"]
    where = made.headers["location"]
    assert client.get(where).json() == told
    page = client.get(f"{where}/map")
    assert page.headers["content-type"].startswith("text/html")
    assert "导入预览：勘界.gpkg" in page.text
    assert registered(api_settings, codes[0]) is None, "nothing is written yet"
    done = client.post(f"{where}/accept", json={})
    assert done.status_code == 201, done.text
    assert (done.json()["loaded"], done.headers["location"]) == (3, f"/batches/{done.json()['batch']}")
    assert client.get(done.headers["location"]).json()["file_name"] == "勘界.gpkg"
    assert registered(api_settings, codes[0]).name == "甲<b>"
    again = client.post(f"{where}/accept", json={})
    assert (again.status_code, again.json()["code"], again.json()["batch"]) == (
        409,
        "preview_accepted",
        done.json()["batch"],
    )
    assert client.get(where).json()["batch"] == done.json()["batch"]
    assert f"已作为批次 {done.json()['batch']} 导入" in client.get(f"{where}/map").text


def test_strictly_all_rows_or_none(client, send, api_settings, tmp_path, codes, apart):
    path = survey(tmp_path / "a.gpkg", [*squares(2, apart), Point(apart, SOUTH)], codes[:3])
    token = send(path).json()["preview"]
    refused = client.post(f"/imports/previews/{token}/accept", json={"strict": True})
    assert (refused.status_code, refused.json()["code"]) == (400, "not_whole")
    assert "1 行被拒绝" in refused.json()["detail"]
    assert registered(api_settings, codes[0]) is None
    done = client.post(f"/imports/previews/{token}/accept", json={"rows": "1,2", "strict": True})
    assert (done.status_code, done.json()["loaded"]) == (201, 2), "these are all that were wanted"


def test_some_rows_or_none(client, send, api_settings, tmp_path, codes, apart):
    path = survey(tmp_path / "a.gpkg", squares(3, apart), codes[:3])
    token = send(path).json()["preview"]
    assert client.post(f"/imports/previews/{token}/accept", json={"rows": "x"}).status_code == 400
    done = client.post(f"/imports/previews/{token}/accept", json={"rows": "1,3"})
    assert done.json()["loaded"] == 2, done.text
    assert registered(api_settings, codes[1]) is None
    token = send(path).json()["preview"]
    assert client.delete(f"/imports/previews/{token}").status_code == 204
    for answer in (
        client.get(f"/imports/previews/{token}"), client.get(f"/imports/previews/{token}/map"),
        client.delete(f"/imports/previews/{token}"), client.post(f"/imports/previews/{token}/accept", json={}),
    ):  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (404, "preview_unknown")
    assert not (api_settings.home / "previews" / token).exists()


@pytest.mark.parametrize("rows", [None, "1"])
def test_a_registry_that_has_changed_since_is_told(client, send, api_settings, tmp_path, codes, apart, rows):
    shapes = squares(2, apart)
    first = send(survey(tmp_path / "a.gpkg", shapes, codes[:2], DKMC=["甲", "乙"])).json()["preview"]
    client.post(f"/imports/previews/{first}/accept", json={})
    changed = survey(tmp_path / "b.gpkg", [translate(shapes[0], 0.00002), shapes[1]], codes[:2], DKMC=["改", "乙"])
    seen = send(changed).json()
    assert (seen["diff"]["changed"]["count"], seen["diff"]["same"]) == (1, 1)
    assert seen["diff"]["changed"]["listed"][0]["moved_m"] > 1
    engine = create_engine(api_settings.database_url)
    with transaction(engine, Actor("somebody", "test")) as connection:
        connection.execute(text("UPDATE parcel SET name = '他人改' WHERE source_code = :code"), {"code": codes[0]})
    refused = client.post(f"/imports/previews/{seen['preview']}/accept", json={"rows": rows} if rows else {})
    assert (refused.status_code, refused.json()["code"]) == (409, "registry_moved")
    assert refused.json()["now"]["changed"] == refused.json()["previewed"]["changed"] == 1
    assert registered(api_settings, codes[0]).name == "他人改", "nothing was written"
    done = client.post(f"/imports/previews/{seen['preview']}/accept", json={"go_on": True, "rows": rows})
    assert done.status_code == 201, done.text
    assert registered(api_settings, codes[0]).name == "改"


def test_numbers_that_differ_are_told(client, send, tmp_path, codes, apart):
    path = survey(tmp_path / "a.gpkg", squares(2, apart), codes[:2])
    one, other = send(path).json()["preview"], send(path).json()["preview"]
    assert client.post(f"/imports/previews/{one}/accept", json={}).status_code == 201
    refused = client.post(f"/imports/previews/{other}/accept", json={})
    assert refused.status_code == 409
    assert (refused.json()["previewed"]["new"], refused.json()["now"]["new"]) == (2, 0)
    assert refused.json()["now"]["same"] == 2


def test_what_was_previewed_is_what_is_imported(client, send, api_settings, tmp_path, codes, apart):
    path = survey(tmp_path / "a.gpkg", squares(2, apart), codes[:2])
    token = send(path).json()["preview"]
    kept = api_settings.home / "previews" / token / "files" / "a.gpkg"
    kept.write_bytes(kept.read_bytes() + b"x")
    refused = client.post(f"/imports/previews/{token}/accept", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "preview_altered")


def test_a_shapefile_in_parts_a_ledger_and_a_saved_mapping(client, send, api_settings, tmp_path, codes, apart):
    survey(tmp_path / "a.shp", squares(1, apart), codes[:1])
    parts = [("file", (part.name, part.read_bytes())) for part in sorted(tmp_path.glob("a.*"))]
    made = client.post("/imports/previews", params=KIND, files=parts)
    assert (made.status_code, made.json()["loaded"]) == (201, 1), made.text
    assert client.post(f"/imports/previews/{made.json()['preview']}/accept", json={}).status_code == 201
    folder = api_settings.home / "mappings"
    folder.mkdir(exist_ok=True)
    (folder / "本县.toml").write_text('title = "本县"\n\n[columns.name]\nfrom = ["自己的列"]\n', encoding="utf-8")
    book = tmp_path / "台账.csv"
    book.write_text(f"标识码,自己的列\n{codes[0]},新名\n{codes[1]},另一宗\n", encoding="utf-8")
    made = send(book, mapping="本县")
    assert made.status_code == 201, made.text
    assert [made.json()["diff"][group]["count"] for group in ("new", "changed")] == [1, 1]
    (folder / "本县.toml").unlink()
    done = client.post(f"/imports/previews/{made.json()['preview']}/accept", json={})
    assert done.status_code == 201, "the mapping is that of the preview"
    assert registered(api_settings, codes[0]).name == "新名"


@pytest.mark.parametrize("name", ["/etc/passwd.toml", "../x.toml", "没有"])
def test_a_mapping_is_a_saved_name_only(send, tmp_path, codes, apart, name):
    answer = send(survey(tmp_path / "a.gpkg", squares(1, apart), codes[:1]), mapping=name)
    assert (answer.status_code, answer.json()["code"]) == (404, "mapping_unknown")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../../etc/x.gpkg", "x.gpkg"), ("C:\\tmp\\勘界.gpkg", "勘界.gpkg"), (".gpkg", "gpkg"),
        ("a\x00b.gpkg", "ab.gpkg"), ("长" * 300 + ".gpkg", "长" * 40 + ".gpkg"),
    ],
)  # fmt: skip
def test_a_file_name_never_leads_out_of_its_folder(name, kept):
    from gisreg.batches.previews import safe_name  # noqa: PLC0415

    assert safe_name(name) == kept
    assert safe_name("..") == safe_name("") == safe_name("/") == "upload"


def test_a_hostile_name_is_taken_for_its_last_part(send, api_settings, tmp_path, codes, apart):
    answer = send(survey(tmp_path / "a.gpkg", squares(1, apart), codes[:1]), name="../../x.gpkg")
    assert (answer.status_code, answer.json()["file"]) == (201, "x.gpkg")
    assert not list(api_settings.home.rglob("../x.gpkg"))


def raw(client, body, kind="multipart/form-data; boundary=xyz", **asked):
    return client.post("/imports/previews", params={**KIND, **asked}, content=body, headers={"content-type": kind})


def test_bodies_that_are_no_form_with_a_file(client, api_settings):
    part = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.gpkg"\r\n\r\n'
    assert raw(client, b"--xyz--\r\n").status_code == 422
    assert raw(client, b"").status_code in (400, 422)
    assert raw(client, b"nonsense").status_code == 400
    assert raw(client, part + b"cut").status_code == 400
    assert (
        raw(client, b'--xyz\r\nContent-Disposition: form-data; name="note"\r\n\r\nx\r\n--xyz--\r\n').status_code == 400
    )
    assert raw(client, part + b"x\r\n--xyz--\r\n", "multipart/form-data").status_code == 400
    assert raw(client, b"x", "text/plain").status_code == 415
    assert raw(client, b"x", "application/octet-stream").status_code == 400
    assert not list((api_settings.home / "previews").glob(".coming-*")), "nothing is left behind"


def test_files_that_cannot_be_read_are_told_without_our_paths(client, send, api_settings, tmp_path):
    empty = tmp_path / "空.shp.zip"
    empty.write_bytes(b"")
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    two = client.post("/imports/previews", params=KIND, files=[("file", ("a.gpkg", b"x")), ("file", ("b.gpkg", b"y"))])
    for answer in (send(empty), send(picture), two):
        assert answer.status_code == 400, answer.text
        assert str(api_settings.home) not in answer.text
        assert answer.json()["mend"]


def test_a_zip_bomb_is_refused_and_the_server_lives_on(client, send, tmp_path):
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.shp", "w") as member:
        for _ in range(130):
            member.write(b"\0" * 16_000_000)
    answer = send(bomb)
    assert answer.status_code == 400, answer.text
    assert client.get("/health").status_code == 200


def test_a_wrong_question_is_refused_before_the_file_is_taken_in(client, tmp_path):
    for asked in ({"kind": "x"}, {"kind": "idle_land", "join": "x"}, {"kind": "idle_land", "county": "1"}, {}):
        answer = client.post("/imports/previews", params=asked, files={"file": ("a.gpkg", b"x")})
        assert answer.status_code == 422, asked
        assert len(answer.json()["errors"]) == 1, "told once"
    unknown = client.post("/imports/previews", params={**KIND, "knd": "x"}, files={"file": ("a.gpkg", b"x")})
    assert unknown.status_code == 400


def test_what_is_too_large_is_not_read_to_its_end(api_settings):
    small = create_app(api_settings.model_copy(update={"import_max_mb": 1}))
    sent = 0

    def chunks():
        nonlocal sent
        yield b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.gpkg"\r\n\r\n'
        for _ in range(300):
            sent += 1
            yield b"x" * 1_000_000

    with TestClient(small, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as client:
        answer = raw(client, chunks())
        assert (answer.status_code, answer.json()["code"]) == (413, "upload_too_large")
        told = client.post(
            "/imports/previews", params=KIND, content=b"x",
            headers={"content-type": "multipart/form-data; boundary=xyz", "content-length": "300000000"},
        )  # fmt: skip
        assert told.status_code == 413


def test_a_page_of_another_site_cannot_send_files(client):
    for headers in ({"origin": "https://elsewhere.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        answer = client.post("/imports/previews", params=KIND, files={"file": ("a.gpkg", b"x")}, headers=headers)
        assert answer.status_code == 403
    assert client.post("/parties", files={"file": ("a.gpkg", b"x")}).status_code == 415


def test_two_at_once_do_not_mix_and_a_third_is_put_off(client, send, api_settings, tmp_path, codes, apart):
    paths = [survey(tmp_path / f"{n}.gpkg", squares(2, apart + n * 0.004), codes[2 * n : 2 * n + 2]) for n in range(2)]
    tokens = [send(path).json()["preview"] for path in paths]
    answers = {}

    def run(token):
        answers[token] = client.post(f"/imports/previews/{token}/accept", json={"go_on": True})

    threads = [threading.Thread(target=run, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answers[token].status_code for token in tokens] == [201, 201], [one.text for one in answers.values()]
    assert [answers[token].json()["loaded"] for token in tokens] == [2, 2]
    gate = client.app.state.registry.importing
    assert gate.acquire(blocking=False)
    assert gate.acquire(blocking=False)
    try:
        busy = send(paths[0])
        assert (busy.status_code, busy.json()["code"]) == (503, "imports_busy")
        assert busy.headers["retry-after"]
    finally:
        gate.release()
        gate.release()


def test_what_nobody_accepts_goes_after_a_while(client, send, api_settings, tmp_path, codes, apart):
    path = survey(tmp_path / "a.gpkg", squares(1, apart), codes[:1])
    old = api_settings.home / "previews" / send(path).json()["preview"]
    left = api_settings.home / "previews" / ".coming-left"
    left.mkdir()
    long_ago = time.time() - api_settings.preview_hours * 3600 - 60
    for folder in (old, left):
        os.utime(folder, (long_ago, long_ago))
    assert send(path).status_code == 201
    assert not old.exists()
    assert not left.exists()


def test_a_token_is_no_path(client):
    for token in ("..", "%2e%2e%2fbatches", "a" * 24, "x" * 64):
        assert client.get(f"/imports/previews/{token}").status_code == 404
