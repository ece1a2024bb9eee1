"""``gisreg serve`` as its users run it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from gisreg.settings import PROJECT_DIR


@pytest.fixture
def port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def test_another_host_and_a_port_in_use_end_in_one_line(run_cli):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        used = run_cli("serve", "--port", port)
    assert used.code == 8
    assert str(port) in used.err
    assert "--port" in used.err
    assert used.err.count("\n") == 1
    for host in ("0.0.0.0", "::", "192.0.2.1", "example.invalid"):  # noqa: S104 - refused is what is tested
        refused = run_cli("serve", "--host", host)
        assert refused.code == 3
        assert "127.0.0.1" in refused.err
        assert refused.err.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_says_where_and_stops_in_good_order(settings, port, number):
    database = {"GISREG_DATABASE_URL": settings.database_url, "GISREG_HOME": str(settings.home)}
    environment = {**os.environ, **database, "PYTHONPATH": str(PROJECT_DIR)}
    command = [sys.executable, "-m", "gisreg.cli.main", "serve", "--port", str(port)]
    started = time.monotonic()
    with subprocess.Popen(
        command, cwd=PROJECT_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as server:
        try:
            line = server.stdout.readline().decode()
            assert f"http://127.0.0.1:{port}" in line
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as answer:
                assert answer.read() == b'{"status":"ok"}'
            assert time.monotonic() - started < 30
        finally:
            server.send_signal(number)
        _, complaints = server.communicate(timeout=20)
    assert (server.returncode, complaints) == (0, b"")
