"""Which representation is sent: ``f=`` before the Accept header before JSON."""

from typing import Literal

from fastapi import Request

from api.language import quality
from api.ogc.words import Words

Form = Literal["json", "html"]
FORMS: tuple[Form, ...] = ("json", "html")
JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"


def form_of(request: Request, words: Words) -> Form:
    """JSON, unless a page is asked for or a browser, which ranks pages above everything, asks.

    Raises:
        NoneOfThese: another form.
    """
    if words.get("f") is not None:
        return "html" if words.one_of("f", FORMS, "json") == "html" else "json"
    ranked: dict[str, float] = {}
    for part in request.headers.get("accept", "").split(","):
        media_type, _, rest = part.strip().partition(";")
        ranked.setdefault(media_type.strip().lower(), quality(rest))
    page = max(ranked.get(HTML, 0.0), ranked.get("application/xhtml+xml", 0.0))
    data = max((ranked.get(name, 0.0) for name in (JSON, GEOJSON, SCHEMA, "application/*", "*/*")), default=0.0)
    return "html" if page > data else "json"
