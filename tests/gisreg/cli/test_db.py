"""``gisreg db`` as its users run it."""

import json

from sqlalchemy import Engine, text


def test_upgrade_is_idempotent_and_the_application_owns_nothing(run_cli, engine: Engine):
    first, second = run_cli("db", "upgrade", "--json"), run_cli("db", "init", "--json")
    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert json.loads(first.out)["revision"] == json.loads(second.out)["revision"]
    owned = text("SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = 'gisreg_app'")
    with engine.connect() as connection:
        assert connection.execute(owned).scalar() == 0
