# ruff: noqa: E501 - wording and SQL stay in one piece

"""A county near 113°E 36°N with two townships, for whatever brings files in."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import box
from sqlalchemy import Engine, text

from gisreg.cluster import DatabaseAddress
from gisreg.intake.load import Wanted, import_parcels
from gisreg.intake.report import Report
from gisreg.settings import Settings

# pytest's importlib mode puts no folder on the path: tests share one module of helpers
sys.path.insert(0, str(Path(__file__).parent))
from intake_surveys import X, Y

Import = Callable[..., Report]


@pytest.fixture
def county(database: DatabaseAddress, engine: Engine) -> Engine:
    """4 km across, its two townships meet at X."""
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true)"))
        for level, code, name, west, east in (
            ("county", "149901", "示例县", -2000, 2000),
            ("township", "149901100", "示例西镇", -2000, 0),
            ("township", "149901101", "示例东镇", 0, 2000),
        ):
            connection.execute(
                text(
                    "INSERT INTO admin_unit (county_code, level, code, name, boundary) VALUES ('149901', :level, :code, :name, "
                    "ST_Multi(ST_Transform(ST_SetSRID(ST_GeomFromText(:shape), 4547), 4490)))"
                ),
                {"level": level, "code": code, "name": name, "shape": box(X + west, Y - 2000, X + east, Y + 2000).wkt},
            )
    return engine


@pytest.fixture
def load(settings: Settings, database: DatabaseAddress, county: Engine) -> Import:
    """Import a file into the county."""

    def run(path: Path, kind: str = "idle_land", **wanted: Any) -> Report:
        return import_parcels(settings, database.app_url, Wanted(path, kind, **wanted))

    return run
