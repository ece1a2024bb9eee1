"""What README says is so."""

import re
from pathlib import Path

import pytest

from gisreg.cli.main import COMMANDS, EXIT_CODES
from gisreg.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
README = (PROJECT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_table(name: str) -> None:
    assert f"`GISREG_{name.upper()}`" in README


def test_no_setting_is_described_that_does_not_exist() -> None:
    described = set(re.findall(r"`GISREG_([A-Z0-9_]+)`", README))
    assert described == {name.upper() for name in Settings.model_fields}


def test_every_exit_code_is_listed() -> None:
    line = next(line for line in README.splitlines() if "exit codes" in line)
    for _kind, code in EXIT_CODES:
        assert re.search(rf"\b{code}\b", line)


def test_commands_in_the_examples_exist() -> None:
    used = set(re.findall(r"^gisreg (\w+)", README, re.MULTILINE))
    assert used <= set(COMMANDS)


def test_links_lead_to_files() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (PROJECT / target).exists(), target
