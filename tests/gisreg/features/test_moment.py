"""``datetime``: days end at midnight in the county, instants are exact, intervals ask for their end."""

from datetime import UTC, date, datetime, timedelta

import pytest

from gisreg.features.moment import MomentBackwards, MomentUnreadable, moment_of


def test_a_day_lasts_until_midnight_in_the_county():
    moment = moment_of("2024-12-31")
    assert (moment.day, moment.until) == (date(2024, 12, 31), datetime(2024, 12, 31, 16, tzinfo=UTC))


def test_an_instant_is_seen_itself_and_nothing_after():
    moment = moment_of("2024-12-31T20:00:00.5Z")
    assert moment.until == datetime(2024, 12, 31, 20, 0, 0, 500_001, tzinfo=UTC)
    assert moment.day == date(2025, 1, 1)  # in the county it is tomorrow already
    assert moment_of("2025-01-01T04:00:00.5+08:00") == moment
    assert moment_of("2025-01-01t04:00:00.500000999+08:00").until == moment.until


@pytest.mark.parametrize(
    "given", [None, "../..", "2020-01-01/..", "2020-01-01/", "2020-01-01/2999-01-01", "2999-01-01"]
)
def test_what_ends_now_or_later_is_now(given):
    assert moment_of(given) is None


def test_an_interval_asks_for_its_end():
    assert moment_of("2020-01-01/2021-01-01") == moment_of("../2021-01-01") == moment_of("2021-01-01")


def test_a_moment_just_gone_is_the_past():
    gone = datetime.now(UTC) - timedelta(seconds=5)
    assert moment_of(gone.strftime("%Y-%m-%dT%H:%M:%SZ")) is not None


@pytest.mark.parametrize(
    "given", ["", "..", "2024", "2024-13-01", "2024-1-1", "now", "2024-01-01T00:00:00", "/1", "a/b/c"]
)
def test_what_is_no_moment(given):
    with pytest.raises(MomentUnreadable):
        moment_of(given)


def test_backwards():
    with pytest.raises(MomentBackwards):
        moment_of("2024-01-02/2024-01-01")
