"""A day that no calendar has is told and not stored, whatever the format: 30 February is not 1 March."""

import json
import sqlite3
from contextlib import closing
from datetime import date

import pyarrow as pa
import pyogrio
import pytest
import shapely
from intake_surveys import X, Y, one

SQUARES = [[[113.2 + n / 500, 36.1], [113.201 + n / 500, 36.1], [113.201 + n / 500, 36.101]] for n in range(4)]
STORED = "SELECT string_agg(source_code || coalesce(contract_on::text, '-'), ' ' ORDER BY source_code) FROM parcel"


def features(*days):
    return [
        {
            "type": "Feature",
            "properties": {"BSM": f"K{n}", "HTRQ": day},
            "geometry": {"type": "Polygon", "coordinates": [[*SQUARES[n], SQUARES[n][0]]]},
        }
        for n, day in enumerate(days)
    ]


def geojson(path, *days):
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features(*days)}), encoding="utf-8")
    return path


def lines(path, *days):
    path.write_text("\n".join(map(json.dumps, features(*days))), encoding="utf-8")
    return path


def with_days(path, driver, **options):
    """Two squares with a column of days, each 2024-02-20."""
    table = pa.table(
        {
            "BSM": ["K0", "K1"],
            "HTRQ": pa.array([date(2024, 2, 20)] * 2),
            "geom": [shapely.to_wkb(shapely.box(X + n * 50, Y, X + n * 50 + 40, Y + 40)) for n in range(2)],
        }
    )
    pyogrio.write_arrow(
        table, path, driver=driver, geometry_name="geom", geometry_type="Polygon", crs="EPSG:4547", **options
    )
    return path


def told(report):
    return [(problem.row, problem.field, problem.fault) for problem in report.problems]


@pytest.mark.parametrize("write", [geojson, lines])
@pytest.mark.parametrize("day", ["2024-02-30", "2024/02/30", "2024-04-31"])
def test_geojson(load, county, tmp_path, write, day):
    report = load(write(tmp_path / ("a.geojson" if write is geojson else "a.geojsonl"), "2024-02-29", day))
    assert told(report) == [(2, "HTRQ", "bad_value")]
    assert day.replace("/", "-") in report.problems[0].what.zh.replace("/", "-")
    assert one(county, STORED) == "K02024-02-29 K1-"


def test_times_with_a_zone_keep_the_day_that_is_written(load, county, tmp_path):
    days = ("2024-06-30T23:04:05Z", "2024-07-01T00:30:00+08:00", "2024/07/02 10:00:00+08", "2024-02-30T10:00:00Z")
    assert told(load(geojson(tmp_path / "a.geojson", *days))) == [(4, "HTRQ", "bad_value")]
    assert one(county, STORED) == "K02024-06-30 K12024-07-01 K22024-07-02 K3-"


def test_shapefile(load, county, tmp_path):
    path = with_days(tmp_path / "a.shp", "ESRI Shapefile")
    table = path.with_suffix(".dbf")
    raw = table.read_bytes()
    assert raw[32 + 32 + 11 : 32 + 32 + 12] == b"D"
    last = raw.rindex(b"20240220")
    table.write_bytes(raw[:last] + b"20240230" + raw[last + 8 :])
    assert told(load(path)) == [(2, "HTRQ", "bad_value")]
    assert one(county, STORED) == "K02024-02-20 K1-"


@pytest.mark.parametrize("key", ["fid", "OBJECTID"])
@pytest.mark.parametrize("day", ["2024-02-30", "2024/02/30", "2024-04-31"])
def test_geopackage(load, county, tmp_path, day, key):
    path = with_days(tmp_path / "a.gpkg", "GPKG", layer='地 "块"', FID=key)
    with closing(sqlite3.connect(path)) as base:
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            quoted = name.replace('"', '""')
            base.execute(f'DROP TRIGGER "{quoted}"')
        base.execute(f'UPDATE "地 ""块""" SET "HTRQ" = ? WHERE {key} = 2', [day])
        base.commit()
    assert told(load(path)) == [(2, "HTRQ", "bad_value")]
    assert one(county, STORED) == "K02024-02-20 K1-"


def test_mapinfo(load, county, tmp_path):
    path = with_days(tmp_path / "a.mif", "MapInfo File", FORMAT="MIF")
    values = path.with_suffix(".mid")
    first, second = values.read_text().splitlines()
    assert "20240220" in second
    values.write_text("\n".join([first, second.replace("20240220", "20240230"), ""]))
    assert told(load(path, crs="EPSG:4547")) == [(2, "HTRQ", "bad_value")]
    assert one(county, STORED) == "K02024-02-20 K1-"
