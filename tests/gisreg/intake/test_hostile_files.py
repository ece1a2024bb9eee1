"""Files as bad as they come: each is told in one line or row by row, quickly, and leaves nothing behind."""

import errno
import json
import os
import shutil
import time
import zipfile
from collections import namedtuple

import geopandas as gpd
import numpy as np
import pytest
import shapely
from boundary_texts import HEAD, square
from drawings import draw, light
from intake_surveys import X, Y, one, squares, survey
from ledger_books import workbook
from shapely.geometry import Point, Polygon

from gisreg.batches import sources
from gisreg.errors import DiskFull
from gisreg.intake import errors as e
from gisreg.intake.ledger.source import open_ledger
from gisreg.intake.opening import open_source

NAN, INF = float("nan"), float("inf")
Usage = namedtuple("Usage", "total used free")


def told(report):
    return [(problem.row, problem.fault) for problem in report.problems]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("gisreg.intake.archive.LEAST_BUDGET", 10**7)
    packing = zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED)
    with packing as archive, archive.open("a.txt", "w", force_zip64=True) as member:
        for _ in range(60):
            member.write(bytes(1024 * 1024))
    with pytest.raises(e.BadArchive, match="62914560 bytes unpacked"), open_source(tmp_path / "bomb.zip"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["bomb.zip"]


@pytest.mark.parametrize("cell", [b"", b'<c r="A%d" s="0"/>', b'<c r="A%d" t="inlineStr"><is><t> </t></is></c>'])
def test_a_workbook_with_hundreds_of_thousands_of_empty_rows(tmp_path, cell):
    """A fifth of what a sheet can hold; time grows with it, memory does not."""
    good = workbook(tmp_path / "good.xlsx", [["编号", "名称"], ["K1", "甲"]])
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            head, end, tail = old.read(name).partition(b"</sheetData>")
            rows = (b'<row r="%d">%s</row>' % (n, cell % n if cell else b"") for n in range(3, 200_003))
            new.writestr(name, head + (b"".join(rows) if end else b"") + end + tail)
    started = time.monotonic()
    assert open_ledger(tmp_path / "a.xlsx").rows == 1
    assert time.monotonic() - started < 10


def test_a_ring_of_300_000_corners_that_crosses_itself(load, tmp_path):
    angle = np.linspace(0, 2 * np.pi, 300_001)
    ring = np.c_[X + 300 * np.cos(angle), Y + 300 * np.sin(angle)]
    ring[-1] = ring[0]
    swapped = np.arange(1000, 300_000, 100_000)
    ring[[swapped, swapped + 50]] = ring[[swapped + 50, swapped]]
    started = time.monotonic()
    report = load(survey(tmp_path / "a.gpkg", [shapely.Polygon(ring), *squares(1, 400.0)]))
    assert (report.repaired, report.loaded) == (1, 1)
    assert time.monotonic() - started < 30


def test_a_text_whose_ring_crosses_itself_names_the_lines_and_loads_the_others(load, tmp_path):
    angle = np.linspace(0, 2 * np.pi, 20_001)
    ring = np.c_[X + 300 * np.cos(angle), Y + 300 * np.sin(angle)]
    ring[-1] = ring[0]
    ring[[1000, 1050]] = ring[[1050, 1000]]
    lines = "".join(f"J{n},1,{y:.4f},{x + 38_000_000:.4f}\n" for n, (x, y) in enumerate(ring, 1))
    text = HEAD + square("A") + f"20001,28.2743,B,长,面,,,,@\n{lines}"
    (tmp_path / "a.txt").write_bytes(text.encode("gb18030"))
    report = load(tmp_path / "a.txt")
    assert (told(report), report.loaded) == ([(19, "text_crosses")], 1)


def test_a_parcel_over_the_date_line_or_beyond_the_pole_in_degrees(load, tmp_path):
    jumping = shapely.Polygon([(179.9, 35.9), (-179.9, 35.9), (-179.9, 36.3), (179.9, 36.3)])
    shapes = [
        shapely.box(113.2, 36.1, 113.201, 36.101),
        jumping,
        shapely.box(179.9, 36, 180.1, 36.1),
        shapely.box(113, 91, 113.1, 91.5),
    ]
    report = load(survey(tmp_path / "a.gpkg", shapes, crs=4326))
    assert told(report) == [(2, "across_date_line"), (3, "out_of_range"), (4, "out_of_range")]
    assert report.problems[0].place == "-179.9 35.9"
    assert report.loaded == 1


def test_a_parcel_over_the_zone_s_edge_or_the_date_line_in_metres(load, tmp_path):
    over_edge, far = shapely.box(634_000, Y, 640_000, Y + 50), shapely.box(X, Y, X + 2e7, Y + 50)
    away = shapely.box(X + 3e8, Y, X + 3.1e8, Y + 50)
    report = load(survey(tmp_path / "a.gpkg", [*squares(1), over_edge, far, away]))
    assert (report.loaded, report.refused) == (1, 3)
    assert {fault for _, fault in told(report)} <= {"outside_county", "out_of_range", "wrong_zone", "no_area"}


def written(path, number):
    """A good square and one with a corner at ``number``, in the format of the path."""
    good = shapely.box(113.2, 36.1, 113.201, 36.101)
    bad = [(113.2, 36.1), (number, 36.1), (113.201, 36.101), (113.2, 36.1)]
    suffix = path.suffix
    if suffix in (".gpkg", ".fgb", ".parquet"):
        with np.errstate(all="ignore"):
            frame = gpd.GeoDataFrame({"BSM": ["a", "b"]}, geometry=[good, shapely.Polygon(bad)], crs=4326)
        frame.to_parquet(path) if suffix == ".parquet" else frame.to_file(path)
        return path
    rings = [[list(spot) for spot in good.exterior.coords], bad]
    if suffix == ".geojson":
        features = [
            {"type": "Feature", "properties": {"BSM": f"{n}"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
            for n, ring in enumerate(rings)
        ]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    elif suffix == ".csv":
        shapes = [", ".join(f"{x} {y}" for x, y in ring) for ring in rings]
        path.write_text("BSM,WKT\n" + "".join(f'{n},"POLYGON(({shape}))"\n' for n, shape in enumerate(shapes)))
    elif suffix == ".kml":
        spots = [" ".join(f"{x},{y}" for x, y in ring) for ring in rings]
        places = [
            f"<Placemark><name>{n}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{one}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
            for n, one in enumerate(spots)
        ]
        path.write_text(f"<kml><Document>{''.join(places)}</Document></kml>")
    else:
        draw(path, *(light("A", ring[:-1]) for ring in rings))
    return path


FORMATS = (".gpkg", ".fgb", ".parquet", ".geojson", ".csv", ".kml", ".dxf")


# JSON knows no Infinity: such a GeoJSON is refused whole, in one line
@pytest.mark.parametrize(
    ("suffix", "number"), [*((one, NAN) for one in FORMATS), *((one, INF) for one in FORMATS if one != ".geojson")]
)
def test_a_coordinate_that_is_no_number_refuses_its_row_alone(load, tmp_path, recwarn, suffix, number):
    path = written(tmp_path / f"a{suffix}", number)
    recwarn.clear()
    report = load(path, crs="EPSG:4490" if suffix in (".csv", ".dxf") else None)
    assert (report.loaded, report.refused) == (1, 1)
    assert {fault for row, fault in told(report)} == {"bad_coordinates"} or suffix in (".dxf", ".geojson")
    assert not [str(one) for one in recwarn if issubclass(one.category, RuntimeWarning)]


def test_a_file_that_the_data_directory_cannot_hold_is_told_before_its_rows_are_read(
    load, county, tmp_path, settings, monkeypatch
):
    path = survey(tmp_path / "a.gpkg", squares(3))
    monkeypatch.setattr(sources.shutil, "disk_usage", lambda _: Usage(10**6, 10**6 - 1000, 1000))
    with pytest.raises(DiskFull):
        load(path)
    monkeypatch.undo()
    assert not list((settings.home / sources.FOLDER).iterdir())
    assert one(county, "SELECT count(*) FROM parcel") == 0
    assert load(path).loaded == 3


def test_a_disk_that_is_full_in_the_middle_of_the_copy_undoes_the_import(load, county, tmp_path, settings, monkeypatch):
    path = survey(tmp_path / "a.gpkg", squares(3))

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(sources.os, "fsync", full)
    with pytest.raises(DiskFull):
        load(path)
    monkeypatch.undo()
    assert not list((settings.home / sources.FOLDER).iterdir())
    assert one(county, "SELECT count(*) FROM parcel") == 0
    assert one(county, "SELECT count(*) FROM pg_tables WHERE schemaname = 'staging'") == 0
    assert load(path).loaded == 3
    assert shutil.disk_usage(settings.home).free


def test_a_ring_in_no_order_is_refused_and_the_others_do_not_wait(load, county, tmp_path):
    """3,000 corners anywhere cross a million times: PostGIS would repair that for most of a minute."""
    spots = np.random.default_rng(1).random((3000, 2)) * 400 + (X + 100, Y)
    bow = Polygon([(X + 10, Y + 100), (X + 50, Y + 140), (X + 50, Y + 100), (X + 10, Y + 140)])
    path = survey(tmp_path / "a.gpkg", [*squares(1), Polygon(spots), bow])
    started = time.monotonic()
    report = load(path)
    took_s = time.monotonic() - started
    assert (report.read, report.loaded, report.repaired, report.refused) == (3, 1, 1, 1)
    (refusal,) = [one for one in report.problems if one.grade == "refused"]
    assert (refusal.row, refusal.id, refusal.fault) == (2, "K1", "too_tangled")
    x, y = map(float, refusal.place.split())
    assert Polygon(spots).envelope.covers(Point(x, y))
    assert "自相交约" in refusal.what.zh
    assert took_s < 20
