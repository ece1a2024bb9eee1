"""Files over HTTP, read back by other programs."""

import json
import zipfile
from io import BytesIO

import pyogrio
import pytest


def test_shapefile_in_gbk(client):
    answer = client.get("/export", params={"format": "shp", "encoding": "GBK", "crs": "EPSG:4547"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert "filename*=UTF-8''%E7%A4%BA%E4%BE%8B%E5%8E%BF_" in answer.headers["content-disposition"]
    assert int(answer.headers["content-length"]) == len(answer.content)
    with zipfile.ZipFile(BytesIO(answer.content)) as made:
        assert {name.rpartition(".")[2] for name in made.namelist()} >= {"shp", "shx", "dbf", "prj", "cpg"}


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "shp"])
def test_every_format_holds_the_filtered_rows(client, tmp_path, kind):
    answer = client.get("/export", params={"format": kind, "filter": "kind = 'idle_land'", "crs": "EPSG:4490"})
    assert answer.status_code == 200, answer.text
    file = tmp_path / {"shp": "made.shp.zip"}.get(kind, f"made.{kind}")
    file.write_bytes(answer.content)
    assert pyogrio.read_info(file)["features"] == 3


def test_the_form_of_the_first_page_works_as_it_is_sent(client):
    asked = {"county": "149901", "lang": "zh", "format": "geojson", "crs": "auto", "encoding": "", "filter": ""}
    answer = client.get("/export", params=asked)
    assert answer.status_code == 200, answer.text
    assert len(json.loads(answer.content)["features"]) == 7


@pytest.mark.parametrize(
    "asked", [{"crs": "EPSG:1"}, {"crs": "nonsense"}, {"encoding": "nonsense"}, {"format": "gpkg", "encoding": "GBK"}]
)
def test_what_cannot_be_written_is_refused(client, asked):
    answer = client.get("/export", params=asked)
    assert answer.status_code == 400, answer.text
    assert answer.json()["mend"]


def test_unchanged_is_not_made_again(ask_again):
    assert ask_again("/export?format=geojson").status_code == 304


def test_boundary_points_as_text_in_the_encoding_said(client):
    answer = client.get("/export", params={"format": "txt", "filter": "kind = 'idle_land'"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; charset=GBK"
    assert ".txt" in answer.headers["content-disposition"]
    assert answer.content.decode("gb18030").count("@") == 3
    told = client.get("/export", params={"format": "txt", "encoding": "UTF-8", "crs": "EPSG:4547"})
    assert "[地块坐标]" in told.content.decode("utf-8-sig")
    refused = client.get("/export", params={"format": "txt", "crs": "EPSG:4490"})
    assert (refused.status_code, bool(refused.json()["mend"])) == (400, True)
