"""A server that somebody else runs, named by GISREG_DATABASE_URL: fit for the registry, or a clear refusal."""

import re
from contextlib import closing
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2 import sql

from gisreg.cluster.address import APP_ROLE, DatabaseAddress, libpq_uri
from gisreg.cluster.prepare import admin_cursor
from gisreg.db.errors import translate
from gisreg.errors import AccessError, GisregError, SetupError
from gisreg.text import Text

OLDEST_POSTGIS = (3, 3)
ENCODING = "UTF8"
CONNECT_TIMEOUT_S = 10
POSTGIS_VERSION = """
SELECT coalesce(installed_version, default_version) FROM pg_available_extensions WHERE name = 'postgis'
"""


class AddressInvalidError(SetupError):
    """The setting is no PostgreSQL address."""

    what: ClassVar[Text] = Text("数据库地址无法识别", "the database address cannot be understood")
    mend: ClassVar[Text] = Text(
        "写法如 postgresql://用户:密码@主机:5432/数据库", "write it as postgresql://user:password@host:5432/database"
    )


class PostgisTooOldError(SetupError):
    """The server has no PostGIS, or one older than the registry needs."""

    what: ClassVar[Text] = Text(
        "该服务器的 PostGIS 为 {found}，需要 3.3 或更高", "that server has PostGIS {found}, 3.3 or later is needed"
    )
    mend: ClassVar[Text] = Text(
        "请在服务器上安装或升级 PostGIS，或去掉 GISREG_DATABASE_URL 改用私有数据库",
        "install or upgrade PostGIS there, or drop GISREG_DATABASE_URL and use the private database",
    )


class DatabaseNotUtf8Error(SetupError):
    """The database was made in another encoding, which does not hold Chinese or not all of it."""

    what: ClassVar[Text] = Text("数据库的编码是 {found},需要 UTF8", "the database is in {found}, UTF8 is needed")
    mend: ClassVar[Text] = Text(
        "编码在建库时定,不能更改:请另建一个(CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0),"
        "再改 GISREG_DATABASE_URL",
        "an encoding is for ever: make another database (CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0) "
        "and name it in GISREG_DATABASE_URL",
    )


class MayNotUpgradeError(AccessError):
    """The login may not make the registry's roles, schema or tables."""

    what: ClassVar[Text] = Text(
        "登录 {login} 无权建立或升级数据库结构", "the login {login} may not make or upgrade the schema"
    )
    mend: ClassVar[Text] = Text(
        "请用 GISREG_ADMIN_DATABASE_URL 指定有权建角色、扩展和模式的登录",
        "name a login that may create roles, extensions and schemas in GISREG_ADMIN_DATABASE_URL",
    )


@lru_cache(maxsize=8)
def check_server(url: str) -> None:
    """Refuse a server that cannot serve; one look per address and process is enough."""
    encoding, version = _look(url)
    if encoding != ENCODING:
        raise DatabaseNotUtf8Error(where=shown(url), found=encoding)
    numbers = tuple(int(part) for part in re.findall(r"\d+", version or "")[:2])
    if numbers < OLDEST_POSTGIS:
        raise PostgisTooOldError(where=shown(url), found=version or "—")


def let_in(address: DatabaseAddress) -> None:
    """Make the application's login on that server a member of the role whose rights the migrations set."""
    with closing(_connect(address.app_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_user, pg_has_role(current_user, %s, 'MEMBER')", (APP_ROLE,))
        login, member = cursor.fetchone()
    if not member:
        with admin_cursor(address.admin_url) as cursor:
            cursor.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(APP_ROLE), sql.Identifier(login)))


def shown(url: str) -> str:
    """The address without its password, fit for a message."""
    parts = urlsplit(libpq_uri(url))
    return f"{parts.hostname or 'socket'}{f':{parts.port}' if parts.port else ''}{parts.path}"


def may_not_upgrade(url: str) -> MayNotUpgradeError:
    """The refusal of a login that the migrations need more of."""
    return MayNotUpgradeError(where=shown(url), login=unquote(urlsplit(libpq_uri(url)).username or "-"))


def _look(url: str) -> tuple[str, str | None]:
    """The database's encoding, and the PostGIS in use in it, else the one that can be created in it."""
    with closing(_connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(POSTGIS_VERSION)
        row = cursor.fetchone()
        return str(connection.info.parameter_status("server_encoding")), str(row[0]) if row else None


def _connect(url: str) -> Any:
    """A connection, or the registry's own word for why there is none."""
    if not url.startswith(("postgresql+psycopg2://", "postgresql://")):
        raise AddressInvalidError(where="GISREG_DATABASE_URL")
    try:
        shown(url)
    except ValueError as error:  # urllib says only here that the port is no number
        raise AddressInvalidError(where="GISREG_DATABASE_URL") from error
    try:
        return psycopg2.connect(libpq_uri(url), connect_timeout=CONNECT_TIMEOUT_S)
    except psycopg2.ProgrammingError as error:
        raise AddressInvalidError(where="GISREG_DATABASE_URL") from error
    except psycopg2.Error as error:
        known = translate(error)
        if isinstance(known, GisregError):
            raise type(known)(shown(url), **known.params) from error
        raise
