"""What should become of each parcel: label the county, accept a run, explain one parcel."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.dependencies import ActorDep, ReadingDep, RegistryDep
from api.encoding import json_bytes
from api.parameters import FIRST_DAY, LAST_DAY, County, Day, ParcelCode, known_form
from api.problems import documented
from api.routers import plan_people, plan_rules
from api.schemas import answers
from gisreg.counties import choose_county
from gisreg.planning.named import DEFAULT_RULESET, named_ruleset
from gisreg.vocab import Label

router = APIRouter(tags=["plan"])
router.include_router(plan_people.router)
router.include_router(plan_rules.router)

MAX_RUN = 2**31 - 1
_RUN: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "county_code": {"type": "string"},
        "ruleset": {"type": "string"},
        "ruleset_version": {"type": "string"},
        "ruleset_sha256": {"type": "string"},
        "as_of": {"type": "string", "format": "date"},
        "recorded_as_of": {"type": ["string", "null"], "format": "date"},
        "status": {"enum": ["proposed", "accepted", "superseded"]},
        "parcels": {"type": "integer"},
        "refreshes_run_id": {"type": ["integer", "null"]},
        "accepted_at": {"type": ["string", "null"], "format": "date-time"},
        "accepted_by": {"type": ["string", "null"]},
        "recorded_at": {"type": "string", "format": "date-time"},
        "recorded_by": {"type": "string"},
    },
}
_RUNS = {"type": "object", "properties": {"items": {"type": "array", "items": _RUN}}}
_SUMMARY = {
    "type": "object",
    "properties": {
        "run_id": {"type": "integer"},
        "county_code": {"type": "string"},
        "ruleset": {"type": "string"},
        "as_of": {"type": "string", "format": "date"},
        "status": {"enum": ["proposed", "accepted"]},
        "replaces": {"type": ["integer", "null"], "description": "替代哪一批 · the run in force before"},
        "parcels": {"type": "integer"},
        "by_label": {"type": "object"},
        "by_measure": {"type": "object"},
        "gated": {"type": "integer"},
    },
}

_EXPLANATION = {
    "type": "object",
    "description": "处置建议的由来 · where a label comes from",
    "properties": {
        "parcel_code": {"type": "string"},
        "label": {"enum": [str(label) for label in Label]},
        "measure": {"type": "string"},
        "basis": {"type": "string"},
        "rule": {"type": "string"},
        "ruleset": {"type": "string"},
        "as_of": {"type": "string", "format": "date"},
        "confidence": {"type": "number", "description": "所需事实已知比例 · share of the needed facts that are known"},
        "confidence_grade": {"enum": ["high", "medium", "low"]},
        "warnings": {
            "type": "array",
            "items": {"type": "object"},
            "description": "人工确定的措施已知不合规则之处 · what of a decided measure's rule is known to fail",
        },
        "blockers": {"type": "array", "items": {}},
        "to_find_out": {
            "type": "array",
            "items": {"type": "object"},
            "description": "fact 为可登记的事实,for 为由它推出者 · fact can be entered; for: what follows from it",
        },
        "finance_option": {},
        "alternatives": {"type": "array", "items": {}},
        "next_due": {
            "type": ["string", "null"],
            "format": "date",
            "description": "下一法定或登记的时点 · the next day that law or a record sets",
        },
        "flip": {"type": ["object", "null"], "description": "哪一事实改变则改判 · the fact that would flip the label"},
        "measure_flip": {
            "type": ["object", "null"],
            "description": "哪一事实改变则只改措施 · the fact that would change the measure, not the label",
        },
        "clock": {"type": "object", "description": "闲置时钟 · idle days, limits, the step due next"},
        "trace": {"type": "object"},
        "decisions": {"type": "array", "items": {"type": "object"}},
    },
}


class RunOrder(BaseModel):
    """运行处置建议 · what to run."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"propose": True}]})

    county: str | None = Field(None, pattern="^[0-9]{6}$", description="县级代码 · county code")
    as_of: Day | None = Field(
        None,
        ge=FIRST_DAY,
        le=LAST_DAY,
        description="闲置时钟的日期，默认今天 · the idle clock's date, today if not given",
    )
    recorded_as_of: Day | None = Field(
        None, ge=FIRST_DAY, le=LAST_DAY, description="只用该日 24 时已登记的事实 · only facts recorded by that day"
    )
    ruleset: str = Field(
        DEFAULT_RULESET,
        pattern="^[a-z][a-z0-9_-]{0,63}$",
        description="规则集名称，即 data/rules 中的文件名 · a rule set of data/rules by name",
    )
    propose: bool = Field(False, description="只提出，不采用 · propose only: the run in force stays")


@router.get(
    "/plan/runs",
    summary="方案批次 · runs",
    responses={**answers(json=_RUNS), **documented(400, 404, 422, 503)},
    response_class=Response,
)
def runs(reading: ReadingDep, county: County = None, limit: Annotated[int, Query(ge=1, le=1_000)] = 50) -> Response:
    """Newest first; at most one is accepted, and its labels are the ones in force."""
    from gisreg.planning.run import list_runs  # noqa: PLC0415 - rules and their compiler are loaded when asked for

    with reading.open() as connection:
        code = choose_county(connection, county or reading.registry.settings.county)
        found = list_runs(connection, code, limit)
    return reading.reply(json_bytes({"items": found}), "application/json")


@router.post(
    "/plan/runs",
    status_code=201,
    summary="运行处置建议 · label the county",
    responses={
        201: {"description": "完成 · done", "content": {"application/json": {"schema": _SUMMARY}}},
        **documented(400, 403, 404, 409, 415, 422, 503),
    },
    response_class=Response,
)
def run(registry: RegistryDep, actor: ActorDep, order: Annotated[RunOrder | None, Body()] = None) -> Response:
    """Label every open parcel by a rule set of this registry, the national one by default.

    Unless only proposed, the run is in force at once; as of a day to come it can only be proposed. `replaces` is the
    run that is, or was, in force; it is kept, and `/plan/runs/{run_id}/diff` tells what moves. What a person decided
    about a parcel stays.
    """
    from gisreg.planning.comparing import run_in_force  # noqa: PLC0415 - as above
    from gisreg.planning.run import run_plan  # noqa: PLC0415 - as above

    asked = order or RunOrder.model_validate({})
    with registry.transaction() as connection:
        county = choose_county(connection, asked.county or registry.settings.county)
        before = run_in_force(connection, county)
    chosen = named_ruleset(registry.settings.data_dir, asked.ruleset)
    summary = run_plan(
        registry.engine(), actor, county,
        ruleset_path=chosen, as_of=asked.as_of, recorded_as_of=asked.recorded_as_of, propose=asked.propose,
    )  # fmt: skip
    return Response(json_bytes({**asdict(summary), "replaces": before}), 201, media_type="application/json")


@router.post(
    "/plan/runs/{run_id}/accept",
    summary="采用一个批次 · put a proposed run in force",
    responses={**answers(json=_RUN), **documented(403, 404, 409, 422, 503)},
    response_class=Response,
)
def accept(
    registry: RegistryDep,
    actor: ActorDep,
    run_id: Annotated[int, Path(ge=1, le=MAX_RUN, description="批次 · the run's number")],
    yes: Annotated[
        bool, Query(description="没有建议或早于现行批次的也采用 · also one that is empty, or older")
    ] = False,
) -> Response:
    """Its labels come into force; the run in force before is superseded, not deleted.

    One as of a day to come is refused; one that labels nothing, or is older than the run in force, unless `yes`.
    """
    from gisreg.planning.run import accept_run  # noqa: PLC0415 - as above

    return Response(
        json_bytes(accept_run(registry.engine(), actor, run_id, confirmed=yes)), media_type="application/json"
    )


@router.get(
    "/parcels/{parcel_code}/plan",
    summary="处置建议从何而来 · why a parcel has its label",
    responses={**answers(json=_EXPLANATION), **documented(404, 422, 503)},
    response_class=Response,
)
def explain(
    reading: ReadingDep,
    parcel_code: ParcelCode,
    run: Annotated[
        int | None, Query(ge=1, le=MAX_RUN, description="批次，默认现行 · the one in force by default")
    ] = None,
) -> Response:
    """The rules that fired and those that did not, what is unknown, what holds action, and which fact would flip it."""
    from gisreg.planning.clock.report import load_clock  # noqa: PLC0415 - as above
    from gisreg.planning.explain import explain as explanation  # noqa: PLC0415 - as above

    code, settings = known_form(parcel_code), reading.registry.settings
    clock = load_clock(settings.data_dir, settings.home)
    with reading.open() as connection:
        why = explanation(connection, code, run, clock)
    return reading.reply(json_bytes(why), "application/json")
