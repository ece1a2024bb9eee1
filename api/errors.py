"""Every failure becomes a problem document here; routers have no try/except."""

import errno
import logging
import re
import uuid
from datetime import date
from http import HTTPStatus
from typing import Any, TypeGuard

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.language import language_of
from api.problems import STATUS, Fault, fault_of
from api.templating import render, speaker
from gisreg.db.errors import translate
from gisreg.errors import DiskFull, GisregError
from gisreg.text import Language, Text

logger = logging.getLogger("gisreg.api")

_INVALID = Fault(
    422,
    Text("参数不合要求", "Invalid parameters"),
    "invalid_request",
    Text("请求参数不合要求", "the request's parameters are not what they should be"),
    Text("请按 errors 逐项更正；参数说明见 /docs", "correct each entry of errors; parameters are described at /docs"),
)
_UNEXPECTED_TITLE = Text("意外错误", "Unexpected failure")
_PLAIN: dict[int, tuple[str, Text, Text]] = {
    400: ("bad_request", Text("请求无法读懂", "the request cannot be read"), Text("用法见 /docs", "see /docs")),
    404: (
        "no_such_address",
        Text("没有这个地址", "there is no such address"),
        Text("可用地址见 /docs", "the addresses there are: /docs"),
    ),
    405: (
        "method_not_allowed",
        Text("此地址不支持这种请求方法", "this address does not take that method"),
        Text("请改用 Allow 头列出的方法", "use a method that the Allow header lists"),
    ),
}
_TITLES: dict[int, Text] = {
    405: Text("不支持的请求方法", "Method not allowed"),
    413: Text("请求体过大", "Too large"),
    415: Text("不收这种内容", "Unsupported media type"),
}
"""Of the statuses that no failure of the registry's own has."""
_FAULTS = {
    "missing": "必填",
    "int_parsing": "应为整数",
    "float_parsing": "应为数字",
    "bool_parsing": "应为 true 或 false",
    "date_from_datetime_parsing": "应为日期 YYYY-MM-DD",
    "date_parsing": "应为日期 YYYY-MM-DD",
    "value_error": "应为 {error}",
    "greater_than_equal": "不得小于 {ge}",
    "less_than_equal": "不得大于 {le}",
    "string_pattern_mismatch": "应符合 {pattern}",
    "greater_than": "应大于 {gt}",
    "less_than": "应小于 {lt}",
    "finite_number": "应为有限的数字",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "不得超过 {max_length} 个字符",
    "too_short": "至少 {min_length} 项",
    "too_long": "不得超过 {max_length} 项",
    "string_type": "应为文字",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "bool_type": "应为 true 或 false",
    "date_type": "应为日期 YYYY-MM-DD",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model_attributes_type": "应为对象",
    "literal_error": "只能是 {expected}",
    "enum": "只能是 {expected}",
    "extra_forbidden": "没有这个字段",
    "json_invalid": "不是有效的 JSON",
}
"""Pydantic's faults in Chinese; the English is its own."""
_DAY = re.compile(r"datetime\.date\((\d+), (\d+), (\d+)\)")
"""How the limit of a day stands in a fault."""
METHODS = ("GET", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


def register(app: FastAPI) -> None:
    """Attach the handlers, one per kind of failure, in a loop over the table."""
    for kind, _, _ in STATUS:
        app.add_exception_handler(kind, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _plain)


def _language(request: Request) -> Language:
    return language_of(request, request.app.state.settings.language)


def _answer(fault: Fault, request: Request) -> Response:
    return answer(fault, request, _language(request))


def answer(fault: Fault, request: Request, language: Language) -> Response:
    """The problem document; as a page where a person's browser followed a link or sent a form."""
    if request.headers.get("sec-fetch-mode") != "navigate":
        return fault.response(request.url.path, language)
    values = {"fault": fault, "language": language, "say": speaker(language), "request": request}
    headers = {"Cache-Control": "no-store", "Content-Language": language, **fault.headers}
    return Response(render("problem.html", values), fault.status, headers, "text/html")


def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, GisregError)  # noqa: S101 - registered for its kinds only
    return _answer(fault_of(error), request)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    language = _language(request)
    parts = [_part(entry, language) for entry in error.errors()]
    where = ", ".join(part["where"] for part in parts)
    return _answer(
        Fault(422, _INVALID.title, _INVALID.code, _INVALID.what, _INVALID.mend, where, more={"errors": parts}), request
    )


def _part(entry: dict[str, Any], language: Language) -> dict[str, str]:
    """Name and fault, without the value: what was sent is not echoed."""
    words = _FAULTS.get(entry["type"]) if language == "zh" else None
    detail = words.format(**_plainly(entry.get("ctx", {}))) if words else _DAY.sub(_as_day, entry["msg"])
    return {"where": ".".join(str(step) for step in entry["loc"]), "detail": detail}


def _plainly(told: dict[str, Any]) -> dict[str, Any]:
    """What a fault names as people write it: days, and words one after another without English between them."""
    shown = {name: _DAY.sub(_as_day, value) if isinstance(value, str) else value for name, value in told.items()}
    if "expected" in shown:
        shown["expected"] = str(shown["expected"]).replace(" or ", "、").replace(", ", "、").replace("'", "")
    return shown


def _as_day(found: re.Match[str]) -> str:
    return date(*(int(part) for part in found.groups())).isoformat()


def _plain(request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: unknown addresses, methods, bodies it cannot read."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    phrase = HTTPStatus(error.status_code).phrase
    code, what, mend = _PLAIN.get(
        error.status_code, (phrase.lower().replace(" ", "_"), Text(phrase, phrase), Text("用法见 /docs", "see /docs"))
    )
    title = _TITLES.get(error.status_code) or next(
        (words for _, status, words in STATUS if status == error.status_code), Text(phrase, phrase)
    )
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(methods_at(request))
    fault = Fault(error.status_code, title, code, what, mend, headers=headers)
    return _answer(fault, request)


def methods_at(request: Request) -> list[str]:
    """What the address takes: one router alone does not know what the others do there."""
    routes = request.app.router.routes

    def is_taken(method: str) -> bool:
        asked = {**request.scope, "method": method}
        return any(route.matches(dict(asked))[0] == Match.FULL for route in routes)

    found = [method for method in METHODS if is_taken(method)]
    return [*found, "HEAD"] if "GET" in found else found  # HEAD is answered wherever GET is


class UnexpectedFailures:
    """Around all that answers: a failure nobody foresaw is logged with a number, and only the number is told."""

    def __init__(self, app: ASGIApp, default_language: Language) -> None:
        self.app = app
        self.default_language = default_language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass through, or answer 500 (a database failure that no router met as its own: its status)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if started:  # half an answer is out: the server must cut the connection, so that nobody takes it as whole
                raise
            request = Request(scope)
            fault = _unexpected(error, request.url.path)
            response = answer(fault, request, language_of(request, self.default_language))
            await response(scope, receive, send)


def _is_disk_full(error: Exception) -> TypeGuard[OSError]:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _unexpected(error: Exception, path: str) -> Fault:
    known = DiskFull(where=str(error.filename or "")) if _is_disk_full(error) else translate(error)
    if isinstance(known, GisregError):
        return fault_of(known)
    number = uuid.uuid4().hex[:12]
    logger.error("failure %s at %s", number, path, exc_info=error)
    return Fault(
        500,
        _UNEXPECTED_TITLE,
        "unexpected",
        Text(f"程序出错，编号 {number}", f"the program failed; number {number}"),
        Text("请把编号告诉管理员，日志里有详情", "tell the administrator the number; the log has the details"),
        more={"id": number},
    )
