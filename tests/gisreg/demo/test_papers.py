"""The invented county's plans, close-outs and clocks: credible, whole, the same again, and enough to be seen."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from gisreg.cluster import DatabaseAddress
from gisreg.days import today
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.demo import papers
from gisreg.demo.books import REFERENCE_DAY
from gisreg.demo.load import load_demo
from gisreg.demo.papers import file_papers, move_clocks, pdf
from gisreg.demo.standing import is_walked
from gisreg.demo.walk import walk
from gisreg.documents import DocumentStore, check_store
from gisreg.filetypes import PDF, type_of
from gisreg.ledger.closeout.open_steps import steps_due
from gisreg.ledger.closeout.proofs import require_proof
from gisreg.ledger.closeout.rulebook import closeout_rules
from gisreg.ledger.closeout.watching import watch
from gisreg.ledger.flow import By, Measured, flow
from gisreg.ledger.left import county_left, township_left
from gisreg.ledger.results import done_between, month_results
from gisreg.planning.comparing import disagreements
from gisreg.planning.holding import holding, rule_for
from gisreg.planning.ruleset import load_ruleset
from gisreg.planning.run import run_plan
from gisreg.vocab import Kind

COUNTY, PARCELS = "149901", 600
BOOKS = ("plan", "plan_charge", "plan_step", "investigation", "close_out", "close_out_proof", "document", "clock_event",
         "procedure_date", "contract")  # fmt: skip


def fill(engine: Engine, store: DocumentStore, parcels: int = PARCELS) -> None:
    """As ``gisreg demo`` does it."""
    load_demo(engine, parcels=parcels, seed=7)
    move_clocks(engine, COUNTY)
    run_plan(engine, Actor("demo", "demo"), COUNTY)
    file_papers(engine, COUNTY, store)
    walk(engine, COUNTY, store)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DocumentStore:
    return DocumentStore(tmp_path_factory.mktemp("documents"), 10_000_000)


@pytest.fixture(scope="module")
def county(module_database: DatabaseAddress, store: DocumentStore) -> Iterator[Engine]:
    engine = make_engine(module_database.app_url)
    fill(engine, store)
    yield engine
    engine.dispose()


@pytest.fixture
def read(county: Engine) -> Iterator[Connection]:
    with transaction(county) as connection:
        yield connection


def one(connection: Connection, statement: str, **given: Any) -> Any:
    return connection.execute(text(statement), given).scalar_one()


def test_lists_tell_the_gates_of_what_was_decided(read: Connection) -> None:
    """Also of the plans that came in bulk, after the run."""
    decided = "SELECT id, kind, label, measure, blockers FROM parcel_current WHERE parcel_code = ANY (:codes)"
    codes = [row["parcel_code"] for row in disagreements(read, COUNTY)["items"]]
    loaded = load_ruleset()
    rows = read.execute(text(decided), {"codes": codes}).all()
    for row in rows:
        kind = next(one for one in Kind if one == row.kind)
        rule = rule_for(loaded.rules.rules, row.kind, row.label, row.measure)
        held = [gate.id for gate in holding(read, loaded, row.id, kind, rule, as_of=today())]
        assert (row.blockers or []) == held
    assert len(rows) >= 5


def test_every_parcel_has_the_papers_of_its_state(read: Connection) -> None:
    without = """
        SELECT count(*) FROM parcel AS p
        WHERE p.state IN ('planned', 'in_progress', 'submitted', 'returned', 'closed', 'relapsed', 'taken_back')
            AND NOT EXISTS (SELECT FROM plan AS d JOIN plan_step AS s ON s.plan_id = d.id
                WHERE d.parcel_id = p.id AND d.ended_at IS NULL)
    """
    astray = """
        SELECT count(*) FROM parcel AS p
        LEFT JOIN LATERAL (SELECT status FROM close_out WHERE parcel_id = p.id ORDER BY id DESC LIMIT 1) AS c ON true
        WHERE c.status IS DISTINCT FROM CASE
            WHEN p.state IN ('closed', 'relapsed', 'taken_back') THEN 'accepted'
            WHEN p.state IN ('submitted', 'returned') THEN p.state ELSE c.status END
    """
    assert one(read, without) == 0
    assert one(read, astray) == 0
    states = {row[0] for row in read.execute(text("SELECT DISTINCT state FROM parcel"))}
    assert len(states) == 11, states


def test_every_close_out_has_the_proof_that_its_kind_and_measure_need(read: Connection) -> None:
    rows = read.execute(text(
        "SELECT c.id, p.kind, p.parcel_code, p.supervision_no, p.energy_quota_tce, p.water_quota_t, c.measure,"
        " f.proof, f.document_id FROM close_out AS c"
        " JOIN parcel AS p ON p.id = c.parcel_id JOIN close_out_proof AS f ON f.close_out_id = c.id"
    )).mappings()  # fmt: skip
    given: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        given[row["id"]].append(row)
    assert len(given) == one(read, "SELECT count(*) FROM close_out") > 80
    for proofs in given.values():
        require_proof(
            closeout_rules(), proofs[0], proofs[0]["measure"], [(row["proof"], row["document_id"]) for row in proofs]
        )


def test_nothing_but_what_is_due_lies_after_the_reference_day(read: Connection) -> None:
    days = """
        SELECT max(d) FROM (
            SELECT max(submitted_on) FROM close_out
            UNION ALL SELECT max(decided_on) FROM close_out WHERE status <> 'withdrawn'
            UNION ALL SELECT max(done_on) FROM plan_step UNION ALL SELECT max(notice_on) FROM investigation
            UNION ALL SELECT max(found_on) FROM investigation UNION ALL SELECT max(agreed_on) FROM clock_event
            UNION ALL SELECT max(served_on) FROM procedure_date UNION ALL SELECT max(signed_on) FROM contract
        ) AS latest (d)
    """
    assert one(read, days) <= REFERENCE_DAY
    assert one(read, "SELECT count(*) FROM close_out WHERE late <> (extract(day FROM submitted_on) > 25)") == 0
    weekend = "SELECT count(*) FROM plan_step WHERE extract(isodow FROM due_on) > 5 AND recorded_from = 'demo: papers'"
    assert one(read, weekend) == 0


def test_days_are_in_order_and_a_plan_has_the_law_of_its_measure(read: Connection) -> None:
    astray = """
        SELECT array_agg(p.parcel_code) FROM close_out AS c
        JOIN parcel AS p ON p.id = c.parcel_id
        JOIN plan AS d ON d.id = c.plan_id
        WHERE p.determined_on > c.submitted_on OR d.approved_on > c.submitted_on OR p.determined_on > d.approved_on
            OR c.decided_on < c.submitted_on OR d.due_on < d.approved_on
            OR EXISTS (SELECT FROM plan_step AS s WHERE s.plan_id = d.id
                AND (s.done_on > c.submitted_on OR s.done_on < d.approved_on OR s.due_on > d.due_on))
    """
    assert one(read, astray) is None
    laws = {(str(rule.kind), rule.measure, rule.basis) for rule in load_ruleset().rules.rules}
    rows = read.execute(text("SELECT p.kind, d.measure, d.basis FROM plan AS d JOIN parcel AS p ON p.id = d.parcel_id"))
    assert {tuple(row) for row in rows} <= laws


def test_there_is_something_to_see(read: Connection) -> None:
    overdue = steps_due(read, COUNTY, as_of=REFERENCE_DAY, overdue=True, limit=1_000).items
    assert 20 < len(overdue) < one(read, "SELECT count(*) FROM plan_step WHERE done_on IS NULL")
    month = month_results(read, COUNTY, REFERENCE_DAY)
    assert month.projects > month.closed > 0
    assert month.late > 0
    assert all(value is not None and value > 0 for value in month.sums_wan.values())
    assert month.unknown["income_wan"] > 0
    assert "亩" in month.quantities
    assert month.energy_tce is not None
    assert month.water_t is not None
    assert sum(one.closed for one in done_between(read, COUNTY, REFERENCE_DAY.replace(month=1, day=1), today())) > 20
    assert watch(read, COUNTY, REFERENCE_DAY).idle_again
    events = {row[0] for row in read.execute(text("SELECT DISTINCT event FROM clock_event"))}
    assert {"extension", "changed_conditions", "delivery_late", "pause"} <= events
    origins = {row[0] for row in read.execute(text("SELECT DISTINCT origin FROM plan_charge"))}
    assert origins == {"label", "hand"}


@pytest.mark.parametrize("measure", list(Measured))
@pytest.mark.parametrize("by", list(By))
def test_the_flow_has_entries_and_reconciles(read: Connection, measure: Measured, by: By) -> None:
    table = flow(read, COUNTY, today() - timedelta(days=1), today(), measure=measure, by=by)
    assert all(row.reconciles for row in [*table.rows, table.total])
    entries = (table.total.new, table.total.relapsed, table.total.revived, table.total.removed)
    assert [entry.parcels > 0 for entry in entries] == [True, True, True, False]
    shown = county_left(township_left(read, COUNTY))
    assert table.total.closing.parcels == (shown.left_count if measure == Measured.LEFT else shown.not_closed_count)


def test_a_part_was_closed_out_and_quotas_left_their_parcel(read: Connection) -> None:
    part = """
        SELECT p.state, o.state, c.area_m2 FROM parcel_lineage AS l
        JOIN parcel AS p ON p.id = l.successor_id
        JOIN parcel AS o ON o.id = l.predecessor_id
        JOIN close_out AS c ON c.parcel_id = p.id AND c.area_m2 = p.official_area_m2
    """
    assert [tuple(row)[:2] for row in read.execute(text(part))] == [("closed", "in_progress")]
    taken = """
        SELECT c.area_m2 = 0, p.state, p.energy_quota_tce, p.water_quota_t FROM close_out AS c
        JOIN parcel AS p ON p.id = c.parcel_id
        WHERE c.energy_tce > 0 AND c.water_t > 0 AND c.status = 'accepted' ORDER BY c.id
    """
    half, rest = (tuple(row) for row in read.execute(text(taken)))
    assert (half, rest) == ((True, "closed", 0, 0), (False, "closed", 0, 0)), "half first, then the rest"


def test_every_document_lies_in_the_store(read: Connection, store: DocumentStore) -> None:
    checked = check_store(read, store)
    assert (checked.missing, checked.damaged, checked.orphans) == ([], [], 0)
    assert checked.documents == one(read, "SELECT count(*) FROM document") > 150


def fingerprint(engine: Engine) -> dict[str, str]:
    """Of the books, but for stamps and internal numbers."""
    stamps = "ARRAY['id', 'recorded_at', 'recorded_by', 'ended_at', 'plan_id', 'run_id', 'document_id', 'parcel_id',"
    content = f"to_jsonb(b) - ({stamps} 'close_out_id', 'batch_id'])"
    told = "SELECT md5(coalesce(string_agg(({0})::text, '' ORDER BY ({0})::text), '')) FROM {1} AS b"
    with transaction(engine) as connection:
        return {book: one(connection, told.format(content, book)) for book in (*BOOKS, "parcel")}


def test_a_second_time_nothing_is_added(county: Engine, store: DocumentStore) -> None:
    before = fingerprint(county)
    move_clocks(county, COUNTY)
    file_papers(county, COUNTY, store)
    walk(county, COUNTY, store)
    assert is_walked(county, COUNTY)
    assert fingerprint(county) == before


def test_the_same_seed_makes_the_same_papers(county: Engine, engine: Engine, store: DocumentStore) -> None:
    fill(engine, store)
    assert fingerprint(engine) == fingerprint(county)


def test_a_large_county_has_papers_for_its_first_parcels_only(
    engine: Engine, store: DocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "MOST", 40)
    monkeypatch.setattr("gisreg.demo.walk.MOST", 40)
    fill(engine, store, 200)
    with transaction(engine) as connection:
        last = "SELECT max(p.parcel_code) FROM plan AS d JOIN parcel AS p ON p.id = d.parcel_id"
        assert one(connection, last) <= f"{COUNTY}-{40:07}"
    assert not is_walked(engine, COUNTY)


def test_a_paper_is_a_pdf_that_readers_open(tmp_path: Any) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf("construction permit"))
    with file.open("rb") as opened:
        assert type_of(opened, "a.pdf") == PDF
    content = file.read_bytes()
    table = int(content.rsplit(b"startxref\n", 1)[1].split()[0])
    assert content[table : table + 4] == b"xref"
    entries = content[table:].split(b"\n")[3:8]
    for number, entry in enumerate(entries, start=1):
        assert content[int(entry.split()[0]) :].startswith(b"%d 0 obj" % number)
