"""What is handed out: rows at their version, the survey's own digits, lists, and nobody's name who is private."""

import sqlite3
from pathlib import Path

import pyogrio
import pytest
import shapely

from gisreg.checkout.errors import NotGeoPackage
from gisreg.checkout.hand_out import check_out
from gisreg.filters import FilterError
from gisreg.parcels.editing import Basis
from gisreg.parcels.edits import remove


def side(file: Path, question: str) -> list[tuple]:
    db = sqlite3.connect(file)
    found = db.execute(question).fetchall()
    db.close()
    return found


def test_rows_know_their_version_and_digits_are_kept(file: Path) -> None:
    meta, _fids, shapes, columns = pyogrio.raw.read(file, layer="parcels")
    values = dict(zip(meta["fields"], columns, strict=True))
    assert list(values["parcel_code"]) == [f"149901-000000{n}" for n in range(1, 5)]
    assert list(values["version"]) == [1, 1, 1, 1]
    assert meta["crs"] == "EPSG:4547"
    ring = shapely.get_coordinates(shapely.from_wkb(shapes[2]))
    assert ring[0].tolist() == [410_210.123, 4_010_000.457]
    assert shapes[3] is None
    assert list(values["holder_name"]) == [None] * 4
    assert values["tags"][0] == "园区;老旧"


def test_the_file_says_what_it_is(file: Path) -> None:
    told = dict(side(file, "SELECT name, value FROM gisreg_checkout"))
    assert told["county"] == "149901"
    assert told["checked_out_by"] == "wang"
    assert told["crs"] == "EPSG:4547"
    assert told["rows"] == "4"
    assert len(side(file, "SELECT parcel_code, version, recorded, digest FROM gisreg_checkout_row")) == 4
    assert [name for name, _kind in pyogrio.list_layers(file)] == ["parcels", "layer_styles"]


def test_lists_also_by_the_standards_own_means(file: Path) -> None:
    domains = side(file, "SELECT DISTINCT constraint_name FROM gpkg_data_columns WHERE constraint_name IS NOT NULL")
    assert {"kind", "ownership_status", "land_use_code", "township_code"} <= {name for (name,) in domains}
    listed = "SELECT value, description FROM gpkg_data_column_constraints WHERE constraint_name = 'township_code'"
    assert side(file, listed) == [("149901100", "东乡"), ("149901101", "西镇")]
    assert side(file, "SELECT name FROM gpkg_data_columns WHERE column_name = 'contract_on'") == [("合同签订日期",)]


def test_filter_kind_crs_and_names(county, tmp_path: Path) -> None:
    target = tmp_path / "part.gpkg"
    made = check_out(
        county, target, county="149901", by="wang", filter="name LIKE '%0000003'", kinds=["idle_land"],
        crs="EPSG:4490", include_personal=True,
    )  # fmt: skip
    assert (made.rows, made.crs) == (1, "EPSG:4490")
    meta, _fids, _shapes, columns = pyogrio.raw.read(target, layer="parcels")
    assert dict(zip(meta["fields"], columns, strict=True))["holder_name"][0] == "示例公司"


def test_nothing_is_left_behind_when_it_cannot_be_done(county, tmp_path: Path) -> None:
    with pytest.raises(NotGeoPackage):
        check_out(county, tmp_path / "a.shp.zip", county="149901", by="wang")
    with pytest.raises(FilterError):
        check_out(county, tmp_path / "a.gpkg", county="149901", by="wang", filter="nothing = 1")
    assert list(tmp_path.iterdir()) == []


def test_parcels_out_of_use_are_not_handed_out(county, others, tmp_path: Path) -> None:
    others(remove, Basis("149901-0000001", 1), "重复")
    assert check_out(county, tmp_path / "a.gpkg", county="149901", by="wang").rows == 3
