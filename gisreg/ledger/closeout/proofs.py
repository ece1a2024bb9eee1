"""Whether the documents given prove that a parcel may be closed out."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from gisreg.db.models import Document, ParcelLineage
from gisreg.documents import DocumentWithdrawn
from gisreg.ledger.closeout.errors import ProofMissing, ProofOfAnother, ProofUnknown, SameDocumentTwice
from gisreg.ledger.closeout.rulebook import CloseOutRules, Way
from gisreg.parcels.attributes import title_of
from gisreg.text import Text

ATTACH = Text(
    "请用 gisreg documents add 附上文件,再以 --proof 类别=文档编号 提交",
    "attach them with gisreg documents add, then name them: --proof KIND=DOCUMENT",
)
FILL_IN = Text(
    "请用 gisreg parcels edit {code} --based-on 版本 --set {fields} 填写宗地的{titles}",
    "fill in the parcel's {titles}: gisreg parcels edit {code} --based-on VERSION --set {fields}",
)

CLOSING = Text("销号", "be closed out")
BOOKING = Text("登记部分收回要素", "have quotas booked as taken back in part")
"""What is refused where the proof is not all there."""


def require_documents_of(connection: Connection, parcel_id: int, parcel_code: str, document_ids: Sequence[int]) -> None:
    """The documents are the parcel's, or of the parcel that it was carved off, and are shown.

    Raises:
        ProofOfAnother, DocumentWithdrawn.
    """
    before = select(ParcelLineage.predecessor_id).where(ParcelLineage.successor_id == parcel_id)
    owners = {parcel_id, *connection.execute(before).scalars()}
    wanted = select(Document.id, Document.parcel_id, Document.withdrawn_reason).where(Document.id.in_(document_ids))
    known = {row.id: row for row in connection.execute(wanted.with_for_update(read=True))}
    for document in document_ids:
        found = known.get(document)
        if found is None or found.parcel_id not in owners:
            raise ProofOfAnother(where=str(document), document=document, parcel_code=parcel_code)
        if found.withdrawn_reason is not None:
            raise DocumentWithdrawn(where=str(document), key=document, reason=found.withdrawn_reason)


def require_proof(
    rules: CloseOutRules,
    row: Mapping[str, Any],
    measure: str,
    given: Sequence[tuple[str, int]],
    refused: Text = CLOSING,
) -> Way:
    """The way that the proofs given complete.

    Raises:
        ProofUnknown, SameDocumentTwice, ProofMissing.
    """
    _require_sound(rules, given)
    ways = rules.ways_of(str(row["kind"]), measure)
    enough = frozenset(proof for proof, _document in given if rules.proofs[proof].enough)
    lacks = [(way, missing_for(rules, way, row, enough)) for way in ways]
    complete = next((way for way, missing in lacks if not missing), None)
    if complete is not None:
        return complete
    nearest, missing = min(lacks, key=lambda one: len(one[1]))
    others = [lack for _way, lack in lacks if lack is not missing]
    weak = [rules.proofs[proof].text for proof, _document in given if not rules.proofs[proof].enough]
    how = _how(nearest, row, has_all_papers=not nearest.missing(enough))
    raise ProofMissing(
        where="proof", parcel_code=row["parcel_code"], missing=[one.both() for one in missing],
        missing_zh=_or(missing, others, "zh"), missing_en=_or(missing, others, "en"),
        not_enough=[one.both() for one in weak],
        not_enough_zh="".join(f";{one.zh}不足以{refused.zh}" for one in weak),
        not_enough_en="".join(f"; {one.en} is not enough" for one in weak),
        refused_zh=refused.zh, refused_en=refused.en, how_zh=how.zh, how_en=how.en,
    )  # fmt: skip


def _how(way: Way, row: Mapping[str, Any], *, has_all_papers: bool) -> Text:
    """Papers are attached; what the parcel's own record lacks is filled in there."""
    empty = [field for field in way.fields if row[field] is None]
    told = [] if has_all_papers else [ATTACH]
    if empty:
        titles = [title_of(field) for field in empty]
        given = {"code": row["parcel_code"], "fields": " --set ".join(f"{field}=…" for field in empty)}
        zh = FILL_IN.say("zh", **given, titles="、".join(one.zh for one in titles))
        en = FILL_IN.say("en", **given, titles=", ".join(one.en for one in titles))
        told.append(Text(zh, en))
    return Text(";".join(one.zh for one in told), "; ".join(one.en for one in told))


def _require_sound(rules: CloseOutRules, given: Sequence[tuple[str, int]]) -> None:
    seen: dict[int, str] = {}
    for proof, document in given:
        if proof not in rules.proofs:
            raise ProofUnknown(where=f"proof {proof}"[:80], proof=proof[:40], known=", ".join(rules.proofs))
        if seen.setdefault(document, proof) != proof:
            raise SameDocumentTwice(where=str(document), document=document)


def missing_for(rules: CloseOutRules, way: Way, row: Mapping[str, Any], given: frozenset[str]) -> list[Text]:
    """What a way still needs, in words."""
    needs = [rules.need_title(need) for need in way.missing(given)]
    return needs + [title_of(field) for field in way.fields if row[field] is None]


def _or(missing: Sequence[Text], others: Sequence[Sequence[Text]], language: str) -> str:
    """The nearest way first, the other ways after it."""
    comma, instead = ("、", ";或:") if language == "zh" else (", ", "; or instead: ")
    return instead.join(comma.join(getattr(one, language) for one in lack) for lack in (missing, *others))
