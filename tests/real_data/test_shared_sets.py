import os
import sys
from pathlib import Path

import pytest

from gisreg.errors import GisregError

sys.path.insert(0, str(Path(__file__).parent))
from table import CASES, DATA, run

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.exists() and not os.environ.get("CI"), reason="../shared/data is not on this machine"),
]


@pytest.mark.parametrize(("number", "case"), enumerate(CASES), ids=lambda value: getattr(value, "name", ""))
def test_every_row_is_loaded_repaired_or_refused_by_name(settings, module_database, number, case):
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
