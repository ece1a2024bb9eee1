"""Bodies of edits: JSON of the right media type, never more than a bound, read as they arrive."""

import json
from typing import Annotated, Any, ClassVar

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from gisreg.errors import InputError
from gisreg.text import Text

MAX_BODY_BYTES = 20_000_000
WHOLE, PART = ("application/geo+json", "application/json"), ("application/merge-patch+json", "application/json")


class BodyTooLarge(InputError):
    """More than any feature has."""

    http_status: ClassVar[int] = 413
    what: ClassVar[Text] = Text("内容超过 {limit} MB", "the body is larger than {limit} MB")
    mend: ClassVar[Text] = Text("请简化界址", "simplify the boundary")


class BodyUnreadable(InputError):
    """Not JSON."""

    what: ClassVar[Text] = Text("内容不是有效的 JSON({detail})", "the body is not valid JSON ({detail})")
    mend: ClassVar[Text] = Text("请发送 GeoJSON 要素(UTF-8)", "send a GeoJSON feature in UTF-8")


class MediaTypeMissing(InputError):
    """Nothing says what the body is."""

    what: ClassVar[Text] = Text("没有 Content-Type 头", "the header Content-Type is missing")
    mend: ClassVar[Text] = Text("请加 Content-Type: {wanted}", "send Content-Type: {wanted}")


class MediaTypeRefused(InputError):
    """Another kind of body."""

    http_status: ClassVar[int] = 415
    what: ClassVar[Text] = Text("不接受 {given}", "{given} is not taken here")
    mend: ClassVar[Text] = Text("请发送 {wanted}", "send {wanted}")


async def document_of(request: Request) -> Any:
    """The body as JSON.

    Raises:
        MediaTypeMissing, MediaTypeRefused, BodyTooLarge, BodyUnreadable.
    """
    wanted = PART if request.method == "PATCH" else WHOLE
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not given:
        raise MediaTypeMissing(where="Content-Type", wanted=wanted[0])
    if given not in wanted:
        raise MediaTypeRefused(where="Content-Type", given=given[:80], wanted=", ".join(wanted))
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > MAX_BODY_BYTES:
        raise BodyTooLarge(where="body", limit=MAX_BODY_BYTES // 1_000_000)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLarge(where="body", limit=MAX_BODY_BYTES // 1_000_000)
    return await run_in_threadpool(_read, bytes(body))


def _read(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refused, object_pairs_hook=_told_once)
    except (ValueError, RecursionError) as error:
        raise BodyUnreadable(where="body", detail=" ".join(str(error).split())[:120]) from None


def _refused(name: str) -> Any:
    raise ValueError(name)


def _told_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two geometries, or of two values of a property, neither is the one that was meant."""
    found: dict[str, Any] = {}
    for name, value in members:
        if name in found:
            raise ValueError(f"{name[:40]}: given twice")
        found[name] = value
    return found


DocumentDep = Annotated[Any, Depends(document_of)]
