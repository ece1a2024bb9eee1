"""The plan of each parcel (一地一策), its steps, and the close-out (销号) with its proofs and results."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from api.dependencies import ActorDep, ReadingDep, RegistryDep
from api.encoding import json_bytes
from api.parameters import FIRST_DAY, LAST_DAY, AsOf, County, Day, Limit, ParcelCode, known_form
from api.preconditions import MatchDep, Wanted
from api.problems import documented
from api.records import JSON, LIST, MAX_ID, OBJECT, WRITES, BasedOn, done_with, look, look_in, reads
from gisreg.ledger.closeout.moves import By
from gisreg.ledger.closeout.words import Role, Step
from gisreg.ledger.flow import By as Dimension
from gisreg.ledger.flow import Measured
from gisreg.parcels.editing import Basis
from gisreg.text import Text
from gisreg.vocab import Kind, Label

router = APIRouter(tags=["closeout"])
_get = partial(reads, router)

MAX_STEPS, MAX_PROOFS, MAX_NAME = 50, 100, 200
Name = Annotated[str | None, Field(max_length=MAX_NAME)]
DayField = Annotated[Day | None, Field(ge=FIRST_DAY, le=LAST_DAY)]
DocumentId = Annotated[int | None, Field(ge=1, le=2**63 - 1, description="本宗的文档编号 · a document of the parcel")]
QueryDay = Annotated[Day, Query(ge=FIRST_DAY, le=LAST_DAY)]
OptionalDay = Annotated[
    Day | None, Query(ge=FIRST_DAY, le=LAST_DAY, description="基准日，默认今天 · the clock's date, today by default")
]
_PROBLEMS = documented(400, 403, 404, 409, 410, 412, 415, 422, 503)


class StateOrder(BaseModel):
    """一步 · a step."""

    model_config = ConfigDict(extra="forbid")

    based_on: Annotated[
        int | None,
        Field(ge=1, le=MAX_ID, description="依据的宗地版本，或用 If-Match 头 · version of the parcel, or If-Match"),
    ] = None
    role: Role | None = Field(None, description="以何种身份 · as whom")
    reason: str | None = Field(None, max_length=1_000, description="理由，记入历史 · kept in the history")

    @property
    def by(self) -> By:
        """Who and why."""
        return By(self.role, self.reason)


class StepField(BaseModel):
    """方案的一步 · a step of a plan."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=MAX_NAME)
    agency: Name = None
    due_on: DayField = None


class PlanOrder(StateOrder):
    """批准方案：不给 label 即采用处置建议 · approve a plan; without a label the advice is adopted."""

    label: Label | None = None
    measure: Name = None
    basis: str | None = Field(None, max_length=1_000)
    agency: Name = None
    person: Name = None
    leader: Name = None
    due_on: DayField = None
    on: DayField = Field(None, description="批准日，默认今天 · the day of approval, today if not given")
    steps: list[StepField] = Field(default_factory=list, max_length=MAX_STEPS)


class ProofField(BaseModel):
    """一份佐证 · a proof."""

    model_config = ConfigDict(extra="forbid")

    proof: str = Field(min_length=1, max_length=40, description="类别，见 /closeout/proofs · kind")
    document_id: int = Field(ge=1, le=2**63 - 1)


class ReclaimOrder(StateOrder):
    """部分收回要素 · quotas taken back in part."""

    proofs: list[ProofField] = Field(default_factory=list, max_length=MAX_PROOFS)
    submitted_on: DayField = None
    ledger_month: DayField = Field(None, description="台账月份的任一天 · any day of the ledger's month")
    results: dict[str, Any] = Field(default_factory=dict, description="成效 · energy_tce, water_t, income_wan, …")

    @property
    def papers(self) -> list[tuple[str, int]]:
        """Kind of proof and document, pair by pair."""
        return [(one.proof, one.document_id) for one in self.proofs]


class SubmitOrder(ReclaimOrder):
    """上报销号 · a submission."""

    area_m2: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="部分销号的土地面积 ㎡ · land area of a part"
    )
    direction: float = Field(0.0, ge=-360, le=360, allow_inf_nan=False)


class DatedOrder(StateOrder):
    """有日期的一步 · a step with its day."""

    on: DayField = Field(None, description="发生之日,默认今天 · the day it took place, today if not given")


class PapersOrder(DatedOrder):
    """有日期和文件的一步 · a step with its day and its paper."""

    document_id: DocumentId = None


class PlanStepOrder(BaseModel):
    """方案的一步有变化 · a change of a plan's step."""

    model_config = ConfigDict(extra="forbid")

    based_on: BasedOn
    role: Role | None = Field(None, description="以何种身份 · as whom")
    values: dict[str, Any] = Field(default_factory=dict, description="agency, person, leader, due_on, done_on, note")
    document_id: DocumentId = None


class _Told(Protocol):
    def as_json(self) -> dict[str, Any]:
        """For programs."""


@dataclass(frozen=True)
class Mover:
    """Who moves a parcel, and what the request says of the version seen; each step is one transaction."""

    registry: RegistryDep
    actor: ActorDep
    match: MatchDep

    def move(
        self, parcel_code: str, order: StateOrder, work: Callable[[Connection, Basis], _Told], status: int = 200
    ) -> Response:
        """One step in one transaction."""
        wanted = Wanted(known_form(parcel_code), order.based_on)
        with self.match.told(), self.registry.transaction(self.actor) as connection:
            done = work(connection, self.match.basis(connection, wanted))
        return Response(json_bytes(done.as_json()), status, media_type=JSON)


MoverDep = Annotated[Mover, Depends(Mover)]


def _post(step: str, summary: str, status: int = 200) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    responses = {**_PROBLEMS, **done_with(OBJECT, status)}
    return router.post(
        f"/parcels/{{parcel_code}}/closeout/{step}", summary=summary, status_code=status, responses=responses,
        response_class=Response,
    )  # fmt: skip


@_get("/parcels/{parcel_code}/closeout", "方案与销号 · plan, steps, submissions, what closing needs", OBJECT)
def standing(reading: ReadingDep, parcel_code: ParcelCode) -> Response:
    """Where the parcel stands and which steps are possible now."""
    from gisreg.ledger.closeout.reading import standing as work  # noqa: PLC0415 - rules are loaded when asked for

    code = known_form(parcel_code)
    return look(reading, lambda c: work(c, code))


@_post("plan", "批准方案 · approve a plan", 201)
def plan(mover: MoverDep, parcel_code: ParcelCode, order: PlanOrder) -> Response:
    """The advice adopted, or what people decided; the plan before it is kept."""
    from gisreg.ledger.closeout.plans import Charge, Decision, PlannedStep, approve  # noqa: PLC0415 - as above

    by_hand = order.label is not None or order.measure is not None
    decision = Decision(order.label, order.measure or "", order.reason or "", order.basis) if by_hand else None
    charge = Charge(order.agency, order.person, order.leader, order.due_on)
    steps = [PlannedStep(Text(one.title, one.title), one.agency, one.due_on) for one in order.steps]
    return mover.move(
        parcel_code,
        order,
        lambda c, basis: approve(c, basis, decision, charge=charge, steps=steps, by=order.by, on=order.on),
        201,
    )


@_post("start", "启动处置 · start")
def start(mover: MoverDep, parcel_code: ParcelCode, order: StateOrder) -> Response:
    """Refused while a gate holds the measure."""
    from gisreg.ledger.closeout.plans import start as work  # noqa: PLC0415 - as above

    return mover.move(parcel_code, order, lambda c, basis: work(c, basis, order.by))


@router.post(
    "/parcels/{parcel_code}/closeout/plan/steps/{step_no}",
    summary="方案的一步 · a step of the plan",
    responses={**WRITES, **done_with(OBJECT)},
    response_class=Response,
)
def plan_step(
    registry: RegistryDep,
    actor: ActorDep,
    parcel_code: ParcelCode,
    step_no: Annotated[int, Path(ge=1, le=MAX_STEPS)],
    order: PlanStepOrder,
) -> Response:
    """Done, by whom, until when, and the document that shows it."""
    from gisreg.ledger.closeout.plans import change_step  # noqa: PLC0415 - as above

    code = known_form(parcel_code)
    with registry.transaction(actor) as connection:
        row = change_step(
            connection, code, step_no, order.based_on, order.values, document_id=order.document_id, role=order.role
        )
    return Response(json_bytes(row), media_type=JSON)


@_post("submit", "上报销号 · submit for the close-out", 201)
def submit(mover: MoverDep, parcel_code: ParcelCode, order: SubmitOrder) -> Response:
    """Refused without the proof that kind and measure need. A part gets a number of its own."""
    from gisreg.ledger.closeout.submitting import Submission  # noqa: PLC0415 - as above
    from gisreg.ledger.closeout.submitting import submit as work  # noqa: PLC0415

    given = Submission(
        order.papers, order.submitted_on, order.ledger_month, order.area_m2, order.direction, order.results
    )
    return mover.move(parcel_code, order, lambda c, basis: work(c, basis, given, order.by), 201)


@_post("reclaim", "部分收回要素 · quotas taken back in part", 201)
def reclaim(mover: MoverDep, parcel_code: ParcelCode, order: ReclaimOrder) -> Response:
    """Booked, each in its own unit, and taken off what the parcel holds; the parcel stays in progress."""
    from gisreg.ledger.closeout.submitting import Submission  # noqa: PLC0415 - as above
    from gisreg.ledger.closeout.submitting import reclaim as work  # noqa: PLC0415

    given = Submission(order.papers, order.submitted_on, order.ledger_month, results=order.results)
    return mover.move(parcel_code, order, lambda c, basis: work(c, basis, given, order.by), 201)


@_post("accept", "上级同意 · the upper level accepts")
def accept(mover: MoverDep, parcel_code: ParcelCode, order: DatedOrder) -> Response:
    """The parcel is closed; quotas that were reclaimed leave it."""
    from gisreg.ledger.closeout.submitting import accept as work  # noqa: PLC0415 - as above

    return mover.move(parcel_code, order, lambda c, basis: work(c, basis, order.on, order.by))


@_post("return", "上级退回 · the upper level returns it")
def send_back(mover: MoverDep, parcel_code: ParcelCode, order: DatedOrder) -> Response:
    """With the reason."""
    from gisreg.ledger.closeout.submitting import send_back as work  # noqa: PLC0415 - as above

    return mover.move(parcel_code, order, lambda c, basis: work(c, basis, order.on, order.by))


@_post("withdraw", "撤回上报 · take a submission back")
def withdraw(mover: MoverDep, parcel_code: ParcelCode, order: StateOrder) -> Response:
    """With the reason."""
    from gisreg.ledger.closeout.submitting import withdraw as work  # noqa: PLC0415 - as above

    return mover.move(parcel_code, order, lambda c, basis: work(c, basis, order.by))


@_post("investigate", "启动闲置调查 · the notice of investigation was served")
def investigate(mover: MoverDep, parcel_code: ParcelCode, order: PapersOrder) -> Response:
    """Of suspected idle land."""
    from gisreg.ledger.closeout.inquiry import investigate as work  # noqa: PLC0415 - as above

    day = order.on or _today()
    return mover.move(parcel_code, order, lambda c, basis: work(c, basis, day, order.document_id, order.by))


@_post("determine", "认定闲置 · determined idle")
def determine(mover: MoverDep, parcel_code: ParcelCode, order: PapersOrder) -> Response:
    """The parcel is registered."""
    from gisreg.ledger.closeout.inquiry import determine as work  # noqa: PLC0415 - as above

    day = order.on or _today()
    return mover.move(parcel_code, order, lambda c, basis: work(c, basis, day, order.document_id, order.by))


@_post("clear", "排除疑似 · found not idle")
def clear(mover: MoverDep, parcel_code: ParcelCode, order: PapersOrder) -> Response:
    """Struck off, with the reason."""
    from gisreg.ledger.closeout.inquiry import clear as work  # noqa: PLC0415 - as above

    day = order.on or _today()
    return mover.move(parcel_code, order, lambda c, basis: work(c, basis, day, order.document_id, order.by))


@router.post(
    "/parcels/{parcel_code}/closeout/state/{step}",
    summary="其他步骤 · hold, resume, take_back, list_again, relapse, remove",
    responses={**_PROBLEMS, **done_with(OBJECT)},
    response_class=Response,
)
def other_step(
    mover: MoverDep,
    parcel_code: ParcelCode,
    step: Literal["hold", "resume", "take_back", "list_again", "relapse", "remove"],
    order: DatedOrder,
) -> Response:
    """A step that changes the state alone, with its reason and the day on which it took place."""
    from gisreg.ledger.closeout.dated import take  # noqa: PLC0415 - as above

    return mover.move(parcel_code, order, lambda c, basis: take(c, basis, Step[step.upper()], order.by, order.on))


@_get("/closeout/proofs", "销号所需佐证 · what proves a close-out, and what is not enough", LIST)
def proofs(reading: ReadingDep) -> Response:
    """By kind and measure; the steps between the states beside it."""
    from gisreg.ledger.closeout.reading import proof_table, transitions  # noqa: PLC0415 - as above

    return look(reading, lambda _c: {"items": proof_table(), "transitions": transitions()})


@_get("/closeout/steps", "未完成的步骤 · steps of plans that are not done", LIST)
def steps(  # noqa: PLR0917 - FastAPI passes by name
    reading: ReadingDep,
    county: County = None,
    overdue: Annotated[bool, Query(description="只列逾期 · overdue only")] = False,
    agency: Annotated[str | None, Query(max_length=MAX_NAME)] = None,
    leader: Annotated[str | None, Query(max_length=MAX_NAME)] = None,
    as_of: OptionalDay = None,
    limit: Limit = 100,
) -> Response:
    """The earliest due first."""
    from gisreg.ledger.closeout.open_steps import steps_due  # noqa: PLC0415 - as above

    def work(connection: Connection, code: str) -> dict[str, Any]:
        page = steps_due(connection, code, as_of=as_of, overdue=overdue, agency=agency, leader=leader, limit=limit)
        return {"total": page.total, "items": page.items}

    return look_in(reading, county, work)


@_get("/closeout/flow", "流量表 · how what is left, or not closed, moved", OBJECT)
def flow(  # noqa: PLR0917 - FastAPI passes by name
    reading: ReadingDep,
    since: QueryDay,
    until: QueryDay,
    measure: Measured = Measured.LEFT,
    by: Dimension = Dimension.TOWNSHIP,
    county: County = None,
) -> Response:
    """Opening + new + relapsed − revived − removed ± corrected ± transferred = closing, from day's end to day's end.

    `relapsed` is what came again after it had been revived: found idle again, or listed again after it was taken back.
    Of what is not closed, `revived` is what was closed out.
    """
    from gisreg.ledger.flow import flow as work  # noqa: PLC0415 - as above

    return look_in(reading, county, lambda c, code: work(c, code, since, until, measure=measure, by=by).as_json())


@_get("/closeout/left", "剩余待盘活与未销号(宗、项、户)· what is left and not closed", OBJECT)
def left(
    reading: ReadingDep, county: County = None, by: Dimension = Dimension.TOWNSHIP, as_of: AsOf = None
) -> Response:
    """Parcels, projects and enterprises each counted by itself; land in mu and floor in m² apart; as it stands now, or
    as recorded at the end of a day."""
    from gisreg.ledger.counted import counted  # noqa: PLC0415 - as above

    return look_in(reading, county, lambda c, code: counted(c, code, by, as_of).as_json())


@_get("/closeout/results", "一个月的盘活成效 · a month's results (Annex 3)", OBJECT)
def results(reading: ReadingDep, month: QueryDay, county: County = None) -> Response:
    """Sums in 10,000 yuan; quantities by unit, energy and water apart."""
    from gisreg.ledger.results import month_results  # noqa: PLC0415 - as above

    return look_in(reading, county, lambda c, code: month_results(c, code, month))


@_get("/closeout/done", "完成面积与任务完成率 · land done, and the rate of its task", OBJECT)
def done(
    reading: ReadingDep,
    since: QueryDay,
    until: QueryDay,
    county: County = None,
    task: Annotated[
        list[str] | None,
        Query(max_length=len(Kind), description="类型:万亩 · KIND:10,000 mu", examples=[["idle_land:0.99"]]),
    ] = None,
) -> Response:
    """Exact areas; what is printed is rounded last."""
    from gisreg.ledger.results import done_between  # noqa: PLC0415 - as above

    tasks = dict(_task(one) for one in task or ())
    return look_in(
        reading,
        county,
        lambda c, code: {"items": [one.as_json() for one in done_between(c, code, since, until, tasks)]},
    )


@_get("/closeout/watch", "二次闲置跟踪 · closed parcels that are idle again", OBJECT)
def watch(reading: ReadingDep, county: County = None, as_of: OptionalDay = None) -> Response:
    """What their facts say; nothing is changed."""
    from gisreg.ledger.closeout.watching import watch as work  # noqa: PLC0415 - as above

    return look_in(reading, county, lambda c, code: work(c, code, as_of))


def _task(given: str) -> tuple[str, Decimal]:
    from gisreg.records import unusable  # noqa: PLC0415 - wanted where it fails only

    kind, _colon, value = given.partition(":")
    if not _colon or not value.replace(".", "", 1).isascii() or not value.replace(".", "", 1).isdigit():
        raise unusable("task", given, Text("类型:万亩", "KIND:10,000 mu"))
    return kind, Decimal(value)


def _today() -> date:
    from gisreg.days import today  # noqa: PLC0415 - as above

    return today()
