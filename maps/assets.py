"""Browser code that is written into the pages: Leaflet as npm installed it, and our own scripts and styles."""

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from gisreg.errors import SetupError
from gisreg.text import Text

STATIC_DIR = Path(__file__).parent / "static"


class BrowserCodeMissing(SetupError):
    """npm has not installed the browser code."""

    what: ClassVar[Text] = Text("缺少浏览器代码 {file}", "the browser code {file} is missing")
    mend: ClassVar[Text] = Text("请执行 npm ci（或 make setup）", "run npm ci (or make setup)")


def own(name: str) -> str:
    """One of our own scripts or style sheets."""
    return (STATIC_DIR / name).read_text(encoding="utf-8")


@lru_cache(maxsize=4)
def leaflet(assets_dir: Path) -> tuple[str, str]:
    """Leaflet's script and style sheet without what would load another file (pictures, source map, VML), nor comments.

    Raises:
        BrowserCodeMissing: npm has not installed it.
    """
    folder = assets_dir / "leaflet" / "dist"
    script = re.sub(r"//# sourceMappingURL=\S+", "", _read(folder / "leaflet.js"))
    style = re.sub(r"/\*.*?\*/|behavior:[^;]*;", "", _read(folder / "leaflet.css"), flags=re.DOTALL)
    style = re.sub(r"url\([^)]*\)", "none", style)
    return script.strip(), style.strip()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except OSError as error:
        raise BrowserCodeMissing(file=path) from error


def digest(text: str) -> str:
    """What a content security policy calls an inline script or style by."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii") + "'"


def policy(scripts: list[str], styles: list[str], pictures: Sequence[str] = ()) -> str:
    """Only these very scripts and styles may run; nothing may be fetched but pictures from the given hosts."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(map(digest, scripts))}",
            f"style-src {' '.join(map(digest, styles))}",
            *([f"img-src {' '.join(pictures)}"] if pictures else []),
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
