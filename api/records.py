"""What routers that keep records share: one transaction a change, one read an answer, and how both are described."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from api.dependencies import ReadingDep
from api.encoding import json_bytes
from api.problems import documented
from api.registry import Registry
from api.schemas import answers
from gisreg.counties import choose_county
from gisreg.db.engine import Actor

JSON = "application/json"
OBJECT: dict[str, Any] = {"type": "object"}
LIST: dict[str, Any] = {
    "type": "object",
    "properties": {"total": {"type": "integer"}, "items": {"type": "array", "items": {"type": "object"}}},
}
READS = documented(400, 404, 422, 503)
WRITES = documented(400, 403, 404, 409, 410, 415, 422, 503)
MAX_ID = 2**31 - 1
BasedOn = Annotated[int, Field(ge=1, le=MAX_ID, description="依据的版本，过期即拒绝 · a stale one is refused")]
Values = Annotated[dict[str, Any], Field(description="字段与值；null 为未知 · fields; null is unknown")]
CountyField = Annotated[str | None, Field(pattern="^[0-9]{6}$", description="县级代码 · county code")]
Route = Callable[[Callable[..., Response]], Callable[..., Response]]


class Order(BaseModel):
    """What a change is asked with."""

    model_config = ConfigDict(extra="forbid")

    county: CountyField = None


def done_with(schema: dict[str, Any] = OBJECT, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """How OpenAPI tells of a change that was made."""
    return {status: {"description": "完成 · done", "content": {JSON: {"schema": schema}}}}


def reads(router: APIRouter, path: str, summary: str, schema: dict[str, Any]) -> Route:
    """A route that only looks."""
    return router.get(path, summary=summary, responses={**answers(json=schema), **READS}, response_class=Response)


def writes(router: APIRouter, path: str, summary: str, status: int = 200, schema: dict[str, Any] = OBJECT) -> Route:
    """A route that changes something."""
    responses = {**WRITES, **done_with(schema, status)}
    return router.post(path, summary=summary, status_code=status, responses=responses, response_class=Response)


def look(reading: ReadingDep, work: Callable[[Connection], Any]) -> Response:
    """One read."""
    with reading.open() as connection:
        return reading.reply(json_bytes(work(connection)), JSON)


def look_in(reading: ReadingDep, county: str | None, work: Callable[[Connection, str], Any]) -> Response:
    """One read in the county named, or the only one."""
    return look(reading, lambda c: work(c, choose_county(c, county or reading.registry.settings.county)))


def do(registry: Registry, actor: Actor, work: Callable[[Connection], Any], status: int = 200) -> Response:
    """One change in one transaction."""
    with registry.transaction(actor) as connection:
        done = work(connection)
    return Response(json_bytes(done), status, media_type=JSON)


def do_in(
    registry: Registry, actor: Actor, county: str | None, work: Callable[[Connection, str], Any], *, status: int = 200
) -> Response:
    """One change in the county named, or the only one."""
    return do(registry, actor, lambda c: work(c, choose_county(c, county or registry.settings.county)), status)


def listed(rows: list[Any], total: int | None = None) -> dict[str, Any]:
    """A list with how many there are."""
    return {"total": len(rows) if total is None else total, "items": rows}
