"""Features answered: members of the standard around what PostGIS wrote, with links and validators."""

import json
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from api.encoding import json_bytes
from api.ogc import json_fg, pages
from api.ogc.asking import Asking
from api.ogc.forms import GEOJSON, HTML, JSON
from api.ogc.links import Link, header
from gisreg.features.asking import Asked
from gisreg.features.pages import One, Page

IN_HEADER = ("next", "profile")


def listed_answer(asking: Asking, asked: Asked, found: Page, matched: int | None = None) -> Response:
    """A page; ``matched`` is how many there are in all, where that was asked."""
    reading, wanted = asking.reading, asked.collection
    to = asking.addresses
    following = to.following(HTML if asking.form == "html" else GEOJSON, found.next) if found.next else None
    links = [*to.itself(asking.form, GEOJSON), *([following] if following else [])]
    links.append(to.link("collection", f"/collections/{wanted.name}", JSON, wanted.titles, f="json"))
    if asking.form == "html":
        table = pages.features_table(to, wanted, found.features, following)
        return pages.page(reading, to, asking.say(wanted.titles), asking.say(wanted.about), tables=[table], links=links)
    links += json_fg.links(asked)
    members: dict[str, Any] = {"links": links, "numberReturned": found.returned, "timeStamp": _now()}
    if matched is not None:
        members["numberMatched"] = matched
    begun = b'{"type":"FeatureCollection",' + json_fg.members(asked)
    body = begun + b'"features":[' + found.features + b"]," + json_bytes(members)[1:]
    told = {"Content-Crs": f"<{asked.crs.uri}>", **header([link for link in links if link["rel"] in IN_HEADER])}
    return reading.reply(body, GEOJSON, told)


def told_answer(asking: Asking, asked: Asked, fid: str, found: One) -> Response:
    """One feature."""
    reading, wanted = asking.reading, asked.collection
    links = links_of_one(asking, asked)
    if asking.form == "html":
        table = pages.feature_table(asking.addresses, wanted, json.loads(found.feature))
        about = asking.say(wanted.titles)
        return pages.page(reading, asking.addresses, fid, about, tables=[table], links=links)
    body = body_of_one(asked, found, json_bytes({"links": links})[1:])
    if found.version is None:
        return reading.reply(body, GEOJSON, headers_of_one(asked))
    answer = reading.reply_version(body, GEOJSON, fid, found.version)
    answer.headers.update(headers_of_one(asked))
    return answer


def links_of_one(asking: Asking, asked: Asked) -> list[Link]:
    """The links of one feature."""
    to, wanted = asking.addresses, asked.collection
    above = to.link("collection", f"/collections/{wanted.name}", JSON, wanted.titles, f="json")
    profile = [] if asking.form == "html" else json_fg.links(asked)
    return [*to.itself(asking.form, GEOJSON), above, *profile]


def body_of_one(asked: Asked, found: One, links: bytes) -> bytes:
    """The feature with the members of the standard; ``links`` is their member and the end of the object."""
    return b"".join((b"{", json_fg.members(asked), found.feature[1:-1], b",", links))


def headers_of_one(asked: Asked) -> dict[str, str]:
    """What is told of the feature beside its validators."""
    return {"Content-Crs": f"<{asked.crs.uri}>", **header(json_fg.links(asked))}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
