# ruff: noqa: E501 - wording stays in one piece

"""Files that are no vector data, or that only their own program reads: told apart by their first bytes, else by their
name, each with the word on what to do."""

from dataclasses import dataclass
from pathlib import Path

from gisreg.intake.errors import NeedsConversion, NotGeodata
from gisreg.text import Text

HEAD_BYTES = 64


@dataclass(frozen=True)
class Foreign:
    """A kind of file that is not read."""

    name: Text
    way: Text


DWG = Foreign(Text("AutoCAD DWG", "AutoCAD DWG"), Text("请在 AutoCAD 或 CASS 中另存为 DXF(AutoCAD 2013 或更早格式),再导入 .dxf 并用 --crs 指明坐标系", "save it as DXF (AutoCAD 2013 or earlier) in AutoCAD or CASS, then import the .dxf with --crs"))  # fmt: skip
BINARY_DXF = Foreign(Text("二进制 DXF", "a binary DXF"), Text("请在 CAD 中另存为 ASCII(文本)DXF", "save it as an ASCII DXF in the CAD program"))  # fmt: skip
MDB = Foreign(Text("Access 数据库(个人地理数据库)", "an Access database (personal geodatabase)"), Text("请在 ArcMap 中把要素类导出为 shapefile,或在 ArcGIS Pro 中转为文件地理数据库(.gdb)", "export the feature class as a shapefile in ArcMap, or convert it to a file geodatabase (.gdb) in ArcGIS Pro"))  # fmt: skip
VCT = Foreign(Text("VCT 交换格式", "the VCT exchange format"), Text("请用国土数据交换工具或 MapGIS、SuperMap 转换为 shapefile 或 GeoPackage", "convert it to a shapefile or GeoPackage with the land data exchange tool, MapGIS or SuperMap"))  # fmt: skip
IMAGE = Foreign(Text("图片", "an image"), Text("请提供矢量数据:图片上的边界须先在 GIS 软件中矢量化", "give vector data: boundaries on an image must be drawn in a GIS program first"))  # fmt: skip
PDF = Foreign(Text("PDF 文档", "a PDF document"), Text("请向测绘单位索取原始矢量数据(shapefile、DXF 或界址点 TXT)", "ask the survey office for the vector data (shapefile, DXF or boundary-point text)"))  # fmt: skip
RAR = Foreign(
    Text("RAR/7z 压缩包", "a RAR or 7z archive"), Text("请解压后重新打包为 zip", "unpack it and pack it again as a zip")
)
MACROS = Foreign(Text("含宏的 Excel 工作簿", "an Excel workbook with macros"), Text("请另存为不含宏的 .xlsx;宗地边界请另附矢量文件", "save it as .xlsx without macros; boundaries need a vector file"))  # fmt: skip
SHEET = Foreign(Text("Excel 工作簿,没有图形", "an Excel workbook, without shapes"), Text("台账请用 gisreg parcels import 导入;宗地边界请提供矢量文件,有坐标的表请另存为 .csv", "a ledger goes in with gisreg parcels import; give boundaries as a vector file, or a sheet of coordinates as .csv"))  # fmt: skip
WORD = Foreign(Text("Word 文档", "a Word document"), Text("界址点表请另存为勘测定界 TXT 或 CSV", "save a table of boundary points as boundary-point text or CSV"))  # fmt: skip
PROJECT = Foreign(Text("工程文件,本身不含数据", "a project file, which holds no data"), Text("请提供它引用的数据文件(.shp、.gdb、.gpkg)", "give the data files that it refers to (.shp, .gdb, .gpkg)"))  # fmt: skip
OVITAL = Foreign(Text("奥维对象文件", "an Ovital object file"), Text("请在奥维中导出为 KML、KMZ 或 shapefile", "export it from Ovital as KML, KMZ or shapefile"))  # fmt: skip
SUPERMAP = Foreign(Text("SuperMap/MapGIS 数据", "SuperMap or MapGIS data"), Text("请在原软件中导出为 shapefile 或 GeoPackage", "export it as shapefile or GeoPackage in its own program"))  # fmt: skip
RASTER = Foreign(Text("栅格影像", "a raster"), Text("请提供矢量数据(shapefile、GeoPackage 等)", "give vector data (shapefile, GeoPackage, …)"))  # fmt: skip
FOLDER = Foreign(Text("文件夹", "a folder"), Text("请给出其中的文件(.shp、.gpkg …),或整个打包为 zip", "name a file in it (.shp, .gpkg, …), or zip it whole"))  # fmt: skip

MAGIC: tuple[tuple[bytes, Foreign], ...] = (
    (b"AC10", DWG), (b"AutoCAD Binary DXF", BINARY_DXF), (b"\x00\x01\x00\x00Standard Jet DB", MDB), (b"\x00\x01\x00\x00Standard ACE DB", MDB), (b"%PDF", PDF),
    (b"\x89PNG", IMAGE), (b"\xff\xd8\xff", IMAGE), (b"GIF8", IMAGE), (b"BM", IMAGE), (b"II*\0", RASTER), (b"MM\0*", RASTER),
    (b"Rar!", RAR), (b"7z\xbc\xaf", RAR), (b"Datamark", VCT),
)  # fmt: skip
"""First bytes that no vector file read here has."""
SUFFIXES = {
    ".dwg": DWG, ".mdb": MDB, ".accdb": MDB, ".vct": VCT, ".png": IMAGE, ".jpg": IMAGE, ".jpeg": IMAGE, ".gif": IMAGE,
    ".bmp": IMAGE, ".webp": IMAGE, ".heic": IMAGE, ".tif": RASTER, ".tiff": RASTER, ".img": RASTER, ".pdf": PDF, ".rar": RAR,
    ".7z": RAR, ".xlsm": MACROS, ".xlsx": SHEET, ".xls": SHEET, ".et": SHEET, ".doc": WORD, ".docx": WORD, ".wps": WORD,
    ".mxd": PROJECT, ".aprx": PROJECT, ".qgs": PROJECT, ".qgz": PROJECT, ".lyr": PROJECT, ".lyrx": PROJECT, ".ovobj": OVITAL,
    ".ovjsn": OVITAL, ".udb": SUPERMAP, ".udbx": SUPERMAP, ".wp": SUPERMAP, ".wl": SUPERMAP, ".wt": SUPERMAP,
}  # fmt: skip
BITMAP_RESERVED = bytes(4)


def refuse_foreign(path: Path, shown: str) -> None:
    """Say what a file is and what to do with it.

    Raises:
        NeedsConversion: it is of a kind that is not read.
    """
    foreign = FOLDER if _is_plain_folder(path) else _by_content(path) or SUFFIXES.get(path.suffix.lower())
    if foreign is not None:
        raise NeedsConversion(
            shown, name_zh=foreign.name.zh, name_en=foreign.name.en, way_zh=foreign.way.zh, way_en=foreign.way.en
        )


def _is_plain_folder(path: Path) -> bool:
    return path.is_dir() and path.suffix.lower() != ".gdb"


def _by_content(path: Path) -> Foreign | None:
    if path.is_dir():
        return None
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    for magic, foreign in MAGIC:
        if head.startswith(magic) and (magic != b"BM" or head[6:10] == BITMAP_RESERVED):
            return foreign
    return None


def refuse_in_archive(names: list[str], shown: str) -> None:
    """What to say about an archive in which nothing can be read.

    Raises:
        NeedsConversion: it holds a kind of file that has a way to be converted.
        NotGeodata: it holds nothing known.
    """
    for name in names:
        foreign = SUFFIXES.get(Path(name).suffix.lower())
        if foreign is not None:
            raise NeedsConversion(
                f"{shown}!{name}", name_zh=foreign.name.zh, name_en=foreign.name.en, way_zh=foreign.way.zh, way_en=foreign.way.en,
            )  # fmt: skip
    raise NotGeodata(shown, detail="zip")
