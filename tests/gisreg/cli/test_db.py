"""``gisreg db`` as its users run it."""

import errno
import hashlib
import json
import shutil
import socket
import stat
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from sqlalchemy import Engine, text

from gisreg.cluster import DatabaseAddress, PrivateCluster, external
from gisreg.cluster.archive import write_archive
from gisreg.cluster.backup import with_database
from gisreg.cluster.prepare import admin_cursor, create_database, drop_database
from gisreg.errors import DiskFull
from gisreg.settings import Settings

COUNTY = "INSERT INTO county (code, name) VALUES ('149900', '甲县')"


def count_counties(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM county")).scalar_one()


def add_county(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(COUNTY))


def test_upgrade_is_idempotent_and_the_application_owns_nothing(run_cli, engine: Engine):
    first, second = run_cli("db", "upgrade", "--json"), run_cli("db", "init", "--json")
    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert json.loads(first.out)["revision"] == json.loads(second.out)["revision"]
    owned = text("SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = 'gisreg_app'")
    with engine.connect() as connection:
        assert connection.execute(owned).scalar() == 0


def test_the_private_database_from_nothing_to_stopped(cli_with, short_home: Path):
    gisreg = cli_with({"GISREG_HOME": str(short_home)})
    assert json.loads(gisreg("db", "status", "--json").out)["made"] is False
    assert gisreg("db", "init").code == 0
    assert gisreg("db", "init").code == 0
    status = json.loads(gisreg("db", "status", "--json").out)
    assert status["running"] is True
    assert json.loads(gisreg("db", "start", "--json").out)["pid"] == status["pid"]
    url = gisreg("db", "url", "--tcp").out.strip()
    assert url.startswith("postgresql://gisreg:")
    assert url.endswith(f"@127.0.0.1:{status['port']}/gisreg")
    assert json.loads(gisreg("db", "stop", "--json").out)["stopped"] is True
    assert json.loads(gisreg("db", "stop", "--json").out)["stopped"] is False
    assert json.loads(gisreg("db", "status", "--json").out)["running"] is False
    assert gisreg("db", "url", "--role", "admin").out.startswith("postgresql://gisreg_admin:")  # starts it again


def test_backup_and_restore_bring_everything_back(run_cli, engine: Engine, tmp_path: Path):
    add_county(engine)
    file = tmp_path / "registry.bak"
    told = json.loads(run_cli("db", "backup", file, "--json").out)
    assert told["bytes"] == file.stat().st_size > 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600  # it holds everything the registry knows
    with engine.begin() as connection:
        connection.execute(text("UPDATE county SET name = '乙县'"))
    engine.dispose()
    done = run_cli("db", "restore", file)
    assert done.code == 0, done.err
    with engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM county")).scalar_one() == "甲县"
    assert [path.name for path in tmp_path.iterdir()] == ["registry.bak"]


@pytest.fixture
def kept(settings: Settings) -> dict[str, bytes]:
    """Files of the data directory: two that belong to a backup, and two that are still being written."""
    files = {
        "documents/ab/ab12": b"photo", "batches/1-0123/a.shp": b"the very survey", "batches/1-0123/.hidden/x": b"x",
        "documents/.incoming/1": b"half", "batches/.taking-1/a": b"half",
    }  # fmt: skip
    for name, content in files.items():
        (settings.home / name).parent.mkdir(parents=True, exist_ok=True)
        (settings.home / name).write_bytes(content)
    return {name: content for name, content in files.items() if content != b"half"}


def _files(home: Path) -> dict[str, bytes]:
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_documents_and_sources_of_batches_come_back(run_cli, settings: Settings, kept, tmp_path: Path):
    file = tmp_path / "registry.bak"
    assert json.loads(run_cli("db", "backup", file, "--json").out)["files"] == 3
    for folder in ("documents", "batches"):
        shutil.rmtree(settings.home / folder)
    (settings.home / "documents/cd").mkdir(parents=True)
    (settings.home / "documents/cd/cd34").write_bytes(b"newer")
    told = run_cli("db", "restore", file, "--json")
    assert told.code == 0, told.err
    assert json.loads(told.out)["files"] == 3
    assert _files(settings.home) == {**kept, "documents/cd/cd34": b"newer"}
    assert json.loads(run_cli("db", "restore", file, "--json").out)["files"] == 0


def test_what_the_county_wrote_itself_comes_back_and_replaces_nothing(run_cli, settings: Settings, tmp_path: Path):
    file, home = tmp_path / "registry.bak", settings.home
    written = {
        "checks.toml": b"[grades]\n", "mappings/\u53f0\u8d26.toml": b"title = 'x'\n", "calendars/2027.csv": b"day\n",
        "procedures/idle_land.toml": b"# ours\n",
    }  # fmt: skip
    for name, content in written.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)
    told = json.loads(run_cli("db", "backup", file, "--json").out)
    assert (told["files"], told["settings"]) == (0, 4)
    (home / "calendars/2027.csv").unlink()
    (home / "checks.toml").write_bytes(b"# newer\n")
    told = json.loads(run_cli("db", "restore", file, "--json").out)
    assert (told["settings"], told["beside"]) == (1, ["checks.toml.restored"])
    assert _files(home) == {**written, "checks.toml": b"# newer\n", "checks.toml.restored": b"[grades]\n"}
    told = json.loads(run_cli("db", "restore", file, "--json").out)
    assert (told["settings"], told["beside"]) == (0, []), "it stands there already"
    (home / "checks.toml.restored").write_bytes(b"# another\n")
    assert "checks.toml.2.restored" in run_cli("db", "restore", file).out


def test_a_backup_of_the_database_alone_as_older_ones_are(run_cli, engine: Engine, tmp_path: Path):
    add_county(engine)
    engine.dispose()
    new, old = tmp_path / "new.bak", tmp_path / "old.bak"
    run_cli("db", "backup", new)
    with zipfile.ZipFile(new) as archive:
        old.write_bytes(archive.read("registry.dump"))
    assert run_cli("db", "restore", old).code == 0
    assert count_counties(engine) == 1


def test_a_changed_byte_is_found_before_anything_is_touched(
    run_cli, engine: Engine, settings: Settings, kept, tmp_path: Path
):
    add_county(engine)
    file = tmp_path / "registry.bak"
    run_cli("db", "backup", file)
    file.write_bytes(file.read_bytes().replace(b"the very survey", b"The very survey"))
    (settings.home / "documents/ab/ab12").unlink()
    engine.dispose()
    done = run_cli("db", "restore", file)
    assert (done.code, "batches/1-0123/a.shp" in done.err) == (3, True)
    assert not (settings.home / "documents/ab/ab12").exists()
    assert count_counties(engine) == 1


@pytest.mark.parametrize("name", ["../evil", "documents/../../evil", "/etc/evil", "data/PG_VERSION", "documents"])
def test_a_backup_that_leads_elsewhere_is_none(run_cli, settings: Settings, tmp_path: Path, name: str):
    file = tmp_path / "registry.bak"
    hashes = {one: {"sha256": hashlib.sha256(b"x").hexdigest()} for one in ("registry.dump", name)}
    with zipfile.ZipFile(file, "w") as archive:
        for one in hashes:
            archive.writestr(one, b"x")
        archive.writestr("manifest.json", json.dumps({"format": 2, "files": hashes}))
    done = run_cli("db", "restore", file)
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize("manifest", [b"", b"[]", b"{}", b'{"format": 2, "files": {}}', b'{"format": 2, "files": 3}'])
def test_a_zip_that_is_no_backup(run_cli, tmp_path: Path, manifest: bytes):
    file = tmp_path / "registry.bak"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", manifest)
    assert run_cli("db", "restore", file).code == 3


def test_a_restore_that_fails_takes_its_files_away_again(
    run_cli, engine: Engine, settings: Settings, kept, tmp_path: Path
):
    file = tmp_path / "registry.bak"
    run_cli("db", "backup", file)
    (settings.home / "documents/ab/ab12").unlink()
    before = _files(settings.home)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        assert run_cli("db", "restore", file).code == 5
    assert _files(settings.home) == before


def test_a_full_disk_is_told_and_leaves_no_half_backup(tmp_path: Path):
    def dump(_member: IO[bytes]) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DiskFull):
        write_archive(tmp_path / "scratch", tmp_path / "home", dump)


def test_what_is_no_backup_changes_nothing(run_cli, engine: Engine, tmp_path: Path):
    add_county(engine)
    engine.dispose()
    false_one = tmp_path / "false.bak"
    false_one.write_text("no archive")
    done = run_cli("db", "restore", false_one)
    assert done.code == 3
    assert "false.bak" in done.err
    assert not any(words in done.err for words in ("zip", "pg_restore:", "error:"))
    absent = run_cli("--lang", "en", "db", "restore", tmp_path / "absent.bak")
    assert (absent.code, "there is no such backup" in absent.err) == (4, True)
    assert not any(character > "\u2e80" for character in absent.err)
    assert count_counties(engine) == 1


def test_a_truncated_backup_changes_nothing(run_cli, engine: Engine, tmp_path: Path, database: DatabaseAddress):
    add_county(engine)
    engine.dispose()
    file = tmp_path / "cut.bak"
    run_cli("db", "backup", file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])
    done = run_cli("db", "restore", file)
    assert done.code in (3, 6)
    assert count_counties(engine) == 1
    with admin_cursor(with_database(database.admin_url, "postgres")) as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'gisreg_restoring_%'")
        assert cursor.fetchone()[0] == 0


def test_a_database_in_use_is_not_replaced(run_cli, engine: Engine, tmp_path: Path):
    file = tmp_path / "registry.bak"
    run_cli("db", "backup", file)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        done = run_cli("db", "restore", file)
    assert done.code == 5
    assert "gisreg serve" in done.err


def test_a_backup_that_cannot_be_written_leaves_no_half_file(run_cli, tmp_path: Path):
    done = run_cli("db", "backup", tmp_path / "absent" / "registry.bak")
    assert done.code == 4
    assert str(tmp_path / "absent") in done.err


@pytest.fixture
def gisreg_at(cli_with, tmp_path: Path):
    """``gisreg`` with a database address of the test's own."""

    def at(url: str):
        return cli_with({"GISREG_HOME": str(tmp_path / "home"), "GISREG_DATABASE_URL": url})

    return at


def one_line(err: str) -> str:
    assert err.count("\n") == 1, err
    return err


def test_a_wrong_password(gisreg_at, cluster: PrivateCluster):
    address = cluster.ensure_running()
    done = gisreg_at(f"postgresql://gisreg:not-this-one@127.0.0.1:{address.port}/gisreg")("db", "status")
    assert done.code == 7
    assert f"127.0.0.1:{address.port}/gisreg" in one_line(done.err)
    assert "not-this-one" not in done.err
    assert "用户 gisreg" in done.err
    assert "FATAL" not in done.err


def test_a_password_file_that_does_not_fit_is_named(cli_with, short_home: Path):
    gisreg = cli_with({"GISREG_HOME": str(short_home)})
    assert gisreg("db", "init").code == 0
    passwords = short_home / "passwords.json"
    passwords.write_text(json.dumps(dict.fromkeys(json.loads(passwords.read_text()), "another")))
    done = gisreg("--lang", "en", "units", "list")
    assert done.code == 7
    assert f"(user gisreg); {passwords}; restore that file" in one_line(done.err)
    assert "FATAL" not in done.err


def test_a_server_that_is_down(gisreg_at, tmp_path: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = gisreg_at(f"postgresql://gisreg:x@127.0.0.1:{port}/gisreg")("db", "status")
    assert done.code == 6
    assert str(port) in one_line(done.err)
    assert "那里没有服务器在监听" in done.err
    assert "failed" not in done.err
    assert not (tmp_path / "home").exists()


def test_a_database_that_is_not_there(gisreg_at, cluster: PrivateCluster):
    cluster.ensure_running()
    done = gisreg_at(cluster.url("app", "absent", tcp=True))("db", "status")
    assert done.code == 4
    assert "absent" in one_line(done.err)


@pytest.mark.parametrize("url", ["mysql://a@b/c", "not an address", "postgresql://u:p@127.0.0.1:port/x"])
def test_an_address_that_is_none(gisreg_at, url: str):
    done = gisreg_at(url)("db", "status")
    assert done.code == 9
    assert "GISREG_DATABASE_URL" in one_line(done.err)


def test_a_server_without_postgis(cluster: PrivateCluster, monkeypatch: pytest.MonkeyPatch):
    cluster.ensure_running()
    monkeypatch.setattr(external, "POSTGIS_VERSION", "SELECT NULL LIMIT 0")
    with pytest.raises(external.PostgisTooOldError, match="PostGIS —"):
        external.check_server.__wrapped__(cluster.url("app"))
    monkeypatch.setattr(external, "POSTGIS_VERSION", "SELECT '3.2.9'")
    with pytest.raises(external.PostgisTooOldError, match=r"3\.2\.9"):
        external.check_server.__wrapped__(cluster.url("app"))


def test_an_outside_server_is_made_ready_for_a_login_of_its_own(cli_with, cluster: PrivateCluster, tmp_path: Path):
    maintenance, name = cluster.url("admin", "postgres"), f"outside_{time.monotonic_ns()}"
    with admin_cursor(maintenance) as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'of-its-own'")
    create_database(maintenance, name)
    try:
        port = cluster.ensure_running().port
        gisreg = cli_with(
            {
                "GISREG_HOME": str(tmp_path),
                "GISREG_DATABASE_URL": f"postgresql://{name}:of-its-own@127.0.0.1:{port}/{name}",
                "GISREG_ADMIN_DATABASE_URL": cluster.url("admin", name),
            }
        )
        done = gisreg("db", "init", "--json")
        assert done.code == 0, done.err
        with admin_cursor(maintenance) as cursor:
            cursor.execute("SELECT pg_has_role(%s, 'gisreg_app', 'MEMBER')", (name,))
            assert cursor.fetchone()[0] is True
    finally:
        drop_database(maintenance, name)
        with admin_cursor(maintenance) as cursor:
            cursor.execute(f"DROP ROLE {name}")


@pytest.fixture
def outside(cluster: PrivateCluster) -> Iterator[str]:
    """A login of somebody else's server, which may do nothing in particular; it is named like its database."""
    maintenance, name = cluster.url("admin", "postgres"), f"outside_{time.monotonic_ns()}"
    with admin_cursor(maintenance) as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'of-its-own'")
    yield name
    drop_database(maintenance, name)
    with admin_cursor(maintenance) as cursor:
        cursor.execute(f"DROP ROLE {name}")


def address_of(cluster: PrivateCluster, name: str) -> str:
    return f"postgresql://{name}:of-its-own@127.0.0.1:{cluster.ensure_running().port}/{name}"


def test_a_database_in_another_encoding_is_refused_in_words(gisreg_at, cluster: PrivateCluster, outside: str):
    with admin_cursor(cluster.url("admin", "postgres")) as cursor:
        cursor.execute(f"CREATE DATABASE {outside} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
    done = gisreg_at(address_of(cluster, outside))("db", "init")
    assert done.code == 9
    assert "数据库的编码是 SQL_ASCII,需要 UTF8" in one_line(done.err)


def test_a_login_that_may_not_upgrade_is_told_of_the_other_setting(gisreg_at, cluster: PrivateCluster, outside: str):
    create_database(cluster.url("admin", "postgres"), outside)
    done = gisreg_at(address_of(cluster, outside))("--lang", "en", "db", "init")
    assert done.code == 7
    assert f"the login {outside} may not" in one_line(done.err)
    assert "GISREG_ADMIN_DATABASE_URL" in done.err


def test_another_major_version_is_one_line_and_its_own_exit_code(cli_with, short_home: Path):
    (short_home / "data").mkdir()
    (short_home / "data" / "PG_VERSION").write_text("9\n")
    done = cli_with({"GISREG_HOME": str(short_home)})("--lang", "en", "db", "start")
    assert done.code == 9
    assert "PostgreSQL 9" in one_line(done.err)
    seen = cli_with({"GISREG_HOME": str(short_home)})
    told = seen("--lang", "en", "db", "status")
    assert (told.code, "was made by PostgreSQL 9" in told.out) == (0, True)
    assert json.loads(seen("db", "status", "--json").out)["problem"] == "other_major_version"
