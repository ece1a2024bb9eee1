"""The national set's English is read by itself, and is what the whole set says."""

from gisreg.planning.ruleset import load_ruleset, national_words


def test_words_alone_are_those_of_the_whole_set() -> None:
    whole = load_ruleset().rules
    words = [*whole.english, *(rule.basis for rule in whole.rules), "城市房地产管理法第二十六条", "没有英文"]
    assert whole.english
    assert [national_words(one) for one in words] == [whole.worded(one) for one in words]
