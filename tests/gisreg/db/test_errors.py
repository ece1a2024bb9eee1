"""What the driver says becomes what the registry says."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from gisreg.db.errors import DatabaseMissing, SchemaMissing, translate


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("SELECT * FROM gisreg.no_such_table", SchemaMissing),
        ("SELECT no_such_column FROM gisreg.parcel", SchemaMissing),
        ("SELECT no_such_function()", DBAPIError),
        ("SELECT 1::no_such_type", DBAPIError),
    ],
)
def test_what_is_missing_is_not_always_the_database(engine: Engine, query: str, kind: type[Exception]) -> None:
    with engine.connect() as connection, pytest.raises(DBAPIError) as raised:
        connection.execute(text(query))
    assert isinstance(translate(raised.value), kind)
    assert not isinstance(translate(raised.value), DatabaseMissing)
