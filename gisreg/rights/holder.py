"""Who holds a parcel: what the parcel states, and what follows from the rights in force."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select, text

from gisreg.days import today
from gisreg.db.models import Parcel
from gisreg.db.sql import load
from gisreg.parcels.editing import Basis
from gisreg.parcels.edits import edit_attributes

JOINT = "、"


@dataclass(frozen=True)
class Holder:
    """The holder of a parcel on a day."""

    stated: str | None
    stated_class: str | None
    follows: str | None
    """None where no right is on the books."""
    follows_class: str | None

    @property
    def agrees(self) -> bool:
        """Whether the parcel states what the books say; where the books say nothing, it may state what it likes."""
        return self.follows is None or (_same(self.stated, self.follows) and self.stated_class == self.follows_class)

    def as_json(self) -> dict[str, Any]:
        """For readers."""
        return {**self.__dict__, "agrees": self.agrees}


def holder_of(connection: Connection, parcel_id: int, day: date | None = None) -> Holder:
    """What is stated, and who holds the rights of the parcel's own type, else those of use, else any."""
    stated = connection.execute(select(Parcel.holder_name, Parcel.holder_class).where(Parcel.id == parcel_id)).one()
    given = {"parcel_id": parcel_id, "day": day or today()}
    held = connection.execute(text(load("gisreg.rights", "holders.sql")), given).all()
    classes = {row.holder_class for row in held}
    names = JOINT.join(dict.fromkeys(row.name for row in held)) or None
    return Holder(stated.holder_name, stated.holder_class, names, classes.pop() if len(classes) == 1 else None)


def follow_transfer(connection: Connection, parcel_id: int, before: Holder, reason: str) -> Holder:
    """The parcel states the new holder, as an edit, where it stated the old one or none.

    Where it stated somebody else, a person or a file said so: that stays, and the difference is told.
    """
    after = holder_of(connection, parcel_id)
    if after.agrees or not (before.stated is None or _same(before.stated, before.follows)):
        return after
    row = connection.execute(select(Parcel.parcel_code, Parcel.version).where(Parcel.id == parcel_id)).one()
    values = {"holder_name": after.follows, "holder_class": after.follows_class}
    edit_attributes(connection, Basis(row.parcel_code, row.version), values, reason)
    return holder_of(connection, parcel_id)


def _same(one: str | None, other: str | None) -> bool:
    return _plain(one) == _plain(other)


def _plain(name: str | None) -> str:
    """Width and blanks aside."""
    return "".join(unicodedata.normalize("NFKC", name or "").split())
