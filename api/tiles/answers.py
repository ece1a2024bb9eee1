"""A tile as an answer: its headers, its ETag, and how it is sent."""

import gzip
import hashlib
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import Response

from api.tiles.cache import Key

MVT = "application/vnd.mapbox-vector-tile"
CACHE_CONTROL = "private, no-cache"
"""Keep a copy, ask each time: the answer is mostly 304."""
GZIP_FROM_BYTES, GZIP_LEVEL = 500, 4


def encoding_of(headers: Headers) -> str:
    """How the reader takes it."""
    return "gzip" if "gzip" in headers.get("accept-encoding", "") else ""


def packed(content: bytes, encoding: str) -> bytes:
    """As it is sent and kept: compressed once, not for every reader."""
    if encoding != "gzip" or len(content) < GZIP_FROM_BYTES:
        return content
    return gzip.compress(content, GZIP_LEVEL, mtime=0)


@dataclass(frozen=True)
class Sent:
    """A tile on its way to one reader."""

    version: str
    key: Key

    @property
    def etag(self) -> str:
        """From the data and the reader's scope, among all that the tile depends on."""
        digest = hashlib.sha256(repr((self.version, *self.key)).encode()).hexdigest()[:32]
        return f'W/"{digest}"'

    def answer(self, content: bytes, asked: Headers) -> Response:
        """The tile; 304 where the reader has it, 204 where there is nothing in it."""
        headers = {"ETag": self.etag, "Cache-Control": CACHE_CONTROL, "Vary": "Accept-Encoding"}
        if self.is_known(asked):
            return Response(status_code=304, headers=headers)
        if not content:
            return Response(status_code=204, headers=headers)
        if content.startswith(b"\x1f\x8b"):
            headers["Content-Encoding"] = "gzip"
        return Response(content, headers=headers, media_type=MVT)

    def is_known(self, asked: Headers) -> bool:
        """Whether the reader's copy is this one."""
        given = asked.get("if-none-match")
        if given is None:
            return False
        own = self.etag.removeprefix("W/")
        return any(tag.strip().removeprefix("W/") in (own, "*") for tag in given.split(","))
