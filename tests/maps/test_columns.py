import json

import pytest

from maps.columns import as_json, flags, packed


def test_a_value_that_comes_again_is_written_once() -> None:
    columns = packed([["入库", "Registered"], None, ["入库", "Registered"]])
    assert columns == {"values": [["入库", "Registered"], None], "rows": [0, 1, 0]}


def test_true_and_one_are_different_values() -> None:
    assert packed([True, 1])["rows"] == [0, 1]


def test_json_can_not_end_its_script_element() -> None:
    name = "</script><script>alert(1)</script><!-- \u2028"
    written = as_json({"name": name})
    assert "<" not in written
    assert json.loads(written) == {"name": name}


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        as_json(float("nan"))


def test_flags() -> None:
    assert flags([True, False, True]) == "101"
