# ruff: noqa: E501 - wording stays in one piece

"""What can be wrong with a ledger: whole files here as errors, rows as notes."""

from typing import ClassVar

from gisreg.errors import InputError, NotFoundError, ResourceError
from gisreg.intake.notes import make_kinds
from gisreg.text import Text
from gisreg.vocab import Severity

R, W = Severity.REFUSED, Severity.WARNED


class LedgerLocked(InputError):
    """Encrypted by a password."""

    what: ClassVar[Text] = Text("工作簿有密码保护,无法读取", "the workbook is protected by a password")
    mend: ClassVar[Text] = Text(
        "请在 Excel 或 WPS 中取消密码后另存", "remove the password in Excel or WPS and save it again"
    )


class LedgerTooLarge(ResourceError):
    """More than a ledger can be."""

    what: ClassVar[Text] = Text(
        "工作簿过大({detail}),超过 {most}", "the workbook is too large ({detail}; at most {most})"
    )
    mend: ClassVar[Text] = Text(
        "请拆分,或删去空白行列后另存;大量数据请用 CSV 或 GeoPackage",
        "split it, or remove blank rows and columns and save it; large data belong in CSV or GeoPackage",
    )


class LedgerUnreadable(InputError):
    """Called a workbook, but none that can be read."""

    what: ClassVar[Text] = Text("工作簿无法读取({detail})", "the workbook cannot be read ({detail})")
    mend: ClassVar[Text] = Text(
        "请用 Excel 或 WPS 打开,另存为 .xlsx 后重试", "open it in Excel or WPS and save it as .xlsx"
    )


class LedgerHasMacros(InputError):
    """A program in a workbook."""

    what: ClassVar[Text] = Text("工作簿含宏,不予读取", "the workbook holds macros and is not read")
    mend: ClassVar[Text] = Text("请另存为不含宏的 .xlsx", "save it as .xlsx without macros")


class LedgerEmpty(InputError):
    """Not a single row below a header."""

    what: ClassVar[Text] = Text(
        "工作表 {sheet} 中没有表头和数据行", "the sheet {sheet} has no header with rows below it"
    )
    mend: ClassVar[Text] = Text(
        "请检查工作表(--layer 可指定),表头须在前 {within} 行内",
        "check the sheet (--layer names another); the header must be among the first {within} rows",
    )


class JoinKeyUnknown(InputError):
    """``--join`` names no key."""

    what: ClassVar[Text] = Text("{key} 不是关联键", "{key} is no key to join by")
    mend: ClassVar[Text] = Text("请用其中之一:{keys}", "use one of {keys}")


class JoinKeyMissing(NotFoundError):
    """``--join`` names a key that the ledger lacks."""

    what: ClassVar[Text] = Text(
        "台账中没有{title}列,不能按 {key} 关联", "the ledger has no column {key} ({title_en}) to join by"
    )
    mend: ClassVar[Text] = Text(
        "请换一个关联键,或用 --mapping 指明该列", "name another key, or say with --mapping which column it is"
    )


class JoinNeedsLedger(InputError):
    """``--join`` with a file of boundaries."""

    what: ClassVar[Text] = Text(
        "--join {key} 只用于台账,这是带图形的文件", "--join {key} is for ledgers; this file has shapes"
    )
    mend: ClassVar[Text] = Text(
        "请去掉 --join:带图形的文件按编号自动对应", "leave --join out: files with shapes are matched by their codes"
    )


KINDS = make_kinds(
    # about the file
    ("ledger_hidden_rows", W, ("{count} 行被隐藏({rows}),已照常读取", "{count} hidden rows ({rows}) were read like the others"),
     ("请核对这些行是否应当入库", "check whether they belong in the registry")),
    ("ledger_rows_skipped", W, ("第 {rows} 行不是数据({what_zh}),未读", "rows {rows} are no data ({what_en}) and were not read"),
     ("请核对", "please check")),
    ("ledger_total_differs", W, ("“{label}”所列{field}为 {stated},各行之和为 {sum}", "“{label}” states {stated} for {field}, the rows add up to {sum}"),
     ("请核对合计与明细,库中以明细为准", "check the total against the rows; the registry keeps the rows")),
    ("ledger_unit", W, ("{field} 按“{unit}”读取(依据:{why_zh})", "{field} is read in {unit} (because of {why_en})"), ("请核对单位", "check the unit")),
    ("ledger_sheets_left", W, ("另有工作表未读:{sheets}", "other sheets were not read: {sheets}"), ("需要时用 --layer 指定", "name them with --layer where needed")),
    ("ledger_joined", W, ("按{keys}关联:{joined} 行对应已有宗地,{new} 行为新宗地(未上图)", "joined by {keys_en}: {joined} rows are known parcels, {new} become parcels without a boundary yet"),
     ("未上图的宗地可用测量成果(同一编号)或 gisreg parcels replace 补上界址", "a survey with the same code, or gisreg parcels replace, gives them their boundary")),
    ("ledger_without_keys", W, ("{count} 行没有任何关联键,内容改动后再导入会成为另一宗", "{count} rows have no key: changed and imported again they become other parcels"),
     ("请补上编号列(如宗地代码、编号)", "add a column of codes")),
    ("ledger_translated", W, ("{field}:“{said}”译为 {stored}({count} 行,{why_zh})", "{field}: “{said}” became {stored} ({count} rows, {why_en})"), ("请核对", "please check")),
    ("ledger_by_address", W, ("{count} 行未写乡镇,按坐落中的乡镇名归入", "{count} rows name no township and were placed by their address"), ("请核对", "please check")),
    # about a row
    ("ledger_address_differs", W, ("坐落写在乡镇 {value},界址在 {detail},仍归后者", "the address is in township {value}, the boundary in {detail}, which stays"), ("请核对坐落", "check the address")),
    ("ledger_formula", W, ("公式没有缓存的结果,按空白读取", "a formula without a stored result is read as blank"), ("请用 Excel 或 WPS 打开并保存后再导入", "open and save it in Excel or WPS, then import again")),
    ("ledger_error_cell", W, ("单元格为错误值 {value},按空白读取", "the cell is in error ({value}) and is read as blank"), ("请更正公式", "correct the formula")),
    ("ledger_merged", W, ("合并单元格 {range} 的数值只计在首行", "the number in the merged cells {range} counts for their first row only"), ("请拆分单元格并逐行填写", "split the cells and fill each row")),
    ("ledger_rounded_code", W, ("编号以数值存放,末几位已丢失:{value}", "the code was stored as a number and has lost its last digits: {value}"), ("请把该列改为文本格式并重新填写", "make the column text and enter it again")),
    ("ledger_source_code_kept", W, ("台账编号 {value} 与库中原编号 {known} 不同,保留后者", "the ledger's code {value} is not the parcel's {known}, which stays"), ("请核对编号", "check the code")),
    ("ledger_ambiguous", R, ("{key}“{value}”对应 {count} 宗:{codes}", "the {key_en} “{value}” fits {count} parcels: {codes}"), ("请填写能区分的编号(如宗地编号),或用 --join 指定其他关联键", "give a code that tells them apart (such as the parcel code), or name another key with --join")),
    ("ledger_keys_disagree", R, ("各关联键指向不同宗地:{codes}", "its keys lead to different parcels: {codes}"), ("请核对该行的编号", "check the row's codes")),
    ("ledger_parcel_unknown", R, ("没有在用的宗地 {value}(本类型)", "there is no parcel {value} in use of this kind"), ("请核对宗地编号和 --kind;新宗地请留空,由登记库编号", "check the parcel code and --kind; leave it blank for a new parcel, the registry numbers it")),
    ("ledger_repeated", R, ("与第 {row} 行是同一宗地({value})", "the same parcel as in row {row} ({value})"), ("请合并为一行", "make them one row")),
    ("ledger_unidentified", R, ("既无编号,也无名称和坐落,不知是哪一宗", "neither code nor name nor address: no telling which parcel it is"), ("请补填编号或名称", "fill in a code or a name")),
    ("ledger_retired", R, ("编号 {value} 已属于宗地 {codes},不能另立新宗地", "the code {value} is that of parcel {codes} already"), ("请按该编号关联;宗地已停用时,gisreg parcels show 指出后继宗地", "join by that code; where the parcel is out of use, gisreg parcels show leads to its successors")),
)  # fmt: skip
"""What a ledger's reader and its joining may have to say."""
