"""``gisreg``: finds the sub-command, runs it, and turns every failure into one line and an exit code."""

import atexit
import errno
import gc
import importlib
import importlib.metadata
import importlib.util
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType, ModuleType
from typing import Literal, NoReturn

import typer

from gisreg import errors
from gisreg.cli import output
from gisreg.db import cancelling
from gisreg.text import Language, Text

COMMANDS: dict[str, Text] = {
    "db": Text("数据库：建立、启停、升级、备份", "the database: make, start, stop, upgrade, back up"),
    "units": Text("行政区：县、乡镇、村", "administrative units: county, townships, villages"),
    "parcels": Text("宗地：导入、列表、查看、历史", "parcels: import, list, show, history"),
    "rights": Text("权利、抵押查封、合同、权属", "rights, encumbrances, contracts, the title"),
    "affairs": Text("批文、项目、企业、园区、资产卡片", "approvals, projects, enterprises, zones, asset cards"),
    "documents": Text("宗地的文档和照片", "documents and photographs of parcels"),
    "batches": Text(
        "批次：预览、选行导入、撤销、取回原文件", "imports: preview, some rows only, take back, the very file"
    ),
    "plan": Text("处置建议：打标签、解释、规则", "what should become of each parcel: label, explain, rules"),
    "closeout": Text("方案与销号:步骤、佐证、成效、流量表", "plans and close-out: steps, proofs, results, flow"),
    "map": Text("网页地图：全县、乡镇", "map pages: county, townships"),
    "export": Text("导出 shapefile、GeoPackage、GeoJSON 等", "export shapefile, GeoPackage, GeoJSON and others"),
    "checkout": Text("签出:外业可改的 GeoPackage", "check parcels out for editing in the field (QGIS, QField)"),
    "checkouts": Text("签出清单:谁手中有哪些宗地", "who has which parcels out in the field"),
    "checkin": Text("签入:比较、决定、写入", "check a file in again: compare, decide, write"),
    "demo": Text("载入示范县", "load the demonstration county"),
    "serve": Text("启动本机网页服务", "serve the pages and the API on this machine"),
}
"""Sub-commands by module name; a module is imported only when its command is used."""

EXIT_CODES: tuple[tuple[type[errors.GisregError], int], ...] = (
    (errors.InputError, 3),
    (errors.NotFoundError, 4),
    (errors.ConflictError, 5),
    (errors.DatabaseError, 6),
    (errors.AccessError, 7),
    (errors.ResourceError, 8),
    (errors.SetupError, 9),
)
PATH_TROUBLES: tuple[tuple[frozenset[int], type[errors.GisregError]], ...] = (
    (frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG}), errors.DiskFull),
    (frozenset({errno.EACCES, errno.EPERM, errno.EROFS}), errors.PathClosed),
    (frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP}), errors.PathUnusable),
)
"""What the operating system says of files where no part of the registry has said it better."""
ZH: Language = "zh"
EN: Language = "en"
PIPED_HELP = 200
WIDEST_HELP = 120
"""Columns of a terminal that help uses; both languages need more than the usual 80."""
FAILED, INTERRUPTED, TERMINATED = 1, 130, 143
GARBAGE_AFTER = 200_000
"""New objects until garbage is looked for: what a command's modules make stays, and there is little else."""
STOPPED = Text("已中断,未完成的操作没有写入", "interrupted; what was not finished is not kept")


def build(wanted: str | None) -> typer.Typer:
    """The command line with one sub-command imported; the others are only listed, so that ``--help`` starts at once."""
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"max_content_width": WIDEST_HELP, "terminal_width": _help_width()},
    )
    app.callback()(root)
    for name, text in COMMANDS.items():
        if name == wanted and importlib.util.find_spec(f"gisreg.cli.{name}"):
            _add(app, name, importlib.import_module(f"gisreg.cli.{name}"))
        elif importlib.util.find_spec(f"gisreg.cli.{name}"):
            app.command(name, help=text.both())(_listed_only)
    return app


def _help_width() -> int | None:
    """A pipe has no width of its own: help is not cut at 80 columns there. A terminal, or COLUMNS, says its width."""
    return None if sys.stdout.isatty() or os.environ.get("COLUMNS") else PIPED_HELP


def root(
    debug: bool = typer.Option(False, "--debug", help="出错时显示完整调用栈 · show the traceback of a failure"),
    lang: Literal["zh", "en"] | None = typer.Option(None, "--lang", help="语言 · language"),
    version: bool = typer.Option(False, "--version", help="版本 · version", is_eager=True),
) -> None:
    """县域闲置资产台账：上图、处置建议与销号 (a county's idle land and buildings: map, advice, close-out)."""
    # Both are acted on in run(), where they hold for failures before this point too.
    del debug, version
    output.choose_language(lang)


def _add(app: typer.Typer, name: str, module: ModuleType) -> None:
    """A module offers an ``app`` of several commands or one function ``command``."""
    help_text = COMMANDS[name].both()
    if hasattr(module, "app"):
        app.add_typer(module.app, name=name, help=help_text)
    else:
        app.command(name, help=help_text)(module.command)


def _listed_only() -> None:
    """Stands for a command in the list."""


def _sub_command(arguments: Sequence[str]) -> str | None:
    """The first argument that is neither an option of the root nor its value."""
    previous = ""
    for argument in arguments:
        if not argument.startswith("-") and previous != "--lang":
            return argument
        previous = argument
    return None


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if argv is not None:
        return run(arguments)
    signal.signal(signal.SIGTERM, _terminated)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # no matrices here, and threads that wait for some cost a start
    gc.set_threshold(GARBAGE_AFTER)
    if _sub_command(arguments) == "serve":
        sys.exit(run(arguments))
    cancelling.cancel_on_signals()
    return _leave(run(arguments))


def _leave(code: int) -> NoReturn:
    """End without taking modules and objects apart one by one: the system takes them back at once, a tenth of a second
    sooner. What was asked for at the end of the program is done before."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _terminated(_number: int, _frame: FrameType | None) -> None:
    """SIGTERM ends a command in good order: what is open is undone, scratch files go away."""
    raise SystemExit(TERMINATED)


def run(arguments: Sequence[str]) -> int:
    """Run and explain."""
    try:
        outcome = _dispatch(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        outcome = _reader_left()
    except SystemExit as stop:
        # Typer's way to end when the reader has left; any other is a server's that could not start.
        outcome = _reader_left() if isinstance(stop.__context__, BrokenPipeError) else int(stop.code or 0)
    except (KeyboardInterrupt, typer.Abort):
        outcome = INTERRUPTED
    except typer.TyperException as usage:
        outcome = explain_usage(usage, arguments)
    except Exception as error:
        outcome = explain(error, arguments)
    # Typer turns Ctrl-C into this exit code itself and says nothing.
    if outcome == INTERRUPTED:
        sys.stderr.write(STOPPED.say(_language(arguments)) + "\n")
    return outcome


def _reader_left() -> int:
    """The reader (head, less) has seen enough; keep Python from complaining once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 0


def _dispatch(arguments: Sequence[str]) -> int:
    wanted = _sub_command(arguments)
    if wanted is None and "--version" in arguments:
        output.print_line(f"gisreg {importlib.metadata.version('gisreg')}")
        return 0
    outcome = build(wanted)(list(arguments) or ["--help"], prog_name="gisreg", standalone_mode=False)
    return outcome if isinstance(outcome, int) else 0


def explain_usage(usage: typer.TyperException, arguments: Sequence[str]) -> int:
    """A wrong option or argument: one line, and where the help is."""
    if type(usage).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(usage.format_message() + "\n")
        return usage.exit_code
    from gisreg.cli.usage import usage_line  # noqa: PLC0415 - wanted only here

    sys.stderr.write(usage_line(usage, arguments, _chosen_language(arguments)) + "\n")
    return usage.exit_code


def explain(error: Exception, arguments: Sequence[str]) -> int:
    """One line on stderr that says what, where and the mend; the traceback only when asked for."""
    known = understood(error)
    if _wants_debug(arguments):
        traceback.print_exception(error, file=sys.stderr)
    language = _language(arguments)
    word = Text("错误", "error").say(language)
    if known is None:
        unexpected = Text("意外错误，加 --debug 可看细节", "unexpected; run again with --debug for details").say(
            language
        )
        text = " ".join(f"{type(error).__name__}: {error}".split())
        sys.stderr.write(f"{word} [unexpected] {text}; {unexpected}\n")
        return FAILED
    sys.stderr.write(f"{word} [{known.code}] {known.line(language)}\n")
    return next((code for kind, code in EXIT_CODES if isinstance(known, kind)), FAILED)


def understood(error: BaseException) -> errors.GisregError | None:
    """The failure in the registry's own terms, if it is one of those it knows."""
    if isinstance(error, errors.GisregError):
        return error
    if isinstance(error, OSError):
        kind = next((kind for numbers, kind in PATH_TROUBLES if error.errno in numbers), None)
        return kind(where=str(error.filename or ""), detail=error.strerror) if kind else None
    if type(error).__module__.partition(".")[0] in ("sqlalchemy", "psycopg2"):
        from gisreg.db.errors import translate  # noqa: PLC0415 - the driver is loaded already where this happens

        translated = translate(error)
        return translated if isinstance(translated, errors.GisregError) else None
    return None


def _wants_debug(arguments: Sequence[str]) -> bool:
    return "--debug" in arguments


def _language(arguments: Sequence[str]) -> Language:
    """The language even where the arguments or the settings are what is wrong."""
    return _chosen_language(arguments) or "zh"


def _chosen_language(arguments: Sequence[str]) -> Language | None:
    """What ``--lang`` or GISREG_LANGUAGE says, if either is there and makes sense."""
    for place, argument in enumerate(arguments):
        value = argument.partition("=")[2] if argument.startswith("--lang=") else ""
        if argument == "--lang" and place + 1 < len(arguments):
            value = arguments[place + 1]
        if value in ("zh", "en"):
            return EN if value == "en" else ZH
    return {"zh": ZH, "en": EN}.get(os.environ.get("GISREG_LANGUAGE", ""))


if __name__ == "__main__":
    main()
