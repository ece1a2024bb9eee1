"""Properties as JSON: of the first feature of a page all of them, of the others those that are known.

Clients take the fields of a layer from the first features they get, so these are named in full; to say of each other
parcel what is unknown of it would be two fifths of a page and a third of the time. What is absent is unknown, in what
is read as in what is sent back.
"""

from collections.abc import Sequence

from gisreg.parcels.queryables import Queryable

MOST_ARGUMENTS = 90
"""PostgreSQL takes a hundred arguments to a function."""
_ALL = "(SELECT row_to_json(told) FROM (SELECT {columns}) AS told)"


def told_in_full(fields: Sequence[Queryable]) -> str:
    """The object of the columns of ``f``, unknown ones among them."""
    return _ALL.format(columns=", ".join(f"f.{field.name}" for field in fields)) if fields else "'{}'"


def told_briefly(fields: Sequence[Queryable], is_first: str, always_known: str) -> str:
    """The object of the columns of ``f`` that are known; of all, where the condition ``is_first`` holds.

    ``always_known`` is the property that every feature has; where others were asked for, they are told in full.
    """
    in_full = told_in_full(fields)
    if not fields or fields[0].name != always_known:
        return in_full
    return f"CASE WHEN {is_first} THEN {in_full}::text ELSE {_known(fields)} END"


def _known(fields: Sequence[Queryable]) -> str:
    """Each property behind a comma, but for the first, which is always there; one without a value is no text."""
    parts = [_known_one(field, "," if place else "") for place, field in enumerate(fields)]
    groups = [parts[start : start + MOST_ARGUMENTS] for start in range(0, len(parts), MOST_ARGUMENTS)]
    joined = ", ".join(f"concat({', '.join(group)})" for group in groups)
    return f"concat('{{', {joined}, '}}')"


def _known_one(field: Queryable, comma: str) -> str:
    name, column = f'{comma}"{field.name}":', f"f.{field.name}"
    if field.type == "boolean":
        return f"CASE {column} WHEN true THEN '{name}true' WHEN false THEN '{name}false' END"
    if field.type == "integer":
        return f"'{name}' || {column}"
    if field.type == "date":
        return f"""'{name}"' || {column} || '"'"""
    return f"'{name}' || to_json({column})"
