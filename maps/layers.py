"""What is drawn: data of the layers, in the short form that the pages' scripts read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gisreg.text import Text
from gisreg.vocab import LABEL_LEGEND, HolderClass, Kind, Label, OwnershipStatus, State, Subkind, Term
from maps.columns import flags, packed, pair, rounded
from maps.rows import GeoJson, ParcelRow, TownshipRow
from maps.shapes import lines, point, polygons
from maps.styles import KIND_COLOURS, LABEL_COLOURS, NO_LABEL, STATE_COLOURS
from maps.text import WORDS

Data = dict[str, Any]

BACKDROP_KINDS = ("water", "river", "zone", "railway", "road", "motorway", "village", "town", "seat")
"""What can be drawn below the theme, in this order."""

_SYNONYMS = {
    "lake": "water", "reservoir": "water", "stream": "river", "highway": "motorway", "expressway": "motorway",
    "county_road": "road", "development_zone": "zone", "county_seat": "seat",
}  # fmt: skip

_PLAIN_KIND = {"Polygon": "water", "MultiPolygon": "water", "Point": "town"}


def backdrop_data(backdrop: GeoJson | None) -> list[Data]:
    """Roads, rivers and towns of a FeatureCollection, lowest first; properties class, feature, name, name_en."""
    features = [_backdrop_feature(feature) for feature in (backdrop or {}).get("features") or []]
    drawn = [feature for feature in features if feature is not None]
    return sorted(drawn, key=lambda feature: BACKDROP_KINDS.index(feature["kind"]))


def _backdrop_feature(feature: Mapping[str, Any]) -> Data | None:
    geometry, properties = feature.get("geometry") or {}, feature.get("properties") or {}
    kind = _backdrop_kind(properties, str(geometry.get("type")))
    name = properties.get("name")
    text = Text(str(name), str(properties.get("name_en") or name)) if name else None
    shape = {"areas": polygons(geometry), "lines": lines(geometry), "point": point(geometry)}
    kept = {key: value for key, value in shape.items() if value}
    return {"kind": kind, "name": pair(text), **kept} if kept else None


def _backdrop_kind(properties: Mapping[str, Any], geometry_type: str) -> str:
    """By ``class``, else by ``feature`` (or ``kind``), else by what the geometry suggests."""
    for key in ("class", "feature", "kind"):
        word = str(properties.get(key))
        if _SYNONYMS.get(word, word) in BACKDROP_KINDS:
            return _SYNONYMS.get(word, word)
    return _PLAIN_KIND.get(geometry_type, "road")


def outline_data(townships: Iterable[TownshipRow], *, own: str | None, linked: bool) -> list[Data]:
    """Township outlines with their names; ``own`` is the one that the page is about."""
    return [
        {
            "name": pair(row.name),
            "own": row.code == own,
            "href": page_name(row.code) if linked and row.code != own else None,
            "shape": polygons(row.boundary),
        }
        for row in townships
        if row.boundary is not None
    ]


def page_name(township_code: str | None) -> str:
    """The file name of a township's page; pages of one county lie in one folder."""
    return f"township-{township_code or 'unknown'}.html"


COUNTY_PAGE_NAME = "county.html"


def entries(terms: Sequence[Term], colours: Mapping[str, str]) -> list[Data]:
    """Legend entries of an enumeration."""
    return [{"token": str(term), "title": pair(term.titles), "colour": colours[term]} for term in terms]


def legend_data() -> dict[str, list[Data]]:
    """All entries by what parcels can be coloured by. A label's glyph is its Chinese word: 用售租融."""
    labels = [
        entry | {"glyph": label.zh, "legend": pair(LABEL_LEGEND[label])}
        for label, entry in zip(Label, entries(tuple(Label), LABEL_COLOURS), strict=True)
    ]
    without = {"token": NO_LABEL, "title": pair(WORDS["no_label"]), "colour": LABEL_COLOURS[NO_LABEL], "glyph": ""}
    return {
        "label": [*labels, without],
        "kind": entries(tuple(Kind), KIND_COLOURS),
        "state": entries(tuple(State), STATE_COLOURS),
        "gate": [
            {"token": "gated", "title": pair(WORDS["gated"]), "colour": "#ffffff"},
            {"token": "free", "title": pair(WORDS["free"]), "colour": "#ffffff"},
        ],
    }


def titles_of(token: str | None, terms: type[Term]) -> list[str] | None:
    """Both titles of a stored token; a token that the vocabulary lacks stands for itself."""
    if token is None:
        return None
    known = {str(term): term.titles for term in terms}
    return pair(known.get(token, Text(token, token)))


def parcel_data(parcels: Sequence[ParcelRow]) -> Data:
    """All parcels, column by column. Large ones first, so that small ones are drawn over them."""
    rows = sorted(parcels, key=lambda row: -(row.land_area_m2 or 0.0))
    return {
        "count": len(rows),
        "code": [row.parcel_code for row in rows],
        "name": [row.name for row in rows],
        "shape": [polygons(row.boundary) for row in rows],
        "landM2": rounded(row.land_area_m2 for row in rows),
        "mapM2": rounded(row.area_m2 if row.area_is_official else None for row in rows),
        "floorM2": rounded(row.floor_area_m2 for row in rows),
        "official": flags([row.area_is_official for row in rows]),
        "left": flags([row.is_left for row in rows]),
        "open": flags([row.is_not_closed for row in rows]),
        "gated": flags([row.gated for row in rows]),
        "person": flags([row.decided_by_person for row in rows]),
        "packed": {name: packed(values) for name, values in _repeated(rows).items()},
    }


def _repeated(rows: Sequence[ParcelRow]) -> dict[str, list[Any]]:
    """Columns whose values come again and again."""
    return {
        "label": [row.label or NO_LABEL for row in rows],
        "kind": [row.kind for row in rows],
        "state": [row.state for row in rows],
        "subkind": [titles_of(row.subkind, Subkind) for row in rows],
        "ownership": [titles_of(row.ownership_status, OwnershipStatus) for row in rows],
        "holder": [titles_of(row.holder_class, HolderClass) for row in rows],
        "guided": [row.holder_class == HolderClass.PRIVATE for row in rows],
        "address": [row.address for row in rows],
        "measure": [pair(row.measure) for row in rows],
        "reason": [pair(row.reason) for row in rows],
        "basis": [pair(row.basis) for row in rows],
        "agency": [pair(row.agency) for row in rows],
        "due": [row.due_on.isoformat() if row.due_on else None for row in rows],
        "step": [pair(row.next_step) for row in rows],
        "stepDue": [row.next_step_on.isoformat() if row.next_step_on else None for row in rows],
        "finance": [pair(row.finance_option) for row in rows],
        "blockers": [[pair(blocker) for blocker in row.blockers] for row in rows],
    }
