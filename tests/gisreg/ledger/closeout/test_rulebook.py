"""The rules of the close-out as shipped: complete for every kind and measure, and refused where they are not."""

from pathlib import Path

import pytest

from gisreg.ledger.closeout.errors import RulesUnusable
from gisreg.ledger.closeout.rulebook import BEFORE, NATIONAL, SAME, closeout_rules
from gisreg.ledger.closeout.words import Step
from gisreg.planning.ruleset import load_ruleset
from gisreg.text import Text
from gisreg.vocab import Kind, State

RULES = closeout_rules()


def test_every_step_and_every_state_is_in_the_table() -> None:
    assert {one.step for one in RULES.transitions} == set(Step)
    reached = {one.to for one in RULES.transitions} - {SAME, BEFORE}
    assert reached == {str(state) for state in State} - {"suspected"}
    left = {state for one in RULES.transitions for state in one.source}
    assert left == set(State) - {State.REMOVED}, "only what was struck off stays where it is"


def test_no_state_has_two_ways_for_one_step() -> None:
    for state in State:
        for kind in Kind:
            for step in Step:
                found = [
                    one for one in RULES.transitions if one.step == step and state in one.source and kind in one.kinds
                ]
                assert len(found) <= 1, (state, kind, step)


def test_a_parcel_is_closed_only_by_the_upper_level_and_only_from_submitted() -> None:
    (accepting,) = [one for one in RULES.transitions if one.to == "closed"]
    assert (accepting.step, accepting.source, [str(role) for role in accepting.roles]) == (
        Step.ACCEPT, (State.SUBMITTED,), ["upper"],
    )  # fmt: skip


@pytest.mark.parametrize("kind", list(Kind))
def test_every_measure_of_a_kind_can_be_proved(kind: Kind) -> None:
    rules = load_ruleset().rules
    for measure in {rule.measure for rule in rules.rules if rule.kind == kind}:
        assert RULES.ways_of(str(kind), measure), measure


def test_ways_name_measures_that_there_are() -> None:
    known = load_ruleset().rules.measures
    assert all(measure in known for way in RULES.ways for measure in way.measures)


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ('to = "closed"', 'to = "shut"', "transitions:"),
        ('needs = ["swap_contract"]', 'needs = ["handshake"]', ":needs"),
        ('needs = ["swap_contract"]', 'needs = ["interview"]', ":needs"),
        ("last_day = 25", "last_day = 31", "submission:last_day"),
        ("last_day = 25", "last_day = 25\nlast_day = 26", ""),
        ('roles = ["upper"]', 'roles = ["friends"]', "transitions:"),
        ('kind = "idle_factory"', 'kind = "idle_plant"', "ways:"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, before: str, after: str, place: str) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(NATIONAL.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
    with pytest.raises(RulesUnusable) as refused:
        closeout_rules(bad)
    wrong = next(
        number for number, (one, other) in enumerate(zip(NATIONAL.open(), bad.open(), strict=False), 1) if one != other
    )
    line = int(refused.value.where.split(":")[1])
    assert (place in refused.value.where, line - wrong in (0, 1)) == (True, True), refused.value.where
    said = refused.value.params["detail"]
    assert isinstance(said, Text)
    assert said.zh != said.en, "in both languages"


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulesUnusable):
        closeout_rules(tmp_path / "none.toml")
    (tmp_path / "gbk.toml").write_bytes("表".encode("gbk"))
    with pytest.raises(RulesUnusable):
        closeout_rules(tmp_path / "gbk.toml")


def test_a_kind_without_a_way_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    text = NATIONAL.read_text(encoding="utf-8").replace('kind = "idle_land"', 'kind = "idle_factory"')
    bad.write_text(text, encoding="utf-8")
    with pytest.raises(RulesUnusable) as refused:
        closeout_rules(bad)
    assert "闲置土地" in refused.value.line("zh")
    assert "Idle land" in refused.value.line("en")
