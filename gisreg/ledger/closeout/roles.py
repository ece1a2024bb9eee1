"""Who may do what of the close-out: the one place that says no.

Whoever works here holds the roles of the transaction's actor (``GISREG_ROLES``, until people sign in): one, several, or
all where none is set, as in an office where one desk keeps the whole ledger. A step may name the role in which it is
taken; it must be one that is held, and one of those that the rules allow.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, text

from gisreg.ledger.closeout.errors import RoleMayNot, RoleNotHeld
from gisreg.ledger.closeout.rulebook import CloseOutRules
from gisreg.ledger.closeout.words import Role, Step
from gisreg.text import Text

HELD = text("SELECT current_setting('gisreg.roles', true)")
MARK = text("SELECT set_config('gisreg.source', current_setting('gisreg.source') || '/' || :role, true)")


def roles_held(connection: Connection) -> frozenset[Role]:
    """The roles of whoever works in this transaction."""
    named = (connection.execute(HELD).scalar_one_or_none() or "").split(",")
    return frozenset(role for role in Role if role in named) or frozenset(Role)


def require_role(connection: Connection, what: Text, allowed: Collection[Role], told: Role | None) -> None:
    """Somebody in one of the roles allowed does this.

    Raises:
        RoleNotHeld: the role told is another's.
        RoleMayNot: it is not for the role told, or for any that is held.
    """
    held = roles_held(connection)
    if told is not None and told not in held:
        raise RoleNotHeld(where="role", role_zh=told.zh, role_en=told.en, **_listed("held", held))
    acting = held if told is None else frozenset({told})
    if acting.isdisjoint(allowed):
        raise RoleMayNot(
            where="role", step_zh=what.zh, step_en=what.en, **_listed("role", acting), **_listed("roles", allowed)
        )


def require_role_of(connection: Connection, rules: CloseOutRules, step: Step, what: Text | None = None) -> None:
    """Somebody who may take the step does what amounts to it: a decision by hand, an edit that strikes a parcel off.

    Raises:
        RoleMayNot.
    """
    allowed = {role for one in rules.transitions if one.step == step for role in one.roles}
    require_role(connection, what or step.titles, allowed, None)


def require_role_to_undo(connection: Connection, rules: CloseOutRules, operation: str) -> None:
    """A step is taken back by those who may take it.

    Raises:
        RoleMayNot.
    """
    step = next((one for one in Step if one == operation), None)
    if step is not None:
        require_role_of(connection, rules, step, Text(f"撤销“{step.zh}”", f"undo “{step.en}”"))


def note_role(connection: Connection, told: Role | None) -> None:
    """The history tells the role beside the way in (``cli/upper:accept``), where there is one role only."""
    held = roles_held(connection)
    role = told if told is not None else next(iter(held)) if len(held) == 1 else None
    if role is not None:
        connection.execute(MARK, {"role": str(role)})


def _listed(name: str, roles: Iterable[Role]) -> dict[str, str]:
    ordered = [role for role in Role if role in set(roles)]
    return {f"{name}_zh": "、".join(one.zh for one in ordered), f"{name}_en": ", ".join(one.en for one in ordered)}
