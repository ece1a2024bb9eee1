"""Every shared polygon set goes the whole way: import, plan, map, export; each row is accounted for at each step."""

import os
import sys
from pathlib import Path

import pytest
from pyogrio import read_info
from sqlalchemy import Engine

from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.errors import GisregError
from gisreg.export.run import export
from gisreg.ledger.left import county_left
from gisreg.parcels.mapdata import parcels_of
from gisreg.parcels.mapfacts import UNKNOWN, map_facts
from gisreg.planning.run import run_plan
from maps.compose import Surroundings, write_all

sys.path.insert(0, str(Path(__file__).parent))
from table import CASES, DATA, county_of, run

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.exists() and not os.environ.get("CI"), reason="../shared/data is not on this machine"),
]


@pytest.mark.parametrize(("number", "case"), list(enumerate(CASES)), ids=lambda value: getattr(value, "name", ""))
def test_every_row_is_accounted_for_from_import_to_export(settings, module_database, tmp_path, number, case):
    outcome, _ = run(settings, module_database.app_url, case, number)
    if case.error:
        assert isinstance(outcome, GisregError)
        assert outcome.code == case.error
        return
    assert not isinstance(outcome, GisregError), outcome
    assert outcome.read == case.read
    assert outcome.read == outcome.loaded + outcome.repaired + outcome.refused + outcome.unchanged
    grades = [(problem.row, problem.grade) for problem in outcome.problems]
    assert len([row for row, grade in grades if grade == "refused"]) == outcome.refused
    assert len({row for row, grade in grades if grade == "repaired"}) == outcome.repaired
    assert all(problem.mend.zh and problem.mend.en for problem in outcome.problems)
    kept = outcome.loaded + outcome.repaired
    engine = make_engine(module_database.app_url, pool_size=0)
    labelled = run_plan(engine, Actor("tester"), county_of(number))
    assert labelled.parcels == kept
    assert mapped(engine, settings, county_of(number), tmp_path) == kept
    exported = export(engine, tmp_path / "out.gpkg", county=county_of(number))
    assert exported.rows == kept
    assert read_info(tmp_path / "out.gpkg", force_feature_count=True)["features"] == kept


def mapped(engine: Engine, settings, county: str, folder: Path) -> int:
    """The parcels on the pages, which are written; suspected ones are on them though outside the totals."""
    with transaction(engine) as connection:
        facts = map_facts(connection, county)
        parcels = parcels_of(connection, county, None)
        pages = write_all(
            facts, iter([(UNKNOWN, parcels)] if parcels else []), Surroundings(settings.assets_dir), folder / "maps"
        )
        total = county_left(facts.left)
    assert len(pages) == (2 if parcels else 1)
    assert total.registered_count + total.suspected_count == len(parcels)
    return len(parcels)
