"""What a check-in is made of: each row's change, its fields, its conflicts, and what became of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from gisreg.checkout.ground import GroundChange
from gisreg.errors import GisregError
from gisreg.parcels.boundary.given import Given
from gisreg.text import Text


class Fate(StrEnum):
    """What a row is, compared with what was handed out and with the registry of now."""

    CHANGED = "changed"
    NEW = "new"
    DELETED = "deleted"
    CONFLICT = "conflict"
    REFUSED = "refused"
    ALREADY = "already"
    """Changed in the file, and the registry has it so: checked in before, or others did the same."""


FATE_TITLES: dict[Fate, Text] = {
    Fate.CHANGED: Text("修改", "changed"),
    Fate.NEW: Text("新增", "new"),
    Fate.DELETED: Text("删除", "deleted"),
    Fate.CONFLICT: Text("冲突", "conflict"),
    Fate.REFUSED: Text("拒绝", "refused"),
    Fate.ALREADY: Text("已在库中", "already so"),
}


class Outcome(StrEnum):
    """What became of a change."""

    PENDING = "pending"
    """Not accepted, or not decided, or refused: the registry is as it was."""
    APPLIED = "applied"
    """Written (in a dry run: would be written)."""
    DROPPED = "dropped"
    """Decided for what others have made of it."""


@dataclass(frozen=True)
class Finding:
    """Something said of a row: why it is refused, or what to look at."""

    code: str
    what: Text
    mend: Text

    @classmethod
    def of(cls, error: GisregError) -> "Finding":
        """A failure in words."""
        what = Text(error.say_what("zh"), error.say_what("en"))
        return cls(error.code, what, Text(error.say_mend("zh"), error.say_mend("en")))


@dataclass(frozen=True)
class FieldChange:
    """One field: as handed out, in the file, in the registry now."""

    field: str
    title: Text
    before: Any
    mine: Any
    theirs: Any
    conflict: bool = False
    ground: "tuple[GroundChange, GroundChange] | None" = None
    """For a boundary in conflict: how far mine moved, and theirs."""


@dataclass
class Change:
    """One row's change."""

    name: str
    """The parcel code, or ``new:KEY`` of the row."""
    fate: Fate
    fid: int | None = None
    parcel_code: str | None = None
    kind: str | None = None
    version: int | None = None
    """The version of now, on which the change is written."""
    handed_version: int | None = None
    fields: list[FieldChange] = field(default_factory=list)
    boundary: GroundChange | None = None
    findings: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    theirs: Mapping[str, Any] | None = None
    """Where others changed the parcel meanwhile: the version of now, by whom, when."""
    outcome: Outcome = Outcome.PENDING
    removal: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    """What is to be written."""
    shape: Given | None = None

    def refuse(self, error: GisregError) -> "Change":
        """Not to be written, and why."""
        self.fate, self.outcome = Fate.REFUSED, Outcome.PENDING
        self.findings.append(Finding.of(error))
        return self

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        told = ("name", "fate", "fid", "parcel_code", "kind", "version", "handed_version", "outcome", "removal")
        return {
            **{name: getattr(self, name) for name in told},
            "theirs": dict(self.theirs) if self.theirs else None,
            "fields": [
                {
                    **{name: getattr(one, name) for name in ("field", "before", "mine", "theirs", "conflict")},
                    "title": one.title._asdict(),
                    **({"ground": {"mine": one.ground[0], "theirs": one.ground[1]}} if one.ground else {}),
                }
                for one in self.fields
            ],
            "boundary": asdict(self.boundary) if self.boundary else None,
            "findings": [_told(one) for one in self.findings],
            "warnings": [_told(one) for one in self.warnings],
        }


def _told(one: Finding) -> dict[str, Any]:
    return {"code": one.code, "what": one.what._asdict(), "mend": one.mend._asdict()}
