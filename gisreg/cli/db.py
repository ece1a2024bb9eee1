"""``gisreg db``: make, start, stop, look at, upgrade, back up and restore the database."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from gisreg.cli.database import bring_up_to_date, existing_database
from gisreg.cli.output import JsonFlag, context, print_json, print_line
from gisreg.cli.outputs import check_output
from gisreg.cluster import database_address, private_cluster
from gisreg.cluster.address import libpq_uri
from gisreg.text import Text

app = typer.Typer(no_args_is_help=True)

READY = Text("数据库已就绪：{where}，结构版本 {revision}", "the database is ready: {where}, schema revision {revision}")
UPGRADED = Text("结构已升级到 {revision}", "the schema is at {revision}")
STARTED = Text("私有数据库在运行：进程 {pid}，端口 {port}", "the private database runs: process {pid}, port {port}")
STOPPED = Text("私有数据库已停止", "the private database is stopped")
NOT_RUNNING = Text("私有数据库没有运行：{home}", "the private database is not running: {home}")
NOT_MADE = Text(
    "私有数据库尚未建立：{home}；请执行 gisreg db init", "no private database yet at {home}; run gisreg db init"
)
ELSEWHERE = Text("使用 GISREG_DATABASE_URL 指定的数据库", "GISREG_DATABASE_URL names the database in use")
BACKED_UP = Text(
    "已备份到 {file}（{bytes} 字节，含附件和批次原文件 {files} 个，本县设置 {settings} 个）",
    "backed up to {file} ({bytes} bytes, with {files} documents and sources of batches and {settings} settings)",
)
RESTORED = Text(
    "已从 {file} 恢复，补回附件和批次原文件 {files} 个，本县设置 {settings} 个",
    "restored from {file}; {files} documents and sources of batches and {settings} settings put back",
)
BESIDE = Text(
    "{number} 个设置与现有的不同，现有的未动，备份里的另存为：{names}",
    "{number} settings of the backup differ from the present ones, which stay; they stand beside them: {names}",
)


@app.command()
def init(json: JsonFlag = False) -> None:
    """建立并升级数据库；可重复执行 · make the database and bring its schema up to date; safe to repeat."""
    now = context()
    address = database_address(now.settings)
    revision = bring_up_to_date(address)
    where = "GISREG_DATABASE_URL" if now.settings.database_url else str(now.settings.home)
    if json:
        print_json({"where": where, "revision": revision})
    else:
        print_line(now.say(READY, where=where, revision=revision))


@app.command()
def start(json: JsonFlag = False) -> None:
    """启动私有数据库 · start the private database."""
    now = context()
    if now.settings.database_url:
        database_address(now.settings)
        _tell(json, {"private": False}, now.say(ELSEWHERE))
        return
    address = private_cluster(now.settings).ensure_running()
    facts = {"private": True, "pid": address.pid, "port": address.port, "socket_dir": str(address.socket_dir)}
    _tell(json, facts, now.say(STARTED, **facts))


@app.command()
def stop(json: JsonFlag = False) -> None:
    """停止私有数据库 · stop the private database."""
    now = context()
    if now.settings.database_url:
        _tell(json, {"private": False, "stopped": False}, now.say(ELSEWHERE))
        return
    stopped = private_cluster(now.settings).stop()
    _tell(json, {"private": True, "stopped": stopped}, now.say(STOPPED))


@app.command()
def status(json: JsonFlag = False) -> None:
    """数据库状态 · is the database there and running."""
    now = context()
    if now.settings.database_url:
        database_address(now.settings)
        _tell(json, {"private": False, "running": True}, now.say(ELSEWHERE))
        return
    cluster = private_cluster(now.settings)
    seen = cluster.status()
    unfit = None if seen.running else cluster.unfit()
    if seen.running:
        line = now.say(STARTED, pid=seen.pid, port=seen.port)
    else:
        line = now.say(NOT_RUNNING if seen.made else NOT_MADE, home=seen.home)
    if unfit:
        line += "\n" + unfit.line(now.language)
    facts = {name: getattr(seen, name) for name in seen.__dataclass_fields__}
    _tell(json, {"private": True, **facts, "problem": unfit.code if unfit else None}, line)


@app.command()
def url(
    role: Annotated[Literal["app", "admin"], typer.Option(help="登录身份 · which login")] = "app",
    tcp: Annotated[
        bool, typer.Option("--tcp", help="用本机端口而非套接字（如 QGIS）· the loopback port, for QGIS")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """数据库地址（含密码）· the database's address, password included."""
    now = context()
    address = existing_database(now.settings)
    chosen = address.admin_url if role == "admin" else address.app_url
    if tcp and not now.settings.database_url:
        chosen = private_cluster(now.settings).url(role, tcp=True)
    _tell(json, {"url": libpq_uri(chosen), "sqlalchemy_url": chosen}, libpq_uri(chosen))


@app.command()
def upgrade(json: JsonFlag = False) -> None:
    """升级数据库结构 · bring the schema up to date."""
    now = context()
    revision = bring_up_to_date(database_address(now.settings))
    _tell(json, {"revision": revision}, now.say(UPGRADED, revision=revision))


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="备份文件 · the file to write")], json: JsonFlag = False) -> None:
    """备份数据库及附件、批次原文件、本县设置 · back up the database with documents, sources of batches and settings."""
    from gisreg.cluster.backup import back_up  # noqa: PLC0415 - only this command needs it

    now = context()
    check_output(file)
    done = back_up(existing_database(now.settings), now.settings.home, file)
    line = now.say(BACKED_UP, file=file, bytes=f"{done.bytes:,}", files=f"{done.files:,}", settings=done.settings)
    facts = {"file": str(file), "bytes": done.bytes, "files": done.files, "settings": done.settings}
    _tell(json, facts, line)


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="备份文件 · the file to read")], json: JsonFlag = False) -> None:
    """从备份恢复，成功后才替换现有数据 · restore a backup; what is there now is replaced only on success."""
    from gisreg.cluster.backup import restore as put_back  # noqa: PLC0415 - only this command needs it

    now = context()
    address = database_address(now.settings)
    done = put_back(address, now.settings.home, file)
    revision = bring_up_to_date(address)
    line = now.say(RESTORED, file=file, files=f"{done.files:,}", settings=done.settings)
    if done.beside:
        line += "\n" + now.say(BESIDE, number=len(done.beside), names="、".join(done.beside))
    counts = {"files": done.files, "settings": done.settings, "beside": list(done.beside)}
    _tell(json, {"file": str(file), "revision": revision, **counts}, line)


def _tell(json: bool, facts: dict[str, object], line: str) -> None:
    if json:
        print_json(facts)
    else:
        print_line(line)
