"""Double mortgages: the same right, parcel or ground given as security twice."""

from datetime import date

from sqlalchemy import Connection, text

from gisreg.days import today
from gisreg.db.sql import load
from gisreg.parcels.read import Row
from gisreg.text import Text

SAME = {
    "right": Text("同一权利", "one right"),
    "parcel": Text("同一宗地", "one parcel"),
    "ground": Text("图形重叠", "overlapping boundaries"),
}


def double_mortgages(connection: Connection, county: str, day: date | None = None) -> list[Row]:
    """Pairs of mortgages in force on the same thing, each with its place; those without an order of ranks first."""
    statement = text(load("gisreg.rights", "double_mortgages.sql"))
    rows = connection.execute(statement, {"county": county, "day": day or today()}).mappings()
    return [dict(row) for row in rows]
