"""Where a page ends travels as a word and comes back by its types."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisreg.features import cursor
from gisreg.parcels.current import parcel_current
from gisreg.parcels.sorting import SortKey

COLUMNS = dict(parcel_current.c)
KEYS = [SortKey("area_mu", True), SortKey("approved_on"), SortKey("seized"), SortKey("name")]


@given(
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.dates(),
    st.none() | st.booleans(),
    st.none() | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40),
)
def test_values_come_back_as_they_were(area, day, seized, name):
    values = [area, day, seized, name, "149901-0000001"]
    assert cursor.read(cursor.written(values), COLUMNS, KEYS, "parcel_code") == values


@pytest.mark.parametrize(
    "values",
    [[1.0], ["x", None, None, None, "a"], [None, "2024-13-01", None, None, "a"], [None, None, 1, None, "a"],
     [None, None, None, None, 5], [True, None, None, None, "a"], [None, None, None, "\x00", "a"], {"a": 1}],
)  # fmt: skip
def test_values_of_other_types_are_refused(values):
    with pytest.raises(cursor.CursorUnreadable):
        cursor.read(cursor.written(values), COLUMNS, KEYS, "parcel_code")


def test_a_day_is_written_as_a_day():
    word = cursor.written([date(2024, 1, 2), "x"])
    assert cursor.read(word, COLUMNS, [SortKey("approved_on")], "parcel_code") == [date(2024, 1, 2), "x"]
