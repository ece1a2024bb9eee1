"""Features in the usual form, answered by the event loop itself before the application's routes are looked through.

What is asked most, a page in a box and one parcel, is one statement: to hand it to a thread and back, and to pass the
layers of the application, takes longer than to read the parcel. Whatever else is asked, and whatever is wrong with it,
goes on and is told by who answers for it there.
"""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api import errors
from api.conditional import Reading
from api.ogc.answering import listed_answer, told_answer
from api.ogc.asking import Asking, to_be_listed, to_be_told
from api.problems import fault_of
from api.registry import Registry
from gisreg.db.lines import HasLeft
from gisreg.errors import GisregError
from gisreg.features import quick
from gisreg.features.asking import Asked
from gisreg.features.collections import collection_of
from gisreg.features.pages import TookTooLong
from gisreg.vocab import State

ITEMS = re.compile(r"/(?:ogc|qgis)/collections/([a-z_]+)/items(?:/([^/\x00]+))?", re.ASCII)
WORDS = frozenset({"bbox", "bbox-crs", "crs", "cursor", "f", "lang", "limit", "profile", "properties"})
"""What may be asked with; a filter is not read while others wait."""


class FeatureFront:
    """Answers what one statement answers; all else goes on."""

    def __init__(self, app: ASGIApp, registry: Registry) -> None:
        self.app, self.registry = app, registry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask, answer or pass on."""
        if scope["type"] == "http" and scope["method"] == "GET" and (named := ITEMS.fullmatch(scope["path"])):
            answer = await self._answer(Request(scope), leaving_by(receive), *named.groups())
            if answer is not None:
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _answer(self, request: Request, has_left: HasLeft, collection: str, fid: str | None) -> Response | None:
        reading = Reading(request, self.registry)
        if reading.has_copy or not request.query_params.keys() <= WORDS:
            return None
        try:
            if fid is None:
                return await self._page(reading, has_left, collection)
            return await self._one(reading, has_left, collection, fid)
        except TookTooLong as failure:
            return errors.answer(fault_of(failure), request, reading.language)
        except GisregError:
            return None

    async def _page(self, reading: Reading, has_left: HasLeft, collection: str) -> Response | None:
        asking, asked = to_be_listed(reading, collection_of(collection))
        found = await quick.page(self.registry.lines, asked, has_left) if _is_quick(asking, asked) else None
        if found is None:
            return None
        reading.snapshot = found[0]
        return listed_answer(asking, asked, found[1])

    async def _one(self, reading: Reading, has_left: HasLeft, collection: str, fid: str) -> Response | None:
        asking, asked = to_be_told(reading, collection_of(collection))
        if asking.form != "json" or not quick.is_quick_one(asked):
            return None
        found = await quick.one(self.registry.together, quick.question_of_one(asked), fid, has_left)
        if found is None or found.state == State.REMOVED:
            return None
        return told_answer(asking, asked, fid, found)


def _is_quick(asking: Asking, asked: Asked) -> bool:
    """Pages for people take their time to be laid out: not while others wait."""
    return asking.form == "json" and quick.is_quick(asked)


def leaving_by(receive: Receive) -> HasLeft:
    """Waits until the reader of this connection has left."""

    async def has_left() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    return has_left
