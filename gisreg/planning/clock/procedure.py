"""The procedure for idle land as data: which step follows which, within how many days, and what is due next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from gisreg.errors import InputError
from gisreg.planning.clock.workdays import Calendar
from gisreg.planning.written import Written, read_written
from gisreg.text import Text
from gisreg.vocab import IdleCause, Kind

FOLDER, IDLE_LAND = "procedures", "idle_land.toml"
DETERMINATION = "determination"
TWICE = Text("同一步骤写了两次", "the step stands there twice")
NOT_BEFORE = Text("须是写在前面的步骤", "should be a step that stands before it")

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Words = Annotated[str, Field(min_length=1)]


class ProcedureUnusable(InputError):
    """The file of a procedure is wrong."""

    what: ClassVar[Text] = Text("程序文件有误:{detail}", "the procedure is wrong: {detail}")
    mend: ClassVar[Text] = Text(
        "请按 data/procedures/idle_land.toml 更正", "correct it by data/procedures/idle_land.toml"
    )


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(_Model):
    """Wording in both languages."""

    zh: Words
    en: Words

    @property
    def text(self) -> Text:
        """As the rest of the registry holds it."""
        return Text(self.zh, self.en)


class Step(_Model):
    """One step: it begins with the day on which ``after`` was served, and is done when it is served itself."""

    id: Identifier
    title: Title
    after: Identifier | None = None
    days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """None where the law sets no term."""
    counting: Literal["calendar", "working"] = "calendar"
    causes: tuple[IdleCause, ...] = ()
    """Only where the land is idle for one of these; empty for all."""
    agency: Words
    basis: Words
    confirmed: bool
    optional: bool = False
    """Somebody's right, not a duty: the procedure goes on without it once its term is over."""


class LimitOf(_Model):
    """The length of a period, with its source."""

    value: Annotated[int, Field(ge=0, le=1200)]
    source: Words
    confirmed: bool


class LimitsOf(_Model):
    """How long an agreement may put things off. When land is idle is for the rule set to say."""

    extension_years: LimitOf
    temporary_use_years: LimitOf


class Heading(_Model):
    """Which procedure this is."""

    name: Identifier
    title: Title
    kinds: tuple[Kind, ...]


class Procedure(_Model):
    """Steps in their order."""

    procedure: Heading
    limits: LimitsOf
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    def step(self, name: str) -> Step | None:
        """A step by its name."""
        return next((step for step in self.steps if step.id == name), None)


@dataclass(frozen=True)
class DueStep:
    """The step that comes next. Without a day on record from which to count, or a term in law, no date is due."""

    step: Step
    since: date | None
    due_on: date | None
    days_left: int | None
    """Below zero when overdue."""
    counted_to: date | None
    """The last day before it moved to a working day."""
    calendar_sure: bool

    @property
    def overdue(self) -> bool:
        """Whether its last day is over."""
        return self.days_left is not None and self.days_left < 0


def load_procedure(data_dir: Path, home: Path | None = None) -> Procedure:
    """The national procedure for idle land, or the county's own in its data directory.

    Raises:
        ProcedureUnusable.
    """
    own = home / FOLDER / IDLE_LAND if home is not None else None
    file = own if own is not None and own.is_file() else data_dir / FOLDER / IDLE_LAND
    written = read_written(file, ProcedureUnusable)
    read = written.checked(Procedure, ProcedureUnusable)
    _require_order(read, written)
    return read


def _require_order(procedure: Procedure, written: Written) -> None:
    """Each step once, and after one that stands before it: so there is no circle."""
    before: list[str] = []
    for number, step in enumerate(procedure.steps):
        if step.id in before:
            raise ProcedureUnusable(where=written.place("steps", number), detail=TWICE)
        if step.after is not None and step.after not in before:
            raise ProcedureUnusable(where=written.place("steps", number, "after"), detail=NOT_BEFORE)
        before.append(step.id)


def next_due(
    procedure: Procedure, served: Mapping[str, date], cause: IdleCause | str | None, as_of: date, days: Calendar
) -> DueStep | None:
    """The first step that is not done by a day and comes after all that are; None when all are done.

    ``served`` tells the day of each step; later days are not seen. Until the cause is known, steps that depend on it
    wait, and the procedure ends before them.
    """
    done = {name: day for name, day in served.items() if day <= as_of}
    steps = [step for step in procedure.steps if not step.causes or cause in step.causes]
    last = max((no for no, step in enumerate(steps) if step.id in done), default=-1)
    for step in steps[last + 1 :]:
        due = _due(step, done, as_of, days)
        if not (step.optional and due.overdue):
            return due
    return None


def _due(step: Step, done: Mapping[str, date], as_of: date, days: Calendar) -> DueStep:
    since = done.get(step.after) if step.after else None
    if since is None or step.days is None:
        return DueStep(step, since, None, None, None, calendar_sure=True)
    if step.counting == "working":
        ends = on = days.working_days_later(since, step.days)
        return DueStep(step, since, on, (on - as_of).days, ends, days.sure(since, on))
    ends = since + timedelta(days=step.days)
    on = days.roll_forward(ends)
    return DueStep(step, since, on, (on - as_of).days, ends, days.sure(ends, on))
