"""Fields that are stated together or not at all; the database holds the same rules, without words for people."""

from collections.abc import Mapping
from typing import Any, cast

from gisreg.columns import Meaning
from gisreg.parcels.attributes import EDITABLE, title_of
from gisreg.parcels.faults import PartnerWanted, ValueUnusable
from gisreg.text import Text
from gisreg.vocab import SUBKINDS, Kind

PARTNERS = {"official_area_m2": "official_area_source", "land_use_code": "land_use_scheme"}
"""A figure and where it comes from, a code and the scheme that it belongs to."""


def completed(row: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values; where a field is emptied its partner, if it is not named, goes with it.

    Raises:
        PartnerWanted: one is known, the other is not.
        ValueUnusable: a subkind of another kind.
    """
    wanted = dict(values)
    for field, partner in PARTNERS.items():
        if {field, partner}.isdisjoint(wanted):
            continue
        if field in wanted and wanted[field] is None:
            wanted.setdefault(partner, None)
        after = {**row, **wanted}
        if (after.get(field) is None) != (after.get(partner) is None):
            raise _wanted(*((partner, field) if after.get(partner) is None else (field, partner)))
    _check_subkind(row, wanted)
    return wanted


def _wanted(missing: str, known: str) -> PartnerWanted:
    terms = cast(Meaning, EDITABLE[missing].info["meaning"]).terms
    choice = "|".join(terms) if terms else "…"
    return PartnerWanted(where=missing, field=missing, title=title_of(missing), known=title_of(known), choice=choice)


def _check_subkind(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    subkind, kind = wanted.get("subkind"), next(one for one in Kind if one == {**row, **wanted}["kind"])
    if subkind is None or subkind in SUBKINDS[kind]:
        return
    listed = ", ".join(SUBKINDS[kind])
    if listed:
        expected = Text(f"{kind.zh}的子类:{listed}", f"a subkind of {kind.en}: {listed}")
    else:
        expected = Text(f"空值({kind.zh}没有子类)", f"empty ({kind.en} has no subkinds)")
    words = {"expected_zh": expected.zh, "expected_en": expected.en}
    raise ValueUnusable(where="subkind", field="subkind", value=subkind, **words)
