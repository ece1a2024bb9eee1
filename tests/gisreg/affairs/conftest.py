"""The county of the books, and columns of its parcels set by SQL."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parents[1]))
from books_county import ask, county, do

__all__ = ["ask", "county", "do"]  # fixtures of the shared module, found here by name


@pytest.fixture
def put(do: Callable[..., Any]) -> Callable[..., None]:
    """Sets a column of parcels by SQL."""

    def write(assignments: str, where: str = "true") -> None:
        do(lambda c: c.execute(text(f"UPDATE parcel SET {assignments} WHERE {where}")))

    return write
