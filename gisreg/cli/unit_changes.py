# ruff: noqa: E501, PLC0415 - an option and its help stay in one piece; each command imports what it runs, so that --help starts at once

"""``gisreg units change rename|merge|split|undo`` and ``gisreg units crosswalk``."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisreg.cli.dates import day_option
from gisreg.cli.output import JsonFlag, context, print_json, print_line, print_table
from gisreg.cli.parcels_edit import PairUnreadable
from gisreg.cli.records import County, read, show_rows, write
from gisreg.text import Text
from gisreg.vocab import UnitLevel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gisreg.unit_changes.changing import Change, Changed

change = typer.Typer(no_args_is_help=True, help="乡镇、村合并、拆分、更名 · units merge, split and are renamed")

On = Annotated[date, day_option("--on", "生效日期 · from which day it holds")]
Level = Annotated[UnitLevel, typer.Option(help="township | village")]
Paper = Annotated[str | None, typer.Option("--document", help="批复文号 · the paper it rests on")]

DONE = Text("{old} → {new}", "{old} → {new}")
FOLLOWED = Text("{code}:{n} 宗", "{code}: {n} parcels")
VILLAGES = Text("{n} 个村改属", "{n} villages belong to another township")
UNPLACED = Text("{n} 宗待核乡镇(村):{codes}", "{n} parcels whose place is to be found: {codes}")
SETTLE = Text(
    "{n} 宗集体资产先清产确权:{codes}", "{n} collective parcels whose ownership is to be settled first: {codes}"
)
HEADINGS = Text(
    "编号|生效|级别|变更|原代码|原名称|新代码|新名称|宗|文号|撤销",
    "no.|from|level|change|old code|old name|new code|new name|parcels|paper|undone",
)
UNDONE = Text(
    "已撤销变更 {number}:{old} → {new},{parcels} 宗、{villages} 个村归还",
    "the change {number} is undone: {old} → {new}; {parcels} parcels and {villages} villages are theirs again",
)
CAME_SINCE = Text("变更后新入的 {n} 宗一并归还:{codes}", "{n} parcels that came since go with them: {codes}")
SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands to ``gisreg units``."""
    app.add_typer(change, name="change")
    app.command()(crosswalk)


@change.command()
def rename(
    code: Annotated[str, typer.Argument(help="现代码 · the code now")], on: On, level: Level = UnitLevel.TOWNSHIP,
    name: Annotated[str | None, typer.Option(help="新名称 · the new name")] = None,
    new_code: Annotated[str | None, typer.Option(help="新代码 · the new code")] = None,
    document: Paper = None, county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """更名、换码 · another name or code."""
    from gisreg.unit_changes.changing import rename as work

    _run(lambda c, about: work(c, about, code, name=name, new_code=new_code), (level, on, document), county, json=json)


@change.command()
def merge(
    codes: Annotated[list[str], typer.Argument(help="合并的单元 · the units that become one")],
    into: Annotated[str, typer.Option(help="合并后的代码,可为其中之一 · the code afterwards")],
    name: Annotated[str, typer.Option(help="合并后的名称 · the name afterwards")],
    on: On, level: Level = UnitLevel.TOWNSHIP,
    settle: Annotated[bool, typer.Option("--settle-ownership", help="资产债务差异大的村:集体资产先清产确权 · collective assets' ownership is settled first")] = False,
    document: Paper = None, county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """合并,资产随行政单元走 · units merge, their assets follow."""
    from gisreg.unit_changes.changing import merge as work

    _run(
        lambda c, about: work(c, about, codes, (into, name), settle_ownership=settle),
        (level, on, document),
        county,
        json=json,
    )


@change.command()
def split(
    code: Annotated[str, typer.Argument(help="被拆分的单元 · the unit that becomes several")], on: On,
    part: Annotated[list[str], typer.Option(help="代码=名称,逐个给出 · CODE=NAME of each part")],
    villages: Annotated[list[str] | None, typer.Option(help="代码=村,村,… · CODE=VILLAGE,VILLAGE of a part")] = None,
    shape: Annotated[list[str] | None, typer.Option(help="代码=图形文件 · CODE=FILE with a part's boundary")] = None,
    crs: Annotated[str | None, typer.Option(help="图形坐标系 · CRS of the shapes")] = None,
    level: Level = UnitLevel.TOWNSHIP, document: Paper = None, county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """拆分,宗地按所在村或位置归属 · a unit splits; parcels go by village or by place."""
    from gisreg.parcels.boundary.given import given_file
    from gisreg.unit_changes.changing import Part
    from gisreg.unit_changes.changing import split as work

    names, owned, files = _pairs(part, "--part"), _pairs(villages, "--villages"), _pairs(shape, "--shape")
    for option, given in (("--villages", owned), ("--shape", files)):
        for unknown in given.keys() - names.keys():
            raise PairUnreadable(where=option, value=unknown, form="CODE of a --part")
    parts = [
        Part(key, name, [one.strip() for one in owned.get(key, "").split(",") if one.strip()],
             given_file(Path(files[key]), crs, None) if key in files else None)
        for key, name in names.items()
    ]  # fmt: skip
    _run(lambda c, about: work(c, about, code, parts), (level, on, document), county, json=json)


@change.command()
def undo(
    number: Annotated[int, typer.Argument(help="变更编号,见 units crosswalk · its number in units crosswalk", min=1)],
    reason: Annotated[str | None, typer.Option(help="撤销原因 · why")] = None,
    county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """撤销一次变更:原单元恢复,宗地、村归还;此后有人改动的不撤 · undo a change, unless others have worked on since."""
    from gisreg.unit_changes.undoing import undo_change

    done = write(lambda c, code: undo_change(c, code, number, reason), county)
    if json:
        print_json(asdict(done))
        return
    now = context()
    names = {"old": "、".join(done.ended), "new": "、".join(done.restored)}
    print_line(now.say(UNDONE, number=number, parcels=done.parcels, villages=done.villages, **names))
    if done.came_since:
        print_line(now.say(CAME_SINCE, n=len(done.came_since), codes=", ".join(done.came_since[:SHOWN])))


def _pairs(given: "Sequence[str] | None", option: str) -> dict[str, str]:
    found = {}
    for pair in given or ():
        key, equals, value = pair.partition("=")
        if not equals:
            raise PairUnreadable(where=option, value=pair[:80], form="CODE=…")
        found[key.strip()] = value.strip()
    return found


def _run(
    work: "Callable[[Any, Change], Changed]", about: tuple[UnitLevel, date, str | None], county: str | None, *, json: bool
) -> None:  # fmt: skip
    from gisreg.unit_changes.changing import Change

    level, on, document = about
    _show(write(lambda c, code: work(c, Change(code, level, on, document)), county), json=json)


def _show(changed: "Changed", *, json: bool) -> None:
    if json:
        print_json(asdict(changed))
        return
    now = context()
    print_line(now.say(DONE, old="、".join(changed.old), new="、".join(changed.new)))
    for code, count in changed.parcels.items():
        print_line(now.say(FOLLOWED, code=code, n=count))
    if changed.villages:
        print_line(now.say(VILLAGES, n=changed.villages))
    for words, codes in ((UNPLACED, changed.unplaced), (SETTLE, changed.to_settle)):
        if codes:
            print_line(now.say(words, n=len(codes), codes=", ".join(codes[:SHOWN])))


def crosswalk(
    code: Annotated[str | None, typer.Argument(help="只看此代码今为何 · where this code leads today")] = None,
    level: Level = UnitLevel.TOWNSHIP, county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """代码对照:哪个单元何时成为哪个 · which unit became which, and when."""
    from gisreg.unit_changes.changing import crosswalk as changes
    from gisreg.unit_changes.changing import successors

    if code is not None:
        now = read(lambda c, place: successors(c, place, level, code), county)
        if json:
            print_json({"code": code, "successors": now})
        else:
            print_line(f"{code} → {'、'.join(now) or '—'}")
        return
    rows = read(lambda c, place: changes(c, place, level), county)
    columns = (
        "id",
        "effective_on",
        "level",
        "operation",
        "old_code",
        "old_name",
        "new_code",
        "new_name",
        "parcels",
        "document_no",
        "undone_at",
    )
    if json:
        print_json({"items": rows})
        return
    if not rows:
        print_table(context().say(HEADINGS).split("|"), [])
        return
    show_rows(rows, columns, HEADINGS, json=False, total=len(rows))
