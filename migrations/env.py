"""Alembic's environment: runs as the owner role, with time-outs, in one transaction."""

from collections.abc import Callable

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import text

import gisreg.db.models  # noqa: F401 - registers the tables
from gisreg.db.base import APP_ROLE, OWNER_ROLE, SCHEMA, Base

connection = context.config.attributes["connection"]

CREATE_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role} NOLOGIN; END IF;
END $$
"""


def prepare() -> None:
    """What must stand before the first migration: the extension, both roles, the schema. Idempotent."""
    connection.execute(text("SET lock_timeout = '30s'"))
    connection.execute(text("CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public"))
    for role in (OWNER_ROLE, APP_ROLE):
        connection.execute(text(CREATE_ROLE.format(role=role)))
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA} AUTHORIZATION {OWNER_ROLE}"))
    # the superuser needs no membership; an ordinary administrator's login does
    connection.execute(
        text(
            f"DO $$ BEGIN IF NOT pg_has_role(current_user, '{OWNER_ROLE}', 'MEMBER') "
            f"THEN EXECUTE 'GRANT {OWNER_ROLE} TO ' || quote_ident(current_user); END IF; END $$"
        )
    )
    # schemas are the administrator's to create; what lies in them is the owner role's
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS staging AUTHORIZATION {OWNER_ROLE}"))
    connection.execute(text(f"SET ROLE {OWNER_ROLE}"))
    connection.execute(text(f"SET search_path = {SCHEMA}, public"))


def include_object(thing: object, name: str | None, type_: str, reflected: bool, compare_to: object) -> bool:
    """Alembic's own table is nobody's drift; GeoAlchemy2 knows PostGIS's."""
    postgis_knows: Callable[..., bool] = alembic_helpers.include_object
    return name != "alembic_version" and postgis_knows(thing, name, type_, reflected, compare_to)


def run() -> None:
    """Run the migrations on the connection that the caller opened."""
    prepare()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table_schema=SCHEMA,
        include_object=include_object,
        process_revision_directives=alembic_helpers.writer,
        render_item=alembic_helpers.render_item,
        compare_type=True,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("RESET ROLE"))
    connection.commit()


run()
