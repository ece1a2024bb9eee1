"""What the tables share: stamps, the county, boundaries in the storage CRS."""

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    DateTime,
    ForeignKey,
    Integer,
    func,
)
from sqlalchemy import Text as SqlText
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from gisreg.columns import Meaning
from gisreg.text import Text

ACTOR = sql("coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user)")
SOURCE = sql("coalesce(nullif(current_setting('gisreg.source', true), ''), 'sql')")
STORAGE_SRID = 4490


def boundary(*, nullable: bool) -> Mapped[Any]:
    """A MultiPolygon in the storage CRS, CGCS2000 longitude/latitude."""
    return mapped_column(Geometry("MULTIPOLYGON", STORAGE_SRID, spatial_index=False), nullable=nullable)


def county_code_column(*, primary_key: bool = False) -> Mapped[Any]:
    """Every table carries the county, so that it can be partitioned or distributed by it."""
    return mapped_column(
        SqlText,
        ForeignKey("county.code"),
        primary_key=primary_key,
        info={"meaning": Meaning(Text("县级代码", "County"))},
    )


def recorded() -> tuple[Mapped[datetime], Mapped[str]]:
    """When and by whom a row was written: defaults only, the application may not set them."""
    return (
        mapped_column(DateTime(timezone=True), server_default=func.now(), nullable=False),
        mapped_column(SqlText, server_default=ACTOR, nullable=False),
    )


class Stamped:
    """Version and stamps of a row; the database writes them, and keeps what a change supersedes in record_version."""

    version: Mapped[int] = mapped_column(Integer, server_default=sql("1"), nullable=False)
    recorded_at: Mapped[datetime] = recorded()[0]
    recorded_by: Mapped[str] = recorded()[1]
    recorded_from: Mapped[str] = mapped_column(SqlText, server_default=SOURCE, nullable=False)
