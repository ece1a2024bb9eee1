"""Zipped shapefiles: .shp, .shx, .dbf, .prj, .cpg, the field dictionary and a readme.

Written by our own writers, not GDAL's: these encode whole columns at once, take the widths from the data, and refuse
what the code page lacks, which GDAL drops without a word.
"""

import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from gisreg.export.dbf import TableFile
from gisreg.export.fields import Field, dictionary_csv
from gisreg.export.polygons import PolygonFiles
from gisreg.export.statement import GEOMETRY
from gisreg.export.titles import with_titles
from gisreg.text import Text

KEY = "parcel_code"
FAST = 1
"""Level of compression: the columns' blanks shrink at once, more effort gains little."""

README = Text(
    """ArcGIS、QGIS 可直接打开 {stem}.shp。
坐标系:{crs};文字编码:{encoding}(见 .cpg);数据日期:{day};宗数:{rows}。
字段名为 ASCII,中文名、单位、取值见 {dictionary}。
编码为文本,保留前导零;日期为日期型;是/否为文本 1/0,空白表示不明(不等于否)。
DBF 不区分空文本与无值;部分软件把空白数字显示为 0,空白仅表示无值。
超过 254 字节的文字接续在“字段名_2”“字段名_3”中。文字首尾的空格多数软件读取时会去掉。没有界址的宗地保留属性,图形为空。
标签(处置建议)供参考,不是处置决定。非公有权利人的姓名名称默认不导出。
""",
    """ArcGIS and QGIS open {stem}.shp.
CRS {crs}; text {encoding} (see .cpg); data as of {day}; {rows} parcels.
Field names are ASCII; {dictionary} gives titles, units and what the values mean.
Codes are text with their leading zeros; dates are dates; yes/no is text 1/0, blank is unknown (never "no").
A DBF cannot tell empty text from no value; some programs show a blank number as 0: blank means no value.
Texts over 254 bytes go on in fields NAME_2, NAME_3; most programs drop blanks at the ends of a text.
Parcels without a boundary keep their row, with a null shape.
Labels are advice, not decisions. Names of holders not known to be public are left out by default.
""",
)


def write_parts(
    batches: Iterable[Any],
    wanted: Sequence[Field],
    folder: Path,
    stem: str,
    *,
    srid: int,
    encoding: str,
    day: date,
    progress: Callable[[int], None] | None = None,
) -> tuple[list[Path], int]:
    """The shapefile's parts in a folder, and the number of rows."""
    polygons = PolygonFiles(folder / f"{stem}.shp", folder / f"{stem}.shx")
    spool = folder / "spool"
    table = TableFile(wanted, encoding, spool, KEY)
    try:
        for batch in with_titles(batches, wanted):
            table.add(batch)
            polygons.add(batch.column(GEOMETRY))
            if progress:
                progress(table.rows)
        polygons.close()
        table.write(folder / f"{stem}.dbf", day)
    finally:
        polygons.abandon()
        table.close()
        spool.unlink(missing_ok=True)
    _write_sides(folder, stem, table, srid=srid, encoding=encoding, day=day)
    suffixes = (".shp", ".shx", ".dbf", ".prj", ".cpg")
    return [*(folder / (stem + suffix) for suffix in suffixes), *_explanations(folder, stem)], table.rows


def _write_sides(folder: Path, stem: str, table: TableFile, *, srid: int, encoding: str, day: date) -> None:
    from pyproj import CRS  # noqa: PLC0415 - heavy, only exports need it

    (folder / f"{stem}.prj").write_text(CRS.from_epsg(srid).to_wkt("WKT1_ESRI"), encoding="ascii")
    (folder / f"{stem}.cpg").write_text(encoding, encoding="ascii")
    dictionary, readme = _explanations(folder, stem)
    dictionary.write_bytes(dictionary_csv(table.dictionary()))
    words = {"stem": stem, "crs": f"EPSG:{srid}", "encoding": encoding, "day": day, "rows": table.rows}
    text = README.say("zh", dictionary=dictionary.name, **words) + "\n" + README.say(
        "en", dictionary=dictionary.name, **words
    )  # fmt: skip
    readme.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))


def _explanations(folder: Path, stem: str) -> tuple[Path, Path]:
    return folder / f"{stem}_字段说明.csv", folder / f"{stem}_readme.txt"


def write_zip(parts: Sequence[Path], made: Path) -> None:
    """Pack the parts; each is removed once it is in, so that the disk holds it only once."""
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=FAST) as packed:
        for part in parts:
            packed.write(part, part.name)
            part.unlink()
