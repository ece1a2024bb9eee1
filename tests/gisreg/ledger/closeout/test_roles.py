"""Who may do which step, enforced for whoever works here, whatever a request says of itself."""

import pytest
from books_county import code

from gisreg.db.engine import Actor, transaction
from gisreg.errors import AccessError
from gisreg.ledger.closeout.dated import take
from gisreg.ledger.closeout.errors import RoleMayNot, RoleNotHeld
from gisreg.ledger.closeout.moves import By
from gisreg.ledger.closeout.plans import change_step
from gisreg.ledger.closeout.rulebook import closeout_rules
from gisreg.ledger.closeout.submitting import accept, submit
from gisreg.ledger.closeout.words import Role, Step
from gisreg.parcels.edits import remove
from gisreg.parcels.undo import undo
from gisreg.planning.decisions import override, release
from gisreg.settings import Settings
from gisreg.vocab import Label


@pytest.fixture
def as_roles(county):
    """Runs a use case where these roles are held."""

    def run(roles, use_case, *arguments, **options):
        with transaction(county, Actor("zhao", "test", roles)) as connection:
            return use_case(connection, *arguments, **options)

    return run


def test_a_role_that_is_not_held_is_refused_though_the_request_names_it(as_roles, submitted, basis, state) -> None:
    submitted(1)
    with pytest.raises(RoleNotHeld) as refused:
        as_roles(("agency",), accept, basis(1), None, By(Role.UPPER))
    assert isinstance(refused.value, AccessError)
    assert "责任单位" in refused.value.line("zh")
    with pytest.raises(RoleMayNot):
        as_roles(("agency", "county"), accept, basis(1))
    assert state(1) == "submitted"
    as_roles(("upper",), accept, basis(1))
    assert state(1) == "closed"


def test_each_role_takes_its_own_steps(as_roles, started, given, basis, state) -> None:
    started(1)
    with pytest.raises(RoleMayNot):
        as_roles(("upper",), submit, basis(1), given(1))
    as_roles(("agency",), take, basis(1), Step.HOLD, By(reason="等待批复"))
    with pytest.raises(RoleMayNot):
        as_roles(("agency",), take, basis(1), Step.REMOVE, By(reason="重复"))
    as_roles(("agency",), change_step, code(1), 1, 1, {"note": "已约谈"})
    with pytest.raises(RoleMayNot):
        as_roles(("upper",), change_step, code(1), 1, 2, {"note": "改"})
    assert state(1) == "on_hold"


def test_where_no_role_is_set_all_are_held_and_a_named_one_still_counts(do, submitted, basis) -> None:
    submitted(1)
    with pytest.raises(RoleMayNot):
        do(accept, basis(1), None, By(Role.COUNTY))
    do(accept, basis(1))


def test_the_history_tells_the_role_where_there_is_one(as_roles, do, submitted, basis, ask) -> None:
    for n in (1, 2, 3):
        submitted(n)
    as_roles(("upper",), accept, basis(1))
    do(accept, basis(2), None, By(Role.UPPER))
    do(accept, basis(3))
    told = [ask("SELECT recorded_from FROM parcel WHERE parcel_code = :code", code=code(n)) for n in (1, 2, 3)]
    assert told == ["test/upper:accept", "test/upper:accept", "test:accept"]


def test_nobody_undoes_the_step_of_another_role(as_roles, submitted, basis, state) -> None:
    submitted(1)
    as_roles(("upper",), accept, basis(1))
    with pytest.raises(RoleMayNot, match="undo"):
        as_roles(("county",), undo, code(1), basis(1).version)
    as_roles(("upper",), undo, code(1), basis(1).version)
    assert state(1) == "submitted"


def test_what_amounts_to_a_step_is_for_the_same_roles(as_roles, basis, state) -> None:
    with pytest.raises(RoleMayNot):
        as_roles(("agency",), remove, basis(1), "重复")
    with pytest.raises(RoleMayNot, match="by hand"):
        as_roles(("upper",), override, code(1), label=Label.USE, measure="order_start", reason="会议", document="纪要")
    with pytest.raises(RoleMayNot):
        as_roles(("agency",), release, code(1), reason="会议")
    as_roles(("county",), remove, basis(1), "重复")
    assert state(1) == "removed"


def test_every_transition_is_somebodys() -> None:
    """A role that could do nothing, or a step that nobody may take, would be a slip of the rules."""
    taken = {role for one in closeout_rules().transitions for role in one.roles}
    assert taken == set(Role)


def test_the_setting_is_read_by_commas(monkeypatch) -> None:
    monkeypatch.setenv("GISREG_ROLES", "agency, county")
    assert Settings().roles == ("agency", "county")
    monkeypatch.setenv("GISREG_ROLES", "")
    assert Settings().roles == ()
    monkeypatch.setenv("GISREG_ROLES", "king")
    with pytest.raises(ValueError, match="county"):
        Settings()
