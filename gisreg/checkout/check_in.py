"""Check-in: what came back is compared, decided and written through the use cases of edits, in one transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from sqlalchemy import Connection, Engine, Table, select, text

from gisreg.checkout.changes import Change, Fate, Finding, Outcome
from gisreg.checkout.compare import BOUNDARY, Comparison
from gisreg.checkout.errors import ChangedMeanwhile, CheckoutClosed, DecisionUnknown, NotHandedOutAs, OtherRegistry
from gisreg.checkout.held import HandedFile, close, enter, lock, require_open
from gisreg.checkout.package import Handed
from gisreg.checkout.returned import Returned, open_returned
from gisreg.db.engine import Actor, transaction
from gisreg.db.errors import translated
from gisreg.db.models import County, Parcel
from gisreg.errors import DatabaseError, GisregError, ResourceError
from gisreg.parcels.boundary.draw import draw, replace
from gisreg.parcels.editing import PATIENCE, Basis, Edited, overlap_warning
from gisreg.parcels.edits import edit_attributes, remove
from gisreg.parcels.faults import NothingToChange, StaleVersion
from gisreg.parcels.overlaps import overlaps_of, tolerance_m2
from gisreg.text import Text
from gisreg.vocab import CheckoutState, Kind

Side = Literal["mine", "theirs"]
EVERY = "all"
OVERLAP = "overlaps_same_kind"
ADOPTED = Text(
    "签出 {id} 不在签出清单中(清单可能来自更早的备份),已补记",
    "check-out {id} was not on the list (an older backup?); it is now",
)
REASON = Text("外业签入 {id}", "check-in {id}")


@dataclass(frozen=True)
class Decisions:
    """What is accepted, and whose values stand where both sides changed."""

    accept: frozenset[str] | None = None
    """Names of changes (parcel codes, ``new:KEY``); None for all."""
    accept_deleted: bool = False
    take: Mapping[str, Side] = field(default_factory=dict)
    """By parcel code, by ``code:field``, or by ``all``."""
    close: bool | None = None
    """Whether the check-out is returned by this; None: once nothing of it is left to be decided."""
    again: bool = False
    """Changes of a file that was returned or given up before are taken in all the same."""

    def accepted(self, change: Change) -> bool:
        """Whether a change may be written."""
        if self.accept is not None and change.name not in self.accept and change.parcel_code not in self.accept:
            return False
        return self.accept_deleted or not change.removal or change.fate == Fate.CONFLICT

    def side(self, change: Change, name: str) -> Side | None:
        """Whose value stands."""
        keys = (f"{change.parcel_code}:{name}", str(change.parcel_code), EVERY)
        return next((self.take[key] for key in keys if key in self.take), None)


@dataclass
class CheckedIn:
    """A file compared and, unless it was a dry run, written."""

    file: Path
    handed: Handed
    dry_run: bool
    rows: int
    changes: list[Change]
    notes: list[Text]
    state: CheckoutState = CheckoutState.OPEN
    """Where the check-out stands afterwards."""

    def counts(self) -> dict[str, int]:
        """Rows by fate, and how many of the changes were written."""
        fates = Counter(change.fate for change in self.changes)
        in_file = sum(change.fid is not None for change in self.changes)
        applied = sum(change.outcome == Outcome.APPLIED for change in self.changes)
        return {
            "rows": self.rows,
            "unchanged": self.rows - in_file,
            **{fate.value: fates[fate] for fate in Fate},
            "applied": applied,
            "undecided": len(self.undecided()),
        }

    def undecided(self) -> list[Change]:
        """Conflicts that nobody has decided."""
        return [one for one in self.changes if one.fate == Fate.CONFLICT and one.outcome == Outcome.PENDING]

    def refused(self) -> list[Change]:
        """Rows that cannot be written as they are."""
        return [one for one in self.changes if one.fate == Fate.REFUSED]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        handed = {name: getattr(self.handed, name) for name in ("id", "county", "crs", "filter")}
        handed |= {name: getattr(self.handed, name) for name in ("checked_out_at", "checked_out_by")}
        return {
            "file": self.file,
            "checkout": {**handed, "state": self.state},
            "dry_run": self.dry_run,
            "counts": self.counts(),
            "notes": [note._asdict() for note in self.notes],
            "changes": [change.as_json() for change in self.changes],
        }


class _TakeBack(Exception):
    """Ends a dry run: all that was done is undone."""


def check_in(
    engine: Engine,
    file: Path,
    *,
    actor: str,
    decisions: Decisions | None = None,
    reason: str | None = None,
    dry_run: bool = False,
    checkout: str | None = None,
) -> CheckedIn:
    """Compare a file that was checked out with the registry, and write what is accepted, all in one transaction.

    A dry run does the same and takes it back, so that its report is that of the real thing. ``checkout`` is the number
    that the file must bear.

    Raises:
        FileBroken, NotCheckedOut, OtherRegistry, SchemaChanged, CrsChanged, DecisionUnknown, NotHandedOutAs,
        CheckoutClosed: there is something to write, and the file was returned or given up before.
    """
    with open_returned(file) as returned:
        handed = returned.handed
        if checkout not in (None, handed.id):
            raise NotHandedOutAs(where=returned.name, checkout=checkout)
        done: CheckedIn | None = None
        try:
            with transaction(engine, Actor(actor, _source(handed.id))) as connection:
                _take_turns(connection, returned)
                changes = Comparison(connection, returned, handed.county).changes()
                done = CheckedIn(file, handed, dry_run, returned.count(), changes, returned.notes)
                words = reason or REASON.zh.format(id=handed.id)
                entry = _entry(connection, done, returned)
                _write(connection, done, decisions or Decisions(), words)
                _settle(connection, done, decisions or Decisions(), entry, reason)
                if dry_run:
                    raise _TakeBack
        except _TakeBack:
            pass
    assert done is not None  # noqa: S101 - a failure would have left by its own way
    return done


def _source(checkout: str, fid: int | None = None) -> str:
    return f"checkin:{checkout}" if fid is None else f"checkin:{checkout}#{fid}"


def _take_turns(connection: Connection, returned: Returned) -> None:
    """One check-in of a county at a time; others' edits go on while this one compares.

    Raises:
        OtherRegistry: there is no such county here.
    """
    county = returned.handed.county
    connection.execute(
        text(
            "SELECT set_config('lock_timeout', :patience, true),"
            " pg_advisory_xact_lock(hashtextextended('gisreg.checkin.' || :county, 0))"
        ),
        {"patience": PATIENCE, "county": county},
    )
    if connection.execute(select(County.code).where(County.code == county)).scalar_one_or_none() is None:
        raise OtherRegistry(where=returned.name, checkout=returned.handed.id, detail=county)


def _entry(connection: Connection, done: CheckedIn, returned: Returned) -> Any:
    """The check-out on the list; a file that proved itself and is not on it is put there."""
    handed = returned.handed
    known = lock(connection, handed.id, handed.county)
    if known is None:
        rows = returned.handed_rows()
        enter(connection, handed, HandedFile(returned.name, returned.handed_at(), len(rows)), rows)
        done.notes.append(Text(ADOPTED.zh.format(id=handed.id), ADOPTED.en.format(id=handed.id)))
        known = lock(connection, handed.id, handed.county)
    return known


def _settle(connection: Connection, done: CheckedIn, decisions: Decisions, entry: Any, reason: str | None) -> None:
    """Close the check-out where nothing of it is left, or where that is said.

    Raises:
        CheckoutClosed.
    """
    done.state = next(state for state in CheckoutState if state == entry["state"])
    applied = any(change.outcome == Outcome.APPLIED for change in done.changes)
    left = any(change.outcome == Outcome.PENDING for change in done.changes)
    if done.state != CheckoutState.OPEN and not (applied and decisions.again):
        if applied or left:
            _tell_closed(done, entry, only_told=done.dry_run or not applied)
        return
    if not left if decisions.close is None else decisions.close:
        close(connection, entry["id"], CheckoutState.RETURNED, reason)
        done.state = CheckoutState.RETURNED


def _tell_closed(done: CheckedIn, entry: Any, *, only_told: bool) -> None:
    """A note where nothing is written, else a failure."""
    try:
        require_open(entry)
    except CheckoutClosed as error:
        if not only_told:
            raise
        words = (f"{error.say_what('zh')};{error.say_mend('zh')}", f"{error.say_what('en')}; {error.say_mend('en')}")
        done.notes.append(Text(*words))


def _hold_numbers(connection: Connection, county: str) -> None:
    """Before any parcel is locked, as imports do."""
    connection.execute(select(County.code).where(County.code == county).with_for_update())


def _write(connection: Connection, done: CheckedIn, decisions: Decisions, reason: str) -> None:
    _require_known(done.changes, decisions)
    ready = [change for change in done.changes if decisions.accepted(change) and _decided(change, decisions)]
    if any(change.fate == Fate.NEW for change in ready):
        _hold_numbers(connection, done.handed.county)
    moved: list[str] = []
    # what makes room comes first, what is new last
    for change in sorted(ready, key=lambda one: (not one.removal, one.fate == Fate.NEW, one.name)):
        moved += _write_one(connection, done, change, reason)
    _warn_of_overlaps(connection, done, moved)


def _require_known(changes: Sequence[Change], decisions: Decisions) -> None:
    names = {name for one in changes for name in (one.name, one.parcel_code) if name}
    disputed = {str(one.parcel_code) for one in changes if one.fate == Fate.CONFLICT}
    fields = {f"{one.parcel_code}:{told.field}" for one in changes for told in one.fields if told.conflict}
    asked = [*((name, names) for name in decisions.accept or ())]
    asked += [(name, {EVERY, *disputed, *fields, *names}) for name in decisions.take]
    for name, known in asked:
        if name not in known:
            raise DecisionUnknown(named=name, known=", ".join(sorted(known)[:20]) or "-")


def _decided(change: Change, decisions: Decisions) -> bool:
    """Whether there is something to write; a conflict that is decided has the values of the side taken."""
    if change.fate in (Fate.CHANGED, Fate.NEW, Fate.DELETED):
        return True
    if change.fate != Fate.CONFLICT:
        return False
    disputed = [one for one in change.fields if one.conflict]
    if change.removal or not disputed:  # a removal, or a parcel that is out of use: one decision for the whole row
        side = decisions.side(change, "")
        change.outcome = Outcome.DROPPED if side == "theirs" else Outcome.PENDING
        return side == "mine"
    sides = [decisions.side(change, one.field) for one in disputed]
    if None in sides:
        return False
    for one, side in zip(disputed, sides, strict=True):
        if one.field == BOUNDARY and side == "theirs":
            change.shape = None
        elif one.field != BOUNDARY and side == "mine":
            change.values[one.field] = one.mine
    if not change.values and change.shape is None:
        change.outcome = Outcome.DROPPED
        return False
    return True


def _write_one(connection: Connection, done: CheckedIn, change: Change, reason: str) -> list[str]:
    """Through the use cases; a fault of this row undoes this row only. Returns the parcels whose ground changed."""
    try:
        with translated(), connection.begin_nested():
            edits = list(_through(connection, done, change, reason))
    except (DatabaseError, ResourceError):
        raise
    except StaleVersion:
        change.refuse(ChangedMeanwhile(parcel_code=change.parcel_code))
        return []
    except GisregError as error:
        change.refuse(error)
        return []
    change.outcome = Outcome.APPLIED
    for edited in edits:
        change.warnings += [Finding(one.fault, one.what, one.mend) for one in edited.warnings if one.fault != OVERLAP]
    if edits:
        change.parcel_code, change.version = edits[-1].parcels[0].parcel_code, edits[-1].parcels[0].version
    return [str(change.parcel_code)] if change.shape is not None and not change.removal else []


def _through(connection: Connection, done: CheckedIn, change: Change, reason: str) -> list[Edited]:
    def begin(fid: int | None = None) -> None:
        """Each use case adds its own name to the way in, so each begins with the check-in's."""
        source = _source(done.handed.id, fid)
        connection.execute(text("SELECT set_config('gisreg.source', :source, true)"), {"source": source})

    def basis(edits: list[Edited]) -> Basis:
        return Basis(str(change.parcel_code), edits[-1].parcels[0].version if edits else int(change.version or 0))

    edits: list[Edited] = []
    if change.removal:
        begin()
        return [remove(connection, basis(edits), reason)]
    if change.fate == Fate.NEW and change.shape is not None:
        begin(change.fid)
        kind = next(kind for kind in Kind if kind == change.kind)
        return [draw(connection, done.handed.county, kind, change.shape, values=change.values, reason=reason)]
    steps: list[Any] = []
    if change.shape is not None:
        shape = change.shape
        steps.append(lambda based: replace(connection, based, shape, reason))
    if change.values:
        # last: what was typed stands, also where the boundary would have given another township
        steps.append(lambda based: edit_attributes(connection, based, change.values, reason))
    for step in steps:
        begin()
        try:
            edits.append(step(basis(edits)))
        except NothingToChange:
            continue  # the other step brought it along
    return edits


def _warn_of_overlaps(connection: Connection, done: CheckedIn, codes: Sequence[str]) -> None:
    """Judged when all has been written: neighbours that were moved together overlap for a moment only."""
    if not codes:
        return
    parcel = cast(Table, Parcel.__table__)
    wanted = select(parcel.c.id).where(parcel.c.parcel_code.in_(codes))
    ids = list(connection.execute(wanted).scalars())
    by_code = {change.parcel_code: change for change in done.changes}
    for one in overlaps_of(connection, ids, tolerance_m2(connection, done.handed.county)):
        if one.same_kind and (change := by_code.get(one.parcel_code)):
            told = overlap_warning(one)
            change.warnings.append(Finding(OVERLAP, told.what, told.mend))
