"""What filters refuse, with what and where; and that nothing typed becomes SQL."""

import time

import pytest
from sqlalchemy.dialects import postgresql

from gisreg.errors import InputError
from gisreg.filters import FilterError, compile_filter
from gisreg.filters.errors import (
    BadDate,
    BadGeometryLiteral,
    BadInterval,
    BadTimestamp,
    FilterSyntaxError,
    FilterTooDeep,
    FilterTooLong,
    UnknownOperator,
    UnknownQueryable,
    UnknownToken,
    WrongType,
)
from gisreg.filters.parse import MAX_DEPTH, MAX_LENGTH


@pytest.mark.parametrize(
    ("source", "error", "position"),
    [
        ("kindd = 'idle_land'", UnknownQueryable, 1),
        ("area_mu > 1 AND nmae = 'x'", UnknownQueryable, 17),
        ("survey_boundary IS NULL", UnknownQueryable, 1),
        ("kind = 'idle'", UnknownToken, 9),
        ("label IN ('use', 'keep')", UnknownToken, 19),
        ("area_mu > '3'", WrongType, 1),
        ("name = 3", WrongType, 1),
        ("name + 1 = 2", WrongType, 1),
        ("name BETWEEN 'a' AND 'b'", WrongType, 1),
        ("tags = 'x'", WrongType, 1),
        ("boundary = 'x'", WrongType, 1),
        ("area_mu LIKE '3%'", WrongType, 1),
        ("S_INTERSECTS(name, POINT(113 36))", WrongType, 14),
        ("a_contains(name, ('x'))", WrongType, 12),
        ("approved_on > '2024-01-01'", WrongType, 1),
        ("name", WrongType, None),
        ("1", WrongType, None),
        ("approved_on > DATE('2024-06-31')", BadDate, 21),
        ("t_before(approved_on, DATE('2023-02-29'))", BadDate, 29),
        ("t_before(approved_on, TIMESTAMP('2024-06-30T00:00:00Z'))", WrongType, 10),
        ("t_during(approved_on, INTERVAL('2024-02-01', '2024-01-01'))", BadInterval, None),
        ("t_during(approved_on, INTERVAL('2024-02-31', '..'))", BadDate, 33),
        ("foo(name) = 'x'", UnknownOperator, 1),
        ("pg_sleep(9) = 1", UnknownOperator, 1),
        ("S_DWITHIN(boundary, POINT(113 36), 10)", UnknownOperator, 1),
        ("area_mu >", FilterSyntaxError, 10),
        ("kind = 'idle_land' AND (seized", FilterSyntaxError, 31),
        ("", FilterSyntaxError, 1),
        ("name = NULL", FilterSyntaxError, None),
        ("name IN ()", FilterSyntaxError, 10),
        ("name LIKE 'x\\'", FilterSyntaxError, None),
        ("name = 'x\x00y'", FilterSyntaxError, 10),
        ("area_mu > 1e999", FilterSyntaxError, None),
        ("kind = 'idle_land'; DROP TABLE parcel", FilterSyntaxError, 19),
        ("S_INTERSECTS(boundary, POINT(36 113))", BadGeometryLiteral, None),
        ("TIMESTAMP('2024-06-30T25:00:00Z') IS NULL", BadTimestamp, 12),
        ("t_during(approved_on, INTERVAL('2024-01-01', '2024-06-30T00:00:00Z'))", WrongType, None),
        ("S_INTERSECTS(boundary, BBOX(113, 37, 114, 36))", BadGeometryLiteral, None),
        ("S_WITHIN(POINT(112 36), GEOMETRYCOLLECTION(POINT(112 36),LINESTRING(1 1,2 2)))", BadGeometryLiteral, None),
        ("S_INTERSECTS(boundary, POLYGON((0 0, 1 1, 0 1, 1 0, 0 0)))", BadGeometryLiteral, None),
        ('{"op": "="}', FilterSyntaxError, None),
        ('{"op": "=", "args": [{"property": "name"}, NaN]}', FilterSyntaxError, None),
        ('{"op": "=", "args": [{"property": "name"}, "\\u0000"]}', FilterSyntaxError, None),
        ('{"op": "=", "args": [{"property": "name"}, "\\ud800"]}', FilterSyntaxError, None),
        ('{"op": "=", "args": [{"property": ["name"]}, "x"]}', UnknownQueryable, None),
        ('{"op": "drop", "args": []}', UnknownOperator, 9),
        ('{"op": "s_intersects", "args": [{"property": "boundary"}, {"type": "Polygon"}]}', BadGeometryLiteral, None),
        ('{"op": "and", "args": []}', FilterSyntaxError, None),
        ("{", FilterSyntaxError, 2),
    ],
)
def test_refused(source: str, error: type[FilterError], position: int | None) -> None:
    with pytest.raises(error) as raised:
        compile_filter(source)
    assert isinstance(raised.value, InputError)
    if position is not None:
        assert raised.value.position == position
    assert "\n" not in raised.value.line("zh")


def test_the_nearest_name_and_the_allowed_tokens_are_told() -> None:
    with pytest.raises(UnknownQueryable, match="did you mean ownership_status"):
        compile_filter("owner_status = 'x'")
    with pytest.raises(UnknownToken, match="unsupplied_land, idle_land"):
        compile_filter("kind = 'idle'")


@pytest.mark.parametrize(
    "source",
    [
        "(" * (MAX_DEPTH + 1) + "seized" + ")" * (MAX_DEPTH + 1),
        "(" * 20_000,
        "NOT " * 150 + "seized",
        "NOT " * 12_000 + "seized",
        "+".join(["area_mu"] * 150) + " > 1",
        "-" * 40_000 + "1 = 1",
        "^".join(["1"] * 20_000) + " = 1",
        "a_contains(tags, " + "(" * 60 + "'x'" + ")" * 60 + ")",
        '{"op":"not","args":[' * 150 + "true" + "]}" * 150,
        '{"a":' * 8_000,
        *("NOT " * times + "seized" for times in (150, 500, 999)),
        "- " * 500 + "area_mu > 1",
    ],
)
def test_too_deep_is_told_before_any_parser_falls_over(source: str) -> None:
    with pytest.raises(FilterTooDeep):
        compile_filter(source)


def test_too_long_is_told() -> None:
    with pytest.raises(FilterTooLong):
        compile_filter("name = '" + "x" * MAX_LENGTH + "'")


@pytest.mark.parametrize(
    "source",
    [
        "(" * 80 + "seized 2" + ")" * 80,
        "(seized AND " * 80 + "seized !" + ")" * 80,
        "a_contains(tags, (((((('x' 2))))))",
    ],
)
def test_a_mistake_deep_inside_is_found_at_once(source: str) -> None:
    started = time.monotonic()
    with pytest.raises(FilterError):
        compile_filter(source)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("source", ["(" * 25 + "O(ONO", "seized AND " + "(" * 60 + "a", "NOT (" * 40, "((((((kind = '"])
def test_parentheses_that_are_never_closed_are_told_at_once(source: str) -> None:
    started = time.monotonic()
    with pytest.raises(FilterSyntaxError):
        compile_filter(source)
    assert time.monotonic() - started < 1


def test_the_place_of_a_mistake_deep_inside() -> None:
    source = "(" * 30 + "seized AND !" + ")" * 30
    with pytest.raises(FilterSyntaxError) as raised:
        compile_filter(source)
    assert raised.value.position == source.index("!") + 1


@pytest.mark.parametrize(
    "source",
    [
        "name = 'x'' OR 1=1 --'",
        "name LIKE '%'';--%'",
        "a_contains(tags, ('evil''value'))",
        "name IN ('evil''value')",
        "casei(name) = casei('evil''value')",
        "t_before(approved_on, DATE('2024-01-01'))",
        "area_mu > 12345.5",
    ],
)
def test_values_are_bound_never_written_into_the_statement(source: str) -> None:
    statement = str(compile_filter(source).compile(dialect=postgresql.dialect()))
    for value in ("1=1", "--", "evil", "2024", "12345"):
        assert value not in statement


@pytest.mark.parametrize(
    ("source", "zh", "en"),
    [
        ("area_mu >", "条件没有写完;第 10 字符;", "it ends too early; character 10;"),
        ("kind == 'x'", "读到“=”处读不懂;第 7 字符;", "“=” is not understood there; character 7;"),
        ("", "条件是空的;第 1 字符;", "it is empty; character 1;"),
        ("(" * 40, "括号没有闭合", "a parenthesis is never closed"),
        ('{"op": ', "JSON 有误;第 8 字符;", "the JSON is wrong; character 8;"),
    ],
)
def test_a_fault_is_told_in_words_of_one_language_and_none_of_the_parsers(source: str, zh: str, en: str) -> None:
    with pytest.raises(FilterSyntaxError) as raised:
        compile_filter(source)
    assert zh in raised.value.line("zh")
    assert en in raised.value.line("en")
    assert not any(character > "⺀" for character in raised.value.line("en")), "no Chinese in it"


@pytest.mark.parametrize(
    ("name", "said"),
    [("geometry", "did you mean boundary? "), ("nosuch", ""), ("kindd", "did you mean kind? ")],
)
def test_only_what_is_near_is_suggested(name: str, said: str) -> None:
    with pytest.raises(UnknownQueryable) as raised:
        compile_filter(f"{name} = 'x'")
    assert raised.value.say_mend("en") == f"{said}gisreg parcels queryables (over HTTP: /queryables) lists all names"
