# ruff: noqa: E501, PLC0415 - examples stay in one piece; a target loads its own parser only, and instrumented

"""What is fuzzed: each parser of our own that reads what others wrote, with small examples to start from.

A target takes bytes and raises nothing but a GisregError; :mod:`harness` lets no other exception pass.
"""

import functools
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gisreg.errors import GisregError

Run = Callable[[bytes, Path], None]
PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Target:
    """A parser: how it is run in a folder of its own, and what its input looks like."""

    run: Run
    seeds: tuple[bytes, ...]
    words: tuple[str, ...] = ()
    """What often stands in such input."""
    encoding: str = "utf-8"
    longest: int = 4096


TARGETS: dict[str, Target] = {}


def target(*seeds: str | bytes, words: str = "", encoding: str = "utf-8", longest: int = 4096) -> Callable[[Run], Run]:
    """Register a target under its function's name."""

    def register(run: Run) -> Run:
        raw = tuple(seed if isinstance(seed, bytes) else seed.encode(encoding) for seed in seeds)
        TARGETS[run.__name__] = Target(run, raw, tuple(words.split()), encoding, longest)
        return run

    return register


def held(name: str, data: bytes, folder: Path) -> None:
    """Run a target; a failure that is explained in one line is an answer, anything else goes through."""
    try:
        TARGETS[name].run(data, folder)
    except GisregError as error:
        for language in ("zh", "en"):
            line = error.line(language)
            assert "\n" not in line, f"more than one line: {line!r}"


def _file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def _read_all(path: Path, **wanted: Any) -> None:
    """Every row and note of a file, as an import asks for them."""
    from gisreg.intake.opening import open_source

    with open_source(path, **wanted) as source:
        numbers = [
            number
            for part in source.parts(2)
            for batch in source.batches(source.fields, part)
            for number in batch.column(0).to_pylist()
        ]
        assert len(numbers) == source.rows == len(set(numbers)), "rows are lost or doubled"
        assert len(set(source.fields)) == len(source.fields), "two fields of one name"
        for note in source.notes:
            assert note.what.zh
            assert note.mend.en


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode("utf-8", "replace")


# --- boundaries -----------------------------------------------------------------------------------------------------

SURVEY = """[属性描述]
坐标系=2000国家大地坐标系
带号=38
[地块坐标]
10,2.8,DS-001,示例地块,面,,工业用地,0601,@
J1,1,3998150.000,38427900.000
J2,1,3998150.000,38428100.000
J3,1,3998000.000,38428100.000
J1,1,3998150.000,38427900.000
J5,2,3998090.000,38427950.000
J6,2,3998050.000,38427950.000
J7,2,3998050.000,38428000.000
J5,2,3998090.000,38427950.000
"""


@target(
    SURVEY, SURVEY.replace("3842", "3942", 2), SURVEY.encode("gb18030"), "J1 3998150 428100\nJ2 3998150 428200\nJ3 3998000 428200\n",
    "[地块坐标]\n4,0.1亩,1,2,面,@\nJ1,1,36°7'12.5\",113°12'\nJ2,1,36.2,113.2\nJ3,1,36.3,113.1\n",
    words="J1 ,1, @ 面 线 点 [地块坐标] 坐标系= 带号= 38427900.000 3998150.000 113.2 36.1 ° ' \" ，", longest=2048,
)  # fmt: skip
def boundary_text(data: bytes, folder: Path) -> None:
    """Boundary points as text."""
    given = "EPSG:4526" if len(data) % 2 else None
    _read_all(_file(folder, "a.txt", data), crs_given=given)


KML = (
    '<?xml version="1.0" encoding="UTF-8"?><kml><Document><Folder><name>a</name><Placemark><name>b</name><description>c: d'
    '</description><ExtendedData><Data name="x"><value>1</value></Data><SchemaData><SimpleData name="y">2</SimpleData>'
    "</SchemaData></ExtendedData><MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>113,36,1 113.1,36 113.1,36.1 "
    "113,36</coordinates></LinearRing></outerBoundaryIs></Polygon></MultiGeometry></Placemark></Folder></Document></kml>"
)


@target(
    KML, KML.replace("c: d", "&lt;table&gt;&lt;tr&gt;&lt;td&gt;k&lt;/td&gt;&lt;td&gt;v&lt;/td&gt;&lt;/tr&gt;&lt;/table&gt;"),
    words="<Placemark> </Placemark> <Folder> <name> <Polygon> <coordinates> nan inf 1e999 &lt; <![CDATA[ <!DOCTYPE <!ENTITY GBK",
)  # fmt: skip
def kml(data: bytes, folder: Path) -> None:
    """Placemarks."""
    _read_all(_file(folder, "a.kml", data))


def _groups(*pairs: tuple[int, object]) -> str:
    return "".join(f"{code}\n{value}\n" for code, value in pairs)


DXF = (
    _groups((0, "SECTION"), (2, "HEADER"), (9, "$ACADVER"), (1, "AC1015"), (9, "$DWGCODEPAGE"), (3, "ANSI_936"), (0, "ENDSEC"))
    + _groups((0, "SECTION"), (2, "ENTITIES"), (0, "LWPOLYLINE"), (8, "A"), (100, "AcDbEntity"), (100, "AcDbPolyline"), (90, 4))
    + _groups((70, 1), (10, 0), (20, 0), (10, 9), (20, 0), (10, 9), (20, 9), (10, 0), (20, 9), (0, "TEXT"), (8, "T"), (10, 5))
    + _groups((20, 5), (30, 0), (40, 2), (1, "编号:1"), (0, "ENDSEC"), (0, "EOF"))
)  # fmt: skip


@target(
    DXF.encode("gbk"), words="LWPOLYLINE POLYLINE VERTEX SEQEND HATCH TEXT MTEXT INSERT BLOCK ENDSEC \\U+4E00 nan 1e999"
)
def dxf(data: bytes, folder: Path) -> None:
    """Drawings, behind GDAL."""
    _read_all(_file(folder, "a.dxf", data), crs_given="EPSG:4547")


@target(
    'id,WKT\n1,"POLYGON((113 36,113.1 36,113.1 36.1,113 36))"\n', "地块编号,圈号,点号,X,Y\nA,1,J1,3998150,427900\nA,1,J2,3998150,428100\nA,1,J3,3998000,428100\n",
    "name;lon;lat\na;113;36\na;113.1;36\na;113.1;36.1\n", "geom\n0103000000010000000400000000000000000000000000000000000000000000000000F03F000000000000000000000000000000000000F03F000000000000000000000000000000000000000000000000\n",
    words='POLYGON(( MULTIPOLYGON(((  SRID=4490; CURVEPOLYGON( EMPTY nan inf , ; \t " X Y 圈号 lon lat geom',
)  # fmt: skip
def csv_shapes(data: bytes, folder: Path) -> None:
    """CSV with shapes or points."""
    crs = ("EPSG:4547", "EPSG:4490", "EPSG:27700")[len(data) % 3]
    _read_all(_file(folder, "a.csv", data), crs_given=crs)


def _dbf(*fields: tuple[bytes, bytes, int], rows: Sequence[bytes], language: int = 0) -> bytes:
    head = 33 + 32 * len(fields)
    record = 1 + sum(width for *_, width in fields)
    described = b"".join(
        name.ljust(11, b"\0") + kind + bytes(4) + bytes((width,)) + bytes(15) for name, kind, width in fields
    )
    start = b"\x03\x7e\x01\x01" + len(rows).to_bytes(4, "little") + head.to_bytes(2, "little")
    return start + record.to_bytes(2, "little") + bytes(17) + bytes((language,)) + bytes(2) + described + b"\r" + b"".join(rows) + b"\x1a"  # fmt: skip


@target(
    _dbf((b"BSM", b"C", 4), (b"MJ", b"N", 5), rows=[b" ab  12.50", b"*cd  *****"]),
    _dbf(("名称".encode("gbk"), b"C", 6), rows=[b" " + "示例镇".encode("gbk")], language=0x4D),
)
def dbf(data: bytes, folder: Path) -> None:
    """The attribute table of a shapefile: the first byte says which encoding is given."""
    from gisreg.intake import dbf as reader
    from gisreg.intake.encoding import decide

    table = reader.open_dbf(_file(folder, "a.dbf", data), "a.dbf")
    given = (None, "GBK", "UTF-8")[len(data) % 3]
    seen = reader.sample(table)
    found = decide(seen, given=given, cpg=None, language_byte=table.language_byte, where="a.dbf")
    names = reader.field_names(table, found.name)
    assert len(set(names)) == len(table.fields)
    live = table.live_rows()
    assert live is None or len(live) <= table.rows
    for start in range(0, min(table.rows, 50_000), 5_000):
        records = table.records(start, start + 5_000)
        columns, damaged = reader.text_columns(records, table.fields, found.name)
        assert all(len(column) == len(records) for column in columns)
        assert all(0 <= row < len(records) and place < len(columns) for row, place in damaged)


def _zip(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


@target(
    _zip(**{"a/b.geojson": b"{}", "宗地.txt": b"x"}), _zip(**{"a.zip": _zip(**{"b.kml": b"<kml/>"})}), _zip(**{"a.gdb/a00000001.gdbtable": b"1"}),
    longest=2048,
)  # fmt: skip
def zipped(data: bytes, folder: Path) -> None:
    """Archives, byte by byte."""
    _unpacked(data, folder)


@target(
    "a.shp\na.dbf\n宗地/b.kml", "../x.shp", "a\na/b.geojson", "C:\\x\\y.gpkg", "x" * 300 + ".kml", "a.zip\na.zip.d", "a00000001.gdbtable",
    words="../ / \\ : . .gdb/ a00000001.gdbtable .zip .d __MACOSX/ .shp .txt .csv .xlsx",
)  # fmt: skip
def zip_names(data: bytes, folder: Path) -> None:
    """Names of members, one a line, in an archive that is otherwise sound."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in dict.fromkeys(_text(data).split("\n")):
            archive.writestr(zipfile.ZipInfo(name.partition("\0")[0]), b"x")
    _unpacked(packed.getvalue(), folder)


def _unpacked(data: bytes, folder: Path) -> None:
    from gisreg.intake import archive

    path = _file(folder, "a.zip", data)
    with tempfile.TemporaryDirectory(dir=folder) as inside:
        below = Path(inside) / "deep" / "target"
        below.mkdir(parents=True)
        try:
            for packed in archive.unpack(path, below, "a.zip"):
                assert packed.path.is_relative_to(below)
        finally:
            assert [one.name for one in below.parent.iterdir()] == ["target"], "unpacked outside"
            assert [one.name for one in Path(inside).iterdir()] == ["deep"], "unpacked outside"
    assert sorted(one.name for one in folder.iterdir()) == ["a.zip"], "unpacked outside"


# --- ledgers --------------------------------------------------------------------------------------------------------

LEDGER = "某县台账\n序号,地块编号,面积(亩),认定日期\n1,A-1,12.5,2024年1月5日\n2,A-2,3,45300\n合计,,15.5,\n填表人:,,,\n"


@target(
    LEDGER, LEDGER.encode("gb18030"), LEDGER.replace(",", "\t"), "单位:公顷\n编号,土地,,金额\n,面积,位置,万元\n1,2,3,4\n",
    words='序号 合计 小计 面积(亩) 单位:万元 地块编号 日期 2024-02-30 二〇二四年 1e999 , \t ; " \r\n 1,234.5 90% 填表人:',
)  # fmt: skip
def ledger(data: bytes, folder: Path) -> None:
    """A ledger as CSV: its header, its rows, its values under the usual mapping."""
    from gisreg.intake.ledger.source import open_ledger

    _typed(open_ledger(_file(folder, "a.csv", data)))


def _typed(source: Any) -> None:
    from gisreg.intake.ledger.typing import find_parcel_codes, typed_ledger
    from gisreg.vocab import Kind

    codes = find_parcel_codes(source)
    fields = [name for name in source.fields if name != codes]
    typed = typed_ledger(source, small_mapping().apply(fields, Kind.IDLE_LAND, source.hints), codes)
    assert all(len(column) == source.rows for column in typed.columns.values())


@functools.cache
def usual_mapping() -> Any:
    """The mapping that is shipped."""
    from gisreg.intake.mapping import default_mapping

    return default_mapping(PROJECT / "data")


SOME = ("source_code", "official_area_m2", "determined_on", "price_wan", "land_use_code", "seized", "township_name")


@functools.cache
def small_mapping() -> Any:
    """Some columns of it, one of each kind: looking for all of them would take most of the time."""
    usual = usual_mapping()
    return replace(usual, entries={name: usual.entries[name] for name in SOME})


BOOK = {
    "[Content_Types].xml": b"<Types/>",
    "_rels/.rels": b'<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": b'<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr date1904="0"/><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": b'<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r3" Type="x/styles" Target="styles.xml"/></Relationships>',
    "xl/sharedStrings.xml": b"<sst><si><t>id</t></si><si><r><t>na</t></r><r><t>me_x0041_</t></r></si></sst>",
    "xl/styles.xml": b'<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>',
    "xl/worksheets/sheet1.xml": b'<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="2" hidden="1"><c r="A2" t="str"><f>1</f><v>7</v></c><c r="B2" s="1"><v>45300</v></c></row><row r="3"><c r="A3" t="e"><v>#N/A</v></c><c r="B3" t="inlineStr"><is><t>x</t></is></c></row></sheetData><mergeCells><mergeCell ref="A2:A3"/></mergeCells></worksheet>',
}
PARTS = tuple(BOOK)


@target(
    *(bytes((place,)) + BOOK[name] for place, name in enumerate(PARTS)),
    words='r="1048577" r="XFD1" t="s" t="d" <v> </v> s="99" <mergeCell ref="A1:XFD1048576"/> 1e999 -1 <!DOCTYPE <c <row &#0; _xD800_',
)  # fmt: skip
def xlsx(data: bytes, folder: Path) -> None:
    """A workbook of which one part is replaced: the first byte says which."""
    from gisreg.intake.ledger.source import open_ledger

    if not data:
        return
    parts = {**BOOK, PARTS[data[0] % len(PARTS)]: data[1:]}
    _typed(open_ledger(_file(folder, "a.xlsx", _zip(**parts))))


# --- small languages ------------------------------------------------------------------------------------------------


@target(
    "示例", "示例".encode("gb18030"), "示例".encode("utf-16"), "示例".encode("big5"), b"\xef\xbb\xbfa,b\n\xff", words="UTF-8",
)  # fmt: skip
def plain_text(data: bytes, folder: Path) -> None:
    """Encodings: detected, or given by the first byte."""
    from gisreg.intake.plaintext import read_text

    given = (None, "GBK", "UTF-8", "Big5", "UTF-16", "cp936", "utf-7", "idna", "punycode")[(data[:1] or b"\0")[0] % 9]
    text, found = read_text(_file(folder, "a.txt", data[1:]), "a.txt", given)
    assert isinstance(text, str)
    assert found.name


@target(
    "kind = 'idle_land' AND area_mu > 10", "NOT (a OR b)", "S_INTERSECTS(boundary,BBOX(113,36,114,37))", "T_AFTER(approved_on,DATE('2024-06-30'))",
    "casei(name) LIKE casei('示例%')", "tags IS NULL OR A_CONTAINS(tags,('x'))", '{"op":"=","args":[{"property":"kind"},"idle_land"]}',
    '{"op":"s_intersects","args":[{"property":"boundary"},{"type":"Point","coordinates":[113,36]}]}',
    words="AND OR NOT IN BETWEEN LIKE IS NULL kind area_mu approved_on boundary tags S_INTERSECTS( T_DURING( INTERVAL( BBOX( POLYGON(( DATE(' '') \"op\" \"args\" NaN {\" [",
    longest=1024,
)  # fmt: skip
def cql2(data: bytes, folder: Path) -> None:
    """Filters, as text and as JSON."""
    from gisreg.filters import compile_filter

    text = _text(data)
    compile_filter(text)
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(tree, dict):
        compile_filter(tree)


@target(
    '[columns.name]\nfrom = ["ZDMC", {name = "x", unit = "mu", sets = {kind = "y"}}]\nunit = "mu"\n', 'ignore = ["a"]\n[defaults]\na = "b"\n[booleans]\nyes = ["是"]\n',
    '[columns.land_use_code]\nto = "2017"\nvalues = {a = "b"}\n[columns.official_area_m2]\nfrom = "MJ"\nunit = "mu"\n',
    words="[columns. [defaults] [booleans] from= unit= values= sets= ignore= to= name= yes= no= [ ] { } \" \"\"\" 1979-05-27 nan",
)  # fmt: skip
def mapping(data: bytes, folder: Path) -> None:
    """Mappings, and that they can be applied."""
    from gisreg.intake.mapping import load_mapping
    from gisreg.vocab import Kind

    path = _file(folder, "a.toml", data)
    for base in (None, usual_mapping()):
        load_mapping(path, base).apply(["ZDMC", "x", "MJ", "面积(亩)", "a"], Kind.IDLE_LAND)


@target("1,3,5-9", "1、2 - 3", "9-1", "", "1–2", words=", - – 、 0 999999999999")
def chosen_rows(data: bytes, folder: Path) -> None:
    """Rows as people name them."""
    from gisreg.intake.chosen import chosen_rows as read

    made = read(_text(data))
    assert made.startswith("{[")
    assert all(character.isascii() for character in made), "not as PostgreSQL reads it"


@target("2026-11-21", "2024-02-30", "２０２４-01-01", "45300", "2024年1月5日", words="- 年 月 日 / . 0000 T00:00:00")
def dates(data: bytes, folder: Path) -> None:
    """Days on the command line, in ledgers and in columns of files."""
    import pyarrow as pa

    from gisreg.cli.dates import read_day
    from gisreg.intake.convert import typed
    from gisreg.intake.ledger.serials import day_of_serial
    from gisreg.intake.mapping import MappedColumn

    text = _text(data)
    day_of_serial(text)
    judged = typed(MappedColumn("approved_on", "x", "day"), pa.array([text, None], pa.string()))
    assert len(judged.values) == 2
    read_day("--as-of")(text)


@target("1/3", "50%", "0.25", "１／３", "1/0", words="/ % . 0 1000000000")
def shares(data: bytes, folder: Path) -> None:
    """Shares of a right."""
    from gisreg.rights.shares import columns_of, read_share

    share = read_share(_text(data))
    assert 0 < share <= 1
    assert columns_of(share)["share_denominator"] == share.denominator
