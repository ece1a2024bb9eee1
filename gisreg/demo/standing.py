"""Is the demonstration county there? Answered without loading what makes it."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Connection, Engine, text

from gisreg.db.engine import transaction
from gisreg.db.sql import load
from gisreg.demo.names import names
from gisreg.errors import ConflictError
from gisreg.text import Text

WALKED = "demo: steps"
"""The source of the last steps that are taken, as the history names it."""
EDITION = 1
"""Raised when the generator makes other rows for the same seed."""


class OtherDemoCounty(ConflictError):
    """The demonstration county is there, made with another number or seed."""

    what: ClassVar[Text] = Text(
        "示范县已按 {there} 载入,与所要的 {asked} 不同", "the demonstration county is there with {there}, not {asked}"
    )
    mend: ClassVar[Text] = Text(
        "登记内容不得删除:请用 GISREG_HOME 另指一个数据目录后再载入",
        "nothing registered is deleted: name another data directory in GISREG_HOME and load it there",
    )


class CountyCodeTaken(ConflictError):
    """The demonstration county's code holds something else."""

    what: ClassVar[Text] = Text("县级代码 {code} 已有其他数据", "the county code {code} holds other data")
    mend: ClassVar[Text] = Text("请用 GISREG_HOME 另指一个数据目录", "name another data directory in GISREG_HOME")


@dataclass(frozen=True)
class Loaded:
    """What stands in the database."""

    county_code: str
    parcels: int
    seed: int
    already_there: bool
    seconds: float


def standing(connection: Connection, parcels: int, seed: int) -> tuple[bool, bool]:
    """Is the county there, and is it there to its last step? Refuses another one."""
    code = names().county.code
    found = connection.execute(text(load("gisreg.demo", "there.sql")), {"county": code}).mappings().one()
    if not found["county"]:
        return False, False
    if found["demo"] is None:
        raise CountyCodeTaken("", code=code)
    asked = description(parcels, seed)
    if found["demo"] != asked:
        said = [f"--parcels {d['parcels']} --seed {d['seed']}" for d in (found["demo"], asked)]
        raise OtherDemoCounty("", there=said[0], asked=said[1])
    return True, bool(found["whole"])


def description(parcels: int, seed: int) -> dict[str, int]:
    """How the county was made, as its imports record it."""
    return {"parcels": parcels, "seed": seed, "edition": EDITION}


def find(engine: Engine, parcels: int, seed: int) -> Loaded | None:
    """The county if it is there to its last step; refuses a county made otherwise."""
    with transaction(engine) as connection:
        whole = standing(connection, parcels, seed)[1]
    return Loaded(names().county.code, parcels, seed, already_there=True, seconds=0.0) if whole else None


def is_labelled(engine: Engine, county_code: str) -> bool:
    """Is a labelling of the county in force?"""
    statement = "SELECT EXISTS (SELECT FROM plan_run WHERE county_code = :county AND status = 'accepted')"
    with transaction(engine) as connection:
        return bool(connection.execute(text(statement), {"county": county_code}).scalar_one())


def is_walked(engine: Engine, county_code: str) -> bool:
    """Were some of its parcels taken through the steps of the close-out? They are the last that is made."""
    statement = "SELECT EXISTS (SELECT FROM parcel_edit WHERE county_code = :county AND recorded_from LIKE :source)"
    with transaction(engine) as connection:
        return bool(connection.execute(text(statement), {"county": county_code, "source": f"{WALKED}%"}).scalar_one())
