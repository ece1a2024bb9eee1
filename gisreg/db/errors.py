"""Driver errors become the registry's own here, and nowhere else."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import psycopg2
from sqlalchemy.exc import DBAPIError

from gisreg.errors import (
    AccessError,
    ConflictError,
    DatabaseError,
    DiskFull,
    GisregError,
    InputError,
    NotFoundError,
    SetupError,
)
from gisreg.text import Text


class DatabaseUnreachable(DatabaseError):
    """No server answers."""

    what: ClassVar[Text] = Text("数据库连接不上({detail})", "the database cannot be reached ({detail})")
    mend: ClassVar[Text] = Text(
        "请运行 gisreg db start,或检查 GISREG_DATABASE_URL", "run gisreg db start, or check GISREG_DATABASE_URL"
    )


class ConnectionLost(DatabaseError):
    """The server went away in the middle; the transaction was undone."""

    what: ClassVar[Text] = Text(
        "数据库连接中断,本次操作已全部撤销", "the connection was lost; nothing of this work was kept"
    )
    mend: ClassVar[Text] = Text("请重新运行", "run it again")


class StreamBroken(DatabaseError):
    """The database stopped in the middle of its answer."""

    what: ClassVar[Text] = Text("数据库中途停止返回数据({detail})", "the database stopped in mid-answer ({detail})")
    mend: ClassVar[Text] = Text("请重新运行;加 --debug 查看细节", "run it again; --debug shows the details")


class WrongPassword(AccessError):
    """The server refuses the login."""

    what: ClassVar[Text] = Text("数据库拒绝登录({detail})", "the database refuses the login ({detail})")
    mend: ClassVar[Text] = Text(
        "请检查 GISREG_DATABASE_URL 中的用户和密码(私有数据库的密码在 GISREG_HOME 的 passwords.json)",
        "check user and password in GISREG_DATABASE_URL (those of the private database: passwords.json in GISREG_HOME)",
    )


class PrivatePasswordWrong(AccessError):
    """The password file beside the private database is not the one that it was made with."""

    what: ClassVar[Text] = Text(
        "私有数据库不认密码文件里的密码({detail})", "the private database does not know the file's password ({detail})"
    )
    mend: ClassVar[Text] = Text(
        "请从备份恢复该文件,或换一个 GISREG_HOME 重新 init 并 restore",
        "restore that file from a backup, or init another GISREG_HOME and restore into it",
    )


class PermissionDenied(AccessError):
    """The role may not do this."""

    what: ClassVar[Text] = Text("数据库权限不足({detail})", "the database role may not do this ({detail})")
    mend: ClassVar[Text] = Text("请用有权限的用户登录", "log in as a user who may")


class DatabaseMissing(NotFoundError):
    """The server has no such database."""

    what: ClassVar[Text] = Text("数据库不存在({detail})", "the database does not exist ({detail})")
    mend: ClassVar[Text] = Text("请运行 gisreg db init", "run gisreg db init")


class SchemaMissing(SetupError):
    """The database holds no registry, or an older one."""

    what: ClassVar[Text] = Text("数据库结构不是当前版本({detail})", "the database schema is not current ({detail})")
    mend: ClassVar[Text] = Text("请运行 gisreg db upgrade", "run gisreg db upgrade")


class DuplicateValue(ConflictError):
    """A value that must be unique is there already."""

    what: ClassVar[Text] = Text("值重复({detail})", "the value is there already ({detail})")
    mend: ClassVar[Text] = Text("请改用其他值", "use another value")


class LockedOut(ConflictError):
    """Somebody else holds what this work needs."""

    what: ClassVar[Text] = Text("他人正在修改同一数据", "somebody else is changing the same data")
    mend: ClassVar[Text] = Text("请稍后重试", "try again shortly")


class ConstraintViolated(InputError):
    """A value breaks a rule that the database holds."""

    what: ClassVar[Text] = Text("数据不符合约束({detail})", "the data break a rule ({detail})")
    mend: ClassVar[Text] = Text("请改正后重试", "correct them and try again")


class NulInText(InputError):
    """A text with the one character that no database text can hold."""

    what: ClassVar[Text] = Text("文字中含有空字符(NUL)", "a text holds the character NUL")
    mend: ClassVar[Text] = Text("请删去该字符", "leave that character out")


WHOLE_ROWS = ("23514", "23502")
NUL_WORDING = "cannot contain NUL (0x00)"

_BY_STATE: tuple[tuple[str, type[GisregError]], ...] = (
    ("53100", DiskFull),
    ("23505", DuplicateValue),
    ("23P01", DuplicateValue),
    ("55P03", LockedOut),
    ("40", LockedOut),
    ("42501", PermissionDenied),
    ("3D000", DatabaseMissing),
    ("28", WrongPassword),
    ("42P01", SchemaMissing),
    ("42703", SchemaMissing),
    ("3F000", SchemaMissing),
    ("23", ConstraintViolated),
    ("22", ConstraintViolated),
    ("57P", ConnectionLost),
    ("08", ConnectionLost),
)

_BY_WORDING: tuple[tuple[str, type[GisregError]], ...] = (
    ("password authentication failed", WrongPassword),
    ("no password supplied", WrongPassword),
    # a server whose messages are Chinese sends them before anybody can ask for English
    ("认证失败", WrongPassword),
    # a login that the server does not know; its database is looked for only afterwards
    ("FATAL:  role", WrongPassword),
    ("角色", WrongPassword),
    ("does not exist", DatabaseMissing),
    ("不存在", DatabaseMissing),
    ("No space left on device", DiskFull),
    ("server closed the connection", ConnectionLost),
    ("connection already closed", ConnectionLost),
    ("terminating connection", ConnectionLost),
)


_WHY_UNREACHABLE: tuple[tuple[str, Text], ...] = (
    ("Connection refused", Text("那里没有服务器在监听", "no server listens there")),
    ("No such file or directory", Text("那里没有服务器在监听", "no server listens there")),
    ("timeout expired", Text("服务器没有应答", "the server does not answer")),
    ("timed out", Text("服务器没有应答", "the server does not answer")),
    ("could not translate host name", Text("找不到这个主机", "the host is not known")),
    ("No route to host", Text("网络不通", "there is no way to it")),
    ("Network is unreachable", Text("网络不通", "there is no way to it")),
    ("starting up", Text("服务器正在启动", "the server is starting")),
    ("shutting down", Text("服务器正在停止", "the server is stopping")),
    ("too many clients", Text("连接数已满", "it has no connection left")),
    ("connection slots", Text("连接数已满", "it has no connection left")),
)
_LOGIN = re.compile(r'(?:for user|role) "([^"]*)"')
_DATABASE = re.compile(r'database "([^"]*)" does not exist')
_SOCKET = re.compile(r'on socket "([^"]*)/\.s\.PGSQL\.\d+"')
PASSWORDS = "passwords.json"


def translate(error: BaseException) -> BaseException:
    """The registry's own error for a driver's; anything else comes back unchanged."""
    if isinstance(error, ValueError) and NUL_WORDING in str(error):
        return NulInText()
    original = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(original, psycopg2.Error):
        return error
    detail = _first_line(original)
    known = _in_words(_known(original.pgcode or "", str(original), detail), str(original))
    if known is None and isinstance(original, psycopg2.OperationalError | psycopg2.InterfaceError):
        why = next((words for said, words in _WHY_UNREACHABLE if said in str(original)), detail)
        return DatabaseUnreachable("", detail=why)
    return known or error


def _in_words(known: Exception | None, message: str) -> Exception | None:
    """A refused login and a missing database by their names, without libpq's sentence about them."""
    if isinstance(known, DatabaseMissing) and (name := _DATABASE.search(message)):
        return DatabaseMissing("", detail=name[1])
    if not isinstance(known, WrongPassword) or not (login := _LOGIN.search(message)):
        return known
    who = Text(f"用户 {login[1]}", f"user {login[1]}")
    socket = _SOCKET.search(message)
    # the private cluster's socket lies in its home, beside the file that the password was read from
    if socket and (file := Path(socket[1]).parent / PASSWORDS).exists():
        return PrivatePasswordWrong(str(file), detail=who)
    return WrongPassword("", detail=who)


def _known(state: str, message: str, detail: str) -> Exception | None:
    """The registry's own error by SQLSTATE, else by wording."""
    for prefix, kind in _BY_STATE:
        if state.startswith(prefix):
            return kind("", detail=detail)
    for words, kind in _BY_WORDING:
        # with a state of its own it is something else that does not exist: a function, a type
        if words in message and not (state and kind is DatabaseMissing):
            return kind("", detail=detail)
    return None


def _first_line(error: psycopg2.Error) -> str:
    primary = getattr(error.diag, "message_primary", None) or str(error)
    # the detail of a broken rule is the whole row: shapes, and names of private holders
    detail = None if error.pgcode in WHOLE_ROWS else getattr(error.diag, "message_detail", None)
    lines = [line.strip() for line in f"{primary}\n{detail or ''}".splitlines() if line.strip()]
    return " ".join(lines[:2])


@contextmanager
def translated() -> Iterator[None]:
    """Driver errors that leave the block leave it as the registry's own."""
    try:
        yield
    except (DBAPIError, psycopg2.Error, ValueError) as error:
        better = translate(error)
        if better is error:
            raise
        raise better from error


@contextmanager
def translated_adbc() -> Iterator[None]:
    """The same for ADBC, which bulk work reads by; what breaks a stream in the middle reaches us as Arrow's OSError."""
    from adbc_driver_manager import Error  # noqa: PLC0415 - only bulk work needs it

    try:
        yield
    except (Error, OSError) as error:
        if isinstance(error, OSError) and "[libpq]" not in str(error):
            raise
        detail = " ".join(str(error).split())[:300]
        known = _known(getattr(error, "sqlstate", None) or "", str(error), detail)
        raise known or StreamBroken("", detail=detail) from error
