"""Programs that people use, GDAL, OWSLib and QGIS: they read the same numbers as the command line tells."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gisreg.features.collections import collection_of

# In a process of its own: GDAL would keep the interpreter that the server runs in from answering.
_READ = """
import json, sys
import pyogrio, shapely
address, layer, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
if "bbox" in options:
    options["bbox"] = tuple(options["bbox"])
if layer == "":
    print(json.dumps([name for name, _kind in pyogrio.list_layers("OAPIF:" + address)]))
    raise SystemExit
meta, _fids, shapes, columns = pyogrio.raw.read("OAPIF:" + address, layer=layer, **options)
plain = lambda v: None if isinstance(v, float) and v != v else v.tolist() if hasattr(v, "tolist") else v
values = [[plain(v) for v in column.tolist()] for column in columns]
bounds = [None if s is None else shapely.from_wkb(s).bounds for s in shapes]
print(json.dumps({"crs": meta["crs"], "bounds": bounds, **dict(zip(meta["fields"], values))}, default=str))
"""


@pytest.fixture
def gdal(address):
    """Reads a layer by GDAL: its fields by name, ``crs`` and ``bounds``; without a name, the names of all layers."""

    def read(layer="", **options):
        done = subprocess.run(
            [sys.executable, "-c", _READ, address, layer, json.dumps(options)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return read


def test_gdal_lists_the_collections(gdal):
    assert {"parcels", "idle_land", "townships", "plans", "public_sites", "closed_parcels"} <= set(gdal())


def test_gdal_reads_the_numbers_that_the_command_line_tells(gdal, cli):
    listed = json.loads(cli("parcels", "list", "--json", "--limit", 100).out)["items"]
    read = gdal("parcels")
    assert read["crs"] in ("OGC:CRS84", "EPSG:4326", "EPSG:4490")
    for name in ("parcel_code", "kind", "state", "label", "name", "township_name", "version"):
        assert read[name] == [one[name] for one in listed], name
    for name in ("area_m2", "official_area_m2", "area_mu", "planar_area_m2"):
        assert read[name] == [one[name] for one in listed], name
    assert [box is not None for box in read["bounds"]] == [one["area_m2"] is not None for one in listed]


def test_no_field_is_lost_though_features_leave_out_what_is_unknown(gdal, qgis):
    every = {name for name, field in collection_of("parcels").fields.items() if field.type != "geometry"}
    assert every <= gdal("parcels", PAGE_SIZE="2").keys()
    assert every <= set(qgis(page_size=2)["fields"])


def test_gdal_pages_through(gdal):
    assert gdal("parcels", PAGE_SIZE="3")["parcel_code"] == gdal("parcels")["parcel_code"]


def test_gdal_filters(gdal):
    found = gdal("parcels", where="kind = 'idle_land' AND area_mu > 3")
    assert found["parcel_code"] == ["149901-0000005", "149901-0000009"]
    assert 0 < len(gdal("parcels", bbox=[113.0, 36.0, 113.003, 37])["parcel_code"]) < 11


def test_gdal_reads_other_systems(gdal):
    # GDAL turns the axes to east first, as its files have them; the corners are the survey's own
    assert gdal("parcels", CRS="EPSG:4547")["bounds"][0] == [410000.125, 4010000.5, 410100.125, 4010100.5]
    west, south, _, _ = gdal("parcels", CRS="EPSG:4490")["bounds"][0]
    assert 112 < west < 114
    assert 36 < south < 37


@pytest.fixture
def qgis(address, tmp_path):
    """Reads a layer by Debian's QGIS."""

    def read(layer="parcels", *, page_size=100, box=()):
        home = tmp_path / "qgis"
        home.mkdir(mode=0o700, exist_ok=True)
        env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(home), "HOME": str(home)}
        env.pop("PYTHONPATH", None)
        done = subprocess.run(
            ["/usr/bin/python3", Path(__file__).with_name("qgis_reader.py"), address, layer, str(page_size),
             *map(str, box)],
            env=env, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.stdout, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return read


def test_qgis_pages_through_and_reads_the_same(qgis, cli):
    listed = json.loads(cli("parcels", "list", "--json", "--limit", 100).out)["items"]
    for size in (3, 100):
        read = qgis(page_size=size)
        assert read["valid"], read
        assert read["codes"] == [one["parcel_code"] for one in listed]
        assert read["area_m2"] == [one["area_m2"] for one in listed]
        assert read["kind"] == [one["kind"] for one in listed]
    west, south, _, _ = read["bounds"][0]
    assert (112 < west < 114, 36 < south < 37) == (True, True)


def test_qgis_asks_for_a_box(qgis):
    read = qgis(box=(113.0, 36.0, 113.003, 37))
    assert 0 < read["rows"] < 11


_OWSLIB = """
import json, sys
from owslib.ogcapi.features import Features
service = Features(sys.argv[1])
first = service.collection_items("parcels", limit=5, filter="area_mu > 3", **{"filter-lang": "cql2-text"})
print(json.dumps({
    "names": service.feature_collections(),
    "conformance": service.conformance()["conformsTo"],
    "api": service.api()["openapi"],
    "title": service.collection("townships")["title"],
    "queryables": list(service.collection_queryables("parcels")["properties"]),
    "codes": [feature["id"] for feature in service.collection_items("parcels", limit=100)["features"]],
    "filtered": [feature["id"] for feature in first["features"]],
    "one": service.collection_item("parcels", "149901-0000002")["properties"],
}))
"""


def test_owslib_reads_the_same(address, cli):
    listed = json.loads(cli("parcels", "list", "--json", "--limit", 100).out)["items"]
    done = subprocess.run(
        [sys.executable, "-c", _OWSLIB, f"{address}/"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    assert set(read["names"]) >= {"parcels", "townships", "plans"}
    assert read["api"].startswith("3.0")
    assert read["title"] == "乡镇"
    assert "area_mu" in read["queryables"]
    assert read["codes"] == [one["parcel_code"] for one in listed]
    assert read["filtered"] == [one["parcel_code"] for one in listed if (one["area_mu"] or 0) > 3][:5]
    assert read["one"]["area_m2"] == next(one["area_m2"] for one in listed if one["parcel_code"] == "149901-0000002")
