"""Runs brought up to date: the same labels as a whole new run, and nothing of the old one lost."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, insert, select, text

from gisreg.db.engine import Actor, transaction
from gisreg.db.models import Parcel, PlanFact, PlanLabel, PlanLabelReplaced
from gisreg.parcels.current import parcel_current
from gisreg.planning.comparing import compare_runs
from gisreg.planning.explain import NotLabelled, explain
from gisreg.planning.refresh import Refreshed, RunNotRefreshable, refresh_plan
from gisreg.planning.run import list_runs
from gisreg.planning.stored import NoAcceptedRun, RunGoesOn, labels_of, lock_runs

COUNTY = "149901"
AS_OF = date(2026, 11, 21)
TESTER = Actor("tester", "test")
ENTERPRISE = {"idle_cause": "enterprise", "agreed_start_on": date(2024, 3, 1)}
KEYS = ("parcel_id", "rule_no", "finance_rule_no", "gates", "unknown_gates", "open_rules", "unknown_facts")


def refresh(registry: Any, as_of: date = AS_OF) -> Refreshed:
    return refresh_plan(registry.engine, TESTER, COUNTY, as_of=as_of)


def labels(registry: Any, run_id: int) -> set[tuple[Any, ...]]:
    """All that is stored of a run's labels, as it was in it."""
    found = labels_of(run_id)
    with transaction(registry.engine) as connection:
        return {tuple(row) for row in connection.execute(select(*[found.c[key] for key in KEYS]))}


def in_force(registry: Any) -> dict[str, str | None]:
    view = parcel_current.c
    with transaction(registry.engine) as connection:
        return dict(connection.execute(select(view.parcel_code, view.rule)).all())


def mixed(registry: Any) -> list[str]:
    """Parcels of all kinds."""
    facts: list[dict[str, Any]] = [{"kind": "idle_land", **ENTERPRISE} for _ in range(6)]
    facts += [{"kind": "idle_factory", "owner_intent": intent} for intent in ("restart", "sell", "lease", None)]
    facts += [{"kind": "unsupplied_land", "project_found": False, "approved_on": date(2025, 1, 1)} for _ in range(3)]
    facts += [{"kind": "half_finished_project", "procedures_complete": True} for _ in range(3)]
    codes: list[str] = registry.add_all(facts)
    return codes


def test_only_what_changed_is_labelled_anew_and_it_is_what_a_whole_run_says(registry: Any) -> None:
    codes = mixed(registry)
    first = registry.run().run_id
    before = labels(registry, first)
    registry.change(codes[0], idle_cause="government", can_start=True)
    registry.change(codes[1], remark="nothing that matters")
    registry.change(codes[2], state="closed")
    new = registry.add("idle_land", **ENTERPRISE)
    done = refresh(registry)
    assert (done.refreshes, done.replaced, done.new, done.dropped) == (first, 1, 1, 1)
    assert done.looked_at == 4
    assert done.moved == [
        {"from": "sell", "to": "use", "parcels": 1}, {"from": None, "to": "sell", "parcels": 1},
    ]  # fmt: skip
    assert done.parcels == len(codes)
    seen = in_force(registry)
    assert (seen[codes[0]], seen[codes[2]], seen[new]) == ("idle_extension", None, "idle_free_reclaim")
    assert labels(registry, first) == before, "the old run is as it was"
    whole = registry.run()
    assert labels(registry, done.run_id) == labels(registry, whole.run_id)
    assert whole.parcels == done.parcels


def test_time_alone_moves_those_whose_limit_passed(registry: Any) -> None:
    codes = mixed(registry)
    started = registry.run(date(2026, 3, 1)).run_id
    done = refresh(registry, date(2026, 3, 2))
    assert done.moved == [{"from": "use", "to": "sell", "parcels": 6}]
    assert done.looked_at <= len(codes)
    whole = registry.run(date(2026, 3, 2), propose=True)
    assert labels(registry, done.run_id) == labels(registry, whole.run_id)
    assert labels(registry, started) != labels(registry, done.run_id)


@pytest.mark.parametrize("days", [1, 30, 400, -100])
def test_any_other_day_gives_what_a_whole_run_gives(registry: Any, days: int) -> None:
    mixed(registry)
    registry.run(date(2025, 2, 20))
    day = date(2025, 2, 20) + timedelta(days=days)
    done = refresh(registry, day)
    assert labels(registry, done.run_id) == labels(registry, registry.run(day, propose=True).run_id)


def test_a_county_s_own_periods_hold_for_a_refresh_too(registry: Any, tmp_path: Path) -> None:
    registry.add_all([{"kind": "idle_land", **ENTERPRISE, "agreed_start_on": date(2023, 3, 1)} for _ in range(3)])
    own = tmp_path / "county.toml"
    own.write_text(
        '[ruleset]\nname = "county"\nversion = "1"\nextends = "national"\nvalid_from = 2026-01-01\n'
        'title = { zh = "示例县", en = "An example county" }\n'
        '[parameters.reclaim_years]\nvalue = 3\nsource = "示例县人民政府文件"\nconfirmed = true\n',
        encoding="utf-8",
    )
    registry.run(date(2026, 3, 1), ruleset_path=own)
    done = refresh(registry, date(2026, 3, 2))
    assert done.moved == [{"from": "use", "to": "sell", "parcels": 3}]
    whole = registry.run(date(2026, 3, 2), propose=True, ruleset_path=own)
    assert labels(registry, done.run_id) == labels(registry, whole.run_id)


def test_what_moved_the_clock_is_looked_at_again(registry: Any) -> None:
    code, _other = registry.add_all([{"kind": "idle_land", **ENTERPRISE} for _ in range(2)])
    registry.run()
    with transaction(registry.engine, TESTER) as connection:
        connection.execute(
            text(
                "INSERT INTO clock_event (county_code, parcel_id, event, agreed_on, new_start_on, reason)"
                " SELECT county_code, id, 'extension', '2026-06-01', '2026-09-01', '补充协议' FROM parcel"
                " WHERE parcel_code = :code"
            ),
            {"code": code},
        )
    done = refresh(registry)
    assert (done.looked_at, done.replaced) == (1, 1)
    assert labels(registry, done.run_id) == labels(registry, registry.run(propose=True).run_id)


def test_where_nothing_was_recorded_since_and_the_day_is_the_same_the_run_in_force_stays(registry: Any) -> None:
    codes = mixed(registry)
    first = registry.run().run_id
    for _ in range(2):
        done = refresh(registry)
        assert (done.changed, done.run_id, done.refreshes, done.looked_at, done.moved) == (False, first, first, 0, [])
        assert done.parcels == len(codes)
    with transaction(registry.engine) as connection:
        assert [run["id"] for run in list_runs(connection, COUNTY)] == [first]
    assert refresh(registry, AS_OF + timedelta(days=1)).run_id == first + 1, "as of another day it is another run"


@pytest.mark.parametrize(
    "book",
    [
        "UPDATE parcel SET remark = '复核' WHERE parcel_code = :code",
        "INSERT INTO procedure_date (county_code, parcel_id, step, served_on)"
        " SELECT county_code, id, 'suspected', '2026-06-01' FROM parcel WHERE parcel_code = :code",
    ],
)
def test_what_moves_no_label_but_was_recorded_since_is_seen_by_a_new_run(registry: Any, book: str) -> None:
    """An explanation tells what its run saw, and that something was recorded since: a refresh is its mend."""
    code = registry.add("idle_land", **ENTERPRISE)
    registry.run()
    with transaction(registry.engine, TESTER) as connection:
        connection.execute(text(book), {"code": code})
    with transaction(registry.engine) as connection:
        assert explain(connection, code)["changed_since"]
    done = refresh(registry)
    assert (done.changed, done.replaced) == (True, 0)
    with transaction(registry.engine) as connection:
        assert not explain(connection, code)["changed_since"]
    assert not refresh(registry).changed


def test_each_run_of_a_chain_keeps_its_own_labels(registry: Any) -> None:
    codes = mixed(registry)
    runs = [registry.run().run_id]
    for facts in ({"idle_cause": "government", "can_start": True}, {"can_start": False}, {"idle_cause": "enterprise"}):
        registry.change(codes[0], **facts)
        runs.append(refresh(registry).run_id)
    rules = []
    with transaction(registry.engine) as connection:
        rules = [explain(connection, codes[0], run)["rule"] for run in runs]
        assert connection.execute(select(func.count()).select_from(PlanLabelReplaced)).scalar_one() == 3
        assert connection.execute(select(func.count()).select_from(PlanLabel)).scalar_one() == len(codes)
        listed = {run["id"]: (run["status"], run["parcels"]) for run in list_runs(connection, COUNTY)}
        moved = compare_runs(connection, runs[1])
    assert rules[:2] == ["idle_free_reclaim", "idle_extension"]
    assert rules[0] == rules[3]
    assert listed == {run: ("accepted" if run == runs[-1] else "superseded", len(codes)) for run in runs}
    assert (moved["other"]["id"], moved["parcels"]) == (runs[0], 1)


def test_a_closed_parcel_is_explained_by_the_run_that_labelled_it(registry: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    first = registry.run().run_id
    registry.change(code, state="closed")
    refresh(registry)
    with transaction(registry.engine) as connection:
        assert explain(connection, code, first)["rule"] == "idle_free_reclaim"
        with pytest.raises(NotLabelled):
            explain(connection, code)


def test_what_cannot_be_brought_up_to_date(registry: Any) -> None:
    registry.add("idle_land")
    with pytest.raises(NoAcceptedRun):
        refresh(registry)
    registry.run(recorded_as_of=date(2026, 11, 20))
    with pytest.raises(RunNotRefreshable):
        refresh(registry)
    other = registry.run().run_id
    told = {"county_code": COUNTY, "run_id": other, "kind": "idle_land", "fact_no": 61, "fact": "of_another_release"}
    with transaction(registry.engine, TESTER) as connection:
        connection.execute(insert(PlanFact).values(**told, title_zh="", title_en=""))
    with pytest.raises(RunNotRefreshable):
        refresh(registry, AS_OF + timedelta(days=1))
    registry.run()
    with transaction(registry.engine) as connection:
        lock_runs(connection, COUNTY)
        with pytest.raises(RunGoesOn):
            refresh(registry)


def test_an_edit_that_was_still_open_when_the_run_looked_is_not_missed(registry: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    with transaction(registry.engine, TESTER) as editing:
        editing.execute(
            text("UPDATE parcel SET idle_cause = 'government', can_start = true WHERE parcel_code = :code"),
            {"code": code},
        )
        run_id = registry.run().run_id
    assert registry.labels(run_id)[code]["rule"] == "idle_free_reclaim"
    done = refresh(registry)
    assert in_force(registry)[code] == "idle_extension"
    assert done.replaced == 1


def test_where_others_hide_since_when_they_write_all_parcels_are_looked_at_again(registry: Any, database: Any) -> None:
    codes = mixed(registry)
    other = create_engine(database.admin_url)
    with other.connect():
        registry.run()
    other.dispose()
    done = refresh(registry)
    assert (done.looked_at, done.replaced) == (len(codes), 0)


@pytest.mark.parametrize("way", ["DELETE FROM plan_label", "UPDATE plan_label SET rule_no = 1"])
def test_the_application_cannot_lose_a_label(registry: Any, way: str) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    run_id = registry.run().run_id
    with transaction(registry.engine, TESTER) as connection:
        connection.execute(text("SELECT set_config('gisreg.plan_run', '999', true)"))
        connection.execute(text(way))
    with transaction(registry.engine) as connection:
        parcel_id = connection.execute(select(Parcel.id).where(Parcel.parcel_code == code)).scalar_one()
        assert connection.execute(select(PlanLabelReplaced.parcel_id)).scalars().all() == [parcel_id]
    assert labels(registry, run_id), "what goes is kept"
