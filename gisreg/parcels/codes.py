"""Codes that people type in: those that no list and no unit of the county has are kept, and told."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from sqlalchemy import Connection, select

from gisreg.checks.faults import FAULTS, Fault
from gisreg.columns import Meaning
from gisreg.db.models import AdminUnit
from gisreg.parcels.attributes import EDITABLE
from gisreg.text import Text
from gisreg.vocab import code_list

UNITS = {"township_code": "township", "village_code": "village"}


def doubts(
    connection: Connection, county: str, row: Mapping[str, Any], values: Mapping[str, Any]
) -> Iterator[tuple[str, Text, Text]]:
    """Fault, what and mend of each code among the values that is not known; ``row`` tells a land-use code's scheme."""
    for field, value in values.items():
        if value is None or row.get(field) == value or field not in EDITABLE:
            continue
        listed = cast(Meaning, EDITABLE[field].info["meaning"]).code_list
        if field in UNITS and not _is_unit(connection, county, UNITS[field], value):
            yield _told(FAULTS["township_unknown" if field == "township_code" else "unknown_code"], value)
        elif listed and not _is_listed(listed, value, {**row, **values}.get("land_use_scheme")):
            yield _told(FAULTS["unknown_code"], value)


def _is_unit(connection: Connection, county: str, level: str, code: str) -> bool:
    """Whether the county has such a unit today; where it has none at all, every code is believed."""
    own = select(AdminUnit.code).where(
        AdminUnit.county_code == county, AdminUnit.level == level, AdminUnit.valid_to == "infinity"
    )
    codes = connection.execute(own).scalars().all()
    return not codes or code in codes


def _is_listed(name: str, code: str, scheme: str | None) -> bool:
    return any(one.code == code and (name != "land_use" or one.scheme == scheme) for one in code_list(name))


def _told(fault: Fault, value: str) -> tuple[str, Text, Text]:
    return fault.token, Text(fault.what.say("zh", value=value), fault.what.say("en", value=value)), fault.mend
