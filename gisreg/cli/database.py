"""The database as commands use it: one engine for the run, checked for its schema, and who is working."""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar

from sqlalchemy import Engine

from gisreg.cluster import DatabaseAddress, database_address, private_cluster
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.db.errors import PermissionDenied
from gisreg.db.revisions import current_revision, require_current
from gisreg.errors import SetupError
from gisreg.settings import Settings
from gisreg.text import Text

MAKING = Text("建立并启动私有数据库", "making and starting the private database")
STARTING = Text("启动私有数据库", "starting the private database")
UPGRADING = Text("建立数据库结构", "making the tables")


class NoDatabaseYet(SetupError):
    """Nothing was set up in this home: making a database in passing would only hide a wrong GISREG_HOME."""

    what: ClassVar[Text] = Text("这里还没有数据库", "there is no database here yet")
    mend: ClassVar[Text] = Text(
        "请先执行 gisreg db init(或 gisreg demo 载入示范县)", "run gisreg db init first (or gisreg demo for an example)"
    )


def existing_database(settings: Settings) -> DatabaseAddress:
    """The database's addresses; starts the private cluster, but does not make one.

    Raises:
        NoDatabaseYet.
    """
    if settings.database_url is None and not private_cluster(settings).status().made:
        raise NoDatabaseYet(f"GISREG_HOME={settings.home}")
    return database_address(settings)


def set_up(settings: Settings, tell: Callable[[Text], None]) -> DatabaseAddress:
    """Make, start and fill with tables what is missing, telling each step; what is there already is left alone."""
    if settings.database_url is None:
        seen = private_cluster(settings).status()
        if not seen.running:
            tell(STARTING if seen.made else MAKING)
    address = database_address(settings)
    if not _has_schema(address):
        tell(UPGRADING)
        bring_up_to_date(address)
    return address


def _has_schema(address: DatabaseAddress) -> bool:
    engine = make_engine(address.admin_url, pool_size=0)
    try:
        with transaction(engine) as connection:
            return current_revision(connection) is not None
    finally:
        engine.dispose()


def bring_up_to_date(address: DatabaseAddress) -> str:
    """Run the migrations that are missing; the revision afterwards."""
    from gisreg.cluster.external import let_in, may_not_upgrade  # noqa: PLC0415 - only what runs migrations loads them
    from gisreg.db.upgrade import upgrade  # noqa: PLC0415

    try:
        _before, after = upgrade(address.admin_url)
    except PermissionDenied as error:
        raise may_not_upgrade(address.admin_url) from error
    if address.app_url != address.admin_url:
        let_in(address)
    return after


@contextmanager
def open_engine(settings: Settings) -> Iterator[Engine]:
    """An engine on the registry's database, started if need be; refuses a schema of another version."""
    engine = make_engine(existing_database(settings).app_url)
    try:
        with transaction(engine) as connection:
            require_current(connection)
        yield engine
    finally:
        engine.dispose()


def actor(settings: Settings, source: str = "cli") -> Actor:
    """Who the history names (GISREG_ACTOR, else the system user), in the roles that are held here."""
    return Actor(settings.actor or getpass.getuser(), source, settings.roles)
