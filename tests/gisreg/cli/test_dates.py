"""Days on the command line: the same refusal wherever an option takes one."""

import pytest

from gisreg.cli.dates import BadDateOption, read_day


@pytest.mark.parametrize(
    "day", ["2024-06-31", "20240630", "2024-W01-1", "x", "", "9999-12-31", "1900-01-01", "２０２４-06-01"]
)
def test_only_real_days_in_one_form(day):
    with pytest.raises(BadDateOption) as caught:
        read_day("--as-of")(day)
    assert caught.value.where == "--as-of"


@pytest.mark.parametrize("command", ["show", "double-mortgages"])
def test_rights_are_asked_for_by_the_day_they_are_in_force(cli_with, command):
    told = cli_with({})("rights", command, "--help").out
    assert "in force on that day" in told
    assert "recorded" not in told


@pytest.mark.parametrize(
    "command",
    [
        ["parcels", "list", "--as-of"], ["parcels", "show", "149901-0000001", "--as-of"],
        ["plan", "run", "--as-of"], ["plan", "run", "--recorded-as-of"], ["plan", "try", "x.toml", "--as-of"],
        ["export", "-o", "x.gpkg", "--as-of"], ["map", "county", "-o", "x.html", "--as-of"],
        ["map", "township", "149901100", "-o", "x.html", "--as-of"], ["map", "all", "-o", "maps", "--as-of"],
    ],
)  # fmt: skip
def test_a_bad_day_is_refused_alike_everywhere(cli_with, tmp_path, command):
    gisreg = cli_with({"GISREG_HOME": str(tmp_path / "home"), "GISREG_DATABASE_URL": "postgresql://x@127.0.0.1:1/none"})
    ran = gisreg("--lang", "en", *command, "2024-06-31")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == (
        f"error [bad_date_option] 2024-06-31 is not a date; {command[-1]}; "
        "write it as 2026-11-21, between 1949-10-01 and 2199-12-31\n"
    )
