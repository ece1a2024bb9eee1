"""What can be wrong with one row of a file that comes back; the other rows live on."""

from typing import ClassVar

from gisreg.errors import InputError
from gisreg.text import Text


class RowFault(InputError):
    """Base of the faults of a row."""

    what: ClassVar[Text] = Text("该行不能写入", "this row cannot be taken in")
    mend: ClassVar[Text] = Text("请在 QGIS 中更正该行后重新签入", "correct the row in QGIS and check the file in again")


class CodeChanged(RowFault):
    """The parcel code of a row was typed over."""

    what: ClassVar[Text] = Text("宗地编号由 {was} 改成了 {found}", "the parcel code was changed from {was} to {found}")
    mend: ClassVar[Text] = Text("请把编号改回 {was}", "give it back its code {was}")


class CodeCopied(RowFault):
    """Several rows with one parcel code: copied and pasted, or divided in QGIS."""

    what: ClassVar[Text] = Text(
        "编号 {parcel_code} 出现在多行(fid {rows})", "the code {parcel_code} stands in several rows (fid {rows})"
    )
    mend: ClassVar[Text] = Text(
        "新宗地请清空编号;分割请用 gisreg parcels split",
        "clear the code of what is a new parcel; to divide one use gisreg parcels split",
    )


class CodeNotHandedOut(RowFault):
    """A parcel code that this file did not hold when it was handed out."""

    what: ClassVar[Text] = Text("编号 {parcel_code} 不在本次签出之中", "{parcel_code} was not part of this check-out")
    mend: ClassVar[Text] = Text("新宗地请清空编号", "clear the code if this is a new parcel")


class KindChanged(RowFault):
    """The kind of a registered parcel was changed."""

    what: ClassVar[Text] = Text("类型由 {was} 改成了 {found}", "the kind was changed from {was} to {found}")
    mend: ClassVar[Text] = Text(
        "已入库宗地的类型不能改;请改回", "the kind of a registered parcel stays; change it back"
    )


class KindWanted(RowFault):
    """A new parcel without a kind."""

    what: ClassVar[Text] = Text("新宗地没有可用的类型({found})", "the new parcel has no usable kind ({found})")
    mend: ClassVar[Text] = Text("请选择:{known}", "choose one of {known}")


class BoundaryErased(RowFault):
    """A parcel that had a boundary has none any more."""

    what: ClassVar[Text] = Text("界址被清空", "the boundary was erased")
    mend: ClassVar[Text] = Text("请恢复界址;要核减宗地请删除整行", "put it back; to strike a parcel off delete its row")


class VersionTypedOver(RowFault):
    """The version of a row was typed over: the one that was handed out counts."""

    what: ClassVar[Text] = Text(
        "版本由 {was} 改成了 {found},按签出的 {was} 比较",
        "the version was changed from {was} to {found}; {was}, as handed out, counts",
    )
    mend: ClassVar[Text] = Text("版本不用填写", "leave the version alone")


class HeightsDropped(RowFault):
    """The boundary came with heights."""

    what: ClassVar[Text] = Text("界址带有高程,未采用", "the boundary has heights, which are not kept")
    mend: ClassVar[Text] = Text("请核对", "have a look")
