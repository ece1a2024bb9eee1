"""Rows of the demonstration county: an Arrow table per chunk, the same for the same seed however many are asked for."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import shapely

from gisreg.demo.awkward import make_awkward
from gisreg.demo.books import keep_books
from gisreg.demo.frame import SURVEY_EPSG, Geometries
from gisreg.demo.land import Land, lay_out
from gisreg.demo.names import names
from gisreg.demo.plots import CHUNK, Plots, draw_kinds, lay_plots
from gisreg.demo.slots import Slots, choose, level_for
from gisreg.demo.stories import KINDS
from gisreg.demo.wording import write

GENERATED = ("earlier_boundary", "changes", "stands_on")
"""Columns of a row beside those of ``parcel``: the earlier outline, how many versions, the idle land below it."""


class County:
    """All rows of the county for a number of parcels and a seed."""

    def __init__(self, parcels: int, seed: int) -> None:
        self.parcels, self.seed, self.level = parcels, seed, level_for(parcels)
        self.land = lay_out(seed)
        self._slots = choose(self.land, -(-parcels // CHUNK) * CHUNK, self.level)

    def _chunks(self) -> Iterator[tuple[int, Slots]]:
        for chunk in range(-(-self.parcels // CHUNK)):
            yield chunk, self._slots.take(slice(chunk * CHUNK, (chunk + 1) * CHUNK))

    def tables(self, together: int = CHUNK) -> Iterator[pa.Table]:
        """The rows in the order of their numbers, in tables of about ``together`` rows."""
        waiting: list[pa.Table] = []
        for chunk, slots in self._chunks():
            plots = lay_plots(self.seed, self.level, chunk, slots, self.land.warp)
            waiting.append(_table(self.land, plots, self.level, chunk).slice(0, self.parcels - chunk * CHUNK))
            if len(waiting) * CHUNK >= together:
                yield pa.concat_tables(waiting)
                waiting = []
        if waiting:
            yield pa.concat_tables(waiting)

    def kinds(self) -> dict[str, int]:
        """How many parcels there are of each kind, without drawing them."""
        drawn = [draw_kinds(self.seed, self.level, chunk, slots) for chunk, slots in self._chunks()]
        counts = np.bincount(np.concatenate(drawn)[: self.parcels], minlength=len(KINDS))
        return {str(kind): int(count) for kind, count in zip(KINDS, counts, strict=True)}


def _table(land: Land, plots: Plots, level: int, chunk: int) -> pa.Table:
    books = keep_books(plots, land.seed, level, chunk)
    columns: dict[str, pa.Array] = {
        "county_code": _same(names().county.code, plots),
        "kind": pa.array([str(k) for k in KINDS], pa.string()).take(pa.array(plots.kind)),
        "subkind": _tokens(plots.facts.subkind),
        "state": _tokens(plots.state),
        **write(plots, books, land.seed, level, chunk),
        **{name: _tokens(values) for name, values in (plots.facts.tokens | books.tokens).items()},
        **{
            name: pa.array(values, from_pandas=True) for name, values in books.numbers.items() if name != "income_years"
        },
        "income_years": pa.array(books.numbers["income_years"], pa.int32(), from_pandas=True),
        **{name: pa.array(values) for name, values in books.dates.items()},
        **{name: _yes_no(values) for name, values in plots.facts.yes.items()},
        "survey_crs": pa.array([None if s is None else f"EPSG:{SURVEY_EPSG}" for s in plots.survey], pa.string()),
        "source_row": pa.array(plots.number),
        "survey_boundary": _hex(plots.survey),
        "earlier_boundary": _hex(plots.earlier),
        "changes": pa.array(plots.changes),
        "stands_on": pa.array(plots.number[plots.on], mask=plots.on < 0),
    }
    table = _clean(pa.table(columns))
    return make_awkward(table) if chunk == 0 else table


def _same(value: str, plots: Plots) -> pa.Array:
    return pa.array([value] * len(plots), pa.string())


def _tokens(values: Geometries) -> pa.Array:
    return pa.array([None if value is None else str(value) for value in values], pa.string())


def _yes_no(values: np.ndarray) -> pa.Array:
    return pa.array(values == 1, mask=values < 0)


def _hex(shapes: Geometries) -> pa.Array:
    """Hexadecimal EWKB, as COPY reads it."""
    wkb = shapely.to_wkb(shapely.set_srid(shapes, SURVEY_EPSG), hex=True, include_srid=True)
    return pa.array([None if shape is None else text for shape, text in zip(shapes, wkb, strict=True)], pa.string())


def _clean(table: pa.Table) -> pa.Table:
    """Tokens that must not be null have their word for unknown; the sum's source goes with the sum."""
    place = table.schema.get_field_index("ownership_status")
    return table.set_column(place, "ownership_status", table["ownership_status"].fill_null("unknown"))
