"""One version of a rule set is one text."""

from typing import Any

import pytest

from gisreg.db.engine import transaction
from gisreg.planning.editions import VersionTaken, refuse_other_text
from gisreg.planning.ruleset import NATIONAL, load_ruleset, read_ruleset


def test_another_text_under_a_version_that_a_run_used_is_refused(registry: Any) -> None:
    registry.add("idle_land")
    run = registry.run()
    sound = NATIONAL.read_text(encoding="utf-8")
    changed = sound.replace("\ndays = 90", "\ndays = 91", 1)
    version = load_ruleset().rules.ruleset.version
    with transaction(registry.engine) as connection:
        refuse_other_text(connection, load_ruleset())
        refuse_other_text(connection, read_ruleset(changed.replace(f'"{version}"', '"own"', 1), "own.toml"))
        with pytest.raises(VersionTaken, match=f"run {run.run_id}") as raised:
            refuse_other_text(connection, read_ruleset(changed, "own.toml"))
    line = sound[: sound.index("\nversion = ")].count("\n") + 2
    assert raised.value.where == f"own.toml:{line}:ruleset:version"
    assert registry.labels(run.run_id)
