"""What maps draw: parcels and units with their boundaries as GeoJSON text."""

from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    not_,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import distinct_on

from gisreg.days import today
from gisreg.db.models import AdminUnit, County, ParcelLineage, Plan, PlanStep, Zone
from gisreg.ledger.closeout.open_steps import carried_out, open_steps
from gisreg.parcels.asof import current_at
from gisreg.parcels.read import Row
from gisreg.vocab import State

MAP_DIGITS = 7
"""Decimals of a degree on a map: about a centimetre."""

MAP_COLUMNS = (
    "parcel_code", "kind", "subkind", "state", "name", "address", "ownership_status", "holder_class",
    "official_area_m2", "area_m2", "land_area_m2", "area_mu", "area_is_official", "floor_area_m2", "is_left",
    "is_not_closed", "township_code", "label", "measure", "measure_zh", "measure_en", "reason_zh", "reason_en",
    "basis", "agency", "due_on", "decided_by_person", "finance_option", "gated", "blockers",
)  # fmt: skip


def county_names(connection: Connection, county: str) -> tuple[str, str] | None:
    """The county's Chinese and English names, or None where the registry does not know it."""
    row = connection.execute(select(County.name, County.name_en).where(County.code == county)).one_or_none()
    return (row.name, row.name_en or row.name) if row else None


def units_of(connection: Connection, county: str, level: str = "township", as_of: date | None = None) -> list[Row]:
    """Units of a level with ``boundary`` as GeoJSON text (None where only codes are known), ordered by code."""
    day = as_of or today()
    statement = (
        select(
            AdminUnit.code,
            AdminUnit.name,
            AdminUnit.name_en,
            AdminUnit.area_m2,
            func.ST_AsGeoJSON(AdminUnit.boundary, MAP_DIGITS, 0).label("boundary"),
        )
        .where(
            AdminUnit.county_code == county,
            AdminUnit.level == level,
            AdminUnit.valid_from <= day,
            AdminUnit.valid_to > day,
        )
        .order_by(AdminUnit.code)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def zones_of(connection: Connection, county: str) -> list[Row]:
    """The county's zones with ``boundary`` as GeoJSON text (None where only codes are known), ordered by code."""
    outline = func.ST_AsGeoJSON(Zone.boundary, MAP_DIGITS, 0).label("boundary")
    statement = select(Zone.code, Zone.name, Zone.name_en, outline).where(Zone.county_code == county)
    return [dict(row) for row in connection.execute(statement.order_by(Zone.code)).mappings()]


def _open_steps(county: str) -> Select[*tuple[Any, ...]]:
    """The first step that is to be taken of each approved plan: its titles and the day it is due."""
    columns = (PlanStep.title_zh.label("next_step_zh"), PlanStep.title_en.label("next_step_en"))
    return (
        open_steps(county)
        .with_only_columns(Plan.parcel_id, *columns, PlanStep.due_on.label("next_step_on"))
        .ext(distinct_on(Plan.parcel_id))
        .order_by(Plan.parcel_id, PlanStep.step_no)
    )


def _due_on(source: FromClause) -> ColumnElement[Any]:
    """Until when a parcel's plan is to be carried out: what was closed out by its plan, and came again, has no day."""
    done = exists().where(Plan.parcel_id == source.c.id, Plan.ended_at.is_(None), carried_out())
    return case((and_(source.c.is_left, done), null()), else_=source.c.due_on).label("due_on")


def parcels_of(connection: Connection, county: str, township: str | None, as_of: date | None = None) -> list[Row]:
    """Parcels of a township (None: those whose township is yet to be found) with ``boundary`` as GeoJSON text."""
    source = current_at(as_of)
    step = _open_steps(county).subquery("open_step")
    on = source.c.id == step.c.parcel_id if as_of is None else false()  # plans are read as they are, not as of a day
    # the ground of a number out of use is that of its successors
    followed = exists().where(ParcelLineage.predecessor_id == source.c.id)
    in_use = not_(and_(source.c.state == State.REMOVED, followed))
    place: Any = source.c.township_name.is_(null()) if township is None else source.c.township_code == township
    statement = (
        select(
            *(_due_on(source) if name == "due_on" and as_of is None else source.c[name] for name in MAP_COLUMNS),
            step.c.next_step_zh,
            step.c.next_step_en,
            step.c.next_step_on,
            func.ST_AsGeoJSON(source.c.boundary, MAP_DIGITS, 0).label("boundary"),
        )
        .select_from(source.outerjoin(step, on))
        .where(source.c.county_code == county, place, in_use)
        .order_by(source.c.parcel_code)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]
