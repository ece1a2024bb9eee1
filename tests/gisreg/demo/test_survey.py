"""Survey files as an officer has them."""

import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely
from pyogrio.errors import DataLayerError

from gisreg.demo.rows import County
from gisreg.demo.survey import FIELDS, SurveyFileRefused, write_survey_file
from gisreg.errors import DiskFull
from gisreg.vocab import Kind


def test_a_zip_holds_what_an_officer_sends(tmp_path: Path) -> None:
    file = tmp_path / "闲置土地.zip"
    assert write_survey_file(file, 40, kind=Kind.IDLE_LAND) == 40
    with zipfile.ZipFile(file) as archive:
        assert {Path(name).suffix for name in archive.namelist()} == {".shp", ".shx", ".dbf", ".prj", ".cpg"}
        archive.extractall(tmp_path / "out")
    shape = next((tmp_path / "out").glob("*.shp"))
    assert shape.with_suffix(".cpg").read_text() == "GBK"
    found = pyogrio.read_dataframe(shape)
    assert found.crs.to_epsg() == 4526
    assert list(found.columns) == [*(name for name, _, _ in FIELDS), "geometry"]
    assert found["BSM"].dropna().str.startswith("XZ-").all()
    assert found["XZQDM"].dropna().str.fullmatch(r"149901\d{3}").all()


def test_rows_are_those_of_the_county(tmp_path: Path) -> None:
    write_survey_file(tmp_path / "all.shp", 60)
    found = pyogrio.read_dataframe(tmp_path / "all.shp")
    rows = next(County(60, 7).tables()).to_pylist()
    assert [value if isinstance(value, str) else None for value in found["PZWH"]] == [
        row["approval_no"] for row in rows
    ]
    for got, row in zip(found.itertuples(), rows, strict=True):
        if row["survey_boundary"] is None:
            assert got.geometry is None
        else:
            assert got.geometry.equals(shapely.from_wkb(row["survey_boundary"]))


def test_skipping_leaves_out_what_the_county_holds(tmp_path: Path) -> None:
    write_survey_file(tmp_path / "more.shp", 50, kind=Kind.IDLE_FACTORY, skip=2_000)
    found = pyogrio.read_dataframe(tmp_path / "more.shp")
    assert found["BSM"].dropna().str[-7:].astype(int).min() > 2_000
    county = pa.concat_tables(County(2_000, 7).tables())
    there = shapely.from_wkb(np.array(county["survey_boundary"].to_pylist(), dtype=object))
    assert not shapely.STRtree(there).query(found.geometry.to_numpy(), predicate="intersects").size


def test_the_zone_may_go_without_its_number(tmp_path: Path) -> None:
    write_survey_file(tmp_path / "a.shp", 5, epsg=4526)
    write_survey_file(tmp_path / "b.shp", 5, epsg=4547)
    with_zone, without = (pyogrio.read_dataframe(tmp_path / name) for name in ("a.shp", "b.shp"))
    assert without.crs.to_epsg() == 4547
    shift = with_zone.geometry.bounds - without.geometry.bounds
    assert shift["minx"].to_numpy() == pytest.approx(38_000_000)
    assert shift["miny"].to_numpy() == pytest.approx(0)


def test_flaws_come_when_asked_for(tmp_path: Path) -> None:
    write_survey_file(tmp_path / "clean.shp", 400)
    write_survey_file(tmp_path / "flawed.shp", 400, flawed=True)
    clean, flawed = (pyogrio.read_dataframe(tmp_path / name) for name in ("clean.shp", "flawed.shp"))
    assert clean.geometry.dropna().is_valid.all()
    assert (~flawed.geometry.dropna().is_valid).sum() >= 1
    assert flawed.geometry.isna().sum() > clean.geometry.isna().sum()
    assert flawed["BSM"].dropna().duplicated().sum() > clean["BSM"].dropna().duplicated().sum()


def test_text_widths_fit_the_fields(tmp_path: Path) -> None:
    write_survey_file(tmp_path / "a.shp", 30)
    header = (tmp_path / "a.dbf").read_bytes()
    widths = {
        header[at : at + 11].split(b"\0")[0].decode(): header[at + 16] for at in range(32, 32 + 32 * len(FIELDS), 32)
    }
    for name, _, width in FIELDS:
        assert not width or widths[name] == width


@pytest.mark.parametrize("name", ["a.txt", "missing/a.zip", "a"])
def test_a_name_that_cannot_be_written_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SurveyFileRefused) as refusal:
        write_survey_file(tmp_path / name, 5)
    assert name in refusal.value.line("zh")
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_more: object) -> None:
        raise DataLayerError("Error while writing batch to OGR layer: … No space left on device")

    monkeypatch.setattr("pyogrio.write_arrow", full)
    with pytest.raises(DiskFull):
        write_survey_file(tmp_path / "a.zip", 5)
    assert list(tmp_path.iterdir()) == []
