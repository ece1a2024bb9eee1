"""A source's batches of text become the staging table's: typed, with what is to be said of their values."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from gisreg.checks.attributes import attribute_findings
from gisreg.checks.policy import OFF, Policy
from gisreg.checks.shapes import read_shapes, shape_findings
from gisreg.checks.star_shaped import star_shaped
from gisreg.intake.convert import Typed, remarks, sparse, sql_type, todays_codes, typed
from gisreg.intake.keys import PARCEL_CODE
from gisreg.intake.mapping import TOWNSHIP_NAME, Mapped, MappedColumn
from gisreg.intake.source import DAMAGED, ROW, WKB
from gisreg.intake.squares import Squares

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

TOWNSHIP_CODE = "township_code"
STATED_TOWNSHIP = "stated_township"
COUNTY_ENDINGS = ("", ".0", "000", "000000")
"""How a county's code is written: by itself, as a number, with the digits of its townships and villages."""
FIXED = {
    ROW: "int8", WKB: "bytea", STATED_TOWNSHIP: "text", "bad": "text", "unknown": "text", "said": "text",
    "checks": "text", "sound": "boolean", "star_shaped": "boolean", "square": "text",
}  # fmt: skip
"""Columns that every raw row has, and their types in SQL."""


@dataclass(frozen=True)
class Judging:
    """What the checks of a batch must know; plain data, so that it travels."""

    county: str
    today: date
    policy: Policy
    geographic: bool
    metres_per_unit: float
    squares: Squares | None = None


def stored(mapped: Mapped) -> tuple[MappedColumn, ...]:
    """The columns that the parcel stores as they are; its township is decided by place, its number by the registry."""
    return tuple(column for column in staged(mapped) if column.target != PARCEL_CODE)


def staged(mapped: Mapped) -> tuple[MappedColumn, ...]:
    """The columns of a staged row: what is stored, and the registry's number, which finds parcels."""
    return tuple(column for column in mapped.columns if column.target not in (TOWNSHIP_NAME, TOWNSHIP_CODE))


def raw_columns(mapped: Mapped) -> dict[str, str]:
    """The raw table's columns and their types in SQL."""
    return {**FIXED, **{column.target: sql_type(column) for column in staged(mapped)}}


def typed_schema(mapped: Mapped) -> "pa.Schema":
    """The same in Arrow."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    kinds = {
        "int8": pa.int64(), "bytea": pa.binary(), "text": pa.string(), "boolean": pa.bool_(), "date": pa.date32(),
        "int4": pa.int32(), "float8": pa.float64(),
    }  # fmt: skip
    return pa.schema([(name, kinds[kind]) for name, kind in raw_columns(mapped).items()])


def typed_batch(mapped: Mapped, judging: Judging, batch: "pa.RecordBatch") -> "tuple[pa.RecordBatch, np.ndarray]":
    """One batch of text, typed and looked at; and where its rows are: number, west, south, east, north (n, 5)."""
    import numpy as np  # noqa: PLC0415 - heavy
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    kept = staged(mapped)
    raws = [batch.column(f"f{place}") for place in range(len(mapped.columns))]
    judged: list[Typed | None] = [
        typed(column, raw) if column in kept else None for column, raw in zip(mapped.columns, raws, strict=True)
    ]
    said = remarks(mapped.columns, raws, judged, batch.column(DAMAGED))
    values = [one.values for one in judged if one is not None]
    shapes = read_shapes(batch.column(WKB).to_numpy(zero_copy_only=False))
    checks = _checks(judging, dict(zip((column.target for column in kept), values, strict=True)), shapes)
    fixed = [batch.column(ROW), batch.column(WKB), _stated_township(mapped, raws, batch.num_rows, judging.county)]
    boxes = shapely.bounds(shapes)
    square = judging.squares.townships(boxes) if judging.squares else pa.nulls(batch.num_rows, pa.string())
    stars = star_shaped(shapes, geographic=judging.geographic, metres_per_unit=judging.metres_per_unit)
    typed_rows = pa.record_batch(
        [*fixed, said.bad, said.unknown, said.said, checks, _sound(shapes, stars), pa.array(stars), square, *values],
        schema=typed_schema(mapped),
    )
    return typed_rows, np.column_stack([batch.column(ROW).to_numpy(), boxes])


def _sound(shapes: "np.ndarray", stars: "np.ndarray") -> "pa.Array":
    """Whether each shape is valid, as star-shaped ones are; unknown where it cannot be read. Here it takes an eighth of
    what it takes in the database, which has to unpack each shape for it."""
    import numpy as np  # noqa: PLC0415 - heavy
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    valid = stars.copy()
    with np.errstate(all="ignore"):  # coordinates without an end are refused elsewhere
        valid[~stars] = shapely.is_valid(shapes[~stars])
    return pa.array(valid, mask=shapely.is_missing(shapes))


def _checks(judging: Judging, columns: "Mapping[str, pa.Array]", shapes: "np.ndarray") -> "pa.Array":
    """What the checks find, by row: a JSON array of faults with their words."""
    found: dict[int, list[dict[str, str]]] = {}
    for row, finding in _findings(judging, columns, shapes):
        if judging.policy.grade(finding["fault"]) != OFF:
            found.setdefault(row, []).append(finding)
    return sparse({row: json.dumps(all_, ensure_ascii=False) for row, all_ in found.items()}, len(shapes))


def _findings(
    judging: Judging, columns: "Mapping[str, pa.Array]", shapes: "np.ndarray"
) -> Iterator[tuple[int, dict[str, str]]]:
    import numpy as np  # noqa: PLC0415 - heavy

    tolerances = judging.policy.tolerances
    for one in attribute_findings(columns, judging.county, judging.today, tolerances):
        for row in np.flatnonzero(one.rows.to_numpy(zero_copy_only=False)).tolist():
            words = {"fault": one.fault, "field": one.field, "value": str(columns[one.field][row].as_py())}
            detail = one.detail(columns, row)
            yield row, {**words, **({"detail": detail} if detail else {})}
    for spot in shape_findings(
        shapes, geographic=judging.geographic, metres_per_unit=judging.metres_per_unit, allowed=tolerances
    ):
        place = f"{spot.x:.10g} {spot.y:.10g}"
        yield spot.row, {"fault": spot.fault, "value": spot.said, "place": place}


def _stated_township(mapped: Mapped, raws: "list[pa.Array]", rows: int, county: str) -> "pa.Array":
    """The code before the name, as the mapping's order has it; the county's own code, as such columns often hold it,
    states none."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    named = [
        todays_codes(column, raw) if column.former else raw
        for column, raw in zip(mapped.columns, raws, strict=True)
        if column.target in (TOWNSHIP_NAME, TOWNSHIP_CODE)
    ]
    own = pa.array([county + ending for ending in COUNTY_ENDINGS], pa.string())
    stated = [pc.if_else(pc.is_in(one, value_set=own), pa.scalar(None, pa.string()), one) for one in named]
    return pc.coalesce(*stated) if stated else pa.nulls(rows, pa.string())
