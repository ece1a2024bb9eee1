"""Features answered: members of the standard around what PostGIS wrote, with links and validators."""

import json
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from api.encoding import json_bytes
from api.ogc import json_fg, pages
from api.ogc.asking import Asking
from api.ogc.forms import GEOJSON, HTML, JSON
from api.ogc.links import header
from gisreg.features.asking import Asked
from gisreg.features.pages import One, Page

IN_HEADER = ("next", "profile")


def listed_answer(asking: Asking, asked: Asked, found: Page, matched: int | None = None) -> Response:
    """A page; ``matched`` is how many there are in all, where that was asked."""
    reading, wanted = asking.reading, asked.collection
    to = asking.addresses
    following = to.again("next", HTML if asking.form == "html" else GEOJSON, cursor=found.next) if found.next else None
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
    reading, wanted, to = asking.reading, asked.collection, asking.addresses
    links = [*to.itself(asking.form, GEOJSON)]
    links.append(to.link("collection", f"/collections/{wanted.name}", JSON, wanted.titles, f="json"))
    if asking.form == "html":
        table = pages.feature_table(to, wanted, json.loads(found.feature))
        return pages.page(reading, to, fid, asking.say(wanted.titles), tables=[table], links=links)
    links += json_fg.links(asked)
    body = b"{" + json_fg.members(asked) + found.feature[1:-1] + b"," + json_bytes({"links": links})[1:]
    told = {"Content-Crs": f"<{asked.crs.uri}>", **header([link for link in links if link["rel"] in IN_HEADER])}
    if found.version is None:
        return reading.reply(body, GEOJSON, told)
    answer = reading.reply_version(body, GEOJSON, fid, found.version)
    answer.headers.update(told)
    return answer


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
