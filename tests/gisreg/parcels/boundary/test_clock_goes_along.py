"""What moves the idle clock of a parcel goes with its ground, once each."""

from typing import Any

from gisreg.parcels.boundary.given import given_text
from gisreg.parcels.boundary.merge import merge
from gisreg.parcels.boundary.split import split_by_line
from gisreg.planning.clock.events import add_event, serve
from gisreg.planning.clock.report import national_clock

P1 = "149901-0000001"
EVENT = {
    "event": "extension", "cause": "government", "agreed_on": "2025-06-01", "new_start_on": "2026-06-01",
    "reason": "规划调整",
}  # fmt: skip
HALF = "LINESTRING(410050 4009990, 410050 4010110)"
KEPT = """
SELECT p.parcel_code, count(DISTINCT e.id), count(DISTINCT d.id)
FROM parcel AS p
LEFT JOIN clock_event AS e ON e.parcel_id = p.id
LEFT JOIN procedure_date AS d ON d.parcel_id = p.id
WHERE p.state <> 'removed' AND (e.id IS NOT NULL OR d.id IS NOT NULL)
GROUP BY p.parcel_code
"""


def test_the_parts_have_it_and_the_whole_has_it_once(does: Any, ask: Any, at: Any) -> None:
    procedure = national_clock().procedure
    does(add_event, P1, EVENT, procedure)
    does(serve, P1, {"step": "suspected", "served_on": "2025-04-01"}, procedure)
    done = does(split_by_line, at(P1), given_text(HALF, "EPSG:4547"))
    parts = [one.parcel_code for one in done.parcels if one.role == "new"]
    assert len(parts) == 2
    assert sorted(tuple(row) for row in ask(KEPT)) == [(code, 1, 1) for code in sorted(parts)]
    whole = does(merge, [at(code) for code in parts])
    (code,) = [one.parcel_code for one in whole.parcels if one.role == "new"]
    assert [tuple(row) for row in ask(KEPT)] == [(code, 1, 1)]
