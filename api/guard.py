"""What keeps the server private to this machine while there is no sign-in: host, origin and content-type checks.

A page of another site can make the reader's browser send requests to 127.0.0.1. It cannot choose the Host header
(which stops DNS rebinding), cannot hide its Origin, and cannot send JSON without asking first (which nobody answers).
"""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import ClassVar
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.language import language_of
from api.problems import fault_of
from gisreg.errors import AccessError, GisregError, InputError
from gisreg.text import Language, Text

OWN_BODIES = frozenset({
    "application/json", "application/octet-stream", "application/geo+json", "application/merge-patch+json",
    "application/toml",
})  # fmt: skip
"""Bodies that a page of another site cannot send without asking first: JSON, TOML, and a file as it is. Plain text it
can."""
FORM_PATH, FORM_BODY = "/imports/previews", "multipart/form-data"
"""The one address that takes a form with files. A page of another site could send one: its Origin gives it away."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
STRICT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content security: nothing from outside this server, nothing inline."""
INLINE_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""For map pages, which carry their scripts and data inside, and for the API's own documentation."""


def inline_policy(pictures: Sequence[str] = ()) -> str:
    """The same, and pictures from the hosts of a base map: from these and no others."""
    return INLINE_POLICY.replace("img-src 'self'", " ".join(("img-src 'self'", *pictures)))


MOST_HOSTS = 100
"""Each request names one, and nearly always the same."""
HEADERS = {
    "content-security-policy": STRICT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
POLICY_HEADER = b"content-security-policy"
RAW_HEADERS = tuple((name.encode(), told.encode()) for name, told in HEADERS.items())


class ForeignHost(AccessError):
    """The Host header names another machine: DNS rebinding, or a proxy in front."""

    what: ClassVar[Text] = Text("本服务只供本机使用，主机名不符", "this server is for its own machine only; wrong host")
    mend: ClassVar[Text] = Text("请用 http://127.0.0.1:端口 访问", "open it as http://127.0.0.1:PORT")


class ForeignOrigin(AccessError):
    """A page of another site asks for a change, or for data behind the reader's back. Following a link is fine."""

    what: ClassVar[Text] = Text("不接受其他网站发起的请求", "requests made by another site are refused")
    mend: ClassVar[Text] = Text("请从本服务自己的页面或命令行发起", "ask from this server's own pages or a program")


class NotJson(InputError):
    """The body of a change is no JSON."""

    http_status: ClassVar[int] = 415
    what: ClassVar[Text] = Text("修改类请求的内容必须是 JSON", "a request that changes something carries JSON")
    mend: ClassVar[Text] = Text(
        "请加请求头 Content-Type: application/json(规则集、TOML 文本用 application/toml)",
        "send Content-Type: application/json (application/toml with rule sets and other TOML)",
    )


@lru_cache(maxsize=MOST_HOSTS)
def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check(method: str, headers: Headers, path: str = "") -> None:
    """Refuse what a foreign page could have sent.

    Raises:
        ForeignHost, ForeignOrigin, NotJson.
    """
    host = headers.get("host", "")
    if not is_loopback(_hostname(host)):
        raise ForeignHost(where="Host")
    if headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode", "navigate") != "navigate":
        raise ForeignOrigin(where="Sec-Fetch-Site")
    if method in SAFE_METHODS:
        return
    origin = headers.get("origin")
    if (origin is not None and urlsplit(origin).netloc != host) or headers.get("sec-fetch-site") in (
        "cross-site",
        "same-site",
    ):
        raise ForeignOrigin(where="Origin")
    body = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not body and path.startswith(("/ogc/", "/qgis/")):
        return  # told there by the status that the standard wants; a page of another site is known by its Origin
    if _has_body(headers) and body not in OWN_BODIES and (path, body) != (FORM_PATH, FORM_BODY):
        raise NotJson(where="Content-Type")


@lru_cache(maxsize=MOST_HOSTS)
def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


class Guard:
    """Outermost: checks every request, and puts the security headers on every answer that has none of its own."""

    def __init__(self, app: ASGIApp, default_language: Language) -> None:
        self.app = app
        self.default_language = default_language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                # a browser puts the headers of a 304 over those it kept: a map page keeps its own policy so
                added = [
                    (name, told)
                    for name, told in RAW_HEADERS
                    if name not in present and (message["status"] != HTTPStatus.NOT_MODIFIED or name != POLICY_HEADER)
                ]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        try:
            check(scope["method"], Headers(scope=scope), scope["path"])
        except GisregError as refused:
            # Not request.url: a Host header that cannot be read would fail there once more.
            answer = fault_of(refused).response(scope["path"], language_of(Request(scope), self.default_language))
            await answer(scope, receive, guarded)
            return
        await self.app(scope, receive, guarded)
