# ruff: noqa: E501 - wording stays in one piece

"""Mappings that were saved by name: TOML files in the registry's home, as those are that ``--mapping`` takes by path."""

import json
import re
import secrets
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from gisreg.errors import InputError, NotFoundError
from gisreg.intake.mapping import (
    LAND_USE,
    NOT_STORED,
    PROPOSED,
    UNIT_FACTORS,
    Mapping,
    default_mapping,
    fitting_units,
    folded,
    target_columns,
)
from gisreg.intake.proposing import AREA, Proposal
from gisreg.settings import Settings
from gisreg.text import Text
from gisreg.vocab import LandUseScheme

BY_HAND = Text("人工指定", "set by hand")
FOLDER = "mappings"
SUFFIX = ".toml"
_NAME = re.compile(r"[\w\-. ()()]{1,60}")


class MappingUnknown(NotFoundError):
    """Neither a saved name nor a file."""

    what: ClassVar[Text] = Text(
        "没有名为 {name} 的字段对照(已保存:{known})", "there is no mapping {name} (saved: {known})"
    )
    mend: ClassVar[Text] = Text(
        "请用 gisreg parcels mapping 文件 --save 名称 保存一份,或给出 TOML 文件的路径",
        "save one with gisreg parcels mapping FILE --save NAME, or give the path of a TOML file",
    )


class MappingNameUnusable(InputError):
    """A name that makes no file."""

    what: ClassVar[Text] = Text("名称 {name} 不可用", "the name {name} cannot be used")
    mend: ClassVar[Text] = Text("请用 60 个以内的文字、数字、-、_", "use up to 60 letters, digits, - and _")


class AssignmentUnusable(InputError):
    """``--set`` that cannot be followed."""

    what: ClassVar[Text] = Text("--set {given} 不可用({detail})", "--set {given} cannot be followed ({detail})")
    mend: ClassVar[Text] = Text(
        "写法:--set 列名=字段 或 --set 列名=字段:单位(地类为 字段:译入的标准);--set 列名=- 表示不用该列",
        "write --set COLUMN=TARGET or COLUMN=TARGET:UNIT (for land use the scheme to translate to); COLUMN=- leaves the column out",
    )


def folder(settings: Settings) -> Path:
    """Where saved mappings are."""
    return settings.home / FOLDER


def saved(settings: Settings) -> list[str]:
    """Their names."""
    return sorted(path.stem for path in folder(settings).glob(f"*{SUFFIX}")) if folder(settings).is_dir() else []


def find(settings: Settings, name: str) -> Path:
    """The file of a saved mapping, or the file that is named.

    Raises:
        MappingUnknown.
    """
    if _NAME.fullmatch(name) and (kept := folder(settings) / f"{name}{SUFFIX}").is_file():
        return kept
    if Path(name).suffix.lower() == SUFFIX or Path(name).is_file():
        return Path(name)  # whether it is there and usable is told by who reads it
    raise MappingUnknown(where=name, name=name, known=", ".join(saved(settings)) or "-")


def save(settings: Settings, name: str, proposals: Sequence[Proposal], file: str, base: Mapping | None = None) -> Path:
    """Keep what is followed of the proposals, and what ``base``, which they came from, says of values and defaults.

    An older mapping of that name is replaced whole.

    Raises:
        MappingNameUnusable.
    """
    if not _NAME.fullmatch(name) or name.startswith((".", " ")):
        raise MappingNameUnusable(where="--save", name=name[:80])
    folder(settings).mkdir(parents=True, exist_ok=True)
    target = folder(settings) / f"{name}{SUFFIX}"
    scratch = target.with_name(f".{secrets.token_hex(4)}.part")
    try:
        scratch.write_text(
            as_toml(name, _as_asked(proposals, base), file, base and _own(base, default_mapping(settings.data_dir))),
            encoding="utf-8",
        )
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)
    return target


def _as_asked(proposals: Sequence[Proposal], base: Mapping | None) -> list[Proposal]:
    """Areas that a mapping names count as official; where only we took the column for one, it counts as it did."""
    named = {folded(entry.name) for entry in base.entries.get(AREA, ()) if entry.given} if base else set()
    return [
        replace(one, proposed=one.target == AREA and one.why != BY_HAND and folded(one.column) not in named)
        for one in proposals
    ]


def _own(mapping: Mapping, usual: Mapping) -> Mapping:
    """What a mapping adds to the usual one."""
    values = {
        target: {words: value for words, value in listed.items() if usual.values.get(target, {}).get(words) != value}
        for target, listed in mapping.values.items()
    }
    defaults = {key: value for key, value in mapping.defaults.items() if usual.defaults.get(key) != value}
    yes, no = (
        tuple(word for word in words if word not in known)
        for words, known in ((mapping.yes, usual.yes), (mapping.no, usual.no))
    )
    return replace(mapping, values=values, defaults=defaults, yes=yes, no=no)


def as_toml(name: str, proposals: Sequence[Proposal], file: str, own: Mapping | None = None) -> str:
    """A mapping file that says the same."""
    lines = [f"# 由 {_comment(file)} 提出 · proposed from that file", f"title = {_quoted(name)}"]
    left = [one.column for one in proposals if not one.used]
    if left:
        lines.append("ignore = [" + ", ".join(map(_quoted, left)) + "]")
    lines += _general(own) if own else []
    for one in proposals:
        if not one.used or one.target is None or one.target not in (*NOT_STORED, *target_columns()):
            continue
        parts = [f"name = {_quoted(one.column)}"]
        if one.sets:
            parts.append(f"sets = {_inline(one.sets)}")
        if one.proposed:
            parts.append(f"{PROPOSED} = true")
        lines += ["", f"[columns.{one.target}]  # {_comment(one.why.zh)}", "from = [{ " + ", ".join(parts) + " }]"]
        if one.unit:
            lines.append(f"unit = {_quoted(one.unit)}")
        if one.to:
            lines.append(f"to = {_quoted(one.to)}")
        if own and own.values.get(one.target):
            lines.append(f"values = {_inline(own.values[one.target])}")
    return "\n".join(lines) + "\n"


def _general(own: Mapping) -> list[str]:
    """Defaults, and words for yes and no."""
    lines = [f"defaults = {_inline(own.defaults)}"] if own.defaults else []
    if own.yes or own.no:
        lines += ["", "[booleans]"]
        lines += [f"{key} = [{', '.join(map(_quoted, words))}]" for key, words in (("yes", own.yes), ("no", own.no))]
    return lines


def _inline(values: AnyMapping[str, str]) -> str:
    return "{ " + ", ".join(f"{_quoted(key)} = {_quoted(value)}" for key, value in values.items()) + " }"


def _quoted(text: str) -> str:
    """A basic string of TOML, which writes its escapes as JSON does."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    return "".join(mark if mark.isprintable() else " " for mark in text)


def assign(proposals: Sequence[Proposal], given: Sequence[str]) -> list[Proposal]:
    """The proposals, corrected by people: ``列名=target``, ``列名=target:unit``, ``列名=-``.

    Raises:
        AssignmentUnusable.
    """
    by_column = {one.column: one for one in proposals}
    for words in given:
        column, mark, wanted = words.rpartition("=")
        if not mark or column not in by_column:
            raise AssignmentUnusable(where="--set", given=words[:80], detail=_no("列", "column", column[:40]))
        by_column = _assigned(by_column, column, wanted, words)
    return [by_column[one.column] for one in proposals]


def _no(thing: str, thing_en: str, name: str) -> Text:
    return Text(f"没有{thing} {name}", f"there is no {thing_en} {name}")


def _assigned(proposals: dict[str, Proposal], column: str, wanted: str, words: str) -> dict[str, Proposal]:
    target, _, unit = wanted.partition(":")
    why = BY_HAND
    old = proposals[column]
    if target == "-":
        return {**proposals, column: Proposal(column, old.samples, None, None, 1.0, why)}
    if target not in (*NOT_STORED, *target_columns()):
        raise AssignmentUnusable(where="--set", given=words[:80], detail=_no("字段", "target", target[:40]))
    scheme = unit if target == LAND_USE and unit in list(LandUseScheme) else None
    if scheme:
        return {**_freed(proposals, target), column: replace(old, target=target, sure=1.0, why=why, to=scheme)}
    if unit and (unit not in UNIT_FACTORS or unit not in fitting_units(target)):
        raise AssignmentUnusable(where="--set", given=words[:80], detail=_no("单位", "unit", unit[:20]))
    made = Proposal(
        column, old.samples, target, unit or (old.unit if old.unit in fitting_units(target) else None), 1.0, why
    )
    return {**_freed(proposals, target), column: made}


def _freed(proposals: dict[str, Proposal], target: str) -> dict[str, Proposal]:
    """Whatever was taken for the target is so no longer."""
    why = Text("该字段已指定给另一列", "another column was set to be that")
    return {
        name: Proposal(name, one.samples, None, None, 0.0, why) if one.target == target else one
        for name, one in proposals.items()
    }
