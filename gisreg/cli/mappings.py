# ruff: noqa: E501 - wording stays in one piece

"""``gisreg parcels mapping``: which column of a file becomes what, shown before anything is written, kept by name."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisreg.cli.database import NoDatabaseYet, existing_database
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.text import Text
from gisreg.vocab import Kind

if TYPE_CHECKING:
    from gisreg.intake.proposing import Proposal, Surroundings
    from gisreg.intake.source import Source

HEADINGS = Text("列|示例值|字段|单位|把握|依据", "column|values|target|unit|sure|why")
TRANSLATED = Text("列|原值|存为|行数|依据", "column|says|stored|rows|why")
ABOUT = Text("{file}:{rows} 行,{used} 列采用,{left} 列不用", "{file}: {rows} rows, {used} columns used, {left} not")
SAVED = Text(
    "已保存为 {name}:gisreg parcels import … --mapping {name}",
    "saved as {name}: gisreg parcels import … --mapping {name}",
)
NONE_SAVED = Text("还没有保存的字段对照", "no mapping is saved yet")
MOST_TRANSLATIONS = 20
LONGEST_SAMPLE = 24


def register(app: typer.Typer) -> None:
    """Add the commands to ``gisreg parcels``."""
    app.command("mapping")(mapping)
    app.command("mappings")(mappings)


def mapping(
    file: Annotated[Path, typer.Argument(help="要导入的文件 · the file to be imported")],
    kind: Annotated[Kind | None, typer.Option(help="类型 · kind")] = None,
    county: Annotated[str | None, typer.Option(help="县级代码 · county code")] = None,
    layer: Annotated[str | None, typer.Option(help="图层或工作表 · layer or sheet")] = None,
    crs: Annotated[str | None, typer.Option(help="坐标系,如 EPSG:4547 · CRS")] = None,
    encoding: Annotated[str | None, typer.Option(help="属性文字编码,如 GBK · encoding of the attributes")] = None,
    base: Annotated[str | None, typer.Option("--mapping", help="以此字段对照为准(已保存的名称或 TOML)· start from this one")] = None,
    assign: Annotated[list[str] | None, typer.Option("--set", help="列名=字段[:单位或译入的标准];列名=- 不用 · COLUMN=TARGET[:UNIT or SCHEME], COLUMN=- leaves it out")] = None,
    save: Annotated[str | None, typer.Option(help="以此名称保存 · save by this name")] = None,
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """按列名和值提出字段对照,可更正并保存 · propose the mapping of a file from names and values; correct it, save it."""
    from gisreg.intake import mappings as kept  # noqa: PLC0415 - heavy, and only this command needs them
    from gisreg.intake.load import chosen_mapping  # noqa: PLC0415
    from gisreg.intake.mapping import in_todays_codes  # noqa: PLC0415
    from gisreg.intake.parallel import leave_out_pandas  # noqa: PLC0415
    from gisreg.intake.proposing import pin, propose  # noqa: PLC0415
    from gisreg.intake.sources import opened  # noqa: PLC0415
    from gisreg.intake.translating import translated_in  # noqa: PLC0415

    now = context()
    leave_out_pandas()
    path = kept.find(now.settings, base) if base else None
    chosen = chosen_mapping(now.settings, path)
    with opened(file, layer=layer, crs_given=crs, encoding=encoding) as source:
        around = _around(now, county)
        proposals = kept.assign(propose(source, chosen, kind, around), assign or [])
        used = [one for one in proposals if one.used]
        fields = [one.column for one in used]
        mapped = pin(chosen, used).apply(fields, kind, getattr(source, "hints", {}))
        translations = translated_in(source, in_todays_codes(mapped, around.county))
        if save:
            kept.save(now.settings, save, proposals, file.name, chosen)
        if json:
            print_json({
                "file": file.name, "layer": source.layer, "rows": source.rows, "saved": save,
                "columns": [one.as_json() for one in proposals], "translations": [one.as_json() for one in translations],
            })  # fmt: skip
            return
        _show(now, source, proposals)
    if translations:
        rows = [
            (one.field, one.said, one.stored, one.rows, now.say(one.why)) for one in translations[:MOST_TRANSLATIONS]
        ]
        print_table(now.say(TRANSLATED).split("|"), rows)
    if save:
        print_line(now.say(SAVED, name=save))


def mappings(json: JsonFlag = False) -> None:
    """列出已保存的字段对照 · the mappings that are saved."""
    from gisreg.intake import mappings as kept  # noqa: PLC0415 - heavy, and only this command needs it

    now = context()
    names = kept.saved(now.settings)
    if json:
        print_json([{"name": name, "file": kept.folder(now.settings) / f"{name}{kept.SUFFIX}"} for name in names])
        return
    for name in names or [now.say(NONE_SAVED)]:
        print_line(name)


def _around(now: Context, county: str | None) -> "Surroundings":
    """The townships, where there is a registry already; names and values alone do without."""
    from gisreg.counties import CountyNotNamed, CountyUnknown, choose_county  # noqa: PLC0415 - heavy
    from gisreg.db.engine import make_engine, transaction  # noqa: PLC0415
    from gisreg.intake.proposing import NOWHERE, Surroundings  # noqa: PLC0415
    from gisreg.intake.sources import townships  # noqa: PLC0415

    try:
        engine = make_engine(existing_database(now.settings).app_url, pool_size=0)
    except NoDatabaseYet:
        return NOWHERE
    try:
        with transaction(engine) as connection:
            code = choose_county(connection, county or now.settings.county)
            return Surroundings(code, townships(connection, code))
    except (CountyNotNamed, CountyUnknown):
        if county:
            raise
        return NOWHERE
    finally:
        engine.dispose()


def _show(now: Context, source: "Source", proposals: "list[Proposal]") -> None:
    used = sum(one.used for one in proposals)
    print_line(now.say(ABOUT, file=source.shown, rows=source.rows, used=used, left=len(proposals) - used))
    rows = [
        (
            one.column, "、".join(sample[:LONGEST_SAMPLE] for sample in one.samples),
            f"{now.say(one.title)} {one.target}" if one.target else "–", one.unit or "", f"{one.sure:.0%}" if one.target else "",
            now.say(one.why),
        )
        for one in proposals
    ]  # fmt: skip
    print_table(now.say(HEADINGS).split("|"), rows)
