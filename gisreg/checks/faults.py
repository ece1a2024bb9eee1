# ruff: noqa: E501 - wording and SQL stay in one piece

"""The faults that a row can have: a stable token, how grave it is, and what people read."""

from dataclasses import dataclass

from gisreg.text import Text
from gisreg.vocab import Severity


@dataclass(frozen=True)
class Fault:
    """One thing that can be wrong."""

    token: str
    grade: Severity
    what: Text
    mend: Text


FAULTS: dict[str, Fault] = {}


def _fault(token: str, grade: Severity, what: tuple[str, str], mend: tuple[str, str]) -> None:
    FAULTS[token] = Fault(token, grade, Text(*what), Text(*mend))


# refused: the row is not loaded
_fault("null_geometry", Severity.REFUSED, ("没有图形", "no geometry"), ("请补画边界", "draw the boundary"))
_fault("empty_geometry", Severity.REFUSED, ("图形为空", "the geometry is empty"), ("请补画边界", "draw the boundary"))
_fault(
    "broken_geometry", Severity.REFUSED, ("图形无法解析(环未闭合、点数不足或坐标不是数值)", "the geometry cannot be read (open or too short rings, or coordinates that are no numbers)"),
    ("请在原软件中修复该图形", "repair the geometry in the original program"),
)  # fmt: skip
_fault(
    "not_polygon", Severity.REFUSED, ("不是面:{detail}", "not a polygon: {detail}"),
    ("请改为面要素或删除该行", "make it a polygon or remove the row"),
)  # fmt: skip
_fault(
    "bad_coordinates", Severity.REFUSED, ("坐标不是有限数值", "the coordinates are not finite numbers"),
    ("请检查该图形的顶点坐标", "check the coordinates of its vertices"),
)  # fmt: skip
_fault(
    "out_of_range", Severity.REFUSED, ("坐标超出坐标系的范围", "the coordinates lie outside the CRS's range"),
    ("请检查坐标系(--crs)和坐标", "check the CRS (--crs) and the coordinates"),
)  # fmt: skip
_fault(
    "axes_swapped", Severity.REFUSED, ("坐标轴颠倒(应为经度/东坐标在前)", "the axes are swapped (longitude or easting comes first)"),
    ("请交换 X、Y 后重新导出", "exchange X and Y and export again"),
)  # fmt: skip
_fault(
    "wrong_zone", Severity.REFUSED, ("不在本县范围内;按 EPSG:{detail} 则在县内", "outside the county, but inside it in EPSG:{detail}"),
    ("坐标系的带号与坐标不符,请核对后用 --crs EPSG:{detail} 导入", "the CRS's zone is not that of the coordinates; check and import with --crs EPSG:{detail}"),
)  # fmt: skip
_fault(
    "zone_number", Severity.REFUSED, ("不在本县范围内;带号改作 {detail} 则在县内", "outside the county; as zone {detail} these coordinates would lie inside it"),
    ("坐标的带号和坐标系都写成了别的带:请核对,把两处的带号改为 {detail} 后导入", "both the digits and the CRS bear another zone's number: check, and put zone {detail} in both places"),
)  # fmt: skip
_fault(
    "outside_county", Severity.REFUSED, ("不在本县范围内", "outside the county"),
    ("请检查坐标系(--crs)和县代码(--county)", "check the CRS (--crs) and the county (--county)"),
)  # fmt: skip
_fault(
    "outside_china", Severity.REFUSED, ("不在中国范围内(本县无界线)", "outside China (the county has no boundary here)"),
    ("请检查坐标系(--crs),或先导入县界", "check the CRS (--crs), or import the county's boundary first"),
)  # fmt: skip
_fault(
    "too_tangled", Severity.REFUSED, ("边界自相交约 {value} 处,过多,不予自动修复", "the boundary crosses itself about {value} times, too often to be repaired"),
    ("界址点的顺序多半是乱的,请按界址线顺序重排或重画;上限见 checks.toml 的 crossings", "the points are most likely out of order: put them in the order of the boundary, or draw it again; the limit is crossings in checks.toml"),
)  # fmt: skip
_fault(
    "across_date_line", Severity.REFUSED, ("经度跨 {value}°(跨 180° 经线)", "{value}° of longitude wide (over the 180° meridian)"),
    ("请检查该图形的经度,或在 180° 经线处分开", "check its longitudes, or divide it at the 180° meridian"),
)  # fmt: skip
_fault(
    "no_area", Severity.REFUSED, ("图形没有面积(修复后无剩余面)", "no area is left of the geometry once repaired"),
    ("请重画该边界", "draw the boundary again"),
)  # fmt: skip
_fault(
    "duplicate_code", Severity.REFUSED, ("编号与第 {detail} 行重复", "the code repeats that of row {detail}"),
    ("请给出唯一编号", "give it a code of its own"),
)  # fmt: skip
_fault(
    "duplicate_row", Severity.REFUSED, ("与第 {detail} 行完全相同", "the same as row {detail}"), ("请删除重复行", "remove the repetition"),
)  # fmt: skip
_fault(
    "bad_code", Severity.REFUSED, ("编号不可用:{value}", "the code is not usable: {value}"),
    ("请更正编号(文本型,编码正确)", "correct it (as text, in the right encoding)"),
)  # fmt: skip
_fault(
    "number_retired", Severity.REFUSED, ("宗地 {detail} 已停用(分割、合并或核减),后继:{value}", "parcel {detail} is out of use (split, merged or struck off); its successors: {value}"),
    ("请改按后继宗地的编号导入(gisreg parcels show {detail} 说明来龙去脉)", "import under the codes of its successors (gisreg parcels show {detail} tells how it came about)"),
)  # fmt: skip
_fault(
    "parcel_code_unknown", Severity.REFUSED, ("登记库没有给出过宗地编号 {value}(本县)", "the registry never gave the parcel code {value} (in this county)"),
    ("新宗地请清空该格,由登记库编号;该列不是登记库编号时,用 gisreg parcels mapping --set 列名=- 另定对照", "clear it for a new parcel, the registry numbers it; where the column is something else, set it aside with gisreg parcels mapping --set COLUMN=-"),
)  # fmt: skip
_fault(
    "parcel_of_other_kind", Severity.REFUSED, ("宗地 {detail} 不属于所导入的类型", "parcel {detail} is not of the kind that is imported"),
    ("请按类型分别导入(--kind),或先按类型筛选导出", "import each kind by itself (--kind), or export with a filter on the kind"),
)  # fmt: skip
_fault(
    "codes_of_two_parcels", Severity.REFUSED, ("宗地 {detail} 的原编号不是文件所写的编号", "the source code of parcel {detail} is not the one in the file"),
    ("请核对两个编号;要改原编号请用 gisreg parcels edit {detail} --set source_code=…", "check both; to change the source code use gisreg parcels edit {detail} --set source_code=…"),
)  # fmt: skip
# repaired: loaded, with a changed boundary
_fault(
    "self_intersection", Severity.REPAIRED, ("边界无效:{detail}", "the boundary is not valid: {detail_en}"),
    ("已自动修复,面积 {before} → {after} ㎡,请核对", "repaired: area {before} → {after} m², please check"),
)  # fmt: skip
_fault(
    "parts_dropped", Severity.REPAIRED, ("混有点或线,只保留面", "points or lines among the polygons were dropped"),
    ("已自动处理,请核对", "done; please check"),
)  # fmt: skip
_fault(
    "curves_straightened", Severity.REPAIRED, ("含弧段,已转为折线", "curves were made into straight lines"),
    ("已自动处理,请核对", "done; please check"),
)  # fmt: skip
# warned: loaded, something to look at
_fault(
    "z_dropped",
    Severity.WARNED,
    (
        "三维坐标:边界为二维,高程随原始测量坐标保存",
        "3D: the boundary is flat; the heights are kept with the survey's own coordinates",
    ),
    ("无需处理", "nothing to do"),
)
_fault(
    "crosses_county_line", Severity.WARNED, ("部分超出县界", "partly outside the county"), ("请核对边界", "check the boundary"),
)  # fmt: skip
_fault(
    "township_differs", Severity.WARNED, ("所填乡镇 {value} 与位置不符,按位置归 {detail}", "township {value} is stated but it lies in {detail}"),
    ("请核对乡镇代码", "check the township code"),
)  # fmt: skip
_fault(
    "township_unknown", Severity.WARNED, ("没有乡镇 {value}", "there is no township {value}"),
    ("请核对乡镇代码或先导入乡镇", "check the code, or import the townships first"),
)  # fmt: skip
_fault(
    "bad_value", Severity.WARNED, ("值不可用,未存:{value}", "the value is not usable and was not stored: {value}"),
    ("请更正后重新导入", "correct it and import again"),
)  # fmt: skip
_fault(
    "unknown_code", Severity.WARNED, ("代码表中没有:{value}(已照原样存)", "not in the code list, stored as it is: {value}"),
    ("请核对代码", "check the code"),
)  # fmt: skip
_fault(
    "damaged_text", Severity.WARNED, ("文字无法按该编码解读,未存或被截断", "the text does not decode; not stored or cut short"),
    ("请检查编码(--encoding)或该字段", "check the encoding (--encoding) or the field"),
)  # fmt: skip
_fault(
    "area_disagrees", Severity.WARNED, ("所填面积 {value} 与图形面积 {detail} 相差一倍以上", "the stated area {value} and the boundary's {detail} differ by more than twice"),
    ("请核对面积单位", "check the unit of the area"),
)  # fmt: skip
_fault(
    "overlap_in_file", Severity.WARNED, ("与文件内第 {detail} 行重叠 {value}", "overlaps row {detail} of the file by {value}"),
    ("同类宗地不应重叠,请核对边界", "parcels of one kind must not overlap; check both boundaries"),
)  # fmt: skip
_fault(
    "overlap_registered", Severity.WARNED, ("与已入库宗地 {detail} 重叠 {value}", "overlaps the registered parcel {detail} by {value}"),
    ("同类宗地不应重叠,可用 gisreg parcels subtract 扣除", "parcels of one kind must not overlap; gisreg parcels subtract takes it out"),
)  # fmt: skip
_fault(
    "gap_to_neighbour", Severity.WARNED, ("与 {detail} 之间有 {value} 的缝隙", "a gap of {value} to {detail}"),
    ("如应相接,可用 gisreg parcels snap 对齐", "if they should touch, gisreg parcels snap joins them"),
)  # fmt: skip
_fault(
    "sliver", Severity.WARNED, ("狭长碎面,平均宽 {value} m", "a sliver, {value} m wide on average"),
    ("请核对是否为绘图残留", "check whether it is left over from drawing"),
)  # fmt: skip
_fault(
    "parts_overlap", Severity.WARNED, ("图形的各部分互相重叠 {value} ㎡", "parts of the boundary overlap by {value} m²"),
    ("已并为一体,重叠处只计一次;请核对各部分的边界", "made into one, what they share counts once; check the boundaries of the parts"),
)  # fmt: skip
_fault(
    "spike", Severity.WARNED, ("边界有尖刺,夹角 {value}°", "a spike in the boundary, {value}° sharp"),
    ("请检查该处界址点", "check the boundary point there"),
)  # fmt: skip
_fault(
    "duplicate_vertex", Severity.WARNED, ("有 {value} 个重复界址点", "{value} boundary points stand twice"),
    ("可不处理;如需整洁请删去", "harmless; remove them to be tidy"),
)  # fmt: skip
_fault(
    "cadastral_code_invalid", Severity.WARNED, ("宗地代码不合规则:{value}", "not a cadastral parcel code: {value}"),
    ("应为 19 位:本县 6 位 + 地籍区 3 + 子区 3 + 特征码 2 + 序号 5(非 00000)", "19 places: this county's 6, zone 3, sub-zone 3, feature 2, serial 5 (not 00000)"),
)  # fmt: skip
_fault(
    "unit_code_invalid", Severity.WARNED, ("不动产单元代码不合规则:{value}", "not a real-estate unit code: {value}"),
    ("应为 28 位:宗地代码 19 位 + 定着物特征 1 + 单元号 8(W 时为 00000000)", "28 places: cadastral code 19, fixture 1, unit 8 (00000000 after W)"),
)  # fmt: skip
_fault(
    "codes_disagree", Severity.WARNED, ("不动产单元代码 {value} 不属于宗地 {detail}", "the unit code {value} is not of parcel {detail}"),
    ("请核对两个代码", "check both codes"),
)  # fmt: skip
_fault(
    "dates_out_of_order", Severity.WARNED, ("日期 {value} 早于在先的 {detail}", "{value} comes before {detail}, which it should follow"),
    ("请核对两个日期", "check both dates"),
)  # fmt: skip
_fault(
    "date_in_future", Severity.WARNED, ("日期 {value} 尚未到来", "{value} is still to come"), ("请核对日期", "check the date"),
)  # fmt: skip
_fault(
    "more_than_whole", Severity.WARNED, ("{value} 大于其整体 {detail}", "{value} is more than the whole, {detail}"),
    ("请核对两个数值及单位", "check both figures and their units"),
)  # fmt: skip
_fault(
    "amount_out_of_range", Severity.WARNED, ("数值 {value} 超出合理上限 {detail}", "{value} is beyond all reason (more than {detail})"),
    ("请核对数值及单位;上限在 checks.toml 中设置", "check the figure and its unit; the limit is set in checks.toml"),
)  # fmt: skip
_fault(
    "price_out_of_range", Severity.WARNED, ("价款 {value} 万元与面积 {detail} ㎡ 相比过高", "a price of {value} 万元 for {detail} m² is beyond all reason"),
    ("请核对价款和面积的单位(万元、元;亩、平方米)", "check the units of price and area (万元, yuan; mu, m²)"),
)  # fmt: skip
