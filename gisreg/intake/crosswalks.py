"""Codes of other years and schemes: county codes of 1999, land-use classes of the two schemes in use."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gisreg.text import Text
from gisreg.vocab import CODES_DIR, LandUseScheme

COUNTY_DIGITS = 6


@dataclass(frozen=True)
class CountyChange:
    """A county of 1999 that has another code today."""

    code_1999: str
    name_1999: str
    code: str
    name: str
    change: str
    """renumbered, or renamed (县 to 市 or 区)."""

    @property
    def why(self) -> Text:
        """For reports."""
        return Text(
            f"1999 年县代码 {self.code_1999} {self.name_1999} 今为 {self.code} {self.name}",
            f"the county code {self.code_1999} of 1999 is {self.code} today",
        )


@cache
def county_changes(folder: Path = CODES_DIR) -> dict[str, CountyChange]:
    """By the code of 1999; merged and divided counties are none of these."""
    return {row["code_1999"]: CountyChange(**row) for row in _rows(folder / "county_changes.csv")}


def former_code(county: str) -> CountyChange | None:
    """What a county of today was in 1999, where its code was another."""
    return next((change for change in county_changes().values() if change.code == county), None)


def todays_code(code: str) -> tuple[str, CountyChange] | None:
    """A code of a county, township or village that begins with a county's of 1999, as it begins today."""
    change = county_changes().get(code[:COUNTY_DIGITS])
    return (change.code + code[COUNTY_DIGITS:], change) if change else None


@cache
def land_use_crosswalk(source: str, target: str, folder: Path = CODES_DIR) -> dict[str, str]:
    """Codes of one scheme as codes of another, as far as they are one to one."""
    if source == target or {source, target} != {str(scheme) for scheme in LandUseScheme}:
        return {}
    return {row[source]: row[target] for row in _rows(folder / "land_use_crosswalk.csv")}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))
