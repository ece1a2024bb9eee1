"""Surveys written on the spot, near 113.2°E 36.1°N."""

from pathlib import Path
from typing import Any

import geopandas as gpd
from shapely.geometry import box
from sqlalchemy import Engine, text

from gisreg.intake.report import Report

X, Y = 427_959.5, 3_996_935.0
"""113.2°E 36.1°N in EPSG:4547."""


def squares(n: int, west: float = 10.0) -> list[Any]:
    """Squares of 40 m, side by side."""
    return [box(X + west + i * 50, Y, X + west + i * 50 + 40, Y + 40) for i in range(n)]


def survey(path: Path, shapes: list[Any], crs: int | None = 4547, encoding: str | None = None, **columns: Any) -> Path:
    """Write a layer; codes K0, K1 … where no columns are given."""
    frame = gpd.GeoDataFrame(columns or {"BSM": [f"K{i}" for i in range(len(shapes))]}, geometry=shapes, crs=crs)
    frame.to_file(path, **({"encoding": encoding} if encoding else {}))
    return path


def adds_up(report: Report) -> bool:
    """Every row has exactly one fate."""
    return report.read == report.loaded + report.repaired + report.refused + report.unchanged


def one(engine: Engine, query: str, **values: Any) -> Any:
    """A single value."""
    with engine.connect() as connection:
        return connection.execute(text(query), values).scalar()
