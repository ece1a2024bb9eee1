"""Every command of the README's examples runs as written, in its order, in a folder of its own."""

import re
import shlex
from pathlib import Path

import openpyxl
from sqlalchemy import Engine, text

from gisreg.db.engine import transaction

README = Path(__file__).resolve().parent.parent / "README.md"
WAITS = ("gisreg serve",)
"""Runs until it is stopped; tests/gisreg/cli/test_serve.py and the browser tests start it."""


def examples() -> list[list[str]]:
    """The ``gisreg …`` lines of all shell blocks, as arguments."""
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("gisreg ")]
    return [shlex.split(line, comments=True)[1:] for line in lines if not line.startswith(WAITS)]


def write_units(engine: Engine, folder: Path) -> None:
    """The two boundary files that the README supposes an office to have, from the demonstration county's."""
    collection = text(
        "SELECT json_build_object('type', 'FeatureCollection', 'features', json_agg(json_build_object("
        "'type', 'Feature', 'geometry', ST_AsGeoJSON(ST_Translate(boundary, 1, 0), 9, 0)::json, 'properties',"
        " json_build_object('XZQDM', replace(code, '149901', '149902'), 'XZQMC', name))))::text"
        " FROM admin_unit WHERE level = :level"
    )
    for level, name in (("county", "county.geojson"), ("township", "townships.geojson")):
        with transaction(engine) as connection:
            (folder / name).write_text(connection.execute(collection, {"level": level}).scalar_one(), encoding="utf-8")


def write_ledger(folder: Path) -> None:
    """The ledger that the README supposes an office to have."""
    book = openpyxl.Workbook()
    page = book.active
    for row in (
        ["闲置土地台账", None, None, None], ["单位:亩、万元", None, None, None], ["编号", "名称", "面积", "土地价款"],
        ["T-1", "示例地块一", 42, 100], ["T-2", "示例地块二", 10, 5], ["合计", None, 52, 105],
    ):  # fmt: skip
        page.append(row)
    book.save(folder / "ledger.xlsx")


def test_the_examples_run_as_written(run_cli, engine: Engine, tmp_path: Path) -> None:
    assert run_cli("demo", "--parcels", 300).code == 0
    write_units(engine, tmp_path)
    write_ledger(tmp_path)
    commands = examples()
    assert len(commands) >= 12
    for command in commands:
        done = run_cli(*command, cwd=tmp_path)
        assert done.code == 0, (command, done.err)
        assert done.out, command
    made = {path.name for path in tmp_path.iterdir()}
    assert {"report.csv", "parcels.shp.zip", "parcels.gpkg", "maps"} <= made
