"""A server that somebody else runs, named by GISREG_DATABASE_URL: fit for the registry, or a clear refusal."""

import re
from contextlib import closing
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql

from gisreg.cluster.address import APP_ROLE, DatabaseAddress, libpq_uri
from gisreg.cluster.prepare import admin_cursor
from gisreg.db.errors import translate
from gisreg.errors import GisregError, SetupError
from gisreg.text import Text

OLDEST_POSTGIS = (3, 3)
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


@lru_cache(maxsize=8)
def check_server(url: str) -> None:
    """Refuse a server that cannot serve; one look per address and process is enough."""
    version = _postgis_version(url)
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


def _postgis_version(url: str) -> str | None:
    """The version in use in this database, else the one that can be created in it."""
    with closing(_connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(POSTGIS_VERSION)
        row = cursor.fetchone()
        return str(row[0]) if row else None


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
