"""What people decide about a parcel: a measure of the rule set other than the rules say, with a reason and a paper.

A decision stays through every later run until it is released; what it replaces, and who released it, is kept.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import Connection, func, insert, select, text, update

from gisreg.days import DayTooEarly, today
from gisreg.db.models import Parcel, Plan
from gisreg.errors import ConflictError, InputError, NotFoundError
from gisreg.ledger.closeout.roles import require_role_of
from gisreg.ledger.closeout.rulebook import closeout_rules
from gisreg.ledger.closeout.words import Step
from gisreg.parcels.read import ParcelNotFound
from gisreg.planning.comparing import run_in_force
from gisreg.planning.entering import to_find_out
from gisreg.planning.excluded import waited_for, warnings
from gisreg.planning.held import tell_of_plan
from gisreg.planning.holding import rule_for, rules_of
from gisreg.planning.ruleset import LoadedRuleSet, Rule
from gisreg.planning.seeing import look_now
from gisreg.planning.stored import UNLABELLED_STATES, NoAcceptedRun
from gisreg.text import Text
from gisreg.vocab import Kind, Label, State

Json = dict[str, Any]
MAX_WORDS = 2_000
DECIDING = Text("人工确定处置方式", "decide on a parcel by hand")
ACTOR = "coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user)"


class ParcelSettled(ConflictError):
    """Closed, removed or taken back: there is nothing left to decide."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel} 的状态是 {state_zh},不再确定处置方式", "parcel {parcel} is {state}: nothing is left to decide"
    )
    mend: ClassVar[Text] = Text("如属二次闲置,请先重新入库", "if it fell idle again, register it first")


class MeasureNotOfKind(InputError):
    """The rule set has no such measure under this label for this kind."""

    what: ClassVar[Text] = Text("{kind_zh}没有“{label}:{measure}”这项措施", "{kind} has no measure {label}:{measure}")
    mend: ClassVar[Text] = Text("可用:{known}", "there are: {known}")


class DecisionWordless(InputError):
    """A decision without a reason or a paper, or with too many words."""

    what: ClassVar[Text] = Text("{field_zh}为空或超过 {limit} 字", "{field} is empty or longer than {limit} characters")
    mend: ClassVar[Text] = Text("人工确定须写明理由和依据文件", "give the reason and the paper that it rests on")


class DecidedAlready(ConflictError):
    """The very same decision stands."""

    what: ClassVar[Text] = Text("宗地 {parcel} 已按此确定", "parcel {parcel} is decided so already")
    mend: ClassVar[Text] = Text("无需再做", "there is nothing to do")


class NotDecided(NotFoundError):
    """No decision stands for this parcel."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel} 没有人工确定的方案", "no decision of a person stands for parcel {parcel}"
    )
    mend: ClassVar[Text] = Text("请核对编号", "check the number")


def override(
    connection: Connection,
    parcel_code: str,
    *,
    label: Label,
    measure: str,
    reason: str,
    document: str,
    due_on: date | None = None,
    leader: str | None = None,
) -> Json:
    """Decide a parcel's label and measure; the decision that stood before is ended by it and kept.

    A gate does not keep people from deciding, but from starting: those that hold what was decided are told at once,
    and what of its rule is known to fail, or not known.

    Raises:
        RoleMayNot, ParcelNotFound, ParcelSettled, NoAcceptedRun, MeasureNotOfKind, DecisionWordless, DecidedAlready,
        DayTooEarly.
    """
    require_role_of(connection, closeout_rules(), Step.PLAN, DECIDING)
    words = {"reason": _words(reason, "reason", "理由"), "document": _words(document, "document", "依据文件")}
    if due_on is not None and due_on < today():
        raise DayTooEarly(
            where="due_on", field="due_on", day=due_on, earlier=Text(f"今天 {today()}", f"today, {today()}")
        )
    parcel = _locked(connection, parcel_code)
    if parcel.state in UNLABELLED_STATES:
        state = next(one for one in State if one == parcel.state)
        raise ParcelSettled(parcel=parcel_code, state=state.en, state_zh=state.zh)
    loaded = _rules(connection, parcel.county_code)
    rule = _rule(loaded.rules.rules, parcel.kind, label, measure)
    standing = _standing(connection, parcel.id)
    values = {"label": str(label), "measure": measure, **words, "due_on": due_on, "leader": leader}
    if standing is not None:
        if all(standing[name] == value for name, value in values.items()):
            raise DecidedAlready(parcel=parcel_code)
        _end(connection, standing["id"], words["reason"])
    row = {
        "county_code": parcel.county_code,
        "parcel_id": parcel.id,
        "basis": rule.basis,
        "agency": rule.agency,
        **values,
    }
    connection.execute(insert(Plan).values(**row))
    held = tell_of_plan(connection, parcel.id)
    kind = next(one for one in Kind if one == parcel.kind)
    seen = look_now(connection, loaded, parcel.id, kind, today())
    return {
        "parcel_code": parcel_code,
        "decisions": decisions_of(connection, parcel.id),
        "blockers": [{"gate": gate.id, "title": gate.title.text._asdict()} for gate in held],
        "warnings": warnings(seen, label, measure),
        "to_find_out": to_find_out(seen, waited_for(seen, label, measure)),
    }


def release(connection: Connection, parcel_code: str, *, reason: str) -> Json:
    """End the decision that stands: the rules' label holds again.

    Raises:
        RoleMayNot, ParcelNotFound, NotDecided, DecisionWordless.
    """
    require_role_of(connection, closeout_rules(), Step.PLAN, DECIDING)
    why = _words(reason, "reason", "理由")
    parcel = _locked(connection, parcel_code)
    standing = _standing(connection, parcel.id)
    if standing is None:
        raise NotDecided(parcel=parcel_code)
    _end(connection, standing["id"], why)
    return {"parcel_code": parcel_code, "decisions": decisions_of(connection, parcel.id)}


def decisions_of(connection: Connection, parcel_id: int) -> list[Json]:
    """All decisions about a parcel, newest first; at most the first one stands."""
    table = Plan.__table__
    columns = [column for column in table.columns if column.name not in ("county_code", "parcel_id")]
    rows = connection.execute(select(*columns).where(table.c.parcel_id == parcel_id).order_by(table.c.id.desc()))
    return [_plain(dict(row)) for row in rows.mappings()]


def _plain(row: Json) -> Json:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


def _words(given: str, field: str, field_zh: str) -> str:
    words = given.strip()
    if not words or len(words) > MAX_WORDS:
        raise DecisionWordless(where=field, field=field, field_zh=field_zh, limit=MAX_WORDS)
    return words


def _locked(connection: Connection, parcel_code: str) -> Any:
    """The parcel, held until the transaction ends, so that two people do not decide at once."""
    table = Parcel.__table__
    wanted = select(table.c.id, table.c.county_code, table.c.kind, table.c.state).where(
        table.c.parcel_code == parcel_code
    )
    found = connection.execute(wanted.with_for_update(key_share=True)).one_or_none()
    if found is None:
        raise ParcelNotFound(parcel_code=parcel_code)
    return found


def _standing(connection: Connection, parcel_id: int) -> Any:
    table = Plan.__table__
    wanted = (table.c.parcel_id == parcel_id) & table.c.ended_at.is_(None)
    return connection.execute(select(table).where(wanted)).mappings().one_or_none()


def _end(connection: Connection, plan_id: int, why: str) -> None:
    ended = {"ended_at": func.now(), "ended_by": text(ACTOR), "ended_reason": why}
    connection.execute(update(Plan).where(Plan.id == plan_id).values(**ended))


def _rules(connection: Connection, county_code: str) -> LoadedRuleSet:
    """Those of the run in force.

    Raises:
        NoAcceptedRun.
    """
    if run_in_force(connection, county_code) is None:
        raise NoAcceptedRun(county=county_code)
    return rules_of(connection, county_code)


def _rule(rules: Sequence[Rule], kind: str, label: Label, measure: str) -> Rule:
    """The first rule that proposes the measure under the label for the parcel's kind."""
    found = rule_for(rules, kind, label, measure)
    if found is None:
        ours = [rule for rule in rules if rule.kind == kind]
        known = ", ".join(dict.fromkeys(f"{rule.label}:{rule.measure}" for rule in ours))
        raise MeasureNotOfKind(
            where="measure", kind=ours[0].kind.en, kind_zh=ours[0].kind.zh, label=str(label), measure=measure[:80],
            known=known,
        )  # fmt: skip
    return found
