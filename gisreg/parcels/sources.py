"""Where each fact comes from, and how sure it is: stated in a paper, measured, derived from others, or unconfirmed."""

from dataclasses import dataclass

from gisreg.text import Text
from gisreg.vocab import Term


class Sureness(Term):
    """How sure a fact is, before anybody looks at a parcel."""

    STATED = "stated", "有据", "Stated in a paper"
    MEASURED = "measured", "实测", "Measured"
    DERIVED = "derived", "推算", "Derived"
    UNCONFIRMED = "unconfirmed", "待核实", "Unconfirmed: somebody's judgement"


@dataclass(frozen=True)
class Source:
    """The paper or survey that a fact is taken from."""

    words: Text
    sure: Sureness


def _stated(zh: str, en: str) -> Source:
    return Source(Text(zh, en), Sureness.STATED)


def _judged(zh: str, en: str) -> Source:
    return Source(Text(zh, en), Sureness.UNCONFIRMED)


LEDGER = _stated("入库清单", "The ledger it came with")
PLAN = Source(Text("处置建议批次", "The plan run in force"), Sureness.DERIVED)
"""What a run or a person decided; a fact of the plan, not of the parcel."""

_CONTRACT = _stated("出让合同或划拨决定书", "Grant contract or allocation decision")
_TITLE = _stated("不动产登记簿、权利台账", "Real-estate register, book of rights")
_SURVEY = Source(Text("界址测量", "Boundary survey"), Sureness.MEASURED)
_SITE = _judged("现场核查、乡镇巡查", "Visit to the site, the township's rounds")
_REPORT = _judged("权利人申报", "What the holder reports")
_VALUATION = _stated("评估报告", "Valuation report")
_MAPS = _stated("国土空间规划和调查成果", "Spatial plan and land surveys")
_INQUIRY = _judged("部门、乡镇摸底调查", "Inquiry by bureaus and townships")

_GROUPS: tuple[tuple[Source, str], ...] = (
    (_CONTRACT, "contract_no contract_on agreed_start_on agreed_completion_on price_wan due_area_m2 supplied_area_m2"),
    (_stated("用地批文", "Land-use approval"), "approval_no approved_on"),
    (_stated("批文、合同、证书或台账,见“面积来源”", "Approval, contract, certificate or ledger: see the area's source"),
     "official_area_m2 official_area_source"),
    (_SURVEY, "area_m2 planar_area_m2 boundary coordinate_source survey_crs"),
    (_TITLE, "holder_name holder_class ownership_status ownership_nature right_type right_nature seized mortgaged"),
    (_stated("送达回证", "Proof of service"), "mortgagee_notified"),
    (_stated("闲置土地认定书", "Decision that determines the land idle"), "determined_on"),
    (_stated("闲置土地调查", "Inquiry into the idle land"), "idle_cause"),
    (_stated("缴款凭证", "Receipts of payment"), "paid_wan price_paid_in_full"),
    (_VALUATION, "market_value_wan valuation_done"),
    (_stated("收储或征地成本账", "Accounts of the land's acquisition"), "land_cost_wan"),
    (_REPORT, "total_investment_wan invested_wan debt_wan funding_gap_wan yearly_income_wan income_years owner_intent"),
    (_stated("用能、用水指标文件", "Papers on energy and water quotas"), "energy_quota_tce water_quota_t"),
    (_SITE, "actual_start_on started_area_m2 halted_on completed_on vacated_on floor_area_m2 can_start"
            " technology_obsolete"),
    (_stated("房屋安全鉴定", "Safety appraisal of the building"), "building_sound"),
    (_MAPS, "on_red_line on_farmland in_developed_area land_use_scheme land_use_code sector plan_changed"),
    (_stated("土壤污染状况调查", "Soil survey"), "contaminated"),
    (_stated("听证笔录", "Record of the hearing"), "hearing_held"),
    (_stated("失信惩戒名单", "List of barred holders"), "hoarder"),
    (_stated("四议两公开记录", "Record of the collective's vote"), "collective_vote"),
    (_stated("县级核实意见", "The county's verification"), "county_verified"),
    (_stated("土地储备机构名录", "List of land-reserve agencies"), "reserve_agency_listed"),
    (_stated("财政部门意见", "The finance bureau's opinion"), "buy_back_funds"),
    (_stated("债权人书面意见", "The creditors' written opinion"), "creditors_agree"),
    (_stated("审批手续清单", "List of procedures done"), "procedures_complete"),
    (_INQUIRY, "demand supply_ready project_found swap_land_found farmland_restorable buyer_found tenant_found"
               " investor_found"),
    (PLAN, "run_id plan_as_of ruleset rule label measure measure_zh measure_en reason_zh reason_en basis agency due_on"
           " decided_by_person finance_option gated blockers confidence"),
    (Source(Text("由登记状态得出", "From the state"), Sureness.DERIVED), "is_left is_not_closed"),
    (Source(Text("批准/登记面积,无则实测面积", "The official area, else the measured one"), Sureness.DERIVED),
     "land_area_m2 area_mu area_is_official"),
)  # fmt: skip
SOURCES: dict[str, Source] = {name: source for source, names in _GROUPS for name in names.split()}


def source_of(name: str) -> Source:
    """The source of a stored fact; what is not listed came with the ledger."""
    return SOURCES.get(name, LEDGER)


def derived_from(titles: list[Text]) -> Source:
    """The source of a fact that follows from others and the as-of date."""
    zh, en = "、".join(one.zh for one in titles), ", ".join(one.en for one in titles)
    return Source(Text(f"由{zh}推算", f"From: {en}"), Sureness.DERIVED)
