"""What to enter in the registry so that a fact becomes known: for a derived one, the stored ones behind it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping

from gisreg.parcels.queryables import Queryable
from gisreg.planning.compile import PARAMETER_PREFIX, UNKNOWN
from gisreg.planning.factsources import source_of_fact
from gisreg.planning.seeing import Json, Looked
from gisreg.planning.telling import both

Facts = Mapping[str, Any] | RowMapping
Asker = tuple[str, Sequence[Queryable]]
"""A gate or rule, and the facts that it asks for."""
_AREA = ("official_area_m2", "official_area_source")
_STARTED, _INVESTED = ("started_area_m2", "due_area_m2"), ("invested_wan", "total_investment_wan")
WHOLES = (_STARTED[1], _INVESTED[1])
_BEHIND: dict[str, tuple[str, ...]] = {
    "land_area_m2": _AREA,
    "area_mu": _AREA,
    "months_since_approval": ("approved_on",),
    "months_since_contract": ("contract_on",),
    "months_vacant": ("vacated_on",),
    "months_halted": ("halted_on",),
    "months_since_completion": ("completed_on",),
    "started": ("actual_start_on", "started_area_m2"),
    "halted": ("halted_on",),
    "stopped_after_start": ("halted_on",),
    "completed": ("completed_on",),
    "determined_idle": ("determined_on",),
    "started_share": _STARTED,
    "invested_share": _INVESTED,
    "little_built_or_invested": (*_STARTED, *_INVESTED),
    "paid_in_full": ("price_paid_in_full", "paid_wan", "price_wan"),
    "unstarted_full_years": ("agreed_start_on",),
    "halted_full_years": ("halted_on",),
    "idle_by_law": ("agreed_start_on",),
    "idle_days": ("agreed_start_on",),
    "idle_from_on": ("agreed_start_on",),
    "reclaim_from_on": ("agreed_start_on",),
}
"""Stored facts behind each derived one that can be unknown."""
_BEHIND_STARTED: dict[str, tuple[str, ...]] = {
    "idle_by_law": ("halted_on", *_STARTED, *_INVESTED),
    "idle_days": ("halted_on",),
    "idle_from_on": ("halted_on",),
}
"""The same for land that was started on, where they are others: its year runs from the stop, not the agreed day."""


def to_find_out(of: Looked, askers: Iterable[Asker]) -> list[Json]:
    """The stored facts to be found out for what is asked and not known, each once, in the order of the askers.

    ``for`` has the derived facts that wait for it.
    """
    found: dict[str, Json] = {}
    for asker, used in askers:
        for item in used:
            if item.name.startswith(PARAMETER_PREFIX) or not of.is_unknown(item):
                continue
            for name in to_enter(item.name, of.parcel, of.as_of):
                entry = found.get(name) or found.setdefault(name, _entry(of, name))
                _note(entry["needed_by"], asker)
                if name != item.name:
                    _note(entry["for"], item.name)
    return list(found.values())


def _note(listed: list[str], name: str) -> None:
    if name not in listed:
        listed.append(name)


def _entry(of: Looked, name: str) -> Json:
    known = of.compiled.names[name]
    return {
        "fact": name,
        "title": both(known.queryable.titles),
        "unit": known.queryable.unit,
        "source": both(source_of_fact(known).words),
        "needed_by": [],
        "for": [],
    }


def to_enter(name: str, facts: Facts, as_of: date) -> tuple[str, ...]:
    """The stored facts to be found out for one that is unknown; a stored one is its own.

    Where all behind it are known (the year is in a pause without an end), they are the ones to look at again.
    """
    started = _BEHIND_STARTED.get(name) if begun(facts, as_of) else None
    behind = started or _BEHIND.get(name, (name,))
    return tuple(one for one in behind if _says_nothing(one, facts.get(one))) or behind


def _says_nothing(name: str, value: Any) -> bool:
    """Unknown; or a whole of 0, of which there is no share."""
    return value in (None, UNKNOWN) or (value == 0 and name in WHOLES)


def begun(facts: Facts, as_of: date) -> bool:
    """Work has started as far as is on record, as the clock goes by it (:func:`gisreg.planning.facts.begun`)."""
    days = (facts["actual_start_on"], facts["halted_on"])
    return any(day is not None and day <= as_of for day in days) or (facts["started_area_m2"] or 0) > 0
