"""The API's own documentation, served from this machine: Swagger UI without its usual network of suppliers."""

from pathlib import Path
from typing import ClassVar, Literal

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from api.dependencies import LanguageDep, RegistryDep
from api.guard import INLINE_POLICY
from api.templating import render
from gisreg.errors import SetupError
from gisreg.text import Text

router = APIRouter(include_in_schema=False)

SwaggerFile = Literal["swagger-ui-bundle.js", "swagger-ui.css"]
_TYPES = {".js": "text/javascript", ".css": "text/css"}


class BrowserCodeMissing(SetupError):
    """npm has not installed what the documentation page shows itself with."""

    what: ClassVar[Text] = Text("缺少浏览器程序 {name}", "the browser code {name} is not installed")
    mend: ClassVar[Text] = Text("请在项目目录执行 make setup", "run make setup in the project's directory")


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
        raise BrowserCodeMissing(where=str(path), name=f"swagger-ui-dist/{name}")
    headers = {"Cache-Control": "private, max-age=3600"}
    return FileResponse(path, media_type=_TYPES[Path(name).suffix], headers=headers)
