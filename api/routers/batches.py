"""Imports: their list, one with its report, taking one back."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from api.dependencies import ActorDep, ReadingDep, RegistryDep
from api.parameters import County, Limit
from api.records import LIST, MAX_ID, OBJECT, Order, do, listed, look, look_in, reads, writes

router = APIRouter(tags=["batches"])

Number = Annotated[int, Path(ge=1, le=MAX_ID, description="批次号 · its number")]


class UndoOrder(Order):
    """撤销 · taking back."""

    reason: str | None = Field(None, max_length=2_000, description="原因 · why")


@reads(router, "/batches", "最近的导入 · the newest imports", LIST)
def batches(reading: ReadingDep, county: County = None, limit: Limit = 100) -> Response:
    """Without their problems; `undone_at` tells of one that was taken back."""
    from gisreg.batches.read import list_batches  # noqa: PLC0415 - loaded when used

    def work(connection: Connection, code: str) -> dict[str, Any]:
        page = list_batches(connection, code, limit)
        return listed(page.items, page.total)

    return look_in(reading, county, work)


@reads(router, "/batches/{batch}", "一个批次 · one import", OBJECT)
def batch(reading: ReadingDep, batch: Number, county: County = None) -> Response:
    """With its mapping and the first thousand findings."""
    from gisreg.batches.read import county_of, read_batch  # noqa: PLC0415 - as above

    return look(reading, lambda c: read_batch(c, county_of(c, batch, county), batch))


@writes(router, "/batches/{batch}/undo", "撤销整个批次 · take an import back")
def undo(registry: RegistryDep, actor: ActorDep, batch: Number, order: UndoOrder, county: County = None) -> Response:
    """All of it or nothing: refused where others have worked on its parcels since (409 with their numbers)."""
    from gisreg.batches.read import county_of  # noqa: PLC0415 - as above
    from gisreg.batches.undo import undo_batch  # noqa: PLC0415

    def work(connection: Connection) -> dict[str, Any]:
        done = undo_batch(connection, county_of(connection, batch, county), batch, order.reason)
        return {"batch": done.batch, "removed": done.removed, "restored": done.restored}

    return do(registry, actor, work)
