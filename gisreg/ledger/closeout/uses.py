"""What a document is needed for: proofs of close-outs, steps of plans, investigations."""

from sqlalchemy import Connection, RowMapping, text

from gisreg.db.sql import load
from gisreg.ledger.closeout.words import CloseOutStatus, Finding, term
from gisreg.text import Text


def uses_of(connection: Connection, document_id: int) -> list[Text]:
    """Each use in words; a submission that was returned or withdrawn needs its proofs no more."""
    found = connection.execute(text(load("gisreg.ledger.closeout", "uses.sql")), {"document": document_id})
    return [_told(row) for row in found.mappings()]


def _told(row: RowMapping) -> Text:
    code, number = row["parcel_code"], row["number"]
    if row["used_by"] == "close_out":
        status = term(CloseOutStatus, row["status"])
        zh, en = f"宗地 {code} 的销号上报 {number}", f"close-out {number} of parcel {code}"
        return Text(f"{zh}({status.zh})", f"{en} ({status.en.lower()})")
    if row["used_by"] == "plan_step":
        return Text(f"宗地 {code} 方案第 {number} 步", f"step {number} of the plan of parcel {code}")
    finding = term(Finding, row["status"]).titles if row["status"] else Text("调查通知", "notice")
    return Text(f"宗地 {code} 的闲置调查({finding.zh})", f"the investigation of parcel {code} ({finding.en.lower()})")
