"""Conditions in words: a CQL2 tree told with the titles of its facts, for lawyers who read no code."""

from collections.abc import Callable, Mapping
from typing import Any

from gisreg.columns import unit_words
from gisreg.filters.parse import Tree, parse
from gisreg.parcels.queryables import Queryable
from gisreg.planning.formula import PARAMETER
from gisreg.planning.ruleset import LoadedRuleSet, Parameter
from gisreg.text import Language, Text
from gisreg.vocab import Term

SIGNS = {
    "=": Text("为", "is"), "<>": Text("不为", "is not"), "<": Text("小于", "below"), "<=": Text("不超过", "at most"),
    ">": Text("大于", "above"), ">=": Text("不低于", "at least"),
}  # fmt: skip
DAYS = {
    "<": Text("早于", "before"), "<=": Text("不晚于", "no later than"), ">": Text("晚于", "after"),
    ">=": Text("不早于", "no earlier than"),
}  # fmt: skip
AND, OR, COMMA = Text(";且 ", "; and "), Text(" 或 ", " or "), Text("、", ", ")
NOT_SO = Text("并非({condition})", "not ({condition})")
YES, NO = Text("{title}:是", "{title}: yes"), Text("{title}:否", "{title}: no")
NOT_KNOWN, KNOWN = Text("{title}:不明", "{title}: unknown"), Text("{title}:已知", "{title}: known")
ONE_OF = Text("{title}为 {values} 之一", "{title} is one of {values}")
RANGE = Text("{low} 至 {high}", "{low} to {high}")
ARITHMETIC = {"+": "+", "-": "−", "*": "×", "/": "÷", "%": "mod", "div": "div", "^": "^"}


class Wording:
    """Tells conditions of one rule set in one language."""

    def __init__(self, loaded: LoadedRuleSet, titles: Mapping[str, Queryable], language: Language) -> None:
        self.parameters = loaded.rules.parameters
        self.titles = titles
        self.language = language

    def condition(self, source: str) -> str:
        """A condition as a sentence; one that is none as it stands."""
        return self._told(parse(source))

    def told(self, node: Tree) -> str:
        """A part of a condition as a sentence."""
        return self._told(node)

    def seen(self, name: str, value: Any) -> str:
        """A fact with the value that a parcel has, days as text."""
        if value is None:
            return NOT_KNOWN.say(self.language, title=self._named(name))
        if isinstance(value, int | float) and not isinstance(value, bool):
            shown = f"{value:,.10g} {unit_words(self.titles[name].unit).say(self.language)}".strip()
        else:
            shown = self._beside(value, {"property": name})
        return f"{self._named(name)} = {shown}"

    def _told(self, node: Tree) -> str:
        if not isinstance(node, dict):
            return self._plain(node)
        if "op" in node:
            return self._operation(str(node["op"]), node["args"])
        if "property" in node:
            return self._statement(node, YES)
        return self._value(node)

    def _operation(self, name: str, arguments: list[Tree]) -> str:
        method = _METHODS.get(name)
        if method is not None:
            return method(self, name, arguments)
        if name in SIGNS:
            return self._comparison(name, arguments)
        return f"{name}({', '.join(self._value(argument) for argument in arguments)})"

    def _junction(self, name: str, arguments: list[Tree]) -> str:
        joint = (AND if name == "and" else OR).say(self.language)
        return joint.join(self._inner(argument) for argument in arguments)

    def _inner(self, node: Tree) -> str:
        """In brackets where it holds a junction of its own."""
        told = self._told(node)
        return f"({told})" if isinstance(node, dict) and node.get("op") in ("and", "or") else told

    def _negation(self, _name: str, arguments: list[Tree]) -> str:
        (only,) = arguments
        if isinstance(only, dict) and "property" in only:
            return self._statement(only, NO)
        if isinstance(only, dict) and only.get("op") == "isNull":
            return self._statement(only["args"][0], KNOWN)
        return NOT_SO.say(self.language, condition=self._told(only))

    def _is_null(self, _name: str, arguments: list[Tree]) -> str:
        return self._statement(arguments[0], NOT_KNOWN)

    def _statement(self, node: Tree, form: Text) -> str:
        return form.say(self.language, title=self._value(node))

    def _one_of(self, _name: str, arguments: list[Tree]) -> str:
        subject, listed = arguments
        values = COMMA.say(self.language).join(self._beside(item, subject) for item in listed)
        form = ONE_OF if len(listed) > 1 else Text("{title}为 {values}", "{title} is {values}")
        return form.say(self.language, title=self._value(subject), values=values)

    def _between(self, _name: str, arguments: list[Tree]) -> str:
        subject, low, high = arguments
        limits = RANGE.say(self.language, low=self._beside(low, subject), high=self._beside(high, subject))
        return f"{self._value(subject)} {limits}"

    def _comparison(self, name: str, arguments: list[Tree]) -> str:
        left, right = arguments
        if isinstance(right, bool) and name in ("=", "<>"):
            return self._statement(left, YES if right == (name == "=") else NO)
        item = self._queryable(left) or self._queryable(right)
        signs = DAYS if item is not None and item.type == "date" and name in DAYS else SIGNS
        sign = signs[name].say(self.language)
        return f"{self._beside(left, right)} {sign} {self._beside(right, left)}"

    def _arithmetic(self, name: str, arguments: list[Tree]) -> str:
        return f" {ARITHMETIC[name]} ".join(self._inner_value(argument) for argument in arguments)

    def _inner_value(self, node: Tree) -> str:
        told = self._value(node)
        return f"({told})" if isinstance(node, dict) and node.get("op") in ARITHMETIC else told

    def _queryable(self, node: Tree) -> Queryable | None:
        name = node.get("property") if isinstance(node, dict) else None
        return self.titles.get(name) if isinstance(name, str) else None

    def _beside(self, node: Tree, other: Tree) -> str:
        """A value with the unit, or the word, of what it is compared with."""
        item = self._queryable(other)
        if isinstance(node, str) and item is not None and item.terms is not None:
            return _term(item.terms, node).say(self.language)
        if isinstance(node, int | float) and not isinstance(node, bool) and item is not None:
            return f"{self._plain(node)} {unit_words(item.unit).say(self.language)}".strip()
        return self._value(node)

    def _value(self, node: Tree) -> str:
        if not isinstance(node, dict):
            return self._plain(node)
        name = node.get("property")
        if isinstance(name, str):
            return self._named(name)
        if "date" in node:
            return str(node["date"])
        return self._told(node) if "op" in node else str(node)

    def _named(self, name: str) -> str:
        parameter = self.parameters.get(name.removeprefix(f"{PARAMETER}.")) if "." in name else None
        if parameter is not None:
            return f"{_amount(parameter, self.language)}〔{parameter.title.text.say(self.language)}〕"
        return self.titles[name].titles.say(self.language) if name in self.titles else name

    def _plain(self, value: Any) -> str:
        if isinstance(value, bool):
            return Text("是", "yes").say(self.language) if value else Text("否", "no").say(self.language)
        return f"{value:,g}" if isinstance(value, int | float) else str(value)


def _amount(parameter: Parameter, language: Language) -> str:
    value = parameter.value
    if isinstance(value, bool):
        return (Text("是", "yes") if value else Text("否", "no")).say(language)
    shown = f"{value:,.10g}" if isinstance(value, int | float) else str(value)
    if parameter.unit == "1" and isinstance(value, int | float):
        return f"{value * 100:,.10g}%"
    return f"{shown} {unit_words(parameter.unit).say(language)}".strip()


def _term(terms: type[Term], token: str) -> Text:
    return next((term.titles for term in terms if term == token), Text(token, token))


def amount_words(parameter: Parameter, language: Language) -> str:
    """A parameter's value with its unit."""
    return _amount(parameter, language)


_METHODS: dict[str, Callable[[Wording, str, list[Tree]], str]] = {
    "and": Wording._junction,
    "or": Wording._junction,
    "not": Wording._negation,
    "isNull": Wording._is_null,
    "in": Wording._one_of,
    "between": Wording._between,
    **dict.fromkeys(ARITHMETIC, Wording._arithmetic),
}
