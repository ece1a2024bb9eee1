# ruff: noqa: E501 - wording stays in one piece

"""Take a whole batch back: what it brought goes out of use, what it changed is as before, the history keeps both."""

from dataclasses import dataclass
from typing import Any, ClassVar, cast

from sqlalchemy import Connection, Table, insert, text

from gisreg.batches.read import read_batch
from gisreg.db.models import BatchUndo, Parcel
from gisreg.db.sql import load
from gisreg.errors import ConflictError
from gisreg.text import Text

KEPT = ("id", "version", "recorded_at", "recorded_by", "recorded_from", "county_code", "parcel_code", "kind")
SHOWN_CODES = 5


class BatchInUse(ConflictError):
    """Somebody has worked on its parcels since."""

    shown: ClassVar[tuple[str, ...]] = ("parcel_codes",)
    what: ClassVar[Text] = Text(
        "批次 {batch} 的 {number} 宗地此后已有改动或登记了权利、合同、附件、处置决定:{listed}",
        "{number} parcels of batch {batch} were changed since, or have rights, contracts, documents or decisions: {listed}",
    )
    mend: ClassVar[Text] = Text(
        "请先撤销那些改动(gisreg parcels undo),或逐宗处理",
        "undo those first (gisreg parcels undo), or deal with each parcel",
    )


class BatchUndone(ConflictError):
    """It was taken back already."""

    what: ClassVar[Text] = Text("批次 {batch} 已于 {undone_at} 撤销", "batch {batch} was taken back at {undone_at}")
    mend: ClassVar[Text] = Text("无需再做;如需恢复请重新导入", "nothing to do; import the file again to have it back")


@dataclass(frozen=True)
class Undone:
    """What taking a batch back did."""

    batch: int
    removed: int
    restored: int


def undo_batch(connection: Connection, county: str, batch: int, reason: str | None = None) -> Undone:
    """Undo an import, all of it or nothing; the caller owns the transaction and its actor.

    Raises:
        BatchNotFound, BatchUndone.
        BatchInUse: work of others rests on its parcels.
    """
    connection.execute(text("SELECT FROM county WHERE code = :county FOR UPDATE"), {"county": county})
    there = read_batch(connection, county, batch)
    if there["undone_at"]:
        raise BatchUndone(where=str(batch), batch=batch, undone_at=there["undone_at"])
    values: dict[str, Any] = {"county": county, "batch": batch, "source": f"import:{batch}"}
    steps = _steps()
    _require_unused(connection, steps, values)
    connection.execute(text("SELECT set_config('gisreg.source', :undo, true)"), {"undo": f"undo:import:{batch}"})
    done = {name: connection.execute(text(steps[name]), values).rowcount for name in ("restore", "remove", "unlink")}
    connection.execute(
        insert(BatchUndo).values(
            batch_id=batch, county_code=county, parcels_removed=done["remove"], parcels_restored=done["restore"],
            reason=reason,
        )
    )  # fmt: skip
    return Undone(batch, done["remove"], done["restore"])


def _steps() -> dict[str, str]:
    """The statements of undo.sql by their names."""
    table = cast(Table, Parcel.__table__)
    columns = [column.name for column in table.columns if column.name not in KEPT]
    words = {"columns": ", ".join(columns), "before": ", ".join(f"v.{column}" for column in columns)}
    parts = load("gisreg.batches", "undo.sql").split("-- name: ")[1:]
    named = (part.partition("\n") for part in parts)
    return {name.strip(): statement.strip().rstrip(";").format(**words) for name, _, statement in named}


def _require_unused(connection: Connection, steps: dict[str, str], values: dict[str, Any]) -> None:
    codes = [
        code
        for name in ("changed_since", "in_use")
        for code in connection.scalars(text(steps[name]), _needed(values, steps[name]))
    ]
    if codes:
        unique = sorted(set(codes))
        listed = "、".join(unique[:SHOWN_CODES]) + (" …" if len(unique) > SHOWN_CODES else "")
        raise BatchInUse(
            where=str(values["batch"]), batch=values["batch"], number=len(unique), listed=listed, parcel_codes=unique
        )


def _needed(values: dict[str, Any], statement: str) -> dict[str, Any]:
    return {name: values[name] for name in text(statement).compile().params}
