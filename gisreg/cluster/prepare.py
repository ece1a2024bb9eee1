"""What a fresh cluster needs before the migrations: roles, logins, the database, PostGIS."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg2
from psycopg2 import sql

from gisreg.cluster.address import ADMIN_LOGIN, APP_LOGIN, APP_ROLE, OWNER_ROLE, libpq_uri

FRESH = "template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
"""Sorted by bytes, which is the order of Unicode's numbers too and far cheaper; letters are still known as letters."""


@contextlib.contextmanager
def admin_cursor(url: str) -> Iterator[Any]:
    """A cursor outside any transaction, as CREATE DATABASE needs it."""
    connection = psycopg2.connect(libpq_uri(url))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def prepare_roles(maintenance_url: str, passwords: Mapping[str, str]) -> None:
    """The owner of the tables, the application's role that owns nothing, and the login that is a member of it."""
    with admin_cursor(maintenance_url) as cursor:
        for role in (OWNER_ROLE, APP_ROLE):
            if not has_role(cursor, role):
                cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
        if not has_role(cursor, APP_LOGIN):
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APP_LOGIN)))
        for login in (ADMIN_LOGIN, APP_LOGIN):
            alter = sql.SQL("ALTER ROLE {} PASSWORD {}")
            cursor.execute(alter.format(sql.Identifier(login), sql.Literal(passwords[login])))
        cursor.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(APP_ROLE), sql.Identifier(APP_LOGIN)))


def create_database(maintenance_url: str, name: str, template: str | None = None) -> None:
    """A database owned by the owner role; an existing one is left as it is."""
    with admin_cursor(maintenance_url) as cursor:
        if has_database(cursor, name):
            return
        pattern = sql.Identifier(template) if template else sql.SQL(FRESH)
        command = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        cursor.execute(command.format(sql.Identifier(name), sql.Identifier(OWNER_ROLE), pattern))


def drop_database(maintenance_url: str, name: str) -> None:
    """Remove a database and whoever is connected to it."""
    with admin_cursor(maintenance_url) as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def create_postgis(database_url: str) -> None:
    """PostGIS in one database."""
    with admin_cursor(database_url) as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")


def has_database(cursor: Any, name: str) -> bool:
    """Whether the server has a database of this name."""
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
    return cursor.fetchone() is not None


def has_role(cursor: Any, name: str) -> bool:
    """Whether the server has a role of this name."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,))
    return cursor.fetchone() is not None
