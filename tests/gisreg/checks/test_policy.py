"""The county's own grades and tolerances over the default ones."""

import pytest

from gisreg.checks.faults import FAULTS
from gisreg.checks.policy import PolicyInvalid, load_policy
from gisreg.intake.booked import KINDS as BOOKED
from gisreg.intake.elsewhere import KINDS as ELSEWHERE
from gisreg.intake.shifted import KINDS as SHIFTED
from gisreg.settings import Settings


@pytest.fixture
def data_dir():
    return Settings().data_dir


def test_the_default_names_faults_that_exist_with_their_own_grade(data_dir, tmp_path):
    policy = load_policy(data_dir, tmp_path)
    noted = {kind.token: str(kind.grade) for kind in (*SHIFTED.values(), *BOOKED.values(), *ELSEWHERE.values())}
    of_faults = {fault: grade for fault, grade in policy.grades.items() if fault not in noted}
    assert set(of_faults) <= set(FAULTS)
    assert {fault: str(FAULTS[fault].grade) for fault in of_faults} == of_faults
    assert {fault: policy.grades[fault] for fault in noted} == noted


def test_a_county_changes_what_it_names(data_dir, tmp_path):
    (tmp_path / "checks.toml").write_text('[grades]\nspike = "off"\nsliver = "refused"\n[tolerances]\ngap_m = 0\n')
    policy = load_policy(data_dir, tmp_path)
    assert (policy.grade("spike"), policy.grade("sliver"), policy.grade("no_area")) == ("off", "refused", "refused")
    assert (policy.tolerances.gap_m, policy.tolerances.sliver_width_m) == (0, 1.0)
    assert not policy.looks_for("spike")


@pytest.mark.parametrize(
    "text",
    ['[grades]\nspike = "loud"', '[grades]\nno_area = "off"', "[tolerances]\ngap_m = -1", "[tolerances]\ngap = 1", "x",
     "[other]\na=1", "[tolerances]\ngap_m = true", "grades = 1", "[tolerances]\ngap_m = nan"],
)  # fmt: skip
def test_what_is_no_setting_is_named(data_dir, tmp_path, text):
    (tmp_path / "checks.toml").write_text(text)
    with pytest.raises(PolicyInvalid) as told:
        load_policy(data_dir, tmp_path)
    line = 2 if "\n" in text and "other" not in text else 1
    assert told.value.where.startswith(f"checks.toml:{line}")
