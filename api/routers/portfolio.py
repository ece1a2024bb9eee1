"""A year's portfolio: which parcels to close, with which permitted measure, in which quarter."""

from typing import Annotated, Any

from fastapi import APIRouter, Body
from starlette.responses import Response

from api.dependencies import RegistryDep
from api.encoding import json_bytes
from api.parameters import County
from api.problems import documented
from api.schemas import answers
from gisreg.counties import choose_county
from gisreg.planning.portfolio.wanted import Order

router = APIRouter(tags=["plan"])

_PORTFOLIO: dict[str, Any] = {
    "type": "object",
    "properties": {
        "year": {"type": "integer"},
        "run_id": {"type": "integer"},
        "ruleset": {"type": "string"},
        "as_of": {"type": "string", "format": "date"},
        "targets": {"type": "array", "items": {"type": "object"}},
        "budget_wan": {"type": ["number", "null"]},
        "spent_wan": {"type": "number"},
        "cost_ranged": {"type": "integer"},
        "cost_unknown": {"type": "integer"},
        "income_wan": {"type": "number"},
        "load": {"type": "object"},
        "aside": {"type": "object"},
        "advice": {"type": "array", "items": {"type": "object"}},
        "mip_gap": {"type": "number"},
        "items": {"type": "array", "items": {"type": "object"}},
    },
}


@router.post(
    "/plan/portfolio",
    summary="全年处置组合 · the year's portfolio",
    responses={**answers(json=_PORTFOLIO), **documented(400, 404, 415, 422, 503)},
    response_class=Response,
)
def portfolio(registry: RegistryDep, order: Annotated[Order, Body()], county: County = None) -> Response:
    """Chosen by a mixed-integer programme to a gap of half a per cent; nothing is written.

    Takes up to half a minute. What is left out of the order sets no limit.
    """
    from gisreg.planning.portfolio.choosing import choose_portfolio  # noqa: PLC0415 - the solver is loaded when asked for

    with registry.transaction() as connection:
        chosen = choose_portfolio(connection, choose_county(connection, county or registry.settings.county), order)
    return Response(json_bytes(chosen.as_json()), media_type="application/json")
