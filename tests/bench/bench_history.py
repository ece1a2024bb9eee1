"""What the history costs: a bulk load and a bulk change with the triggers that keep it, and without them."""

import time
from collections.abc import Sequence
from typing import Any

import psycopg2
from clusters import registry

LIMIT = 1.3
"""Times the same load without history."""
PREPARE = """
    CREATE UNLOGGED TABLE load AS SELECT * FROM parcel;
    SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) FROM information_schema.columns
    WHERE table_schema = 'gisreg' AND table_name = 'parcel' AND is_identity = 'NO' AND is_generated = 'NEVER'
"""
CHANGE = "UPDATE parcel SET name = name || '甲', price_wan = price_wan + 1 WHERE id % 10 = 0"


def main(sizes: Sequence[int]) -> list[dict[str, Any]]:
    """Two rows for each size; each way of working begins with the same empty table."""
    rows = []
    for n in sizes:
        with registry(n) as (_app_url, _uri, admin_uri):
            connection = psycopg2.connect(admin_uri, options="-c search_path=gisreg,public")
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute(PREPARE)
            (columns,) = cursor.fetchone()
            load = f"INSERT INTO parcel ({columns}) SELECT {columns} FROM load"
            taken = {kept: _taken(cursor, load, kept=kept) for kept in (False, True)}
            connection.close()
        for place, work in enumerate(("bulk load", "change of a tenth")):
            ours, bare = taken[True][place], taken[False][place]
            rows.append(
                {"work": f"{work}, history kept", "n": n, "ours_s": ours, "reference": "without history",
                 "reference_s": bare, "ratio": ours / bare, "limit": LIMIT if place == 0 else None}
            )  # fmt: skip
    return rows


def _taken(cursor: Any, load: str, *, kept: bool) -> tuple[float, float]:
    """Seconds of the load and of the change."""
    cursor.execute("TRUNCATE parcel, parcel_version CASCADE")
    cursor.execute(f"ALTER TABLE parcel {'ENABLE' if kept else 'DISABLE'} TRIGGER USER")
    cursor.execute("CHECKPOINT")
    seconds = []
    for statement in (load, CHANGE):
        started = time.perf_counter()
        cursor.execute(statement)
        seconds.append(time.perf_counter() - started)
        cursor.execute("VACUUM ANALYZE parcel")
    return seconds[0], seconds[1]
