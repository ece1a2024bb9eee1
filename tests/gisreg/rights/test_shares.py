"""Shares are exact: they never come to more than the whole, whatever the fractions."""

from fractions import Fraction

import pytest
from books_county import COUNTY, code
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gisreg.db.engine import Actor, transaction
from gisreg.errors import GisregError
from gisreg.rights.errors import SharesExceed, ShareUnusable
from gisreg.rights.holding import add_right
from gisreg.rights.shares import columns_of, largest_sum, read_share, share_of

FRACTIONS = st.fractions(min_value=Fraction(1, 10**6), max_value=1, max_denominator=10**6)


@pytest.mark.parametrize(
    ("given", "share"),
    [("1/3", Fraction(1, 3)), ("50%", Fraction(1, 2)), ("0.25", Fraction(1, 4)), ("1", Fraction(1)),
     (" 2 / 6 ", Fraction(1, 3)), ("12.5%", Fraction(1, 8)), ("1/2", Fraction(1, 2))],
)  # fmt: skip
def test_a_share_is_read_in_the_forms_that_people_write(given: str, share: Fraction) -> None:
    assert read_share(given) == share


@pytest.mark.parametrize(
    "given", ["", "0", "0/3", "1/0", "4/3", "150%", "-1/2", "a", "1e-3", "nan", "1/2/3", "1/99999999999", "½"]
)
def test_anything_else_is_refused(given: str) -> None:
    with pytest.raises(ShareUnusable):
        read_share(given)


@given(FRACTIONS)
def test_a_share_comes_back_as_it_was_stored(share: Fraction) -> None:
    assert share_of(columns_of(share)) == share
    assert read_share(str(share)) == share


@given(st.lists(FRACTIONS, max_size=12))
def test_shares_on_one_day_add_up_exactly(shares: list[Fraction]) -> None:
    rights = [{"starts_on": None, "ends_on": None, "cancelled_on": None, **columns_of(one)} for one in shares]
    assert largest_sum(rights) == sum(shares, Fraction())


def test_thirds_fill_a_parcel_and_not_a_millionth_more(do, parties) -> None:
    for _ in range(3):
        do(add_right, code(1), {"party_id": parties[0], "right_type": "3"}, Fraction(1, 3))
    with pytest.raises(SharesExceed) as refused:
        do(add_right, code(1), {"party_id": parties[1], "right_type": "3"}, Fraction(1, 1_000_000))
    assert refused.value.params["left"] == 0
    # another type of right is counted by itself
    do(add_right, code(1), {"party_id": parties[1], "right_type": "7"}, Fraction(1))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FRACTIONS, min_size=2, max_size=5))
def test_the_database_itself_holds_the_sum(county, parties, shares: list[Fraction]) -> None:
    """With SQL access as the application's role, too; and it refuses exactly where the sum is more than the whole."""
    values = [{"parcel": code(2), "party": parties[0], "n": one.numerator, "d": one.denominator} for one in shares]
    insert = text(
        "INSERT INTO land_right (county_code, parcel_id, party_id, right_type, share, share_numerator,"
        " share_denominator) SELECT county_code, id, :party, '3', CAST(:n AS float8) / :d, :n, :d"
        " FROM parcel WHERE parcel_code = :parcel"
    )
    refused = ""
    try:
        with transaction(county, Actor("sql", "sql")) as connection:
            for one in values:
                connection.execute(insert, one)
            raise _UndoneError
    except _UndoneError:
        pass
    except GisregError as error:
        refused = str(error)
    assert ("add up to" in refused) == (sum(shares) > 1)


class _UndoneError(Exception):
    """Takes the rows back."""


def test_rights_that_follow_one_another_do_not_add_up(do, parties) -> None:
    do(add_right, code(3), {"party_id": parties[0], "right_type": "3", "ends_on": "2019-12-31"})
    do(add_right, code(3), {"party_id": parties[1], "right_type": "3", "starts_on": "2020-01-01"})
    with pytest.raises(SharesExceed):
        do(add_right, code(3), {"party_id": parties[1], "right_type": "3", "starts_on": "2019-06-01"})


def test_joint_holding_states_no_share(do, parties, ask) -> None:
    for party in parties[:2]:
        do(add_right, code(4), {"party_id": party, "right_type": "3"}, None)
    assert ask("SELECT count(*) FROM land_right WHERE share IS NULL AND county_code = :county", county=COUNTY) == 2
