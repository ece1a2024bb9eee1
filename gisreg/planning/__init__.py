"""Planning: rule sets, the idle clock, one label for every parcel, and why."""

from gisreg.planning.measures import measure_titles, measures
from gisreg.planning.ruleset import NATIONAL, LoadedRuleSet, RuleSetError, RuleSetUnreadable, load_ruleset

__all__ = [
    "NATIONAL",
    "LoadedRuleSet",
    "RuleSetError",
    "RuleSetUnreadable",
    "load_ruleset",
    "measure_titles",
    "measures",
]
