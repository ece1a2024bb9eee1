"""The way to the database outlives the database's own crash."""

import os
import signal
import time

from fastapi.testclient import TestClient

from api.app import create_app
from gisreg.cluster import PrivateCluster
from gisreg.settings import Settings


def test_a_private_cluster_that_was_killed_is_started_again(short_home):
    settings = Settings(home=short_home)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        assert client.get("/health").status_code == 200
        assert PrivateCluster(short_home).status().running is False
        # the first question that needs the database makes it; its schema is not there yet
        assert client.get("/ready").json()["code"] == "schema_missing"
        killed = PrivateCluster(short_home).status().pid
        os.kill(killed, signal.SIGKILL)
        deadline = time.monotonic() + 30
        # an orphaned backend may answer, or die under a question, for a moment
        while PrivateCluster(short_home).status().pid in (killed, None):
            assert client.get("/ready").status_code == 503
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert client.get("/ready").json()["code"] == "schema_missing"
