# ruff: noqa: E501 - patterns stay in one piece

"""Telling the words of a ledger apart: names of columns, units, numbers, totals, footers."""

import re
import unicodedata

AREA_UNITS = {
    "亩": "mu", "万亩": "wan_mu", "公顷": "ha", "hm2": "ha", "hm²": "ha", "ha": "ha", "平方米": "m2", "m2": "m2", "m²": "m2", "㎡": "m2",
    "平米": "m2", "平方公里": "km2", "平方千米": "km2", "km2": "km2", "km²": "km2",
}  # fmt: skip
MONEY_UNITS = {"元": "yuan", "人民币元": "yuan", "万元": "wan", "万元人民币": "wan", "亿元": "yi", "亿": "yi"}
UNITS = {**AREA_UNITS, **MONEY_UNITS}
OTHER_UNITS = frozenset(["个", "宗", "项", "户", "年", "月", "天", "日", "%", "吨", "千瓦", "人", "公里", "米", "m", "km", "栋", "层", "套", "元/㎡", "元/平方米", "万元/亩"])  # fmt: skip
_NUMBER = re.compile(r"[+-]?[\d,]*\.?\d+(?:[eE][+-]?\d+)?%?", re.ASCII)
_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?(\s.*)?|\d{4}年|\d{8}", re.ASCII)
_UNIT_LINE = re.compile(r"单\s*位\s*[::]\s*(?P<units>.+)")
_COLUMN_NUMBER = re.compile(r"[((]?\d{1,3}[))]?|[甲乙丙丁]|[A-Z]|\d{1,3}\s*=[\d+\-*/×÷() ]+")
_TOTAL = re.compile(r"(?P<whole>.{0,16}?)(?P<word>合计|小计|总计|共计|累计)(?:数|面积|金额)?[::]?(?:[((].{0,10}[))])?|(?:sub)?total:?", re.IGNORECASE)  # fmt: skip
_FOOTER = re.compile(r"(填表人|制表人|填报人|审核人|复核人|负责人|单位负责人|联系人|联系电话|填报日期|制表日期|填表日期|填报时间|备注|注|说明|附注)[::].*", re.DOTALL)  # fmt: skip
_SECTION = re.compile(r"([((]?[一二三四五六七八九十]{1,3}[))]?[、..\s)]|第[一二三四五六七八九十]{1,3}部分).{1,40}")
_IN_BRACKETS = re.compile(r"[(\[【](?:单位[::]?)?(?P<unit>[^()\[\]【】]+)[)\]】]$")
_BEHIND_MARK = re.compile(r"[/_、,:](?:单位[::]?)?(?P<unit>[^/_、,:]+)$")
LONGEST_NAME = 60


def plain(text: str) -> str:
    """Without width, blanks and line breaks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def is_number(text: str) -> bool:
    """A number, grouped or in percent."""
    return bool(_NUMBER.fullmatch(plain(text)))


def number_of(text: str) -> float | None:
    """Its value."""
    found = plain(text).replace(",", "")
    try:
        return float(found) if is_number(text) and not found.endswith("%") else None
    except ValueError:
        return None


def is_wordy(text: str) -> bool:
    """What the name of a column looks like: neither number nor date nor a statement such as 填报单位:某局."""
    told = plain(text)
    return (
        bool(told)
        and len(told) <= LONGEST_NAME
        and not is_number(told)
        and not _DATE.fullmatch(told)
        and not is_statement(told)
    )


def is_statement(text: str) -> bool:
    """A colon with something behind it, as in 填报单位:某局."""
    told = plain(text)
    name, mark, rest = told.partition(":")
    return bool(mark and name and rest) and not told.endswith((")", "]", "】"))


def units_of_line(text: str) -> tuple[str, ...]:
    """The units of a line such as 单位:亩、万元, else none."""
    found = _UNIT_LINE.search(unicodedata.normalize("NFKC", text))
    if not found:
        return ()
    parts = re.split(r"[、,;/和及\s]+", found["units"].strip().rstrip(")]】"))
    return tuple(UNITS[part] for part in (_last_words(part) for part in parts) if part in UNITS)


def _last_words(part: str) -> str:
    """面积亩 or 金额万元 → the unit at its end."""
    return next((unit for unit in sorted(UNITS, key=len, reverse=True) if part.endswith(unit)), part)


def unit_alone(text: str) -> str | None:
    """A cell that is a unit and nothing else."""
    told = plain(text).strip("()[]【】").removeprefix("单位:")
    return told if told in UNITS or told in OTHER_UNITS else None


def split_unit(name: str) -> tuple[str, str | None]:
    """A column's name without its unit, and the unit's token: 面积(亩), 面积/亩, 价款 万元, 面积[单位:公顷]."""
    told = plain(name)
    for form in (_IN_BRACKETS, _BEHIND_MARK):
        found = form.search(told)
        if found and found["unit"] in UNITS and found.start():
            return told[: found.start()], UNITS[found["unit"]]
    found = re.fullmatch(r"(.+?)\s+(\S+)", unicodedata.normalize("NFKC", name).strip(), re.DOTALL)
    if found and found[2] in UNITS:
        return plain(found[1]), UNITS[found[2]]
    return told, None


def is_column_number(text: str) -> bool:
    """(1), 甲, A, 3=1+2: the numbering of columns below a header."""
    return bool(_COLUMN_NUMBER.fullmatch(plain(text)))


def total_word(text: str) -> str | None:
    """合计, 小计 … where a cell is the label of a total."""
    if len(text) > LONGEST_NAME or not any(mark in text for mark in "计lL"):  # most cells
        return None
    found = _TOTAL.fullmatch(plain(text))
    return (found["word"] or "合计") if found else None


def is_footer(text: str) -> bool:
    """填表人:…, 注:… below a ledger."""
    return any(mark in text for mark in ":\uff1a") and bool(_FOOTER.match(plain(text)))


def is_section(text: str) -> bool:
    """一、城关镇: a heading among the rows."""
    return bool(_SECTION.fullmatch(plain(text)))
