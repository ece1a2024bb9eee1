"""The clock of a parcel: how long it has been idle, what moved the clock, the step due next; and the calendar."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.dependencies import ActorDep, ReadingDep, RegistryDep
from api.parameters import FIRST_DAY, LAST_DAY, Day, ParcelCode, known_form
from api.records import LIST, MAX_ID, BasedOn, Order, do, do_in, listed, look
from api.records import reads as reads_of
from api.records import writes as writes_of
from gisreg.records import RecordBasis
from gisreg.vocab import ClockEventKind, IdleCause

router = APIRouter(tags=["plan"])
reads, writes = partial(reads_of, router), partial(writes_of, router)

Id = Annotated[int, Path(ge=1, le=MAX_ID, description="编号 · its number")]
ClockDay = Annotated[
    Day | None,
    Query(ge=FIRST_DAY, le=LAST_DAY, description="时钟的日期，默认今天 · the clock's date, today by default"),
]
Words = Annotated[str, Field(min_length=1, max_length=2_000)]
_CLOCK: dict[str, Any] = {
    "type": "object",
    "properties": {
        "parcel_code": {"type": "string"},
        "kind": {"type": "string"},
        "state": {"type": "string"},
        "as_of": {"type": "string", "format": "date"},
        "clock": {"type": "object"},
        "limits": {"type": "array", "items": {"type": "object"}},
        "events": {"type": "array", "items": {"type": "object"}},
        "served": {"type": "array", "items": {"type": "object"}},
        "next_step": {"type": ["object", "null"]},
        "next_due": {"type": ["object", "null"]},
    },
}


class EventOrder(BaseModel):
    """延期、调整条件、置换、中止、恢复等 · what moves the clock."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "event": "extension", "cause": "government", "agreed_on": "2026-03-01",
                    "new_start_on": "2026-12-01", "reason": "规划调整,签订补充协议",
                }
            ]
        },
    )  # fmt: skip

    event: ClockEventKind
    agreed_on: Day = Field(description="商定、确认之日，自该日起生效 · it counts from this day on")
    reason: Words
    cause: IdleCause | None = None
    from_on: Day | None = None
    until_on: Day | None = None
    new_start_on: Day | None = None
    document_no: str | None = Field(None, max_length=2_000)


class ServedOrder(BaseModel):
    """程序步骤的送达日期 · the day on which a step was served."""

    model_config = ConfigDict(extra="forbid")

    step: str = Field(max_length=60, examples=["investigation_notice"])
    served_on: Day
    document_no: str | None = Field(None, max_length=2_000)
    note: str | None = Field(None, max_length=2_000)


class WithdrawOrder(Order):
    """撤回 · an entry made by mistake counts no longer."""

    based_on: BasedOn
    reason: Words


@reads("/parcels/{parcel_code}/clock", "一宗的闲置时钟 · the clock of a parcel", _CLOCK)
def clock(reading: ReadingDep, parcel_code: ParcelCode, as_of: ClockDay = None) -> Response:
    """Idle days, the first day after each period, what moved the clock, and the step of the procedure due next."""
    from gisreg.planning.clock.report import clock_of, load_clock  # noqa: PLC0415 - loaded when used

    settings = reading.registry.settings
    by = load_clock(settings.data_dir, settings.home)
    return look(reading, lambda c: clock_of(c, known_form(parcel_code), as_of, by))


@writes("/parcels/{parcel_code}/clock-events", "记录延期、中止等 · what moves the clock", 201)
def add_event(registry: RegistryDep, actor: ActorDep, parcel_code: ParcelCode, order: EventOrder) -> Response:
    """An extension is at most a year from its agreement; only the government's causes and force majeure count."""
    from gisreg.planning.clock import events  # noqa: PLC0415 - as above
    from gisreg.planning.clock.report import load_clock  # noqa: PLC0415 - as above

    procedure = load_clock(registry.settings.data_dir, registry.settings.home).procedure
    values = order.model_dump(exclude_none=True)
    return do(registry, actor, lambda c: events.add_event(c, known_form(parcel_code), values, procedure), 201)


@writes("/clock-events/{event_id}/withdraw", "撤回时钟事项 · an event counts no longer")
def withdraw_event(registry: RegistryDep, actor: ActorDep, event_id: Id, order: WithdrawOrder) -> Response:
    """It stays in the history with the reason."""
    from gisreg.planning.clock import events  # noqa: PLC0415 - as above

    basis = RecordBasis(event_id, order.based_on)
    return do_in(
        registry, actor, order.county, lambda c, code: events.withdraw(c, code, events.EVENTS, basis, order.reason)
    )


@writes("/parcels/{parcel_code}/procedure-dates", "记录程序日期 · a step of the procedure was served", 201)
def serve(registry: RegistryDep, actor: ActorDep, parcel_code: ParcelCode, order: ServedOrder) -> Response:
    """From that day the term of the next step runs."""
    from gisreg.planning.clock import events  # noqa: PLC0415 - as above
    from gisreg.planning.clock.report import load_clock  # noqa: PLC0415 - as above

    procedure = load_clock(registry.settings.data_dir, registry.settings.home).procedure
    values = order.model_dump(exclude_none=True)
    return do(registry, actor, lambda c: events.serve(c, known_form(parcel_code), values, procedure), 201)


@writes("/procedure-dates/{date_id}/withdraw", "撤回程序日期 · a date counts no longer")
def withdraw_date(registry: RegistryDep, actor: ActorDep, date_id: Id, order: WithdrawOrder) -> Response:
    """It stays in the history with the reason."""
    from gisreg.planning.clock import events  # noqa: PLC0415 - as above

    basis = RecordBasis(date_id, order.based_on)
    return do_in(
        registry, actor, order.county, lambda c, code: events.withdraw(c, code, events.DATES, basis, order.reason)
    )


@reads("/calendar", "节假日与调休 · the calendar of working days", LIST)
def calendar(
    reading: ReadingDep,
    year: Annotated[int | None, Query(ge=1949, le=2199, description="年份 · a year")] = None,
) -> Response:
    """Days that are not what their weekday says; a county's own days go before the national ones."""
    from gisreg.planning.clock.workdays import load_calendar  # noqa: PLC0415 - as above

    settings = reading.registry.settings
    known = load_calendar(settings.data_dir, settings.home)
    items = [one.as_json() for _, one in sorted(known.days.items()) if year is None or one.day.year == year]
    return look(reading, lambda _: listed(items))
