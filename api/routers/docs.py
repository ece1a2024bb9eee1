"""The API's own documentation, served from this machine: Swagger UI without its usual network of suppliers."""

from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from api.dependencies import LanguageDep, RegistryDep
from api.guard import INLINE_POLICY
from api.templating import render
from maps.assets import BrowserCodeMissing

router = APIRouter(include_in_schema=False)

SwaggerFile = Literal["swagger-ui-bundle.js", "swagger-ui.css"]
_TYPES = {".js": "text/javascript", ".css": "text/css"}


@router.get("/docs")
def docs(language: LanguageDep) -> Response:
    """The page."""
    return Response(
        render("docs.html", {"language": language}),
        media_type="text/html",
        headers={"Content-Security-Policy": INLINE_POLICY, "Cache-Control": "no-cache"},
    )


@router.get("/docs/{name}")
def swagger(name: SwaggerFile, registry: RegistryDep) -> FileResponse:
    """Swagger UI as npm installed it."""
    path = registry.settings.assets_dir / "swagger-ui-dist" / name
    if not path.is_file():
        raise BrowserCodeMissing(file=path)
    headers = {"Cache-Control": "private, max-age=3600"}
    return FileResponse(path, media_type=_TYPES[Path(name).suffix], headers=headers)
