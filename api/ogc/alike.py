"""One feature asked for in words that were read before: only its number differs.

To read the words of a request, judge them and put its links together takes as long as to read the parcel; programs ask
for one feature after the other in the same words. What is read here once is a request with a number that stands in for
all others; who asks is looked at each time, and the parcel is read each time.
"""

from dataclasses import dataclass
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.types import Scope

from api.conditional import Reading
from api.encoding import json_bytes
from api.ogc.answering import links_of_one
from api.ogc.asking import Asking, to_be_told
from api.readers import reader_of
from api.registry import Registry
from gisreg.db.together import Question
from gisreg.errors import GisregError
from gisreg.features import quick
from gisreg.features.asking import Asked
from gisreg.features.collections import collection_of
from gisreg.features.reader import Reader

STAND_IN = "149901-stand-in"
"""No number of a parcel, and nothing that could stand in words."""
DECIDING = frozenset({b"host", b"accept", b"accept-language"})
"""Headers that decide how an answer is written; whether it is compressed is decided later."""
READ = frozenset({"type", "method", "scheme", "server", "root_path", "query_string", "path", "raw_path", "headers"})
"""What of a request is kept: not its application, its state or its connection."""
LONGEST_WORDS, MOST_KEPT = 500, 100
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Alike:
    """A request read, for all that differ from it by their number alone."""

    reading: Reading
    asking: Asking
    asked: Asked
    question: Question
    links: bytes

    def links_to(self, fid: str) -> bytes:
        """The links of one of them."""
        return self.links.replace(STAND_IN.encode(), fid.encode())


class ReadBefore:
    """The requests that were read, by all that decides how they are read."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: dict[Key, Alike | None] = {}

    def find(self, scope: Scope, collection: str, fid: str) -> Alike | None:
        """What stands for this request; None where it has to be read by itself."""
        if len(scope["query_string"]) > LONGEST_WORDS or not fid.replace("-", "").isalnum() or not fid.isascii():
            return None
        reader = reader_of(HTTPConnection(scope))
        deciding = tuple(header for header in scope["headers"] if header[0] in DECIDING)
        path = scope["path"].removesuffix(fid)
        key = (reader, scope.get("scheme"), scope.get("root_path"), path, scope["query_string"], deciding)
        if key not in self._known:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[key] = self._read(scope, reader, collection, path, deciding)
        return self._known[key]

    def _read(
        self, scope: Scope, reader: Reader, collection: str, path: str, deciding: tuple[tuple[bytes, bytes], ...]
    ) -> Alike | None:
        there = path + STAND_IN
        standing = {**scope, "path": there, "raw_path": there.encode(), "headers": list(deciding)}
        reading = Reading(Request({name: told for name, told in standing.items() if name in READ}), self._registry)
        reading.reader = reader
        try:
            asking, asked = to_be_told(reading, collection_of(collection))
        except GisregError:
            return None
        if asking.form != "json" or not quick.is_quick_one(asked):
            return None
        links = json_bytes({"links": links_of_one(asking, asked)})[1:]
        return Alike(reading, asking, asked, quick.question_of_one(asked), links)
