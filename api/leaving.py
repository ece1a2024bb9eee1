"""A client that leaves in the middle of a read leaves no query behind."""

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.ogc.roots import OGC, QGIS
from gisreg.features import leaving

WATCHED = (OGC, QGIS)


class StopForThoseWhoLeave:
    """Watches the connection of a reader while the answer is made."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass other requests through."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(WATCHED):
            await self.app(scope, receive, send)
            return
        reader, gone = leaving.Leaving(), asyncio.Event()
        leaving.reader.set(reader)

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            gone.set()
            await run_in_threadpool(reader.give_up)

        async def nothing_more() -> Message:
            await gone.wait()
            return {"type": "http.disconnect"}

        watching = asyncio.create_task(watch())
        try:
            await self.app(scope, nothing_more, send)
        finally:
            watching.cancel()
