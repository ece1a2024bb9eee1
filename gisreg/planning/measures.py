"""Wording of rule sets, for maps, exports and pages."""

from functools import cache
from pathlib import Path

from gisreg.planning.ruleset import NATIONAL, load_ruleset, read_ruleset
from gisreg.text import Text


@cache
def measures(ruleset_path: Path = NATIONAL) -> dict[str, Text]:
    """All measures of a rule set by token, in its order."""
    return {token: words.text for token, words in load_ruleset(ruleset_path).rules.measures.items()}


def measure_titles(token: str) -> Text:
    """The titles of one measure; a token that a county's own rule set added stands for itself."""
    return measures().get(token, Text(token, token))


def first_steps(toml: str) -> dict[str, Text]:
    """What a stored rule set does first, by measure."""
    return {token: one.steps[0].text for token, one in read_ruleset(toml).rules.measures.items() if one.steps}


def worded(toml: str) -> dict[str, Text]:
    """Agencies and legal bases of a stored rule set by their Chinese."""
    rules = read_ruleset(toml).rules
    said = {words for rule in rules.rules for words in (rule.basis, rule.agency)}
    return {words: rules.worded(words) for words in said}
