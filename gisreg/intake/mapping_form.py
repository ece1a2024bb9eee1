"""Whether a mapping file has the form of one, before anything in it is looked up."""

from collections.abc import Iterator
from typing import Any

from gisreg.intake.errors import MappingInvalid
from gisreg.planning.written import Written
from gisreg.text import Text

Part = tuple[bool, str, tuple[str, ...]]
"""Whether it is fine, what it should look like, and where it stands."""


def check_form(written: Written) -> None:
    """Every part is of the kind that the reader takes it for.

    Raises:
        MappingInvalid: it names the part, with its line.
    """
    for fine, form, place in _parts(written.data):
        if not fine:
            raise MappingInvalid(written.place(*place), detail=Text(f"应为 {form}", f"it should be {form}"))


def _parts(data: dict[str, Any]) -> Iterator[Part]:
    for part in ("columns", "defaults", "booleans"):
        yield isinstance(data.get(part, {}), dict), f"[{part}]", (part,)
    yield _is_texts(data.get("ignore", [])), 'ignore = ["…"]', ("ignore",)
    for word, texts in data.get("booleans", {}).items():
        yield _is_texts(texts), f'{word} = ["…"]', ("booleans", word)
    yield _is_table(data.get("defaults", {})), '… = "…"', ("defaults",)
    for target, spec in data.get("columns", {}).items():
        yield isinstance(spec, dict), "from = […]", ("columns", target)
        yield from _parts_of_column(spec, ("columns", target))


def _parts_of_column(spec: dict[str, Any], place: tuple[str, ...]) -> Iterator[Part]:
    names = spec.get("from", [])
    yield isinstance(names, str | list), "from = […]", (*place, "from")
    entries = [entry for entry in names if not isinstance(entry, str)] if isinstance(names, list) else []
    yield all(isinstance(entry, dict) for entry in entries), "from = […]", (*place, "from")
    for entry in entries:
        yield isinstance(entry.get("name"), str), 'name = "…"', (*place, "from")
        yield _is_table(entry.get("sets", {})), "sets = {…}", (*place, "from")
        yield isinstance(entry.get("proposed", False), bool), "proposed = true", (*place, "from")
        yield isinstance(entry.get("unit", ""), str), 'unit = "…"', (*place, "from")
    yield isinstance(spec.get("unit", ""), str), 'unit = "…"', (*place, "unit")
    yield isinstance(spec.get("to", ""), str), 'to = "…"', (*place, "to")
    yield _is_table(spec.get("values", {})), "values = {…}", (*place, "values")


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_table(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
