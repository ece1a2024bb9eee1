"""Which database to use: the private cluster, or the server that GISREG_DATABASE_URL names."""

from gisreg.cluster.address import DatabaseAddress, sqlalchemy_url
from gisreg.cluster.external import check_server
from gisreg.cluster.private import PrivateCluster
from gisreg.settings import Settings


def private_cluster(settings: Settings) -> PrivateCluster:
    """The private cluster of these settings' home."""
    return PrivateCluster(settings.home)


def database_address(settings: Settings) -> DatabaseAddress:
    """The database's addresses; starts the private cluster when that is the one and it is down."""
    if settings.database_url is None:
        return private_cluster(settings).ensure_running()
    app_url = sqlalchemy_url(settings.database_url)
    check_server(app_url)
    return DatabaseAddress(app_url, sqlalchemy_url(settings.admin_database_url or settings.database_url))
