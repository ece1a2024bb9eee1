"""Townships and villages merge, split and are renamed; the cross-walk of their codes."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from api.dependencies import ActorDep, ReadingDep, RegistryDep
from api.parameters import County, Day
from api.records import LIST, OBJECT, Order, do_in, listed, look_in, reads, writes
from api.registry import Registry
from gisreg.db.engine import Actor
from gisreg.vocab import UnitLevel

router = APIRouter(prefix="/units", tags=["units"])

Level = Literal["township", "village"]
Code = Annotated[str, Field(min_length=1, max_length=20)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
MAX_UNITS = 200


class ChangeOrder(Order):
    """变更 · from which day, on what paper."""

    level: Level = "township"
    on: Day
    document_no: str | None = Field(None, max_length=200)


class RenameOrder(ChangeOrder):
    """更名、换码 · another name or code."""

    code: Code
    name: Name | None = None
    new_code: Code | None = None


class MergeOrder(ChangeOrder):
    """合并 · a merger."""

    codes: list[Code] = Field(min_length=1, max_length=MAX_UNITS)
    into: Code
    name: Name
    settle_ownership: bool = False


class PartOrder(BaseModel):
    """拆分的一部分 · one of the parts: its boundary, its villages, or both."""

    model_config = ConfigDict(extra="forbid")

    code: Code
    name: Name
    villages: list[Code] = Field(default_factory=list, max_length=1_000)
    geometry: dict[str, Any] | str | None = None
    crs: str | None = Field(None, max_length=20)


class SplitOrder(ChangeOrder):
    """拆分 · a split."""

    code: Code
    parts: list[PartOrder] = Field(min_length=1, max_length=MAX_UNITS)


def _do(registry: Registry, actor: Actor, order: ChangeOrder, work: Callable[[Connection, Any], Any]) -> Response:
    from gisreg.unit_changes.changing import Change  # noqa: PLC0415 - loaded when used

    level = next(one for one in UnitLevel if one == order.level)

    def done(connection: Connection, county: str) -> Any:
        return work(connection, Change(county, level, order.on, order.document_no))

    return do_in(registry, actor, order.county, done)


@writes(router, "/rename", "更名、换码 · rename")
def rename(registry: RegistryDep, actor: ActorDep, order: RenameOrder) -> Response:
    """Lists as of earlier days show the old name."""
    from gisreg.unit_changes import changing  # noqa: PLC0415 - as above

    return _do(registry, actor, order, lambda c, change: changing.rename(
        c, change, order.code, name=order.name, new_code=order.new_code))  # fmt: skip


@writes(router, "/merge", "合并 · merge")
def merge(registry: RegistryDep, actor: ActorDep, order: MergeOrder) -> Response:
    """Parcels and villages follow their unit."""
    from gisreg.unit_changes import changing  # noqa: PLC0415 - as above

    return _do(registry, actor, order, lambda c, change: changing.merge(
        c, change, order.codes, (order.into, order.name), settle_ownership=order.settle_ownership))  # fmt: skip


@writes(router, "/split", "拆分 · split")
def split(registry: RegistryDep, actor: ActorDep, order: SplitOrder) -> Response:
    """Parcels go by their village, else by where most of them lies."""
    from gisreg.unit_changes import changing  # noqa: PLC0415 - as above

    parts = [changing.Part(one.code, one.name, one.villages, _shape(one)) for one in order.parts]
    return _do(registry, actor, order, lambda c, change: changing.split(c, change, order.code, parts))


class UndoOrder(Order):
    """撤销 · why."""

    reason: str | None = Field(None, max_length=2_000)


@writes(router, "/changes/{number}/undo", "撤销变更 · undo a change")
def undo(
    registry: RegistryDep, actor: ActorDep, number: Annotated[int, Path(ge=1, le=2**31 - 1)], order: UndoOrder
) -> Response:
    """The old units are in force again with their parcels and villages; refused where others have worked on since."""
    from gisreg.unit_changes import undoing  # noqa: PLC0415 - as above

    return do_in(registry, actor, order.county, lambda c, code: undoing.undo_change(c, code, number, order.reason))


def _shape(part: PartOrder) -> Any:
    from gisreg.parcels.boundary.given import given_geojson, given_text  # noqa: PLC0415 - as above

    if part.geometry is None:
        return None
    where = f"body.parts.{part.code}"
    if isinstance(part.geometry, str):
        return given_text(part.geometry, part.crs, where)
    return given_geojson(part.geometry, part.crs, where)


@reads(router, "/crosswalk", "代码对照 · which unit became which", LIST)
def crosswalk(
    reading: ReadingDep, county: County = None,
    level: Annotated[Level | None, Query(description="级别 · level")] = None,
) -> Response:  # fmt: skip
    """Every change, the oldest first."""
    from gisreg.unit_changes import changing  # noqa: PLC0415 - as above

    wanted = next((one for one in UnitLevel if one == level), None)
    return look_in(reading, county, lambda c, code: listed(changing.crosswalk(c, code, wanted)))


@reads(router, "/crosswalk/{code}", "旧代码今为何 · where a code leads today", OBJECT)
def leads_to(
    reading: ReadingDep,
    code: Annotated[str, Path(pattern="^[0-9A-Za-z-]{1,20}$", description="代码 · code")],
    county: County = None,
    level: Annotated[Level, Query(description="级别 · level")] = "township",
) -> Response:
    """The codes in force; none where the code never was."""
    from gisreg.unit_changes import changing  # noqa: PLC0415 - as above

    known = next(one for one in UnitLevel if one == level)

    def work(connection: Connection, place: str) -> dict[str, Any]:
        return {"code": code, "successors": changing.successors(connection, place, known, code)}

    return look_in(reading, county, work)
