"""What can be wrong with a change of units."""

from typing import ClassVar

from gisreg.errors import ConflictError, InputError, NotFoundError
from gisreg.text import Text


class UnitNotThere(NotFoundError):
    """No unit of this code is in force."""

    what: ClassVar[Text] = Text("现行{level}中没有 {code}{became}", "no {level} {code} is in force{became}")
    mend: ClassVar[Text] = Text("请用 gisreg units list 核对", "check with gisreg units list")


class UnitCodeTaken(ConflictError):
    """Another unit in force bears the new code."""

    what: ClassVar[Text] = Text("代码 {code} 已属于 {name}", "the code {code} is {name}'s")
    mend: ClassVar[Text] = Text("请换一个代码,或并入该单元", "use another code, or merge into that unit")


class UnitCodeUnusable(InputError):
    """A code or name of another form."""

    what: ClassVar[Text] = Text("{field} {value} 不可用", "the {field} {value} is not usable")
    mend: ClassVar[Text] = Text(
        "代码为 1 至 20 位字母、数字、连字符,名称不为空",
        "a code has 1 to 20 letters, digits or hyphens; a name is not empty",
    )


class LevelFixed(InputError):
    """Counties do not change here: parcels bear their numbers."""

    what: ClassVar[Text] = Text("{level} 级不能在此变更", "units of level {level} do not change here")
    mend: ClassVar[Text] = Text("可变更 township、village", "townships and villages do")


class UnitsTooFew(InputError):
    """Too few units for a merger or a split."""

    what: ClassVar[Text] = Text(
        "合并、拆分至少涉及两个不同的单元", "a merger or a split takes two different units at least"
    )
    mend: ClassVar[Text] = Text("请逐个列出", "name each of them once")


class NothingRenamed(InputError):
    """Neither name nor code differs."""

    what: ClassVar[Text] = Text("名称和代码都没有变", "neither the name nor the code changes")
    mend: ClassVar[Text] = Text("请给出新名称或新代码", "give a new name or a new code")


class ChangeTooEarly(ConflictError):
    """Before the unit itself began."""

    what: ClassVar[Text] = Text(
        "{on} 不晚于 {code} 的设立日期 {since}", "{on} is not after {since}, the day {code} began on"
    )
    mend: ClassVar[Text] = Text("请核对生效日期", "check the day from which it holds")


class ChangeInFuture(InputError):
    """A change that has not come into force."""

    what: ClassVar[Text] = Text("生效日期 {on} 还没有到", "{on} has not come yet")
    mend: ClassVar[Text] = Text("请在生效当日办理", "make the change on that day")


class PartsWithoutPlace(InputError):
    """Parcels cannot be shared out between parts of which nothing is known."""

    what: ClassVar[Text] = Text("拆分后的 {code} 既无图形也无村", "{code} has neither a boundary nor villages")
    mend: ClassVar[Text] = Text("请给出图形文件或所辖村", "give its boundary or its villages")


class PartsOverlap(InputError):
    """Two parts claim the same ground or village."""

    what: ClassVar[Text] = Text("{one} 与 {other} 重叠({detail})", "{one} and {other} overlap ({detail})")
    mend: ClassVar[Text] = Text("请修正图形或村的归属", "mend the boundaries or the lists of villages")


class ChangeUnknown(NotFoundError):
    """No such change."""

    what: ClassVar[Text] = Text("没有编号 {number} 的行政区变更", "there is no change of units {number}")
    mend: ClassVar[Text] = Text("请用 gisreg units crosswalk 查看编号", "gisreg units crosswalk shows the numbers")


class ChangeUndone(ConflictError):
    """It was taken back already."""

    what: ClassVar[Text] = Text("变更 {number} 已于 {undone_at} 撤销", "the change {number} was undone at {undone_at}")
    mend: ClassVar[Text] = Text("无需再做", "nothing is left to do")


class ChangeInUse(ConflictError):
    """Work of others rests on it."""

    shown: ClassVar[tuple[str, ...]] = ("codes",)
    what: ClassVar[Text] = Text("变更 {number} 不能撤销:有{zh}", "the change {number} cannot be undone: {en}")
    mend: ClassVar[Text] = Text("请先撤销或改正这些", "undo or correct these first")
