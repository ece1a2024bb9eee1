"""Parcels on the same ground: of one kind a fault, of different kinds a lawful link whose area totals deduct once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from sqlalchemy import BIGINT, Connection, Table, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from gisreg.checks.nearby import near_pairs
from gisreg.db.models import County, ParcelOverlap
from gisreg.db.sql import load

if TYPE_CHECKING:
    import numpy as np

PAIRS_AT_ONCE = 50_000
_JUDGED = load("gisreg.parcels", "overlapping.sql")
_NEAR_SOME = """
    SELECT p.id AS one, o.id AS other FROM parcel AS p
    JOIN parcel AS o ON o.county_code = p.county_code AND o.id <> p.id AND o.boundary && p.boundary
    WHERE p.id = ANY (:ids) AND p.state <> 'removed' AND o.state <> 'removed'
"""
_OF_SOME = text(_JUDGED.format(pairs=_NEAR_SOME)).bindparams(bindparam("ids", type_=ARRAY(BIGINT)))
_OF_PAIRS = text(_JUDGED.format(pairs="SELECT one, other FROM unnest(:ones, :others) AS near (one, other)")).bindparams(
    bindparam("ones", type_=ARRAY(BIGINT)), bindparam("others", type_=ARRAY(BIGINT))
)
_LOOKED_UP = text(
    "SELECT set_config('enable_hashjoin', :other_joins, true), set_config('enable_mergejoin', :other_joins, true)"
)
_BOXES = text(load("gisreg.parcels", "boxes.sql"))


@dataclass(frozen=True)
class Overlap:
    """Two parcels and what they share; the one that was asked about is named first."""

    parcel_id: int
    other_id: int
    same_kind: bool
    parcel_code: str
    other_code: str
    area_m2: float
    share: float | None
    """Of the smaller one of the two."""
    place: str
    """Longitude and latitude of a point that both cover."""


def tolerance_m2(connection: Connection, county: str) -> float:
    """How much ground two parcels of the county may share without a word."""
    query = select(County.overlap_tolerance_m2).where(County.code == county)
    return float(connection.execute(query).scalar_one())


def overlaps_of(connection: Connection, ids: Sequence[int], tolerance: float) -> list[Overlap]:
    """What these parcels share with any other of their county, each pair once."""
    found = connection.execute(_OF_SOME, {"ids": list(ids), "tolerance": tolerance}).mappings()
    return list({frozenset((one["parcel_id"], one["other_id"])): Overlap(**one) for one in found}.values())


def overlaps_in(connection: Connection, county: str, tolerance: float) -> list[Overlap]:
    """What all parcels of a county share, each pair once.

    Near pairs are found from the boxes in memory (40 bytes a parcel), which takes a tenth of the time of asking the
    index for each parcel; only those are judged by the database.
    """
    ids, boxes = _boxes(connection, county)
    found: list[Overlap] = []
    # each pair is looked up by its numbers: a hash of all parcels would be made for every portion
    connection.execute(
        text("SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)")
    )
    for ones, others in _portions(near_pairs(boxes, 0.0)):
        near = {"ones": ids[ones].tolist(), "others": ids[others].tolist(), "tolerance": tolerance}
        found += [Overlap(**one) for one in connection.execute(_OF_PAIRS, near).mappings()]
    connection.execute(
        text("SELECT set_config('enable_hashjoin', 'on', true), set_config('enable_mergejoin', 'on', true)")
    )
    return sorted(found, key=lambda one: (one.parcel_id, one.other_id))


def relink(connection: Connection, county: str, found: Sequence[Overlap], ids: Sequence[int] | None = None) -> None:
    """Replace the links between parcels of different kinds: those of ``ids``, or the whole county's."""
    links = cast(Table, ParcelOverlap.__table__)
    stale = links.delete().where(links.c.county_code == county)
    if ids is not None:
        stale = stale.where(links.c.parcel_id.in_(ids) | links.c.other_id.in_(ids))
    connection.execute(stale)
    linked = [
        {
            "county_code": county,
            "parcel_id": min(one.parcel_id, one.other_id),
            "other_id": max(one.parcel_id, one.other_id),
            "area_m2": one.area_m2,
        }
        for one in found
        if not one.same_kind
    ]
    if linked:
        connection.execute(links.insert(), linked)


def _portions(pairs: "Iterable[tuple[np.ndarray, np.ndarray]]") -> "Iterator[tuple[np.ndarray, np.ndarray]]":
    """The pairs in fewer and larger portions, each judged by one statement."""
    import numpy as np  # noqa: PLC0415 - as below

    gathered: list[tuple[np.ndarray, np.ndarray]] = []
    for portion in pairs:
        gathered.append(portion)
        if sum(len(ones) for ones, _ in gathered) >= PAIRS_AT_ONCE:
            yield np.concatenate([ones for ones, _ in gathered]), np.concatenate([others for _, others in gathered])
            gathered.clear()
    if gathered:
        yield np.concatenate([ones for ones, _ in gathered]), np.concatenate([others for _, others in gathered])


def _boxes(connection: Connection, county: str) -> "tuple[np.ndarray, np.ndarray]":
    """Ids (n,) and boxes (n, 4) in degrees, as the rows' own binary form: no number goes through text."""
    import numpy as np  # noqa: PLC0415 - edits of single parcels do without

    columns = [bytes(column or b"") for column in connection.execute(_BOXES, {"county": county}).one()]
    ids = np.frombuffer(columns[0], ">i8").astype(np.int64)
    return ids, np.stack([np.frombuffer(column, ">f8").astype(np.float64) for column in columns[1:]], -1)
