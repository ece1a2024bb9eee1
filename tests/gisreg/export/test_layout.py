"""Numbers, dates and text as bytes: any value survives the way through a DBF's fixed columns."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisreg.export.dbf import TEXT_WIDTH, _cut
from gisreg.export.digits import date_block, decimals_needed, number_block, number_width
from gisreg.export.encoding import NotEncodable, block, encode

NUMBERS = st.floats(-1e12, 1e12, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-5)
WORDS = st.text(st.characters(codec="gbk", exclude_characters="\0"), max_size=40)


def lines(table: np.ndarray) -> list[bytes]:
    return [row.tobytes() for row in table]


@given(st.lists(NUMBERS | st.just(float("nan")), min_size=1, max_size=30))
def test_numbers_keep_nine_digits_and_nan_is_blank(values: list[float]) -> None:
    given_ = np.array(values)
    known = given_[~np.isnan(given_)]
    decimals = decimals_needed(known, 1)
    width = number_width(float(np.abs(known).max(initial=0)), bool((known < 0).any()), decimals)
    for value, line in zip(values, lines(number_block(given_, width, decimals)), strict=True):
        if np.isnan(value):
            assert line.strip() == b""
        else:
            assert float(line) == pytest.approx(value, rel=1e-8)
            assert len(line) == width


def test_a_survey_s_own_decimals_come_back() -> None:
    values = np.array([28000.5, 0.07, -1.25, 3001.25])
    decimals = decimals_needed(values, 1)
    assert decimals == 2
    assert lines(number_block(values, 9, decimals)) == [b" 28000.50", b"     0.07", b"    -1.25", b"  3001.25"]


@given(st.lists(st.dates(date(1, 1, 1), date(9999, 12, 31)) | st.none(), min_size=1))
def test_dates(days: list[date | None]) -> None:
    expected = [b" " * 8 if day is None else f"{day:%Y%m%d}".rjust(8, "0").encode() for day in days]
    assert lines(date_block(pa.array(days, pa.date32()))) == expected


@given(st.lists(WORDS | st.none(), min_size=1, max_size=20))
def test_text_in_gbk(words: list[str | None]) -> None:
    raw, lengths = encode(pa.array(words, pa.string()), "gbk")
    width = max(1, int(lengths.max()))
    for word, line in zip(words, lines(block(raw, lengths, width)), strict=True):
        assert line == (word or "").encode("gbk").ljust(width)


def test_a_slice_of_an_array_is_read_from_its_own_start() -> None:
    raw, lengths = encode(pa.array(["甲", "乙丙", None, "丁"], pa.string())[1:], "gbk")
    assert (bytes(raw), list(lengths)) == ("乙丙丁".encode("gbk"), [4, 0, 2])


def test_the_row_of_a_missing_character_is_known() -> None:
    with pytest.raises(NotEncodable) as missing:
        encode(pa.array(["甲", None, "", "a𬭎b", "𬭎"], pa.string()), "gbk")
    assert (missing.value.row, missing.value.character) == (3, "𬭎")


@pytest.mark.parametrize("codec", ["gbk", "utf-8", "gb18030"])
@given(text=st.text(st.characters(codec="gbk", exclude_characters="\0"), min_size=200, max_size=900))
def test_long_text_is_cut_between_characters(codec: str, text: str) -> None:
    laid = _cut(text, codec)
    parts = [laid[start : start + TEXT_WIDTH] for start in range(0, len(laid), TEXT_WIDTH)]
    # Readers drop blanks at both ends of each field.
    assert "".join(part.decode(codec).strip(" ") for part in parts) == text.strip(" ")
