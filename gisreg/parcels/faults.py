"""What can be wrong with an edit: a stale version, a retired number, a value, a boundary."""

from typing import Any, ClassVar

from gisreg.errors import ConflictError, InputError, NotFoundError
from gisreg.text import Language, Text


class VersionNotFound(NotFoundError):
    """The parcel never had this version."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 没有第 {version} 版", "parcel {parcel_code} has no version {version}"
    )
    mend: ClassVar[Text] = Text(
        "请用 gisreg parcels history {parcel_code} 查版本", "see its versions with gisreg parcels history {parcel_code}"
    )


class ParcelRetired(NotFoundError):
    """The number is no longer in use; its successors answer."""

    shown: ClassVar[tuple[str, ...]] = ("successors",)
    what: ClassVar[Text] = Text(
        "编号 {parcel_code} 已于 {retired_on} 停用({operation}),现为:{successor_list}",
        "number {parcel_code} was retired on {retired_on} ({operation}); now: {successor_list}",
    )
    mend: ClassVar[Text] = Text(
        "请查后继编号;历史见 gisreg parcels history {parcel_code}",
        "ask for the successors; its past: gisreg parcels history {parcel_code}",
    )
    alone: ClassVar[Text] = Text(
        "没有后继;历史见 gisreg parcels history {parcel_code},该次修改可用 gisreg parcels undo 撤销",
        "it has no successors; its past: gisreg parcels history {parcel_code}; gisreg parcels undo takes the edit back",
    )

    def say_mend(self, language: Language = "zh") -> str:
        """No successors are promised where there are none."""
        return super().say_mend(language) if self.params.get("successors") else self.alone.say(language, **self.params)


class StaleVersion(ConflictError):
    """Somebody else changed the parcel after the version that the edit is based on."""

    shown: ClassVar[tuple[str, ...]] = ("parcel_code", "based_on", "version", "recorded_by", "differences")
    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 已不是第 {based_on} 版:{recorded_by} 于 {recorded_at} 改为第 {version} 版",
        "parcel {parcel_code} is not at version {based_on} any more: {recorded_by} made {version} at {recorded_at}",
    )
    mend: ClassVar[Text] = Text(
        "请看过现值后按第 {version} 版重新修改", "look at the values of now and edit again on version {version}"
    )

    def say_what(self, language: Language = "zh") -> str:
        """With both values of each field."""
        return self.what.say(language, **self.params) + _both_values(self.params, language)


class UndoneSince(ConflictError):
    """What the version changed was changed again later, so taking it back would lose the later change."""

    shown: ClassVar[tuple[str, ...]] = ("parcel_code", "undone", "version", "differences")
    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 第 {undone} 版之后又有修改(现为第 {version} 版),不能单独撤销",
        "parcel {parcel_code} was changed after version {undone} (now {version}), which cannot be undone alone",
    )
    mend: ClassVar[Text] = Text(
        "请先撤销后来的修改,或直接改为所需的值", "undo the later change first, or set the values wanted"
    )

    def say_what(self, language: Language = "zh") -> str:
        """With both values of each field."""
        return self.what.say(language, **self.params) + _both_values(self.params, language)


def _both_values(params: dict[str, Any], language: Language) -> str:
    """Field by field: what the edit was based on, what is there now, what was wanted."""
    words = [_one(difference, language) for difference in params.get("differences", [])[:5]]
    return (":" if language == "zh" else ": ") + ("、" if language == "zh" else "; ").join(words) if words else ""


def _one(difference: dict[str, Any], language: Language) -> str:
    title = difference["title"][language]
    told = Text("{title} 原为 {based_on},现为 {now}", "{title} was {based_on}, is now {now}")
    if "yours" in difference:
        told = Text(told.zh + ",您要改为 {yours}", told.en + ", you want {yours}")
    field = difference.get("field", "")
    values = {key: _value(_worded(field, difference.get(key), language)) for key in ("based_on", "now", "yours")}
    return told.say(language, title=title, **values)


def _worded(field: str, value: object, language: Language) -> object:
    """A token, yes or no as people read it."""
    from gisreg.db.models.parcel import Parcel  # noqa: PLC0415 - heavy

    if isinstance(value, bool):
        return Text("是" if value else "否", "yes" if value else "no").say(language)
    column = Parcel.__table__.columns.get(field)
    meaning = None if column is None else column.info.get("meaning")
    terms = meaning.terms if meaning else None
    return next((term.titles.say(language) for term in terms or () if term == value), value)


def _value(value: object) -> str:
    if isinstance(value, float):
        value = f"{value:.2f}" if abs(value) >= 1 else f"{value:.6g}"
    return "—" if value is None else f"“{str(value)[:40]}”"


class NothingToUndo(ConflictError):
    """The version came with an import, or the edit was taken back already."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 的第 {version} 版不能撤销({detail})",
        "version {version} of parcel {parcel_code} cannot be undone ({detail})",
    )
    mend: ClassVar[Text] = Text(
        "请用 gisreg parcels history {parcel_code} 查看;导入的批次用 gisreg batches undo 撤销",
        "see gisreg parcels history {parcel_code}; a batch is taken back with gisreg batches undo",
    )


class NothingToChange(InputError):
    """The edit would leave everything as it is."""

    what: ClassVar[Text] = Text("没有任何变化", "nothing would change")
    mend: ClassVar[Text] = Text("请检查要修改的内容", "check what is to be changed")


class FieldUnknown(InputError):
    """There is no such field, or it is not for editing."""

    what: ClassVar[Text] = Text("字段 {field} 不能修改", "the field {field} cannot be edited")
    mend: ClassVar[Text] = Text("可改字段:{known}", "fields for editing: {known}")


class ValueUnusable(InputError):
    """A value does not fit its field."""

    what: ClassVar[Text] = Text("{field} 的值不可用:{value}", "the value of {field} is not usable: {value}")
    mend: ClassVar[Text] = Text("应为{expected_zh}", "it should be {expected_en}")


class PartnerWanted(InputError):
    """A field that is stated together with another one, which is not known."""

    what: ClassVar[Text] = Text("写了{known},还须写明{title}", "{known} is stated, {title} is not")
    mend: ClassVar[Text] = Text("请同时给出 {field}={choice}", "give {field}={choice} with it")


class BoundaryFault(InputError):
    """Base of what can be wrong with a boundary or a line that is given."""

    what: ClassVar[Text] = Text("图形不合要求", "the shape is not what it should be")
    mend: ClassVar[Text] = Text("请检查图形", "check the shape")


class GeometryUnreadable(BoundaryFault):
    """Neither WKT nor GeoJSON, or a ring that is not closed."""

    what: ClassVar[Text] = Text("图形无法读取:{detail}", "the geometry cannot be read: {detail}")
    mend: ClassVar[Text] = Text(
        "请给出有效的 WKT、GeoJSON 或文件(环要闭合)", "give valid WKT, GeoJSON or a file (rings must be closed)"
    )


class GeometryEmpty(BoundaryFault):
    """Nothing is drawn."""

    what: ClassVar[Text] = Text("图形为空", "the geometry is empty")
    mend: ClassVar[Text] = Text("请画出边界或线", "draw the boundary or the line")


class NotAPolygon(BoundaryFault):
    """A boundary is a polygon."""

    what: ClassVar[Text] = Text("这里需要{wanted_zh},给出的是 {found}", "{wanted_en} is needed here, not {found}")
    mend: ClassVar[Text] = Text("请改用{wanted_zh}", "give {wanted_en}")


class NotFinite(BoundaryFault):
    """NaN or infinite coordinates."""

    what: ClassVar[Text] = Text(
        "坐标不是有限数值(第 {vertex} 点)", "a coordinate is no finite number (vertex {vertex})"
    )
    mend: ClassVar[Text] = Text("请检查该点的坐标", "check that vertex")


class TooManyVertices(BoundaryFault):
    """More than any boundary has."""

    what: ClassVar[Text] = Text("顶点过多:{found}(上限 {limit})", "too many vertices: {found} (at most {limit})")
    mend: ClassVar[Text] = Text("请先简化边界或分宗", "simplify the boundary, or divide it, first")


class OutOfRange(BoundaryFault):
    """Coordinates that the stated CRS cannot have."""

    what: ClassVar[Text] = Text(
        "坐标 {place} 超出 {crs} 的范围", "the coordinate {place} lies outside the range of {crs}"
    )
    mend: ClassVar[Text] = Text("请检查坐标系(--crs)", "check the CRS (--crs)")


class AxesSwapped(BoundaryFault):
    """North was given first."""

    what: ClassVar[Text] = Text(
        "坐标轴颠倒:{place}(应为经度/东坐标在前)", "the axes are swapped: {place} (longitude or easting comes first)"
    )
    mend: ClassVar[Text] = Text("请交换 X、Y", "exchange X and Y")


class CrsNotSupported(BoundaryFault):
    """Not one of the CRSs that the registry speaks."""

    what: ClassVar[Text] = Text("不支持坐标系 {crs}", "the CRS {crs} is not supported")
    mend: ClassVar[Text] = Text(
        "可用 EPSG:4490、4326、3857 和 CGCS2000 各带(4491–4554)",
        "use EPSG:4490, 4326, 3857 or a CGCS2000 zone (4491–4554)",
    )


class OneShapeWanted(BoundaryFault):
    """A file with none or several shapes."""

    what: ClassVar[Text] = Text("文件中有 {found} 个图形,只需一个", "the file holds {found} shapes; one is needed")
    mend: ClassVar[Text] = Text(
        "请只保留所需的图形(或用 --layer 指明图层)", "keep the one that is meant (or name its --layer)"
    )


class BoundaryInvalid(BoundaryFault):
    """A ring crosses itself, or parts overlap."""

    what: ClassVar[Text] = Text("边界无效:{detail}", "the boundary is not valid: {detail}")
    mend: ClassVar[Text] = Text("请在该处改正边界", "mend the boundary there")


class NoArea(BoundaryFault):
    """Nothing, or next to nothing, is left."""

    what: ClassVar[Text] = Text("图形没有面积({area_m2} ㎡)", "the boundary has no area ({area_m2} m²)")
    mend: ClassVar[Text] = Text("请重画该边界", "draw it again")


class SliverLeft(BoundaryFault):
    """A piece too small or too thin to be a parcel."""

    what: ClassVar[Text] = Text("会产生碎片({area_m2} ㎡)", "this leaves a sliver ({area_m2} m²)")
    mend: ClassVar[Text] = Text("请移动该线,使每块都成宗地", "move the line so that each piece is a parcel")


class OutsideCounty(BoundaryFault):
    """Nothing of it lies in the county."""

    what: ClassVar[Text] = Text("边界不在本县({county})范围内", "the boundary lies outside the county ({county})")
    mend: ClassVar[Text] = Text("请检查坐标系(--crs)", "check the CRS (--crs)")


class ParcelUnmapped(BoundaryFault):
    """The parcel has no boundary yet."""

    what: ClassVar[Text] = Text("宗地 {parcel_code} 还没有边界", "parcel {parcel_code} has no boundary yet")
    mend: ClassVar[Text] = Text("请先用 gisreg parcels replace 补画", "give it one with gisreg parcels replace")


class LineDoesNotCross(BoundaryFault):
    """A line that does not divide the parcel."""

    what: ClassVar[Text] = Text("该线没有穿过宗地 {parcel_code}", "the line does not cross parcel {parcel_code}")
    mend: ClassVar[Text] = Text("请把线的两端画到边界之外", "draw both of its ends beyond the boundary")


class AreasDoNotFit(BoundaryFault):
    """More area is asked for than there is."""

    what: ClassVar[Text] = Text(
        "要求的面积合计 {wanted_m2} ㎡,宗地只有 {area_m2} ㎡",
        "{wanted_m2} m² are asked for, the parcel has {area_m2} m²",
    )
    mend: ClassVar[Text] = Text("请减小面积", "ask for less")


class PieceInParts(BoundaryFault):
    """The sweep cut off ground that is not in one piece."""

    what: ClassVar[Text] = Text("按此方向分出的地块不连片", "divided in this direction, a piece is not in one part")
    mend: ClassVar[Text] = Text("请换一个方向(--direction)或用线分割", "take another --direction, or split by a line")


class NotTouching(BoundaryFault):
    """Only neighbours can be merged, or share a boundary."""

    what: ClassVar[Text] = Text("宗地不相邻:{codes}", "the parcels do not touch: {codes}")
    mend: ClassVar[Text] = Text(
        "请选相邻宗地,或先用 snap 消除缝隙", "choose neighbours, or close the gap with snap first"
    )


class ParcelsOverlap(BoundaryFault):
    """Areas would not add up."""

    what: ClassVar[Text] = Text("宗地重叠 {area_m2} ㎡:{codes}", "the parcels overlap by {area_m2} m²: {codes}")
    mend: ClassVar[Text] = Text("请先用 subtract 消除重叠", "take the overlap away with subtract first")


class NoOverlap(BoundaryFault):
    """There is nothing to subtract."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 与所给图形不重叠", "parcel {parcel_code} does not overlap what is given"
    )
    mend: ClassVar[Text] = Text("请检查编号和图形", "check the number and the shape")


class NothingLeft(BoundaryFault):
    """The whole parcel would go."""

    what: ClassVar[Text] = Text("宗地 {parcel_code} 将没有剩余", "nothing of parcel {parcel_code} would be left")
    mend: ClassVar[Text] = Text("整宗处理请用 gisreg parcels remove", "for the whole parcel use gisreg parcels remove")


class ParcelsDiffer(BoundaryFault):
    """Merging would lose what tells them apart."""

    what: ClassVar[Text] = Text("宗地的{title_zh}不同:{values}", "the parcels differ in {title_en}: {values}")
    mend: ClassVar[Text] = Text("先统一后再合并", "make them agree before merging")


class SameParcelTwice(InputError):
    """A parcel is named twice, or too few are named."""

    what: ClassVar[Text] = Text("需要 {wanted} 个不同的宗地:{codes}", "{wanted} different parcels are needed: {codes}")
    mend: ClassVar[Text] = Text("请检查编号", "check the numbers")


class VertexNotThere(BoundaryFault):
    """No vertex of the parcel lies at the place."""

    what: ClassVar[Text] = Text(
        "{place} 附近没有顶点(最近相距 {distance_m} 米)",
        "there is no vertex at {place} (the nearest is {distance_m} m away)",
    )
    mend: ClassVar[Text] = Text("请点选已有顶点,或加大 --tolerance", "point at a vertex, or widen --tolerance")


class NothingToSnap(BoundaryFault):
    """No neighbour within the tolerance, or all fits already."""

    what: ClassVar[Text] = Text(
        "{tolerance_m} 米内没有要对齐的邻宗边界", "no neighbour's boundary within {tolerance_m} m needs snapping to"
    )
    mend: ClassVar[Text] = Text("请检查 --tolerance 或指明 --to", "check --tolerance, or name the neighbour with --to")
