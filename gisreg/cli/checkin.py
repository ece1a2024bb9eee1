"""``gisreg checkin``: a file edited offline comes back as a diff, is decided, and is written."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from gisreg.cli.database import actor, open_engine
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.errors import ConflictError, InputError
from gisreg.text import Text

if TYPE_CHECKING:
    from gisreg.checkout.changes import Change
    from gisreg.checkout.check_in import CheckedIn, Decisions, Side

ABOUT = Text(
    "签出号 {id}:{checked_out_by} 于 {checked_out_at} 领取,县 {county},{crs}",
    "check-out {id}: taken by {checked_out_by} at {checked_out_at}, county {county}, {crs}",
)
COUNTS = Text(
    "共 {rows} 行:未变 {unchanged},修改 {changed},新增 {new},删除 {deleted},冲突 {conflict},拒绝 {refused},"
    "已在库中 {already}",
    "{rows} rows: {unchanged} unchanged, {changed} changed, {new} new, {deleted} deleted, {conflict} in conflict,"
    " {refused} refused, {already} already so",
)
WRITTEN = Text("已写入 {applied} 项", "{applied} changes written")
TRIED = Text("试运行:将写入 {applied} 项,未写入任何内容", "dry run: {applied} changes would be written; nothing was")
DELETED_LEFT = Text(
    "{n} 行在文件中已删除:要核减请加 --accept-deleted", "{n} rows were deleted: --accept-deleted strikes them off"
)
UNDECIDED = Text(
    "{n} 宗有冲突:请用 --take mine=编号 或 --take theirs=编号 决定",
    "{n} parcels in conflict: decide with --take mine=CODE or --take theirs=CODE",
)
HEADINGS = Text("宗地|结果|字段|签出时|文件中|库中现值", "parcel|fate|field|handed out|in the file|in the registry")
STANDS = {
    "open": Text("签出 {id} 仍在外", "check-out {id} is still out"),
    "returned": Text("签出 {id} 已签回", "check-out {id} is returned"),
    "abandoned": Text("签出 {id} 已作废", "check-out {id} is given up"),
}
GROUND = Text("最多移动 {moved} 米,面积 {change} ㎡", "moved by at most {moved} m, {change} m²")
DRAWN = Text("新绘 {area} ㎡", "drawn, {area} m²")
REMOVAL = Text("删除整行", "row deleted")
NOTE = Text("提示 {name}:{what};{mend}", "note on {name}: {what}; {mend}")
FAULT = Text("拒绝 {name}:{what};{mend}", "refused {name}: {what}; {mend}")
MORE = Text("另有 {n} 行未列出,见 --json", "{n} more are not listed here, see --json")
SHOWN = 200


class TakeUnreadable(InputError):
    """``--take`` in another form."""

    what: ClassVar[Text] = Text("{value} 无法读取", "{value} cannot be read")
    mend: ClassVar[Text] = Text(
        "请写成 mine=编号,编号 或 theirs=all;单个字段写 编号:字段",
        "write mine=CODE,CODE or theirs=all; one field alone as CODE:field",
    )


class ConflictsLeft(ConflictError):
    """Some parcels were changed on both sides, and nobody has said whose values stand."""

    what: ClassVar[Text] = Text(
        "{n} 宗有冲突尚未决定,未写入;其余 {applied} 项已写入",
        "{n} parcels in conflict are undecided and were not written; {applied} other changes were",
    )
    mend: ClassVar[Text] = Text(
        "请用 --take mine=编号 或 --take theirs=编号 再签入一次",
        "check in again with --take mine=CODE or --take theirs=CODE",
    )


class RowsRefused(InputError):
    """Some rows cannot be written as they are."""

    what: ClassVar[Text] = Text(
        "{n} 行被拒绝,未写入;其余 {applied} 项已写入", "{n} rows were refused; {applied} other changes were written"
    )
    mend: ClassVar[Text] = Text("请在文件中改正后再签入一次", "correct them in the file and check it in again")


def command(
    file: Annotated[Path, typer.Argument(help="签出的 .gpkg 文件 · the GeoPackage that was checked out")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只比较,不写入 · compare only, write nothing")] = False,
    take: Annotated[
        list[str] | None,
        typer.Option(
            help="冲突取哪一方:mine=编号,… 或 theirs=编号,…(可用 all、编号:字段)· whose values stand in conflicts"
        ),
    ] = None,
    accept: Annotated[
        str, typer.Option(help="接受哪些修改:all、none 或编号(new:FID),逗号分开 · which changes to write")
    ] = "all",
    accept_deleted: Annotated[
        bool, typer.Option("--accept-deleted", help="删除的行予以核减 · strike off the rows that were deleted")
    ] = False,
    reason: Annotated[str | None, typer.Option(help="理由,记入历史 · the reason, kept in the journal")] = None,
    close: Annotated[
        bool | None,
        typer.Option(
            "--close/--keep-open", help="结清或保留签出,默认无遗留即结清 · end the check-out, or leave it open"
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="已签回或作废的文件再次写入 · write what a closed check-out still brings")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """签入外业修改的文件 · check in a file that was edited offline."""
    from gisreg.checkout.check_in import check_in  # noqa: PLC0415 - only this command needs it

    now = context()
    decisions = replace(_decisions(accept, take or (), accept_deleted), close=close, again=again)
    with open_engine(now.settings) as engine:
        done = check_in(
            engine, file, actor=actor(now.settings).name, decisions=decisions, reason=reason, dry_run=dry_run
        )
    if json:
        print_json(done.as_json())
    else:
        _show(now, done)
    if not dry_run:
        _require_done(done, decisions)


def _decisions(accept: str, take: Sequence[str], accept_deleted: bool) -> "Decisions":
    from gisreg.checkout.check_in import Decisions  # noqa: PLC0415 - as above

    named = None if accept == "all" else frozenset() if accept == "none" else frozenset(_names(accept))
    sides: dict[str, Side] = {}
    for one in take:
        side, equals, names = one.partition("=")
        if not equals or side not in ("mine", "theirs") or not _names(names):
            raise TakeUnreadable(where="--take", value=one[:80])
        sides |= dict.fromkeys(_names(names), "mine" if side == "mine" else "theirs")
    return Decisions(named, accept_deleted, sides)


def _names(text: str) -> list[str]:
    return [name for name in (part.strip() for part in text.split(",")) if name]


def _require_done(done: "CheckedIn", decisions: "Decisions") -> None:
    """The exit code tells a script that something is left; what was written stays written."""
    applied = done.counts()["applied"]
    undecided = [change for change in done.undecided() if decisions.accepted(change)]
    if undecided:
        raise ConflictsLeft(where=str(done.file), n=len(undecided), applied=applied)
    if done.refused():
        raise RowsRefused(where=str(done.file), n=len(done.refused()), applied=applied)


def _show(now: Context, done: "CheckedIn") -> None:
    counts = done.counts()
    print_line(now.say(ABOUT, **done.handed.__dict__))
    for note in done.notes:
        print_line(note.say(now.language))
    print_line(now.say(COUNTS, **counts))
    shown = done.changes[:SHOWN]
    lines = [line for change in shown for line in _lines(now, change)]
    if lines:
        print_table(now.say(HEADINGS).split("|"), lines)
    if len(done.changes) > len(shown):
        print_line(now.say(MORE, n=len(done.changes) - len(shown)))
    for change in shown:
        for words, found in ((FAULT, change.findings), (NOTE, change.warnings)):
            for one in found:
                what, mend = one.what.say(now.language), one.mend.say(now.language)
                print_line(now.say(words, name=change.name, what=what, mend=mend))
    print_line(now.say(TRIED if done.dry_run else WRITTEN, **counts))
    if not done.dry_run:
        print_line(now.say(STANDS[done.state], id=done.handed.id))
    _hint(now, done)


def _hint(now: Context, done: "CheckedIn") -> None:
    from gisreg.checkout.changes import Fate, Outcome  # noqa: PLC0415 - as above

    left = sum(change.fate == Fate.DELETED and change.outcome == Outcome.PENDING for change in done.changes)
    if left:
        print_line(now.say(DELETED_LEFT, n=left))
    if done.dry_run and done.undecided():
        print_line(now.say(UNDECIDED, n=len(done.undecided())))


def _lines(now: Context, change: "Change") -> Sequence[tuple[str, ...]]:
    from gisreg.checkout.changes import FATE_TITLES, Fate  # noqa: PLC0415 - as above

    fate = now.say(FATE_TITLES[change.fate])
    lines = [
        (change.name, fate, one.title.say(now.language) + ("*" if one.conflict else ""), _value(one.before),
         _value(one.mine), _value(one.theirs))
        for one in change.fields
    ]  # fmt: skip
    if change.boundary is not None and change.fate != Fate.NEW and change.boundary.moved_m is not None:
        before, after = change.boundary.planar_area_m2_before or 0.0, change.boundary.planar_area_m2_after
        moved = now.say(GROUND, moved=f"{change.boundary.moved_m:,.3f}", change=f"{after - before:+,.2f}")
        lines.append((change.name, fate, moved, "", "", ""))
    elif change.boundary is not None:
        lines.append(
            (change.name, fate, now.say(DRAWN, area=f"{change.boundary.planar_area_m2_after:,.2f}"), "", "", "")
        )
    if change.removal:
        lines.append((change.name, fate, now.say(REMOVAL), "", "", ""))
    return lines or [(change.name, fate, "", "", "", "")]


def _value(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "是 yes" if value else "否 no"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return "、".join(value) if isinstance(value, list) else str(value)
