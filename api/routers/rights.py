"""Parties, rights, encumbrances, contracts, and the title that follows from them."""

from fractions import Fraction
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from api.dependencies import ActorDep, ReadingDep, RegistryDep
from api.parameters import AsOf, County, Day, Limit, Offset, ParcelCode, known_form
from api.records import LIST, MAX_ID, OBJECT, BasedOn, Order, Values, do, do_in, listed, look, look_in
from api.records import reads as reads_of
from api.records import writes as writes_of
from gisreg.records import RecordBasis
from gisreg.rights.words import CleanUp, EncumbranceType, TitleField, TitleStep

router = APIRouter(tags=["rights"])
reads, writes = partial(reads_of, router), partial(writes_of, router)

Id = Annotated[int, Path(ge=1, le=MAX_ID, description="编号 · its number")]
PartyId = Annotated[int, Field(ge=1, le=MAX_ID, description="权利主体编号 · the party's number")]
Share = Annotated[
    str, Field(max_length=40, description="份额 1/3、50%、0.25；共同共有写 joint · share, or joint", examples=["1/3"])
]
JOINT = "joint"


class PartyOrder(Order):
    """权利主体 · a party: name, party_type, holder_class, id_no, phone."""

    values: Values


class ChangeOrder(Order):
    """修改 · a change."""

    based_on: BasedOn
    values: Values


class RightOrder(BaseModel):
    """一项权利 · a right."""

    model_config = ConfigDict(extra="forbid")

    party_id: PartyId
    right_type: str = Field(max_length=20, description="权利类型代码 · code of the right type")
    share: Share = "1"
    values: Values = Field(default_factory=dict)


class EndOrder(Order):
    """注销、解除 · an end."""

    based_on: BasedOn
    on: Day


class TransferOrder(EndOrder):
    """流转 · a transfer."""

    to: PartyId
    share: Share | None = None
    certificate_no: str | None = Field(None, max_length=200)


class BurdenOrder(BaseModel):
    """抵押、查封、租赁 · an encumbrance."""

    model_config = ConfigDict(extra="forbid")

    encumbrance_type: EncumbranceType
    values: Values = Field(default_factory=dict)


class StepOrder(BaseModel):
    """权属步骤 · a step of the title."""

    model_config = ConfigDict(extra="forbid")

    step: TitleStep
    done_on: Day
    document_no: str | None = None
    note: str | None = None


class DecisionOrder(BaseModel):
    """人工认定 · a person's decision."""

    model_config = ConfigDict(extra="forbid")

    field: TitleField
    value: str | bool | None
    reason: str = Field(min_length=1, max_length=2_000)


class EndDecisionOrder(BaseModel):
    """终止人工认定 · the end of a decision."""

    model_config = ConfigDict(extra="forbid")

    field: TitleField


class ContractOrder(BaseModel):
    """合同 · a contract."""

    model_config = ConfigDict(extra="forbid")

    contract_no: str = Field(max_length=200)
    values: Values = Field(default_factory=dict)


class CleanUpOrder(Order):
    """合同清理 · a clean-up."""

    based_on: BasedOn
    way: CleanUp
    on: Day | None = None
    basis: str | None = Field(None, max_length=2_000, description="依据，完成时必填 · needed when it is done")


class CountyOrder(Order):
    """全县 · the whole county."""


def _share(given: str | None) -> Fraction | None:
    from gisreg.rights.shares import read_share  # noqa: PLC0415 - loaded when used

    return None if given is None or given == JOINT else read_share(given)


@reads("/parcels/{parcel_code}/rights", "一宗的权利、负担、合同、步骤 · the rights in a parcel", OBJECT)
def rights(reading: ReadingDep, parcel_code: ParcelCode, as_of: AsOf = None) -> Response:
    """Numbers of identity papers are masked. `as_of` is the day on which rights are in force."""
    from gisreg.rights.read import rights_of  # noqa: PLC0415 - as above

    return look(reading, lambda c: rights_of(c, known_form(parcel_code), as_of))


@writes("/parcels/{parcel_code}/rights", "登记权利 · a right of a party", 201)
def add_right(registry: RegistryDep, actor: ActorDep, parcel_code: ParcelCode, order: RightOrder) -> Response:
    """The shares of one type of right come to the whole at most, in exact fractions; the parcel's title follows."""
    from gisreg.rights import holding  # noqa: PLC0415 - as above

    values = {**order.values, "party_id": order.party_id, "right_type": order.right_type}
    share = _share(order.share)
    return do(registry, actor, lambda c: holding.add_right(c, known_form(parcel_code), values, share), 201)


@writes("/rights/{right_id}/cancel", "注销权利 · a right ends")
def cancel_right(registry: RegistryDep, actor: ActorDep, right_id: Id, order: EndOrder) -> Response:
    """From that day on."""
    from gisreg.rights import holding  # noqa: PLC0415 - as above

    basis = RecordBasis(right_id, order.based_on)
    return do_in(registry, actor, order.county, lambda c, code: holding.cancel_right(c, code, basis, order.on))


@writes("/rights/{right_id}/transfer", "流转 · a right goes to another party", 201, LIST)
def transfer_right(registry: RegistryDep, actor: ActorDep, right_id: Id, order: TransferOrder) -> Response:
    """All of it, or a share; the title must be registered and not seized."""
    from gisreg.rights import holding  # noqa: PLC0415 - as above

    basis, share = RecordBasis(right_id, order.based_on), _share(order.share)

    def work(connection: Connection, county: str) -> dict[str, Any]:
        done = holding.transfer_right(
            connection, county, basis, to_party=order.to, on=order.on, share=share, certificate_no=order.certificate_no
        )
        return {**listed(done.rights), "holder": done.holder.as_json()}

    return do_in(registry, actor, order.county, work, status=201)


@writes("/parcels/{parcel_code}/encumbrances", "登记抵押、查封、租赁 · an encumbrance", 201)
def add_burden(registry: RegistryDep, actor: ActorDep, parcel_code: ParcelCode, order: BurdenOrder) -> Response:
    """A mortgage without a rank gets the next one."""
    from gisreg.rights import burdens  # noqa: PLC0415 - as above

    values = {**order.values, "encumbrance_type": str(order.encumbrance_type)}
    return do(registry, actor, lambda c: burdens.add_burden(c, known_form(parcel_code), values), 201)


@writes("/encumbrances/{encumbrance_id}/release", "解除抵押、查封、租赁 · an encumbrance ends")
def release(registry: RegistryDep, actor: ActorDep, encumbrance_id: Id, order: EndOrder) -> Response:
    """From that day on."""
    from gisreg.rights import burdens  # noqa: PLC0415 - as above

    basis = RecordBasis(encumbrance_id, order.based_on)
    return do_in(registry, actor, order.county, lambda c, code: burdens.release(c, code, basis, order.on))


@writes("/parcels/{parcel_code}/title-steps", "权属步骤：确权 → 登记 → 流转 · a step of the title", 201)
def add_step(registry: RegistryDep, actor: ActorDep, parcel_code: ParcelCode, order: StepOrder) -> Response:
    """Steps come in their order; disputes and their settlement are steps, too."""
    from gisreg.rights import title  # noqa: PLC0415 - as above

    def work(connection: Connection) -> Any:
        code = known_form(parcel_code)
        about = {"document_no": order.document_no, "note": order.note}
        return title.record_step(connection, code, order.step, order.done_on, **about)

    return do(registry, actor, work, 201)


@writes("/parcels/{parcel_code}/title-decisions", "人工认定 · a person's decision on the title", 201)
def decide(registry: RegistryDep, actor: ActorDep, parcel_code: ParcelCode, order: DecisionOrder) -> Response:
    """It goes before what follows from the books until it is ended."""
    from gisreg.rights import title  # noqa: PLC0415 - as above

    code = known_form(parcel_code)
    return do(registry, actor, lambda c: title.decide(c, code, order.field, order.value, order.reason), 201)


@writes("/parcels/{parcel_code}/title-decisions/end", "终止人工认定 · the books are followed again")
def end_decision(registry: RegistryDep, actor: ActorDep, parcel_code: ParcelCode, order: EndDecisionOrder) -> Response:
    """The decision stays in the history."""
    from gisreg.rights import title  # noqa: PLC0415 - as above

    return do(registry, actor, lambda c: title.end_decision(c, known_form(parcel_code), order.field))


@writes("/titles/follow", "全县权属、查封、抵押随台账更新 · set what follows from the books", schema=LIST)
def follow(registry: RegistryDep, actor: ActorDep, order: CountyOrder) -> Response:
    """Terms run out without anybody writing: ask for this before planning."""
    from gisreg.rights import title  # noqa: PLC0415 - as above

    def work(connection: Connection, county: str) -> dict[str, Any]:
        changed = title.follow(connection, county)
        return listed([{"parcel_code": one.parcel_code, "changed": one.changes()} for one in changed])

    return do_in(registry, actor, order.county, work)


@reads("/double-mortgages", "重复抵押 · the same thing mortgaged twice", LIST)
def double_mortgages(reading: ReadingDep, county: County = None, on: Annotated[Day | None, Query()] = None) -> Response:
    """On one right, on one parcel, or on overlapping boundaries, each with its place."""
    from gisreg.rights import mortgages  # noqa: PLC0415 - as above

    return look_in(reading, county, lambda c, code: listed(mortgages.double_mortgages(c, code, on)))


@reads("/parties", "权利主体 · parties", LIST)
def parties(
    reading: ReadingDep,
    county: County = None,
    name: Annotated[str | None, Query(max_length=200, description="名称的一部分 · a part of the name")] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """By name; numbers are masked."""
    from gisreg.rights import parties as book  # noqa: PLC0415 - as above

    def work(connection: Connection, code: str) -> dict[str, Any]:
        page = book.list_parties(connection, code, name=name, limit=limit, offset=offset)
        return listed(page.items, page.total)

    return look_in(reading, county, work)


@writes("/parties", "新增权利主体 · a party", 201)
def add_party(registry: RegistryDep, actor: ActorDep, order: PartyOrder) -> Response:
    """The answer masks what was sent."""
    from gisreg.rights import parties as book  # noqa: PLC0415 - as above

    work = lambda c, code: book.add_party(c, code, order.values)  # noqa: E731 - passed on at once
    return do_in(registry, actor, order.county, work, status=201)


@reads("/parties/{party_id}", "一个权利主体 · one party", OBJECT)
def party(reading: ReadingDep, party_id: Id, county: County = None) -> Response:
    """Numbers are masked."""
    from gisreg.rights import parties as book  # noqa: PLC0415 - as above

    return look_in(reading, county, lambda c, code: book.get_party(c, code, party_id))


@reads("/parties/{party_id}/history", "权利主体的各版本 · all versions of a party", OBJECT)
def party_history(reading: ReadingDep, party_id: Id, county: County = None) -> Response:
    """Numbers are masked."""
    from gisreg.rights import parties as book  # noqa: PLC0415 - as above

    return look_in(reading, county, lambda c, code: {"versions": book.party_history(c, code, party_id)})


@writes("/parties/{party_id}/edit", "修改权利主体 · change a party")
def change_party(registry: RegistryDep, actor: ActorDep, party_id: Id, order: ChangeOrder) -> Response:
    """A new version."""
    from gisreg.rights import parties as book  # noqa: PLC0415 - as above

    basis = RecordBasis(party_id, order.based_on)
    return do_in(registry, actor, order.county, lambda c, code: book.change_party(c, code, basis, order.values))


@writes("/parcels/{parcel_code}/contracts", "登记合同 · a contract", 201)
def add_contract(registry: RegistryDep, actor: ActorDep, parcel_code: ParcelCode, order: ContractOrder) -> Response:
    """Grant, allocation, lease, contracting-out or other."""
    from gisreg.rights import contracts  # noqa: PLC0415 - as above

    values = {**order.values, "contract_no": order.contract_no}
    return do(registry, actor, lambda c: contracts.add_contract(c, known_form(parcel_code), values), 201)


@reads("/contracts/clean-up", "合同清理进展 · how far the clean-up is", OBJECT)
def clean_up_report(reading: ReadingDep, county: County = None) -> Response:
    """By the four ways; large ones by themselves."""
    from gisreg.rights import contracts  # noqa: PLC0415 - as above

    large = reading.registry.settings.large_contract_wan

    def work(connection: Connection, code: str) -> dict[str, Any]:
        report = contracts.clean_up_report(connection, code, large)
        return {**report.__dict__, "rate": report.rate}

    return look_in(reading, county, work)


@writes("/contracts/{contract_id}/edit", "修改合同 · change a contract")
def change_contract(registry: RegistryDep, actor: ActorDep, contract_id: Id, order: ChangeOrder) -> Response:
    """A new version."""
    from gisreg.rights import contracts  # noqa: PLC0415 - as above

    basis = RecordBasis(contract_id, order.based_on)
    return do_in(registry, actor, order.county, lambda c, code: contracts.change_contract(c, code, basis, order.values))


@writes("/contracts/{contract_id}/clean-up", "合同清理 · clean a contract up")
def clean_up(registry: RegistryDep, actor: ActorDep, contract_id: Id, order: CleanUpOrder) -> Response:
    """The way now, the day and the basis when it is done."""
    from gisreg.rights import contracts  # noqa: PLC0415 - as above

    basis = RecordBasis(contract_id, order.based_on)

    def work(connection: Connection, county: str) -> Any:
        return contracts.clean_up(connection, county, basis, order.way, on=order.on, basis_text=order.basis)

    return do_in(registry, actor, order.county, work)


Book = Literal["right", "encumbrance", "contract"]


@reads("/books/{book}/{entry_id}/history", "权利、负担、合同的各版本 · all versions of an entry", OBJECT)
def entry_history(reading: ReadingDep, book: Book, entry_id: Id, county: County = None) -> Response:
    """Who, when, by which way in, and the fields then."""
    from gisreg.records import history  # noqa: PLC0415 - as above
    from gisreg.rights.burdens import BURDENS  # noqa: PLC0415
    from gisreg.rights.contracts import CONTRACTS  # noqa: PLC0415
    from gisreg.rights.holding import RIGHTS  # noqa: PLC0415

    chosen = {"right": RIGHTS, "encumbrance": BURDENS, "contract": CONTRACTS}[book]
    return look_in(reading, county, lambda c, code: {"versions": history(c, chosen, code, entry_id)})
