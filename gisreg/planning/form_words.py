"""What is wrong with the form of a rule file, in both languages: the reader of models speaks English only."""

from typing import Any

from gisreg.text import Text

_WORDS: dict[str, Text] = {
    "missing": Text("缺少此项", "it is missing"),
    "extra_forbidden": Text("没有这一项,请核对拼写", "there is no such field: check its spelling"),
    "enum": Text("应为 {expected} 之一", "should be one of {expected}"),
    "literal_error": Text("应为 {expected} 之一", "should be one of {expected}"),
    "greater_than_equal": Text("不能小于 {ge}", "cannot be below {ge}"),
    "less_than_equal": Text("不能大于 {le}", "cannot be above {le}"),
    "less_than": Text("应小于 {lt}", "should be below {lt}"),
    "finite_number": Text("应为有限的数", "should be a finite number"),
    "float_type": Text("应为数", "should be a number"),
    "float_parsing": Text("应为数", "should be a number"),
    "string_too_long": Text("不超过 {max_length} 个字", "at most {max_length} characters"),
    "unit_name": Text("单位名称为空或超过 200 个字", "a unit's name is empty or longer than 200 characters"),
    "too_short": Text("至少要有 {min_length} 个", "needs at least {min_length}"),
    "string_too_short": Text("不能为空", "cannot be empty"),
    "string_type": Text("应为加引号的文字", "should be words in quotes"),
    "int_type": Text("应为整数", "should be a whole number"),
    "int_parsing": Text("应为整数", "should be a whole number"),
    "int_from_float": Text("应为整数", "should be a whole number"),
    "bool_type": Text("应为 true 或 false", "should be true or false"),
    "bool_parsing": Text("应为 true 或 false", "should be true or false"),
    "date_type": Text("应为日期,如 2026-01-01", "should be a date, such as 2026-01-01"),
    "date_from_datetime_parsing": Text("应为日期,如 2026-01-01", "should be a date, such as 2026-01-01"),
    "string_pattern_mismatch": Text(
        "只能用小写字母、数字和下划线,字母开头", "use small letters, digits and underscores, a letter first"
    ),
    "tuple_type": Text("应为列表 [ … ]", "should be a list [ … ]"),
    "dict_type": Text("应为表 [名称]", "should be a table [name]"),
    "model_type": Text("应为表 {{ … }}", "should be a table {{ … }}"),
}
NEEDS_CONDITION = Text("须有 when 或 fallback = true,且只有其一", "needs either `when` or `fallback = true`")
"""The one rule over several fields."""


def worded(fault: Any) -> Text:
    """One fault as pydantic tells it; what has no words here stays as it is."""
    if fault["type"] == "value_error":
        return NEEDS_CONDITION
    words = _WORDS.get(fault["type"])
    if words is None:
        return Text(fault["msg"], fault["msg"])
    given = fault.get("ctx") or {}
    listed = {name: value.replace(" or ", "、") if name == "expected" else value for name, value in given.items()}
    return Text(words.zh.format(**listed), words.en.format(**given))
