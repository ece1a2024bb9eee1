"""Which of two forms an answer takes: ``?format=`` before the Accept header before JSON."""

from typing import Literal

from starlette.requests import Request

from api.language import quality

Form = Literal["json", "geojson"]
JSON, GEOJSON = "application/json", "application/geo+json"


def form_of(request: Request, asked: Form | None) -> Form:
    """JSON, unless GeoJSON is asked for or ranked above it; a header that wants neither gets JSON."""
    return asked or ("geojson" if _prefers_geojson(request.headers.get("accept", "")) else "json")


def _prefers_geojson(header: str) -> bool:
    ranked: dict[str, float] = {}
    for part in header.split(","):
        media_type, _, rest = part.strip().partition(";")
        ranked.setdefault(media_type.strip().lower(), quality(rest))
    wanted = ranked.get(GEOJSON, 0.0)
    plain = next((ranked[name] for name in (JSON, "application/*", "*/*") if name in ranked), 0.0)
    if wanted != plain:
        return wanted > plain
    # Equally welcome: the one named itself before one that a star stands for, else the one named first.
    names = list(ranked)
    return wanted > 0 and (JSON not in ranked or names.index(GEOJSON) < names.index(JSON))
