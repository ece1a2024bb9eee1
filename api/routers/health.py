"""Is the server alive, and can it work."""

from fastapi import APIRouter

from api.dependencies import RegistryDep
from api.problems import documented
from gisreg.db.revisions import current_revision, require_current
from gisreg.db.server import postgis_version

router = APIRouter(tags=["health"])


@router.get("/health", summary="存活 · liveness")
def health() -> dict[str, str]:
    """The process answers. Says nothing about the database: see `/ready`."""
    return {"status": "ok"}


@router.get("/ready", summary="就绪 · readiness", responses=documented(503))
def ready(registry: RegistryDep) -> dict[str, str | None]:
    """The database can be reached, its schema is the one this program expects, and PostGIS is there."""
    with registry.transaction() as connection:
        require_current(connection)
        return {
            "status": "ok",
            "schema_revision": current_revision(connection),
            "postgis_version": postgis_version(connection),
        }
