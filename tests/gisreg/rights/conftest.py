"""A small county with parcels on a grid, two parties and a bank; all names are invented."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from gisreg.db.engine import Actor, transaction
from gisreg.rights.parties import add_party

sys.path.insert(0, str(Path(__file__).parent))
from rights_county import COUNTY, FILL


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
def parties(do: Callable[..., Any]) -> list[int]:
    """A company, a person and a bank."""
    given = (
        {"name": "示例公司"},
        {"name": "赵某某", "party_type": "person", "id_no": "149901199001011234", "phone": "13900001234"},
        {"name": "示例银行", "holder_class": "state_enterprise"},
    )
    return [do(add_party, COUNTY, values)["id"] for values in given]
