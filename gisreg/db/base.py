"""The declarative base: naming convention for constraints, and the schema everything lives in."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

SCHEMA = "gisreg"
STAGING_SCHEMA = "staging"
"""Throwaway UNLOGGED tables of running imports; nothing of the registry lives here."""
OWNER_ROLE = "gisreg_owner"
APP_ROLE = "gisreg_app"

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of the registry. The connection's search_path, not the metadata, names the schema."""

    metadata = MetaData(naming_convention=NAMING)
