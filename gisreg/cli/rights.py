# ruff: noqa: E501, PLC0415 - an option and its help stay in one piece; each command imports what it runs, so that --help starts at once

"""``gisreg rights``: parties, rights, encumbrances, contracts, and the title that follows from them."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer

from gisreg.cli.dates import InForceOn, day_option
from gisreg.cli.output import JsonFlag, context, print_json, print_line, print_table
from gisreg.cli.records import (
    BasedOn,
    Code,
    County,
    Limit,
    Set,
    change,
    look,
    pairs,
    plain,
    read,
    show_entry,
    show_history,
    show_rows,
    write,
)
from gisreg.rights.words import CleanUp, EncumbranceType, TitleField, TitleStep
from gisreg.text import Text
from gisreg.vocab import HolderClass

app = typer.Typer(no_args_is_help=True)

Id = Annotated[int, typer.Argument(help="编号 · its number", min=1)]
On = Annotated[date, day_option("--on", "日期 · the day")]
OptionalDay = Annotated[date | None, day_option("--on", "日期 · the day")]
JOINT = "joint"
Share = Annotated[str, typer.Option(help="份额 1/3、50%、0.25;共同共有写 joint · share, or joint")]

PARTY, RIGHT = Text("权利主体", "party"), Text("权利", "right")
BURDEN, CONTRACT = Text("负担", "encumbrance"), Text("合同", "contract")
TITLE_HEADINGS = Text("字段|宗地现值|台账得出|人工认定|有效值", "field|stated|follows|decided|holds")
RIGHT_HEADINGS = Text(
    "编号|版本|权利主体|权利类型|份额|证号|起|止|注销|有效",
    "no.|version|party|type|share|certificate|from|to|cancelled|in force",
)
BURDEN_HEADINGS = Text(
    "编号|版本|类型|顺位|权利人|金额(万元)|起|止|解除", "no.|version|type|rank|party|10,000 yuan|from|to|released"
)
CONTRACT_HEADINGS = Text(
    "编号|版本|合同编号|类别|签订|价款(万元)|问题|清理方式|完成",
    "no.|version|contract|class|signed|price|problem|clean-up|done",
)
STEP_HEADINGS = Text("步骤|日期|文号|说明|经手", "step|day|document|note|who")
PARTY_HEADINGS = Text("编号|版本|名称|主体|类别|证件号|电话", "no.|version|name|type|class|identity|telephone")
DOUBLE_HEADINGS = Text(
    "关系|宗地|抵押权人|顺位|另一宗地|另一抵押权人|顺位|重叠㎡|经度|纬度|顺位不明",
    "same|parcel|mortgagee|rank|other parcel|other mortgagee|rank|shared m²|lon|lat|no order",
)
TRANSFER_HEADINGS = Text("编号|版本|主体|权利类型|份额|证号|起|止", "no.|version|party|type|share|certificate|from|to")
HOLDER_DIFFERS = Text(
    "宗地所填权利人 {stated}({stated_class})与台账 {follows}({follows_class})不一致,未改动;核实后请用 gisreg parcels edit 更正",
    "the parcel states the holder {stated} ({stated_class}), the books say {follows} ({follows_class}): left as it is;"
    " correct it with gisreg parcels edit once verified",
)
FOLLOWED = Text("{n} 宗的权属、查封、抵押已随台账更新", "{n} parcels now state what follows from the books")
FOLLOWED_HEADINGS = Text("宗地|字段|原值|现值", "parcel|field|was|is")
CLEANED = Text(
    "有问题合同 {found} 份,已清理 {cleaned} 份({rate}),其中大额(≥{from_wan:g} 万元){large} 份,已清理 {large_cleaned} 份",
    "{found} faulty contracts, {cleaned} cleaned up ({rate}); {large} large ones (from {from_wan:g}), {large_cleaned} cleaned up",
)
CLEANED_HEADINGS = Text("方式|份数|金额(万元)", "way|contracts|10,000 yuan")


@app.command()
def show(code: Code, as_of: InForceOn = None, json: JsonFlag = False) -> None:
    """一宗的权利、负担、合同、步骤 · all that the books say about one parcel."""
    from gisreg.rights.read import rights_of

    told = look(lambda connection: rights_of(connection, code, as_of))
    if json:
        print_json(told)
        return
    now = context()
    titles = {str(one): one.titles for one in TitleField}
    rows = [
        (
            titles[one.field].say(now.language),
            *(plain(now, value, str(one.field)) for value in (one.stated, one.follows, one.decided, one.holds)),
        )
        for one in told["title"]
    ]
    print_table(now.say(TITLE_HEADINGS).split("|"), rows, title=code)
    _tell_holder(told["holder"])
    for name, columns, headings in (
        (
            "rights",
            (
                "id",
                "version",
                "party",
                "right_type",
                "share",
                "certificate_no",
                "starts_on",
                "ends_on",
                "cancelled_on",
                "in_force",
            ),
            RIGHT_HEADINGS,
        ),
        (
            "encumbrances",
            ("id", "version", "encumbrance_type", "rank", "party", "amount_wan", "starts_on", "ends_on", "released_on"),
            BURDEN_HEADINGS,
        ),
        (
            "contracts",
            (
                "id",
                "version",
                "contract_no",
                "contract_class",
                "signed_on",
                "price_wan",
                "problem",
                "clean_up",
                "cleaned_on",
            ),
            CONTRACT_HEADINGS,
        ),
        ("steps", ("step", "done_on", "document_no", "note", "recorded_by"), STEP_HEADINGS),
    ):
        if told[name]:
            show_rows(told[name], columns, headings, json=False)


@app.command()
def parties(
    name: Annotated[str | None, typer.Option(help="名称的一部分 · a part of the name")] = None,
    county: County = None, limit: Limit = 100, json: JsonFlag = False,
) -> None:  # fmt: skip
    """权利主体(证件号、电话打码)· parties; their numbers are masked."""
    from gisreg.rights.parties import list_parties

    page = read(lambda connection, code: list_parties(connection, code, name=name, limit=limit), county)
    columns = ("id", "version", "name", "party_type", "holder_class", "id_no", "phone")
    show_rows(page.items, columns, PARTY_HEADINGS, json=json, total=page.total)


@app.command()
def party_add(
    name: Annotated[str, typer.Argument(help="名称 · name")], set_: Set = None, county: County = None,
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """新增权利主体,如 --set party_type=person · add a party."""
    from gisreg.rights.parties import add_party

    values = {"name": name, **pairs(set_)}
    show_entry(write(lambda connection, code: add_party(connection, code, values), county), PARTY, "id", json=json)


@app.command()
def party_edit(party: Id, based_on: BasedOn, set_: Set = None, county: County = None, json: JsonFlag = False) -> None:
    """修改权利主体 · change a party."""
    from gisreg.records import RecordBasis
    from gisreg.rights.parties import change_party

    basis, values = RecordBasis(party, based_on), pairs(set_)
    done = write(lambda connection, code: change_party(connection, code, basis, values), county)
    show_entry(done, PARTY, "id", json=json)


@app.command()
def party_history(party: Id, county: County = None, json: JsonFlag = False) -> None:
    """权利主体的各版本 · all versions of a party."""
    from gisreg.rights.parties import party_history as versions

    show_history(read(lambda connection, code: versions(connection, code, party), county), json=json)


@app.command()
def add(
    code: Code,
    party: Annotated[int, typer.Option(help="权利主体编号 · the party's number", min=1)],
    type: Annotated[str, typer.Option(help="权利类型代码 · code of the right type")],
    share: Share = "1", set_: Set = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """登记一项权利 · a right of a party in a parcel."""
    from gisreg.rights.holding import add_right
    from gisreg.rights.shares import read_share

    part = None if share == JOINT else read_share(share)
    values = {**pairs(set_), "party_id": party, "right_type": type}
    done = change(lambda connection: add_right(connection, code, values, part))
    show_entry(done, RIGHT, "id", json=json)


@app.command()
def cancel(right: Id, based_on: BasedOn, on: On, county: County = None, json: JsonFlag = False) -> None:
    """注销一项权利 · a right ends."""
    from gisreg.records import RecordBasis
    from gisreg.rights.holding import cancel_right

    basis = RecordBasis(right, based_on)
    show_entry(write(lambda c, code: cancel_right(c, code, basis, on), county), RIGHT, "id", json=json)


@app.command()
def transfer(
    right: Id, based_on: BasedOn,
    to: Annotated[int, typer.Option(help="受让方编号 · the party that receives it", min=1)],
    on: On,
    share: Annotated[str | None, typer.Option(help="转让的份额,默认全部 · share, all of it if not given")] = None,
    certificate: Annotated[str | None, typer.Option(help="新证号 · the new certificate")] = None,
    county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """流转:权利或其份额转给他人 · a right, or a share of it, goes to another party."""
    from gisreg.records import RecordBasis
    from gisreg.rights.holding import transfer_right
    from gisreg.rights.shares import read_share

    basis, part = RecordBasis(right, based_on), read_share(share) if share else None
    done = write(
        lambda c, code: transfer_right(c, code, basis, to_party=to, on=on, share=part, certificate_no=certificate),
        county,
    )
    if json:
        print_json({"total": len(done.rights), "items": done.rights, "holder": done.holder.as_json()})
        return
    columns = ("id", "version", "party_id", "right_type", "share", "certificate_no", "starts_on", "ends_on")
    show_rows(done.rights, columns, TRANSFER_HEADINGS, json=False)
    _tell_holder(done.holder.as_json())


def _tell_holder(holder: dict[str, Any]) -> None:
    """Where the parcel states another holder than the books do."""
    if not holder["agrees"]:
        now = context()
        classes = {str(one): now.say(one.titles) for one in HolderClass}
        of = {key: classes.get(holder[key] or "", "—") for key in ("stated_class", "follows_class")}
        print_line(now.say(HOLDER_DIFFERS, **{**holder, **of, "stated": holder["stated"] or "—"}))


@app.command()
def encumber(
    code: Code, type: Annotated[EncumbranceType, typer.Option(help="抵押、查封、租赁")], set_: Set = None,
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """登记抵押、查封或租赁 · a mortgage, a seizure or a lease."""
    from gisreg.rights.burdens import add_burden

    values = {**pairs(set_), "encumbrance_type": str(type)}
    show_entry(change(lambda c: add_burden(c, code, values)), BURDEN, "id", json=json)


@app.command()
def release(encumbrance: Id, based_on: BasedOn, on: On, county: County = None, json: JsonFlag = False) -> None:
    """解除抵押、查封或租赁 · an encumbrance ends."""
    from gisreg.records import RecordBasis
    from gisreg.rights.burdens import release as work

    basis = RecordBasis(encumbrance, based_on)
    show_entry(write(lambda c, code: work(c, code, basis, on), county), BURDEN, "id", json=json)


@app.command()
def step(
    code: Code, step: Annotated[TitleStep, typer.Argument(help="步骤 · the step")], on: On,
    document: Annotated[str | None, typer.Option(help="文号 · document number")] = None,
    note: Annotated[str | None, typer.Option(help="说明 · note")] = None,
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """记一个步骤:确权 → 登记 → 流转;争议、撤销 · a step of the title."""
    from gisreg.rights.title import record_step

    done = change(lambda c: record_step(c, code, step, on, document_no=document, note=note))
    show_entry(done, Text("步骤", "step"), "step", json=json)


@app.command()
def decide(
    code: Code, field: Annotated[TitleField, typer.Argument(help="字段 · field")],
    value: Annotated[str, typer.Argument(help="值;查封、抵押为 true/false/unknown · the value")],
    reason: Annotated[str, typer.Option(help="理由 · why")], json: JsonFlag = False,
) -> None:  # fmt: skip
    """人工认定权属、查封或抵押,优先于台账 · a person's decision, which goes before the books."""
    from gisreg.rights.title import decide as work

    _show_title(change(lambda c: work(c, code, field, value, reason)), json=json)


@app.command()
def undecide(
    code: Code, field: Annotated[TitleField, typer.Argument(help="字段 · field")], json: JsonFlag = False
) -> None:
    """终止人工认定,重新随台账 · the field follows the books again."""
    from gisreg.rights.title import end_decision

    _show_title(change(lambda c: end_decision(c, code, field)), json=json)


def _show_title(title: object, *, json: bool) -> None:
    from gisreg.rights.title import Title

    assert isinstance(title, Title)  # noqa: S101 - both use cases return one
    if json:
        print_json(title)
        return
    now = context()
    titles = {str(one): one.titles for one in TitleField}
    print_table(now.say(TITLE_HEADINGS).split("|"), [
        (titles[one.field].say(now.language), *(plain(now, value, str(one.field)) for value in (one.stated, one.follows, one.decided, one.holds)))
        for one in title.fields
    ], title=title.parcel_code)  # fmt: skip


@app.command()
def follow(county: County = None, json: JsonFlag = False) -> None:
    """让全县宗地的权属、查封、抵押随台账更新 · set what follows from the books for all parcels, terms that ran out too."""
    from gisreg.rights.title import follow as work

    changed = write(work, county)
    rows = [(one.parcel_code, f.field, f.stated, f.holds) for one in changed for f in one.fields if f.stated != f.holds]
    if json:
        print_json({"parcels": len(changed), "changed": [
            {"parcel_code": code, "field": field, "before": before, "after": after} for code, field, before, after in rows
        ]})  # fmt: skip
        return
    now = context()
    print_line(now.say(FOLLOWED, n=len(changed)))
    if rows:
        print_table(now.say(FOLLOWED_HEADINGS).split("|"), [
            (code, plain(now, str(field), "field"), plain(now, before, str(field)), plain(now, after, str(field)))
            for code, field, before, after in rows
        ])  # fmt: skip


@app.command()
def double_mortgages(county: County = None, as_of: InForceOn = None, json: JsonFlag = False) -> None:
    """同一权利、宗地或重叠图形上的重复抵押 · the same right, parcel or ground mortgaged twice."""
    from gisreg.rights.mortgages import SAME
    from gisreg.rights.mortgages import double_mortgages as find

    rows = read(lambda c, code: find(c, code, as_of), county)
    if not json:
        rows = [{**row, "same": SAME[row["same"]].say(context().language)} for row in rows]
    columns = (
        "same", "one_parcel", "one_mortgagee", "one_rank", "other_parcel", "other_mortgagee", "other_rank", "shared_m2",
        "longitude", "latitude", "unranked",
    )  # fmt: skip
    show_rows(rows, columns, DOUBLE_HEADINGS, json=json, total=len(rows))


@app.command()
def contract(
    code: Code, number: Annotated[str, typer.Argument(help="合同编号 · contract number")], set_: Set = None,
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """登记合同,如 --set problem=租金未收 · a contract on a parcel."""
    from gisreg.rights.contracts import add_contract

    values = {**pairs(set_), "contract_no": number}
    show_entry(change(lambda c: add_contract(c, code, values)), CONTRACT, "id", json=json)


@app.command()
def contract_edit(
    contract: Id, based_on: BasedOn, set_: Set = None, county: County = None, json: JsonFlag = False
) -> None:
    """修改合同 · change a contract."""
    from gisreg.records import RecordBasis
    from gisreg.rights.contracts import change_contract

    basis, values = RecordBasis(contract, based_on), pairs(set_)
    show_entry(write(lambda c, code: change_contract(c, code, basis, values), county), CONTRACT, "id", json=json)


@app.command()
def clean_up(
    contract: Id, based_on: BasedOn, way: Annotated[CleanUp, typer.Option(help="清理方式 · the way")],
    on: OptionalDay = None,
    basis: Annotated[str | None, typer.Option(help="依据,完成时必填 · the basis; needed when it is done")] = None,
    county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """合同清理:完善修订、终止撤销、司法诉讼、提级处置 · clean a contract up in one of four ways."""
    from gisreg.records import RecordBasis
    from gisreg.rights.contracts import clean_up as work

    seen = RecordBasis(contract, based_on)
    done = write(lambda c, code: work(c, code, seen, way, on=on, basis_text=basis), county)
    show_entry(done, CONTRACT, "id", json=json)


@app.command()
def clean_up_report(county: County = None, json: JsonFlag = False) -> None:
    """合同清理进展,按方式计 · how far the clean-up is, by way."""
    from gisreg.rights.contracts import clean_up_report as count

    now = context()
    report = read(lambda c, code: count(c, code, now.settings.large_contract_wan), county)
    if json:
        print_json({**asdict(report), "rate": report.rate})
        return
    rate = "—" if report.rate is None else f"{report.rate:.1%}"
    print_line(now.say(
        CLEANED, found=report.found, cleaned=report.cleaned, rate=rate, large=report.large,
        large_cleaned=report.large_cleaned, from_wan=report.large_from_wan,
    ))  # fmt: skip
    ways = {str(way): way.titles for way in CleanUp}
    rows = [(ways[way].say(now.language), one.count, one.amount_wan) for way, one in report.by_way.items()]
    print_table(now.say(CLEANED_HEADINGS).split("|"), rows)
