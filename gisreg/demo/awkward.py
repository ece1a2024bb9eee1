"""What every real ledger holds and every program trips over, written over some early rows: it is always there."""

from datetime import date
from typing import Any

import pyarrow as pa

Row = dict[str, Any]
SPACING = 3
"""Awkward cases stand on every third row from the seventh on: even twenty parcels show some."""
FIRST = 6
LONG_NAME = (
    "示例县城镇低效用地再开发及配套基础设施建设(含道路、给排水、供电、供热、燃气、通信管线及绿化亮化)一期工程项目二标段"
    * 3
)

CASES: tuple[tuple[str | None, Row], ...] = (
    ("idle_factory", {"name": "<script>alert(1)</script>厂房"}),
    (None, {"survey_boundary": None, "earlier_boundary": None, "survey_crs": None, "coordinate_source": None,
            "official_area_m2": 13_333.33, "official_area_source": "ledger"}),
    (None, {"township_code": None, "village_code": None}),
    (None, {"name": LONG_NAME, "address": "示例县" + "青榆镇工业大道与环城北路交叉口东南角" * 8}),
    (None, {"name": "𬭎新材料厂房", "holder_name": "示例县𬭎鑫㙍材料有限公司", "holder_class": "private"}),
    (None, {"ownership_status": "disputed", "state": "on_hold"}),
    ("idle_factory", {"seized": True, "mortgaged": True, "mortgagee_notified": False,
                      "ownership_status": "registered"}),
    ("idle_land", {"agreed_start_on": date(2024, 2, 29), "contract_on": date(2023, 2, 28), "actual_start_on": None,
                   "halted_on": None, "started_area_m2": None, "idle_cause": "enterprise",
                   "determined_on": date(2025, 3, 3), "state": "registered", "ownership_status": "registered"}),
    ("idle_land", {"agreed_start_on": date(2024, 3, 1), "contract_on": date(2023, 3, 1), "actual_start_on": None,
                   "halted_on": None, "started_area_m2": None, "idle_cause": "government", "state": "registered"}),
    (None, {"official_area_m2": 6.67, "official_area_source": "ledger", "remark": "台账面积仅0.01亩"}),
    ("idle_land", {"agreed_start_on": None, "contract_on": None, "agreed_completion_on": None, "approved_on": None,
                   "approval_no": None, "contract_no": None, "supervision_no": None, "remark": "合同遗失,日期不明"}),
    (None, {"name": None, "address": None, "holder_name": None, "holder_class": None, "source_code": None}),
    (None, {"name": 'O\'Neil & "示例" <b>合作</b>\\厂', "remark": "第一行\n第二行\t制表符,逗号;分号"}),
    ("idle_factory", {"holder_name": "赵某甲", "holder_class": "private", "remark": "自然人持有,含个人信息"}),
    ("idle_factory", {"energy_quota_tce": 4_300.0, "water_quota_t": 1_000.0, "technology_obsolete": True,
                      "subkind": "halted_enterprise", "owner_intent": "none", "buyer_found": False,
                      "tenant_found": False}),
    ("idle_land", {"state": "suspected", "determined_on": None}),
    ("unsupplied_land", {"on_farmland": True, "on_red_line": True, "supply_ready": False}),
    ("half_finished_project", {"completed_on": None, "halted_on": None, "invested_wan": None,
                               "total_investment_wan": None}),
    (None, {"official_area_m2": None, "official_area_source": None}),
    ("idle_factory", {"state": "registered", "market_value_wan": 130_000.0, "income_years": 4,
                      "yearly_income_wan": 5_400.0, "seized": False,
                      "holder_class": "state_enterprise", "owner_intent": "none", "buyer_found": False,
                      "tenant_found": False, "technology_obsolete": False, "demand": "none", "valuation_done": True,
                      "ownership_status": "registered", "remark": "物流园,可试点不动产投资信托基金"}),
    ("idle_land", {"hoarder": True, "holder_class": "private", "idle_cause": "enterprise"}),
    ("idle_factory", {"contaminated": True, "ownership_status": "registered"}),
    ("idle_factory", {"floor_area_m2": 0.5, "remark": "建筑面积疑似以万平方米填报"}),
    (None, {"remark": "=HYPERLINK(\"http://example.invalid\",\"点我\")"}),
    ("half_finished_project", {"debt_wan": 0.0, "funding_gap_wan": 0.0, "yearly_income_wan": -12.5}),
)  # fmt: skip


def make_awkward(table: pa.Table) -> pa.Table:
    """The first chunk with the cases written over: each case takes the next row of its kind that lies free."""
    kinds = table["kind"].to_pylist()
    changes: dict[int, Row] = {}
    for number, (kind, values) in enumerate(CASES):
        row = FIRST + SPACING * number
        while row < len(kinds) and (row in changes or (kind is not None and kinds[row] != kind)):
            row += 1
        if row < len(kinds):
            changes[row] = values
    for name in sorted({name for values in changes.values() for name in values}):
        column = table.schema.get_field_index(name)
        values = table[name].to_pylist()
        for row, given in changes.items():
            values[row] = given.get(name, values[row])
        table = table.set_column(column, table.schema.field(column), pa.array(values, table.schema.field(column).type))
    return table
