"""Take one edit back: a new version with the values of before, in every parcel that the edit changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, any_, literal, select

from gisreg.db.models import ParcelEdit, ParcelLineage
from gisreg.ledger.closeout.undone import follow, require_may_undo
from gisreg.parcels.attributes import title_of
from gisreg.parcels.editing import Basis, Edit, Edited
from gisreg.parcels.faults import NothingToUndo, UndoneSince, VersionNotFound
from gisreg.parcels.read import Row
from gisreg.parcels.versions import changed_fields, parcel_id_of, told_value, version_row
from gisreg.text import Text

FIRST = Text("第一版由导入而来,可撤销整批", "the first version came with an import, which is undone as a batch")
ALREADY = Text("已撤销", "undone already")
GROUND = ("boundary", "survey_boundary", "survey_crs")


@dataclass(frozen=True)
class _Step:
    """One parcel of the edit: the version it got, as it was before (None: it was made then), as it is now."""

    before: Row | None
    at: Row
    now: Row


def undo(
    connection: Connection, parcel_code: str, version: int, reason: str | None = None, *, basis: Basis | None = None
) -> Edited:
    """Undo what a version changed, together with all that its edit did to other parcels.

    Numbers that the edit gave go out of use; numbers that it retired come back; what hangs on a step of the close-out
    (its submission, finding or plan) follows. With ``basis`` the parcel must be at
    the version that was seen; without it what the edit wrote must still be there.

    Raises:
        StaleVersion: the parcel is not at the version of ``basis``.
        UndoneSince: a value was changed again later; both values are shown.
        RoleMayNot: the edit was a step of the close-out that is another role's.
        StepTakenBack: the edit took back a step of the close-out.
        NothingToUndo, VersionNotFound, ParcelNotFound.
    """
    parcel_id = parcel_id_of(connection, parcel_code)
    at = version_row(connection, parcel_id, version)
    if at is None:
        raise VersionNotFound(where=parcel_code, parcel_code=parcel_code, version=version)
    journal = _edit_of(connection, parcel_id, at)
    if version == 1 and journal is None:  # an import's: that is taken back as a batch
        raise NothingToUndo(where=parcel_code, parcel_code=parcel_code, version=version, detail=FIRST)
    if journal and _undone(connection, journal.id):
        raise NothingToUndo(where=parcel_code, parcel_code=parcel_code, version=version, detail=ALREADY)
    if journal:
        require_may_undo(connection, journal.operation, journal.undoes_id)
    versions = dict(zip(journal.parcel_ids, journal.versions, strict=True)) if journal else {parcel_id: version}
    edit = Edit(connection, "undo", reason)
    steps = {key: _step(connection, key, versions[key], now) for key, now in edit.lock_ids(list(versions)).items()}
    if basis is not None:
        edit.require_at(steps[parcel_id].now, basis)
    for step in steps.values():
        _require_untouched(step)
    came_from = _predecessors(connection, journal.id) if journal else {}
    for key, step in steps.items():
        if step.before is not None:
            edit.restore(key, _values_before(step.before, step.at))
    for key, step in steps.items():
        if step.before is None:
            edit.retire(edit.subject(step.now), successors=came_from.get(key, []))
    if journal:
        follow(connection, journal.operation, list(versions), at["recorded_at"])
    return edit.finish(undoes=journal.id if journal else None)


def _edit_of(connection: Connection, parcel_id: int, at: Row) -> Any:
    """The journal's line of a version, if it came by an edit."""
    found = connection.execute(
        select(
            ParcelEdit.id, ParcelEdit.parcel_ids, ParcelEdit.versions, ParcelEdit.operation, ParcelEdit.undoes_id
        ).where(
            ParcelEdit.county_code == at["county_code"],
            ParcelEdit.recorded_at == at["recorded_at"],
            literal(parcel_id) == any_(ParcelEdit.parcel_ids),
        )
    )
    return next((one for one in found if dict(zip(one[1], one[2], strict=True))[parcel_id] == at["version"]), None)


def _undone(connection: Connection, edit_id: int) -> bool:
    return connection.execute(select(ParcelEdit.id).where(ParcelEdit.undoes_id == edit_id)).first() is not None


def _step(connection: Connection, parcel_id: int, version: int, now: Row) -> _Step:
    at = now if now["version"] == version else version_row(connection, parcel_id, version)
    assert at is not None  # noqa: S101 - the journal names versions that exist
    return _Step(version_row(connection, parcel_id, version - 1), at, now)


def _require_untouched(step: _Step) -> None:
    """What the edit wrote must still be there.

    Raises:
        UndoneSince.
    """
    since = changed_fields(step.at, step.now)
    written = since if step.before is None else changed_fields(step.before, step.at)
    clashes = [field for field in written if field in since]
    if not clashes:
        return
    code = step.now["parcel_code"]
    raise UndoneSince(
        where=code,
        parcel_code=code,
        undone=step.at["version"],
        version=step.now["version"],
        differences=[
            {
                "field": field,
                "title": title_of(field)._asdict(),
                "based_on": told_value(step.at, field),
                "now": told_value(step.now, field),
            }
            for field in clashes
        ],
    )


def _values_before(before: Row, at: Row) -> Mapping[str, Any]:
    changed = changed_fields(before, at)
    ground = GROUND if "boundary" in changed else ()
    return {field: before[field] for field in dict.fromkeys([*changed, *ground])}


def _predecessors(connection: Connection, edit_id: int) -> dict[int, list[int]]:
    pairs = connection.execute(
        select(ParcelLineage.successor_id, ParcelLineage.predecessor_id).where(ParcelLineage.edit_id == edit_id)
    )
    found: dict[int, list[int]] = {}
    for successor, predecessor in pairs:
        if successor is None:
            continue
        found.setdefault(successor, []).append(predecessor)
    return found
