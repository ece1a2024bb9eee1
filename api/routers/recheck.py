"""What is registered judged once more, over HTTP."""

from typing import Any

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from api.dependencies import ActorDep, RegistryDep
from api.encoding import json_bytes
from api.records import JSON, Order, writes
from gisreg.counties import choose_county

router = APIRouter(tags=["edits"])

MOST_LISTED = 10_000
_RECHECKED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "county": {"type": "string"},
        "dry_run": {"type": "boolean"},
        "tolerance_m2": {"type": "number"},
        "tolerance_m2_before": {"type": "number"},
        "parcels": {"type": "integer"},
        "links": {"type": "object", "additionalProperties": {"type": "integer"}},
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
        "doubts": {"type": "array", "items": {"type": "object"}},
    },
}


class RecheckOrder(Order):
    """重新判定 · judging anew."""

    tolerance_m2: float | None = Field(
        None, allow_inf_nan=False, description="本县重叠容差，从此生效 · the county's overlap tolerance from now on"
    )
    dry_run: bool = Field(False, description="只判定 · judge only")
    limit: int = Field(1_000, ge=0, le=MOST_LISTED, description="最多列出几条 · listed at most; all are counted")


@writes(router, "/recheck", "重新判定已入库宗地 · judge what is registered once more", schema=_RECHECKED)
def recheck(registry: RegistryDep, actor: ActorDep, order: RecheckOrder) -> Response:
    """Overlaps within a kind, areas and townships are told; links between kinds are made anew."""
    from gisreg.parcels.recheck import recheck as work  # noqa: PLC0415 - numpy is loaded by the first

    with registry.transaction(None if order.dry_run else actor) as connection:
        county = choose_county(connection, order.county or registry.settings.county)
        found = work(connection, county, tolerance=order.tolerance_m2, dry_run=order.dry_run)
    return Response(json_bytes(found.as_json(order.limit)), media_type=JSON)
