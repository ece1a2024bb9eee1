"""Files imported over HTTP: sent, previewed as figures and as a map, then accepted whole, in part, or not at all."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.dependencies import ActorDep, ReadingDep, RegistryDep
from api.encoding import json_bytes
from api.guard import INLINE_POLICY
from api.parameters import County
from api.problems import documented
from api.records import JSON, OBJECT, done_with
from api.registry import Registry
from api.uploads import MULTIPART, receive
from gisreg.batches.previews import FILES, Asked, Kept, accept, discard, find, keep, receiving
from gisreg.days import today
from gisreg.db.engine import Actor
from gisreg.errors import ResourceError
from gisreg.intake.keys import KEYS
from gisreg.settings import Settings
from gisreg.text import Text
from gisreg.vocab import Kind

router = APIRouter(tags=["imports"])

TOLD = 1000
"""Findings and areas of one answer; the rest is counted, and in the map."""
HTML: dict[int | str, dict[str, Any]] = {
    200: {"description": "网页 · the page", "content": {"text/html": {"schema": {"type": "string"}}}}
}
GONE: dict[int | str, dict[str, Any]] = {204: {"description": "已放弃 · discarded"}}
Short = Annotated[str | None, Query(min_length=1, max_length=200)]
Token = Annotated[str, Path(max_length=64, description="预览号 · the preview's token")]
_FILES = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {
            "type": "array",
            "items": {"type": "string", "format": "binary"},
            "description": "一个文件,或 shapefile 各部分 · one file, or the parts of a shapefile",
        }
    },
}
_BODY = {"requestBody": {"required": True, "content": {MULTIPART: {"schema": _FILES}}}}


class ImportsBusy(ResourceError):
    """As many imports as this machine does side by side are running."""

    http_status: ClassVar[int] = 503
    what: ClassVar[Text] = Text("正在处理的导入已达上限", "as many imports as are done at once are running")
    mend: ClassVar[Text] = Text("请稍后重试", "try again in a while")


class AcceptOrder(BaseModel):
    """接受 · what is accepted."""

    model_config = ConfigDict(extra="forbid")

    rows: str | None = Field(
        None,
        min_length=1,
        max_length=20_000,
        description="要载入的行,默认全部 · the rows to load, all by default",
        examples=["1,3,5-9"],
    )
    go_on: bool = Field(
        False, description="登记簿已有变化时仍按现状导入 · import even where the registry has changed since the preview"
    )
    strict: bool = Field(False, description="有一行被拒绝即都不载入(400)· one refused row, and none is loaded (400)")


def asked_for(  # noqa: PLR0917 - FastAPI passes by name
    kind: Annotated[Kind, Query(description="类型 · kind")],
    county: County = None,
    layer: Annotated[Short, Query(description="图层或工作表 · layer or sheet")] = None,
    crs: Annotated[Short, Query(description="坐标系,如 EPSG:4547 · CRS")] = None,
    encoding: Annotated[Short, Query(description="属性文字编码,如 GBK · encoding of the attributes")] = None,
    mapping: Annotated[Short, Query(description="已保存的字段对照 · name of a saved mapping")] = None,
    join: Annotated[
        Literal[KEYS] | None,  # type: ignore[valid-type]  # a closed list that the core owns
        Query(description="台账按此键关联宗地 · the key by which a ledger joins"),
    ] = None,
) -> Asked:
    """How the file is to be read: known before any of it is."""
    return Asked(str(kind), county, layer, crs, encoding, mapping, join)


@dataclass(frozen=True)
class Sent:
    """Files that came, in a folder of their own, and how they are to be read."""

    folder: FilePath
    asked: Asked


async def received(
    request: Request, registry: RegistryDep, asked: Annotated[Asked, Depends(asked_for)]
) -> AsyncIterator[Sent]:
    """The folder is gone afterwards, unless a preview was made of it. A wrong question is refused before its file."""
    with receiving(registry.settings) as folder:
        await receive(request, folder / FILES, registry.settings.import_max_mb)
        yield Sent(folder, asked)


@router.post(
    "/imports/previews",
    summary="上传并预览,不写入 · send a file and preview it",
    status_code=201,
    responses={**documented(400, 403, 404, 413, 415, 422, 503, 507), **done_with(status=201)},
    response_class=Response,
    openapi_extra=_BODY,
)
def preview(registry: RegistryDep, actor: ActorDep, sent: Annotated[Sent, Depends(received)]) -> Response:
    """What the file would do: counts, findings, the comparison with the registry. It is kept for a while, to accept."""
    with _one_of_few(registry):
        kept = keep(_settings(registry, actor), registry.url(), sent.folder, sent.asked)
    return Response(json_bytes(_told(kept)), 201, {"Location": f"/imports/previews/{kept.about['preview']}"}, JSON)


@router.get(
    "/imports/previews/{token}",
    summary="一份预览 · a preview",
    responses={200: done_with(OBJECT)[200], **documented(400, 404, 422)},
    response_class=Response,
)
def shown(registry: RegistryDep, token: Token) -> Response:
    """As it was told when it was made."""
    return Response(json_bytes(_told(find(registry.settings, token))), media_type=JSON)


@router.get(
    "/imports/previews/{token}/map",
    summary="预览地图 · a preview as a map",
    responses={**HTML, **documented(400, 404, 422, 503)},
    response_class=Response,
)
def drawn(reading: ReadingDep, token: Token) -> Response:
    """New, changed (the old outline dashed), the same, missing and refused rows, each switchable."""
    from maps.preview import preview_page  # noqa: PLC0415 - maps load Folium, which the first map pays for

    settings = reading.registry.settings
    kept = find(settings, token)
    page = preview_page(kept.facts, settings.assets_dir, today(), kept.about["batch"])
    headers = {"Content-Security-Policy": INLINE_POLICY, "Cache-Control": "no-store"}
    return Response(page, headers=headers, media_type="text/html")


@router.post(
    "/imports/previews/{token}/accept",
    summary="导入预览的文件 · import what was previewed",
    status_code=201,
    responses={**documented(400, 403, 404, 409, 415, 422, 503, 507), **done_with(status=201)},
    response_class=Response,
)
def accepted(registry: RegistryDep, actor: ActorDep, token: Token, order: AcceptOrder) -> Response:
    """All rows or some. Where the registry has changed since, 409 says how, and nothing is imported."""
    with _one_of_few(registry):
        report = accept(
            _settings(registry, actor), registry.url(), token,
            rows=order.rows, go_on=order.go_on, strict=order.strict,
        )  # fmt: skip
    return Response(json_bytes(_shortened(report.as_json())), 201, {"Location": f"/batches/{report.batch}"}, JSON)


@router.delete(
    "/imports/previews/{token}",
    summary="放弃预览 · accept none of it",
    status_code=204,
    responses={**GONE, **documented(403, 404, 409)},
    response_class=Response,
)
def discarded(registry: RegistryDep, token: Token) -> Response:
    """The files go at once."""
    discard(registry.settings, token)
    return Response(status_code=204)


@contextmanager
def _one_of_few(registry: Registry) -> Iterator[None]:
    """Imports work in the thread of their request, and a machine has few cores: more than a few are put off."""
    if not registry.importing.acquire(blocking=False):
        raise ImportsBusy
    try:
        yield
    finally:
        registry.importing.release()


def _settings(registry: Registry, actor: Actor) -> Settings:
    """The server's, with who is working."""
    return registry.settings.model_copy(update={"actor": actor.name})


def _told(kept: Kept) -> dict[str, Any]:
    return _shortened(kept.as_json())


def _shortened(report: dict[str, Any]) -> dict[str, Any]:
    """Long lists at their first entries, with how many there are."""
    return {**report, "problems_total": len(report["problems"]), "problems": report["problems"][:TOLD]}
