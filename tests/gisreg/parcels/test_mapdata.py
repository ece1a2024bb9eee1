"""What maps draw of a parcel: the step of its plan that comes next."""

from datetime import date
from typing import Any

from sqlalchemy import Engine, insert, select

from gisreg.days import today
from gisreg.db.engine import Actor, transaction
from gisreg.db.models import County, Parcel, Plan, PlanStep
from gisreg.parcels.mapdata import parcels_of

COUNTY = "149901"


def _parcel(number: int) -> dict[str, Any]:
    own = {"county_code": COUNTY, "parcel_code": f"{COUNTY}-{number:07}", "kind": "idle_land", "state": "registered"}
    return {**own, "area_m2": 666.0}


def test_the_first_step_that_is_not_done_of_the_plan_that_stands(engine: Engine) -> None:
    with transaction(engine, Actor("tester", "test")) as connection:
        connection.execute(insert(County).values(code=COUNTY, name="示例县", invented=True))
        connection.execute(insert(Parcel), [_parcel(number) for number in (1, 2)])
        parcel_id = connection.execute(select(Parcel.id).where(Parcel.parcel_code == f"{COUNTY}-0000001")).scalar_one()
        plan = {"county_code": COUNTY, "parcel_id": parcel_id, "label": "use", "measure": "order_start", "reason": "试"}
        plan_id = connection.execute(insert(Plan).values(**plan).returning(Plan.id)).scalar_one()
        steps = [
            {
                "county_code": COUNTY, "plan_id": plan_id, "step_no": number, "title_zh": zh, "title_en": en,
                "due_on": date(2026, number, 1), "done_on": date(2026, 1, 1) if number == 1 else None,
            }
            for number, zh, en in ((1, "约谈", "Interview"), (2, "限期", "Deadline"), (3, "核查", "Verify"))
        ]  # fmt: skip
        connection.execute(insert(PlanStep), steps)
    with transaction(engine) as connection:
        now, past = (parcels_of(connection, COUNTY, None, day) for day in (None, today()))
    told = [(row["next_step_zh"], row["next_step_en"], row["next_step_on"]) for row in now]
    assert told == [("限期", "Deadline", date(2026, 2, 1)), (None, None, None)]
    assert {row["next_step_zh"] for row in past} == {None}, "plans are read as they are"
