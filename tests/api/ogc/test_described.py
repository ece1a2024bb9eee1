"""Whatever the documents allow to be asked is answered as they say.

Requests are made up from the OpenAPI documents by schemathesis, the same ones each time: no failure of ours, and no
status, media type or content that is not described.
"""

from collections.abc import Iterator

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

DESCRIBED = (status_code_conformance, content_type_conformance, response_schema_conformance)
NOT_AVAILABLE = 503
"""What needs a base map or solver that is not there says so, by a problem document."""
PASSED_ON = ("method", "url", "params", "headers", "json", "data", "files")


def bounded(examples):
    """The same few requests each time."""
    return settings(
        max_examples=examples, derandomize=True, deadline=None, database=None,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def sent(client, case, base) -> httpx.Response:
    """The answer to a made-up request, written as the library that it is made up for writes it."""
    made = {name: value for name, value in case.as_transport_kwargs(base_url=base).items() if name in PASSED_ON}
    written = requests.Request(**made).prepare()
    return client.request(
        written.method, written.url, headers=dict(written.headers), content=written.body, follow_redirects=False
    )


def faults(client, document, base, examples) -> Iterator[str]:
    """What is wrong, operation by operation."""
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = found.ok()
        seen: list[str] = []
        bounded(examples)(given(case=operation.as_strategy())(asking(client, base, seen)))()
        yield from (f"{operation.label}: {one}" for one in seen)


def asking(client, base, seen):
    """Asks for one case and notes what is wrong with the answer."""

    def ask(case):
        answer = sent(client, case, base)
        checks = DESCRIBED if answer.status_code == NOT_AVAILABLE else (not_a_server_error, *DESCRIBED)
        try:
            case.validate_response(answer, checks=list(checks))
        except FailureGroup as group:
            seen.append(f"{answer.request.url}: {[str(one)[:300] for one in group.exceptions]}")

    return ask


@pytest.mark.parametrize(
    ("address", "base", "examples"),
    [("/ogc/api", "http://127.0.0.1:8000/ogc", 6), ("/openapi.json", "http://127.0.0.1:8000", 4)],
)
def test_answers_are_as_the_documents_say(ogc, address, base, examples):
    assert not list(faults(ogc, ogc.get(address).json(), base, examples))


def test_the_tiles_of_the_examples_are_as_the_document_says(ogc):
    """Numbers that are made up are hardly ever those of a tile that is there."""
    document, found = ogc.get("/ogc/api").json(), set()
    for operation in (one.ok() for one in schemathesis.openapi.from_dict(document).get_all_operations()):
        if not operation.path.endswith("{tileCol}"):
            continue
        named = {one["name"]: one["example"] for one in document["paths"][operation.path]["parameters"]}
        for matrix in range(8, 19):
            shift = matrix - named["tileMatrix"]
            place = {name: int(named[name] * 2.0**shift) for name in ("tileRow", "tileCol")}
            case = operation.Case(path_parameters={**named, "tileMatrix": matrix, **place})
            answer = sent(ogc, case, "http://127.0.0.1:8000/ogc")
            case.validate_response(answer, checks=[not_a_server_error, *DESCRIBED])
            found.add((operation.path.split("/")[2], answer.status_code))
    assert {status for _, status in found} == {200, 204}
    assert {name for name, status in found if status == 200} >= {"parcels", "idle_land", "townships"}


def test_every_group_of_the_document_is_described(ogc):
    document = ogc.get("/openapi.json").json()
    used = {tag for path in document["paths"].values() for one in path.values() for tag in one.get("tags", [])}
    assert used == {tag["name"] for tag in document["tags"]}


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("TRACE", "/ogc", {"GET", "HEAD"}),
        ("DELETE", "/ogc/collections/parcels/items", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("POST", "/ogc/collections/parcels/items/149901-0000001", {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"}),
        ("PATCH", "/qgis/collections/parcels/items/149901-0000001", {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}),
        ("POST", "/ogc/collections/townships/items", {"GET", "HEAD", "OPTIONS"}),
        ("PUT", "/parcels", {"GET", "HEAD", "POST"}),
    ],
)
def test_a_method_that_is_not_taken_is_told_those_that_are(ogc, method, address, allowed):
    answer = ogc.request(method, address, headers={"content-type": "application/json"}, content=b"{}")
    assert answer.status_code == 405
    assert answer.json()["code"]
    assert set(answer.headers["allow"].split(", ")) == allowed
