"""The application: settings in, FastAPI out. Importing this module does nothing."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version

from anyio import to_thread
from fastapi import Depends, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from api import conditional, errors, openapi
from api.ahead import answer_ahead
from api.cache import Caches
from api.guard import Guard
from api.head import HeadAsGet
from api.leaving import StopForThoseWhoLeave
from api.ogc.front import FeatureFront
from api.ogc.one_front import OneFront
from api.parameters import only_known
from api.registry import MAX_CONNECTIONS, Registry
from api.routers import (
    affairs,
    batches,
    checkouts,
    clock,
    closeout,
    docs,
    documents,
    export,
    health,
    imports,
    maps,
    ogc,
    ogc_edits,
    ogc_tiles,
    parcel_edits,
    parcel_versions,
    parcels,
    plan,
    portfolio,
    recheck,
    rights,
    site,
    townships,
    units,
)
from api.templating import STATIC_DIR
from api.tiles.cache import TileCache
from api.tiles.freshness import Freshness
from api.tiles.front import TileFront
from gisreg.settings import Settings

GZIP_FROM_BYTES = 1_000
GZIP_LEVEL = 5
"""Level 9 takes three times as long for GeoJSON that is 2 % smaller."""
ROUTERS = (
    site,
    health,
    townships,
    parcels,
    parcel_edits,
    parcel_versions,
    recheck,
    rights,
    affairs,
    batches,
    imports,
    checkouts,
    documents,
    units,
    plan,
    clock,
    portfolio,
    closeout,
    export,
    maps,
    ogc,
    ogc_edits,
    ogc_tiles,
    docs,
)
STRICT = (
    townships, batches, imports, checkouts, parcel_edits, parcel_versions, parcels, recheck, rights, affairs, documents,
    units, plan, clock, export, closeout,
)  # fmt: skip


def create_app(settings: Settings) -> FastAPI:
    """The registry over HTTP for these settings. The database is opened at start and closed at the end."""
    registry = Registry(settings)
    freshness, tiles = Freshness(registry), TileCache(settings.tile_cache_mb * 1024 * 1024)
    app = FastAPI(
        title="gisreg · 县域闲置资产台账",
        version=version("gisreg"),
        lifespan=_lifespan(registry, freshness),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.settings, app.state.registry = settings, registry
    app.state.caches = Caches()
    app.state.freshness, app.state.tiles = freshness, tiles
    errors.register(app)
    conditional.register(app)
    openapi.install(app)
    for module in ROUTERS:
        strict = [Depends(only_known)] if module in STRICT else []
        app.include_router(module.router, dependencies=strict)
    for root in ogc.ROOTS:
        answer_ahead(app, f"{root}/collections/{{collection}}/items", ogc.items)
        answer_ahead(app, f"{root}/collections/{{collection}}/items/{{fid}}", ogc.item)
    answer_ahead(app, ogc_tiles.TILE, ogc_tiles.tile)
    app.mount("/static", StaticFiles(directory=STATIC_DIR), name="static")
    # Added from the inside out: the guard sees a request first and an answer last.
    app.add_middleware(StopForThoseWhoLeave)
    app.add_middleware(FeatureFront, registry=registry)
    app.add_middleware(GZipMiddleware, minimum_size=GZIP_FROM_BYTES, compresslevel=GZIP_LEVEL)
    app.add_middleware(TileFront, freshness=freshness, cache=tiles)
    app.add_middleware(OneFront, registry=registry)
    app.add_middleware(errors.UnexpectedFailures, default_language=settings.language)
    app.add_middleware(HeadAsGet)
    app.add_middleware(Guard, default_language=settings.language)
    return app


def _lifespan(registry: Registry, freshness: Freshness) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # As many handlers as there are connections: nobody waits for one until a time-out.
        to_thread.current_default_thread_limiter().total_tokens = MAX_CONNECTIONS
        # A database that is down does not keep the server from starting: /ready says so until it is back.
        try:
            yield
        finally:
            registry.lines.close()
            await run_in_threadpool(freshness.close)
            await run_in_threadpool(registry.close)

    return lifespan
