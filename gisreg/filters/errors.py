"""What can be wrong with a filter. ``where`` gives the place in the text, ``position`` the same as a number."""

from typing import ClassVar

from gisreg.errors import InputError
from gisreg.text import Text


def place(position: int) -> Text:
    """The character (from 1) at which something is wrong."""
    return Text(f"第 {position} 字符", f"character {position}")


class FilterError(InputError):
    """A filter that cannot be used."""

    what: ClassVar[Text] = Text("筛选条件有误", "the filter is wrong")
    mend: ClassVar[Text] = Text("请更正筛选条件", "correct the filter")

    @property
    def position(self) -> int | None:
        """The character (from 1) at which the fault was seen, if it is known."""
        position = self.params.get("position")
        return position if isinstance(position, int) else None


class FilterSyntaxError(FilterError):
    """The text is not CQL2."""

    what: ClassVar[Text] = Text("筛选条件不合 CQL2 语法:{detail}", "the filter is not CQL2: {detail}")
    mend: ClassVar[Text] = Text(
        "示例:kind = 'idle_land' AND area_mu > 10", "for example: kind = 'idle_land' AND area_mu > 10"
    )


class FilterTooLong(FilterError):
    """The text is longer than any filter a person would write."""

    what: ClassVar[Text] = Text("筛选条件过长({length},上限 {limit})", "the filter is too long ({length} of {limit})")
    mend: ClassVar[Text] = Text("请缩短或拆分", "shorten or split it")


class FilterTooDeep(FilterError):
    """The conditions are nested deeper than any person could follow."""

    what: ClassVar[Text] = Text("筛选条件嵌套过深(上限 {limit} 层)", "the filter is nested too deep (limit {limit})")
    mend: ClassVar[Text] = Text("请减少括号和嵌套", "use fewer parentheses and nested conditions")


class UnknownQueryable(FilterError):
    """No such name can be asked for."""

    what: ClassVar[Text] = Text("没有可查询项 {name}", "there is no queryable {name}")
    mend: ClassVar[Text] = Text(
        "{nearest}全部名称见 gisreg parcels queryables(接口为 /queryables)",
        "{nearest}gisreg parcels queryables (over HTTP: /queryables) lists all names",
    )


class UnknownOperator(FilterError):
    """An operator or function outside the ones the registry supports."""

    what: ClassVar[Text] = Text("不支持运算 {name}", "the operator {name} is not supported")
    mend: ClassVar[Text] = Text("可用:{allowed}", "supported: {allowed}")


class WrongType(FilterError):
    """A value of one type where another is needed."""

    what: ClassVar[Text] = Text("{name} 需要{wanted},得到{found}", "{name} needs {wanted_en}, not {found_en}")
    mend: ClassVar[Text] = Text("{hint}", "{hint_en}")


class UnknownToken(FilterError):
    """A value that the vocabulary of this name does not hold."""

    what: ClassVar[Text] = Text("{name} 没有取值 {value}", "{name} has no value {value}")
    mend: ClassVar[Text] = Text("可用:{allowed}", "use one of: {allowed}")


class BadDate(FilterError):
    """Not a date of the calendar."""

    what: ClassVar[Text] = Text("{value} 不是有效日期", "{value} is not a date")
    mend: ClassVar[Text] = Text("写作 DATE('2024-06-30')", "write DATE('2024-06-30')")


class BadTimestamp(FilterError):
    """Not an instant of the calendar in UTC."""

    what: ClassVar[Text] = Text("{value} 不是有效时刻", "{value} is not an instant")
    mend: ClassVar[Text] = Text("写作 TIMESTAMP('2024-06-30T08:00:00Z')", "write TIMESTAMP('2024-06-30T08:00:00Z')")


class BadInterval(FilterError):
    """An interval without two ends in order."""

    what: ClassVar[Text] = Text("时间区间 {value} 无效", "the interval {value} is not valid")
    mend: ClassVar[Text] = Text(
        "写作 INTERVAL('2024-01-01','2024-12-31'),开口端用 '..'",
        "write INTERVAL('2024-01-01','2024-12-31'); '..' is an open end",
    )


class BadGeometryLiteral(FilterError):
    """A geometry that cannot be compared with."""

    what: ClassVar[Text] = Text("图形无效:{detail}", "the geometry is not valid: {detail}")
    mend: ClassVar[Text] = Text(
        "经度在前、纬度在后;其他坐标系请写明 EPSG 代码",
        "longitude first, then latitude; name any other CRS by EPSG code",
    )
