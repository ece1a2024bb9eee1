"""``If-Match``: an edit is made only of the version that its sender has seen, named by the ETag of the parcel."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import Depends, Header, Request
from sqlalchemy import Connection

from gisreg.errors import InputError
from gisreg.parcels.editing import Basis
from gisreg.parcels.faults import StaleVersion
from gisreg.parcels.versions import current_stamp
from gisreg.text import Text

MAX_HEADER = 16_000
_TAG = re.compile(r'[ \t]*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(,|$)')
_VERSION = re.compile(r"([0-9]{6}-[0-9]{7})\.([1-9][0-9]{0,9})\.")
DIGEST_CHARACTERS = 16


class PreconditionFailed(StaleVersion):
    """None of the tags is that of the parcel as it is now."""

    shown: ClassVar[tuple[str, ...]] = ("parcel_code", "version", "recorded_by", "differences")
    what: ClassVar[Text] = Text(
        "If-Match 与宗地 {parcel_code} 的现状不符:{recorded_by} 于 {recorded_at} 改为第 {version} 版",
        "If-Match is not parcel {parcel_code} as it is: {recorded_by} made version {version} at {recorded_at}",
    )
    mend: ClassVar[Text] = Text(
        "请重新取得宗地及其 ETag,看过现值后再改(弱标签 W/ 不作数)",
        "get the parcel and its ETag again, look at the values of now and edit again (weak tags, W/, do not count)",
    )


class IfMatchUnreadable(InputError):
    """Neither ``*`` nor a list of entity tags."""

    what: ClassVar[Text] = Text("If-Match 无法读取", "If-Match cannot be read")
    mend: ClassVar[Text] = Text(
        '请写成 * 或带引号的 ETag,多个用逗号分开,如 "…"', 'write * or ETags in quotes, several with commas: "…"'
    )


class BasisContradicted(InputError):
    """The body names a version that is none of those of the header."""

    what: ClassVar[Text] = Text(
        "based_on {based_on} 与 If-Match 的版本 {versions} 矛盾",
        "based_on {based_on} contradicts If-Match, which names version {versions}",
    )
    mend: ClassVar[Text] = Text("请只用其中一种,或给出同一版本", "use one of the two, or the same version in both")


class BasisMissing(InputError):
    """Neither the body nor the header says what the edit is based on."""

    what: ClassVar[Text] = Text(
        "没有说明修改宗地 {parcel_code} 所依据的版本", "the version of parcel {parcel_code} that is edited is not told"
    )
    mend: ClassVar[Text] = Text("请给出 based_on,或 If-Match 头", "give based_on, or the header If-Match")


def version_tag(parcel_code: str, version: int, body: bytes, *facts: str) -> str:
    """A strong tag: the parcel, its version, and which representation of it the bytes are."""
    digest = hashlib.sha256(b"\0".join([body, *(fact.encode() for fact in facts)])).hexdigest()
    return f'"{parcel_code}.{version}.{digest[:DIGEST_CHARACTERS]}"'


@dataclass(frozen=True)
class Wanted:
    """A parcel to be edited, and the version that the body names."""

    parcel_code: str
    based_on: int | None = None


@dataclass(frozen=True)
class Matching:
    """What the header asks for; strong tags only, as RFC 9110 wants it."""

    given: bool = False
    any: bool = False
    tags: tuple[str, ...] = ()

    @classmethod
    def read(cls, values: Sequence[str]) -> "Matching":
        """The header's values, of which there may be several.

        Raises:
            IfMatchUnreadable.
        """
        if not values:
            return cls()
        joined = ",".join(values).strip()
        if joined == "*":
            return cls(given=True, any=True)
        tags, place = [], 0
        while place < len(joined):
            found = _TAG.match(joined, place)
            if found is None or len(joined) > MAX_HEADER:
                raise IfMatchUnreadable(where="header.If-Match")
            if not found[1]:
                tags.append(found[2])
            place = found.end()
        if not joined or joined.endswith(","):
            raise IfMatchUnreadable(where="header.If-Match")
        return cls(given=True, tags=tuple(tags))

    def versions(self, parcel_code: str) -> list[int]:
        """The versions of a parcel that the tags stand for."""
        found = (_VERSION.match(tag) for tag in self.tags)
        return [int(one[2]) for one in found if one and one[1] == parcel_code]

    def basis(self, connection: Connection, wanted: Wanted) -> Basis:
        """What the edit is based on.

        Raises:
            BasisMissing, BasisContradicted, PreconditionFailed, ParcelNotFound.
        """
        code, based_on = wanted.parcel_code, wanted.based_on
        if not self.given:
            if based_on is None:
                raise BasisMissing(where="body.based_on", parcel_code=code)
            return Basis(code, based_on)
        now = current_stamp(connection, code)
        if self.any:
            return Basis(code, based_on or now.version)
        versions = self.versions(code)
        if based_on is not None and versions and based_on not in versions:
            listed = ", ".join(map(str, versions))
            raise BasisContradicted(where="body.based_on", based_on=based_on, versions=listed)
        if now.version in versions:
            return Basis(code, based_on or now.version)
        seen = [version for version in versions if version < now.version]
        if seen:
            return Basis(code, max(seen))  # the core tells what has changed since
        raise PreconditionFailed(
            where=code, parcel_code=code, version=now.version, recorded_by=now.recorded_by,
            recorded_at=f"{now.recorded_at:%Y-%m-%d %H:%M}", differences=[],
        )  # fmt: skip

    @contextmanager
    def told(self) -> Iterator[None]:
        """A stale version is 412 to who sent the header, 409 to others."""
        try:
            yield
        except StaleVersion as error:
            if not self.given or isinstance(error, PreconditionFailed):
                raise
            raise PreconditionFailed(error.where, **error.params) from None


def get_matching(
    request: Request,
    if_match: Annotated[
        str | None,
        Header(description="GET /parcels/… 的 ETag，或 * · the ETag of the parcel, several for several parcels, or *"),
    ] = None,
) -> Matching:
    """The header of this request."""
    del if_match  # described only: it may come several times
    return Matching.read(request.headers.getlist("if-match"))


MatchDep = Annotated[Matching, Depends(get_matching)]
