"""One feature, answered with nothing done twice: before compression, routes and all that other requests pass through.

Whatever cannot be told at once, a copy to be judged or a number that is not there, goes on to who answers for it.
"""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api import errors
from api.conditional import CACHE_CONTROL, VARY
from api.ogc.alike import Alike, ReadBefore
from api.ogc.answering import body_of_one, headers_of_one
from api.ogc.forms import GEOJSON
from api.ogc.front import ITEMS, leaving_by
from api.preconditions import version_tag
from api.problems import fault_of
from api.registry import Registry
from gisreg.features import quick
from gisreg.features.pages import One, TookTooLong
from gisreg.vocab import State

Headers = list[tuple[bytes, bytes]]


class OneFront:
    """Answers for one feature at a time; all else goes on."""

    def __init__(self, app: ASGIApp, registry: Registry) -> None:
        self.app, self.registry = app, registry
        self._read_before = ReadBefore(registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask, answer or pass on."""
        if scope["type"] != "http" or scope["method"] != "GET" or not (named := ITEMS.fullmatch(scope["path"])):
            await self.app(scope, receive, send)
            return
        collection, fid = named.groups()
        alike = self._read_before.find(scope, collection, fid) if fid and _is_plain(scope) else None
        if alike is None or not await self._answered(alike, fid, scope, receive, send):
            await self.app(scope, receive, send)

    async def _answered(self, alike: Alike, fid: str, scope: Scope, receive: Receive, send: Send) -> bool:
        try:
            found = await quick.one(self.registry.together, alike.question, fid, leaving_by(receive))
        except TookTooLong as failure:
            await errors.answer(fault_of(failure), Request(scope), alike.reading.language)(scope, receive, send)
            return True
        if found is None or found.state == State.REMOVED:
            return False
        body = body_of_one(alike.asked, found, alike.links_to(fid))
        await send({"type": "http.response.start", "status": 200, "headers": _headers(alike, fid, found, body)})
        await send({"type": "http.response.body", "body": body})
        return True


def _headers(alike: Alike, fid: str, found: One, body: bytes) -> Headers:
    language = alike.reading.language
    told = {
        "etag": version_tag(fid, found.version or 0, body, GEOJSON, language, ""),
        "cache-control": CACHE_CONTROL,
        "vary": f"{VARY}, Accept-Encoding",
        "content-language": language,
        "content-length": str(len(body)),
        "content-type": GEOJSON,
        **headers_of_one(alike.asked),
    }
    return [(name.lower().encode(), value.encode()) for name, value in told.items()]


def _is_plain(scope: Scope) -> bool:
    """No copy to be judged, and no compression."""
    return not any(
        name == b"if-none-match" or (name == b"accept-encoding" and b"gzip" in value)
        for name, value in scope["headers"]
    )
