"""Asset cards of state units joined to parcels: cards and parcels agree (账卡相符), or it is said where they do not."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from gisreg.affairs.words import CardFinding
from gisreg.db.sql import load


@dataclass(frozen=True)
class CardMismatch:
    """One thing on which cards and parcels disagree; areas in m²."""

    finding: CardFinding
    cards: list[str]
    parcels: list[str]
    unit_name: str | None
    stated_m2: float | None
    found_m2: float | None


@dataclass(frozen=True)
class CardCheck:
    """How far cards and parcels agree."""

    cards: int
    matched: int
    """Cards that fit one parcel."""
    findings: list[CardMismatch]


def check_cards(connection: Connection, county: str, tolerance_m2: float) -> CardCheck:
    """Cards without parcel, parcels of state units without card, and areas that differ by more than the tolerance."""
    given = {"county": county, "tolerance": tolerance_m2}
    words = {str(one): one for one in CardFinding}
    findings = [
        CardMismatch(
            words[row["finding"]], *(row[n] for n in ("cards", "parcels", "unit_name", "stated_m2", "found_m2"))
        )
        for row in connection.execute(text(load("gisreg.affairs", "cards.sql")), given).mappings()
    ]
    cards = connection.execute(
        text("SELECT count(*) FROM asset_card WHERE county_code = :county AND struck_on IS NULL"), given
    ).scalar_one()
    unmatched = sum(one.finding in (CardFinding.NO_PARCEL, CardFinding.SEVERAL) for one in findings)
    return CardCheck(cards, cards - unmatched, findings)
