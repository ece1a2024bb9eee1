"""Conditional requests: what has not changed since the reader's copy is not made again."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import FastAPI, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.language import language_of
from api.preconditions import version_tag
from api.readers import reader_of
from api.registry import Registry
from gisreg.days import today
from gisreg.db.snapshot import snapshot_mark

CACHE_CONTROL = "private, no-cache"
"""Keep a copy, ask each time: the answer is mostly 304."""
VARY = "Accept, Accept-Language"


class NotModified(Exception):
    """The reader's copy is still right."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers
        super().__init__("not modified")


class Reading:
    """One read of the registry for one request. All it reads comes from one snapshot, which the ETag stands for."""

    def __init__(self, request: Request, registry: Registry) -> None:
        self.request = request
        self.registry = registry
        self.language = language_of(request, registry.settings.language)
        self.reader = reader_of(request)
        self.snapshot = self._etag = ""

    @contextmanager
    def open(self) -> Iterator[Connection]:
        """A read-only transaction, unless the reader's copy is still right.

        Raises:
            NotModified: the request named this very state.
        """
        with self.registry.transaction() as connection:
            self.snapshot = snapshot_mark(connection)
            self._etag = self._tag()
            if self._known():
                raise NotModified(self.headers())
            yield connection

    @property
    def has_copy(self) -> bool:
        """The reader has a copy: it is judged before anything is read."""
        return "if-none-match" in self.request.headers

    @property
    def etag(self) -> str:
        """Of this answer; that of the snapshot, unless the answer has one of its own."""
        return self._etag or self._tag()

    def reply(self, body: bytes, media_type: str, headers: dict[str, str] | None = None, **options: Any) -> Response:
        """The answer with its validators."""
        return Response(body, headers={**self.headers(), **(headers or {})}, media_type=media_type, **options)

    def reply_version(self, body: bytes, media_type: str, parcel_code: str, version: int) -> Response:
        """One parcel under a strong tag, which an edit may name in ``If-Match``; what changes elsewhere leaves it.

        Raises:
            NotModified: the reader's copy is the same to the byte.
        """
        compressed = "gzip" if "gzip" in self.request.headers.get("accept-encoding", "") else ""
        self._etag = version_tag(parcel_code, version, body, media_type, self.language, compressed)
        if self._known():
            raise NotModified(self.headers())
        return self.reply(body, media_type)

    def headers(self) -> dict[str, str]:
        """What goes with the answer and with its 304 alike."""
        return {"ETag": self.etag, "Cache-Control": CACHE_CONTROL, "Vary": VARY, "Content-Language": self.language}

    def _tag(self) -> str:
        """Weak: compression may change the bytes. Deadlines move with the day, pages with the program."""
        parts = (
            self.snapshot,
            today().isoformat(),
            self.registry.started,
            self.reader.scope,
            self.language,
            self.request.headers.get("accept", ""),
            self.request.url.path,
            self.request.url.query,
        )
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
        return f'W/"{digest}"'

    def _known(self) -> bool:
        given = self.request.headers.get("if-none-match", "")
        own = self.etag.removeprefix("W/")
        return any(tag.strip().removeprefix("W/") in (own, "*") for tag in given.split(","))


def register(app: FastAPI) -> None:
    """Answer 304 where nothing changed."""
    app.add_exception_handler(NotModified, _not_modified)


def _not_modified(_request: Request, unchanged: Exception) -> Response:
    assert isinstance(unchanged, NotModified)  # noqa: S101 - registered for this class only
    return Response(status_code=304, headers=unchanged.headers)
