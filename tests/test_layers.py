"""The contracts on imports name every part of the registry, new ones too."""

import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
CONTRACTS = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
PARTS = {
    f"gisreg.{one.stem}"
    for one in (PROJECT / "gisreg").iterdir()
    if one.suffix == ".py" or (one / "__init__.py").is_file()
} - {"gisreg.__init__"}


@pytest.mark.parametrize("contract", CONTRACTS[:2], ids=lambda one: one["name"])
def test_every_part_of_the_registry_is_held_by_the_contract(contract):
    assert PARTS - set(contract["source_modules"]) == {"gisreg.cli"}
