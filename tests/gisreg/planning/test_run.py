"""Runs: what is written, what is in force, what was known when, and what a re-run leaves alone."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, insert, select, text

from gisreg.counties import CountyUnknown
from gisreg.days import DayInFuture, today
from gisreg.db.engine import Actor, transaction
from gisreg.db.models import Parcel, Plan, PlanGate, PlanRule, PlanRun
from gisreg.ledger.closeout.errors import RoleMayNot
from gisreg.parcels.current import parcel_current
from gisreg.planning.lint import RuleSetUnsound
from gisreg.planning.refresh import refresh_plan
from gisreg.planning.ruleset import NATIONAL, load_ruleset
from gisreg.planning.run import (
    AsOfOutOfRange,
    RunAhead,
    RunDayAhead,
    RunDoubtful,
    RunNotProposed,
    RunUnknown,
    accept_run,
    list_runs,
    run_plan,
    try_plan,
)

COUNTY = "149901"
TESTER = Actor("tester", "test")
AS_OF = date(2026, 11, 21)
ENTERPRISE = {"idle_cause": "enterprise", "agreed_start_on": date(2024, 3, 1)}


def test_a_run_keeps_its_rules_and_is_in_force(registry: Any) -> None:
    code = registry.add("idle_land", official_area_m2=20000.0, official_area_source="deed", **ENTERPRISE)
    summary = registry.run()
    assert (summary.status, summary.parcels, summary.gated, summary.to_find_out) == ("accepted", 1, 1, 1)
    assert summary.by_label["sell"].parcels == 1
    assert summary.by_label["sell"].area_mu == pytest.approx(30)
    assert summary.by_measure == {"free_reclaim": 1}
    with transaction(registry.engine) as connection:
        run = connection.execute(select(PlanRun.__table__)).mappings().one()
        rules = connection.execute(select(func.count()).select_from(PlanRule)).scalar_one()
        gates = connection.execute(select(func.count()).select_from(PlanGate)).scalar_one()
        row = connection.execute(select(parcel_current).where(parcel_current.c.parcel_code == code)).mappings().one()
    loaded = load_ruleset()
    assert (run["ruleset_toml"], run["ruleset_sha256"]) == (NATIONAL.read_text(encoding="utf-8"), loaded.sha256)
    assert (run["accepted_by"], run["recorded_by"], run["parcels"]) == ("tester", "tester", 1)
    assert (rules, gates) == (len(loaded.rules.rules), len(loaded.rules.gates))
    assert (row["label"], row["measure_zh"], row["due_on"]) == ("sell", "无偿收回", date(2027, 2, 19))
    assert row["blockers"] == ["not_determined"]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('formula = "param.fee_share * price_wan"', 'formula = "price_wan / 0"', "idle_fee_due:formula"),
        ('basis = "土地管理法第五十四条;划拨用地目录"', 'basis = "土地管理法第九百条"', "unsupplied_allocate:basis"),
        ("valid_from = 2024-11-07", "valid_from = 2999-01-01", "ruleset:valid_from"),
        ("value = 0.20", "value = -0.20", "fee_share:value"),
    ],
)
def test_a_set_with_errors_labels_nobody(registry: Any, tmp_path: Path, old: str, new: str, place: str) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    first = registry.run()
    text_ = NATIONAL.read_text(encoding="utf-8")
    version = f'version = "{load_ruleset().rules.ruleset.version}"'
    own = tmp_path / "own.toml"
    own.write_text(text_.replace(version, 'version = "own"', 1).replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleSetUnsound) as raised:
        registry.run(ruleset_path=own)
    assert re.fullmatch(rf"own\.toml:\d+:{place}", raised.value.where)
    assert label_in_force(registry, code) == ("sell", first.run_id)
    if place == "ruleset:valid_from":  # a set of next year may be tried
        summary, _ = try_plan(registry.engine, TESTER, COUNTY, own, lambda *_: None)
        assert summary.parcels == 1


@pytest.mark.parametrize(("as_of", "labels"), [(-1, False), (0, True), (1, True)])
def test_a_set_of_next_year_labels_as_of_next_year(registry: Any, tmp_path: Path, as_of: int, labels: bool) -> None:
    begins = today() + timedelta(days=100)
    own = tmp_path / "own.toml"
    own.write_text(f'[ruleset]\nname = "own"\nversion = "1"\nextends = "national"\nvalid_from = {begins}\n'
                   'title = { zh = "甲", en = "A" }\n', encoding="utf-8")  # fmt: skip
    registry.add("idle_land", **ENTERPRISE)
    day = begins + timedelta(days=as_of)
    if labels:
        assert registry.run(day, ruleset_path=own, propose=True).parcels == 1
        return
    with pytest.raises(RuleSetUnsound, match=begins.isoformat()):
        registry.run(day, ruleset_path=own, propose=True)


def test_the_rules_of_today_may_be_asked_about_an_earlier_day(registry: Any, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(f'[ruleset]\nname = "own"\nversion = "1"\nextends = "national"\nvalid_from = {today()}\n'
                   'title = { zh = "甲", en = "A" }\n', encoding="utf-8")  # fmt: skip
    registry.add("idle_land", **ENTERPRISE)
    assert registry.run(date(2025, 6, 1), ruleset_path=own).parcels == 1


def test_a_proposed_run_changes_nothing_until_it_is_accepted(registry: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    first = registry.run(date(2025, 6, 1))
    second = registry.run(propose=True)
    assert label_in_force(registry, code) == ("use", first.run_id)
    accepted = accept_run(registry.engine, TESTER, second.run_id)
    assert (accepted["status"], accepted["accepted_by"]) == ("accepted", "tester")
    assert label_in_force(registry, code) == ("sell", second.run_id)
    with transaction(registry.engine) as connection:
        assert [(run["id"], run["status"]) for run in list_runs(connection, COUNTY)] == [
            (second.run_id, "accepted"),
            (first.run_id, "superseded"),
        ]


def label_in_force(registry: Any, code: str) -> tuple[str, int]:
    view = parcel_current.c
    with transaction(registry.engine) as connection:
        row = connection.execute(select(view.label, view.run_id).where(view.parcel_code == code)).one()
    return row.label, row.run_id


def test_what_cannot_be_accepted(registry: Any) -> None:
    run_id = registry.run().run_id
    with pytest.raises(RunNotProposed, match="is in force already"):
        accept_run(registry.engine, TESTER, run_id)
    with pytest.raises(RunUnknown):
        accept_run(registry.engine, TESTER, run_id + 1)
    registry.run()
    with pytest.raises(RunNotProposed, match="superseded by a later one"):
        accept_run(registry.engine, TESTER, run_id)


def test_a_run_as_of_a_day_to_come_is_never_accepted(registry: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    first = registry.run()
    ahead = registry.run(today() + timedelta(days=1), propose=True)
    for confirmed in (False, True):
        with pytest.raises(RunAhead, match="after today"):
            accept_run(registry.engine, TESTER, ahead.run_id, confirmed=confirmed)
    assert label_in_force(registry, code)[1] == first.run_id


def test_labels_as_of_a_day_to_come_are_only_proposed(registry: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    first = registry.run()
    tomorrow = today() + timedelta(days=1)
    for way in (lambda: registry.run(tomorrow), lambda: refresh_plan(registry.engine, TESTER, COUNTY, as_of=tomorrow)):
        with pytest.raises(RunDayAhead, match="has not come") as raised:
            way()
        assert "--propose" in raised.value.say_mend("zh")
    with transaction(registry.engine) as connection:
        assert len(list_runs(connection, COUNTY)) == 1
    assert registry.run(tomorrow, propose=True).status == "proposed"
    assert label_in_force(registry, code)[1] == first.run_id
    assert registry.run(today()).status == "accepted"


def test_a_run_that_is_empty_or_older_than_the_one_in_force_wants_a_confirmation(registry: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    older = registry.run(date(2025, 6, 1), propose=True)
    first = registry.run()
    empty = registry.run(recorded_as_of=date(2020, 1, 1), propose=True)
    assert empty.parcels == 0
    for doubtful, words in ((older, "made before"), (empty, "labels no parcel")):
        with pytest.raises(RunDoubtful, match=words) as raised:
            accept_run(registry.engine, TESTER, doubtful.run_id)
        assert "--yes" in raised.value.say_mend("zh")
    assert label_in_force(registry, code) == ("sell", first.run_id)
    assert accept_run(registry.engine, TESTER, older.run_id, confirmed=True)["status"] == "accepted"
    assert label_in_force(registry, code) == ("use", older.run_id)


def test_facts_recorded_on_a_day_to_come_are_not_known(registry: Any) -> None:
    with pytest.raises(DayInFuture, match="recorded_as_of"):
        registry.run(recorded_as_of=today() + timedelta(days=1), propose=True)
    assert registry.run(recorded_as_of=today(), propose=True).parcels == 0


def test_the_same_rules_and_day_give_the_same_labels(registry: Any) -> None:
    registry.add_all([{"kind": "idle_factory", "owner_intent": intent} for intent in ("sell", "lease", None)])
    registry.add_all([{"kind": "idle_land", **ENTERPRISE}, {"kind": "unsupplied_land", "project_found": False}])
    first, second = registry.run(), registry.run()
    assert registry.labels(first.run_id) == registry.labels(second.run_id)
    assert first.by_label == second.by_label


def test_the_clock_is_the_as_of_date(registry: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    for as_of, rule in (
        (date(2025, 3, 1), "idle_order_start"),
        (date(2025, 3, 2), "idle_fee"),
        (date(2026, 3, 1), "idle_fee"),
        (date(2026, 3, 2), "idle_free_reclaim"),
    ):
        assert registry.labels(registry.run(as_of).run_id)[code]["rule"] == rule


def test_recorded_as_of_uses_only_what_was_recorded_then(registry: Any, database: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    registry.change(code, idle_cause="government", can_start=True)
    later = registry.add("idle_land", **ENTERPRISE)
    move_into_the_past(database, code)
    then = registry.run(date(2026, 11, 21), recorded_as_of=date(2026, 1, 10), propose=True)
    after = registry.run(date(2026, 11, 21), recorded_as_of=date(2026, 1, 20), propose=True)
    assert registry.labels(then.run_id)[code]["rule"] == "idle_free_reclaim"
    assert registry.labels(after.run_id)[code]["rule"] == "idle_extension"
    assert later not in registry.labels(after.run_id)
    assert registry.labels(registry.run().run_id)[later]["rule"] == "idle_free_reclaim"


def move_into_the_past(database: Any, code: str) -> None:
    """As the owner, who alone can: first recorded on 5 January 2026, changed on the 10th at 24:00."""
    engine = create_engine(database.admin_url)
    first, second = "2026-01-05 12:00+08", "2026-01-11 00:00+08"
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL search_path = gisreg, public"))
        connection.execute(text("ALTER TABLE parcel DISABLE TRIGGER USER"))
        connection.execute(
            text("UPDATE parcel SET recorded_at = :at WHERE parcel_code = :code"), {"at": second, "code": code}
        )
        connection.execute(
            text("UPDATE parcel_version SET recorded_at = :at, superseded_at = :until WHERE parcel_code = :code"),
            {"at": first, "until": second, "code": code},
        )
        connection.execute(text("ALTER TABLE parcel ENABLE TRIGGER USER"))
    engine.dispose()


def test_a_plan_decided_by_people_stays_and_the_run_says_where_the_rules_disagree(registry: Any) -> None:
    decided, other = registry.add_all([{"kind": "idle_land", **ENTERPRISE}] * 2)
    with transaction(registry.engine, TESTER) as connection:
        for code, label, measure in ((decided, "use", "order_start"), (other, "sell", "free_reclaim")):
            parcel_id = connection.execute(select(Parcel.id).where(Parcel.parcel_code == code)).scalar_one()
            connection.execute(
                insert(Plan).values(
                    county_code=COUNTY, parcel_id=parcel_id, label=label, measure=measure, reason="会议纪要"
                )
            )
    summary = registry.run()
    assert summary.disagreements == 1
    assert label_in_force(registry, decided)[0] == "use"


def test_other_counties_are_left_alone(registry: Any) -> None:
    registry.add("idle_land")
    with pytest.raises(CountyUnknown):
        run_plan(registry.engine, TESTER, "149902")
    with transaction(registry.engine) as connection:
        assert list_runs(connection) == []


def test_an_absurd_date_is_refused(registry: Any) -> None:
    with pytest.raises(AsOfOutOfRange):
        registry.run(date(9999, 1, 1))


def test_a_county_without_parcels(registry: Any) -> None:
    summary = registry.run()
    assert (summary.parcels, summary.by_label, summary.gated) == (0, {}, 0)


def test_a_county_may_change_a_parameter(registry: Any, tmp_path: Path) -> None:
    own = NATIONAL.read_text(encoding="utf-8").replace(
        "[parameters.reclaim_years]\nvalue = 2", "[parameters.reclaim_years]\nvalue = 5"
    )
    path = tmp_path / "county.toml"
    path.write_text(own.replace('name = "national"', 'name = "county"'), encoding="utf-8")
    code = registry.add("idle_land", **ENTERPRISE)
    summary = registry.run(ruleset_path=path)
    assert summary.ruleset == f"county {load_ruleset().rules.ruleset.version}"
    assert registry.labels(summary.run_id)[code]["rule"] == "idle_fee"


def test_a_seizure_that_ran_out_holds_nothing_and_nobody_had_to_say_so(registry: Any) -> None:
    code, other = registry.add_all([{"kind": "idle_land", "seized": True, **ENTERPRISE} for _ in range(2)])
    with transaction(registry.engine, TESTER) as connection:
        connection.execute(
            text(
                "INSERT INTO encumbrance (county_code, parcel_id, encumbrance_type, starts_on, ends_on)"
                " SELECT county_code, id, 'seizure', '2023-01-01', '2024-01-01' FROM parcel WHERE parcel_code = :code"
            ),
            {"code": code},
        )
    tried, _ = try_plan(registry.engine, TESTER, COUNTY, NATIONAL, lambda *_: None, as_of=AS_OF)
    assert _seized(registry) == {code: True, other: True}, "what was tried leaves nothing behind"
    run = registry.run()
    assert _seized(registry) == {code: False, other: True}, "a parcel without books states what it states"
    gates = {key: row["gates"] for key, row in registry.labels(run.run_id).items()}
    assert gates[code] != gates[other]
    assert (tried.gated, run.gated) == (2, 2)


def test_the_day_of_the_clock_moves_no_title(registry: Any) -> None:
    """Rules §6: as-of is the clock's day over what is known now; a seizure that stands now stands on any such day."""
    code = registry.add("idle_land", **ENTERPRISE)
    with transaction(registry.engine, TESTER) as connection:
        connection.execute(
            text(
                "INSERT INTO encumbrance (county_code, parcel_id, encumbrance_type, starts_on, ends_on)"
                " SELECT county_code, id, 'seizure', current_date - 1, current_date + 1 FROM parcel"
            )
        )
    held = [registry.run(day, propose=True) for day in (date(2025, 6, 1), AS_OF, date(2031, 1, 1))]
    rules = [registry.labels(run.run_id)[code]["rule"] for run in held]
    assert rules == ["idle_fee", "idle_free_reclaim", "idle_free_reclaim"]
    assert [run.gated for run in held] == [1, 1, 1]
    assert _seized(registry) == {code: True}


def _seized(registry: Any) -> dict[str, bool | None]:
    with transaction(registry.engine) as connection:
        return {row.parcel_code: row.seized for row in connection.execute(select(Parcel.parcel_code, Parcel.seized))}


def test_a_run_is_put_in_force_by_whoever_plans(registry: Any) -> None:
    """An agency may propose; what it may not decide for one parcel it does not replace for all."""
    registry.add("idle_land")
    stands = registry.run().run_id
    agency, county = (Actor("tester", "test", (role,)) for role in ("agency", "county"))
    with pytest.raises(RoleMayNot):
        run_plan(registry.engine, agency, COUNTY, as_of=today())
    proposed = run_plan(registry.engine, agency, COUNTY, as_of=today(), propose=True).run_id
    with pytest.raises(RoleMayNot):
        accept_run(registry.engine, agency, proposed)
    assert status_of(registry, stands) == "accepted"
    assert accept_run(registry.engine, county, proposed)["status"] == "accepted"


def status_of(registry: Any, run_id: int) -> str:
    with transaction(registry.engine) as connection:
        found: str = connection.execute(select(PlanRun.status).where(PlanRun.id == run_id)).scalar_one()
    return found
