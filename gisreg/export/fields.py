"""What an exported table holds: a field for each queryable, its name in a DBF, and the dictionary that explains it."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from gisreg.parcels.queryables import QUERYABLES, Queryable, QueryableType
from gisreg.text import Text
from gisreg.vocab import Term

Tokens = type[Term]

SPELLED_OUT = ("kind", "subkind", "state", "ownership_status", "label")
"""Tokens that people read in the table itself: a field ``…_title`` with the Chinese title stands behind each."""

TITLE = "_title"

DBF_NAMES = {
    "version": "BBH",
    "county_code": "XJXZQDM",
    "parcel_code": "ZCBH",
    "kind": "ZCLX",
    "kind_title": "ZCLXMC",
    "subkind": "ZCYL",
    "subkind_title": "ZCYLMC",
    "state": "ZT",
    "state_title": "ZTMC",
    "name": "ZCMC",
    "address": "ZL",
    "remark": "BZ",
    "tags": "BQ",
    "source_code": "YBH",
    "cadastral_code": "ZDDM",
    "real_estate_unit_code": "BDCDYH",
    "supervision_no": "DZJGH",
    "contract_no": "HTBH",
    "approval_no": "PZWH",
    "project_code": "XMDM",
    "township_code": "XZQDM",
    "township_name": "XZQMC",
    "village_code": "CUNDM",
    "zone_code": "YQDM",
    "holder_name": "QLRMC",
    "holder_class": "QLRLB",
    "ownership_status": "QSZT",
    "ownership_status_title": "QSZTMC",
    "ownership_nature": "QSXZ",
    "right_type": "QLLX",
    "right_nature": "QLXZ",
    "land_use_scheme": "DLBZ",
    "land_use_code": "DLBM",
    "sector": "GHYT",
    "official_area_m2": "PZMJ",
    "official_area_source": "MJLY",
    "area_m2": "TQMJ",
    "planar_area_m2": "PMMJ",
    "floor_area_m2": "JZMJ",
    "supplied_area_m2": "YGMJ",
    "started_area_m2": "DGMJ",
    "due_area_m2": "YDGMJ",
    "approved_on": "PZRQ",
    "contract_on": "HTRQ",
    "agreed_start_on": "YDDGRQ",
    "actual_start_on": "SJDGRQ",
    "agreed_completion_on": "YDJGRQ",
    "halted_on": "TGRQ",
    "completed_on": "JGRQ",
    "determined_on": "RDRQ",
    "vacated_on": "TKRQ",
    "price_wan": "TDJK",
    "paid_wan": "YJJK",
    "total_investment_wan": "ZTZ",
    "invested_wan": "YTZ",
    "market_value_wan": "PGJZ",
    "land_cost_wan": "TDCB",
    "debt_wan": "SJZW",
    "funding_gap_wan": "ZJQK",
    "yearly_income_wan": "NSY",
    "energy_quota_tce": "NHZB",
    "water_quota_t": "YSZB",
    "income_years": "LXSYNS",
    "idle_cause": "XZYY",
    "demand": "GGXQ",
    "owner_intent": "QLRYY",
    "supply_ready": "JBGDTJ",
    "project_found": "YYXXM",
    "plan_changed": "GHTZ",
    "county_verified": "XJHS",
    "procedures_complete": "SXQQ",
    "can_start": "XQKG",
    "swap_land_found": "YZHD",
    "farmland_restorable": "KFG",
    "buyer_found": "YSRF",
    "tenant_found": "YCZF",
    "investor_found": "YTZF",
    "buy_back_funds": "YSHZJ",
    "reserve_agency_listed": "MLCBJG",
    "creditors_agree": "ZQRTY",
    "building_sound": "JZAQ",
    "technology_obsolete": "CNLH",
    "in_developed_area": "FDQY",
    "price_paid_in_full": "JKJQ",
    "seized": "SFCF",
    "mortgaged": "YDY",
    "mortgagee_notified": "GZDYQR",
    "on_red_line": "STHX",
    "on_farmland": "YJNT",
    "contaminated": "TRWR",
    "hearing_held": "YTINGZ",
    "hoarder": "TDSX",
    "collective_vote": "JTJC",
    "valuation_done": "YPG",
    "coordinate_source": "ZBLY",
    "survey_crs": "CLZBX",
    "land_area_m2": "JRMJ",
    "area_mu": "MJM",
    "area_is_official": "MJWPZ",
    "is_left": "SYDPH",
    "is_not_closed": "WXH",
    "run_id": "FAPC",
    "plan_as_of": "FAJZR",
    "ruleset": "GZJ",
    "rule": "SYGZ",
    "label": "CZJY",
    "label_title": "CZJYMC",
    "measure": "CZCS",
    "measure_zh": "CZCSMC",
    "reason_zh": "LY",
    "basis": "YJ",
    "agency": "ZRDW",
    "due_on": "BLQX",
    "decided_by_person": "RGQD",
    "finance_option": "RZXX",
    "gated": "SX",
    "blockers": "XZSX",
    "confidence": "BWD",
}
"""DBF field by exported field: the standard's pinyin initials where it names the thing (ZDDM, BDCDYH, ZL, QLRMC,
XZQDM, XZQMC, DLBM …), our own initials of the Chinese title elsewhere. Public: a script may depend on them."""

ENGLISH_TWINS = ("township_name_en", "measure_en", "reason_en")
"""Left out of shapefiles, whose records are fixed in width; the dictionary gives the English."""


@dataclass(frozen=True)
class Field:
    """One exported field."""

    name: str
    dbf: str | None
    """None where a shapefile does without it."""
    type: QueryableType
    titles: Text
    unit: str | None = None
    terms: Tokens | None = None
    title_of: str | None = None
    """The token field that this one spells out."""
    personal: bool = False

    @property
    def caption(self) -> Text:
        """The titles with the unit."""
        unit = self.unit or ""
        return Text(*(title if unit in title else f"{title} ({unit})" for title in self.titles))


@cache
def fields() -> tuple[Field, ...]:
    """All fields in order; the boundary is apart."""
    return tuple(field for queryable in QUERYABLES.values() for field in _of(queryable))


def _of(queryable: Queryable) -> Iterator[Field]:
    if queryable.type == "geometry":
        return
    yield Field(
        queryable.name,
        _dbf_name(queryable.name),
        queryable.type,
        queryable.titles,
        queryable.unit,
        queryable.terms,
        personal=queryable.personal,
    )
    if queryable.name in SPELLED_OUT:
        titles = Text(f"{queryable.titles.zh}名称", f"{queryable.titles.en} (Chinese title)")
        name = queryable.name + TITLE
        yield Field(name, _dbf_name(name), "string", titles, terms=queryable.terms, title_of=queryable.name)


def _dbf_name(name: str) -> str | None:
    return None if name in ENGLISH_TWINS else DBF_NAMES[name]


@dataclass(frozen=True)
class DictionaryRow:
    """One line of the field dictionary: the DBF field as it came out."""

    dbf: str
    kind: str
    width: int
    decimals: int
    field: Field
    part: int = 0
    """0 for the first 254 bytes of a text, 1 for the field that continues it, and so on."""


def dictionary_csv(rows: Sequence[DictionaryRow]) -> bytes:
    """字段说明: DBF field, name in the registry, titles, unit, type and width, what the tokens mean."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(("字段名", "登记库名称", "中文名", "English", "单位", "类型", "宽度", "小数位", "值域"))
    for row in rows:
        caption, later = row.field.titles, f" ({row.part + 1})" if row.part else ""
        table.writerow(
            (
                row.dbf, row.field.name, caption.zh + later, caption.en + later, row.field.unit or "", row.kind,
                row.width, row.decimals or "", _values(row.field),
            )
        )  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def _values(field: Field) -> str:
    if field.type == "boolean":
        return "1 是 yes; 0 否 no; 空 不明 blank unknown"
    if field.terms is None or field.title_of:
        return ""
    return "; ".join(f"{term} {term.zh} {term.en}" for term in field.terms)
