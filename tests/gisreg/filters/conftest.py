"""A handful of parcels to ask about."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select

from gisreg.cluster import DatabaseAddress
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.db.models import County, Parcel
from gisreg.filters import compile_filter
from gisreg.parcels.current import parcel_current

COUNTY = "149901"
SQUARE = "SRID=4490;MULTIPOLYGON((({0} {1},{2} {1},{2} {3},{0} {3},{0} {1})))"
PARCELS: dict[str, dict[str, Any]] = {
    "a": {"kind": "idle_land", "name": "Gare d'Évry", "official_area_m2": 6000.0, "official_area_source": "deed",
          "seized": True, "approved_on": date(2024, 6, 30), "tags": ["园区", "老旧"], "income_years": 2,
          "boundary": func.ST_GeomFromEWKT(SQUARE.format(113.0, 36.0, 113.01, 36.01))},
    "b": {"kind": "idle_factory", "name": "示例厂房", "official_area_m2": 12000.0, "official_area_source": "deed",
          "seized": False, "approved_on": date(2024, 7, 1), "tags": ["园区"], "income_years": 3,
          "boundary": func.ST_GeomFromEWKT(SQUARE.format(113.02, 36.0, 113.03, 36.01))},
    "c": {"kind": "idle_factory", "name": "50%_off\\x", "floor_area_m2": 0.0, "contract_on": date(2024, 1, 1),
          "approved_on": date(2023, 1, 1), "tags": []},
    "d": {"kind": "unsupplied_land"},
}  # fmt: skip


@pytest.fixture(scope="module")
def asked(module_database: DatabaseAddress) -> Iterator[Engine]:
    """An engine on a database that holds the parcels."""
    engine = make_engine(module_database.app_url)
    with transaction(engine, Actor("tester", "test")) as connection:
        connection.execute(insert(County).values(code=COUNTY, name="示例县", invented=True))
        for number, (code, facts) in enumerate(PARCELS.items(), start=1):
            row = {"county_code": COUNTY, "parcel_code": f"{COUNTY}-{number:07}", "state": "registered", **facts}
            connection.execute(insert(Parcel).values(source_code=code, **row))
    yield engine
    engine.dispose()


@pytest.fixture
def found(asked: Engine) -> Callable[..., str]:
    """The source codes of the parcels that a filter finds, joined: "ab"."""

    def find(source: str | dict[str, Any], **options: Any) -> str:
        wanted = select(parcel_current.c.source_code).where(compile_filter(source, **options)).order_by("source_code")
        with transaction(asked) as connection:
            return "".join(connection.execute(wanted).scalars())

    return find
