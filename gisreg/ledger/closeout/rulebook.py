"""The rules of the close-out as data: transitions, kinds of proof, and what closes a parcel of which kind."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gisreg.ledger.closeout.errors import RulesUnusable
from gisreg.ledger.closeout.words import Role, Step
from gisreg.planning.written import read_written
from gisreg.settings import PROJECT_DIR
from gisreg.text import Text
from gisreg.vocab import Kind, State

NATIONAL = PROJECT_DIR / "data" / "closeout" / "national.toml"
SAME, BEFORE = "same", "before"
Words = Annotated[str, Field(min_length=1)]
Place = tuple[int | str, ...]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Bilingual(_Model):
    zh: Words
    en: Words

    @property
    def text(self) -> Text:
        """As the rest of the registry holds it."""
        return Text(self.zh, self.en)


class Transition(_Model):
    """A step from some states to one."""

    step: Step
    source: Annotated[tuple[State, ...], Field(alias="from", min_length=1)]
    to: str
    kinds: tuple[Kind, ...] = tuple(Kind)
    measures: tuple[str, ...] = ()
    """Only of parcels that were closed out by one of these; of all where none is named."""
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    reason: bool = False
    """Whether a reason must be told."""


class Proof(_Bilingual):
    """A kind of proof; some are told and never enough."""

    enough: bool = True
    once: bool = False
    """Whether it closes one parcel only, of those of one descent: a contract names the land that it is for."""


class Way(_Model):
    """What closes a parcel of a kind: all of ``needs`` ("a|b": one of them) and all of the parcel's ``fields``."""

    id: Words
    kind: Kind
    measures: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    """Measures that are only steps on the way, and that this way ends all the same."""
    title: _Bilingual
    needs: Annotated[tuple[str, ...], Field(min_length=1)]
    fields: tuple[str, ...] = ()
    confirmed: bool = True

    def proofs(self) -> list[str]:
        """The kinds of proof that count."""
        return [one for need in self.needs for one in need.split("|")]

    def missing(self, given: frozenset[str]) -> list[str]:
        """The needs that are not met."""
        return [need for need in self.needs if given.isdisjoint(need.split("|"))]


class Submission(_Model):
    """Until when a month's ledger is submitted."""

    last_day: Annotated[int, Field(ge=1, le=28)]
    source: Words


class Watch(_Model):
    """How long and for what a closed parcel is watched."""

    months: Annotated[int, Field(ge=1, le=600)]
    halted_years: Annotated[int, Field(ge=1, le=20)]
    empty_months: Annotated[int, Field(ge=0, le=240)]
    started_share: Annotated[float, Field(gt=0, le=1)]
    invested_share: Annotated[float, Field(gt=0, le=1)]
    source: Words
    confirmed: bool = True


class PlanSteps(_Model):
    """Who says of a plan's step that it is done, by whom and until when."""

    roles: Annotated[tuple[Role, ...], Field(min_length=1)]


class CloseOutRules(_Model):
    """The whole file."""

    submission: Submission
    watch: Watch
    plan_steps: PlanSteps
    transitions: Annotated[tuple[Transition, ...], Field(min_length=1)]
    proofs: dict[str, Proof]
    ways: Annotated[tuple[Way, ...], Field(min_length=1)]

    def transition(self, step: Step, state: str, kind: str) -> Transition | None:
        """The transition by which a step is taken from a state, if there is one."""
        return next(
            (one for one in self.transitions if one.step == step and state in one.source and kind in one.kinds), None
        )

    def possible(self, state: str, kind: str) -> list[Step]:
        """The steps that a state allows."""
        return [step for step in Step if self.transition(step, state, kind)]

    def ways_of(self, kind: str, measure: str) -> list[Way]:
        """What closes a parcel of a kind by a measure: the measure's own ways, else those for all."""
        of_kind = [way for way in self.ways if way.kind == kind]
        own = self.ended_by(kind, measure) or [way for way in of_kind if measure in way.measures]
        return own or [way for way in of_kind if not way.measures]

    def ended_by(self, kind: str, measure: str) -> list[Way]:
        """What closes a parcel under a measure that is only a step on the way; nothing ends most of them."""
        return [way for way in self.ways if way.kind == kind and measure in way.ends]

    def need_title(self, need: str) -> Text:
        """A need in words."""
        told = [self.proofs[one].text for one in need.split("|")]
        return Text("或".join(one.zh for one in told), " or ".join(one.en for one in told))


@cache
def closeout_rules(path: Path = NATIONAL) -> CloseOutRules:
    """The rules of a file.

    Raises:
        RulesUnusable.
    """
    written = read_written(path, RulesUnusable)
    rules = written.checked(CloseOutRules, RulesUnusable)
    for place, detail in _faults(rules):
        raise RulesUnusable(written.place(*place), detail=detail)
    return rules


def _faults(rules: CloseOutRules) -> Iterator[tuple[Place, Text]]:
    """What a file says that is not there: states, proofs; and the kinds that it leaves without a way."""
    for number, one in enumerate(rules.transitions):
        if one.to not in (SAME, BEFORE, *State):
            yield ("transitions", number, "to"), Text(f"没有状态 {one.to}", f"there is no state {one.to}")
    for number, way in enumerate(rules.ways):
        for need in way.proofs():
            if need not in rules.proofs:
                yield ("ways", number, "needs"), Text(f"没有佐证 {need}", f"there is no proof {need}")
            elif not rules.proofs[need].enough:
                yield ("ways", number, "needs"), Text(f"{need} 不足以销号", f"{need} is never enough")
    for kind in Kind:
        if not any(way.kind == kind and not way.measures for way in rules.ways):
            yield ("ways",), Text(f"{kind.zh}没有不限措施的销号途径", f"{kind.en} has no way for any measure")
