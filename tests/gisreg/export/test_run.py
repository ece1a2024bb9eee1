"""What every export has in common: who is named, what is chosen, and that nothing half-done is left behind."""

import errno
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import geopandas
import pytest
from sqlalchemy import Engine, create_engine, func, literal, select, text

from gisreg.cluster import DatabaseAddress
from gisreg.days import today
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.db.errors import ConnectionLost, DatabaseUnreachable
from gisreg.export import export
from gisreg.export.fields import fields
from gisreg.export.ogr import WritingFailed
from gisreg.export.stream import open_stream
from gisreg.export.targets import (
    FolderMissing,
    FormatUnknown,
    TargetDiskFull,
    TargetIsFolder,
    TargetNotWritable,
    county_srid,
)
from gisreg.filters import compile_filter
from gisreg.parcels.asof import current_at
from gisreg.settings import PROJECT_DIR

FORMATS = ["a.shp.zip", "a.gpkg", "a.geojson"]


def test_private_holders_are_left_out_unless_asked_for(county: Engine, tmp_path: Path) -> None:
    for name, column in (("a.shp.zip", "QLRMC"), ("a.gpkg", "holder_name")):
        kept = geopandas.read_file(export(county, tmp_path / name).file)[column]
        assert kept.fillna("").tolist() == ["示例投资有限公司", "", ""]
        full = geopandas.read_file(export(county, tmp_path / name, include_personal=True).file)[column]
        assert full.fillna("").tolist() == ["示例投资有限公司", "某某", ""]


def test_a_filter_a_kind_and_a_county(county: Engine, tmp_path: Path) -> None:
    where = compile_filter("name LIKE '%号%' AND price_wan < 100 AND parcel_code IN ('149901-0000002', 'x''y')")
    summary = export(
        county, tmp_path / "a.gpkg", where=where, kinds=["idle_land", "half_finished_project"], county="149901"
    )
    assert geopandas.read_file(summary.file).parcel_code.tolist() == ["149901-0000002"]
    assert export(county, tmp_path / "a.gpkg", county="000000").rows == 0


def test_percent_signs_and_quotes_reach_the_database_as_they_are(county: Engine, tmp_path: Path) -> None:
    odd = r"100%s '); \x -- %(name)s"
    with create_engine(county.url).begin() as connection:
        connection.execute(text("SET ROLE gisreg_app"))
        connection.execute(text("SET search_path = gisreg, public"))
        connection.execute(text("UPDATE parcel SET name = :odd WHERE parcel_code = '149901-0000001'"), {"odd": odd})
    source = current_at()
    summary = export(county, tmp_path / "a.gpkg", where=source.c.name == odd, source=source)
    assert geopandas.read_file(summary.file).name.tolist() == [odd]


@pytest.mark.parametrize("name", FORMATS)
def test_as_of_a_day(county: Engine, tmp_path: Path, name: str) -> None:
    assert export(county, tmp_path / name, as_of=today()).rows == 3
    assert export(county, tmp_path / name, as_of=today() - timedelta(days=1)).rows == 0


def test_as_of_gives_back_a_superseded_survey(county: Engine, database: DatabaseAddress, tmp_path: Path) -> None:
    day = today() - timedelta(days=3)
    with create_engine(database.admin_url).begin() as connection:
        connection.execute(text("SET search_path = gisreg, public"))
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("UPDATE parcel SET recorded_at = recorded_at - interval '5 days'"))
    with create_engine(database.admin_url).begin() as connection:
        connection.execute(text("SET search_path = gisreg, public"))
        connection.execute(
            text(
                "UPDATE parcel SET name = 'new', survey_boundary = NULL,"
                " boundary = ST_Translate(boundary, 0.01, 0) WHERE parcel_code = '149901-0000001'"
            )
        )
    then = geopandas.read_file(export(county, tmp_path / "a.shp.zip", as_of=day, crs="EPSG:4547").file)
    assert (then.ZCMC[0], then.BBH[0]) == ("示例一号地", 1)
    assert then.geometry[0].bounds == (427900, 3998000, 428100, 3998150)


@pytest.mark.parametrize("name", FORMATS)
def test_an_interrupt_leaves_the_old_file(county: Engine, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    target.write_bytes(b"before")

    def interrupt(_rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(county, target, progress=interrupt)
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


@contextmanager
def files_at_most(size: int) -> Iterator[None]:
    """The kernel refuses to let any file of this process grow beyond ``size`` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("name", FORMATS)
def test_a_disk_that_fills_up_leaves_the_old_file(county: Engine, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    target.write_bytes(b"before")
    with files_at_most(1000), pytest.raises((TargetDiskFull, WritingFailed)):
        export(county, target)
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_forbidden_folder_is_named(county: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_options: object) -> str:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with pytest.raises(TargetNotWritable, match="Read-only"):
        export(county, tmp_path / "a.gpkg")


def test_wrong_targets(county: Engine, tmp_path: Path) -> None:
    for name in ("a.dxf", "a.zip", "a.shp", "gpkg", ".gpkg", "a"):
        with pytest.raises(FormatUnknown, match=r"\.shp\.zip"):
            export(county, tmp_path / name)
    with pytest.raises(FolderMissing):
        export(county, tmp_path / "missing" / "a.gpkg")
    (tmp_path / "folder.gpkg").mkdir()
    with pytest.raises(TargetIsFolder):
        export(county, tmp_path / "folder.gpkg")


def test_what_a_killed_export_left_is_cleared_away(county: Engine, tmp_path: Path) -> None:
    (tmp_path / ".a.gpkg.4194999.x.part").mkdir()
    (tmp_path / ".a.gpkg.1.x.part").mkdir()  # process 1 lives
    export(county, tmp_path / "a.gpkg")
    assert {path.name for path in tmp_path.iterdir()} == {"a.gpkg", ".a.gpkg.1.x.part"}


def test_a_dropped_connection_is_named(county: Engine, database: DatabaseAddress) -> None:
    endless = select(func.repeat("x", 1000)).select_from(func.generate_series(1, literal(50_000_000)))
    kill = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gisreg-export'")

    def read_on() -> None:
        with open_stream(county, endless) as stream:
            for number, _batch in enumerate(stream):
                if number == 0:
                    with create_engine(database.admin_url).connect() as connection:
                        connection.execute(kill)

    with pytest.raises(ConnectionLost):
        read_on()


def test_a_stream_can_be_left_in_the_middle(county: Engine) -> None:
    endless = select(func.repeat("x", 1000)).select_from(func.generate_series(1, literal(50_000_000)))
    with open_stream(county, endless) as stream:
        next(iter(stream))
    with transaction(county) as connection:
        running = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gisreg-export'")
        assert connection.execute(running).scalar_one() <= 1


def test_no_server_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable):
        export(make_engine("postgresql+psycopg2://nobody@127.0.0.1:1/none"), tmp_path / "a.gpkg")


def test_a_county_without_surveys_gets_the_zone_of_its_middle(county: Engine) -> None:
    with transaction(county, Actor("li")) as connection:
        assert county_srid(connection, "149901") == 4547
        assert county_srid(connection, "000000") == 4490
        connection.execute(text("UPDATE parcel SET survey_crs = NULL"))
        assert county_srid(connection, None) == 4547


def test_every_field_has_a_short_ascii_name_of_its_own() -> None:
    names = [field.dbf for field in fields() if field.dbf]
    assert len(set(names)) == len(names)
    assert all(name.isascii() and name.isidentifier() and len(name) <= 10 and name == name.upper() for name in names)
    continued = [f"{name[:8]}_{part}" for name in names for part in range(2, 10)]
    assert not set(continued) & set(names)


def test_the_rule_sets_own_words_can_be_written_in_gbk() -> None:
    for path in (PROJECT_DIR / "data" / "rules").glob("*.toml"):
        path.read_text(encoding="utf-8").replace("◊", "").encode("gbk")
