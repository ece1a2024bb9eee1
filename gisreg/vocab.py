"""The registry's words: tokens that are stored, and what people read for them.

Tokens on which code branches are enumerations here; long lists that offices exchange (land-use classes, right types,
administrative codes) are CSV files under ``data/codes`` read by :func:`code_list`.
"""

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Self

from gisreg.settings import PROJECT_DIR
from gisreg.text import Text


class Term(StrEnum):
    """A stored token with its titles."""

    zh: str
    en: str

    def __new__(cls, token: str, zh: str, en: str) -> Self:
        """A member is its token; the titles hang on it."""
        member = str.__new__(cls, token)
        member._value_ = token
        member.zh, member.en = zh, en
        return member

    @property
    def titles(self) -> Text:
        """Both titles."""
        return Text(self.zh, self.en)


class Kind(Term):
    """What a parcel is (rules §1)."""

    UNSUPPLIED_LAND = "unsupplied_land", "批而未供土地", "Unsupplied land"
    IDLE_LAND = "idle_land", "闲置土地", "Idle land"
    HALF_FINISHED_PROJECT = "half_finished_project", "半拉子工程", "Half-finished project"
    IDLE_FACTORY = "idle_factory", "闲置厂房", "Idle factory building"


class Subkind(Term):
    """Finer kinds of half-finished projects and idle factories (rules §1)."""

    HALTED_WORKS = "halted_works", "在建停工", "Government works halted"
    COMPLETED_UNUSED = "completed_unused", "完工未投用", "Completed, never used"
    HALTED_ENTERPRISE_WORKS = "halted_enterprise_works", "企业停建", "Enterprise works halted"
    IDLE_BUILDING = "idle_building", "闲置建筑", "Idle building"
    HALTED_ENTERPRISE = "halted_enterprise", "停产企业", "Enterprise out of production"


SUBKINDS: dict[Kind, tuple[Subkind, ...]] = {
    Kind.UNSUPPLIED_LAND: (),
    Kind.IDLE_LAND: (),
    Kind.HALF_FINISHED_PROJECT: (
        Subkind.HALTED_WORKS,
        Subkind.COMPLETED_UNUSED,
        Subkind.HALTED_ENTERPRISE_WORKS,
    ),
    Kind.IDLE_FACTORY: (Subkind.IDLE_BUILDING, Subkind.HALTED_ENTERPRISE),
}


class State(Term):
    """Where a parcel stands on its way to the close-out (rules §3)."""

    SUSPECTED = "suspected", "疑似闲置", "Suspected"
    REGISTERED = "registered", "入库", "Registered"
    PLANNED = "planned", "已定方案", "Planned"
    IN_PROGRESS = "in_progress", "处置中", "In progress"
    SUBMITTED = "submitted", "已上报待销号", "Submitted for close-out"
    CLOSED = "closed", "已销号", "Closed out"
    ON_HOLD = "on_hold", "暂缓", "On hold"
    RETURNED = "returned", "退回", "Returned"
    RELAPSED = "relapsed", "二次闲置", "Relapsed"
    REMOVED = "removed", "核减", "Removed"
    TAKEN_BACK = "taken_back", "收回待再供", "Taken back, to be supplied again"


LEFT_STATES = (
    State.REGISTERED,
    State.PLANNED,
    State.IN_PROGRESS,
    State.ON_HOLD,
    State.RETURNED,
    State.RELAPSED,
)
"""Counted as left to revitalise (剩余待盘活), rules §4."""

NOT_CLOSED_STATES = (*LEFT_STATES, State.SUBMITTED)
"""Registered and not closed out (未销号), rules §4."""

OUTSIDE_STATES = (State.SUSPECTED, State.REMOVED, State.TAKEN_BACK)
"""Outside all totals; shown apart, rules §3."""


class Label(Term):
    """What should become of a parcel (处置建议), rules §5."""

    USE = "use", "用", "Use"
    SELL = "sell", "售", "Sell"
    LEASE = "lease", "租", "Lease"
    FINANCE = "finance", "融", "Finance"


LABEL_LEGEND: dict[Label, Text] = {
    Label.USE: Text("用(自用·续建·调剂)", "Use (own use, completion, sharing)"),
    Label.SELL: Text("售(出让·转让)", "Sell (grant, transfer)"),
    Label.LEASE: Text("租(租赁·先租后让)", "Lease (lease, lease then grant)"),
    Label.FINANCE: Text("融(作价·债·证券化)", "Finance (equity, bonds, securities)"),
}


class HolderClass(Term):
    """Who holds a parcel; for private holders a label is guidance (rules §1)."""

    STATE = "state", "国有(行政事业)", "State"
    STATE_ENTERPRISE = "state_enterprise", "国有企业", "State enterprise"
    COLLECTIVE = "collective", "集体", "Collective"
    PRIVATE = "private", "民营", "Private"


class OwnershipStatus(Term):
    """How sure the title is (rules §1)."""

    REGISTERED = "registered", "已登记", "Registered"
    CONFIRMED = "confirmed", "已确权", "Confirmed"
    UNCONFIRMED = "unconfirmed", "待确权", "Unconfirmed"
    DISPUTED = "disputed", "有争议", "Disputed"
    UNKNOWN = "unknown", "不明", "Unknown"


class LandUseScheme(Term):
    """The same land-use code means different things in two schemes: store both (domain §3)."""

    GB21010 = "gb21010_2017", "GB/T 21010-2017 土地利用现状分类", "GB/T 21010-2017 current land use"
    YDYH = "ydyh_2023", "用地用海分类(2023)", "Land and sea use classification (2023)"


class AreaSource(Term):
    """Where an official area comes from (rules §2)."""

    APPROVAL = "approval", "批文", "Approval"
    CONTRACT = "contract", "合同", "Contract"
    DEED = "deed", "权证", "Deed"
    LEDGER = "ledger", "台账", "Ledger"


class IdleCause(Term):
    """Why land lies idle (闲置土地处置办法 arts 8, 12–14)."""

    GOVERNMENT = "government", "政府原因", "Government"
    FORCE_MAJEURE = "force_majeure", "不可抗力", "Force majeure"
    ENTERPRISE = "enterprise", "企业原因", "Enterprise"


class ClockEventKind(Term):
    """What moves the idle clock of a parcel (闲置土地处置办法 arts 8, 12)."""

    EXTENSION = "extension", "延长动工期限", "Start extended"
    CHANGED_CONDITIONS = "changed_conditions", "调整用途、规划条件", "Use or planning conditions changed"
    TEMPORARY_USE = "temporary_use", "安排临时使用", "Temporary use"
    SWAP = "swap", "置换土地", "Land swapped"
    TAKING_BACK = "taking_back", "协议有偿收回", "Taking-back agreed"
    DELIVERY_LATE = "delivery_late", "未按约交地", "Land delivered late"
    PAUSE = "pause", "期限中止", "Clock paused"
    RESUMED = "resumed", "恢复计算", "Clock resumed"


RESTARTS = (
    ClockEventKind.EXTENSION, ClockEventKind.CHANGED_CONDITIONS, ClockEventKind.TEMPORARY_USE, ClockEventKind.SWAP,
)  # fmt: skip
"""Agreements from whose new date the clock runs anew; taking-back is not one of them (art. 12)."""
PAUSES = (ClockEventKind.PAUSE, ClockEventKind.DELIVERY_LATE)
"""Spans whose days are taken out of the year."""


class Sector(Term):
    """What a parcel is planned for, as far as the choice of measure needs it."""

    INDUSTRY = "industry", "工业仓储", "Industry and storage"
    COMMERCE = "commerce", "商服", "Commerce"
    HOUSING = "housing", "住宅", "Housing"
    PUBLIC = "public", "公共管理与公共服务", "Public service"
    INFRASTRUCTURE = "infrastructure", "基础设施", "Infrastructure"


class Demand(Term):
    """The public need a parcel or building could meet; offices first, then welfare, then industry (documents 003)."""

    OFFICE = "office", "办公用房", "Offices"
    HOUSING = "turnover_housing", "周转住房", "Turnover housing"
    WELFARE = "welfare", "公益用房", "Public welfare"
    INDUSTRY = "industry", "产业用房", "Industry"
    NONE = "none", "无需求", "No need"


class OwnerIntent(Term):
    """What the holder wants to do."""

    RESTART = "restart", "复产", "Restart production"
    CONVERT = "convert", "转产", "Convert to another product"
    SUBDIVIDE = "subdivide", "分割利用", "Subdivide"
    SELL = "sell", "出售", "Sell"
    LEASE = "lease", "出租", "Let"
    JOINT = "joint_venture", "合作入股", "Joint venture"
    NONE = "none", "无意盘活", "None"


class Severity(Term):
    """How bad a finding about an imported row is."""

    REFUSED = "refused", "拒绝", "Refused"
    REPAIRED = "repaired", "已修复", "Repaired"
    WARNED = "warned", "提示", "Warned"


class CheckoutState(Term):
    """Where a file that was handed out stands."""

    OPEN = "open", "在外", "Out"
    RETURNED = "returned", "已签回", "Returned"
    ABANDONED = "abandoned", "已作废", "Abandoned"


class UnitLevel(Term):
    """Levels of administrative units."""

    COUNTY = "county", "县级", "County"
    TOWNSHIP = "township", "乡级", "Township"
    VILLAGE = "village", "村级", "Village"


@dataclass(frozen=True)
class Code:
    """One entry of an exchanged code list; ``scheme`` tells which list a code belongs to."""

    scheme: str
    code: str
    zh: str
    en: str
    parent: str


CODES_DIR = PROJECT_DIR / "data" / "codes"


@cache
def code_list(name: str, folder: Path = CODES_DIR) -> tuple[Code, ...]:
    """The entries of ``data/codes/NAME.csv`` (columns scheme, code, zh, en, parent), in file order."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Code(row["scheme"], row["code"], row["zh"], row["en"], row["parent"])
            for row in csv.DictReader(line for line in file if not line.startswith("#"))
        )


@cache
def code_title(name: str, scheme: str, code: str) -> Text | None:
    """The titles of one code, or None where the scheme does not know it."""
    return next((Text(c.zh, c.en) for c in code_list(name) if (c.scheme, c.code) == (scheme, code)), None)
