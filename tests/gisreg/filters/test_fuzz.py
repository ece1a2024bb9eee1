"""Whatever is typed, a filter compiles or says what is wrong; nothing else ever comes out."""

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from gisreg.filters import FilterError, compile_filter
from gisreg.filters.walk import ALLOWED

WORDS = st.sampled_from(
    [
        "kind", "name", "area_mu", "seized", "tags", "boundary", "approved_on", "'x'", "''", "'idle_land'", "1", "-2.5",
        "1e400", "true", "NULL", "(", ")", "((", "))", ",", "=", "<>", ">", "AND", "OR", "NOT", "IN", "IS NULL", "LIKE",
        "BETWEEN", "DATE('2024-01-01')", "DATE('x')", "INTERVAL('..','..')", "POINT(1 2)", "BBOX(1,2,3,4)", "POLYGON((",
        "casei(", "S_INTERSECTS(", "T_AFTER(", "A_CONTAINS(", "+", "*", "/", "div", "%", "^", "\"", "'", "名称", "\n",
        "$", "\\", "--", ";", "\ud800",
    ]
)  # fmt: skip
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
    st.sampled_from([
        {"property": "kind"}, {"property": "seized"}, {"property": "tags"}, {"property": "boundary"}, {"property": 1},
        {"property": "approved_on"}, {"date": "2024-01-01"}, {"date": 5}, {"timestamp": "x"},
        {"interval": ["..", ".."]}, {"interval": [1]}, {"bbox": [1, 2, 3, 4]}, {"bbox": "x"},
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "Point", "coordinates": ["x"]}, {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "GeometryCollection"}, {"type": 7}, {"type": "Point", "coordinates": [1, 2], "crs": 9}, {},
    ]),
)  # fmt: skip
NODES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.fixed_dictionaries({"op": st.sampled_from([*ALLOWED, "drop"]), "args": st.lists(inner, max_size=3)}),
    ),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=14).map(" ".join))
def test_words_in_any_order(text: str) -> None:
    with contextlib.suppress(FilterError):
        compile_filter(text)


@settings(max_examples=400, deadline=None)
@given(st.fixed_dictionaries({"op": st.sampled_from(ALLOWED), "args": st.lists(NODES, max_size=3)}))
def test_json_of_any_shape(tree: dict[str, object]) -> None:
    with contextlib.suppress(FilterError):
        compile_filter(tree)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    with contextlib.suppress(FilterError):
        compile_filter(text)
