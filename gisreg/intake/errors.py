# ruff: noqa: E501 - wording stays in one piece

"""What can be wrong with a whole file. Faults of single rows are findings of :mod:`gisreg.checks`, not errors."""

from typing import ClassVar

from gisreg.errors import ConflictError, InputError, NotFoundError, ResourceError
from gisreg.text import Text


class FileMissing(NotFoundError):
    """The path leads nowhere."""

    what: ClassVar[Text] = Text("找不到文件", "there is no such file")
    mend: ClassVar[Text] = Text("请检查路径", "check the path")


class EmptyFile(InputError):
    """Zero bytes."""

    what: ClassVar[Text] = Text("文件是空的(0 字节)", "the file is empty (0 bytes)")
    mend: ClassVar[Text] = Text("请重新导出或重新传输该文件", "export or transfer the file again")


class NotGeodata(InputError):
    """No driver understands the file."""

    what: ClassVar[Text] = Text("不是可识别的矢量数据文件({detail})", "not a vector file that can be read ({detail})")
    mend: ClassVar[Text] = Text(
        "请提供 shapefile、GeoPackage、FileGDB、GeoJSON、KML/KMZ、DXF、GML、FlatGeobuf、GeoParquet、CSV 或界址点 TXT(可打包为 zip)",
        "give a shapefile, GeoPackage, FileGDB, GeoJSON, KML/KMZ, DXF, GML, FlatGeobuf, GeoParquet, CSV or boundary-point text (also zipped)",
    )


class NeedsConversion(InputError):
    """A kind of file that is not read, though there is a way to bring its content in."""

    what: ClassVar[Text] = Text("这是{name_zh},不能直接导入", "this is {name_en}, which is not imported as it is")
    mend: ClassVar[Text] = Text("{way_zh}", "{way_en}")


class BrokenFile(InputError):
    """The file starts well and then cannot be read."""

    what: ClassVar[Text] = Text("文件已损坏({detail})", "the file is damaged ({detail})")
    mend: ClassVar[Text] = Text("请重新导出或重新传输该文件", "export or transfer the file again")


class FileTooLarge(ResourceError):
    """Larger than what is read whole."""

    what: ClassVar[Text] = Text(
        "文件太大({megabytes} MB,此格式最多 {most} MB)",
        "the file is too large ({megabytes} MB; at most {most} MB of this format)",
    )
    mend: ClassVar[Text] = Text(
        "请拆分文件,或转换为 GeoPackage 后导入", "split it, or convert it to GeoPackage and import that"
    )


class PartMissing(InputError):
    """A shapefile lacks one of its files."""

    what: ClassVar[Text] = Text("shapefile 缺少 {part} 文件", "the shapefile lacks its {part} file")
    mend: ClassVar[Text] = Text(
        "请把同名的 .shp、.shx、.dbf、.prj 放在一起", "put the .shp, .shx, .dbf and .prj of that name together"
    )


class PartTruncated(InputError):
    """A shapefile's file is shorter than its own header says."""

    what: ClassVar[Text] = Text(
        "{part} 文件被截断:应有 {expected} 字节,实有 {found} 字节",
        "the {part} file is cut short: {expected} bytes expected, {found} found",
    )
    mend: ClassVar[Text] = Text("请重新传输完整文件", "transfer the complete file again")


class PartsDisagree(InputError):
    """Shapes and attribute rows do not match in number."""

    what: ClassVar[Text] = Text(
        ".shp/.shx 有 {shapes} 个图形,.dbf 有 {rows} 行", "{shapes} shapes in .shp/.shx but {rows} rows in the .dbf"
    )
    mend: ClassVar[Text] = Text("请从原软件重新导出整套文件", "export the whole set again from the original program")


class EmptyLayer(InputError):
    """The layer has no rows."""

    what: ClassVar[Text] = Text("图层 {layer} 没有要素", "the layer {layer} holds no features")
    mend: ClassVar[Text] = Text("请换一个图层或文件", "choose another layer or file")


class NoGeometryLayer(InputError):
    """A table without geometry."""

    what: ClassVar[Text] = Text("图层 {layer} 没有图形", "the layer {layer} has no geometry")
    mend: ClassVar[Text] = Text("请选择含面要素的图层", "choose a layer of polygons")


class PointsOnly(InputError):
    """A table of points that does not say which of them belong together."""

    what: ClassVar[Text] = Text(
        "每行是一个点,看不出哪些点属于同一宗地", "each row is a point, and nothing says which belong together"
    )
    mend: ClassVar[Text] = Text(
        "请加一列地块编号(同一宗地各点相同),多圈时再加圈号,或改用 WKT 列",
        "add a column with the parcel's number (and one with the ring's), or give WKT",
    )


class SeveralLayers(InputError):
    """Which layer is not clear."""

    what: ClassVar[Text] = Text("文件含多个图层:{layers}", "the file holds several layers: {layers}")
    mend: ClassVar[Text] = Text("请用 --layer 指定一个", "name one with --layer")


class LayerMissing(NotFoundError):
    """No layer of that name."""

    what: ClassVar[Text] = Text("文件中没有图层 {layer},有:{layers}", "there is no layer {layer}; there are: {layers}")
    mend: ClassVar[Text] = Text("请用 --layer 指定其中一个", "name one of them with --layer")


class BadArchive(InputError):
    """A zip that cannot be unpacked."""

    what: ClassVar[Text] = Text("压缩包无法解开({detail})", "the zip cannot be unpacked ({detail})")
    mend: ClassVar[Text] = Text("请重新打包(不加密的 zip)", "pack it again as a plain, unencrypted zip")


class DiskTooSmall(ResourceError):
    """An archive's content does not fit on the disk."""

    what: ClassVar[Text] = Text(
        "临时文件夹所在磁盘放不下解压后的 {megabytes} MB", "the {megabytes} MB of the archive do not fit on the disk"
    )
    mend: ClassVar[Text] = Text(
        "请腾出空间,或用环境变量 TMPDIR 指定更大的磁盘",
        "free some space, or name a larger disk with the environment variable TMPDIR",
    )


class CrsMissing(InputError):
    """The file does not say its CRS, and it is never guessed."""

    what: ClassVar[Text] = Text("文件没有说明坐标系({detail})", "the file does not say its CRS ({detail})")
    mend: ClassVar[Text] = Text(
        "请用 --crs EPSG:编号 指定,例如 --crs EPSG:4547", "give it, for instance --crs EPSG:4547"
    )


class ZoneContradicted(InputError):
    """The zone given is not the one that the coordinates are written in."""

    what: ClassVar[Text] = Text(
        "坐标系 {crs} 与文件坐标不符({found})", "the CRS {crs} is not that of the coordinates ({found})"
    )
    mend: ClassVar[Text] = Text(
        "带号在前(8 位东坐标)用 EPSG:4513–4533,不带带号(6 位)用 EPSG:4534–4554",
        "use EPSG:4513–4533 where the zone stands before the easting (8 digits), EPSG:4534–4554 where it does not (6)",
    )


class CrsUnknown(InputError):
    """A CRS that cannot be matched or that the database cannot transform."""

    what: ClassVar[Text] = Text("无法识别坐标系 {crs}", "the CRS {crs} is not known")
    mend: ClassVar[Text] = Text("请用 --crs EPSG:编号 指定", "give its number with --crs EPSG:n")


class CrsNeedsParameters(InputError):
    """Xi'an 1980 and Beijing 1954: the seven local parameters are not in the file."""

    what: ClassVar[Text] = Text(
        "坐标系 {crs} 转换到 CGCS2000 需要本地七参数,不能自动转换",
        "the CRS {crs} needs seven local parameters to become CGCS2000; it is not converted by guess",
    )
    mend: ClassVar[Text] = Text(
        "请先由测绘部门转换为 CGCS2000", "have the survey office convert the data to CGCS2000 first"
    )


class NotDegrees(InputError):
    """Said to be longitude and latitude, but the numbers are not degrees."""

    what: ClassVar[Text] = Text(
        "坐标系为经纬度({crs}),但坐标 {place} 不是度",
        "the CRS is lon/lat ({crs}) but the coordinates {place} are not degrees",
    )
    mend: ClassVar[Text] = Text(
        "请用 --crs EPSG:编号 指定真实坐标系,例如 --crs EPSG:4547", "give the true CRS, for instance --crs EPSG:4547"
    )


class EncodingUnknown(InputError):
    """The encoding named is none."""

    what: ClassVar[Text] = Text("不认识的编码 {encoding}", "the encoding {encoding} is not known")
    mend: ClassVar[Text] = Text(
        "请用 --encoding 指定:GBK、GB18030、UTF-8、Big5 之一", "give one of GBK, GB18030, UTF-8, Big5 with --encoding"
    )


class EncodingUndetected(InputError):
    """The bytes fit neither UTF-8 nor GB18030."""

    what: ClassVar[Text] = Text(
        "无法判断文字编码(既非 UTF-8 也非 GB18030,首个疑点在第 {row} 行 {field})",
        "the text encoding cannot be told (neither UTF-8 nor GB18030; first doubt in row {row}, {field})",
    )
    mend: ClassVar[Text] = Text(
        "请用 --encoding 指定,例如 --encoding Big5", "give it with --encoding, for instance --encoding Big5"
    )


class EncodingAmbiguous(InputError):
    """The bytes could be either, and as GB18030 they are hardly any ordinary Chinese."""

    what: ClassVar[Text] = Text(
        "文字可能是 Big5 而非 GB18030(第 {row} 行 {field})",
        "the text may well be Big5 rather than GB18030 (row {row}, {field})",
    )
    mend: ClassVar[Text] = Text(
        "请用 --encoding 指定,例如 --encoding Big5 或 --encoding GB18030",
        "give it with --encoding, for instance --encoding Big5 or --encoding GB18030",
    )


class EncodingContradicted(InputError):
    """The text does not fit the encoding that the file or the caller names."""

    what: ClassVar[Text] = Text(
        "文字不符合所述编码 {encoding}({source};第 {row} 行 {field})",
        "the text does not fit the stated encoding {encoding} ({source}; row {row}, {field})",
    )
    mend: ClassVar[Text] = Text("请用 --encoding 指定正确的编码{likely}", "give the right one with --encoding{likely}")


def looks_like(encoding: str | None) -> Text:
    """What the text may be instead, for the end of a mend; nothing where no encoding fits it."""
    return Text(f"(似为 {encoding})", f" (it looks like {encoding})") if encoding else Text("", "")


class MappingInvalid(InputError):
    """The mapping file is not usable."""

    what: ClassVar[Text] = Text("字段对照表无效:{detail}", "the column mapping is not valid: {detail}")
    mend: ClassVar[Text] = Text(
        "请参照 data/mappings/default.toml 修改", "correct it after the model of data/mappings/default.toml"
    )


class KindUnknown(InputError):
    """No such kind of parcel."""

    what: ClassVar[Text] = Text("没有类型 {kind}", "there is no kind {kind}")
    mend: ClassVar[Text] = Text("请用其中之一:{kinds}", "use one of {kinds}")


class NumbersExhausted(ConflictError):
    """Seven digits are used up."""

    what: ClassVar[Text] = Text("县 {county} 的宗地编号已用完", "the parcel numbers of county {county} are used up")
    mend: ClassVar[Text] = Text("请联系开发者扩展编号位数", "the numbers need more digits: tell the developers")


class WorkerDied(ResourceError):
    """A loading process was killed from outside."""

    what: ClassVar[Text] = Text(
        "读取进程意外终止(可能内存不足),没有写入任何数据",
        "a loading process died (perhaps for want of memory); nothing was written",
    )
    mend: ClassVar[Text] = Text("请减小 GISREG_LOAD_WORKERS 后重新运行", "lower GISREG_LOAD_WORKERS and run it again")
