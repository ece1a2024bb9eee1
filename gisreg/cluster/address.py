"""Where a database is: addresses for the application's login and for the one that changes the schema."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

DRIVER = "postgresql+psycopg2"
ADMIN_LOGIN = "gisreg_admin"
APP_LOGIN = "gisreg"
OWNER_ROLE = "gisreg_owner"
APP_ROLE = "gisreg_app"
DATABASE = "gisreg"


@dataclass(frozen=True)
class DatabaseAddress:
    """SQLAlchemy addresses of one database; they hold passwords, so they are never printed by ``repr``."""

    app_url: str = field(repr=False)
    admin_url: str = field(repr=False)


@dataclass(frozen=True)
class ClusterAddress(DatabaseAddress):
    """The running private cluster."""

    socket_dir: Path
    port: int
    pid: int


def private_url(login: str, password: str, socket_dir: Path, port: int, database: str = DATABASE) -> str:
    """The address over the Unix socket, which is faster than TCP and reachable from this machine only."""
    where = urlencode({"host": str(socket_dir), "port": port})
    return f"{DRIVER}://{quote(login)}:{quote(password, safe='')}@/{quote(database)}?{where}"


def loopback_url(login: str, password: str, port: int, database: str = DATABASE) -> str:
    """The same database over the loopback port, for programs that cannot use the socket."""
    return f"{DRIVER}://{quote(login)}:{quote(password, safe='')}@127.0.0.1:{port}/{quote(database)}"


def sqlalchemy_url(url: str) -> str:
    """Any usual spelling of a PostgreSQL address as SQLAlchemy and psycopg2 want it."""
    scheme, separator, rest = url.partition("://")
    return f"{DRIVER}{separator}{rest}" if scheme in ("postgres", "postgresql") else url


def libpq_uri(url: str) -> str:
    """The address as libpq, ADBC, GDAL and ``psql`` read it."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql{separator}{rest}" if scheme.startswith("postgres") else url
