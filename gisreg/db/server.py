"""What the database server is."""

from sqlalchemy import Connection, text


def postgis_version(connection: Connection) -> str:
    """The version of PostGIS, such as ``3.3.2``."""
    return str(connection.execute(text("SELECT postgis_lib_version()")).scalar_one())
