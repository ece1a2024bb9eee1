"""Links, with whole addresses: not every client puts relative ones together rightly."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from api.ogc.forms import GEOJSON, HTML, JSON, OPENAPI, SCHEMA, Form
from gisreg.text import Language, Text

Link = dict[str, str]
QUERYABLES_REL = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
SCHEMA_REL = "http://www.opengis.net/def/rel/ogc/1.0/schema"
NEXT = Text("下一页", "Next page")
TITLES: dict[str, Text] = {
    JSON: Text("JSON", "JSON"),
    GEOJSON: Text("GeoJSON", "GeoJSON"),
    HTML: Text("网页", "Page"),
    SCHEMA: Text("JSON Schema", "JSON Schema"),
    OPENAPI: Text("接口定义(OpenAPI 3.0)", "API definition (OpenAPI 3.0)"),
}


class Addresses:
    """Addresses below the root that the request came in by."""

    def __init__(self, request: Request, language: Language) -> None:
        self.request = request
        self.language = language
        self.host = str(request.base_url).rstrip("/")
        self.root = "/" + request.url.path.split("/", 2)[1]
        self._chosen = {"lang": language} if "lang" in request.query_params else {}
        """Who chose a language for a page goes on in it."""

    def of(self, path: str, **parameters: Any) -> str:
        """The whole address of a path below the root."""
        told = {**parameters, **(self._chosen if parameters.get("f") == "html" else {})}
        return f"{self.host}{self.root}{path}" + (f"?{urlencode(told)}" if told else "")

    def link(self, rel: str, path: str, media_type: str, title: Text | None = None, **parameters: Any) -> Link:
        """A link with its type and a title in the reader's language."""
        words = title or TITLES.get(media_type)
        if media_type == HTML:
            parameters |= self._chosen
        made = {"rel": rel, "href": self.of(path, **parameters), "type": media_type}
        return {**made, "title": words.say(self.language)} if words else made

    def itself(self, form: Form, media_type: str = JSON) -> list[Link]:
        """This resource as it is sent, and in the other form."""
        asked = [(name, value) for name, value in self.request.query_params.multi_items() if name != "f"]
        there = f"{self.host}{self.request.url.path}?" + (f"{urlencode(asked)}&f=" if asked else "f=")
        made = []
        for other, kind in (("json", media_type), ("html", HTML)):
            href = there + other
            title = TITLES[kind].say(self.language)
            made.append({"rel": "self" if other == form else "alternate", "href": href, "type": kind, "title": title})
        return made if form == "json" else made[::-1]

    def following(self, media_type: str, cursor: str) -> Link:
        """The same question, answered from where the cursor stands."""
        there = self.request.url.include_query_params(cursor=cursor)
        href = f"{self.host}{there.path}?{there.query}"
        return {"rel": "next", "href": href, "type": media_type, "title": NEXT.say(self.language)}


def header(links: list[Link]) -> dict[str, str]:
    """As RFC 8288 wants them."""
    told = (f'<{link["href"]}>; rel="{link["rel"]}"; type="{link["type"]}"' for link in links)
    return {"Link": ", ".join(told)} if links else {}
