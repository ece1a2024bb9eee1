"""The parcel's columns but for its shapes: what files fill, rules ask and lists show.

By themselves, since a file is read against them before any table is needed: the tables and PostGIS's types take a third
of a second to import.
"""

from datetime import date

from sqlalchemy import ARRAY, Integer
from sqlalchemy import Text as SqlText
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import Mapped, mapped_column

from gisreg.columns import Meaning, day, fact, number, text, token, whole
from gisreg.text import Text
from gisreg.vocab import (
    AreaSource,
    Demand,
    HolderClass,
    IdleCause,
    Kind,
    LandUseScheme,
    OwnerIntent,
    OwnershipStatus,
    Sector,
    State,
    Subkind,
)


class ParcelFacts:
    """What the live row and its superseded versions share, boundaries aside."""

    county_code: Mapped[str] = mapped_column(
        SqlText, nullable=False, info={"meaning": Meaning(Text("县级代码", "County code"))}
    )
    parcel_code: Mapped[str] = text("宗地编号", "Parcel code", nullable=False)
    kind: Mapped[str] = token("kind", Kind, "类型", "Kind", nullable=False)
    subkind: Mapped[str | None] = token("subkind", Subkind, "亚类", "Subkind")
    state: Mapped[str] = token("state", State, "状态", "State", nullable=False)
    name: Mapped[str | None] = text("名称", "Name")
    address: Mapped[str | None] = text("坐落", "Address")
    remark: Mapped[str | None] = text("备注", "Remark")
    tags: Mapped[list[str] | None] = mapped_column(ARRAY(SqlText), info={"meaning": Meaning(Text("标签", "Tags"))})
    # keys on which ledgers join (rules §1)
    source_code: Mapped[str | None] = text("原编号", "Source code")
    cadastral_code: Mapped[str | None] = text("宗地代码", "Cadastral code")
    real_estate_unit_code: Mapped[str | None] = text("不动产单元代码", "Real estate unit code")
    supervision_no: Mapped[str | None] = text("电子监管号", "Supervision number")
    contract_no: Mapped[str | None] = text("合同编号", "Contract number")
    approval_no: Mapped[str | None] = text("批准文号", "Approval number")
    project_code: Mapped[str | None] = text("项目代码", "Project code")
    # place
    township_code: Mapped[str | None] = text("乡镇代码", "Township code")
    village_code: Mapped[str | None] = text("村代码", "Village code")
    zone_code: Mapped[str | None] = text("园区代码", "Zone code")
    # rights in short; the children tables hold them in full
    holder_name: Mapped[str | None] = text("权利人", "Holder", personal=True)
    holder_class: Mapped[str | None] = token("holder_class", HolderClass, "权利人类别", "Holder class")
    ownership_status: Mapped[str] = token(
        "ownership_status", OwnershipStatus, "权属状态", "Ownership status", nullable=False,
        server_default=sql("'unknown'"),
    )  # fmt: skip
    ownership_nature: Mapped[str | None] = text("权属性质", "Ownership nature", code_list="ownership_nature")
    right_type: Mapped[str | None] = text("权利类型", "Right type", code_list="right_type")
    right_nature: Mapped[str | None] = text("权利性质", "Right nature", code_list="right_nature")
    land_use_scheme: Mapped[str | None] = token("land_use_scheme", LandUseScheme, "地类标准", "Land-use scheme")
    land_use_code: Mapped[str | None] = text("地类编码", "Land-use code", code_list="land_use")
    sector: Mapped[str | None] = token("sector", Sector, "规划用途", "Planned sector")
    # areas (rules §2)
    official_area_m2: Mapped[float | None] = number("official_area_m2", "批准/登记面积", "Official area", "m²")
    official_area_source: Mapped[str | None] = token("official_area_source", AreaSource, "面积来源", "Area source")
    area_m2: Mapped[float | None] = number("area_m2", "椭球面积", "Measured area", "m²")
    planar_area_m2: Mapped[float | None] = number("planar_area_m2", "平面面积", "Planar area", "m²")
    floor_area_m2: Mapped[float | None] = number("floor_area_m2", "建筑面积", "Floor area", "m²")
    supplied_area_m2: Mapped[float | None] = number("supplied_area_m2", "已供面积", "Area supplied", "m²")
    started_area_m2: Mapped[float | None] = number("started_area_m2", "已动工面积", "Area started", "m²")
    due_area_m2: Mapped[float | None] = number("due_area_m2", "应动工面积", "Area due to start", "m²")
    # dates
    approved_on: Mapped[date | None] = day("批准日期", "Approved on")
    contract_on: Mapped[date | None] = day("合同签订日期", "Contract signed on")
    agreed_start_on: Mapped[date | None] = day("约定动工日期", "Agreed start")
    actual_start_on: Mapped[date | None] = day("实际动工日期", "Actual start")
    agreed_completion_on: Mapped[date | None] = day("约定竣工日期", "Agreed completion")
    halted_on: Mapped[date | None] = day("停工(停产)日期", "Halted on")
    completed_on: Mapped[date | None] = day("竣工日期", "Completed on")
    determined_on: Mapped[date | None] = day("闲置认定日期", "Determined idle on")
    vacated_on: Mapped[date | None] = day("腾空日期", "Vacated on")
    # money, in 万元
    price_wan: Mapped[float | None] = number("price_wan", "土地价款", "Land price", "万元")
    paid_wan: Mapped[float | None] = number("paid_wan", "已缴价款", "Price paid", "万元")
    total_investment_wan: Mapped[float | None] = number("total_investment_wan", "总投资", "Total investment", "万元")
    invested_wan: Mapped[float | None] = number("invested_wan", "已投资", "Invested", "万元")
    market_value_wan: Mapped[float | None] = number("market_value_wan", "评估价值", "Market value", "万元")
    land_cost_wan: Mapped[float | None] = number("land_cost_wan", "土地成本", "Land cost", "万元")
    debt_wan: Mapped[float | None] = number("debt_wan", "涉及债务", "Debt", "万元")
    funding_gap_wan: Mapped[float | None] = number("funding_gap_wan", "资金缺口", "Funding gap", "万元")
    yearly_income_wan: Mapped[float | None] = number(
        "yearly_income_wan", "年收益", "Yearly income", "万元/年", minimum=None
    )
    # quotas that a stopped enterprise holds, booked apart from land
    energy_quota_tce: Mapped[float | None] = number("energy_quota_tce", "能耗指标", "Energy quota", "tce")
    water_quota_t: Mapped[float | None] = number("water_quota_t", "用水指标", "Water quota", "t")
    income_years: Mapped[int | None] = whole("income_years", "连续有收益年数", "Years with income", "a")
    # facts on which the choice rests: NULL is unknown
    idle_cause: Mapped[str | None] = token("idle_cause", IdleCause, "闲置原因", "Cause of idleness")
    demand: Mapped[str | None] = token("demand", Demand, "公共需求", "Public need")
    owner_intent: Mapped[str | None] = token("owner_intent", OwnerIntent, "权利人意愿", "Holder's intent")
    supply_ready: Mapped[bool | None] = fact("具备供地条件", "Ready to be supplied")
    project_found: Mapped[bool | None] = fact("有意向项目", "A project is found")
    plan_changed: Mapped[bool | None] = fact("规划或政策已调整", "Plan or policy changed")
    county_verified: Mapped[bool | None] = fact("县级已核实", "Verified by the county")
    procedures_complete: Mapped[bool | None] = fact("手续齐全", "Procedures complete")
    can_start: Mapped[bool | None] = fact("可限期开工", "Can start by a deadline")
    swap_land_found: Mapped[bool | None] = fact("有等价置换地", "Land for a swap is found")
    farmland_restorable: Mapped[bool | None] = fact("可复耕", "Can return to farming")
    buyer_found: Mapped[bool | None] = fact("有受让方", "A buyer is found")
    tenant_found: Mapped[bool | None] = fact("有承租方", "A tenant is found")
    investor_found: Mapped[bool | None] = fact("有投资方", "An investor is found")
    buy_back_funds: Mapped[bool | None] = fact("有收回资金", "Funds to buy back")
    reserve_agency_listed: Mapped[bool | None] = fact("名录内储备机构", "Listed reserve agency")
    creditors_agree: Mapped[bool | None] = fact("债权人同意", "Creditors agree")
    building_sound: Mapped[bool | None] = fact("建筑安全可用", "Building sound")
    technology_obsolete: Mapped[bool | None] = fact("产能落后无望", "Obsolete beyond hope")
    in_developed_area: Mapped[bool | None] = fact("位于较发达区域", "In a developed area")
    price_paid_in_full: Mapped[bool | None] = fact("价款已缴清", "Price paid in full")
    # gates (rules §5): they hold action and never erase a label
    seized: Mapped[bool | None] = fact("司法查封", "Judicial seizure")
    mortgaged: Mapped[bool | None] = fact("已抵押", "Mortgaged")
    mortgagee_notified: Mapped[bool | None] = fact("已告知抵押权人", "Mortgagee notified")
    on_red_line: Mapped[bool | None] = fact("涉及生态红线", "On an ecological red line")
    on_farmland: Mapped[bool | None] = fact("涉及永久基本农田", "On protected farmland")
    contaminated: Mapped[bool | None] = fact("土壤污染", "Contaminated")
    hearing_held: Mapped[bool | None] = fact("已听证", "Hearing held")
    hoarder: Mapped[bool | None] = fact("囤地失信", "Barred as hoarder")
    collective_vote: Mapped[bool | None] = fact("集体民主决策通过", "Collective vote passed")
    valuation_done: Mapped[bool | None] = fact("已评估", "Valued")
    # the survey's own coordinates, as they came, and where they came from
    coordinate_source: Mapped[str | None] = text("坐标来源", "Source of coordinates")
    survey_crs: Mapped[str | None] = text("测量坐标系", "Survey CRS")
    batch_id: Mapped[int | None] = mapped_column(Integer)
    source_row: Mapped[int | None] = mapped_column(Integer)
    source_hash: Mapped[str | None] = mapped_column(UUID(as_uuid=False))
