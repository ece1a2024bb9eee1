"""``gisreg parcels recheck``: what is registered judged once more."""

from typing import TYPE_CHECKING, Annotated

import typer

from gisreg.cli.database import actor, open_engine
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.counties import choose_county
from gisreg.db.engine import transaction
from gisreg.text import Text

if TYPE_CHECKING:
    from gisreg.parcels.recheck import Rechecked

JUDGED = Text(
    "{parcels} 宗按容差 {tolerance_m2:g} ㎡ 重新判定",
    "{parcels} parcels judged with a tolerance of {tolerance_m2:g} m²",
)
CHANGED = Text("容差由 {before:g} ㎡ 改为 {after:g} ㎡", "the tolerance was {before:g} m² and is {after:g} m² now")
LINKS = Text(
    "不同类宗地的关联:{before} → {after}(新增 {added},解除 {removed},面积变化 {changed})",
    "links between kinds: {before} → {after} ({added} added, {removed} removed, {changed} of another area)",
)
COUNTS = Text(
    "同类重叠 {overlaps_same_kind},乡镇不符 {township_differs},面积不符 {area_disagrees}",
    "{overlaps_same_kind} overlaps within a kind, {township_differs} townships and {area_disagrees} areas that differ",
)
TRIED = Text("试运行,未写入任何内容", "dry run: nothing was written")
HEADINGS = Text("宗地|问题|位置|处理", "parcel|what|place|mend")
MORE = Text("另有 {n} 条,见 --json", "{n} more: see --json")
SHOWN = 20


def recheck(
    county: Annotated[str | None, typer.Option(help="县级代码 · county code")] = None,
    tolerance: Annotated[
        float | None, typer.Option(help="本县重叠容差(㎡),从此生效 · the county's overlap tolerance from now on (m²)")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只判定,不写入 · judge only, write nothing")] = False,
    json: JsonFlag = False,
) -> None:
    """重新判定已入库宗地:重叠、关联、面积、乡镇 · judge what is registered: overlaps, links, areas, townships."""
    from gisreg.parcels.recheck import recheck as work  # noqa: PLC0415 - only this command needs it

    now = context()
    who = None if dry_run else actor(now.settings)
    with open_engine(now.settings) as engine, transaction(engine, who) as connection:
        chosen = choose_county(connection, county or now.settings.county)
        done = work(connection, chosen, tolerance=tolerance, dry_run=dry_run)
    if json:
        print_json(done.as_json())
        return
    _show(now, done)


def _show(now: Context, done: "Rechecked") -> None:
    print_line(now.say(JUDGED, parcels=f"{done.parcels:,}", tolerance_m2=done.tolerance_m2))
    if done.tolerance_m2 != done.tolerance_m2_before and not done.dry_run:
        print_line(now.say(CHANGED, before=done.tolerance_m2_before, after=done.tolerance_m2))
    print_line(now.say(LINKS, **done.links.__dict__))
    print_line(now.say(COUNTS, **done.counts()))
    shown = done.doubts[:SHOWN]
    if shown:
        lines = [(one.parcel_code, one.what.say(now.language), one.place, one.mend.say(now.language)) for one in shown]
        print_table(now.say(HEADINGS).split("|"), lines)
    if len(done.doubts) > len(shown):
        print_line(now.say(MORE, n=len(done.doubts) - len(shown)))
    if done.dry_run:
        print_line(now.say(TRIED))
