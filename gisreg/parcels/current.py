"""The read model ``parcel_current`` as a table: a parcel, its place, the label in force and what it means."""

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, Double, Integer, MetaData, Table
from sqlalchemy import Text as SqlText
from sqlalchemy.types import TypeEngine

from gisreg.columns import Meaning
from gisreg.db.models import STORAGE_SRID, Parcel
from gisreg.text import Text
from gisreg.vocab import Label

HIDDEN = ("survey_boundary", "source_hash", "boundary")
"""Columns of ``parcel`` that the read model leaves out or treats apart."""

_EXTRA: tuple[tuple[str, TypeEngine[Any], Meaning], ...] = (
    ("township_name", SqlText(), Meaning(Text("乡镇", "Township"))),
    ("township_name_en", SqlText(), Meaning(Text("乡镇英文名", "Township (English)"))),
    ("land_area_m2", Double(), Meaning(Text("计入面积", "Land area counted"), unit="m²")),
    ("area_mu", Double(), Meaning(Text("面积(亩)", "Area in mu"), unit="亩")),
    ("area_is_official", Boolean(), Meaning(Text("面积为批准/登记面积", "Area is official"))),
    ("is_left", Boolean(), Meaning(Text("剩余待盘活", "Left to revitalise"))),
    ("is_not_closed", Boolean(), Meaning(Text("未销号", "Not closed"))),
    ("run_id", Integer(), Meaning(Text("方案批次", "Plan run"))),
    ("plan_as_of", Date(), Meaning(Text("方案基准日", "Plan as of"))),
    ("ruleset", SqlText(), Meaning(Text("规则集", "Rule set"))),
    ("rule", SqlText(), Meaning(Text("适用规则", "Rule"))),
    ("label", SqlText(), Meaning(Text("处置建议", "Label"), terms=Label)),
    ("measure", SqlText(), Meaning(Text("处置措施", "Measure"))),
    ("measure_zh", SqlText(), Meaning(Text("处置措施(中文)", "Measure (Chinese)"))),
    ("measure_en", SqlText(), Meaning(Text("处置措施(英文)", "Measure (English)"))),
    ("reason_zh", SqlText(), Meaning(Text("理由", "Reason (Chinese)"))),
    ("reason_en", SqlText(), Meaning(Text("理由(英文)", "Reason (English)"))),
    ("basis", SqlText(), Meaning(Text("依据", "Legal basis"))),
    ("agency", SqlText(), Meaning(Text("责任单位", "Responsible unit"))),
    ("due_on", Date(), Meaning(Text("办理期限", "Due on"))),
    ("decided_by_person", Boolean(), Meaning(Text("人工确定", "Decided by a person"))),
    ("finance_option", SqlText(), Meaning(Text("融资选项", "Finance option"))),
    ("gated", Boolean(), Meaning(Text("受限", "Held by a gate"))),
    ("blockers", ARRAY(SqlText()), Meaning(Text("限制事项", "Blockers"))),
    (
        "confidence",
        Double(),
        Meaning(Text("把握(所需事实已知比例)", "Confidence (share of needed facts known)"), unit="1"),
    ),
)


def _columns() -> list[Column[Any]]:
    own: list[Column[Any]] = [
        Column(column.name, column.type, info=dict(column.info))
        for column in Parcel.__table__.columns
        if column.name not in (*HIDDEN, "id")
    ]
    extra = [Column(name, kind, info={"meaning": meaning}) for name, kind, meaning in _EXTRA]
    place: Column[Any] = Column(
        "boundary",
        Geometry("MULTIPOLYGON", STORAGE_SRID, spatial_index=False),
        info={"meaning": Meaning(Text("界址", "Boundary"))},
    )
    return [Column("id", BigInteger, primary_key=True), *own, *extra, place]


parcel_current = Table("parcel_current", MetaData(), *_columns())
"""The view, described for queries. A test holds it against the database."""
