"""The database the registry runs on: its own private PostgreSQL cluster, or the server that a setting names."""

from gisreg.cluster.address import ClusterAddress, DatabaseAddress, libpq_uri
from gisreg.cluster.choose import database_address, private_cluster
from gisreg.cluster.private import PrivateCluster

__all__ = [
    "ClusterAddress",
    "DatabaseAddress",
    "PrivateCluster",
    "database_address",
    "libpq_uri",
    "private_cluster",
]
