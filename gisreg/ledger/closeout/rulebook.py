"""The rules of the close-out as data: transitions, kinds of proof, and what closes a parcel of which kind."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gisreg.ledger.closeout.errors import RulesUnusable
from gisreg.ledger.closeout.words import Role, Step
from gisreg.settings import PROJECT_DIR
from gisreg.text import Text
from gisreg.vocab import Kind, State

NATIONAL = PROJECT_DIR / "data" / "closeout" / "national.toml"
SAME, BEFORE = "same", "before"
Words = Annotated[str, Field(min_length=1)]


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
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    reason: bool = False
    """Whether a reason must be told."""

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if self.to not in (SAME, BEFORE, *State):
            raise ValueError(f"to = {self.to!r}?")
        return self


class Proof(_Bilingual):
    """A kind of proof; some are told and never enough."""

    enough: bool = True


class Way(_Model):
    """What closes a parcel of a kind: all of ``needs`` ("a|b": one of them) and all of the parcel's ``fields``."""

    id: Words
    kind: Kind
    measures: tuple[str, ...] = ()
    title: _Bilingual
    needs: Annotated[tuple[str, ...], Field(min_length=1)]
    fields: tuple[str, ...] = ()
    confirmed: bool = True

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

    @model_validator(mode="after")
    def _names_what_there_is(self) -> Self:
        for way in self.ways:
            for need in (one for needs in way.needs for one in needs.split("|")):
                if need not in self.proofs:
                    raise ValueError(f"{way.id}: {need}?")
                if not self.proofs[need].enough:
                    raise ValueError(f"{way.id}: {need} is never enough")
        for kind in Kind:
            if not any(way.kind == kind and not way.measures for way in self.ways):
                raise ValueError(f"{kind}: no way without measures")
        return self

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
        return [way for way in of_kind if measure in way.measures] or [way for way in of_kind if not way.measures]

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
    try:
        return CloseOutRules.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RulesUnusable(path.name, detail=str(error)) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise RulesUnusable(f"{path.name}:{place}", detail=first["msg"]) from None
