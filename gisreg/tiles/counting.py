"""What is counted instead of drawn: cells of the map, and townships.

Of each group a tile tells how many parcels there are and how much land, how much of both is left, and the advice that
holds for most of what is left. Groups are summed from sums made beforehand, or from the parcels themselves where these
are few or a reader does not see all of them.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    FromClause,
    Integer,
    Select,
    Table,
    and_,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy import Text as SqlText
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import aggregate_order_by

from gisreg.features.collections import GEOMETRY
from gisreg.geometry import STORAGE_SRID, WEB_MERCATOR_SRID
from gisreg.tiles.copying import DRAWN, LEVELS, SUM
from gisreg.tiles.grids import CELL_LEVEL, Cells
from gisreg.tiles.townships import near_units, units_today
from gisreg.tiles.wanted import Column, Wanted, bytes_of, frame_of, layer_of, mu, near, placed, point

CLUSTERS, TOTALS = "clusters", "townships"
CELLS_ACROSS = 5
"""A tile is divided into 2^5 × 2^5 cells."""
SUMMED_UP_TO = 12
"""In this matrix cells are twice as large, so that they too are there beforehand: it still holds too many parcels."""


def clusters(connection: Connection, wanted: Wanted, *, coarser: int = 0) -> bytes:
    """Cells of the map, so many levels coarser than usual."""
    matrix = wanted.tile.matrix
    level = matrix + CELLS_ACROSS if matrix > SUMMED_UP_TO else min(matrix + CELLS_ACROSS, LEVELS[-1])
    level -= coarser
    cells, source, step = wanted.tile.cells, *_source(wanted, level)
    shift = step - level
    where = _middles_in(source, cells, CELL_LEVEL - step) + wanted.rows(source)
    if source is DRAWN:
        where.append(source.c[GEOMETRY].op("&&")(near(wanted.tile)))
    else:
        where += [SUM.c.level == step, SUM.c.parcels > 0]
    place = (source.c.x.op(">>")(shift).label("cell_x"), source.c.y.op(">>")(shift).label("cell_y"))
    groups = _grouped(source, place, where)
    g = groups.c
    inside = _inside(cells, g.mean_x, g.mean_y)
    geom = placed(frame_of(wanted.tile), point(g.mean_x, g.mean_y), WEB_MERCATOR_SRID).label("geom")
    return bytes_of(connection, layer_of(CLUSTERS, select(*_told(g), geom).where(inside), numbered=False)) or b""


def _source(wanted: Wanted, level: int) -> tuple[Table, int]:
    """Where cells of a level are summed from, and the level that its places are told in."""
    ready = next((one for one in LEVELS if level <= one), None) if wanted.sums_will_do else None
    return (DRAWN, CELL_LEVEL) if ready is None else (SUM, ready)


def _middles_in(source: Table, cells: Cells, shift: int) -> list[ColumnElement[bool]]:
    """Cells that may have their middle in the tile; of single parcels, just those that do."""
    x, y = source.c.x, source.c.y
    return [
        x >= cells.x0 >> shift, x <= (cells.x1 - 1) >> shift, y >= cells.y0 >> shift, y <= (cells.y1 - 1) >> shift
    ]  # fmt: skip


def _inside(cells: Cells, x: Column, y: Column) -> ColumnElement[bool]:
    """Each group is in the one tile that its middle lies in."""
    return and_(x >= cells.x0, x < cells.x1, y >= cells.y0, y < cells.y1)


def _grouped(source: Table, place: tuple[Any, ...], where: list[ColumnElement[bool]]) -> FromClause:
    """By place and advice first, then by place: the advice of most land that is left stands for all."""
    c, single = source.c, source is DRAWN
    number: Column = literal(1) if single else c.parcels
    label = func.nullif(c.label, "")
    parts = (
        select(
            *place,
            label.label("label"),
            func.sum(number).label("n"),
            _exact(c.land_dm2).label("land"),
            func.coalesce(func.sum(number).filter(c.is_left), 0).label("left_n"),
            func.coalesce(_exact(c.land_dm2).filter(c.is_left), 0).label("left_land"),
            _exact(c.x if single else c.sum_x).label("sum_x"),
            _exact(c.y if single else c.sum_y).label("sum_y"),
        )
        .where(*where)
        .group_by(*place, label)
        .subquery("part")
    )
    p = parts.c
    keys = [p[column.name] for column in place]
    most = func.array_agg(aggregate_order_by(p.label, p.left_land.desc(), p.land.desc(), p.label))
    whole = func.sum(p.n)
    return (
        select(
            *keys,
            *(func.sum(p[name]).label(name) for name in ("n", "land", "left_n", "left_land")),
            most[1].label("label"),
            (func.sum(p.sum_x) / whole).label("mean_x"),
            (func.sum(p.sum_y) / whole).label("mean_y"),
        )
        .group_by(*keys)
        .subquery("whole")
    )


def _exact(column: Column) -> Any:
    """Whole numbers below 2^53, so the sum is exact, and ten times quicker than PostgreSQL's sum of long integers."""
    return func.sum(sql_cast(column, Double))


def _told(g: Any) -> list[Column]:
    """Nothing is none."""
    number = [sql_cast(func.coalesce(g[name], 0), Integer) for name in ("n", "left_n")]
    area = [mu(func.coalesce(g[name], 0.0)) for name in ("land", "left_land")]
    return [
        number[0].label("n"), area[0].label("area_mu"), number[1].label("left_n"), area[1].label("left_mu"), g.label,
    ]  # fmt: skip


def totals(connection: Connection, wanted: Wanted) -> bytes:
    """Townships by their boundaries; parcels of no township, or of one that is not on the map, as a point."""
    source = SUM if wanted.sums_will_do else DRAWN
    township = func.coalesce(source.c.township_code, "").label("code")
    where = [*wanted.rows(source), *([SUM.c.level == 0, SUM.c.parcels > 0] if source is SUM else [])]
    groups = _grouped(source, (source.c.county_code.label("county_code"), township), where)
    drawn = near_units(wanted)
    same = and_(groups.c.county_code == drawn.c.county_code, groups.c.code == drawn.c.code)
    polygons = select(
        drawn.c.code, drawn.c.name, drawn.c.name_en, *_told(groups.c),
        placed(frame_of(wanted.tile), drawn.c[GEOMETRY], STORAGE_SRID).label("geom"),
    ).select_from(drawn.outerjoin(groups, same))  # fmt: skip
    return (
        bytes_of(connection, layer_of(TOTALS, union_all(polygons, _placeless(wanted, groups)), numbered=False)) or b""
    )


def _placeless(wanted: Wanted, groups: FromClause) -> Select[Any]:
    """Groups whose township has no boundary, at the middle of their parcels."""
    g, unit = groups.c, units_today().alias("mapped")
    mapped = select(unit.c.id).where(unit.c.county_code == g.county_code, unit.c.code == g.code)
    no_name = sql_cast(null(), SqlText)
    return select(
        func.nullif(g.code, "").label("code"), no_name, no_name, *_told(g),
        placed(frame_of(wanted.tile), point(g.mean_x, g.mean_y), WEB_MERCATOR_SRID).label("geom"),
    ).where(_inside(wanted.tile.cells, g.mean_x, g.mean_y), ~mapped.exists())  # fmt: skip
