"""``gisreg demo``: the invented county, loaded and labelled."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from sqlalchemy import Engine

from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, progress
from gisreg.cli.outputs import check_output
from gisreg.text import Text
from gisreg.vocab import Kind

if TYPE_CHECKING:
    from gisreg.demo.standing import Loaded
    from gisreg.documents import DocumentStore

USUAL = 2_000
"""Parcels of the county as ``make demo`` loads it."""
LOADED = Text(
    "示范县 {county}:{parcels} 宗已载入,用时 {seconds} 秒",
    "the demonstration county {county}: {parcels} parcels, {seconds} s",
)
THERE = Text(
    "示范县 {county} 已在库:{parcels} 宗,未重复载入",
    "the demonstration county {county} is there with {parcels} parcels; nothing was repeated",
)
LABELLED = Text("处置建议已生成:{labelled} 宗", "{labelled} parcels are labelled")
LOADING = Text("载入示范县", "loading the demonstration county")
WRITTEN = Text("测量文件已写入 {file}:{rows} 宗", "the survey file {file} holds {rows} parcels")
BACKDROP = Text("底图要素:{file}", "roads, rivers and towns for maps: {file}")


def command(
    parcels: Annotated[int, typer.Option("--parcels", min=1, help="宗数 · how many parcels")] = USUAL,
    seed: Annotated[int, typer.Option("--seed", min=0, help="随机种子 · the seed")] = 7,
    survey_file: Annotated[
        Path | None,
        typer.Option(help="只写一个供导入练习的文件(.shp/.zip)· only write a survey file to import"),
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="测量文件的类型 · the survey file's kind")] = None,
    json: JsonFlag = False,
) -> None:
    """载入虚构的示范县并打标签;可重复执行 · load and label the invented county; safe to repeat."""
    if survey_file is not None:
        _write_survey(survey_file, parcels, seed, kind, json)
        return
    from gisreg.cli.database import open_engine, set_up  # noqa: PLC0415 - heavy, and only needed when the command runs
    from gisreg.demo.standing import find  # noqa: PLC0415
    from gisreg.documents import store_of  # noqa: PLC0415

    now = context()
    # what a program reads stays one JSON document
    set_up(now.settings, lambda step: print(now.say(step), file=sys.stderr if json else sys.stdout, flush=True))
    with open_engine(now.settings) as engine:
        loaded = find(engine, parcels, seed) or _load(engine, now, parcels, seed)
        file = _backdrop(now.settings.home, seed)
        labelled = _label(engine, loaded.county_code, store_of(now.settings))
    facts: dict[str, Any] = {
        "county_code": loaded.county_code,
        "parcels": loaded.parcels,
        "seed": loaded.seed,
        "already_there": loaded.already_there,
        "seconds": loaded.seconds,
        "labelled": labelled,
        "backdrop": str(file),
    }
    if json:
        print_json(facts)
        return
    said = {"county": loaded.county_code, "parcels": f"{loaded.parcels:,}", "seconds": loaded.seconds}
    print_line(now.say(THERE if loaded.already_there else LOADED, **said))
    if labelled is not None:
        print_line(now.say(LABELLED, labelled=f"{labelled:,}"))
    print_line(now.say(BACKDROP, file=file))


def _write_survey(file: Path, parcels: int, seed: int, kind: Kind | None, json: bool) -> None:
    """Parcels beside those that the county of usual size holds, so that importing them adds to it."""
    check_output(file)
    from gisreg.demo.survey import write_survey_file  # noqa: PLC0415 - only this option needs GDAL

    rows = write_survey_file(file, parcels, seed, kind=kind, skip=USUAL)
    if json:
        print_json({"file": str(file), "rows": rows})
    else:
        print_line(context().say(WRITTEN, file=file, rows=f"{rows:,}"))


def _load(engine: Engine, now: Context, parcels: int, seed: int) -> "Loaded":
    from gisreg.demo.load import load_demo  # noqa: PLC0415 - a second run needs none of the generator

    with progress(now.say(LOADING), parcels) as done:
        return load_demo(engine, parcels=parcels, seed=seed, progress=done)


def _backdrop(home: Path, seed: int) -> Path:
    """The file beside the database, made where it is missing or another seed's."""
    file = home / "demo" / "backdrop.geojson"
    if not file.exists() or not file.read_text(encoding="utf-8").startswith(f'{{"seed": {seed},'):
        from gisreg.demo.backdrop import write_backdrop  # noqa: PLC0415

        write_backdrop(file, seed)
    return file


def _label(engine: Engine, county_code: str, store: "DocumentStore") -> int | None:
    """Label the county where no run is accepted yet, file the papers of its parcels; how many were labelled."""
    from gisreg.demo.standing import is_labelled, is_walked  # noqa: PLC0415

    labelled = is_labelled(engine, county_code)
    if labelled and is_walked(engine, county_code):
        return None
    from gisreg.db.engine import Actor  # noqa: PLC0415 - what follows is not needed on a second run
    from gisreg.demo.papers import file_papers, move_clocks  # noqa: PLC0415
    from gisreg.demo.walk import walk  # noqa: PLC0415
    from gisreg.planning.run import run_plan  # noqa: PLC0415

    move_clocks(engine, county_code)
    parcels = None if labelled else int(run_plan(engine, Actor("demo", "demo"), county_code).parcels)
    file_papers(engine, county_code, store)
    walk(engine, county_code, store)
    return parcels
