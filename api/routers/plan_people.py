"""Runs compared and brought up to date; what people decide about a parcel, and where the rules see it otherwise."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.dependencies import ActorDep, ReadingDep, RegistryDep
from api.encoding import json_bytes
from api.parameters import FIRST_DAY, LAST_DAY, County, Day, ParcelCode, known_form
from api.records import CountyField, do, look, look_in
from api.records import reads as reads_of
from api.records import writes as writes_of
from gisreg.counties import choose_county
from gisreg.vocab import Label

router = APIRouter()
reads, writes = partial(reads_of, router), partial(writes_of, router)

MAX_RUN = 2**31 - 1
MAX_WORDS = 2_000
_HEADING = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "status": {"enum": ["proposed", "accepted", "superseded"]},
        "ruleset": {"type": "string"},
        "as_of": {"type": "string", "format": "date"},
        "parcels": {"type": "integer"},
    },
}
_LABEL = {"enum": [*(str(label) for label in Label), None]}
_DIFF: dict[str, Any] = {
    "type": "object",
    "properties": {
        "run": _HEADING,
        "other": _HEADING,
        "parcels": {"type": "integer"},
        "label_changes": {"type": "integer"},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "from_label": _LABEL,
                    "from_measure": {"type": ["string", "null"]},
                    "to_label": _LABEL,
                    "to_measure": {"type": ["string", "null"]},
                    "parcels": {"type": "integer"},
                    "area_ha": {"type": "number"},
                    "area_unknown": {"type": "integer"},
                    "worth_wan": {"type": ["number", "null"]},
                    "worth_unknown": {"type": "integer"},
                },
            },
        },
    },
}
_DISAGREEMENTS: dict[str, Any] = {
    "type": "object",
    "properties": {"run": _HEADING, "items": {"type": "array", "items": {"type": "object"}}},
}
_DECISIONS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "parcel_code": {"type": "string"},
        "decisions": {"type": "array", "items": {"type": "object"}, "description": "新的在前 · newest first"},
        "blockers": {
            "type": "array",
            "items": {"type": "object"},
            "description": "确定时:暂不能开工的限制 · when deciding: gates that hold what was decided",
        },
        "warnings": {
            "type": "array",
            "items": {"type": "object"},
            "description": "确定时:已知不合规则之处 · when deciding: what of its rule is known to fail",
        },
        "to_find_out": {
            "type": "array",
            "items": {"type": "object"},
            "description": "确定时:该措施待查的事实 · when deciding: facts that the measure waits for",
        },
    },
}
_REFRESHED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "run_id": {"type": "integer"},
        "refreshes": {"type": "integer"},
        "changed": {"type": "boolean", "description": "否:没有变化,现行批次不变 · false: the run in force stays"},
        "as_of": {"type": "string", "format": "date"},
        "parcels": {"type": "integer"},
        "looked_at": {"type": "integer"},
        "replaced": {"type": "integer"},
        "new": {"type": "integer"},
        "dropped": {"type": "integer"},
        "moved": {"type": "array", "items": {"type": "object"}},
        "disagreements": {"type": "integer"},
    },
}
_FIGURE: dict[str, Any] = {
    "low": {"type": ["number", "null"]},
    "high": {"type": ["number", "null"]},
    "known": {"type": ["number", "null"], "description": "已知宗地的合计 · of the parcels for which it is known"},
    "parcels": {"type": "integer"},
    "known_parcels": {"type": "integer"},
    "unknown_parcels": {"type": "integer"},
}
_MEASURE: dict[str, Any] = {
    "label": {"enum": [str(label) for label in Label]},
    "measure": {"type": "string"},
    "parcels": {"type": "integer"},
    "area_mu": {"type": "number"},
    "area_unknown": {"type": "integer"},
    "money": {"type": "array", "items": {"type": "object", "properties": _FIGURE}},
}
_MONEY: dict[str, Any] = {
    "type": "object",
    "properties": {
        "run_id": {"type": "integer"},
        "ruleset": {"type": "string"},
        "as_of": {"type": "string", "format": "date"},
        "items": {"type": "array", "items": {"type": "object", "properties": _MEASURE}},
        "totals": {"type": "array", "items": {"type": "object", "properties": _FIGURE}},
    },
}
RunId = Annotated[int, Path(ge=1, le=MAX_RUN, description="批次 · the run's number")]
OtherRun = Annotated[
    int | None,
    Query(
        ge=1, le=MAX_RUN, description="与哪一批比，默认现行或上一批 · by default the one in force, or the one before"
    ),
]
Words = Annotated[str, Field(min_length=1, max_length=MAX_WORDS)]


class RefreshOrder(BaseModel):
    """增量更新 · bring up to date."""

    model_config = ConfigDict(extra="forbid")

    county: CountyField = None
    as_of: Day | None = Field(None, ge=FIRST_DAY, le=LAST_DAY, description="基准日，默认今天 · the clock's date")


class OverrideOrder(BaseModel):
    """人工确定 · a person's decision."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"label": "use", "measure": "order_start", "reason": "专班会议确定", "document": "会纪〔2026〕8号"}
            ]
        },
    )

    label: Label
    measure: str = Field(
        pattern="^[a-z][a-z0-9_]{0,79}$", description="现行规则集中该类型的措施 · of the rule set in force"
    )
    reason: Words
    document: Annotated[Words, Field(description="依据文件 · the paper it rests on")]
    due_on: Day | None = Field(None, ge=FIRST_DAY, le=LAST_DAY)
    leader: str | None = Field(None, max_length=200, description="包联领导 · the leader in charge")


class ReleaseOrder(BaseModel):
    """解除 · the end of a decision."""

    model_config = ConfigDict(extra="forbid")

    reason: Words


@reads("/plan/runs/{run_id}/diff", "与另一批次比较 · what moves between two runs", _DIFF)
def diff(reading: ReadingDep, run_id: RunId, other: OtherRun = None) -> Response:
    """From which label and measure to which: parcels, hectares, worth (value or price, 10,000 yuan; unknown apart)."""
    from gisreg.planning.comparing import compare_runs  # noqa: PLC0415 - rules and compiler are loaded when asked for

    return look(reading, lambda connection: compare_runs(connection, run_id, other))


@writes("/plan/refresh", "增量更新现行批次 · bring the run in force up to date", 201, _REFRESHED)
def refresh(registry: RegistryDep, actor: ActorDep, order: Annotated[RefreshOrder | None, Body()] = None) -> Response:
    """Labels anew only what was edited since, and what another day makes another case; by the same rule set.

    Where the day is the same and nothing was recorded since, there is no new run: 200, and `changed` is false.
    """
    from gisreg.planning.refresh import refresh_plan  # noqa: PLC0415 - as above

    asked = order or RefreshOrder.model_validate({})
    with registry.transaction() as connection:
        county = choose_county(connection, asked.county or registry.settings.county)
    done = refresh_plan(registry.engine(), actor, county, as_of=asked.as_of)
    return Response(json_bytes(done), 201 if done.changed else 200, media_type="application/json")


@reads("/plan/disagreements", "人工确定与规则不一致的宗地 · where people and rules disagree", _DISAGREEMENTS)
def disagreements(reading: ReadingDep, county: County = None, run: OtherRun = None) -> Response:
    """The decisions stand; this only tells of them."""
    from gisreg.planning.comparing import disagreements as found  # noqa: PLC0415 - as above

    return look_in(reading, county, lambda connection, code: found(connection, code, run))


@reads("/plan/money", "各措施的预计收入、支出和再等的代价 · a run in money, measure by measure", _MONEY)
def money(reading: ReadingDep, county: County = None, run: OtherRun = None) -> Response:
    """Sums in 10,000 yuan, of those that are known and the range of all; what is unknown is never nothing."""
    from gisreg.planning.money_table import money_of_run  # noqa: PLC0415 - as above

    return look_in(reading, county, lambda connection, code: money_of_run(connection, code, run).as_json())


@writes("/parcels/{parcel_code}/plan/override", "人工确定处置方式 · a person decides", 201, _DECISIONS)
def override(registry: RegistryDep, actor: ActorDep, parcel_code: ParcelCode, order: OverrideOrder) -> Response:
    """Holds through every later run until it is released; the decision before it is kept.

    A measure that its rule is known to exclude is decided all the same; `warnings` tells the condition that fails.
    """
    from gisreg.planning.decisions import override as decide  # noqa: PLC0415 - as above

    code = known_form(parcel_code)
    return do(registry, actor, lambda connection: decide(connection, code, **dict(order)), 201)


@writes("/parcels/{parcel_code}/plan/release", "解除人工确定 · the rules hold again", 200, _DECISIONS)
def release(registry: RegistryDep, actor: ActorDep, parcel_code: ParcelCode, order: ReleaseOrder) -> Response:
    """The decision ends, with its reason; it stays in the history."""
    from gisreg.planning.decisions import release as end  # noqa: PLC0415 - as above

    code = known_form(parcel_code)
    return do(registry, actor, lambda connection: end(connection, code, reason=order.reason))
