"""The requirements of the classes that are claimed, as the standards name them, and the table of how each is kept."""

import re
from pathlib import Path

TABLE = Path(__file__).parents[3] / "docs" / "ogc.md"
ENCODED = (
    "basic-cql2 advanced-comparison-operators case-insensitive-comparison accent-insensitive-comparison "
    "basic-spatial-functions basic-spatial-functions-plus spatial-functions temporal-functions array-functions "
    "property-property arithmetic"
)
"""What of CQL2 can be written in each of its two encodings."""
STANDARDS = {
    "1/core": "root-op root-success api-definition-op api-definition-success conformance-op conformance-success http "
    "query-param-unknown query-param-invalid crs84 fc-md-op fc-md-success fc-md-links fc-md-items fc-md-items-links "
    "fc-md-extent fc-md-extent-multi sfc-md-op sfc-md-success fc-op fc-limit-definition fc-limit-response-1 "
    "fc-bbox-definition fc-bbox-response fc-time-definition fc-time-response fc-response fc-links fc-rel-type "
    "fc-timeStamp fc-numberMatched fc-numberReturned f-op f-success f-links",
    "1/oas30": "oas-definition-1 oas-definition-2 oas-impl completeness exceptions-codes security",
    "1/geojson": "definition content",
    "1/html": "definition content",
    "2/crs": "crs-uri fc-md-crs-list fc-md-crs-list-global fc-md-storageCrs fc-md-storageCrs-valid-value "
    "fc-crs-definition fc-crs-valid-value fc-crs-default-value fc-crs-action fc-bbox-crs-definition "
    "fc-bbox-crs-valid-value fc-bbox-crs-default-value fc-bbox-crs-action ogc-crs-header ogc-crs-header-value geojson",
    "3/queryables": "queryables-link get-queryables-op get-queryables-response expression-construction",
    "3/queryables-query-parameters": "parameters",
    "3/filter": "filter-param filter-lang-param filter-crs-param filter-crs-wgs84 mixing-expressions "
    "expression-construction response",
    "3/features-filter": "response",
    "4/create-replace-delete": "methods options-op options-response options-accept-post post-op post-body "
    "post-content-type post-response post-response-rid put-op put-body put-content-type put-response put-rid "
    "put-rid-exception delete-op delete-response",
    "4/update": "methods options-accept-patch update-patch-op update-patch-body update-patch-response "
    "patch-content-type rid",
    "4/optimistic-locking-etags": "get-etag-response put-etag-response patch-etag-response ifmatch-put-op "
    "ifmatch-put-eval ifmatch-patch-op ifmatch-patch-eval ifmatch-delete-op ifmatch-delete-eval ifmatch-missing",
    "4/features": "resources-endpoint resource-endpoint content-crs-header default-crs crs-other-crs schema "
    "geojson-create-replace update-json-merge-patch",
    "CQL2/basic-cql2": "cql2-filter property binary-comparison-predicate null-predicate",
    "CQL2/advanced-comparison-operators": "like-predicate between-predicate in-predicate",
    "CQL2/case-insensitive-comparison": "casei-function",
    "CQL2/accent-insensitive-comparison": "accenti-function",
    "CQL2/basic-spatial-functions": "spatial-predicate spatial-functions",
    "CQL2/basic-spatial-functions-plus": "spatial-data-types",
    "CQL2/spatial-functions": "spatial-functions spatial-data-types",
    "CQL2/temporal-functions": "temporal-predicates temporal-functions",
    "CQL2/array-functions": "array-predicates",
    "CQL2/property-property": "withdraw-permissions",
    "CQL2/arithmetic": "arithmetic",
    "CQL2/cql2-text": f"{ENCODED} escaping",
    "CQL2/cql2-json": ENCODED,
    "tiles/core": "conformance-success tc-op tc-success tc-error tc-tilematrix-definition tc-tilerow-definition "
    "tc-tilecol-definition",
    "tiles/tileset": "conformance-success description",
    "tiles/tilesets-list": "conformance-success tileset-links",
    "tiles/geodata-tilesets": "conformance-success operation desc-links",
    "tiles/mvt": "content",
    "tiles/oas30": "completeness operation-id",
    "Common/core": "http query-param-name-unknown query-param-value-invalid query-param-capitalization "
    "query-param-list-delimiter query-param-list-escape query-param-list-empty query-param-value-boolean "
    "query-param-value-integer query-param-value-decimal query-param-value-double",
    "Common/landing-page": "root-op root-success api-definition-op api-definition-success conformance-op "
    "conformance-success",
    "Common/html": "definition content",
    "Common/json": "definition content",
    "Common/oas30": "oas-definition-1 oas-definition-2 oas-impl completeness exceptions-codes security",
    "Common/collections": "collections-list-op collections-list-success collections-list-links "
    "collections-list-collections description-op description-success description-links description-extent "
    "description-extent-multi",
    "JSONFG/core": "schema-valid metadata instant interval instant-and-interval utc coordinate-dimension "
    "geometry-wgs84 geom-valid place geometry-collection fallback axis-order",
    "JSONFG/types-schemas": "metadata feature-type",
    "JSONFG/profiles": "rfc7946 jsonfg jsonfg-plus",
    "tms/tilematrixset": "model",
    "tms/json-tilematrixset": "model schema media-type ietf",
}
"""By part and class, as the texts of the standards have them in the repositories of their authors. What a standard asks
for only where another class is claimed that is not (GML, custom functions, JSON-FG bodies), is not here."""


def wanted() -> set[str]:
    """Part, class and name of each."""
    return {f"{group}/{name}" for group, names in STANDARDS.items() for name in names.split()}


def tested() -> dict[str, set[str]]:
    """What each test of the table holds."""
    found: dict[str, set[str]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        row = re.fullmatch(r"\| (\w+ [\w-]+) \| (.*) \| (.*) \| (test_\w+) \|", line)
        if row:
            names = re.findall(r"`([\w-]+)`", row[2])
            found.setdefault(row[4], set()).update(f"{row[1].replace(' ', '/')}/{name}" for name in names)
    return found
