# ruff: noqa: PLC0415 - each command imports what it runs, so that --help starts at once

"""``gisreg documents``: documents and photographs of a parcel."""

import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from gisreg.cli.dates import day_option
from gisreg.cli.output import JsonFlag, context, print_json, print_line
from gisreg.cli.outputs import check_output
from gisreg.cli.records import BasedOn, Code, County, change, look, read, show_entry, show_rows, write
from gisreg.cli.usage import one_of
from gisreg.text import Text

app = typer.Typer(no_args_is_help=True)

Id = Annotated[int, typer.Argument(help="文档编号 · the document's number", min=1)]
DOCUMENT = Text("文档", "document")
HEADINGS = Text("编号|类型|文件名|字节|内容|拍摄|说明|撤下", "no.|type|name|bytes|content|taken|note|withdrawn")
COLUMNS = ("id", "document_type", "file_name", "file_bytes", "media_type", "taken_on", "note", "withdrawn_reason")
TYPES = ("photo", "certificate", "contract", "approval", "survey", "decision", "proof", "other")
WRITTEN = Text("已写出 {file}", "{file} written")
CHECKED = Text(
    "文档 {documents} 份;丢失 {missing},损坏 {damaged};无主文件 {orphans},清除 {swept}",
    "{documents} documents; {missing} missing, {damaged} damaged; {orphans} files without entry, {swept} swept",
)


@app.command()
def add(
    code: Code, file: Annotated[Path, typer.Argument(help="文件 · the file", exists=True, dir_okay=False)],
    type: Annotated[str, typer.Option(help=f"类型 · type: {'|'.join(TYPES)}", callback=one_of(TYPES))] = "other",
    taken_on: Annotated[date | None, day_option("--taken-on", "拍摄或签发日期 · taken or issued on")] = None,
    note: Annotated[str | None, typer.Option(help="说明 · note")] = None,
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """给一宗加文档或照片 · add a document or a photograph."""
    from gisreg.documents import Attaching, attach, store_of, type_named

    now = context()
    about = Attaching(file.name, type_named(type), taken_on, note)
    with file.open("rb") as source:
        row = change(lambda c: attach(c, store_of(now.settings), code, source, about))
    show_entry(row, DOCUMENT, "id", json=json)


@app.command("list")
def list_(
    code: Code,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="含已撤下的 · those withdrawn, too")] = False,
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """一宗的文档 · the documents of a parcel."""
    from gisreg.documents import list_documents

    rows = look(lambda c: list_documents(c, code, withdrawn=withdrawn))
    show_rows(rows, COLUMNS, HEADINGS, json=json, total=len(rows))


@app.command()
def get(
    document: Id, output: Annotated[Path, typer.Option("-o", "--output", help="写到 · write to")],
    county: County = None,
) -> None:  # fmt: skip
    """取出文件 · write a document's file."""
    from gisreg.documents import get_document, store_of

    check_output(output)
    now = context()
    row = read(lambda c, code: get_document(c, code, document), county)
    with (
        store_of(now.settings).open(row) as source,
        tempfile.NamedTemporaryFile(dir=output.parent, delete=False) as made,
    ):
        scratch = Path(made.name)
        try:
            shutil.copyfileobj(source, made)
            made.flush()
            scratch.chmod(0o644)
            scratch.replace(output)
        finally:
            scratch.unlink(missing_ok=True)
    print_line(now.say(WRITTEN, file=output))


@app.command()
def withdraw(
    document: Id, based_on: BasedOn, reason: Annotated[str, typer.Option(help="理由 · why")], county: County = None,
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """撤下文档,文件和记录保留 · show a document no longer; file and entry stay."""
    from gisreg.documents import withdraw as work
    from gisreg.records import RecordBasis

    basis = RecordBasis(document, based_on)
    show_entry(write(lambda c, code: work(c, code, basis, reason), county), DOCUMENT, "id", json=json)


@app.command()
def check(
    sweep: Annotated[
        bool, typer.Option("--sweep", help="清除一天以上的无主文件 · remove files without entry, a day old")
    ] = False,
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """逐个核对文件的哈希 · read every file and compare its hash."""
    from gisreg.documents import check_store, store_of

    now = context()
    found = look(lambda c: check_store(c, store_of(now.settings), sweep=sweep))
    if json:
        print_json(found)
        return
    facts = {**found.__dict__, "missing": len(found.missing), "damaged": len(found.damaged)}
    print_line(now.say(CHECKED, **facts))
