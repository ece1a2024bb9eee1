"""Text or JSON to a tree of plain lists and dictionaries, with caps that hold before any parser runs.

``cql2`` is a recursive parser: thousands of nested operators end the process, and it tries a parenthesis first as an
expression, then as a list, so that one mistake inside twenty parentheses costs seconds. Therefore parentheses that hold
an expression are parsed by themselves, innermost first, and put together afterwards.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

import cql2

from gisreg.filters.errors import FilterSyntaxError, FilterTooDeep, FilterTooLong, place
from gisreg.text import Text

MAX_LENGTH = 50_000
MAX_DEPTH = 100
MAX_OPERATORS = 1_000
SHALLOW = 6
"""Parentheses nested no deeper than this are left to the parser."""

Tree = Any
"""A CQL2 JSON value: dictionary, list, string, number, boolean."""

_TOKEN = re.compile(
    r"(?P<string>'(?:[^']|'')*'?)|(?P<name>\"[^\"]*\"?)|(?P<word>[^\W\d]\w*)|(?P<open>\()|(?P<close>\))"
    r"|(?P<number>\d[\w.]*)|(?P<operator>[-+*/^%=<>])|(?P<comma>,)|(?P<other>\S)",
)
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL and halves of characters: neither the parser nor the database takes them."""
_WORD_OPERATORS = frozenset({"and", "or", "not", "between", "like", "div"})
_CHAINING = frozenset({"not", "like", "div"})
_PLACEHOLDER = "__group_"
_POSITION = re.compile(r"--> (\d+):(\d+)")
_LONGEST_SHOWN = 30
EMPTY = Text("条件是空的", "it is empty")
UNFINISHED = Text("条件没有写完", "it ends too early")
UNUSABLE = Text("有不可用的字符", "a character that cannot be used")
NOT_JSON = Text("JSON 有误", "the JSON is wrong")
NEVER_CLOSED = Text("括号没有闭合", "a parenthesis is never closed")


def parse(source: str | dict[str, Any]) -> Tree:
    """The tree of a filter given as CQL2 text, as CQL2 JSON text, or as JSON already read."""
    if not isinstance(source, str):
        return _checked_depth(source)
    if len(source) > MAX_LENGTH:
        raise FilterTooLong(length=len(source), limit=MAX_LENGTH)
    unusable = _UNUSABLE.search(source)
    if unusable is not None:
        position = unusable.start() + 1
        raise FilterSyntaxError(place(position), detail=UNUSABLE, position=position)
    if source.lstrip().startswith("{"):
        return _checked_depth(_read_json(source))
    return _checked_depth(_parse_text(source))


def _read_json(source: str) -> Tree:
    try:
        return json.loads(source, parse_constant=_refuse_constant)
    except RecursionError:
        raise FilterTooDeep(limit=MAX_DEPTH) from None
    except json.JSONDecodeError as error:
        raise FilterSyntaxError(place(error.pos + 1), detail=NOT_JSON, position=error.pos + 1) from None


def _refuse_constant(name: str) -> None:
    raise FilterSyntaxError(detail=name)


def _checked_depth(tree: Tree) -> Tree:
    """Refuse a tree deeper than :data:`MAX_DEPTH` operators, without recursion of our own."""
    level, depth = [tree], 0
    while level:
        depth += 1
        if depth > 2 * MAX_DEPTH + 10:  # an operator is two levels: the object and its argument list
            raise FilterTooDeep(limit=MAX_DEPTH)
        level = [child for node in level for child in _children(node)]
    return tree


def _children(node: Tree) -> list[Tree]:
    if isinstance(node, dict):
        return list(node.values())
    return list(node) if isinstance(node, list) else []


@dataclass
class _Group:
    """An open parenthesis while the text is scanned."""

    start: int
    holds_expression: bool
    has_comma: bool = False
    height: int = 1


def _parse_text(source: str) -> Tree:
    groups = _expression_groups(source)
    return _Grouped(source, groups).parse()


def _expression_groups(source: str) -> list[tuple[int, int]]:
    """The spans of parentheses that hold an expression and are nested deep; innermost first. Checks the caps."""
    spans: list[tuple[int, int]] = []
    stack: list[_Group] = []
    operators = 0
    before = "operator"  # what stood before: "operator" means that an expression may begin here
    for token in _TOKEN.finditer(source):
        kind, text = token.lastgroup, token.group().lower()
        if kind == "operator" or (kind == "word" and text in _CHAINING):
            operators += 1
        if kind == "open":
            stack.append(_Group(token.start(), before == "operator"))
            if len(stack) > MAX_DEPTH:
                raise FilterTooDeep(place(token.start() + 1), limit=MAX_DEPTH, position=token.start() + 1)
            before = "operator" if stack[-1].holds_expression else "open"
            continue
        if kind == "close" and stack:
            _close(stack, token.end(), spans)
        elif kind == "comma" and stack:
            stack[-1].has_comma = True
        before = "operator" if kind == "operator" or (kind == "word" and text in _WORD_OPERATORS) else "value"
    if operators > MAX_OPERATORS:
        raise FilterTooDeep(limit=MAX_OPERATORS)
    if len(stack) >= SHALLOW:  # never closed, so no group of its own: the parser would try for hours
        position = stack[-1].start + 1
        raise FilterSyntaxError(place(position), detail=NEVER_CLOSED, position=position)
    return spans


def _close(stack: list[_Group], end: int, spans: list[tuple[int, int]]) -> None:
    group = stack.pop()
    if group.height >= SHALLOW and not (group.holds_expression and not group.has_comma):
        raise FilterTooDeep(place(group.start + 1), limit=SHALLOW, position=group.start + 1)
    taken = group.height >= SHALLOW
    if taken:
        spans.append((group.start, end))
    if stack:
        stack[-1].height = max(stack[-1].height, 1 if taken else group.height + 1)


class _Grouped:
    """Parses the groups by themselves and puts the trees together."""

    def __init__(self, source: str, spans: list[tuple[int, int]]) -> None:
        self.source = source
        self.spans = spans
        self.trees: list[Tree] = []

    def parse(self) -> Tree:
        """The whole tree."""
        for number, (start, end) in enumerate(self.spans):
            self.trees.append(self._parse_span(start + 1, end - 1, number))
        return self._parse_span(0, len(self.source), len(self.spans))

    def _parse_span(self, start: int, end: int, before: int) -> Tree:
        """Parse source[start:end] with the groups found before ``before`` that lie directly in it as placeholders."""
        pieces: list[tuple[str, int]] = []
        reached = start
        for number in self._inside(start, end, before):
            inner_start, inner_end = self.spans[number]
            pieces += [(self.source[reached:inner_start], reached), (f' "{_PLACEHOLDER}{number}" ', inner_start)]
            reached = inner_end
        pieces.append((self.source[reached:end], reached))
        return self._filled(_checked_depth(_call_parser(pieces, self.source)))

    def _inside(self, start: int, end: int, before: int) -> list[int]:
        """Outermost groups within the span, in text order."""
        inside = [n for n in range(before) if start <= self.spans[n][0] and self.spans[n][1] <= end]
        return sorted(
            (n for n in inside if not any(self._holds(m, n) for m in inside if m != n)), key=lambda n: self.spans[n]
        )

    def _holds(self, outer: int, inner: int) -> bool:
        return self.spans[outer][0] < self.spans[inner][0] and self.spans[inner][1] < self.spans[outer][1]

    def _filled(self, tree: Tree) -> Tree:
        if isinstance(tree, list):
            return [self._filled(item) for item in tree]
        if not isinstance(tree, dict):
            return tree
        name = tree.get("property")
        if isinstance(name, str) and name.startswith(_PLACEHOLDER) and name[len(_PLACEHOLDER) :].isdigit():
            number = int(name[len(_PLACEHOLDER) :])
            return self.trees[number] if number < len(self.trees) else tree
        return {key: self._filled(value) for key, value in tree.items()}


def _call_parser(pieces: list[tuple[str, int]], source: str) -> Tree:
    text = "".join(piece for piece, _start in pieces)
    try:
        return cql2.parse_text(text).to_json()
    except (cql2.ParseError, cql2.ValidationError) as error:
        position = _original(pieces, text, str(error))
        raise FilterSyntaxError(place(position), detail=_unread(source, position), position=position) from None


def _original(pieces: list[tuple[str, int]], text: str, message: str) -> int:
    """Where in the caller's text the parser stopped."""
    found = _POSITION.search(message)
    if found is None:
        return pieces[0][1] + 1
    line, column = int(found[1]), int(found[2])
    offset = sum(len(part) + 1 for part in text.split("\n")[: line - 1]) + column - 1
    for piece, start in pieces:
        if offset <= len(piece):
            return start + offset + 1
        offset -= len(piece)
    return pieces[-1][1] + len(pieces[-1][0]) + 1


def _unread(source: str, position: int) -> Text:
    """What the parser stopped at; its own words are names of its grammar."""
    rest = source[position - 1 :].split()
    if not rest:
        return UNFINISHED if source.strip() else EMPTY
    word = rest[0] if len(rest[0]) <= _LONGEST_SHOWN else rest[0][: _LONGEST_SHOWN - 1] + "…"
    return Text(f"读到“{word}”处读不懂", f"“{word}” is not understood there")
