"""A cluster of a bench's own, with parcels in it: made for the bench, gone with it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from gisreg.cluster import PrivateCluster, libpq_uri
from gisreg.cluster.prepare import create_database, create_postgis
from gisreg.db.upgrade import upgrade

FILL = Path(__file__).with_name("fill_parcels.sql")


@contextmanager
def registry(n: int) -> Iterator[tuple[str, str, str]]:
    """``n`` labelled parcels: the application's address, as libpq's, and the administrator's."""
    with private_cluster(n) as cluster:
        app, admin = (cluster.url(role, "bench") for role in ("app", "admin"))
        yield app, libpq_uri(app), libpq_uri(admin)


@contextmanager
def private_cluster(n: int) -> Iterator[PrivateCluster]:
    """A cluster with ``n`` labelled parcels in its database ``bench``."""
    with empty_cluster() as cluster:
        fill(libpq_uri(cluster.url("admin", "bench")), n)
        yield cluster


@contextmanager
def empty_cluster() -> Iterator[PrivateCluster]:
    """A cluster set up as a county's own, with the tables of an empty registry in its database ``bench``."""
    home = Path(tempfile.mkdtemp(prefix="gisreg-bench-"))
    home.chmod(0o755)
    cluster = PrivateCluster(home)
    try:
        cluster.ensure_running()
        create_database(cluster.url("admin", "postgres"), "bench")
        create_postgis(cluster.url("admin", "bench"))
        upgrade(cluster.url("admin", "bench"))
        yield cluster
    finally:
        cluster.destroy()
        shutil.rmtree(home, ignore_errors=True)


def fill(uri: str, n: int) -> None:
    """Parcels, a plan run and its labels."""
    connection = psycopg2.connect(uri, options="-c search_path=gisreg,public")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(FILL.read_text(encoding="utf-8").replace(":parcels", str(n)))
    cursor.execute("VACUUM ANALYZE")
    connection.close()
