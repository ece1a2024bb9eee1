"""What can be laid over the theme: the zones, and the approvals with their balance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from maps.columns import pair
from maps.rows import ApprovalRow, ZoneRow
from maps.shapes import point, polygons

AGREES, DISAGREES = "#2f7d4f", "#a3231f"
"""An approval whose parcels come to what it states, and one whose do not."""


@dataclass(frozen=True)
class Overlays:
    """Rows of the layers that a reader may switch on."""

    zones: Sequence[ZoneRow] = ()
    approvals: Sequence[ApprovalRow] = ()


NO_OVERLAYS = Overlays()


def overlay_data(overlays: Overlays) -> dict[str, Any]:
    """Zones with an outline, approvals with a place; large circles first, so that small ones lie on them."""
    placed = [row for row in overlays.approvals if row.longitude is not None and row.latitude is not None]
    return {
        "zones": [
            {
                "name": pair(zone.name),
                "mu": None if zone.left_mu is None else round(zone.left_mu, 2),
                "count": zone.left_count,
                "shape": polygons(zone.boundary),
            }
            for zone in overlays.zones
            if zone.boundary is not None
        ],
        "approvals": [_approval(row) for row in sorted(placed, key=lambda row: -(row.approved_mu or 0.0))],
        "colours": {"agrees": AGREES, "disagrees": DISAGREES},
    }


def _approval(row: ApprovalRow) -> dict[str, Any]:
    areas = {
        "approved": row.approved_mu, "supplied": row.supplied_mu, "withdrawn": row.withdrawn_mu,
        "remaining": row.remaining_mu, "byParcels": row.parcels_remaining_mu,
    }  # fmt: skip
    return {
        "no": row.approval_no,
        "at": point({"type": "Point", "coordinates": [row.longitude, row.latitude]}),
        "agrees": row.agrees,
        "parcels": row.parcels,
        **{name: None if area is None else round(area, 2) for name, area in areas.items()},
    }
