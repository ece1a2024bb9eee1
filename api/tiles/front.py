"""Tiles that were made already are answered here, before the application's many routes are looked through."""

import re

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.readers import reader_of
from api.tiles.answers import Sent, encoding_of
from api.tiles.cache import Key, TileCache
from api.tiles.freshness import Freshness
from gisreg.errors import GisregError

TILE = re.compile(r"/ogc/collections/([a-z_]+)/tiles/(\w+)/(0|[1-9]\d?)/(0|[1-9]\d{0,8})/(0|[1-9]\d{0,8})", re.ASCII)
PLAIN = (b"", b"f=mvt")
FAILURE, VERSION = "tiles.failure", "tiles.version"


class TileFront:
    """Answers what is in the cache for the data of now and this reader; all else goes on, to be checked and made."""

    def __init__(self, app: ASGIApp, freshness: Freshness, cache: TileCache) -> None:
        self.app, self.freshness, self.cache = app, freshness, cache

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look, answer or pass on."""
        if scope["type"] == "http" and scope["method"] == "GET" and (named := TILE.fullmatch(scope["path"])):
            answer = await self._kept(scope, named)
            if answer is not None:
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _kept(self, scope: Scope, named: re.Match[str]) -> Response | None:
        """The answer from the cache. What was found out on the way is left in the scope for those further in."""
        try:
            version = await self.freshness.version()
        except GisregError as failure:
            scope[FAILURE] = failure  # told by who answers for failures
            return None
        scope[VERSION] = version
        if scope["query_string"] not in PLAIN:
            return None
        asked = Headers(scope=scope)
        collection, grid, matrix, row, column = named.groups()
        reader = reader_of(HTTPConnection(scope))
        key = Key(reader.scope, collection, grid, int(matrix), int(row), int(column), encoding_of(asked))
        content = self.cache.find(version, key)
        return None if content is None else Sent(version, key).answer(content, asked)
