"""Every failure the registry knows says what is wrong and how to mend it, in both languages."""

import importlib
import pickle
import pkgutil
from collections.abc import Iterator

import pytest

import gisreg
from gisreg import errors
from gisreg.db.errors import DatabaseMissing
from gisreg.errors import GisregError
from gisreg.text import Text

KINDS = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, GisregError)}


def concrete() -> Iterator[type[GisregError]]:
    """Every failure defined anywhere in the registry."""
    for module in pkgutil.walk_packages(gisreg.__path__, "gisreg."):
        importlib.import_module(module.name)
    waiting = [GisregError]
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if kind not in KINDS:
            yield kind


FAILURES = sorted(set(concrete()), key=lambda kind: kind.code)


def test_codes_are_not_used_twice() -> None:
    codes = [kind.code for kind in FAILURES]
    assert sorted(set(codes)) == codes


@pytest.mark.parametrize("kind", FAILURES, ids=lambda kind: kind.code)
def test_a_failure_has_its_own_words_in_both_languages(kind: type[GisregError]) -> None:
    for words in (kind.what, kind.mend):
        assert words.zh
        assert words.en
        assert words.zh != words.en
    assert kind.what != GisregError.what, "says what is wrong"
    assert kind.mend != GisregError.mend, "says how to mend it"
    assert issubclass(kind, tuple(KINDS - {GisregError})), "belongs to a kind"


def test_a_line_says_what_where_and_the_mend() -> None:
    failure = DatabaseMissing("localhost", detail="no such database")
    assert failure.line("en") == "the database does not exist (no such database); localhost; run gisreg db init"
    assert "请运行 gisreg db init" in failure.line("zh")


def test_failures_cross_process_boundaries() -> None:
    copy = pickle.loads(pickle.dumps(DatabaseMissing("here", detail="x")))  # noqa: S301 - our own bytes
    assert (copy.code, copy.where, copy.params) == ("database_missing", "here", {"detail": "x"})


def test_a_place_may_be_told_in_words_of_the_language_asked_for() -> None:
    failure = DatabaseMissing(Text("第 3 行", "row 3"), detail="x")
    copy = pickle.loads(pickle.dumps(failure))  # noqa: S301 - our own bytes
    for one in (failure, copy):
        assert (one.where, one.say_where("en")) == ("第 3 行", "row 3")
        assert "; row 3; " in one.line("en")
        assert ";第 3 行;" in one.line("zh")
