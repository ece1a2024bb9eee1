"""A rule set that changes another: a province's or county's file names only what differs, the rest stays as it is.

The result is written out as one text, so that a run keeps all it was made by, whatever becomes of the other file.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, ClassVar

from gisreg.errors import InputError
from gisreg.text import Text

NAMED = ("parameters", "measures", "english", "end_uses")
LISTED = ("gates", "money", "rules")
GROUPS = ("ruleset", *NAMED, *LISTED)
BEFORE = "before"
"""A rule that is added says before which one it is tried; without it, after all others of its kind and label."""
_BARE = re.compile(r"[A-Za-z0-9_-]+")


class PlaceUnknown(InputError):
    """A rule wants to stand before one that is not there."""

    what: ClassVar[Text] = Text("before 所指的规则 {name} 不存在", "there is no rule {name} to stand before")
    mend: ClassVar[Text] = Text("请写出被扩展规则集中的规则编号", "name a rule of the set that is extended")


def extended(base: Mapping[str, Any], own: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The base with what the own set replaces and adds.

    Raises:
        PlaceUnknown: ``before`` names no rule.
    """
    heading = {**own["ruleset"], "based_on": f"{base['ruleset']['name']} {base['ruleset']['version']}"}
    heading.pop("extends")
    merged: dict[str, Any] = {**base, **own, "ruleset": heading}
    for group in NAMED:
        merged[group] = _named(base.get(group, {}), own.get(group, {}), deep=group == "parameters")
    for group in LISTED:
        merged[group] = _listed(base.get(group, []), own.get(group, []), where)
    return {group: merged[group] for group in (*GROUPS, *sorted(set(merged) - set(GROUPS))) if merged.get(group)}


def _named(base: Any, own: Any, *, deep: bool) -> Any:
    """Parameters keep the title and unit that the own set does not repeat, not the source: that is of the value.
    Everything else is replaced whole."""
    if not isinstance(own, dict) or not isinstance(base, dict):
        return own or base
    if not deep:
        return {**base, **own}
    return base | {name: _parameter(base.get(name), given) for name, given in own.items()}


def _parameter(base: Any, own: Any) -> Any:
    if not isinstance(base, dict) or not isinstance(own, dict):
        return own
    inherited = {key: base[key] for key in ("title", "unit") if key in base}
    return inherited | own


def _listed(base: Any, own: Any, where: str) -> Any:
    if not isinstance(own, list) or not isinstance(base, list):
        return own or base
    merged = list(base)
    for item in own:
        given = {key: value for key, value in item.items() if key != BEFORE} if isinstance(item, dict) else item
        _put(merged, given, item.get(BEFORE) if isinstance(item, dict) else None, where)
    return merged


def _put(merged: list[Any], given: Any, before: str | None, where: str) -> None:
    ids = [one.get("id") if isinstance(one, dict) else None for one in merged]
    own = given.get("id") if isinstance(given, dict) else None
    if before is not None and before not in ids:
        raise PlaceUnknown(f"{where}:{own}:{BEFORE}", name=before)
    if own in ids and before is None:
        merged[ids.index(own)] = given
        return
    if own in ids:
        merged.pop(ids.index(own))
    place = len(merged) if before is None else [one.get("id") for one in merged].index(before)
    merged.insert(place, given)


def as_toml(data: Mapping[str, Any]) -> str:
    """Plain TOML of what a rule file holds."""
    blocks = [_block(name, value) for name, value in data.items()]
    return "\n\n".join(blocks) + "\n"


def _block(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join([f"[{_key(name)}]", *_pairs(value)])
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return "\n\n".join("\n".join([f"[[{_key(name)}]]", *_pairs(item)]) for item in value)
    return f"{_key(name)} = {_inline(value)}"


def _pairs(table: Mapping[str, Any]) -> list[str]:
    return [f"{_key(key)} = {_inline(value)}" for key, value in table.items()]


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(_pairs(value)) + " }" if value else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, str):
        return _string(value)
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _string(name)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
