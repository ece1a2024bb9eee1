"""Two parties and a bank in the county of the books; all names are invented."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gisreg.rights.parties import add_party

sys.path.insert(0, str(Path(__file__).parents[1]))
from books_county import COUNTY, ask, county, do

__all__ = ["ask", "county", "do"]  # fixtures of the shared module, found here by name


@pytest.fixture
def parties(do: Callable[..., Any]) -> list[int]:
    """A company, a person and a bank."""
    given = (
        {"name": "示例公司"},
        {"name": "赵某某", "party_type": "person", "id_no": "149901199001011234", "phone": "13900001234"},
        {"name": "示例银行", "holder_class": "state_enterprise"},
    )
    return [do(add_party, COUNTY, values)["id"] for values in given]
