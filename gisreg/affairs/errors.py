"""What can be wrong with approvals and links."""

from typing import ClassVar

from gisreg.errors import ConflictError, InputError
from gisreg.text import Text


class Overdrawn(InputError):
    """More supplied and withdrawn than was approved."""

    what: ClassVar[Text] = Text(
        "{approval_no}:已供 {supplied} 与撤批 {withdrawn} 之和大于批准面积 {approved}(㎡)",
        "{approval_no}: {supplied} supplied and {withdrawn} withdrawn are more than {approved} approved (m²)",
    )
    mend: ClassVar[Text] = Text("请核对三个面积", "check the three areas")


class NotLinked(ConflictError):
    """There is no such link to take back."""

    what: ClassVar[Text] = Text("{key} 与 {parcel_code} 没有关联", "{key} and {parcel_code} are not linked")
    mend: ClassVar[Text] = Text("请用 gisreg affairs show 核对", "check with gisreg affairs show")


class NoParcelsNamed(InputError):
    """A link needs parcels."""

    what: ClassVar[Text] = Text("没有指明宗地", "no parcel is named")
    mend: ClassVar[Text] = Text("请给出宗地编号", "give parcel codes")


class CreditCodeTaken(ConflictError):
    """Two enterprises of one credit code."""

    what: ClassVar[Text] = Text(
        "统一社会信用代码 {value} 已属企业 {other}", "the credit code {value} is enterprise {other}'s"
    )
    mend: ClassVar[Text] = Text("请核对代码", "check the code")


class ZoneShapeless(ConflictError):
    """Parcels cannot be found in a zone that has no boundary."""

    what: ClassVar[Text] = Text("园区 {key} 没有边界", "zone {key} has no boundary")
    mend: ClassVar[Text] = Text("请先给园区边界,或逐宗关联", "give it a boundary first, or link parcels one by one")


class AreaNotOfOne(InputError):
    """An area on the link of several parcels, or of something else than an approval."""

    what: ClassVar[Text] = Text("关联面积只适用于一宗地与批准文号", "an area goes with one parcel and an approval only")
    mend: ClassVar[Text] = Text("请逐宗关联", "link the parcels one by one")
