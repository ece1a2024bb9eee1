"""Statements that a connection prepares once: planning the read model costs more than reading a hundred parcels."""

import hashlib
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

MOST_PREPARED = 40
"""Each costs the server memory: asking for ever new lists of properties must not fill it."""
MOST_NAMED = 1_000


@lru_cache(maxsize=MOST_NAMED)
def name_of(sql: str) -> str:
    """The name that a connection keeps a statement by."""
    return "kept_" + hashlib.sha256(sql.encode()).hexdigest()[:24]


def prepared(info: MutableMapping[Any, Any], cursor: Any, sql: str, types: str = "") -> str:
    """The name of the statement, prepared now if its connection, whose ``info`` this is, is asked for the first time.

    ``types`` are those of its parameters where the server cannot tell them, in parentheses.
    """
    name = name_of(sql)
    known: set[str] = info.setdefault("prepared", set())
    if name not in known:
        if len(known) >= MOST_PREPARED:
            cursor.execute("DEALLOCATE ALL")
            known.clear()
        cursor.execute(f"PREPARE {name} {types} AS {sql}")
        known.add(name)
    return name
