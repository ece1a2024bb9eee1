"""Whether a mapping file has the form of one, before anything in it is looked up."""

from typing import Any

from gisreg.intake.errors import MappingInvalid


def check_form(data: dict[str, Any], shown: str) -> None:
    """Every part is of the kind that the reader takes it for.

    Raises:
        MappingInvalid: it names the part.
    """
    for part in ("columns", "defaults", "booleans"):
        _require(isinstance(data.get(part, {}), dict), f"[{part}]", shown)
    _require(_is_texts(data.get("ignore", [])), 'ignore = ["…"]', shown)
    for word, texts in data.get("booleans", {}).items():
        _require(_is_texts(texts), f'booleans.{word} = ["…"]', shown)
    _require(_is_table(data.get("defaults", {})), 'defaults: … = "…"', shown)
    for target, spec in data.get("columns", {}).items():
        _require(isinstance(spec, dict), f"columns.{target}: from = […]", shown)
        _check_column(f"columns.{target}", spec, shown)


def _check_column(name: str, spec: dict[str, Any], shown: str) -> None:
    names = spec.get("from", [])
    _require(isinstance(names, str | list), f"{name}: from = […]", shown)
    entries = [entry for entry in names if not isinstance(entry, str)] if isinstance(names, list) else []
    _require(all(isinstance(entry, dict) for entry in entries), f"{name}: from = […]", shown)
    for entry in entries:
        _require(isinstance(entry.get("name"), str), f"{name}: name = …", shown)
        _require(_is_table(entry.get("sets", {})), f"{name}: sets = {{…}}", shown)
        _require(isinstance(entry.get("proposed", False), bool), f"{name}: proposed = true", shown)
    for one in (spec, *entries):
        _require(isinstance(one.get("unit", ""), str), f"{name}: unit = …", shown)
    _require(isinstance(spec.get("to", ""), str), f"{name}: to = …", shown)
    _require(_is_table(spec.get("values", {})), f"{name}.values", shown)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_table(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


def _require(fine: bool, detail: str, shown: str) -> None:
    if not fine:
        raise MappingInvalid(shown, detail=detail[:120])
