"""A rule set as data: TOML with parameters, measures, gates and rules is read, and what is wrong with it is said."""

import difflib
import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ValidationError

from gisreg.errors import InputError, PathUnusable
from gisreg.planning import finance_label
from gisreg.planning.clauses import in_english
from gisreg.planning.clock.limits import fault_of
from gisreg.planning.extending import as_toml, extended
from gisreg.planning.form_words import worded
from gisreg.planning.places import line_of, path_of
from gisreg.planning.ruleset_parts import (
    Bilingual,
    Gate,
    Heading,
    Measure,
    MoneyRule,
    Parameter,
    Rule,
    RuleSet,
    Step,
    Strict,
    WhyNot,
)
from gisreg.settings import PROJECT_DIR
from gisreg.text import Text
from gisreg.vocab import Kind

__all__ = [
    "MAX_BYTES",
    "MAX_GATES",
    "NATIONAL",
    "BaseSetUnknown",
    "Bilingual",
    "FallbacksNotOne",
    "Gate",
    "Heading",
    "LoadedRuleSet",
    "Measure",
    "MeasureUnused",
    "MoneyRule",
    "NameTwice",
    "NotDefined",
    "Parameter",
    "Rule",
    "RuleSet",
    "RuleSetCycle",
    "RuleSetError",
    "RuleSetNested",
    "RuleSetSyntax",
    "RuleSetTooLarge",
    "RuleSetUnreadable",
    "Step",
    "WhyNot",
    "faults_of",
    "load_ruleset",
    "national_words",
    "read_ruleset",
]
NATIONAL = PROJECT_DIR / "data" / "rules" / "national.toml"
MAX_GATES = 31
"""Two bits a gate (holds, unknown) in one 63-bit mask."""
MAX_BYTES = 2_000_000
MOST_FAULTS = 100
"""Faults of form that are told at once."""

_ENGLISH = re.compile(r"^\[english\]$.*?(?=^\[|\Z)", re.MULTILINE | re.DOTALL)
_AT_LINE = re.compile(r" \((?:at line (\d+), column \d+|at end of document)\)")


class RuleSetError(InputError):
    """A rule set that cannot be used; ``where`` is file, rule and field."""

    what: ClassVar[Text] = Text("规则集有误:{detail}", "the rule set is wrong: {detail}")
    mend: ClassVar[Text] = Text(
        "请更正规则文件,可用 gisreg plan lint 检查", "correct the file; gisreg plan lint checks it"
    )


class RuleSetUnreadable(InputError):
    """The file is missing or is not TOML."""

    what: ClassVar[Text] = Text("规则集读不出来:{detail}", "the rule set cannot be read: {detail}")
    mend: ClassVar[Text] = Text("请给出一个 UTF-8 编码的 TOML 文件", "name a TOML file in UTF-8")


class RuleSetTooLarge(RuleSetUnreadable):
    """More than any set of rules needs."""

    what: ClassVar[Text] = Text("规则集超过 {limit} 字节", "the rule set is larger than {limit} bytes")
    mend: ClassVar[Text] = Text(
        "请核对是否选错文件;国家级规则集不到十万字节",
        "is it the right file? The national one is under 100,000 bytes",
    )


class RuleSetSyntax(RuleSetUnreadable):
    """A line that is no TOML."""

    what: ClassVar[Text] = Text("规则集不合 TOML 语法:{detail}", "the rule set is no TOML: {detail}")
    mend: ClassVar[Text] = Text("请更正该行", "correct that line")


class RuleSetNested(RuleSetUnreadable):
    """Lists in lists beyond all reason."""

    what: ClassVar[Text] = Text("规则集嵌套过深", "the rule set is nested too deep")
    mend: ClassVar[Text] = Text("请减少方括号、花括号的层数", "use fewer brackets within brackets")


class NotDefined(RuleSetError):
    """A measure or end use that the set does not define."""

    what: ClassVar[Text] = Text("没有{thing_zh} {name}", "there is no {thing} {name}")
    mend: ClassVar[Text] = Text("请写明 [{group}.{name}]{nearest}", "define [{group}.{name}]{nearest}")


class MeasureUnused(RuleSetError):
    """A gate or sum is about a measure that no rule proposes."""

    what: ClassVar[Text] = Text("没有规则采用措施 {name}", "no rule proposes the measure {name}")
    mend: ClassVar[Text] = Text("请更正 measures{nearest}", "correct measures{nearest}")


class FallbacksNotOne(RuleSetError):
    """Each kind needs one rule for where nothing else is open."""

    what: ClassVar[Text] = Text(
        "{kind_zh}应有一条且仅一条兜底规则,现有 {count} 条{ids}",
        "{kind} needs one fallback, there are {count}{ids}",
    )
    mend: ClassVar[Text] = Text(
        "请为该类型写一条 fallback = true 的规则", "give that kind one rule with fallback = true"
    )


class NameTwice(RuleSetError):
    """Two things with one id."""

    what: ClassVar[Text] = Text("编号重复:{names}", "the same id twice: {names}")
    mend: ClassVar[Text] = Text("请另取编号", "give one of them another id")


class RuleSetCycle(RuleSetError):
    """Rule sets that extend one another."""

    what: ClassVar[Text] = Text("规则集互相引用:{chain}", "rule sets extend one another: {chain}")
    mend: ClassVar[Text] = Text("请去掉其中一处 extends", "leave one `extends` out")


class BaseSetUnknown(RuleSetError):
    """The set that is extended is not there."""

    what: ClassVar[Text] = Text("找不到被扩展的规则集 {name}", "the rule set {name} that is extended is not there")
    mend: ClassVar[Text] = Text(
        '请把 NAME.toml 放在同一文件夹并写 extends = "NAME"(不带 .toml),或写 national',
        'put NAME.toml into the same folder and write extends = "NAME", without .toml; or name national',
    )


class LoadedRuleSet(Strict):
    """A rule set with the very text it came from; where it extends another, the text of both put together."""

    rules: RuleSet
    toml: str
    sha256: str
    file: str
    written: str = ""
    """What stands in the file itself."""

    def place(self, thing: str, field: str = "") -> str:
        """``file:line:thing:field``, for messages; without a line for what another set says."""
        return _place_of(self.file, self.written or self.toml, thing, field)


def load_ruleset(path: Path = NATIONAL) -> LoadedRuleSet:
    """Read and check a file, and the set that it extends: beside it, or one of those that the registry brings."""
    return _loaded(_text_of(path), path.name, path.parent)


def faults_of(path: Path) -> tuple[LoadedRuleSet, tuple[RuleSetError, ...]]:
    """A file of sound form, and all that it names in vain or twice: :func:`load_ruleset` fails with the first of it."""
    toml = _text_of(path)
    return _read(_whole(toml, path.name, path.parent), toml, path.name)


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise PathUnusable(str(path), detail=Text("没有这个文件", "there is no such file")) from None
    except IsADirectoryError:
        raise PathUnusable(str(path), detail=Text("这是文件夹", "it is a folder")) from None
    except OSError as error:
        raise RuleSetUnreadable(str(path), detail=error.strerror or str(error)) from None
    if len(raw) > MAX_BYTES:
        raise RuleSetTooLarge(str(path), limit=MAX_BYTES)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise RuleSetUnreadable(f"{path.name}:{line}", detail=Text("不是 UTF-8 编码", "it is not UTF-8")) from None


def read_ruleset(toml: str, file: str = "rules.toml") -> LoadedRuleSet:
    """Check a rule set's text: form, references, one fallback a kind. Conditions are checked when they are compiled."""
    return _loaded(toml, file, NATIONAL.parent)


def national_words(words: str) -> Text:
    """As the national set's :meth:`RuleSet.worded`. Of its text only the English is read: all of it takes longer than
    to answer about a parcel, whose county may have rules of its own."""
    english = _english(_text_of(NATIONAL))
    return Text(words, english[words]) if words in english else in_english(words, english)


@lru_cache(maxsize=2)
def _english(toml: str) -> dict[str, str]:
    table = _ENGLISH.search(toml)
    found: dict[str, str] = tomllib.loads(table[0])["english"] if table else {}
    return found


def _loaded(toml: str, file: str, folder: Path) -> LoadedRuleSet:
    loaded, faults = _read(_whole(toml, file, folder), toml, file)
    for first in faults:
        raise type(first)(first.place, **first.params)  # a new one: what is read is kept, and raised again
    return loaded


def _whole(toml: str, file: str, folder: Path) -> str:
    return toml if "extends" not in toml else _put_together(toml, file, folder)


def _put_together(toml: str, file: str, folder: Path) -> str:
    data = _parsed(toml, file)
    if not _extends(data):
        return toml
    try:
        return as_toml(_with_base(data, file, folder, (Path(file).stem,)))
    except (RuleSetCycle, BaseSetUnknown) as error:
        if isinstance(error, BaseSetUnknown) and not error.where.startswith(f"{file}:"):
            raise  # the fault is in a file that this one extends
        raise type(error)(_place_of(file, toml, "ruleset", "extends"), **error.params) from None


def _extends(data: dict[str, Any]) -> str | None:
    heading = data.get("ruleset")
    named = heading.get("extends") if isinstance(heading, dict) else None
    return named if isinstance(named, str) else None


def _with_base(data: dict[str, Any], file: str, folder: Path, seen: tuple[str, ...]) -> dict[str, Any]:
    """The set with what it extends, and with what that extends."""
    named = _extends(data)
    if named is None:
        return data
    if named in seen:
        raise RuleSetCycle(f"{file}:ruleset:extends", chain=" → ".join((*seen, named)))
    path = next(
        (place for place in (folder / f"{named}.toml", NATIONAL.parent / f"{named}.toml") if _is_set(place)), None
    )
    if path is None:
        raise BaseSetUnknown(f"{file}:ruleset:extends", name=named)
    base = _with_base(_parsed(_text_of(path), path.name), path.name, path.parent, (*seen, named))
    for part in ("name", "version"):
        if not isinstance(base.get("ruleset"), dict) or part not in base["ruleset"]:
            raise RuleSetError(f"{path.name}:ruleset:{part}", detail=Text("缺少此项", "it is missing"))
    return extended(base, data, file)


def _is_set(path: Path) -> bool:
    return re.fullmatch(r"[a-z][a-z0-9_]*", path.stem) is not None and path.is_file()


@lru_cache(maxsize=8)
def _tables(toml: str) -> dict[str, Any]:
    """Read only: the same tables for the same text."""
    return tomllib.loads(toml)


def _parsed(toml: str, file: str) -> dict[str, Any]:
    try:
        return _tables(toml)
    except RecursionError:
        raise RuleSetNested(file) from None
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line = found[1] if found else str(toml.count("\n") + 1)
        raise RuleSetSyntax(f"{file}:{line}", detail=_AT_LINE.sub("", str(error))) from None


@lru_cache(maxsize=8)
def _read(toml: str, written: str, file: str) -> tuple[LoadedRuleSet, tuple[RuleSetError, ...]]:
    data = _parsed(toml, file)
    try:
        rules = RuleSet.model_validate(data)
    except ValidationError as error:
        faults = [(_place(file, written, toml, one["loc"]), worded(one)) for one in error.errors()[:MOST_FAULTS]]
        raise RuleSetError(faults[0][0], detail=faults[0][1], faults=faults) from None
    loaded = LoadedRuleSet(
        rules=rules, toml=toml, sha256=hashlib.sha256(toml.encode()).hexdigest(), file=file, written=written
    )
    return loaded, tuple(_wrong_references(loaded))


def _place(file: str, written: str, toml: str, location: tuple[int | str, ...]) -> str:
    """``file:line:rule id:field`` instead of list numbers."""
    node: Any = _parsed(toml, file)
    parts: list[str] = []
    for step in location:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            parts.append(str(step))
            continue
        named = node.get("id") if isinstance(node, dict) and isinstance(step, int) else None
        parts.append(str(named or step))
    if written == toml:
        line = line_of(written, location)
    else:  # numbers of lists are those of both texts put together: only the id leads back
        path = next((found for part in parts if (found := path_of(_parsed(written, file), part, parts[-1]))), None)
        line = line_of(written, path) if path else None
    return ":".join([file, *([str(line)] if line else []), *parts])


def _place_of(file: str, written: str, thing: str, field: str) -> str:
    path = path_of(_parsed(written, file), thing, field)
    line = line_of(written, path) if path else None
    return ":".join([file, *([str(line)] if line else []), thing, *([field] if field else [])])


def _wrong_references(loaded: LoadedRuleSet) -> Iterator[RuleSetError]:
    """Ids given twice, names of what is not defined, kinds without their fallback."""
    rules, file = loaded.rules, loaded.file
    for group, listed in (("gates", rules.gates), ("rules", rules.rules), ("money", rules.money)):
        yield from _twice(loaded, group, [one.id for one in listed])
    if len(rules.gates) > MAX_GATES:
        yield RuleSetError(f"{file}:gates", detail=f"{len(rules.gates)} > {MAX_GATES}")
    for name, parameter in rules.parameters.items():
        wrong = fault_of(name, parameter.value) or finance_label.fault_of(name, parameter.value)
        if wrong is not None:
            yield RuleSetError(loaded.place(name, "value"), detail=wrong)
    for rule in rules.rules:
        if rule.measure not in rules.measures:
            yield _not_defined(loaded.place(rule.id, "measure"), "measures", rule.measure, rules.measures)
        for end_use in rule.end_use:
            if end_use not in rules.end_uses:
                yield _not_defined(loaded.place(rule.id, "end_use"), "end_uses", end_use, rules.end_uses)
    yield from _concerned_in_vain(loaded)
    yield from _fallbacks_not_one(loaded)


def _fallbacks_not_one(loaded: LoadedRuleSet) -> Iterator[RuleSetError]:
    for kind in Kind:
        ruled = [rule.id for rule in loaded.rules.rules if rule.kind == kind]
        fallbacks = [rule.id for rule in loaded.rules.rules if rule.kind == kind and rule.fallback]
        if len(fallbacks) != 1:
            ids = f" ({', '.join(fallbacks)})" if fallbacks else ""
            near = fallbacks or ruled
            where = loaded.place(near[-1]) if near else f"{loaded.file}:rules"
            yield FallbacksNotOne(where, kind=kind.en, kind_zh=kind.zh, count=len(fallbacks), ids=ids)


def _concerned_in_vain(loaded: LoadedRuleSet) -> Iterator[RuleSetError]:
    used = {rule.measure for rule in loaded.rules.rules}
    concerned: tuple[Gate | MoneyRule, ...] = (*loaded.rules.gates, *loaded.rules.money)
    for one in concerned:
        besides = one.except_measures if isinstance(one, Gate) else ()
        for measure in (*one.measures, *besides):
            if measure not in used:
                yield MeasureUnused(loaded.place(one.id, "measures"), name=measure, nearest=_nearest(measure, used))


def _twice(loaded: LoadedRuleSet, group: str, names: list[str]) -> Iterator[RuleSetError]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        yield NameTwice(_last_place(loaded, group, twice[0]), names=", ".join(twice))


def _last_place(loaded: LoadedRuleSet, group: str, name: str) -> str:
    """Where the file says the name for the last time."""
    written = loaded.written or loaded.toml
    listed = _parsed(written, loaded.file).get(group, [])
    last = max((number for number, one in enumerate(listed) if one.get("id") == name), default=None)
    line = None if last is None else line_of(written, (group, last))
    return ":".join([loaded.file, *([str(line)] if line else []), name])


THINGS = {"measures": Text("措施", "measure"), "end_uses": Text("用途", "end use")}


def _not_defined(where: str, group: str, name: str, known: Iterable[str]) -> NotDefined:
    words = THINGS[group]
    return NotDefined(where, group=group, name=name, thing=words.en, thing_zh=words.zh, nearest=_nearest(name, known))


def _nearest(name: str, known: Iterable[str]) -> Text:
    """The name that was probably meant."""
    close = difflib.get_close_matches(name, list(known), 1)
    return Text(f";是否指 {close[0]}?", f"; did you mean {close[0]}?") if close else Text("", "")
