"""Tokens, titles and code lists."""

import pytest

from gisreg import vocab
from gisreg.text import Text
from gisreg.vocab import Kind, LandUseScheme, Term, code_list, code_title


@pytest.mark.parametrize("terms", Term.__subclasses__())
def test_every_token_has_both_titles(terms: type[Term]) -> None:
    for term in terms:
        assert term.titles.zh
        assert term.titles.en
        assert term.value == term.value.lower()


def test_the_same_code_means_different_things_in_two_schemes() -> None:
    assert code_title("land_use", LandUseScheme.GB21010, "0601") == Text("工业用地", "Industrial land")
    assert code_title("land_use", LandUseScheme.YDYH, "0601") == Text("农村道路用地", "Rural road")
    assert code_title("land_use", LandUseScheme.GB21010, "1001") == Text("铁路用地", "Railway")
    assert code_title("land_use", LandUseScheme.YDYH, "1001") == Text("工业用地", "Industrial land")


def test_gb21010_has_its_12_classes_and_73_subclasses() -> None:
    codes = [code for code in code_list("land_use") if code.scheme == LandUseScheme.GB21010]
    assert sum(not code.parent for code in codes) == 12
    assert sum(bool(code.parent) for code in codes) == 73


@pytest.mark.parametrize("name", ["land_use", "ownership_nature", "right_nature", "right_type", "admin_units"])
def test_code_lists_are_whole(name: str) -> None:
    codes = code_list(name)
    keys = {(code.scheme, code.code) for code in codes}
    assert len(keys) == len(codes)
    for code in codes:
        assert code.zh
        assert code.en
        assert not code.parent or any(parent.code == code.parent for parent in codes), code


def test_banners_of_ordos_are_nine() -> None:
    assert sum(code.parent == "150600" for code in code_list("admin_units")) == 9


def test_each_kind_knows_its_subkinds() -> None:
    assert set(vocab.SUBKINDS) == set(Kind)
