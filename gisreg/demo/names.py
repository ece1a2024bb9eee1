"""The invented county's names, read from ``data/demo/names.toml``."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gisreg.settings import PROJECT_DIR
from gisreg.text import Text

DEFINITIONS = PROJECT_DIR / "data" / "demo"


@dataclass(frozen=True)
class Named:
    """A place with a code; ``weight`` is how many people (10,000) draw parcels to it."""

    code: str
    titles: Text
    weight: float = 0.0
    centre: str = ""
    within: str = ""
    """Code of the township that a zone adjoins."""


@dataclass(frozen=True)
class Names:
    """All names of the county."""

    county: Named
    townships: tuple[Named, ...]
    zones: tuple[Named, ...]
    rivers: tuple[tuple[Text, str], ...]
    roads: dict[str, Text]
    words: dict[str, list[str]]


def read_toml(name: str, folder: Path = DEFINITIONS) -> dict[str, Any]:
    """One definition file of the demonstration county."""
    with (folder / name).open("rb") as file:
        return tomllib.load(file)


@cache
def names() -> Names:
    """The names, read once."""
    raw = read_toml("names.toml")
    return Names(
        county=Named(raw["county"]["code"], _titles(raw["county"])),
        townships=tuple(Named(t["code"], _titles(t), t["people"], t["centre"]) for t in raw["townships"]),
        zones=tuple(Named(z["code"], _titles(z), within=z["township"]) for z in raw["zones"]),
        rivers=tuple((_titles(r), r["class"]) for r in raw["rivers"]),
        roads={name: _titles(road) for name, road in raw["roads"].items()},
        words=raw["words"],
    )


def _titles(entry: dict[str, Any]) -> Text:
    return Text(entry["zh"], entry["en"])
