"""Query parameters that several addresses share, checked and described once."""

import math
import re
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from fastapi import Path, Query, Request, params
from fastapi.dependencies.utils import get_flat_params
from pydantic import BeforeValidator

from gisreg.errors import InputError
from gisreg.parcels.read import ParcelNotFound
from gisreg.text import Text

PARCEL_CODE = r"^[0-9]{6}-[0-9]{7}$"
MAX_LIMIT = 10_000
MAX_FILTER = 20_000
CORNERS = 4
FIRST_DAY, LAST_DAY = date(1949, 10, 1), date(2199, 12, 31)


class BadBox(InputError):
    """The bounding box cannot be read."""

    what: ClassVar[Text] = Text("范围 bbox={given} 无效", "bbox={given} is no box")
    mend: ClassVar[Text] = Text(
        "请写 西,南,东,北 四个经纬度，如 112.8,35.9,113.1,36.2", "give west,south,east,north in degrees"
    )


def _day(value: Any) -> Any:
    """Only YYYY-MM-DD: a bare number would else be read as seconds since 1970."""
    if not isinstance(value, date) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value)):
        raise ValueError("YYYY-MM-DD")
    return value


Day = Annotated[date, BeforeValidator(_day)]
AsOf = Annotated[
    Day | None,
    Query(
        ge=FIRST_DAY,
        le=LAST_DAY,
        description="按该日 24 时（北京时间）的登记 · as recorded at the end of that day, Asia/Shanghai",
        examples=["2024-12-31"],
    ),
]
County = Annotated[
    str | None,
    Query(pattern="^[0-9]{6}$", description="县级代码，只有一个县时可省 · county code; optional where there is one"),
]
Filter = Annotated[
    str | None,
    Query(
        max_length=MAX_FILTER,
        description="CQL2 条件，字段见 /queryables · a CQL2 filter over /queryables",
        examples=["kind = 'idle_land' AND area_mu > 50"],
    ),
]
FilterLang = Annotated[
    Literal["cql2-text", "cql2-json"], Query(alias="filter-lang", description="条件的写法 · how the filter is written")
]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="最多几条 · at most")]
Offset = Annotated[int, Query(ge=0, le=100_000_000, description="跳过几条 · skip")]
After = Annotated[
    str | None,
    Query(pattern=PARCEL_CODE, description="从该编号之后继续（比 offset 快）· continue behind this parcel code"),
]
Sort = Annotated[
    str | None,
    Query(
        max_length=200,
        description="排序字段，最多 3 个，前加 - 为降序 · up to three queryables; a leading - turns one round",
        examples=["-area_mu,kind"],
    ),
]
Box = Annotated[
    str | None,
    Query(
        max_length=200,
        description="西,南,东,北 (CGCS2000 经纬度) · west,south,east,north",
        examples=["112.8,35.9,113.1,36.2"],
    ),
]
ParcelCode = Annotated[str, Path(description="宗地编号 · parcel code", examples=["149901-0000001"])]
TownshipCode = Annotated[
    str, Path(pattern="^[0-9A-Za-z]{1,20}$", description="乡镇代码 · township code", examples=["149901100"])
]


class UnknownParameter(InputError):
    """The address takes no such parameter: passing over it would answer another question than the one asked."""

    what: ClassVar[Text] = Text("没有参数 {name}", "there is no parameter {name}")
    mend: ClassVar[Text] = Text("可用参数:{known}", "there are: {known}")


async def only_known(request: Request) -> None:
    """Refuse query parameters that the address does not describe.

    Raises:
        UnknownParameter: a misspelt ``filter`` must not list everything.
    """
    route = request.scope["route"]
    described = get_flat_params(route.dependant)
    known = {"lang", *(field.alias for field in described if isinstance(field.field_info, params.Query))}
    for name in request.query_params:
        if name not in known:
            raise UnknownParameter(where=f"query.{name}", name=name, known=", ".join(sorted(known)))


def box_of(given: str | None) -> tuple[float, float, float, float] | None:
    """The corners of a ``bbox`` parameter.

    Raises:
        BadBox: not four finite numbers, or turned round.
    """
    if given is None:
        return None
    try:
        corners = [float(part) for part in given.split(",")]
    except ValueError:
        raise BadBox(where="bbox", given=given) from None
    if len(corners) != CORNERS or not all(map(math.isfinite, corners)):
        raise BadBox(where="bbox", given=given)
    west, south, east, north = corners
    if west > east or south > north or max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:  # noqa: PLR2004 - degrees
        raise BadBox(where="bbox", given=given)
    return west, south, east, north


def known_form(parcel_code: str) -> str:
    """The code, if it can be one at all.

    Raises:
        ParcelNotFound: nothing bears such a number.
    """
    if not re.fullmatch(PARCEL_CODE, parcel_code):
        raise ParcelNotFound(parcel_code=parcel_code)
    return parcel_code
