"""Which language an answer is in."""

import pytest
from starlette.requests import Request

from api.language import language_of


@pytest.mark.parametrize(
    ("header", "query", "expected"),
    [
        ("", "", "zh"),
        ("en", "", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "", "zh"),
        ("en-US,en;q=0.9,zh;q=0.8", "", "en"),
        ("fr,en;q=0.3", "", "en"),
        ("en;q=0.2,zh;q=0.9", "", "zh"),
        ("en;q=0", "", "zh"),
        ("en;q=many", "", "zh"),
        ("fr", "", "zh"),
        ("zh", "lang=en", "en"),
        ("en", "lang=xx", "en"),
    ],
)
def test_language(header, query, expected):
    scope = {"type": "http", "headers": [(b"accept-language", header.encode())], "query_string": query.encode()}
    assert language_of(Request(scope), "zh") == expected
