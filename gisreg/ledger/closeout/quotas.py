"""Quotas of energy and water that are taken back: each in its own unit, never added up, never more than is held."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from gisreg.db.models import CloseOut, ParcelLineage
from gisreg.ledger.closeout.errors import AmountMissing, QuotasStillHeld, QuotaTooLarge
from gisreg.ledger.closeout.moves import Move
from gisreg.ledger.closeout.parts import in_part
from gisreg.ledger.closeout.words import CloseOutStatus
from gisreg.parcels.attributes import title_of
from gisreg.parcels.read import Row
from gisreg.text import Text

RECLAIMING = "reclaim_quotas"
"""The measure that ends in quotas and nothing else: it is done when none is left."""
DIGITS = 4
"""Decimals that amounts are kept with, as where a parcel is divided."""
BEFORE_SUBMISSION = Text(
    "余数一并上报;先收回一部分的用 gisreg closeout reclaim 登记,本宗仍在处置中;"
    "余数已失效或依法保留的,先更正指标并写明理由:"
    "gisreg parcels edit {code} --based-on 版本 --set {columns} --reason …",
    "submit with the rest; what is taken back so far is recorded with gisreg closeout reclaim and the parcel stays in"
    " progress; where the rest lapsed or stays by law, correct the quota with the reason: gisreg parcels edit {code}"
    " --based-on VERSION --set {columns} --reason …",
)
BEFORE_DECISION = Text(
    "上报之后指标有变,请退回(gisreg closeout return),按现有指标重新上报",
    "the quota changed after the submission: return it (gisreg closeout return), to be submitted with what is held now",
)


class Quota(NamedTuple):
    """What is taken back, of which column of the parcel, in which unit."""

    taken: str
    column: str
    unit: str

    def shown(self, amount: float) -> str:
        """An amount with its unit, exactly as it is kept."""
        return shown(amount, self.unit)


def shown(amount: float, unit: str) -> str:
    """An amount with its unit, exactly as it is kept: 1,990 t, 31.4 tce."""
    return f"{f'{amount:,.{DIGITS}f}'.rstrip('0').rstrip('.')} {unit}"


QUOTAS = (Quota("energy_tce", "energy_quota_tce", "tce"), Quota("water_t", "water_quota_t", "t"))


def require_amount(move: Move, results: Mapping[str, Any]) -> None:
    """Something is taken back, by as many decimals as are kept.

    Raises:
        AmountMissing.
    """
    if not any(round(results.get(quota.taken) or 0.0, DIGITS) for quota in QUOTAS):
        raise AmountMissing(where="energy_tce, water_t", parcel_code=move.code)


def require_held(move: Move, results: Mapping[str, Any]) -> None:
    """No more is taken back than the parcel is known to hold.

    Raises:
        QuotaTooLarge.
    """
    for quota in QUOTAS:
        wanted, held = results.get(quota.taken), move.subject.row[quota.column]
        if wanted is not None and round(wanted - (held or 0.0), DIGITS) > 0:
            raise QuotaTooLarge(
                where=quota.taken, field=quota.taken, wanted=quota.shown(wanted),
                held="—" if held is None else quota.shown(held),
            )  # fmt: skip


def require_all_taken(connection: Connection, move: Move, results: Mapping[str, Any], mend: Text) -> None:
    """Something was taken back, now or before, and nothing is left.

    Raises:
        AmountMissing, QuotasStillHeld.
    """
    if not _begun(connection, move.parcel_id):
        require_amount(move, results)
    rest = left_after(move.subject.row, results)
    held = {quota: amount for quota in QUOTAS if (amount := rest[quota.column])}
    if held:
        columns = " --set ".join(f"{quota.column}=0" for quota in held)
        raise QuotasStillHeld(
            where=move.code, parcel_code=move.code, held={quota.column: amount for quota, amount in held.items()},
            held_zh="、".join(f"{title_of(quota.column).zh} {quota.shown(rest)}" for quota, rest in held.items()),
            held_en=", ".join(f"{title_of(quota.column).en} {quota.shown(rest)}" for quota, rest in held.items()),
            how_zh=mend.say("zh", code=move.code, columns=columns),
            how_en=mend.say("en", code=move.code, columns=columns),
        )  # fmt: skip


def left_after(row: Mapping[str, Any], results: Mapping[str, Any]) -> dict[str, float | None]:
    """What the parcel holds, column by column, when the amounts are gone; unknown stays unknown."""
    return {
        quota.column: None if (held := row[quota.column]) is None
        else round(max(held - (results.get(quota.taken) or 0.0), 0.0), DIGITS)
        for quota in QUOTAS
    }  # fmt: skip


def _begun(connection: Connection, parcel_id: int) -> bool:
    """Whether a part was booked since the last close-out, of the parcel or of the one it was carved off."""
    last = select(func.coalesce(func.max(CloseOut.id), 0)).where(
        CloseOut.parcel_id == parcel_id, CloseOut.status == CloseOutStatus.ACCEPTED, ~in_part()
    )
    part = select(CloseOut.id).where(_of(parcel_id), in_part(), CloseOut.id > last.scalar_subquery())
    return connection.execute(part.limit(1)).first() is not None


def _of(parcel_id: int) -> ColumnElement[bool]:
    whole = select(ParcelLineage.predecessor_id).where(ParcelLineage.successor_id == parcel_id)
    return (CloseOut.parcel_id == parcel_id) | CloseOut.parcel_id.in_(whole)


def told_of(connection: Connection, parcel: Row) -> list[Row]:
    """Each quota of a parcel: what was taken back so far, what it holds."""
    sums = [func.sum(getattr(CloseOut, quota.taken)).label(quota.taken) for quota in QUOTAS]
    accepted = select(*sums).where(CloseOut.parcel_id == parcel["id"], CloseOut.status == CloseOutStatus.ACCEPTED)
    taken = connection.execute(accepted).mappings().one()
    return [
        {
            "field": quota.column, "title": title_of(quota.column)._asdict(), "unit": quota.unit,
            "taken": round(taken[quota.taken] or 0.0, DIGITS), "held": parcel[quota.column],
        }
        for quota in QUOTAS
    ]  # fmt: skip
