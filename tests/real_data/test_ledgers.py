"""Real registers and code tables as ledgers: read cell by cell as others have read them."""

import os
import zipfile

import pytest
from sqlalchemy import text

from gisreg.errors import GisregError
from gisreg.intake.importing import import_file
from gisreg.intake.ledger.serials import as_number
from gisreg.intake.ledger.source import is_ledger, open_ledger
from gisreg.intake.load import Wanted
from gisreg.settings import PROJECT_DIR

DATA = PROJECT_DIR.parent / "shared" / "data"
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.exists() and not os.environ.get("CI"), reason="../shared/data is not on this machine"),
]


def without_macros(tmp_path):
    """The real workbook, which has macros and is refused for them, as its owner would save it without."""
    path = tmp_path / "register.xlsx"
    with zipfile.ZipFile(DATA / "uk_planning" / "brownfield_register.xlsm") as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            if "vba" not in name.lower():
                new.writestr(name, old.read(name))
    return path


def rows_of(source):
    return [[row[f"f{at}"] for at in range(len(source.fields))] for row in source.table.to_pylist()]


def test_a_real_register_is_what_its_publisher_reads_from_it(tmp_path):
    assert is_ledger(DATA / "uk_planning" / "brownfield_register.xlsm")
    with pytest.raises(GisregError) as refused:
        open_ledger(DATA / "uk_planning" / "brownfield_register.xlsm")
    assert refused.value.code == "needs_conversion"
    found, expected = open_ledger(without_macros(tmp_path)), open_ledger(DATA / "uk_planning" / "expected_xlsm.csv")
    assert found.fields == expected.fields
    different = [
        (name, ours, theirs)
        for mine, published in zip(rows_of(found), rows_of(expected), strict=True)
        for name, ours, theirs in zip(found.fields, mine, published, strict=True)
        if ours != theirs and ours != as_number(theirs)  # a float is written with .0 there
    ]
    assert different == []


def test_a_real_register_becomes_parcels_without_a_boundary(settings, database, engine, tmp_path):
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true)"))
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        '[columns.source_code]\nfrom = "SiteReference"\n[columns.name]\nfrom = "SiteNameAddress"\n'
        '[columns.official_area_m2]\nfrom = "Hectares"\nunit = "ha"\n[columns.approved_on]\nfrom = "PermissionDate"\n',
        encoding="utf-8",
    )
    wanted = Wanted(without_macros(tmp_path), "idle_land", mapping=mapping)
    report = import_file(settings, database.app_url, wanted)
    assert report.read == report.loaded + report.refused + report.unchanged == 50
    again = import_file(settings, database.app_url, wanted)
    assert (again.unchanged, again.loaded) == (report.loaded, 0)
    with engine.connect() as connection:
        count, dated = connection.execute(text("SELECT count(*), count(approved_on) FROM parcel")).one()
    assert (count, dated > 0) == (report.loaded, True)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("areas.csv", 2978),
        ("streets.csv", 41352),
        ("cities.csv", 342),
        ("provinces.csv", 31),
        ("villages_4areas.csv", 4272),
    ],
)
def test_tables_of_codes_are_read_whole(name, rows):
    source = open_ledger(DATA / "cn_codes" / name)
    assert (source.rows, source.fields[:2], source.notes) == (rows, ("code", "name"), ())
