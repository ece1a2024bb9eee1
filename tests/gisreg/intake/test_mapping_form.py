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
        ('booleans = { yes = "x" }', "booleans:yes"),
        ("booleans = { no = [1] }", "booleans:no"),
        ("columns = { name = 1 }", "columns:name"),
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


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("[columns.name]\nfrom = [1]", "m.toml:2:columns:name:from"),
        ("[columns.name]\nfrom = ['x']\nunit = 'mile'", "m.toml:3:columns:name:unit"),
        ("[columns.price_wan]\nfrom = [{ name = 'x', unit = 'mile' }]", "m.toml:2:columns:price_wan:from"),
        ("\n[columns.nothing]\nfrom = ['x']", "m.toml:2:columns:nothing"),
        ("[columns.name]\nto = 'ydyh_2023'", "m.toml:2:columns:name:to"),
        ("[columns.name]\nfrom = ['x'", "m.toml:2"),
    ],
)
def test_a_fault_is_told_by_file_line_and_field_in_both_languages(tmp_path, content, place):
    (tmp_path / "m.toml").write_text(content, encoding="utf-8")
    with pytest.raises(MappingInvalid) as refused:
        load_mapping(tmp_path / "m.toml")
    assert refused.value.where == place
    assert refused.value.params["detail"].zh != refused.value.params["detail"].en
