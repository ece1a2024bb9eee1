"""Ctrl-C and SIGTERM do not wait for the end of a statement."""

import signal
import subprocess
import sys
import time

import pytest

from gisreg.cluster import DatabaseAddress

SCRIPT = """
import sys
from sqlalchemy import text
from gisreg.cli import main
from gisreg.db.engine import make_engine, transaction
def work(_arguments):
    with transaction(make_engine(sys.argv[1])) as connection:
        print('ready', flush=True)
        connection.execute(text('SELECT pg_sleep(60)'))
main._dispatch = work
main._sub_command = lambda _arguments: 'plan'
main.main()
"""


@pytest.mark.parametrize(("sign", "code", "said"), [(signal.SIGINT, 130, "已中断"), (signal.SIGTERM, 143, "")])
def test_a_waiting_command_ends_at_once(database: DatabaseAddress, sign: int, code: int, said: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, database.app_url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        time.sleep(0.5)
        began = time.monotonic()
        running.send_signal(sign)
        _, err = running.communicate(timeout=50)
    assert time.monotonic() - began < 10
    assert running.returncode == code
    assert said in err
    assert err.count("\n") == (1 if said else 0)
