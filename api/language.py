"""The language of an answer: ``?lang=`` before Accept-Language before the setting."""

from starlette.requests import HTTPConnection

from gisreg.text import Language


def language_of(request: HTTPConnection, default: Language) -> Language:
    """Chinese or English, whichever the reader ranks higher."""
    asked = request.query_params.get("lang")
    if asked in ("zh", "en"):
        return "en" if asked == "en" else "zh"
    return _preferred(request.headers.get("accept-language", "")) or default


def _preferred(header: str) -> Language | None:
    ranked: list[tuple[float, Language]] = []
    for part in header.split(","):
        tag, _, rest = part.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        if primary == "zh":
            ranked.append((quality(rest), "zh"))
        elif primary == "en":
            ranked.append((quality(rest), "en"))
    wanted = [entry for entry in ranked if entry[0] > 0]
    # max() keeps the first of equals: the order of the header decides.
    return max(wanted, key=lambda entry: entry[0])[1] if wanted else None


def quality(parameters: str) -> float:
    """The rank that a part of an Accept header gives itself; nonsense ranks last."""
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
