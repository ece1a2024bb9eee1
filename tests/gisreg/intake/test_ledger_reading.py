# ruff: noqa: E501 - rows stay in one piece

"""What stands in a sheet: header, units, totals, merged cells, odd cells, dates."""

import zipfile
from datetime import date, datetime

import openpyxl
import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_books import old_workbook, workbook

from gisreg.errors import GisregError
from gisreg.intake import errors as e
from gisreg.intake.ledger import faults as f
from gisreg.intake.ledger.header import find_header
from gisreg.intake.ledger.serials import as_date, as_number, day_of_serial, is_date_format
from gisreg.intake.ledger.sheet import Merge, Sheet, SheetRow, letters
from gisreg.intake.ledger.source import is_ledger, open_ledger
from gisreg.intake.ledger.words import UNITS, split_unit, units_of_line

TWO_LINES = [
    ["示例县闲置土地台账"],
    ["填报单位:示例县自然资源局", None, None, None, "单位:亩、万元"],
    ["序号", "宗地", None, "面积", None, "价款(万元)", "备注"],
    [None, "编号", "名称", "批准面积", "已供面积(公顷)", None, None],
    [1, "K1", "甲", 42, 1.5, 100, None],
    [2, "K2", "乙", 10, 0.5, 3, "x"],
]
MERGES = ["A1:G1", "A3:A4", "B3:C3", "D3:E3", "F3:F4", "G3:G4"]
NAMES = ("序号", "宗地/编号", "宗地/名称", "面积/批准面积", "面积/已供面积(公顷)", "价款(万元)", "备注")


def faults(source):
    return [(note.row, note.fault) for note in source.notes]


def values(source):
    return [[row[f"f{at}"] for at in range(len(source.fields))] for row in source.table.to_pylist()]


@pytest.mark.parametrize("form", ["xlsx", "xls", "csv", "csv without merges, tabs"])
def test_two_lines_of_header_in_every_format(tmp_path, form):
    if form == "xlsx":
        path = workbook(tmp_path / "a.xlsx", TWO_LINES, MERGES)
    elif form == "xls":
        path = old_workbook(
            tmp_path / "a.xls",
            TWO_LINES,
            [(0, 0, 0, 6), (2, 3, 0, 0), (2, 2, 1, 2), (2, 2, 3, 4), (2, 3, 5, 5), (2, 3, 6, 6)],
        )
    else:
        path, mark = tmp_path / "a.csv", "\t" if "tabs" in form else ","
        path.write_text(
            "\n".join(mark.join("" if cell is None else str(cell) for cell in row) for row in TWO_LINES),
            encoding="utf-8-sig",
        )
    assert is_ledger(path)
    source = open_ledger(path)
    assert source.fields == NAMES
    assert values(source) == [["1", "K1", "甲", "42", "1.5", "100", None], ["2", "K2", "乙", "10", "0.5", "3", "x"]]
    assert source.hints["面积/已供面积(公顷)"].unit == "ha"
    assert source.hints["面积/批准面积"].file_units == ("mu", "wan")
    assert [row["row_no"] for row in source.table.to_pylist()] == [5, 6]


def test_header_lines_of_different_widths_numbered_columns_and_units_below(tmp_path):
    rows = [
        ["编号", "土地", None, None, "备注"],
        [None, "面积", "用途", "权利人"],
        ["1", "2", "3", "4", "5"],
        [None, "亩"],
        ["K1", 42, "工业", "某公司", "x", "无名列的值"],
    ]
    source = open_ledger(workbook(tmp_path / "a.xlsx", rows, ["A1:A2", "B1:D1", "E1:E2"]))
    assert source.fields == ("编号", "土地/面积", "土地/用途", "土地/权利人", "备注")
    assert source.hints["土地/面积"].unit == "mu"
    assert values(source) == [["K1", "42", "工业", "某公司", "x"]]


def test_a_row_of_words_below_a_single_header_is_data(tmp_path):
    source = open_ledger(
        workbook(tmp_path / "a.xlsx", [["编号", "名称", "备注"], ["甲一", "乙", "丙"], ["甲二", "乙", None]])
    )
    assert (source.fields, source.rows) == (("编号", "名称", "备注"), 2)


def test_totals_sections_headers_again_and_footers_are_no_rows(tmp_path):
    rows = [
        ["编号", "名称", "面积(亩)", "价款(万元)"], ["一、示例东镇"], ["K1", "甲", 10, 1], ["K2", "乙", 20, 2], ["小  计", None, 30, 3],
        ["编号", "名称", "面积(亩)", "价款(万元)"], ["二、示例西镇"], ["K3", "丙", 5.5, 1], ["小计", None, 5.5, 9], ["合计", None, 35.5, 4], ["填表人\uff1a某某   审核\uff1a某某"],
    ]  # fmt: skip
    source = open_ledger(workbook(tmp_path / "a.xlsx", rows))
    assert [row[0] for row in values(source)] == ["K1", "K2", "K3"]
    assert sorted(faults(source)) == [(0, "ledger_rows_skipped")] * 3 + [(0, "ledger_total_differs")]
    (total,) = [note for note in source.notes if note.fault == "ledger_total_differs"]
    assert (total.place, total.field, total.what.zh) == ("9", "价款(万元)", "“小计”所列价款(万元)为 9,各行之和为 1")


def test_a_total_above_its_rows_is_compared_too(tmp_path):
    rows = [["编号", "面积(亩)"], ["合计", 30], ["示例东镇小计", 10], ["K1", 10], ["示例西镇小计", 21], ["K2", 20]]
    notes = open_ledger(workbook(tmp_path / "a.xlsx", rows)).notes
    assert [(note.place, note.what.zh) for note in notes] == [("5", "“示例西镇小计”所列面积(亩)为 21,各行之和为 10")]


def test_hidden_rows_are_read_with_a_note(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["编号", "名称"], ["K1", "甲"], ["K2", "乙"]])
    book = openpyxl.load_workbook(path)
    book.active.row_dimensions[3].hidden = True
    book.save(path)
    source = open_ledger(path)
    assert (source.rows, [note.what.zh for note in source.notes]) == (2, ["1 行被隐藏(3),已照常读取"])


def test_merged_text_stands_for_all_its_rows_and_a_merged_number_for_the_first(tmp_path):
    rows = [["乡镇", "编号", "面积(亩)"], ["示例东镇", "K1", 30], [None, "K2", None], ["示例西镇", "K3", 4]]
    source = open_ledger(workbook(tmp_path / "a.xlsx", rows, ["A2:A3", "C2:C3"]))
    assert values(source) == [["示例东镇", "K1", "30"], ["示例东镇", "K2", None], ["示例西镇", "K3", "4"]]
    assert faults(source) == [(2, "ledger_merged"), (3, "ledger_merged")]


def test_odd_cells(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        [
            ["编号", "面积(亩)", "日期", "有"],
            ["K1", "=1+1", datetime(2024, 6, 30, 12, 30), True],
            ["K2", "#REF!", 45473, None],
            ["K3", "1,234.50", "45473.5", None],
        ],
    )
    book = openpyxl.load_workbook(path)
    book.active["B3"].data_type = "e"
    book.save(path)
    source = open_ledger(path)
    assert faults(source) == [(2, "ledger_formula"), (3, "ledger_error_cell")]
    assert values(source) == [
        ["K1", None, "2024-06-30 12:30:00", "true"],
        ["K2", None, "45473", None],
        ["K3", "1,234.50", "45473.5", None],
    ]


def test_sheets(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["编号", "名称"], ["K1", "甲"]], sheet="一季度")
    book = openpyxl.load_workbook(path)
    book.create_sheet("空表")
    page = book.create_sheet("二季度")
    page.append(["编号", "名称"])
    page.append(["K2", "乙"])
    hidden = book.create_sheet("隐藏")
    hidden.append(["编号", "名称"])
    hidden.append(["K3", "丙"])
    hidden.sheet_state = "hidden"
    book.create_sheet("说明").append(["填写说明"])
    book.save(path)
    with pytest.raises(e.SeveralLayers, match="一季度、二季度"):
        open_ledger(path)
    assert values(open_ledger(path, layer="二季度")) == [["K2", "乙"]]
    assert values(open_ledger(path, layer="隐藏")) == [["K3", "丙"]]
    with pytest.raises(e.LayerMissing):
        open_ledger(path, layer="三季度")
    book.remove(book["二季度"])
    book.save(path)
    assert [note.what.zh for note in open_ledger(path).notes] == ["另有工作表未读:说明"]


# -- bad files


def repacked(path, change):
    """A workbook with its parts changed: name and bytes in, bytes or None out."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            if (changed := change(name, content)) is not None:
                new.writestr(name, changed)
    return path


def test_macros_are_refused_by_name_and_by_content(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["编号", "名称"], ["K1", "甲"]])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    with pytest.raises(f.LedgerHasMacros):
        open_ledger(path)
    assert is_ledger(path.rename(tmp_path / "a.xlsm"))
    with pytest.raises(e.NeedsConversion, match="macros"):
        open_ledger(tmp_path / "a.xlsm")


def test_a_million_blank_rows_are_passed_over(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["编号", "名称"], ["K1", "甲"]])
    blank = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, 1_000_003))
    repacked(
        path, lambda name, part: part.replace(b"</sheetData>", blank + b"</sheetData>") if "sheet1" in name else part
    )
    assert open_ledger(path).rows == 1


def test_a_bomb_in_a_workbook(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["编号", "名称"], ["K1", "甲"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b"<sst><si><t>" + b" " * 300 * 1024**2)
    with pytest.raises(f.LedgerTooLarge, match="sharedStrings"):
        open_ledger(path)


RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def test_shared_strings_prefixes_and_the_other_calendar(tmp_path):
    """As some programs write it: a prefix on every name, texts in a part of their own, days since 1904."""
    parts = {
        "_rels/.rels": f'<Relationships><Relationship Id="r1" Type="{RELATED}/officeDocument" Target="/book/main.xml"/></Relationships>',
        "book/main.xml": f'<x:workbook xmlns:x="m" xmlns:r="{RELATED}"><x:workbookPr date1904="1"/><x:sheets><x:sheet name="图" r:id="a"/><x:sheet name="台账" r:id="b"/></x:sheets></x:workbook>',
        "book/_rels/main.xml.rels": f'<Relationships><Relationship Id="a" Type="{RELATED}/chartsheet" Target="c.xml"/><Relationship Id="b" Type="{RELATED}/worksheet" Target="../sheets/one.xml"/></Relationships>',
        "book/styles.xml": '<x:styleSheet xmlns:x="m"><x:cellStyleXfs><x:xf numFmtId="14"/></x:cellStyleXfs><x:cellXfs><x:xf numFmtId="0"/><x:xf numFmtId="14"/></x:cellXfs></x:styleSheet>',
        "book/sharedStrings.xml": '<x:sst xmlns:x="m"><x:si><x:r><x:t>编</x:t></x:r><x:r><x:t>号</x:t></x:r><x:rPh><x:t>bian</x:t></x:rPh></x:si><x:si><x:t>日期_x000D_</x:t></x:si></x:sst>',
        "sheets/one.xml": '<x:worksheet xmlns:x="m"><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c></x:row>'
        '<x:row r="7"><x:c t="inlineStr"><x:is><x:t>K1</x:t></x:is></x:c><x:c r="B7" s="1"><x:v>100</x:v></x:c></x:row></x:sheetData></x:worksheet>',
    }  # fmt: skip
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    source = open_ledger(tmp_path / "a.xlsx")
    assert (source.layer, source.fields, values(source)) == ("台账", ("编号", "日期"), [["K1", "1904-04-10"]])
    assert source.table.column("row_no").to_pylist() == [7]


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"])
def test_parts_that_are_missing_or_cut(tmp_path, part):
    path = workbook(tmp_path / "a.xlsx", [["编号", "名称"], ["K1", "甲"]])
    whole = path.read_bytes()
    with pytest.raises(f.LedgerUnreadable):
        open_ledger(repacked(path, lambda name, content: None if name == part else content))
    path.write_bytes(whole)
    with pytest.raises(f.LedgerUnreadable):
        open_ledger(repacked(path, lambda name, content: content[: len(content) // 2] if name == part else content))


def test_entities_are_refused(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["编号", "名称"], ["K1", "甲"]])
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
    with pytest.raises(f.LedgerUnreadable, match="DOCTYPE"):
        open_ledger(repacked(path, lambda name, part: bomb if "sheet1" in name else part))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", e.EmptyFile),
        (b"PK\x03\x04 no zip", f.LedgerUnreadable),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), f.LedgerUnreadable),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), f.LedgerLocked),
        (b"<html><table><tr><td>1</td></tr></table></html>", f.LedgerUnreadable),
        (b"something else", f.LedgerUnreadable),
    ],
)
def test_what_is_no_workbook(tmp_path, content, error):
    for name in ("a.xlsx", "a.xls"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(error):
            open_ledger(tmp_path / name)


def test_a_file_beyond_all_ledgers(tmp_path):
    with (tmp_path / "a.xlsx").open("wb") as file:
        file.truncate(2 * 1024**3)
    with pytest.raises(f.LedgerTooLarge, match="2048 MB"):
        open_ledger(tmp_path / "a.xlsx")


def test_nothing_below_a_header(tmp_path):
    for rows in ([["编号", "名称"]], [["只有一格"]], [[1, 2], [3, 4]], [["编号", "名称"], ["合计", 3]]):
        with pytest.raises(f.LedgerEmpty):
            open_ledger(workbook(tmp_path / "a.xlsx", rows))


def test_an_xls_cut_short(tmp_path):
    path = old_workbook(tmp_path / "a.xls", [["编号", "名称"], ["K1", "甲"]])
    whole = path.read_bytes()
    for size in range(512, len(whole), 331):
        path.write_bytes(whole[:size])
        try:
            open_ledger(path)
        except (f.LedgerUnreadable, f.LedgerEmpty):
            continue


def test_a_password_on_an_xls(tmp_path):
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 0, "x")
    book.save(str(tmp_path / "a.xls"))
    raw = (tmp_path / "a.xls").read_bytes()
    at = raw.index(b"\x09\x08")  # BOF; a FILEPASS record right behind it is what an encrypted workbook begins with
    size = int.from_bytes(raw[at + 2 : at + 4], "little")
    end = at + 4 + size
    (tmp_path / "a.xls").write_bytes(raw[:end] + b"\x2f\x00\x04\x00\x01\x00\x01\x00" + raw[end + 8 :])
    with pytest.raises(f.LedgerLocked):
        open_ledger(tmp_path / "a.xls")


# -- words and numbers


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("面积(亩)", ("面积", "mu")), ("面积\n(公顷)", ("面积", "ha")), ("价款(单位:万元)", ("价款", "wan")), ("面积/亩", ("面积", "mu")),
        ("投资额 亿元", ("投资额", "yi")), ("总投资[元]", ("总投资", "yuan")), ("面积㎡", ("面积m2", None)), ("备注(亩数)", ("备注(亩数)", None)),
        ("单价(元/平方米)", ("单价(元/平方米)", None)), ("建筑面积(平方米)", ("建筑面积", "m2")),
    ],
)  # fmt: skip
def test_units_in_names(name, split):
    assert split_unit(name) == split


@given(
    st.sampled_from(sorted(UNITS)),
    st.text("批准面积价款投资额", min_size=1, max_size=8),
    st.sampled_from(["({})", "({})", "[{}]", "【{}】", "\n({})", "( {} )", "(单位:{})"]),
)
def test_any_unit_in_any_brackets_is_found(unit, name, form):
    assert split_unit(name + form.format(unit)) == (name, UNITS[unit])


@given(
    st.lists(st.sampled_from(["亩", "公顷", "万元", "元", "亿元", "平方米"]), min_size=1, max_size=3),
    st.sampled_from(["、", ",", ",", " ", "/"]),
    st.sampled_from(["单位:", "单位:", "计量单位:", "(单位:"]),
)
def test_any_line_of_units_is_read(units, joint, lead):
    assert units_of_line(lead + joint.join(units) + (")" if lead.startswith("(") else "")) == tuple(
        UNITS[unit] for unit in units
    )


WORDS = st.text("甲乙丙丁地块编号名称面积用途权利人备注", min_size=1, max_size=6)


@given(st.data())
def test_a_header_of_groups_is_joined_whatever_its_widths(data):
    """Groups of one to three columns below titles: each column is group/name, a lone name is itself."""
    groups = data.draw(st.lists(st.tuples(WORDS, st.integers(1, 3)), min_size=2, max_size=6))
    titles = data.draw(st.integers(0, 3))
    merged = data.draw(st.booleans())
    upper, lower, merges, expected, column, top = {}, {}, [], [], 0, titles + 1
    for at, (name, width) in enumerate(groups):
        upper[column] = f"{name}{at}组"
        if width == 1:
            expected.append(f"{name}{at}组")
            merges.append(Merge(top, column, top + 1, column))
        else:
            merges.append(Merge(top, column, top, column + width - 1))
            lower |= {column + part: f"列{at}之{part}栏" for part in range(width)}
            expected += [f"{name}{at}组/列{at}之{part}栏" for part in range(width)]
        column += width
    rows = [SheetRow(n + 1, {0: f"标题{n}"}) for n in range(titles)] + [SheetRow(top, upper)]
    rows += [SheetRow(top + 1, lower)] if lower else []
    data_rows = [
        SheetRow(top + 2 + n, {place: str(n * 100 + place * 7 + 5) for place in range(column)}) for n in range(2)
    ]
    header = find_header(Sheet("a", [*rows, *data_rows], merges if merged else []))
    assert header is not None
    assert [field.name for field in header.fields] == expected
    assert header.above + header.lines == len(rows)


@given(
    st.lists(st.dictionaries(st.integers(0, 6), st.text(max_size=12).filter(str.strip), min_size=1), max_size=12),
    st.lists(st.tuples(*[st.integers(0, 14)] * 4), max_size=4),
)
def test_no_sheet_makes_the_header_reader_stumble(cells, corners):
    rows = [SheetRow(number, row) for number, row in enumerate(cells, 1)]
    merges = [Merge(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in corners]
    header = find_header(Sheet("a", rows, merges))
    assert header is None or len({field.name for field in header.fields}) == len(header.fields)


@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)))
def test_serials_are_days(day):
    serial = (day - date(1899, 12, 30)).days
    assert as_date(serial) == day.isoformat()
    assert day_of_serial(str(serial)) == day
    assert as_date((day - date(1904, 1, 1)).days + 0.5, since_1904=True) == f"{day.isoformat()} 12:00:00"


def test_numbers_and_formats_of_dates():
    assert (as_date(1), as_date(59), as_date(61), as_date(0), as_date(3e6)) == (
        "1900-01-01",
        "1900-02-28",
        "1900-03-01",
        None,
        None,
    )
    assert [
        as_number(text) for text in ("42.000000000000007", "0.1", "1E+3", "1.4E+18", "x", "0.00001234", "-0.5")
    ] == ["42", "0.1", "1000", "1.4e+18", "x", "0.00001234", "-0.5"]
    dates = ["yyyy-mm-dd", "m/d/yy", '[$-804]yyyy"年"m"月"d"日"', "yyyy年m月", "d-mmm-yy"]
    assert [is_date_format(164, code) for code in dates] == [True] * len(dates)
    others = ["0.00", "General", "#,##0.00", "h:mm", '0.0"亩/day"', "@", "[red]0"]
    assert [is_date_format(164, code) for code in others] == [False] * len(others)
    assert (is_date_format(14, None), is_date_format(2, None)) == (True, False)
    assert [letters(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


PIECES = [
    b"9" * 12,
    b"</row>",
    b'<row r="0">',
    b' r="XFE1"',
    b' t="s"',
    b"-1",
    b"1e999",
    b"nan",
    b"\0",
    b"A1:B99999999",
    b'<c r="A1"><v>',
    b"\xff",
]


@st.composite
def spoilt(draw, data):
    """Some bytes cut out, doubled or put in."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        stop = min(len(data), start + draw(st.integers(0, 60)))
        new = draw(st.sampled_from([b"", data[start:stop] * 2, data[start:stop][::-1], *PIECES]))
        data = data[:start] + new + data[stop:]
    return data


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), form=st.sampled_from(["xlsx", "xls", "csv"]))
def test_a_spoilt_ledger_is_rows_or_one_failure(tmp_path, data, form):
    if form == "xlsx":
        path = workbook(tmp_path / "a.xlsx", TWO_LINES, MERGES)
        wanted = data.draw(st.sampled_from(["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"]))
        repacked(path, lambda name, part: data.draw(spoilt(part)) if name == wanted else part)
    elif form == "xls":
        path = old_workbook(tmp_path / "a.xls", TWO_LINES)
        path.write_bytes(data.draw(spoilt(path.read_bytes())))
    else:
        path = tmp_path / "a.csv"
        lines = [",".join("" if cell is None else str(cell) for cell in row) for row in TWO_LINES]
        path.write_bytes(data.draw(spoilt("\n".join(lines).encode())))
    source = failure = None
    try:
        is_ledger(path)
        source = open_ledger(path)
    except GisregError as error:
        failure = error
    if source is None:
        assert "\n" not in failure.line("zh") + failure.line("en")
        return
    numbers = source.table.column("row_no").to_pylist()
    assert len(set(numbers)) == len(numbers) == source.rows > 0
