"""A command line that cannot be read: one line that says what, where, and which help to ask for.

Typer words its refusals in English only. They are put into both languages here, because the language may be the very
thing that was not understood; ``--lang`` and GISREG_LANGUAGE choose one.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import typer

from gisreg.text import Language, Text

HINT = Text("用法见 {path} --help", "see {path} --help")
WORD = Text("错误", "error")
MISSING = {
    "option": Text("缺少选项 {where}", "missing option {where}"),
    "argument": Text("缺少参数 {where}", "missing argument {where}"),
}
BAD_VALUE = Text("{where} 的值不对:{fault}", "invalid value for {where}: {fault}")
UNKNOWN_OPTION = Text("没有选项 {name}", "no such option: {name}")
NEAREST = Text("{said}(相近的有 {names})", "{said} (possible: {names})")
NOT_READ = Text("命令写法不对:{message}", "{message}")

FAULTS: dict[str, Text] = {
    "int_parsing": Text("{value} 不是整数", "{value} is not a whole number"),
    "int_from_float": Text("{value} 不是整数", "{value} is not a whole number"),
    "int_parsing_size": Text("{value} 太大", "{value} is too large"),
    "float_parsing": Text("{value} 不是数字", "{value} is not a number"),
    "bool_parsing": Text("{value} 不是真假值", "{value} is neither true nor false"),
    "greater_than_equal": Text("{value} 小于 {ge}", "{value} is less than {ge}"),
    "less_than_equal": Text("{value} 大于 {le}", "{value} is more than {le}"),
}
"""What pydantic, which reads the values for Typer, calls the fault."""

MESSAGES: tuple[tuple[re.Pattern[str], Text], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"(?:Value error, )?'(?P<value>.*)' is not one of (?P<choices>.+?)\.?$",
         Text("{value} 不在可选值之中:{choices}", "{value} is not one of {choices}")),
        (r"No such command '(?P<name>.*?)'\.(?: Did you mean (?P<near>.+)\?)?$",
         Text("没有命令 {name}", "no such command: {name}")),
        (r"Option '(?P<name>.*)' requires an argument\.$",
         Text("选项 {name} 后面缺少值", "option {name} needs a value")),
        (r"Option '(?P<name>.*)' requires (?P<count>\d+) arguments\.$",
         Text("选项 {name} 需要 {count} 个值", "option {name} needs {count} values")),
        (r"Option '(?P<name>.*)' does not take a value\.$",
         Text("选项 {name} 不带值", "option {name} takes no value")),
        (r"Got unexpected extra argument\(s\) \((?P<names>.*)\)$",
         Text("多余的参数 {names}", "unexpected argument {names}")),
        (r"Missing command\.$", Text("缺少子命令", "missing command")),
    )
)  # fmt: skip
"""Typer's own refusals that have no class to tell them by."""


def one_of(words: Iterable[str]) -> Callable[[str | None], str | None]:
    """A callback that refuses what is not in a closed list, as Typer does for enumerations."""
    known = tuple(words)

    def check(value: str | None) -> str | None:
        if value is not None and value not in known:
            raise typer.BadParameter(f"'{value}' is not one of {', '.join(known)}.")
        return value

    return check


def usage_line(usage: typer.TyperException, arguments: Sequence[str], language: Language | None) -> str:
    """The refusal in one language, or Chinese first and English beside it where none was chosen."""
    path = command_path(usage, arguments)
    if language:
        return one_line(f"{WORD.say(language)} [usage] {_line(usage, path, language)}")
    return one_line(f"{WORD.zh} [usage] {_line(usage, path, 'zh')} · {_line(usage, path, 'en')}")


def one_line(text: str) -> str:
    """What was typed may hold line breaks and control characters; the line stays one."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _line(usage: typer.TyperException, path: str, language: Language) -> str:
    gap = ";" if language == "zh" else "; "
    return f"{_what(usage, language)}{gap}{HINT.say(language, path=path)}"


def _what(usage: typer.TyperException, language: Language) -> str:
    kind = type(usage).__name__
    if kind == "MissingParameter":
        param = getattr(usage, "param", None)
        words = MISSING.get(getattr(param, "param_type_name", "argument"), MISSING["argument"])
        return words.say(language, where=_where(usage))
    if kind == "BadParameter":
        return BAD_VALUE.say(language, where=_where(usage), fault=_fault(usage, language))
    if kind == "NoSuchOption":
        said = UNKNOWN_OPTION.say(language, name=getattr(usage, "option_name", ""))
        near = getattr(usage, "possibilities", None)
        return NEAREST.say(language, said=said, names=", ".join(sorted(near))) if near else said
    return _message(usage.message, language)


def _message(message: str, language: Language) -> str:
    for pattern, words in MESSAGES:
        if found := pattern.match(message):
            parts = found.groupdict()
            said = words.say(language, **{name: text.replace("'", "") for name, text in parts.items() if text})
            near = (parts.get("near") or "").replace("'", "")
            return NEAREST.say(language, said=said, names=near) if near else said
    return NOT_READ.say(language, message=message.rstrip("."))


def _where(usage: typer.TyperException) -> str:
    """The option or argument as it is typed."""
    param: Any = getattr(usage, "param", None)
    if param is None:
        return str(getattr(usage, "param_hint", None) or "")
    if param.param_type_name == "option":
        return " / ".join(param.opts)
    return str(param.metavar or param.name).upper()


def _fault(usage: typer.TyperException, language: Language) -> str:
    """What is wrong with the value: pydantic's type of fault is behind Typer's sentence."""
    cause: Any = usage.__cause__
    entry: dict[str, Any] = cause.errors()[0] if hasattr(cause, "errors") else {"type": ""}
    words = FAULTS.get(entry["type"])
    if words is None:
        return _message(usage.message, language)
    return words.say(language, value=entry["input"], **entry.get("ctx", {}))


def command_path(usage: typer.TyperException, arguments: Sequence[str]) -> str:
    """The command whose help explains it; Typer does not say which where an option's own form is wrong."""
    context: Any = getattr(usage, "ctx", None)
    return str(context.command_path) if context is not None else " ".join(["gisreg", *known_words(arguments)])


def known_words(arguments: Sequence[str]) -> list[str]:
    """The command and sub-command among the arguments."""
    from gisreg.cli.main import build  # noqa: PLC0415 - main imports this module

    behind = zip(("", *arguments), arguments, strict=False)
    plain = [word for before, word in behind if before != "--lang" and not word.startswith("-")]
    level: Any = typer.main.get_command(build(plain[0] if plain else None))
    found: list[str] = []
    for word in plain:
        level = getattr(level, "commands", {}).get(word)
        if level is None:
            break
        found.append(word)
    return found
