"""CQL2's abstract test suite (21-065r2, annex A) on our queryables, as text and as JSON.

Two results that have nothing in common are asked for at once: what both conditions hold of is nothing. The standard's
own data set is not ours to serve, so its table of expected numbers is not here.
"""

import itertools
import json
import random
from collections.abc import Callable

import cql2
import pytest

VALUES = {
    "string": "'foo'", "boolean": "true", "number": "3.14", "integer": "1", "date": "DATE('2022-04-14')",
}  # fmt: skip
INSTANT = "TIMESTAMP('2022-04-14T14:48:46Z')"
WORLD = "BBOX(-180,-90,180,90)"
WORLD_RING = "POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))"
LINE, POINT, POINTS = "LINESTRING(7 50,10 51)", "POINT(7.02 49.92)", "MULTIPOINT(7 50,10 51)"
ONE_YEAR = "INTERVAL('2021-01-01','2021-12-31')"
RELATIONS = (
    "AFTER", "BEFORE", "DISJOINT", "EQUALS", "INTERSECTS", "CONTAINS", "DURING", "FINISHEDBY", "FINISHES", "MEETS",
    "METBY", "OVERLAPPEDBY", "OVERLAPS", "STARTEDBY", "STARTS",
)  # fmt: skip
COMBINATIONS = 10


@pytest.fixture(params=["cql2-text", "cql2-json"])
def hits(request, items) -> Callable[..., int | None]:
    """How many parcels an expression finds; None where it is refused."""

    def ask(expression: str) -> int | None:
        as_json = request.param == "cql2-json"
        written = json.dumps(cql2.parse_text(expression).to_json()) if as_json else expression
        answer = items(filter=written, filter_lang=request.param, count="true", limit=1, properties="kind")
        assert answer.status_code in (200, 400), answer.text
        return answer.json()["numberMatched"] if answer.status_code == 200 else None

    return ask


@pytest.fixture
def queryables(ogc) -> dict[str, dict[str, object]]:
    return ogc.get("/ogc/collections/parcels/queryables").json()["properties"]


@pytest.fixture
def typed(queryables) -> dict[str, str]:
    """By the name of a queryable that compares, a value of its type; of what has a vocabulary a word of it."""
    found = {}
    for name, told in queryables.items():
        kind = "date" if told.get("format") == "date" else told.get("type")
        if kind in VALUES:
            found[name] = f"'{told['enum'][0]}'" if "enum" in told else VALUES[kind]
    return found


@pytest.fixture
def of_type(queryables) -> Callable[[str], list[str]]:
    def names(kind: str) -> list[str]:
        if kind == "date":
            return [name for name, told in queryables.items() if told.get("format") == "date"]
        return [name for name, told in queryables.items() if told.get("type") == kind and told.get("format") != "date"]

    return names


def in_common(pairs: list[tuple[str, str]]) -> str:
    """What two conditions both hold of, for each pair."""
    return " OR ".join(f"({one} AND {other})" for one, other in pairs)


def differing(one: str, other: str) -> str:
    return f"({one} AND NOT {other}) OR ({other} AND NOT {one})"


def compared(left: str, right: str) -> list[tuple[str, str]]:
    return [(f"{left} {a} {right}", f"{left} {b} {right}") for a, b in (("=", "<>"), (">", "<="), ("<", ">="))]


def test_every_queryable_has_a_type(ogc):
    for one in ogc.get("/ogc/collections").json()["collections"]:
        told = ogc.get(f"/ogc/collections/{one['id']}/queryables").json()["properties"]
        assert told
        assert all("type" in field or "$ref" in field or "format" in field for field in told.values())
        assert any(field.get("type") in VALUES for field in told.values())


def test_comparisons_contradict_each_other(hits, typed):
    for name, value in typed.items():
        assert hits(in_common(compared(name, value))) == 0, name


def test_null_or_not(hits, queryables):
    for name in queryables:
        assert hits(in_common([(f"{name} IS NULL", f"{name} is not null")])) == 0, name


def test_true_and_false(hits):
    assert hits("true") == 11
    assert hits("false") == 0


def test_patterns(hits, of_type):
    for name in (name for name in of_type("string") if name != "parcel_code"):
        assert hits(in_common([(f"{name} like '_%'", f"{name} like ''")])) == 0, name
        assert hits(differing(f"{name} LIKE '%'", f"{name} like '%%'")) == 0
        assert hits(f"{name} like '\\%\\_'") == 0


def test_between(hits, of_type):
    for name in (*of_type("number"), *of_type("integer")):
        assert hits(f"{name} BETWEEN 0 AND 100") is not None
        assert hits(f"{name} between 100.0 and 1.0") == 0


def test_lists(hits, typed):
    for name, value in typed.items():
        assert hits(differing(f"{name} IN ({value})", f"{name} = {value}")) == 0, name
    assert hits("official_area_m2 NOT IN (1, 2, 3)") == 7


def test_case_and_accents(hits, of_type, queryables):
    for name in (name for name in of_type("string") if "enum" not in queryables[name]):
        for fold, word in (("CASEI", "FOO"), ("ACCENTI", "föo")):
            assert hits(f"{fold}({name}) = {fold}('{word}')") is not None, name
            assert hits(differing(f"{fold}({name}) = {fold}({name})", f"{name} = {name}")) == 0


def test_intersects_and_disjoint(hits):
    everywhere, nowhere = f"S_INTERSECTS(boundary,{WORLD})", f"S_DISJOINT(boundary,{WORLD})"
    assert hits(differing(everywhere, f"S_INTERSECTS(boundary,{WORLD_RING})")) == 0
    assert hits(everywhere) == 10
    assert hits(nowhere) == hits(f"S_DISJOINT(boundary,{WORLD_RING})") == 0
    for shape in (LINE, POINT):
        assert hits(in_common([(f"S_INTERSECTS(boundary,{shape})", f"S_DISJOINT(boundary,{shape})")])) == 0
    for function in ("S_INTERSECTS", "S_DISJOINT"):
        assert hits(f"{function}(boundary,POINT(90 180))") is None


def test_a_box_across_the_antimeridian(hits):
    assert hits("S_INTERSECTS(boundary,BBOX(150,-90,-150,90))") == 0
    assert hits("S_INTERSECTS(boundary,BBOX(100,-90,-150,90))") == 10


@pytest.mark.parametrize("function", ["EQUALS", "TOUCHES", "CROSSES", "WITHIN", "CONTAINS", "OVERLAPS"])
def test_other_spatial_relations(hits, function):
    for shape in (WORLD_RING, LINE, POINT, POINTS):
        assert hits(f"S_{function}(boundary,{shape})") is not None
    assert hits(differing(f"S_{function}(boundary,{WORLD})", f"S_{function}(boundary,{WORLD_RING})")) == 0
    both = [(f"S_CONTAINS(boundary,{shape})", f"S_WITHIN(boundary,{shape})") for shape in (WORLD, LINE, POINTS)]
    assert hits(in_common(both)) == 0


def test_collections_of_geometries(hits):
    mixed = f"GEOMETRYCOLLECTION({POINT},{LINE},POLYGON((112 35,114 35,114 37,112 37,112 35)))"
    assert hits(f"S_INTERSECTS(boundary,{mixed})") == 10
    assert hits(f"S_DISJOINT(boundary,{mixed})") == 0
    assert hits(f"S_WITHIN(boundary,{mixed})") == hits(f"S_CONTAINS({mixed},boundary)") == 10
    for relation in ("CONTAINS", "CROSSES", "EQUALS", "OVERLAPS", "TOUCHES"):
        assert hits(f"S_{relation}(boundary,{mixed})") == 0
    assert hits(f"S_WITHIN({POINT},{mixed})") is None  # beside what is no area: refused, not failed
    areas = "GEOMETRYCOLLECTION(POLYGON((112 35,114 35,114 37,112 37,112 35)),POLYGON((1 1,2 1,2 2,1 1)))"
    assert hits(f"S_WITHIN(boundary,{areas})") == 10


def test_moments_beside_days(hits, of_type):
    for name, relation in itertools.product(of_type("date"), RELATIONS[:5]):
        for moment in ("DATE('2022-04-24')", ONE_YEAR):
            assert hits(f"T_{relation}({name},{moment})") is not None, (name, relation)


def test_intervals_of_properties(hits, of_type):
    for one, other in itertools.pairwise(of_type("date")):
        related = " OR ".join(f"T_{relation}(INTERVAL({one},{other}),{ONE_YEAR})" for relation in RELATIONS)
        assert hits(related) is not None
        assert hits(f"T_BEFORE(INTERVAL('..',{one}),INTERVAL({other},'..'))") is not None


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("T_AFTER(approved_on,DATE('2020-01-06'))", 6), ("T_BEFORE(approved_on,DATE('2020-01-06'))", 2),
        ("T_DISJOINT(approved_on,DATE('2020-01-06'))", 8), ("T_EQUALS(approved_on,DATE('2020-01-06'))", 1),
        ("T_INTERSECTS(approved_on,INTERVAL('..','2020-01-06'))", 3),
        ("T_DURING(approved_on,INTERVAL('2020-01-05','2020-01-08'))", 2),
        ("T_STARTS(INTERVAL(approved_on,approved_on),INTERVAL('2020-01-05','2020-01-08'))", 1),
        ("T_FINISHES(INTERVAL(approved_on,approved_on),INTERVAL('2020-01-05','2020-01-08'))", 1),
        ("T_MEETS(INTERVAL('2020-01-01',approved_on),INTERVAL('2020-01-05','..'))", 1),
        ("T_CONTAINS(INTERVAL('2020-01-01','..'),INTERVAL(approved_on,approved_on))", 9),
        ("T_OVERLAPS(INTERVAL('2020-01-01',approved_on),INTERVAL('2020-01-05','2020-01-08'))", 2),
    ],
)  # fmt: skip
def test_what_relations_of_days_mean(hits, expression, found):
    assert hits(expression) == found


def test_instants_are_held_against_instants(hits):
    assert hits(f"T_DURING({INSTANT},INTERVAL('2022-01-01T00:00:00Z','..'))") == 11
    assert hits(f"T_AFTER({INSTANT},INTERVAL('2021-01-01T00:00:00Z','2021-12-31T23:59:59Z'))") == 11
    assert hits(f"T_BEFORE(approved_on,{INSTANT})") is None  # a day is no instant
    assert hits("T_BEFORE(approved_on,INTERVAL('2021-01-01','2021-12-31T23:59:59Z'))") is None
    assert hits("TIMESTAMP('2022-02-30T14:48:46Z') = TIMESTAMP('2022-02-30T14:48:46Z')") is None


def test_lists_of_words(hits, of_type, queryables):
    for name in (name for name in of_type("array") if "enum" not in queryables[name].get("items", {})):
        for relation in ("CONTAINS", "CONTAINEDBY", "EQUALS", "OVERLAPS"):
            assert hits(f"A_{relation}({name},('foo','bar'))") is not None, (name, relation)


def test_values_before_properties(hits, typed):
    for name, value in typed.items():
        assert hits(in_common(compared(value, name))) == 0, name


def test_properties_beside_themselves(hits, typed):
    for name in typed:
        assert hits(f"{name} <> {name} OR {name} < {name} OR {name} > {name}") == 0, name
        assert hits(differing(f"{name} = {name}", f"({name} >= {name} AND {name} <= {name})")) == 0


@pytest.mark.parametrize("value", [*VALUES.values(), INSTANT])
def test_values_beside_themselves(hits, value):
    assert hits(f"{value} <> {value} OR {value} < {value} OR {value} > {value}") == 0
    assert hits(f"{value} = {value} AND {value} >= {value} AND {value} <= {value}") == 11


def test_arithmetic(hits, of_type):
    for name in (*of_type("number"), *of_type("integer")):
        same = f"{name}+8-2*2^2 = {name} AND {name}*2/2 = {name} AND ({name}+1) % 1 >= 0 AND {name} div 1 <= {name}"
        assert hits(same) is not None, name
    assert hits("official_area_m2 = 1000+2*0.25+2^0-21 div 20") == 1
    assert hits("official_area_m2 between 4000/4 and (2*(900+100.5))") == 2


def test_quotes_and_signs_in_words(hits):
    for word in ("it''s", "a\tb", "a\nb", "a\x07b", "a\x08b", "a\x0bb", "a\x0cb", "a\rb"):
        assert hits(f"'{word}' = '{word}'") == 11
        assert hits(f"name = '{word}'") == 0


def test_combinations(hits, typed):
    dice = random.Random(5)  # noqa: S311 - no secret hangs on it
    known = [f"{name} = {value}" for name, value in typed.items()]
    known += [f"S_INTERSECTS(boundary,{WORLD})", f"T_AFTER(approved_on,{ONE_YEAR})", "A_OVERLAPS(tags,('foo','bar'))"]
    for _ in range(COMBINATIONS):
        p1, p2, p3, p4 = dice.sample(known, 4)
        assert hits(f"((NOT ({p1}) AND {p2}) OR ({p3} and NOT ({p4})) or not ({p1} AND {p4}))") is not None
