# ruff: noqa: E501 - files and wording stay in one piece

"""Boundary-point text: what is written is read back to the digit, and written again the same to the byte."""

import math
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from gisreg.db.engine import Actor, transaction
from gisreg.export import export
from gisreg.export.boundary_text import NeedsZone, number, write_boundary_text
from gisreg.export.encoding import CharacterNotInEncoding
from gisreg.export.fields import fields
from gisreg.geometry import Zone
from gisreg.intake.opening import open_source

from .conftest import rename

ZONE = Zone(38, 3, prefixed=True)
CORNER = (38_420_000.0, 3_990_000.0)
USE = [field for field in fields() if field.name == "sector"]


def written(path: Path, shapes: list[Any], names: list[str], encoding: str = "GBK") -> bytes:
    batch = pa.record_batch(
        {
            "parcel_code": [f"149901-{n:07d}" for n in range(len(shapes))],
            "source_code": [f"K{n}" for n in range(len(shapes))],
            "name": names,
            "sector": ["industry"] * len(shapes),
            "land_use_code": ["0601"] * len(shapes),
            "surveyed": [True] * len(shapes),
            "boundary": [shapely.to_wkb(shape) for shape in shapes],
        }
    )
    write_boundary_text([batch], USE, path, zone=ZONE, encoding=encoding, unit="示例县", day=date(2026, 11, 21))
    return path.read_bytes()


def read(path: Path) -> tuple[Any, list[dict[str, Any]]]:
    with open_source(path) as source:
        rows = [row for batch in source.batches(source.fields, source.parts(1)[0]) for row in batch.to_pylist()]
    return source, rows


coordinates = st.integers(0, 900_000).map(lambda n: n / 1000)
decimals = st.sampled_from([1000, 1000, 10_000, 1_000_000])


@st.composite
def polygons(draw: st.DrawFn, east: float = 0.0) -> Any:
    """A star-shaped ring round a hole, its corners to the millimetre or finer."""
    count = draw(st.integers(3, 12))
    fineness = draw(decimals)
    x, y = CORNER[0] + east + draw(coordinates), CORNER[1] + draw(coordinates)
    far = [draw(st.floats(20, 90)) for _ in range(count)]

    def ring(size: list[float]) -> list[tuple[float, float]]:
        angles = [2 * math.pi * n / len(size) for n in range(len(size))]
        spots = [(x + r * math.cos(a), y + r * math.sin(a)) for r, a in zip(size, angles, strict=True)]
        return [(round(a * fineness) / fineness, round(b * fineness) / fineness) for a, b in spots]

    holes = [ring([draw(st.floats(1, 5)) for _ in range(4)])] if draw(st.booleans()) else []
    shape = shapely.Polygon(ring(far), holes)
    return shape if shape.is_valid else shapely.Polygon(ring(far))


@st.composite
def parcels(draw: st.DrawFn) -> Any:
    """One part or several, far from one another."""
    parts = [draw(polygons(east=2000.0 * n)) for n in range(draw(st.integers(1, 3)))]
    return shapely.MultiPolygon(parts)


names = st.text(
    st.characters(codec="gbk", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"], exclude_characters=",@"), max_size=12
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shapes=st.lists(parcels(), min_size=1, max_size=4), given_names=st.lists(names, min_size=4, max_size=4))
def test_a_round_trip_is_exact_to_the_digit(tmp_path: Path, shapes: list[Any], given_names: list[str]) -> None:
    first = written(tmp_path / "a.txt", shapes, given_names[: len(shapes)])
    source, rows = read(tmp_path / "a.txt")
    assert [note for note in source.notes if note.refuses] == []
    back = [shapely.from_wkb(row["wkb"]) for row in rows]
    for sent, came in zip(shapes, back, strict=True):
        assert shapely.get_coordinates(sent).tolist() == shapely.get_coordinates(came).tolist()
        assert came.area == sent.area
    place = source.fields.index("地块名称") if any(given_names[: len(shapes)]) and "地块名称" in source.fields else None
    if place is not None:
        assert [row[f"f{place}"] or "" for row in rows] == given_names[: len(shapes)]
    again = written(tmp_path / "b.txt", back, given_names[: len(shapes)])
    assert again == first


@pytest.mark.parametrize(
    ("value", "exact", "shown"),
    [
        (3998150.0, True, "3998150.000"), (38427900.123, True, "38427900.123"), (38427900.12345, True, "38427900.12345"),
        (38427900.12345, False, "38427900.123"), (3997900.7654321, True, "3997900.7654321"),
    ],
)  # fmt: skip
def test_numbers(value: float, exact: bool, shown: str) -> None:
    assert number(value, exact=exact) == shown
    assert not exact or float(shown) == value


def lines(path: Path, encoding: str = "gbk") -> list[str]:
    raw = path.read_bytes().decode(encoding)
    assert raw.count("\r\n") == raw.count("\n")
    return raw.split("\r\n")


def test_a_county_as_the_approval_system_takes_it(county: Engine, tmp_path: Path) -> None:
    summary = export(county, tmp_path / "示例.txt", county="149901", crs="auto")
    assert (summary.rows, summary.unmapped, summary.crs, summary.encoding) == (2, 1, "EPSG:4547", "GBK")
    found = lines(summary.file)
    assert found[0] == "[属性描述]"
    assert {"数据产生单位=示例县", "坐标系=2000国家大地坐标系", "几度分带=3", "带号=38", "转换参数=,,,,,,"} <= set(
        found
    )
    start = found.index("[地块坐标]")
    assert found[start + 1 : start + 12] == [
        "10,2.8000,000123,示例一号地,面,,,0601,@",
        "J1,1,3998150.000,427900.000", "J2,1,3998150.000,428100.000", "J3,1,3998000.000,428100.000", "J4,1,3998000.000,427900.000",
        "J1,1,3998150.000,427900.000",
        "J5,2,3998090.000,427950.000", "J6,2,3998090.000,428000.000", "J7,2,3998050.000,428000.000", "J8,2,3998050.000,427950.000",
        "J5,2,3998090.000,427950.000",
    ]  # fmt: skip
    assert "J1,1,3997900.7654321,428200.1234567" in found
    assert found[-1] == ""


def test_the_zone_stands_in_front_unless_another_crs_is_asked_for(county: Engine, tmp_path: Path) -> None:
    summary = export(county, tmp_path / "a.txt", county="149901")
    assert summary.crs == "EPSG:4526"
    assert "J1,1,3998150.000,38427900.000" in lines(summary.file)
    source, rows = read(summary.file)
    assert (source.srid, [note.fault for note in source.notes]) == (4526, [])
    assert shapely.from_wkb(rows[0]["wkb"]).area == 28000


def test_degrees_are_refused(county: Engine, tmp_path: Path) -> None:
    with pytest.raises(NeedsZone, match="4490"):
        export(county, tmp_path / "a.txt", crs="EPSG:4490")


def test_a_character_outside_the_encoding_is_refused_with_parcel_and_field(county: Engine, tmp_path: Path) -> None:
    rename(county, "149901-0000001", "𬭎镇")
    target = tmp_path / "a.txt"
    with pytest.raises(CharacterNotInEncoding, match=r"149901-0000001.*name.*GB18030") as refused:
        export(county, target)
    assert (refused.value.where, refused.value.say_where("en")) == (
        "宗地 149901-0000001,字段 name", "parcel 149901-0000001, field name"
    )  # fmt: skip
    assert not target.exists()
    for encoding in ("GB18030", "UTF-8"):
        export(county, target, encoding=encoding)
        assert any("𬭎镇" in line for line in lines(target, encoding))


def test_commas_and_line_ends_in_a_name_do_not_break_the_line(county: Engine, tmp_path: Path) -> None:
    rename(county, "149901-0000001", "一,二\n三")
    source, rows = read(export(county, tmp_path / "a.txt", crs="auto").file)
    assert rows[0][f"f{source.fields.index('地块名称')}"] == "一\uff0c二 三"


def test_a_boundary_that_is_no_longer_the_survey_is_rounded(county: Engine, tmp_path: Path) -> None:
    with transaction(county, Actor("li")) as connection:
        connection.execute(
            text("UPDATE parcel SET boundary = ST_Translate(boundary, 1e-9, 0) WHERE parcel_code = '149901-0000002'")
        )
    found = lines(export(county, tmp_path / "a.txt", crs="auto").file)
    assert "J1,1,3997900.765,428200.124" in found or "J1,1,3997900.765,428200.123" in found
