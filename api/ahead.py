"""Addresses that are asked most, answered ahead of all others.

FastAPI goes through every router and hands each dependency to a thread before it comes to them, which takes longer than
one parcel takes to read. Their functions still stand in the routers as well: for the documents, and for other methods.
"""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.conditional import Reading


def answer_ahead(app: FastAPI, path: str, work: Callable[..., Response]) -> None:
    """GET of a path by ``work(reading, **names in the path)``, in a thread."""
    app.router.routes.insert(0, Route(path, _endpoint(work), methods=["GET"]))


def _endpoint(work: Callable[..., Response]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        reading = Reading(request, request.app.state.registry)
        return await run_in_threadpool(work, reading, **request.path_params)

    return endpoint
