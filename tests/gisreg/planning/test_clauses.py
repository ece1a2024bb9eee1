"""Clauses of law in English."""

import pytest

from gisreg.planning.clauses import in_english, number_of

KNOWN = {"民法典": "Civil Code", "民法典第二百条": "Civil Code on periods", "增存挂钩": "Quota by stock"}


@pytest.mark.parametrize(
    ("words", "number"),
    [("五", 5), ("十", 10), ("十二", 12), ("三十八", 38), ("七百零五", 705), ("一千零九十二", 1092)],
)
def test_a_number_in_words(words: str, number: int) -> None:
    assert number_of(words) == number


@pytest.mark.parametrize(
    ("basis", "english"),
    [
        ("民法典第七百零五条(条文待核)", "Civil Code, Art. 705 (to be checked)"),
        ("民法典第五条第(二)项、第七条;增存挂钩", "Civil Code, Art. 5 (2), Art. 7; Quota by stock"),
        ("民法典第二百条", "Civil Code on periods"),
        ("某某办法第三条", "某某办法第三条"),
        ("行政处罚法第六十四条", "Administrative Penalties Law, Art. 64"),
    ],
)
def test_articles_follow_the_law_s_name(basis: str, english: str) -> None:
    assert in_english(basis, KNOWN) == (basis, english)
