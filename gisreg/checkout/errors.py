"""What can be wrong with a file that comes back, as a whole."""

from typing import ClassVar

from gisreg.errors import ConflictError, InputError, NotFoundError
from gisreg.filetypes import DocumentTooLarge
from gisreg.text import Text


class NotGeoPackage(InputError):
    """A check-out is always a GeoPackage."""

    what: ClassVar[Text] = Text("签出只能写成 .gpkg", "a check-out is always a .gpkg")
    mend: ClassVar[Text] = Text("文件名请以 .gpkg 结尾", "name the file ….gpkg")


class FileBroken(InputError):
    """Not a GeoPackage, or one that was cut off."""

    what: ClassVar[Text] = Text(
        "不是 GeoPackage,或文件已损坏({detail})", "not a GeoPackage, or a damaged one ({detail})"
    )
    mend: ClassVar[Text] = Text("请重新拷贝原文件", "copy the file again from where it was edited")


class NotCheckedOut(InputError):
    """A GeoPackage that never was handed out, or one that was saved anew without its check-out tables."""

    what: ClassVar[Text] = Text("不是签出的文件:缺 {missing}", "this file was not checked out: {missing} is missing")
    mend: ClassVar[Text] = Text(
        "请交回签出的文件本身,不要另存为新文件",
        "bring back the file itself, not a copy saved under another format or name",
    )


class OtherRegistry(InputError):
    """The file was handed out by another registry."""

    what: ClassVar[Text] = Text(
        "文件 {checkout} 不是由本登记库签出的({detail})", "the file {checkout} was not checked out here ({detail})"
    )
    mend: ClassVar[Text] = Text("请在签出它的登记库上签入", "check it in where it was checked out")


class SchemaChanged(InputError):
    """Columns are gone and others have come: most likely renamed, and what was typed there cannot be told."""

    what: ClassVar[Text] = Text(
        "字段结构被改:少了 {missing},多了 {added}", "the columns were changed: {missing} missing, {added} new"
    )
    mend: ClassVar[Text] = Text("请把字段名改回去", "give the columns their names back")


class CrsChanged(InputError):
    """The layer says another CRS than the one it was handed out in."""

    what: ClassVar[Text] = Text(
        "坐标系被改:签出时 {handed_out},现在 {found}", "the CRS was changed from {handed_out} to {found}"
    )
    mend: ClassVar[Text] = Text(
        "请在 QGIS 中只改显示坐标系,不改图层坐标系", "change the CRS of the map in QGIS, never that of the layer"
    )


class DecisionUnknown(InputError):
    """A decision names what is not there to be decided."""

    what: ClassVar[Text] = Text("{named} 不在待定之列", "{named} is nothing that could be decided")
    mend: ClassVar[Text] = Text("可选:{known}", "there are: {known}")


class ChangedMeanwhile(ConflictError):
    """Somebody changed the parcel between the comparison and the writing."""

    what: ClassVar[Text] = Text("宗地 {parcel_code} 刚刚被他人修改", "somebody changed parcel {parcel_code} just now")
    mend: ClassVar[Text] = Text("请再签入一次", "check in once more")


class ReturnedTooLarge(DocumentTooLarge):
    """More than is taken in over HTTP."""

    what: ClassVar[Text] = Text("签入的文件超过 {limit} MB", "the file is larger than {limit} MB")
    mend: ClassVar[Text] = Text(
        "请用 gisreg checkin 签入,或设置 GISREG_CHECKIN_MAX_MB",
        "check it in with gisreg checkin, or set GISREG_CHECKIN_MAX_MB",
    )


class CheckoutNotFound(NotFoundError):
    """Nothing was handed out under this number."""

    what: ClassVar[Text] = Text("没有签出号 {checkout}", "there is no check-out {checkout}")
    mend: ClassVar[Text] = Text("请用 gisreg checkouts list 查看", "see gisreg checkouts list")


class NotHandedOutAs(ConflictError):
    """A file says that it is another check-out than the one meant."""

    what: ClassVar[Text] = Text("文件不是签出 {checkout} 的文件", "the file is not that of check-out {checkout}")
    mend: ClassVar[Text] = Text(
        "请核对签出号(文件中的 gisreg_checkout 表有记)", "check the number (the file's table gisreg_checkout tells it)"
    )


class CheckoutClosed(ConflictError):
    """Returned or given up before."""

    shown: ClassVar[tuple[str, ...]] = ("checkout", "state", "closed_by", "closed_at")
    what: ClassVar[Text] = Text(
        "签出 {checkout} {state_zh}({closed_by},{closed_at})",
        "check-out {checkout} is {state_en} ({closed_by}, {closed_at})",
    )
    mend: ClassVar[Text] = Text(
        "确要再次签入,请加 --again(接口:again=true)",
        "to take its changes in all the same say --again (API: again=true)",
    )
