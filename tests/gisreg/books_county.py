"""The county that the tests of rights and affairs work on, the way in, and one value by SQL; all names are invented."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from gisreg.db.engine import Actor, transaction

COUNTY = "149901"
FILL = """
INSERT INTO county (code, name, invented, last_parcel_no) VALUES ('149901', '示例县', true, 300);
INSERT INTO parcel (county_code, parcel_code, kind, state, source_code, official_area_m2, official_area_source, area_m2,
    boundary)
SELECT '149901', '149901-' || lpad(n::text, 7, '0'), 'idle_land', 'registered', 'S' || n, 10000, 'deed', 10000,
    ST_Multi(ST_MakeEnvelope(113 + n * 0.002, 36, 113.001 + n * 0.002, 36.001, 4490))
FROM generate_series(1, 300) AS n;
"""


def code(number: int) -> str:
    """The number of the n-th parcel."""
    return f"{COUNTY}-{number:07}"


@pytest.fixture
def county(engine: Engine) -> Engine:
    """The county."""
    with transaction(engine, Actor("li", "import:1")) as connection:
        connection.execute(text(FILL))
    return engine


@pytest.fixture
def do(county: Engine) -> Callable[..., Any]:
    """Runs a use case as Wang in a transaction of its own."""

    def run(use_case: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        with transaction(county, Actor("wang", "test")) as connection:
            return use_case(connection, *arguments, **options)

    return run


@pytest.fixture
def ask(county: Engine) -> Callable[..., Any]:
    """One value by SQL."""

    def read(question: str, **parameters: Any) -> Any:
        with transaction(county) as connection:
            return connection.execute(text(question), parameters).scalar()

    return read
