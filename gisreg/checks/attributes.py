"""What a parcel's attributes can contradict: codes, the order of dates, parts and their wholes.

Each check takes columns by name (Arrow arrays, of one row or of a whole batch) and yields findings: a mask of the rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from gisreg.checks.policy import Tolerances

if TYPE_CHECKING:
    import pyarrow as pa

Columns = Mapping[str, "pa.Array"]

CADASTRAL = r"^\d{12}[GJZ][A-Z]\d{5}$"
UNIT = r"^\d{12}[GJZ][A-Z]\d{5}[FLQW]\d{8}$"
"""19 and 28 places of GB/T 37346: county, cadastral zone and sub-zone, two features, serial; fixture and its unit."""
NO_SERIAL = r"^.{14}00000"
COLLECTIVE_ONLY = r"^\d{12}[GZ]A"
"""A 集体土地所有权 is the collective's (J) only."""
ORDER = (
    ("approved_on", "contract_on"),
    ("contract_on", "agreed_start_on"),
    ("agreed_start_on", "agreed_completion_on"),
    ("contract_on", "actual_start_on"),
    ("actual_start_on", "halted_on"),
    ("actual_start_on", "completed_on"),
    ("agreed_start_on", "determined_on"),
)
"""Days that cannot come in the other order."""
PAST = ("approved_on", "contract_on", "actual_start_on", "halted_on", "completed_on", "determined_on", "vacated_on")
"""Days of things that have happened."""
PARTS = (
    ("paid_wan", "price_wan"),
    ("invested_wan", "total_investment_wan"),
    ("supplied_area_m2", "official_area_m2"),
    ("started_area_m2", "official_area_m2"),
)
"""Parts that cannot be more than their whole."""
PRICE, GROUND = "price_wan", "official_area_m2"


@dataclass(frozen=True)
class Finding:
    """One fault of one column; of the rows where ``rows`` is true."""

    fault: str
    field: str
    rows: "pa.Array"
    other: str | None = None
    """The column that it contradicts."""
    limit: str | None = None
    """The figure that it passes."""

    def detail(self, columns: Columns, row: int) -> str | None:
        """What the value is held against."""
        return str(columns[self.other][row].as_py()) if self.other else self.limit


def attribute_findings(columns: Columns, county: str, today: date, allowed: Tolerances) -> Iterator[Finding]:
    """All findings about attributes."""
    yield from _codes(columns, county)
    yield from _dates(columns, today)
    yield from _amounts(columns, allowed)
    for part, whole in PARTS:
        if part in columns and whole in columns:
            yield from _told("more_than_whole", part, _more(columns[part], columns[whole], allowed.share_over), whole)


def _codes(columns: Columns, county: str) -> Iterator[Finding]:
    for field, form, fault in (
        ("cadastral_code", CADASTRAL, "cadastral_code_invalid"),
        ("real_estate_unit_code", UNIT, "unit_code_invalid"),
    ):
        if field in columns:
            yield from _told(fault, field, _is_wrong_code(columns[field], form, county))
    if "cadastral_code" in columns and "real_estate_unit_code" in columns:
        yield from _told("codes_disagree", "real_estate_unit_code", _disagree(columns), "cadastral_code")


def _is_wrong_code(codes: "pa.Array", form: str, county: str) -> "pa.Array":
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    right = pc.and_(pc.match_substring_regex(codes, form), pc.starts_with(codes, county))
    for pattern in (NO_SERIAL, COLLECTIVE_ONLY):
        right = pc.and_(right, pc.invert(pc.match_substring_regex(codes, pattern)))
    if form is UNIT:  # bare land has no unit number
        bare = pc.match_substring(codes, "W")
        right = pc.and_(right, pc.or_(pc.invert(bare), pc.ends_with(codes, "W00000000")))
    return pc.invert(right)


def _disagree(columns: Columns) -> "pa.Array":
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    return pc.not_equal(pc.utf8_slice_codeunits(columns["real_estate_unit_code"], 0, 19), columns["cadastral_code"])


def _dates(columns: Columns, today: date) -> Iterator[Finding]:
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    for earlier, later in ORDER:
        if earlier in columns and later in columns:
            yield from _told("dates_out_of_order", later, pc.less(columns[later], columns[earlier]), earlier)
    for field in PAST:
        if field in columns:
            yield from _told("date_in_future", field, pc.greater(columns[field], pa.scalar(today, pa.date32())))


def _amounts(columns: Columns, allowed: Tolerances) -> Iterator[Finding]:
    """Areas and money that no county has, prices that no land fetches: most are in another unit than was thought."""
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    for ending, most in (("_m2", allowed.most_m2), ("_wan", allowed.most_wan)):
        for field in (name for name in columns if name.endswith(ending)):
            yield from _told(
                "amount_out_of_range", field, pc.greater(pc.abs(columns[field]), most), limit=f"{most:.12g}"
            )
    if PRICE in columns and GROUND in columns:
        dear = pc.greater(columns[PRICE], pc.multiply(columns[GROUND], allowed.most_wan_per_m2))
        real = pc.and_(pc.greater(columns[GROUND], 0.0), pc.less_equal(columns[PRICE], allowed.most_wan))
        yield from _told("price_out_of_range", PRICE, pc.and_(dear, real), GROUND)


def _more(part: "pa.Array", whole: "pa.Array", share_over: float) -> "pa.Array":
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    # a hair more is a rounding, not a contradiction
    return pc.greater(part, pc.multiply(whole, 1 + share_over + 1e-9))


def _told(fault: str, field: str, rows: Any, other: str | None = None, limit: str | None = None) -> Iterator[Finding]:
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    if pc.any(rows).as_py():
        yield Finding(fault, field, pc.fill_null(rows, fill_value=False), other, limit)
