"""The expected revision is read without Alembic, and is Alembic's."""

from alembic.script import ScriptDirectory

from gisreg.db.revisions import head_revision
from gisreg.db.upgrade import alembic_config


def test_the_head_is_that_of_alembic() -> None:
    assert head_revision() == ScriptDirectory.from_config(alembic_config()).get_current_head()
