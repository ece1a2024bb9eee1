"""What of the standards is kept, by the names that OGC gives its conformance classes."""

from api.ogc.roots import OGC

_FEATURES = "http://www.opengis.net/spec/ogcapi-features-{part}/1.0/conf/{name}"
_CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/{name}"
_CQL2_DRAFT = "http://www.opengis.net/spec/cql2/0.0/conf/{name}"

READING = (
    *(
        f"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/{name}"
        for name in ("core", "landing-page", "html", "json", "oas30")
    ),
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    *(_FEATURES.format(part=1, name=name) for name in ("core", "oas30", "html", "geojson")),
    _FEATURES.format(part=2, name="crs"),
    *(
        _FEATURES.format(part=3, name=name)
        for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")
    ),
    *(
        _CQL2.format(name=name)
        for name in (
            "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
            "accent-insensitive-comparison", "basic-spatial-functions", "basic-spatial-functions-plus",
            "spatial-functions", "temporal-functions", "array-functions", "property-property", "arithmetic",
        )
    ),
    *(f"http://www.opengis.net/spec/json-fg-1/1.0/conf/{name}" for name in ("core", "types-schemas", "profiles")),
    # by this name of a draft QGIS looks for spatial filters
    _CQL2_DRAFT.format(name="basic-spatial-operators"),
    _CQL2.format(name="basic-spatial-operators"),
)  # fmt: skip
"""Those that hold at every root."""

_TILES = (
    *(
        f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}"
        for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "oas30")
    ),
    "http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
)

_EDITING = tuple(_FEATURES.format(part=4, name=name) for name in ("create-replace-delete", "features"))
_LOCKED = tuple(_FEATURES.format(part=4, name=name) for name in ("update", "optimistic-locking-etags"))


def classes_at(root: str) -> tuple[str, ...]:
    """The classes that hold below a root."""
    return (*READING, *_EDITING, *((*_LOCKED, *_TILES) if root == OGC else ()))
