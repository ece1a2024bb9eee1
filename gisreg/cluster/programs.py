"""Finding PostgreSQL's own programs, of the right major version and with PostGIS beside them."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from gisreg.errors import SetupError
from gisreg.text import Text

INSTALL_ROOTS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")
"""Where Debian, the PostgreSQL project's RPMs and a build from source put the server's programs."""


class PostgresqlMissingError(SetupError):
    """No PostgreSQL server programs on this machine."""

    what = Text("这台机器上没有 PostgreSQL 服务端程序", "there are no PostgreSQL server programs on this machine")
    mend = Text(
        "请安装软件包 postgresql-15 与 postgresql-15-postgis-3，或把 GISREG_DATABASE_URL 指向现有的 PostGIS",
        "install the packages postgresql-15 and postgresql-15-postgis-3, or point GISREG_DATABASE_URL to a PostGIS",
    )


class PostgisMissingError(SetupError):
    """PostgreSQL is there, its PostGIS extension is not."""

    what = Text("PostgreSQL {major} 没有安装 PostGIS 扩展", "PostgreSQL {major} has no PostGIS extension installed")
    mend = Text("请安装软件包 postgresql-{major}-postgis-3", "install the package postgresql-{major}-postgis-3")


class OtherMajorVersionError(SetupError):
    """The data directory was made by a major version that is not installed."""

    what: ClassVar[Text] = Text(
        "数据目录由 PostgreSQL {made_by} 建立，而本机安装的是 {installed}",
        "the data directory was made by PostgreSQL {made_by}, installed here is {installed}",
    )
    mend: ClassVar[Text] = Text(
        "请安装 postgresql-{made_by} 与 postgresql-{made_by}-postgis-3；或用旧版本 backup，"
        "换一个 GISREG_HOME 再 restore",
        "install postgresql-{made_by} and postgresql-{made_by}-postgis-3; or back up with the old version "
        "and restore into another GISREG_HOME",
    )


@dataclass(frozen=True)
class Programs:
    """The programs of one installed major version."""

    bindir: Path
    major: int

    def path(self, name: str) -> str:
        """A program's full path."""
        return str(self.bindir / name)

    def has_postgis(self) -> bool:
        """Whether PostGIS's extension files are installed for this version."""
        return any((share / "extension" / "postgis.control").exists() for share in self._share_dirs())

    def _share_dirs(self) -> Iterator[Path]:
        yield Path(f"/usr/share/postgresql/{self.major}")
        yield self.bindir.parent / "share"
        yield self.bindir.parent / "share" / "postgresql"


def installed() -> list[Programs]:
    """Every PostgreSQL server on this machine, the newest first."""
    found = {bindir: major for bindir in _candidate_dirs() if (major := _major_of(bindir))}
    return sorted((Programs(bindir, major) for bindir, major in found.items()), key=lambda p: p.major, reverse=True)


def choose(made_by: int | None) -> Programs:
    """The programs to run: those that made the data directory, else the newest with PostGIS."""
    programs = installed()
    if not programs:
        raise PostgresqlMissingError
    if made_by is not None:
        return _of_major(programs, made_by)
    with_postgis = [one for one in programs if one.has_postgis()]
    if not with_postgis:
        raise PostgisMissingError(major=programs[0].major)
    return with_postgis[0]


def _of_major(programs: list[Programs], made_by: int) -> Programs:
    fitting = [one for one in programs if one.major == made_by]
    if not fitting:
        raise OtherMajorVersionError(made_by=made_by, installed=", ".join(str(one.major) for one in programs))
    if not fitting[0].has_postgis():
        raise PostgisMissingError(major=made_by)
    return fitting[0]


def _candidate_dirs() -> Iterator[Path]:
    for pattern in INSTALL_ROOTS:
        yield from (path.resolve() for path in Path("/").glob(pattern.lstrip("/")) if (path / "initdb").exists())
    if initdb := shutil.which("initdb"):
        yield Path(initdb).resolve().parent


def _major_of(bindir: Path) -> int | None:
    """Debian keeps the major in the path; elsewhere the program is asked."""
    if in_path := re.search(r"(?:postgresql/|pgsql-)(\d+)/bin$", str(bindir)):
        return int(in_path[1])
    said = subprocess.run([bindir / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"(\d+)(?:\.|devel|beta|rc)", said)
    return int(version[1]) if version else None
