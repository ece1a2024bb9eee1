# ruff: noqa: E501 - files and wording stay in one piece

import re
import time

import numpy as np
import pytest
import shapely
from boundary_texts import HEAD, TWO, square, write
from pyproj import Transformer

from gisreg.intake import errors as e
from gisreg.intake.opening import open_source


def read(path, text=None, encoding="gb18030", **wanted):
    """The source, its rows and its notes."""
    if text is not None:
        write(path, text, encoding)
    with open_source(path, **wanted) as source:
        (part,) = source.parts(1)
        rows = [row for batch in source.batches(source.fields, part) for row in batch.to_pylist()]
    return source, rows, source.notes


def opened(path, **wanted):
    with open_source(path, **wanted) as source:
        return source


def shapes(rows):
    return [shapely.from_wkb(row["wkb"], on_invalid="ignore") for row in rows]


def areas(rows):
    return [round(shape.area, 3) if shape else None for shape in shapes(rows)]


def faults(notes):
    return [(note.row, note.fault) for note in notes]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "勘测定界.txt"


def test_the_plain_format(path):
    source, rows, notes = read(path, HEAD + TWO)
    assert (source.srid, source.crs_from, source.encoding, source.encoding_from) == (
        4526,
        "file",
        "GB18030",
        "detected",
    )
    assert areas(rows) == [28000, 6600]
    assert [row["row_no"] for row in rows] == [13, 24]
    named = [{name: row[f"f{i}"] for i, name in enumerate(source.fields)} for row in rows]
    assert named[0] == {
        "地块编号": "DS-001", "地块名称": "示例闲置地块一", "地块面积(平方米)": "28000", "地块用途": "工业用地", "地类编码": "0601",
        "数据产生单位": "示例县自然资源局", "数据产生日期": "2026-11-21",
    }  # fmt: skip
    assert notes == ()
    assert shapes(rows)[0].bounds == (38427900, 3998000, 38428100, 3998150)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("gb18030", "GB18030"), ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16")],
)
def test_encodings(path, encoding, name):
    source, rows, _ = read(path, HEAD + TWO, encoding)
    assert (source.encoding, rows[0]["f1"]) == (name, "示例闲置地块一")


def test_an_encoding_that_is_neither_is_asked_for(path):
    path.write_bytes((HEAD + TWO).encode("gb18030").replace("示例闲置地块二".encode("gb18030"), b"\xff\xff"))
    with pytest.raises(e.EncodingUndetected, match="row 24"):
        read(path)
    write(path, HEAD + TWO)
    with pytest.raises(e.EncodingContradicted, match="GB18030"):
        opened(path, encoding="UTF-8")


@pytest.mark.parametrize("newline", ["\n", "\r"])
def test_line_ends(path, newline):
    write(path, HEAD + TWO, newline=newline)
    assert areas(read(path)[1]) == [28000, 6600]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("[", "【").replace("]", "】"),
        lambda text: text.replace(",", ", "),
        lambda text: re.sub(r"^J", "", text, flags=re.MULTILINE),
        lambda text: "[文件说明]\n本文件由示例软件生成\n" + text,
        lambda text: text.replace("几度分带=3", "分带=3度带"),
        lambda text: text.replace("精度=0.001", "精度=3"),
        lambda text: text.replace("[地块坐标]", "[地块坐标]\n界址点数,地块面积,地块编号,地块名称,记录图形属性,图幅号,地块用途,地类编码,@"),
        lambda text: text.replace("\n", "\n\n").replace("J5,2", " J5 ,2"),
        lambda text: text.replace(",@", ""),
        lambda text: text.replace("=", " = "),
        lambda text: re.sub(r"^J[5-8]", "J1", text, flags=re.MULTILINE),
        lambda text: text + "\x1a",
    ],
    ids=["brackets", "blanks", "no J", "section before", "zone words", "digits", "names", "empty lines", "no @", "= ", "labels", "ctrl z"],
)  # fmt: skip
def test_ways_of_writing_the_same(path, change):
    source, rows, notes = read(path, change(HEAD + TWO))
    assert (areas(rows), source.srid, faults(notes)) == ([28000, 6600], 4526, [])


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("10,2.8000,DS-001,示例,面,,工业用地,@", {"地块用途": "工业用地"}),
        ("10,2.8000,DS-001,示例,面,图1,工业用地,0601,备注一,@", {"图幅号": "图1", "TBLX": "备注一"}),
        ("10,2.8,DS-001,示例,面,,用途,0601,A,B,C,D,@", {"TBLX": "A", "DL": "B", "GZQ": "C", "GZH": "D"}),
        ("10,2.8,DS-001,示例,面,,用途,0601,A,B,C,D,E,@", {"GZH": "D", "BZ": "E"}),
        ("2.8公顷,DS-001,示例,面,,,,@", {}),
        ("10,2.8,DS-001,示例,面,,用途,地上,@", {"地类编码": "地上"}),
    ],
)
def test_fields_of_a_parcel(path, line, wanted):
    text = HEAD + TWO.replace("10,2.8000,DS-001,示例闲置地块一,面,,工业用地,0601,@", line)
    source, rows, _ = read(path, text)
    named = {name: rows[0][f"f{i}"] for i, name in enumerate(source.fields)}
    assert named["地块编号"] == "DS-001"
    assert named["地块面积(平方米)"] == "28000"
    assert wanted.items() <= named.items()


@pytest.mark.parametrize(
    ("stated", "m2", "said"),
    [
        ("2.8000", "28000", []), ("2.8公顷", "28000", []), ("28000㎡", "28000", []), ("28 000.00平方米", "28000", []),
        ("42亩", "28000", []), ("28000", "28000", ["text_area_unit"]), ("42.00", "28000", ["text_area_unit"]),
        ("5.6", "56000", ["text_area_differs"]), ("约两公顷", None, ["text_area_unreadable"]), ("2.7964", "27964", []), ("", None, []),
    ],
)  # fmt: skip
def test_the_stated_area(path, stated, m2, said):
    source, rows, notes = read(path, HEAD + TWO.replace("2.8000", stated))
    found = rows[0][f"f{source.fields.index('地块面积(平方米)')}"]
    assert found == m2
    assert [note.fault for note in notes] == said


@pytest.mark.parametrize("prefix", ["38", ""])
def test_exchanged_columns_are_put_right_and_told(path, prefix):
    text = HEAD + TWO.replace(",384", f",{prefix}4")
    swapped = re.sub(r"^(J\d,\d),([\d.]+),([\d.]+)$", r"\1,\3,\2", text, flags=re.MULTILINE)
    source, rows, notes = read(path, swapped)
    straight = read(path, text)[1]
    assert source.srid == (4526 if prefix else 4547)
    assert [row["wkb"] for row in rows] == [row["wkb"] for row in straight]
    assert faults(notes) == [(0, "text_swapped_file"), (13, "text_swapped"), (24, "text_swapped")]


def test_one_parcel_with_exchanged_columns(path):
    lines = square("B", 3997700).splitlines()
    swapped = [lines[0], *(re.sub(r"^(\w+,\d),([\d.]+),([\d.]+)$", r"\1,\3,\2", line) for line in lines[1:])]
    _, rows, notes = read(path, HEAD + TWO + "\n".join(swapped))
    assert areas(rows) == [28000, 6600, 2500]
    assert faults(notes) == [(30, "text_swapped")]


def test_no_prefix_takes_the_zone_from_the_head(path):
    text = HEAD + TWO.replace(",384", ",4")
    assert read(path, text)[0].srid == 4547
    assert read(path, text.replace("带号=38", "带号=114"))[0].srid == 4547
    assert read(path, text.replace("带号=38\n", "中央子午线=114\n"))[0].srid == 4547
    assert read(path, text.replace("带号=38", "带号=19").replace("几度分带=3", "几度分带=6"))[0].srid == 4508
    with pytest.raises(e.CrsMissing, match="zone"):
        read(path, text.replace("带号=38\n", ""))
    assert read(path, text.replace("带号=38\n", ""), crs_given="EPSG:4547")[0].crs_from == "given"


def test_the_coordinates_know_their_zone_better_than_the_head(path):
    source, _, notes = read(path, (HEAD + TWO).replace("带号=38", "带号=37"))
    assert source.srid == 4526
    assert faults(notes) == [(0, "text_zone_differs")]


def test_a_zone_given_must_fit(path):
    with pytest.raises(e.ZoneContradicted, match="38"):
        read(path, HEAD + TWO, crs_given="EPSG:4547")
    assert read(path, HEAD + TWO, crs_given="EPSG:4526")[0].srid == 4526


@pytest.mark.parametrize("system", ["1980西安坐标系", "80国家大地坐标系", "北京54坐标系", "西安80"])
def test_old_systems_are_refused(path, system):
    text = (HEAD + TWO).replace("2000国家大地坐标系", system)
    with pytest.raises(e.CrsNeedsParameters):
        read(path, text)
    assert faults(read(path, text, crs_given="EPSG:4526")[2]) == [(0, "text_system_overruled")]


def test_a_system_that_is_not_said_or_not_known(path):
    with pytest.raises(e.CrsMissing):
        read(path, (HEAD + TWO).replace("坐标系=2000国家大地坐标系\n", ""))
    with pytest.raises(e.CrsUnknown):
        read(path, (HEAD + TWO).replace("2000国家大地坐标系", "示例县独立坐标系"))


@pytest.mark.parametrize("north_first", [True, False])
def test_degrees(path, north_first):
    corners = [(36.11, 113.2), (36.11, 113.202), (36.108, 113.202), (36.108, 113.2), (36.11, 113.2)]
    lines = "\n".join(
        f"J{n},1,{a},{b}" for n, (x, y) in enumerate(corners, 1) for a, b in [(x, y) if north_first else (y, x)]
    )
    source, rows, notes = read(path, HEAD + "5,3.9955,A,示例,面,,,,@\n" + lines)
    assert source.srid == 4490
    assert shapes(rows)[0].bounds == (113.2, 36.108, 113.202, 36.11)
    assert faults(notes) == ([] if north_first else [(0, "text_swapped_file"), (13, "text_swapped")])


def test_bare_points(path):
    points = "\n".join(line for line in TWO.splitlines()[12:])
    with pytest.raises(e.CrsMissing):
        read(path, points)
    assert areas(read(path, points, crs_given="EPSG:4526")[1]) == [6600]
    pairs = "\n".join(line.split(",", 2)[2] for line in points.splitlines())
    assert areas(read(path, pairs, crs_given="EPSG:4526")[1]) == [6600]


def test_rings_are_told_apart_by_containment(path):
    second = "\n".join(
        f"J{n},2,{x},{y}"
        for n, (x, y) in enumerate([(3997000, 38427000), (3997000, 38427010), (3996990, 38427010), (3997000, 38427000)])
    )
    _, rows, notes = read(path, HEAD + TWO.replace("5,0.6600", second + "\n5,0.6600").replace("10,2.8", "14,2.8"))
    (first, _) = shapes(rows)
    assert first.geom_type == "MultiPolygon"
    assert sorted(round(part.area) for part in first.geoms) == [50, 28000]
    assert faults(notes) == []


def test_a_closed_ring_ends_though_its_number_goes_on(path):
    _, rows, _ = read(path, HEAD + TWO.replace(",2,39", ",1,39"))
    assert areas(rows) == [28000, 6600]


def test_a_ring_inside_a_hole_is_land_again(path):
    island = "\n".join(
        f"J1,3,{x},{y}" for x, y in [(3998080, 38427960), (3998060, 38427960), (3998060, 38427980), (3998080, 38427960)]
    )
    _, rows, _ = read(path, HEAD + TWO.replace("5,0.6600", island + "\n5,0.6600").replace("10,2.8000", "14,2.82"))
    assert areas(rows)[0] == 28000 + 200


@pytest.mark.parametrize("count", [4, 5])
def test_open_rings_are_closed_and_told(path, count):
    lines = square("B", 3997000).replace("5,", f"{count},", 1).splitlines()[:-1]
    _, rows, notes = read(path, HEAD + "\n".join(lines) + "\n" + square("A"))
    assert areas(rows) == [2500, 2500]
    assert faults(notes) == [(13, "text_not_closed")]


@pytest.mark.parametrize("end", ["3997900.000,3997900.000", "38428200.000,38428200.000", "3997900.001,38428200.002"])
def test_a_spoilt_closing_point(path, end):
    text = HEAD + square("A") + square("B", 3997000)
    spoilt = text.replace("J1,1,3997900.000,38428200.000\n5,", f"J1,1,{end}\n5,")
    _, rows, notes = read(path, spoilt)
    assert areas(rows) == [2500, 2500]
    assert faults(notes) == [(13, "text_closing_point")]
    assert "18" in notes[0].what.zh


def test_a_spoilt_point_after_the_closing_one(path):
    text = HEAD + TWO.replace(
        "J5,2,3998090.000,38427950.000\n5,", "J5,2,3998090.000,38427950.000\nJ5,2,3998090.000,3998090.000\n5,"
    )
    assert areas(read(path, text)[1]) == [28000, 6600]


@pytest.mark.parametrize(
    ("count", "said"), [("10", []), ("8", []), ("9", []), ("7", ["text_count"]), ("50", ["text_count"]), ("x", [])]
)
def test_counts_are_a_hint_not_a_law(path, count, said):
    _, rows, notes = read(path, HEAD + TWO.replace("10,2.8", f"{count},2.8"))
    assert (areas(rows), [note.fault for note in notes]) == ([28000, 6600], said)


@pytest.mark.parametrize(
    ("lines", "fault", "line"),
    [
        ("8,1,X,名,面,,,,@\nJ1,1,3997900,38428200\nJ2,1,3997900,38428300\nJ3,1,3997800,38428300", "text_cut", "33"),
        ("5,1,X,名,面,,,,@\nJ1,1,3997900,38428200\nJ2,1,3997900,38428300\nJ3,1,3997800,3842", "text_cut", "33"),
        ("4,1,X,名,面,,,,@\nJ1,1,3997900,38428200\nJ2,1,3997900,38428300\nJ3,1,3997800,38428300\nJ4,1,", "text_cut", "33"),
        ("2,1,X,名,面,,,,@\nJ1,1,3997900,38428200\nJ2,1,3997900,38428300", "text_few_points", "31"),
        ("5,1,X,名,面,,,,@", "text_no_points", "30"),
        ("5,1,X,名,点,,,,@\nJ1,1,3997900,38428200", "text_not_polygon", "30"),
        (square("X").replace("J2,1,3997900", "J2,1,abc"), "text_bad_line", "32"),
        (square("X").replace("J2,1,3997900", "J2,1,39979"), "text_point", "32"),
        (square("X", east=428200), "text_other_zone", "30"),
        (square("X").replace("J1,1,3997900.000,38428200.000\n", "J1,1,3997900.000,38428200.000\n", 1)[:-1].rsplit("\n", 1)[0]
         + "\nJ1,1,3997880.000,38428180.000", "text_closing_point_far", "35"),
        ("5,1,X,名,面,,,,@\nJ1,1,3997900,38428200\nJ2,1,3997800,38428300\nJ3,1,3997900,38428300\nJ4,1,3997800,38428200\n"
         "J1,1,3997900,38428200", "text_crosses", "31"),
    ],
)  # fmt: skip
def test_a_bad_parcel_is_named_and_the_others_live_on(path, lines, fault, line):
    _, rows, notes = read(path, HEAD + TWO + lines)
    assert areas(rows) == [28000, 6600, None]
    refusals = [note for note in notes if note.refuses]
    assert [(note.row, note.id, note.fault) for note in refusals] == [(30, "X", fault)]
    assert line in re.findall(r"\d+", refusals[0].what.zh)
    assert "{" not in refusals[0].what.zh + refusals[0].what.en + refusals[0].mend.zh


def test_a_parcel_of_the_next_zone_is_moved_into_the_file_s_and_told(path):
    to_next = Transformer.from_crs(4526, 4527, always_xy=True)
    beside = shapely.box(38634000, 3997000, 38634100, 3997050)  # just west of 115.5°E
    corners = [to_next.transform(*spot) for spot in beside.exterior.coords]
    lines = "".join(f"J{n},1,{north:.4f},{east:.4f}\n" for n, (east, north) in enumerate(corners, 1))
    _, rows, notes = read(path, HEAD + TWO + f"5,0.5000,X,名,面,,,,@\n{lines}")
    assert faults(notes) == [(30, "text_zone_moved")]
    assert "39" in notes[0].what.zh
    assert "38" in notes[0].what.zh
    assert shapely.hausdorff_distance(shapes(rows)[2], beside) < 0.001
    assert areas(rows)[:2] == [28000, 6600]


def test_a_stated_area_is_that_of_the_parcel_s_own_zone(path):
    """Far from its meridian a square of one zone is larger in the next one by half a per mille and more."""
    _, rows, notes = read(path, HEAD + TWO + square("X", east=39300000, side=500))
    assert faults(notes) == [(30, "text_zone_moved")]
    assert areas(rows)[2] != pytest.approx(250_000, rel=0.0001)


def test_a_file_that_breaks_off_in_its_first_half_says_so(path):
    whole = HEAD + square("A") + square("B", 3997000)
    for keep in range(len(HEAD + square("A")) + 40, len(whole) - 30, 7):
        _, rows, notes = read(path, whole[:keep])
        assert areas(rows) == [2500, None], whole[keep - 20 : keep]
        assert notes[-1].refuses


def test_a_very_long_boundary(path):
    angle = np.linspace(0, 2 * np.pi, 300_001)
    x, y = 3997000 + 300 * np.cos(angle), 38428000 + 300 * np.sin(angle)
    lines = "\n".join(f"J{n},1,{a:.4f},{b:.4f}" for n, (a, b) in enumerate(zip(x, y, strict=True), 1))
    _, rows, notes = read(path, HEAD + f"300001,28.2743,A,长,面,,,,@\n{lines}\n")
    assert areas(rows)[0] == pytest.approx(np.pi * 300**2, rel=1e-6)
    assert [note for note in notes if note.refuses] == []


@pytest.mark.parametrize(
    "text", ["没有坐标的说明文字\n第二行\n", "a,b,c\n1,2,3\n4,5,6\n", "@\n", "[属性描述]\n坐标系=2000国家大地坐标系\n"]
)
def test_text_that_is_no_boundary(path, text):
    with pytest.raises((e.NotGeodata, e.CrsMissing)):
        read(path, text)


def test_parameters_and_stray_lines_are_told(path):
    text = "一行说明\n" + HEAD.replace("转换参数=,,,,,,", "转换参数=1.5,2,3,0,0,0,1") + TWO
    assert [note.fault for note in read(path, text)[2]] == ["text_parameters", "text_stray_line"]


def test_it_is_one_layer(path):
    assert read(path, HEAD + TWO, layer="勘测定界")[0].layer == "勘测定界"
    with pytest.raises(e.LayerMissing):
        read(path, HEAD + TWO, layer="别的")


def test_a_great_many_rings(path):
    lines = []
    for n in range(2000):
        x, y = 3990000 + (n % 50) * 20, 38420000 + (n // 50) * 20
        corners = [(x, y), (x, y + 9), (x + 9, y + 9), (x + 9, y), (x, y)]
        lines += [f"J{k},{n + 2},{a},{b}" for k, (a, b) in enumerate(corners)]
    outer = [(3989990, 38419990), (3989990, 38421000), (3991100, 38421000), (3991100, 38419990), (3989990, 38419990)]
    lines += [f"J{k},1,{a},{b}" for k, (a, b) in enumerate(outer)]
    _, rows, notes = read(path, HEAD + "10005,95.91,A,示例,面,,,,@\n" + "\n".join(lines))
    assert areas(rows) == [1110 * 1010 - 2000 * 81]
    assert [note.fault for note in notes] == []


def test_degrees_minutes_and_seconds(path):
    corners = [
        "36°06′36.0″,113°12′00.0″",
        "36°06'36.0\"，113°12'07.2\"".replace("，", ","),
        "36度6分28.8秒,113度12分7.2秒",
        "36°06′36.0″,113°12′00.0″",
    ]
    text = HEAD + "4,1.9982,A,示例,面,,,,@\n" + "\n".join(f"J{n},1,{pair}" for n, pair in enumerate(corners, 1))
    source, rows, notes = read(path, text)
    assert source.srid == 4490
    assert shapes(rows)[0].bounds == pytest.approx((113.2, 36.108, 113.202, 36.11))
    assert faults(notes) == []
    wrong = read(path, text.replace("1.9982", "3"))[2]
    assert "19981.5" in wrong[0].what.zh


def test_blanks_between_the_numbers(path):
    text = HEAD + "\n".join(line if "@" in line else line.replace(",", "   ") for line in TWO.splitlines())
    assert areas(read(path, text)[1]) == [28000, 6600]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_numbered_as_an_editor_does_whatever_ends_them(path, end):
    text = ("\n\n\n" + HEAD + "\n\n" + TWO.replace("J2,1,3997900", "\n\nJ2,1,x")).replace("\n", end)
    path.write_bytes(text.encode("gb18030"))
    _, rows, notes = read(path)
    lines = text.split(end)
    assert [row["row_no"] for row in rows] == [n for n, line in enumerate(lines, 1) if line.endswith("@")]
    assert str(next(n for n, line in enumerate(lines, 1) if ",x" in line)) in notes[-1].what.zh


def test_millions_of_empty_lines_cost_nothing(path):
    path.write_bytes((HEAD + TWO).encode("gb18030") + b"\r\n" * 10_000_000)
    started = time.monotonic()
    _, rows, _ = read(path)
    assert areas(rows) == [28000, 6600]
    assert time.monotonic() - started < 5
