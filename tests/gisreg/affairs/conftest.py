"""A small county with parcels of all sorts, and the way in."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from gisreg.db.engine import Actor, transaction

sys.path.insert(0, str(Path(__file__).parent))
from affairs_county import FILL


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


@pytest.fixture
def put(do: Callable[..., Any]) -> Callable[..., None]:
    """Sets a column of parcels by SQL."""

    def write(assignments: str, where: str = "true") -> None:
        do(lambda c: c.execute(text(f"UPDATE parcel SET {assignments} WHERE {where}")))

    return write
