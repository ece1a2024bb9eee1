"""``gisreg parcels list|show|history|queryables``."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from gisreg.cli.database import open_engine
from gisreg.cli.dates import AsOf
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.cli.wording import title_of
from gisreg.columns import unit_words
from gisreg.counties import choose_county
from gisreg.db.engine import transaction
from gisreg.text import Text
from gisreg.vocab import State, code_title

if TYPE_CHECKING:
    from gisreg.parcels.lineage import Lineage
    from gisreg.parcels.queryables import Queryable
    from gisreg.parcels.read import Row

County = Annotated[str | None, typer.Option(help="县级代码 · county code")]

TOTAL = Text("共 {total} 宗,列出 {shown} 宗", "{total} parcels, {shown} listed")
CHANGED = Text("{field}:{before} → {after}", "{field}: {before} → {after}")
CAME_FROM = Text(
    "来自 {parcel_code}({operation},{on},{recorded_by})", "came from {parcel_code} ({operation}, {on}, {recorded_by})"
)
WENT_INTO = Text(
    "分出 {parcel_code}({operation},{on},{recorded_by})", "gave {parcel_code} ({operation}, {on}, {recorded_by})"
)
OUT = Text(
    "外业在改:{taken_by} 于 {checked_out_at} 领取第 {version} 版(签出 {id})",
    "out in the field: {taken_by} took version {version} at {checked_out_at} (check-out {id})",
)
GONE = Text("已停用", "out of use")
CODES = {"ownership_nature": "qsxz", "right_type": "qllx", "right_nature": "qlxz"}
"""Fields with codes, whose lists are called as they are, and their scheme."""
MOVED = Text("界址已变动", "the boundary moved")
HEADINGS = ("parcel_code", "kind", "state", "name", "township_name", "area_mu", "label", "measure_zh", "due_on")


def register(app: typer.Typer) -> None:
    """Add the reading commands to ``gisreg parcels``."""
    app.command("list")(list_)
    app.command()(show)
    app.command()(history)
    app.command()(queryables)


def list_(
    filter: Annotated[str | None, typer.Option(help="CQL2 条件 · a CQL2 filter")] = None,
    county: County = None,
    as_of: AsOf = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="最多列出 · at most")] = 100,
    sort: Annotated[
        str | None,
        typer.Option(help="排序字段,最多 3 个,前加 - 为降序,如 -area_mu,kind · up to 3 names, - turns round"),
    ] = None,
    after: Annotated[str | None, typer.Option(help="从该编号之后 · continue behind this parcel code")] = None,
    json: JsonFlag = False,
) -> None:
    """列出宗地 · list parcels."""
    from gisreg.filters import compile_filter  # noqa: PLC0415 - the CQL2 parser is needed by this command only
    from gisreg.parcels.asof import current_at  # noqa: PLC0415
    from gisreg.parcels.read import list_parcels  # noqa: PLC0415
    from gisreg.parcels.sorting import read_sort  # noqa: PLC0415

    now = context()
    keys = read_sort(sort)
    source = current_at(as_of)
    where = compile_filter(filter, target=source) if filter else None
    with open_engine(now.settings) as engine, transaction(engine) as connection:
        page = list_parcels(
            connection,
            county=choose_county(connection, county or now.settings.county),
            where=where,
            limit=limit,
            after=after,
            sort=keys,
            source=source,
        )
    if json:
        print_json({"total": page.total, "items": page.items})
        return
    names = [*HEADINGS]
    if now.language == "en":
        names[names.index("measure_zh")] = "measure_en"
    print_table([_queryables()[name].titles.say(now.language) for name in names],
                [[_word(now, name, row[name]) for name in names] for row in page.items])  # fmt: skip
    print_line(now.say(TOTAL, total=f"{page.total:,}", shown=f"{len(page.items):,}"))


def show(code: Annotated[str, typer.Argument(help="宗地编号 · parcel code")], as_of: AsOf = None,
         json: JsonFlag = False) -> None:  # fmt: skip
    """显示一宗 · show one parcel."""
    from gisreg.checkout.held import out_with  # noqa: PLC0415 - these bring the tables; importing a file needs none
    from gisreg.parcels.gates import gate_titles  # noqa: PLC0415
    from gisreg.parcels.lineage import lineage_of, require_in_use  # noqa: PLC0415
    from gisreg.parcels.read import get_parcel  # noqa: PLC0415

    now = context()
    with open_engine(now.settings) as engine, transaction(engine) as connection:
        row = get_parcel(connection, code, as_of)
        if as_of is None and row["state"] == State.REMOVED:
            require_in_use(connection, code)
        lineage = lineage_of(connection, code)
        out = out_with(connection, code) if as_of is None else []
        gates = gate_titles(connection, row["run_id"]) if row["blockers"] else {}
    if json:
        print_json({**row, "lineage": lineage, "checked_out": out})
        return
    known = {name: value for name, value in row.items() if value is not None}
    if gates:
        known["blockers"] = [now.say(gates[gate]) for gate in known["blockers"]]
    print_table(
        (now.say(Text("字段", "Field")), now.say(Text("名称", "Title")), now.say(Text("值", "Value"))),
        [(name, _title(name).say(now.language), _shown(now, name, value)) for name, value in known.items()],
        title=code,
    )
    _print_lineage(now, lineage)
    for held in out:
        print_line(now.say(OUT, **{**held, "checked_out_at": f"{held['checked_out_at']:%Y-%m-%d %H:%M}"}))


def history(code: Annotated[str, typer.Argument(help="宗地编号 · parcel code")], json: JsonFlag = False) -> None:
    """历次版本:谁、何时、从哪里、改了什么 · every version: who, when, by which way, what."""
    from gisreg.parcels.lineage import lineage_of  # noqa: PLC0415
    from gisreg.parcels.read import history as versions_of  # noqa: PLC0415

    now = context()
    with open_engine(now.settings) as engine, transaction(engine) as connection:
        versions, lineage = versions_of(connection, code), lineage_of(connection, code)
    if json:
        print_json({"parcel_code": code, "versions": versions, "lineage": lineage})
        return
    print_table(
        [now.say(t) for t in (Text("版本", "Version"), Text("时间", "When"), Text("经手", "Who"), Text("来源", "From"),
                              Text("理由", "Why"), Text("变更", "Changed"))],
        [(v.version, v.recorded_at[:19].replace("T", " "), v.recorded_by, v.recorded_from, v.reason,
          _changes(now, v.changed))
         for v in versions],
        title=code,
    )  # fmt: skip
    _print_lineage(now, lineage)


def _print_lineage(now: Context, lineage: "Lineage") -> None:
    """Where a parcel came from and what came from it, a line for each."""
    from gisreg.parcels.lineage import OPERATIONS  # noqa: PLC0415

    for words, kin in ((CAME_FROM, lineage.predecessors), (WENT_INTO, lineage.successors)):
        for one in kin:
            operation = OPERATIONS[one.operation].say(now.language)
            told = now.say(words, **{**asdict(one), "operation": operation, "on": f"{one.recorded_at:%Y-%m-%d}"})
            print_line(told if one.in_use else f"{told} {now.say(GONE)}")


def queryables(json: JsonFlag = False) -> None:
    """可查询的字段 · what a filter may ask for."""
    now = context()
    if json:
        print_json(
            [
                {"name": q.name, "type": q.type, "unit": q.unit, "title": {"zh": q.titles.zh, "en": q.titles.en},
                 "values": [str(term) for term in q.terms] if q.terms else None,
                 "source": q.source.words._asdict(), "sureness": str(q.source.sure)}
                for q in _queryables().values()
            ]
        )  # fmt: skip
        return
    print_table(
        [now.say(t) for t in (Text("字段", "Name"), Text("类型", "Type"), Text("单位", "Unit"), Text("名称", "Title"),
                              Text("取值", "Values"), Text("来源", "Source"), Text("可信度", "How sure"))],
        [(q.name, q.type, now.say(unit_words(q.unit)), q.titles.both(), ", ".join(q.terms) if q.terms else None,
          now.say(q.source.words), now.say(q.source.sure.titles))
         for q in _queryables().values()],
    )  # fmt: skip


def _word(now: Context, name: str, value: object) -> object:
    """A token or a code as people read it."""
    terms = _queryables()[name].terms if name in _queryables() else None
    if isinstance(value, str) and name in CODES:
        title = code_title(name, CODES[name], value)
        return f"{value} {title.say(now.language)}" if title else value
    return next((term.titles.say(now.language) for term in terms or () if term == value), value)


def _queryables() -> "dict[str, Queryable]":
    from gisreg.parcels.queryables import QUERYABLES  # noqa: PLC0415 - brings the tables; importing a file needs none

    return QUERYABLES


def _title(name: str) -> Text:
    """What a field is called."""
    return _queryables()[name].titles if name in _queryables() else title_of(name)


def _shown(now: Context, name: str, value: object) -> object:
    unit = _queryables()[name].unit if name in _queryables() else None
    if isinstance(value, bool):
        return now.say(Text("是", "yes") if value else Text("否", "no"))
    if isinstance(value, int | float) and unit:
        digits = 0 if _queryables()[name].type == "integer" else 2
        return f"{value:,.{digits}f} {now.say(unit_words(unit))}"
    return ", ".join(value) if isinstance(value, list) else _word(now, name, value)


def _changes(now: Context, changed: "dict[str, Row]") -> str:
    return "\n".join(
        now.say(MOVED)
        if field == "boundary"
        else now.say(CHANGED, field=_title(field).say(now.language), before=shown_or_dash(now, field, pair["from"]),
                     after=shown_or_dash(now, field, pair["to"]))
        for field, pair in changed.items()
    )  # fmt: skip


def shown_or_dash(now: Context, field: str, value: object) -> object:
    """A value in words; a dash where it is unknown."""
    return "—" if value is None else _shown(now, field, value)
