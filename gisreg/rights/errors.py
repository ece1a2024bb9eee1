"""What can be wrong with parties, shares, rights, encumbrances and steps of a title."""

from typing import ClassVar

from gisreg.errors import ConflictError, InputError
from gisreg.text import Text


class PartyKnown(ConflictError):
    """The same paper is the same party."""

    what: ClassVar[Text] = Text("该证件号已登记为权利主体 {party_id}", "that identity number is party {party_id}'s")
    mend: ClassVar[Text] = Text("请用已有的权利主体", "use the party that is there")


class ShareUnusable(InputError):
    """Not a part of the whole."""

    what: ClassVar[Text] = Text("份额 {value} 不可用", "the share {value} is not usable")
    mend: ClassVar[Text] = Text("写作 1/3、50% 或 0.25,大于 0 且不超过 1", "write 1/3, 50% or 0.25: above 0, at most 1")


class SharesExceed(ConflictError):
    """The shares of one right in one parcel come to more than the whole."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 的权利类型 {right_type} 份额合计为 {total},超过 1",
        "the shares of right type {right_type} in parcel {parcel_code} come to {total}, more than 1",
    )
    mend: ClassVar[Text] = Text(
        "最多还可登记 {left};请先注销或减少其他份额", "at most {left} is left; cancel or reduce other shares first"
    )


class RightEnded(ConflictError):
    """The right is no longer there."""

    what: ClassVar[Text] = Text("权利 {right_id} 已于 {on} 终止", "the right {right_id} ended on {on}")
    mend: ClassVar[Text] = Text("请选仍有效的权利", "name a right that is in force")


class RightElsewhere(InputError):
    """The right belongs to another parcel."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 没有权利 {right_id}", "parcel {parcel_code} has no right {right_id}"
    )
    mend: ClassVar[Text] = Text("请用 gisreg rights show 核对", "check with gisreg rights show")


class RightSeized(ConflictError):
    """A seizure bars a transfer."""

    what: ClassVar[Text] = Text("宗地 {parcel_code} 被查封,不得转移", "parcel {parcel_code} is seized: no transfer")
    mend: ClassVar[Text] = Text("请先解除查封", "have the seizure lifted first")


class SameHolder(InputError):
    """A transfer to the one who holds it."""

    what: ClassVar[Text] = Text("受让方就是现权利人", "the one who is to receive it holds it already")
    mend: ClassVar[Text] = Text("请核对受让方", "check who receives it")


class RankTaken(ConflictError):
    """Two mortgages of the same rank."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 已有第 {rank} 顺位的抵押(编号 {other})",
        "parcel {parcel_code} has a mortgage of rank {rank} already (number {other})",
    )
    mend: ClassVar[Text] = Text("请改用第 {next} 顺位,或先解除原抵押", "use rank {next}, or release that one first")


class AlreadyReleased(ConflictError):
    """It lies there no longer."""

    what: ClassVar[Text] = Text("负担 {key} 已于 {on} 解除", "the encumbrance {key} was released on {on}")
    mend: ClassVar[Text] = Text("请核对编号", "check the number")


class StepOutOfOrder(ConflictError):
    """The steps of a title come in their order: 确权 → 登记 → 流转."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 现为“{status_zh}”,不能记“{step_zh}”",
        "parcel {parcel_code} is {status_en} now; the step {step_en} cannot follow",
    )
    mend: ClassVar[Text] = Text("{needed_zh}", "{needed_en}")


class StepTooEarly(ConflictError):
    """A step before the one that it follows."""

    what: ClassVar[Text] = Text(
        "{done_on} 早于上一步骤的 {last}", "{done_on} is before the step that it follows ({last})"
    )
    mend: ClassVar[Text] = Text("请核对日期", "check the dates")


class StepInFuture(InputError):
    """A step that has not happened."""

    what: ClassVar[Text] = Text("{done_on} 还没有到", "{done_on} has not come yet")
    mend: ClassVar[Text] = Text("请在完成后记录", "record it when it is done")


class DecisionStands(ConflictError):
    """A person decided this before."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 的 {field} 已有人工认定({by})",
        "{field} of {parcel_code} was decided before (by {by})",
    )
    mend: ClassVar[Text] = Text("请先终止原认定", "end that decision first")


class NoDecision(ConflictError):
    """Nothing to end."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 的 {field} 没有人工认定", "nobody decided {field} of parcel {parcel_code}"
    )
    mend: ClassVar[Text] = Text("请用 gisreg rights show 核对", "check with gisreg rights show")


class CleanedUp(ConflictError):
    """The contract was cleaned up before."""

    what: ClassVar[Text] = Text("合同 {contract_no} 已于 {on} 清理", "contract {contract_no} was cleaned up on {on}")
    mend: ClassVar[Text] = Text("请核对编号", "check the number")
