"""What is stored as people read it: titles of columns, words for tokens and codes. JSON keeps names and tokens."""

from functools import cache
from typing import Any, cast

from gisreg.text import Text

OPERATIONS = {
    "rename": Text("更名换码", "renamed"), "merge": Text("合并", "merged"), "split": Text("拆分", "split"),
}  # fmt: skip
"""How units became others."""
OF_THE_RECORD = {
    "id": Text("编号", "No."),
    "version": Text("版本", "Version"),
    "county_code": Text("县", "County"),
    "party": Text("权利主体", "Party"),
    "party_id": Text("权利主体编号", "Party no."),
    "parcel_code": Text("宗地编号", "Parcel code"),
    "file_name": Text("文件名", "File name"),
    "file_bytes": Text("字节数", "Bytes"),
    "media_type": Text("内容类型", "Media type"),
    "in_force": Text("有效", "In force"),
    "share": Text("份额", "Share"),
    "file_sha256": Text("文件哈希 SHA-256", "SHA-256 of the file"),
    "withdrawn_reason": Text("撤下理由", "Why withdrawn"),
    "document_type": Text("文档类型", "Document type"),
    "taken_on": Text("拍摄、签发日期", "Taken or issued on"),
    "encumbrance_type": Text("负担类型", "Encumbrance type"),
    "right_id": Text("所负权利编号", "Right no."),
    "rank": Text("顺位", "Rank"),
    "share_numerator": Text("份额分子", "Share, numerator"),
    "share_denominator": Text("份额分母", "Share, denominator"),
    "authority": Text("批准机关", "Authority"),
    "approved_area_m2": Text("批准面积 ㎡", "Approved area m²"),
    "withdrawn_area_m2": Text("撤批面积 ㎡", "Withdrawn area m²"),
    "credit_code": Text("统一社会信用代码", "Credit code"),
    "code": Text("代码", "Code"),
    "name_en": Text("英文名称", "English name"),
    "served_on": Text("送达日期", "Served on"),
    "agreed_on": Text("商定日期", "Agreed on"),
    "ended_on": Text("终止日期", "Ended on"),
    "value": Text("值", "Value"),
    "added": Text("新存", "Newly kept"),
}
"""Columns that every record has, or that no table describes."""


def title_of(name: str) -> Text:
    """What a column is called; its name where nobody has said."""
    return OF_THE_RECORD.get(name) or _described().get(name, Text(name, name))


def word_for(column: str, value: Any) -> Any:
    """The title of a token or code that stands in a column; any other value as it is."""
    return _words().get(column, {}).get(value, value) if isinstance(value, str) else value


@cache
def _described() -> dict[str, Text]:
    """Titles as the tables state them; of several columns of one name the first."""
    from sqlalchemy import Table  # noqa: PLC0415 - as below

    from gisreg.db.base import Base  # noqa: PLC0415 - commands that only write JSON do without
    from gisreg.db.models import Parcel  # noqa: PLC0415 - all tables come with it
    from gisreg.parcels.attributes import RECORD_TITLES  # noqa: PLC0415

    tables = [cast(Table, Parcel.__table__), *Base.metadata.tables.values()]
    columns = [column for table in tables for column in table.columns if "meaning" in column.info]
    return {**RECORD_TITLES, **{column.name: column.info["meaning"].title for column in reversed(columns)}}


@cache
def _words() -> dict[str, dict[str, Text]]:
    from gisreg.documents import DocumentType  # noqa: PLC0415 - heavy
    from gisreg.rights.words import (  # noqa: PLC0415 - as above
        CleanUp,
        ContractClass,
        EncumbranceType,
        PartyType,
        TitleField,
        TitleStep,
    )
    from gisreg.vocab import (  # noqa: PLC0415
        ClockEventKind,
        HolderClass,
        IdleCause,
        Kind,
        OwnershipStatus,
        UnitLevel,
        code_list,
    )

    terms = {
        "kind": Kind, "level": UnitLevel, "encumbrance_type": EncumbranceType, "step": TitleStep,
        "contract_class": ContractClass, "clean_up": CleanUp, "party_type": PartyType, "holder_class": HolderClass,
        "document_type": DocumentType, "ownership_status": OwnershipStatus, "field": TitleField,
        "event": ClockEventKind, "cause": IdleCause,
    }  # fmt: skip
    words = {name: {str(term): term.titles for term in listed} for name, listed in terms.items()}
    codes = {
        name: {one.code: Text(f"{one.code} {one.zh}", f"{one.code} {one.en}") for one in code_list(name)}
        for name in ("right_type", "right_nature")
    }
    return {**words, **codes, "operation": OPERATIONS}
