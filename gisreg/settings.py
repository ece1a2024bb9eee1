"""All settings in one frozen object, read from the environment (``GISREG_…``) by the entry point and passed in."""

import os
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gisreg.text import Language

PROJECT_DIR = Path(__file__).resolve().parent.parent
"""The checkout: rule sets, code lists and browser assets live beside the packages."""


def default_home() -> Path:
    """``/var/lib/gisreg`` for root, whose own home PostgreSQL's user cannot enter; else the user's data directory."""
    return Path("/var/lib/gisreg") if os.geteuid() == 0 else user_data_path("gisreg")


class Settings(BaseSettings):
    """What can be set from outside. Every field is in the README's table (a test holds that)."""

    model_config = SettingsConfigDict(env_prefix="GISREG_", env_ignore_empty=True, frozen=True, extra="forbid")

    home: Path = Field(default_factory=default_home, description="Data directory: the private database, its passwords")
    database_url: str | None = Field(None, description="A PostGIS ≥ 3.3 to use instead of the private database")
    admin_database_url: str | None = Field(
        None, description="The login that upgrades that database's schema (default: database_url)"
    )
    language: Language = Field("zh", description="Language of messages: zh or en")
    county: str | None = Field(None, description="County code used where a command names none")
    actor: str | None = Field(None, description="Who is working, as the history records it (default: the system user)")
    roles: Annotated[tuple[Literal["county", "agency", "upper"], ...], NoDecode] = Field(
        (), description="Roles of the close-out that are held here, separated by commas (default: all)"
    )
    host: str = Field("127.0.0.1", description="Address the server listens on; only loopback, there is no sign-in yet")
    port: int = Field(8000, ge=1, le=65535, description="Port the server listens on")
    area_tolerance_m2: float = Field(
        1.0, ge=0, description="Areas of an approval or asset card and of its parcels may differ by this much"
    )
    large_contract_wan: float = Field(500.0, ge=0, description="From this price on a contract is a large one")
    document_max_mb: int = Field(50, ge=1, le=2000, description="Largest document or photograph that is kept, in MB")
    keep_sources: bool = Field(True, description="Whether imported files are kept beside their batch, as they came")
    import_max_mb: int = Field(256, ge=1, le=10_000, description="Largest file that is imported over HTTP, in MB")
    checkin_max_mb: int = Field(500, ge=1, le=10_000, description="Largest check-out taken back over HTTP, in MB")
    preview_hours: int = Field(24, ge=1, le=720, description="How long a preview waits to be accepted, in hours")
    tile_cache_mb: int = Field(64, ge=0, le=10_000, description="Vector tiles that a server keeps in memory, in MB")
    load_workers: int = Field(2, ge=1, le=16, description="Processes that read and load one file side by side")
    base_map: Literal["none", "tianditu", "xyz", "local"] = Field("none", description="What lies below the maps")
    tianditu_token: SecretStr | None = Field(None, description="Key of the base map tianditu (天地图)")
    base_map_url: SecretStr | None = Field(
        None, description="Tiles of the base map xyz, with {z}, {x}, {y}; may hold a key"
    )
    base_map_file: Path | None = Field(
        None, description="Imagery of the base map local: MBTiles, a folder z/x/y, or a GeoTIFF"
    )
    base_map_attribution: str | None = Field(None, description="Whose the base map is, as the maps say it")
    project_dir: Path = Field(PROJECT_DIR, description="Where data/ and the installed browser code are")

    @field_validator("roles", mode="before")
    @classmethod
    def _by_commas(cls, given: Any) -> Any:
        return tuple(filter(None, map(str.strip, given.split(",")))) if isinstance(given, str) else given

    @cached_property
    def data_dir(self) -> Path:
        """Rule sets, code lists and the demonstration county's definitions."""
        return self.project_dir / "data"

    @cached_property
    def assets_dir(self) -> Path:
        """Browser code that npm installed."""
        return self.project_dir / "node_modules"
