"""Any rule set that the check finds clean gives each parcel one label: sets made up, and the national one maimed."""

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Date, insert, literal

from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.db.models import County, Parcel
from gisreg.planning.compile import compile_rules, label_query, reasoned_query
from gisreg.planning.extending import as_toml
from gisreg.planning.finance_label import NAME, OTHERS_NO, OTHERS_NOT_YES
from gisreg.planning.lint import lint
from gisreg.planning.ruleset import NATIONAL, LoadedRuleSet
from gisreg.vocab import HolderClass, IdleCause, Kind, Label, OwnerIntent, OwnershipStatus, Subkind

COUNTY, AS_OF, PARCELS = "149901", date(2026, 11, 21), 120
SOUND = tomllib.loads(NATIONAL.read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = SOUND["rules"]
ATOMS = [
    "can_start", "buyer_found", "tenant_found", "plan_changed", "seized", "started", "halted", "idle_by_law",
    "little_built_or_invested", "paid_in_full", "idle_cause = 'enterprise'", "demand <> 'none'",
    "holder_class IN ('state', 'collective')", "owner_intent = 'sell'", "ownership_status = 'registered'",
    "price_wan > 5", "debt_wan >= market_value_wan", "price_wan - paid_wan > 10", "price_wan / debt_wan < 2",
    "income_years BETWEEN 2 AND 4", "invested_share < param.transfer_invested_share", "area_mu >= 1",
    "unstarted_full_years >= param.reclaim_years", "idle_days > 100", "months_since_approval >= 24",
    "contract_on <= param.special_bond_supplied_by", "approved_on < DATE('2024-02-29')", "name LIKE '示%'",
]  # fmt: skip
CONDITIONS = st.recursive(
    st.sampled_from(ATOMS),
    lambda parts: st.one_of(
        parts.map(lambda one: f"NOT ({one})"),
        parts.map(lambda one: f"({one}) IS NULL"),
        st.lists(parts, min_size=2, max_size=3).map(lambda many: "(" + " AND ".join(many) + ")"),
        st.lists(parts, min_size=2, max_size=3).map(lambda many: "(" + " OR ".join(many) + ")"),
    ),
    max_leaves=4,
)
SUBKINDS = {Kind.HALF_FINISHED_PROJECT: Subkind.HALTED_WORKS, Kind.IDLE_FACTORY: Subkind.IDLE_BUILDING}
MAYBE: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("can_start", "buyer_found", "tenant_found", "plan_changed", "seized"), (True, False, None)),
    "idle_cause": (*map(str, IdleCause), None), "holder_class": (*map(str, HolderClass), None),
    "owner_intent": (*map(str, OwnerIntent), None), "ownership_status": tuple(map(str, OwnershipStatus)),
    "demand": ("office", "none", None), "name": ("示例", "其他", None), "income_years": (None, 0, 3),
    **dict.fromkeys(("price_wan", "paid_wan", "debt_wan", "market_value_wan"), (None, 0.0, 5.0, 50.0)),
    **dict.fromkeys(("started_area_m2", "due_area_m2"), (None, 0.0, 10.0, 40.0)),
    **dict.fromkeys(("invested_wan", "total_investment_wan"), (None, 0.0, 10.0, 40.0)),
    **dict.fromkeys(("agreed_start_on", "approved_on", "contract_on"), (None, date(2023, 2, 1), date(2024, 11, 8))),
    **dict.fromkeys(("actual_start_on", "halted_on"), (None, None, date(2024, 2, 29), date(2027, 1, 1))),
}  # fmt: skip


@st.composite
def made_up(draw: st.DrawFn) -> dict[str, Any]:
    """A set of a few rules a kind, with any conditions."""
    rules = []
    for kind in Kind:
        for number in range(draw(st.integers(1, 4))):
            label = draw(st.sampled_from(list(Label)))
            pattern = draw(st.sampled_from([rule for rule in RULES if rule["label"] == label]))
            own = {"id": f"{kind}_{number}", "kind": str(kind), "label": str(label), "when": draw(CONDITIONS)}
            kept = {key: pattern[key] for key in ("measure", "reason", "basis", "agency", "days")}
            rules.append({**own, **kept})
    found = _set([*draw(st.permutations(rules)), *_fallbacks()])
    if draw(st.booleans()):
        found["parameters"][NAME] = {**found["parameters"][NAME], "value": OTHERS_NO}
    return found


@st.composite
def maimed(draw: st.DrawFn) -> dict[str, Any]:
    """The national set with rules left out, in another order, and other parameters."""
    kept = [rule for rule in RULES if "when" in rule and draw(st.booleans())]
    first = [next(rule for rule in RULES if rule["kind"] == kind and "when" in rule) for kind in Kind]
    found = _set([*draw(st.permutations([*kept, *(rule for rule in first if rule not in kept)])), *_fallbacks()])
    for name in draw(st.lists(st.sampled_from(["reclaim_years", "fee_years", "idle_years", "vacant_months"]))):
        found["parameters"][name] = {**found["parameters"][name], "value": draw(st.integers(1, 4))}
    waits = draw(st.sampled_from([OTHERS_NO, OTHERS_NOT_YES]))
    found["parameters"][NAME] = {**found["parameters"][NAME], "value": waits}
    return found


def _fallbacks() -> list[dict[str, Any]]:
    return [rule for rule in RULES if rule.get("fallback")]


def _set(rules: list[dict[str, Any]]) -> dict[str, Any]:
    """The rest as it is, but for gates and sums on measures that no rule proposes."""
    used = {rule["measure"] for rule in rules}
    fitting = {
        group: [one for one in SOUND[group] if {*one.get("measures", ()), *one.get("except_measures", ())} <= used]
        for group in ("gates", "money")
    }
    heading = {**SOUND["ruleset"], "name": "any", "version": "1"}
    return {**SOUND, "ruleset": heading, "parameters": dict(SOUND["parameters"]), **fitting, "rules": rules}


@pytest.fixture(scope="module")
def connection(module_database: Any) -> Iterator[Connection]:
    """A registry of parcels of which anything may be unknown."""
    engine = make_engine(module_database.app_url)
    with transaction(engine, Actor("tester", "test")) as opened:
        opened.execute(insert(County).values(code=COUNTY, name="示例县", invented=True))
        opened.execute(insert(Parcel), [_parcel(number) for number in range(PARCELS)])
        yield opened
    engine.dispose()


def _parcel(number: int) -> dict[str, Any]:
    kind = list(Kind)[number % len(Kind)]
    facts = {
        name: values[(number * (7 + place) + number // 4 + place) % len(values)]
        for place, (name, values) in enumerate(MAYBE.items())
    }
    own = {"county_code": COUNTY, "parcel_code": f"{COUNTY}-{number:07}", "kind": str(kind), "state": "registered"}
    return {**own, "subkind": SUBKINDS.get(kind), "area_m2": 500.0 + number * 10, **facts}


def labelled(connection: Connection, loaded: LoadedRuleSet) -> None:
    """Each parcel once, by a rule of its own kind, and by both queries the same."""
    compiled = compile_rules(loaded, Parcel.__table__, literal(AS_OF, Date()))
    rows = connection.execute(reasoned_query(compiled, carry=[Parcel.__table__.c.kind])).mappings().all()
    assert len({row["parcel_id"] for row in rows}) == len(rows) == PARCELS
    for row in rows:
        assert loaded.rules.rules[row["rule_no"] - 1].kind == row["kind"]
    short = {row.parcel_id: row.rule_no for row in connection.execute(label_query(compiled))}
    assert short == {row["parcel_id"]: row["rule_no"] for row in rows}


TRIED = settings(
    max_examples=20, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


def label_if_clean(data: dict[str, Any], connection: Connection, folder: Path) -> bool:
    """Whether it was, once the rules that the check finds wrong are left out, as their author would."""
    file = folder / "any.toml"
    for _ in range(3):
        file.write_text(as_toml(data), encoding="utf-8")
        report = lint(file)
        if report.clean and report.loaded is not None:
            labelled(connection, report.loaded)
            return True
        wrong = {finding.thing for finding in report.findings if finding.level == "error"}
        data = _set([rule for rule in data["rules"] if rule["id"] not in wrong])
    return False


@pytest.mark.parametrize("sets", [made_up(), maimed()], ids=["made up", "the national one, maimed"])
def test_a_set_that_is_clean_labels_every_parcel(connection: Connection, tmp_path: Path, sets: Any) -> None:
    clean: list[bool] = []
    TRIED(given(sets)(lambda data: clean.append(label_if_clean(data, connection, tmp_path))))()
    assert sum(clean) >= len(clean) / 2, "too few were clean to say anything"
