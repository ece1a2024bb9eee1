# ruff: noqa: E501, PLC0415 - an option and its help stay in one piece; each command imports what it runs, so that --help starts at once

"""``gisreg affairs``: approvals, projects, enterprises, zones and asset cards, and the parcels of each."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from gisreg.affairs.words import Affair
from gisreg.cli.dates import AsOf
from gisreg.cli.output import JsonFlag, context, print_json, print_line, print_table
from gisreg.cli.records import (
    BasedOn,
    Code,
    County,
    Limit,
    Set,
    look,
    pairs,
    read,
    show_entry,
    show_history,
    show_rows,
    write,
)
from gisreg.errors import InputError
from gisreg.text import Text

if TYPE_CHECKING:
    from gisreg.affairs.approvals import Balance

app = typer.Typer(no_args_is_help=True)

Book = Annotated[
    Affair, typer.Argument(help="approval 批文、project 项目、enterprise 企业、zone 园区、asset_card 资产卡片")
]
Key = Annotated[str, typer.Argument(help="批准文号、项目代码、企业编号、园区代码或卡片编号 · its number")]
Parcels = Annotated[list[str], typer.Argument(help="宗地编号 · parcel codes")]

COLUMNS: dict[Affair, tuple[tuple[str, ...], Text]] = {
    Affair.APPROVAL: (
        ("approval_no", "version", "name", "approved_on", "approved_area_m2", "supplied_area_m2", "withdrawn_area_m2"),
        Text(
            "批准文号|版本|名称|批准日期|批准㎡|已供㎡|撤批㎡",
            "approval|version|name|on|approved m²|supplied m²|withdrawn m²",
        ),
    ),
    Affair.PROJECT: (("project_code", "version", "name"), Text("项目代码|版本|名称", "project|version|name")),
    Affair.ENTERPRISE: (
        ("id", "version", "name", "credit_code"),
        Text("编号|版本|名称|信用代码", "no.|version|name|credit code"),
    ),
    Affair.ZONE: (("code", "version", "name", "mapped"), Text("代码|版本|名称|有边界", "code|version|name|boundary")),
    Affair.CARD: (
        ("card_no", "version", "unit_name", "asset_name", "parcel_code", "area_m2", "floor_area_m2"),
        Text("卡片编号|版本|单位|资产|宗地|土地㎡|建筑㎡", "card|version|unit|asset|parcel|land m²|floor m²"),
    ),
}
LINKED = Text("关联 {n} 宗", "{n} parcels linked")
UNLINKED = Text("解除关联 {n} 宗", "{n} links taken back")
PLACED = Text("{n} 宗归入园区 {key}", "{n} parcels now belong to zone {key}")
COUNT_HEADINGS = Text("类别|在册|剩余|已盘活|未销号", "of|registered|left|revived|not closed")
BALANCE_HEADINGS = Text(
    "批准文号|批准㎡|已供㎡|撤批㎡|剩余㎡|宗|宗地合计㎡|宗地剩余㎡|不符",
    "approval|approved m²|supplied m²|withdrawn m²|remaining m²|parcels|their m²|their remaining m²|differences",
)
LEFT_HEADINGS = Text(
    "园区|名称|剩余(宗)|剩余(亩)|未销号(宗)|未销号(亩)", "zone|name|left|left mu|not closed|not closed mu"
)
PARCEL_HEADINGS = Text("宗地|类型|状态|名称|乡镇|面积㎡|上图", "parcel|kind|state|name|township|m²|mapped")
CARDS = Text(
    "卡片 {cards} 张,对应宗地 {matched} 张,不符 {n} 项", "{cards} cards, {matched} fit one parcel, {n} findings"
)
CARD_HEADINGS = Text("问题|卡片|宗地|单位|账面㎡|宗地㎡", "finding|cards|parcels|unit|stated m²|found m²")


class KeyNotANumber(InputError):
    """An enterprise is known by the number that the registry gave it."""

    what: ClassVar[Text] = Text("企业编号 {value} 不是数字", "{value} is no enterprise number")
    mend: ClassVar[Text] = Text("请用 gisreg affairs list enterprise 查编号", "see gisreg affairs list enterprise")


def _key(affair: Affair, given: str) -> str | int:
    if affair != Affair.ENTERPRISE:
        return given
    if not given.isascii() or not given.isdigit() or len(given) > 9:  # noqa: PLR2004 - digits of a 32-bit number
        raise KeyNotANumber(where="key", value=given[:40])
    return int(given)


@app.command("list")
def list_(
    book: Book, words: Annotated[str | None, typer.Option(help="编号或名称的一部分 · a part of number or name")] = None,
    county: County = None, limit: Limit = 100, json: JsonFlag = False,
) -> None:  # fmt: skip
    """列出 · list."""
    from gisreg.affairs.books import list_affairs

    page = read(lambda c, code: list_affairs(c, code, book, words=words, limit=limit), county)
    columns, headings = COLUMNS[book]
    show_rows(page.items, columns, headings, json=json, total=page.total)


@app.command()
def show(book: Book, key: Key, county: County = None, json: JsonFlag = False) -> None:
    """显示一项及其宗地;批文带收支 · one entry with its parcels; an approval with its balance."""
    from gisreg.affairs.books import BOOKS, get_affair
    from gisreg.affairs.links import parcels_of

    known = _key(book, key)
    entry = read(lambda c, code: get_affair(c, code, book, known), county)
    parcels = [] if book == Affair.CARD else read(lambda c, code: parcels_of(c, code, book, known), county)
    if json:
        print_json({**entry, "parcels": parcels})
        return
    show_entry(entry, book.titles, BOOKS[book].key, json=False)
    if parcels:
        columns = ("parcel_code", "kind", "state", "name", "township_code", "land_area_m2", "mapped")
        show_rows(parcels, columns, PARCEL_HEADINGS, json=False, total=len(parcels))
    if book == Affair.APPROVAL:
        balance(key, county)


@app.command()
def add(book: Book, set_: Set = None, county: County = None, json: JsonFlag = False) -> None:
    """新增,如 --set approval_no=… --set approved_area_m2=… · add an entry."""
    from gisreg.affairs.books import BOOKS, add_affair

    values = pairs(set_)
    done = write(lambda c, code: add_affair(c, code, book, values), county)
    show_entry(done, book.titles, BOOKS[book].key, json=json)


@app.command()
def edit(
    book: Book, key: Key, based_on: BasedOn, set_: Set = None, county: County = None, json: JsonFlag = False
) -> None:
    """修改 · change an entry."""
    from gisreg.affairs.books import BOOKS, change_affair
    from gisreg.records import RecordBasis

    basis, values = RecordBasis(_key(book, key), based_on), pairs(set_)
    done = write(lambda c, code: change_affair(c, code, book, basis, values), county)
    show_entry(done, book.titles, BOOKS[book].key, json=json)


@app.command()
def history(book: Book, key: Key, county: County = None, json: JsonFlag = False) -> None:
    """各版本 · all versions of an entry."""
    from gisreg.affairs.books import BOOKS
    from gisreg.records import history as versions

    known = _key(book, key)
    show_history(read(lambda c, code: versions(c, BOOKS[book], code, known), county), json=json)


@app.command()
def link(
    book: Book, key: Key, parcels: Parcels,
    area: Annotated[float | None, typer.Option(help="批文所涵盖该宗的面积(㎡)· how much of the one parcel the approval covers")] = None,
    county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """关联宗地 · parcels belong to it."""
    from gisreg.affairs.links import link as work

    known = _key(book, key)
    _told(write(lambda c, code: work(c, code, book, known, parcels, area_m2=area), county), LINKED, json=json)


@app.command()
def unlink(book: Book, key: Key, parcels: Parcels, county: County = None, json: JsonFlag = False) -> None:
    """解除关联 · parcels belong to it no longer."""
    from gisreg.affairs.links import unlink as work

    known = _key(book, key)
    _told(write(lambda c, code: work(c, code, book, known, parcels), county), UNLINKED, json=json)


def _told(count: int, words: Text, *, json: bool) -> None:
    if json:
        print_json({"parcels": count})
    else:
        print_line(context().say(words, n=count))


@app.command()
def of(code: Code, json: JsonFlag = False) -> None:
    """一宗属于哪些批文、项目、企业、园区 · what a parcel belongs to."""
    from gisreg.affairs.links import affairs_of

    told = look(lambda c: affairs_of(c, code))
    if json:
        print_json(told)
        return
    rows = [
        {"book": affair, **one} for affair in Affair for one in told.get(affair, ())
    ]  # fmt: skip
    show_rows(rows, ("book", "key", "name"), Text("类别|编号|名称", "book|number|name"), json=False)


@app.command()
def counts(county: County = None, json: JsonFlag = False) -> None:
    """宗、项、户、批次、园区,各自计数 · parcels, projects, enterprises, approvals, zones: each by itself."""
    from gisreg.affairs.counts import COUNTED, count_affairs

    found = read(count_affairs, county)
    if json:
        print_json({"items": found})
        return
    now = context()
    rows = [
        (COUNTED[one.what].say(now.language), one.registered, one.left, one.revived, one.not_closed) for one in found
    ]
    print_table(now.say(COUNT_HEADINGS).split("|"), rows)


@app.command()
def balance(
    approval: Annotated[str | None, typer.Argument(help="批准文号,默认全部 · one approval, else all")] = None,
    county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """批准 − 已供 − 撤批 = 剩余,与宗地核对 · approved − supplied − withdrawn = remaining, against the parcels."""
    from gisreg.affairs.approvals import balances

    now = context()
    found = read(lambda c, code: balances(c, code, now.settings.area_tolerance_m2, approval), county)
    if json:
        print_json({"items": [_balance_json(one) for one in found]})
        return
    rows = [
        (one.approval_no, one.approved_area_m2, one.supplied_area_m2, one.withdrawn_area_m2, one.remaining_area_m2,
         one.parcels, one.parcels_m2, one.parcels_remaining_m2,
         "\n".join(_disagreement(d, now.language) for d in one.disagreements))
        for one in found
    ]  # fmt: skip
    print_table(now.say(BALANCE_HEADINGS).split("|"), rows)


def _disagreement(one: Any, language: Any) -> str:
    words = one.difference.titles.say(language)
    if one.off_by_m2 is not None:
        return f"{words}: {one.stated_m2:,.2f} / {one.found_m2:,.2f} ({one.off_by_m2:+,.2f})"
    return f"{words}: {one.parcels_total} ({', '.join(one.parcels[:5])})" if one.parcels else words


def _balance_json(one: "Balance") -> dict[str, Any]:
    from dataclasses import asdict

    disagreements = [{**asdict(d), "off_by_m2": d.off_by_m2} for d in one.disagreements]
    return {**asdict(one), "disagreements": disagreements}


@app.command()
def cards(county: County = None, json: JsonFlag = False) -> None:
    """账卡相符:资产卡片与宗地核对 · asset cards against parcels."""
    from gisreg.affairs.cards import check_cards

    now = context()
    check = read(lambda c, code: check_cards(c, code, now.settings.area_tolerance_m2), county)
    if json:
        print_json(check)
        return
    print_line(now.say(CARDS, cards=check.cards, matched=check.matched, n=len(check.findings)))
    rows = [(one.finding.titles.say(now.language), ", ".join(one.cards), ", ".join(one.parcels[:5]), one.unit_name,
             one.stated_m2, one.found_m2) for one in check.findings]  # fmt: skip
    if rows:
        print_table(now.say(CARD_HEADINGS).split("|"), rows)


@app.command()
def zone_left(county: County = None, as_of: AsOf = None, json: JsonFlag = False) -> None:
    """各园区剩余待盘活与未销号 · what is left and not closed, zone by zone."""
    from gisreg.ledger.left import county_left
    from gisreg.ledger.left import zone_left as by_zone

    rows = read(lambda c, code: by_zone(c, code, as_of), county)
    if json:
        print_json({"total": county_left(rows), "items": rows})
        return
    now = context()
    outside = now.say(Text("园区以外", "outside zones"))
    shown = [(row.code or "—", row.name or ("" if row.code else outside), row.left_count, row.left_mu,
              row.not_closed_count, row.not_closed_mu) for row in rows]  # fmt: skip
    print_table(now.say(LEFT_HEADINGS).split("|"), shown)


@app.command()
def zone_boundary(
    key: Annotated[str, typer.Argument(help="园区代码 · zone code")], file: Annotated[Path, typer.Argument(help="图形文件 · a file with the shape")],
    based_on: BasedOn, crs: Annotated[str | None, typer.Option(help="坐标系 · CRS")] = None,
    layer: Annotated[str | None, typer.Option(help="图层 · layer")] = None,
    place: Annotated[bool, typer.Option("--place", help="把落在其中且未归园区的宗地归入 · parcels in it that have no zone belong to it")] = False,
    county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """给园区边界 · the boundary of a zone."""
    from gisreg.affairs.books import set_zone_boundary
    from gisreg.affairs.links import place_in_zone
    from gisreg.parcels.boundary.given import given_file
    from gisreg.records import RecordBasis

    shape = given_file(file, crs, layer)

    def work(connection: Any, code: str) -> tuple[dict[str, Any], list[str]]:
        zone = set_zone_boundary(connection, code, RecordBasis(key, based_on), shape)
        return zone, place_in_zone(connection, code, key) if place else []

    zone, placed = write(work, county)
    if json:
        print_json({**zone, "placed": placed})
        return
    show_entry(zone, Affair.ZONE.titles, "code", json=False)
    if place:
        print_line(context().say(PLACED, n=len(placed), key=key))
