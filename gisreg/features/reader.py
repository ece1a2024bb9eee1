"""Who asks, as far as it decides what is seen. One scope now: whoever works on this machine. Sign-in adds others.

The two questions that every way out has to ask are answered here and nowhere else: which rows a reader may see, and
what of the registry is public.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, or_

from gisreg.vocab import HolderClass, Label, OwnershipStatus

OFFERED = (Label.SELL, Label.LEASE, Label.FINANCE)
CLEAR = (OwnershipStatus.REGISTERED, OwnershipStatus.CONFIRMED)
PUBLIC_FIELDS = (
    "parcel_code", "county_code", "kind", "subkind", "name", "address", "township_code", "township_name",
    "township_name_en", "zone_code", "sector", "land_use_scheme", "land_use_code", "land_area_m2", "area_mu",
    "floor_area_m2", "label", "measure", "measure_zh", "measure_en", "agency",
)  # fmt: skip
"""What the public is told of a site: no holder, no price, no debt, nothing about the owner's affairs."""


@dataclass(frozen=True)
class Reader:
    """The reader of one request."""

    scope: str = "registry"
    """Stands in every cache key and ETag: what was made for one scope never serves another."""

    def rows(self, source: FromClause) -> list[ColumnElement[bool]]:
        """The rows of the read model that this reader may see."""
        del source  # this scope sees all of them
        return []


EVERYTHING = Reader()


def is_public(source: FromClause) -> list[ColumnElement[bool]]:
    """A site that is offered to everybody.

    It is still to be revitalised, advice is to sell, to lease or to finance it, no gate holds it, its title is clear,
    it is on the map, and its holder is not a private one (for whom advice is guidance, not an offer).
    """
    c = source.c
    return [
        c.is_left,
        c.label.in_(OFFERED),
        c.gated.is_not(True),
        c.ownership_status.in_(CLEAR),
        or_(c.holder_class.is_(None), c.holder_class != HolderClass.PRIVATE),
        c.boundary.is_not(None),
    ]
