"""Which county a piece of work is about."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Connection, text

from gisreg.errors import InputError, NotFoundError
from gisreg.text import Text


class CountyUnknown(NotFoundError):
    """The registry has no such county."""

    what: ClassVar[Text] = Text(
        "登记库中没有县 {county}(已有:{known})", "the registry has no county {county} (it has: {known})"
    )
    mend: ClassVar[Text] = Text(
        "请先用 gisreg units import … --level county 建县", "add it with gisreg units import … --level county"
    )


class CountyNotNamed(InputError):
    """Several counties, and the command names none."""

    what: ClassVar[Text] = Text("未指明县(已有:{known})", "no county is named (there are: {known})")
    mend: ClassVar[Text] = Text("请加 --county 或设置 GISREG_COUNTY", "add --county or set GISREG_COUNTY")


def choose_county(connection: Connection, named: str | None) -> str:
    """The county that is named, or the only one there is.

    Raises:
        CountyUnknown: the registry has no such county, or none at all.
        CountyNotNamed: several counties and none is named.
    """
    known = list(connection.scalars(text("SELECT code FROM county ORDER BY code")))
    listed = ", ".join(known[:20]) or "-"
    if named is None and len(known) == 1:
        return str(known[0])
    if named is None and known:
        raise CountyNotNamed(known=listed)
    if named not in known:
        raise CountyUnknown(county=named or "-", known=listed)
    return str(named)


@dataclass(frozen=True)
class CountyNames:
    """A county as lists show it."""

    code: str
    name: str
    name_en: str
    invented: bool


def list_counties(connection: Connection) -> list[CountyNames]:
    """All counties of the registry, by code."""
    wanted = text("SELECT code, name, name_en, invented FROM county ORDER BY code")
    return [
        CountyNames(code, name, name_en or name, made_up) for code, name, name_en, made_up in connection.execute(wanted)
    ]
