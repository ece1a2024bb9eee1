"""What the texts inside a parcel of a drawing say, told by their form: a number, an area, a land use, a name."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from gisreg.geometry import M2_PER_HA, M2_PER_MU
from gisreg.intake.kml import described
from gisreg.vocab import LandUseScheme, code_list

TEXT, CODE, CADASTRAL, LAND_USE, NUMBERS = "图内文字", "图内编号", "图内宗地代码", "图内地类编码", "图内数字"
AREAS = {"图内面积(平方米)": 1.0, "图内面积(亩)": M2_PER_MU, "图内面积(公顷)": M2_PER_HA}
NEAR = 0.005
"""A bare number so near to the parcel's own area states it."""
_CADASTRAL = re.compile(r"\d{12}[GJZ][A-Z]\d{5}", re.ASCII)
_CORNER = re.compile(r"[JjZz]\d{1,4}", re.ASCII)
_DECIMAL = re.compile(r"\d+\.\d+", re.ASCII)
_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9_()/-]{2,39}", re.ASCII)


def said(texts: Iterable[str], area_m2: float | None) -> dict[str, str]:
    """Fields and their values; ``texts`` come in reading order. "name: value" is a field of its own."""
    values: dict[str, str] = {}
    rest: dict[str, list[str]] = {TEXT: [], NUMBERS: []}
    for text in texts:
        pairs = described(text.replace("\n", "<br>"))
        if "description" not in pairs:
            values |= pairs
            continue
        plain = " ".join(text.split())
        field = next((name for name in _fields(plain, area_m2) if name not in values), TEXT)
        if field in rest:
            rest[field].append(plain)
        else:
            values[field] = plain
    return {**values, **{name: " ".join(parts) for name, parts in rest.items() if parts}}


def _fields(text: str, area_m2: float | None) -> Iterator[str]:
    """What a text may be, the surest first."""
    if _CORNER.fullmatch(text):
        yield NUMBERS
    elif _CADASTRAL.fullmatch(text):
        yield CADASTRAL
    elif _DECIMAL.fullmatch(text):  # else the length of a side
        yield next(
            (name for name, m2 in AREAS.items() if area_m2 and abs(float(text) * m2 / area_m2 - 1) < NEAR), NUMBERS
        )
    elif text in _land_uses():
        yield LAND_USE
    elif _CODE.fullmatch(text):
        yield CODE


@cache
def _land_uses() -> frozenset[str]:
    codes = code_list("land_use")
    return frozenset(one.code for one in codes if one.scheme == LandUseScheme.GB21010 and len(one.code) == 4)  # noqa: PLR2004 - classes
