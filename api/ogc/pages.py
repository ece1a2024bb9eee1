"""The same resources as pages for people: one template of tables and links, in the reader's language, offline."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from api.conditional import Reading
from api.ogc.forms import HTML
from api.ogc.links import Addresses, Link
from api.templating import render, speaker
from gisreg.features.collections import Collection
from gisreg.text import Text

CORNERS_SHOWN = 3


@dataclass(frozen=True)
class Shown:
    """A table of a page."""

    title: str
    rows: Sequence[Sequence[Any]]
    head: Sequence[str] = ()
    next: str | None = None


def page(
    reading: Reading,
    addresses: Addresses,
    title: str,
    about: str = "",
    *,
    tables: Sequence[Shown] = (),
    links: Sequence[Link] = (),
    links_first: bool = False,
) -> Response:
    """The page; of its links those to other pages come first."""
    collections = Text("要素集", "Collections").say(reading.language)
    path = [{"href": addresses.of("/collections", f="html"), "title": collections}]
    values = {
        "language": reading.language, "say": speaker(reading.language), "request": reading.request, "title": title,
        "about": about, "tables": tables, "path": path,
        "links": sorted(links, key=lambda link: link["type"] != HTML), "links_first": links_first,
    }  # fmt: skip
    return reading.reply(render("ogc.html", values), HTML)


def features_table(addresses: Addresses, collection: Collection, features: bytes, following: Link | None) -> Shown:
    """A page of features: what is known of them, unknown columns left out."""
    listed = json.loads(b"[" + features + b"]")
    names = [
        name
        for name in collection.properties
        if name != collection.fid and any(feature["properties"].get(name) is not None for feature in listed)
    ]
    head = [collection.fields[collection.fid].titles.say(addresses.language)]
    head += [collection.fields[name].titles.say(addresses.language) for name in names]
    rows = []
    for feature in listed:
        itself = addresses.of(f"/collections/{collection.name}/items/{feature['id']}", f="html")
        rows.append(
            [{"href": itself, "title": feature["id"]}, *(_said(collection, name, feature, addresses) for name in names)]
        )
    title = Text("要素", "Features").say(addresses.language)
    return Shown(title, rows, head, following["href"] if following else None)


def feature_table(addresses: Addresses, collection: Collection, feature: dict[str, Any]) -> Shown:
    """One feature, property by property."""
    rows = [
        [collection.fields[name].titles.say(addresses.language), _said(collection, name, feature, addresses)]
        for name in collection.properties
        if name in feature["properties"]
    ]
    place = feature["geometry"]
    shown = json.dumps(place["coordinates"])[:200] + " …" if place else "–"
    rows.append([Text("界址", "Boundary").say(addresses.language), shown])
    return Shown(Text("属性", "Properties").say(addresses.language), rows)


def _said(collection: Collection, name: str, feature: dict[str, Any], addresses: Addresses) -> Any:
    """A value with its unit; tokens by their titles."""
    value, field = feature["properties"].get(name), collection.fields[name]
    if value is None:
        return None
    if isinstance(value, bool):
        return Text("是", "yes").say(addresses.language) if value else Text("否", "no").say(addresses.language)
    if field.terms:
        return next((term.titles.say(addresses.language) for term in field.terms if term == value), value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value} {field.unit}" if field.unit and field.unit != "1" else value
