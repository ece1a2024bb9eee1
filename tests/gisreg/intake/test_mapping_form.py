"""What is no mapping is told by its part, whatever stands where."""

import pytest

from gisreg.intake.errors import MappingInvalid
from gisreg.intake.mapping import load_mapping


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("columns = 1", "columns"),
        ("defaults = 1", "defaults"),
        ("defaults = { a = 1 }", "defaults"),
        ("booleans = []", "booleans"),
        ('booleans = { yes = "x" }', "booleans.yes"),
        ("booleans = { no = [1] }", "booleans.no"),
        ("columns = { name = 1 }", "columns.name"),
        ("[columns.name]\nfrom = [1]", "from"),
        ("[columns.name]\nfrom = 1979-05-27", "from"),
        ("[columns.name]\nfrom = [{ unit = 'mu' }]", "name"),
        ("[columns.name]\nfrom = [{ name = 'x', sets = 'y' }]", "sets"),
        ("[columns.name]\nfrom = [{ name = 'x', unit = [] }]", "unit"),
        ("[columns.name]\nunit = ['mu']", "unit"),
        ('[columns.name]\nvalues="mm"', "values"),
        ("[columns.name]\nvalues = { a = 1 }", "values"),
        ("[columns.land_use_code]\nto = []", "to"),
        ("x = " + "[" * 5000 + "]" * 5000, "m.toml"),
    ],
)
def test_a_part_of_another_kind(tmp_path, content, part):
    (tmp_path / "m.toml").write_text(content, encoding="utf-8")
    with pytest.raises(MappingInvalid, match=part):
        load_mapping(tmp_path / "m.toml")
