"""What people decide although the rules are known to exclude it: the conditions that fail, with the values seen.

A decision stands all the same: people may know more than the registry. But they are told.
"""

from typing import Any, get_args

from gisreg.filters.parse import Tree
from gisreg.planning.compile import PARAMETER_PREFIX, CompiledRule, tree_of
from gisreg.planning.entering import Asker
from gisreg.planning.logic import names_in, truth
from gisreg.planning.resting import rested_on
from gisreg.planning.seeing import Json, Looked
from gisreg.planning.telling import both, fact_told, plain
from gisreg.planning.words import Wording
from gisreg.text import Language, Text

EXCLUDED = Text(
    "按规则 {rule},这项措施对本宗不成立{why}:不满足{conditions},所见 {seen}",
    "by rule {rule} this measure is not open to the parcel{why}: not met: {conditions}; seen: {seen}",
)
WHY, QUOTED = Text("({why})", " ({why})"), Text("“{condition}”", "“{condition}”")
COMMA, SEMICOLON = Text("、", ", "), Text(";", "; ")


def warnings(of: Looked, label: str, measure: str) -> list[Json]:
    """Why a measure is excluded: of each rule that gives it, where all of them are known to fail."""
    ways = of.ways(label, measure)
    known = all(of.answer(rule) == "no" for rule in ways)
    return [_warning(of, rule) for rule in ways] if known else []


def waited_for(of: Looked, label: str, measure: str) -> list[Asker]:
    """What a measure waits for: the facts of its rules where none is open, else what the open one rests on."""
    ways = of.ways(label, measure)
    fired = next((rule for rule in ways if of.answer(rule) == "yes"), None)
    if fired is not None:
        return [(fired.rule.id, rested_on(of, fired))]
    return [(rule.rule.id, rule.used) for rule in ways if of.answer(rule) == "unknown"]


def why_not(of: Looked, rule: CompiledRule) -> list[dict[str, str]]:
    """The rule set's words for what fails the rule."""
    failing = [why for no, why in enumerate(rule.why_not) if of.seen[f"why:{rule.no}:{no}"]]
    return [] if of.answer(rule) == "yes" else [both(why.words.text) for why in failing]


def _warning(of: Looked, rule: CompiledRule) -> Json:
    values = {item.name: plain(of.seen[f"fact:{item.name}"]) for item in rule.used}
    conditions = failing(tree_of(rule.rule.when or ""), values)
    named = {name for condition in conditions for name in names_in(condition)}
    used = [item for item in rule.used if item.name in named and not item.name.startswith(PARAMETER_PREFIX)]
    told = [_told(of, one, conditions, {item.name: values[item.name] for item in used}) for one in get_args(Language)]
    words = why_not(of, rule)
    said = {
        language: EXCLUDED.say(language, rule=rule.rule.id, why=_because(language, words), **one)
        for language, one in zip(get_args(Language), told, strict=True)
    }
    return {
        "rule": rule.rule.id,
        "basis": rule.rule.basis,
        "basis_title": both(of.rules.worded(rule.rule.basis)),
        "facts": [fact_told(of, item) for item in used],
        "why_not": words,
        "what": said,
    }


def _told(of: Looked, language: Language, conditions: list[Tree], values: dict[str, Any]) -> dict[str, str]:
    wording = Wording(of.compiled.loaded, {name: one.queryable for name, one in of.compiled.names.items()}, language)
    told = [QUOTED.say(language, condition=wording.told(one)) for one in conditions]
    seen = [wording.seen(name, value) for name, value in values.items()]
    return {"conditions": COMMA.say(language).join(told), "seen": SEMICOLON.say(language).join(seen)}


def _because(language: Language, words: list[dict[str, str]]) -> str:
    return WHY.say(language, why=SEMICOLON.say(language).join(one[language] for one in words)) if words else ""


def failing(tree: Tree, values: dict[str, Any]) -> list[Tree]:
    """The parts that keep a condition from being true; all of it where none can be told (a likeness, a place)."""
    if truth(tree, values) is not False:
        return [tree]
    if isinstance(tree, dict) and tree.get("op") == "and":
        return [found for part in tree["args"] if truth(part, values) is False for found in failing(part, values)]
    return [_reduced(tree, values)]


def _reduced(tree: Tree, values: dict[str, Any]) -> Tree:
    """Of each way by which a part could be true, what fails it."""
    if not isinstance(tree, dict) or tree.get("op") != "or":
        return tree
    ways = [failing(part, values) for part in tree["args"]]
    return {"op": "or", "args": [way[0] if len(way) == 1 else {"op": "and", "args": way} for way in ways]}
