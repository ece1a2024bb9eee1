# ruff: noqa: E501 - files stay in one piece

"""Whatever stands in a file, our own readers either give rows or one failure that is explained."""

import shapely
from boundary_texts import HEAD, TWO
from drawings import draw, hatch, light, square, words
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gisreg.errors import GisregError
from gisreg.intake.opening import open_source

FEW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
KML = (
    "<kml><Document><Folder><name>a</name><Placemark><name>b</name><description>c: d</description><Polygon><outerBoundaryIs><LinearRing>"
    "<coordinates>113,36 113.1,36 113.1,36.1 113,36</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Folder></Document></kml>"
)
CSV = "地块编号,圈号,点号,X,Y\n" + "".join(
    f"A,1,J{n},{y},{x}\n" for n, (x, y) in enumerate(square(427900, 3998000, 50), 1)
)


def read(path, data, **wanted):
    """All of a file: rows and notes, or one line of failure."""
    path.write_bytes(data)
    failure, rows = None, []
    try:
        with open_source(path, **wanted) as source:
            for part in source.parts(2):
                rows += [row for batch in source.batches(source.fields, part) for row in batch.to_pylist()]
    except GisregError as error:
        failure = error
    if failure:
        assert "\n" not in failure.line("zh") + failure.line("en")
        return
    assert len(rows) == source.rows > 0
    assert len({row["row_no"] for row in rows}) == len(rows)
    refused = [note.row for note in source.notes if note.refuses]
    assert len(set(refused)) == len(refused)
    unreadable = {
        row["row_no"] for row in rows if row["wkb"] and shapely.from_wkb(row["wkb"], on_invalid="ignore") is None
    }
    assert unreadable <= set(refused) or path.suffix == ".kml"
    for note in source.notes:
        assert "{" not in note.what.zh.replace("{", "", str(data).count("{"))
        assert note.mend.zh
        assert note.mend.en


@st.composite
def spoilt(draw, text, encoding="gb18030"):
    """A good file with some bytes cut out, doubled, moved or overwritten."""
    data = text if isinstance(text, bytes) else text.encode(encoding)
    for _ in range(draw(st.integers(1, 4))):
        start, stop = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        stop = min(stop, start + 200)
        piece = data[start:stop]
        way = draw(st.integers(0, 4))
        new = (
            b"",
            piece * 2,
            draw(st.binary(max_size=8)),
            draw(st.sampled_from([b",", b"\n", b"@", b"1e999", b"-", b"\xa1", b"J1,1,", b"nan"])),
            piece[::-1],
        )[way]
        data = data[:start] + new + data[stop:]
    return data


@FEW
@given(data=spoilt(HEAD + TWO))
def test_boundary_text(tmp_path, data):
    read(tmp_path / "a.txt", data)


@FEW
@given(data=st.binary(max_size=300))
def test_any_bytes_as_text(tmp_path, data):
    read(tmp_path / "a.txt", data, crs_given="EPSG:4526")


@FEW
@given(
    lines=st.lists(
        st.sampled_from(
            [
                *TWO.splitlines(),
                "J1,1,3998150.000,3998150.000",
                "5,,,,面,,,,@",
                "[地块坐标]",
                "J1,3,1,2",
                "x",
                "J9,1,38427900,3998150",
            ]
        ),
        max_size=25,
    )
)
def test_lines_in_any_order(tmp_path, lines):
    read(tmp_path / "a.txt", (HEAD + "\n".join(lines)).encode())


@FEW
@given(data=spoilt(KML, "utf-8"))
def test_kml(tmp_path, data):
    read(tmp_path / "a.kml", data)


@FEW
@given(data=spoilt(CSV), crs=st.sampled_from(["EPSG:4547", "EPSG:4490", "EPSG:27700"]))
def test_csv(tmp_path, data, crs):
    read(tmp_path / "a.csv", data, crs_given=crs)


@FEW
@given(data=spoilt(f'id,WKT\n1,"{shapely.box(1, 1, 2, 2).wkt}"\n2,"{shapely.box(3, 1, 4, 2).wkt}"\n'))
def test_csv_of_wkt(tmp_path, data):
    read(tmp_path / "a.csv", data, crs_given="EPSG:4490")


@settings(FEW, max_examples=80)
@given(seed=st.data())
def test_drawings(tmp_path, seed):
    good = draw(
        tmp_path / "good.dxf", light("A", square(0, 0, 9)), hatch("B", square(20, 0, 9)), words("T", 5, 5, "编号:1")
    ).read_bytes()
    read(tmp_path / "a.dxf", seed.draw(spoilt(good)), crs_given="EPSG:4547")
