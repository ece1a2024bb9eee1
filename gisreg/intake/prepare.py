# ruff: noqa: E501 - wording and SQL stay in one piece
# ruff: noqa: S608 - SQL is put together from names of our own staging tables and from quoted constants only

"""The statement that judges, repairs, measures and types the raw rows of an import."""

from collections.abc import Iterable
from dataclasses import dataclass

from gisreg.db.sql import load
from gisreg.geometry import STORAGE_SRID
from gisreg.intake.convert import Converted, convert, jsonb, quoted
from gisreg.intake.mapping import TOWNSHIP_NAME, Mapped
from gisreg.intake.staging import Staging

TOWNSHIP_CODE, OFFICIAL_AREA = "township_code", "official_area_m2"
DEGREES_BOX, METRES_BOX = (-180.0, -90.0, 180.0, 90.0), (-2e8, -2e8, 2e8, 2e8)


@dataclass(frozen=True)
class Grid:
    """Squares over the county; each knows the township that it lies in wholly."""

    fineness: int
    frame: tuple[float, float, float, float]
    cells: bytes
    """By column and row: 0, or the place of a code in ``codes`` counted from 1."""
    codes: tuple[str, ...]
    """Townships; the one empty code stands for a county without townships."""

    def lookup(self, shape: str) -> str:
        """SQL: the code of the township in whose squares all corners of a shape's box lie, else NULL."""
        west, south, east, north = self.frame
        spans = {"X": (west, (east - west) / self.fineness), "Y": (south, (north - south) / self.fineness)}
        corners = {
            f"{axis}{end}": f"floor((ST_{axis}{end}({shape}) - {start!r}::float8) / {step!r}::float8)::int AS {axis}{end}"
            for axis, (start, step) in spans.items()
            for end in ("Min", "Max")
        }
        last = self.fineness - 1
        inside = (
            f"XMin >= 0 AND YMin >= 0 AND XMax <= {last} AND YMax <= {last} AND XMax - XMin <= 1 AND YMax - YMin <= 1"
        )
        cells = f"'\\x{self.cells.hex()}'::bytea"
        four = [f"get_byte(cells, {x} * {self.fineness} + {y})" for x in ("XMin", "XMax") for y in ("YMin", "YMax")]
        codes = f"ARRAY[{', '.join(quoted(code) for code in self.codes)}]::text[]"
        same = " AND ".join(f"{corner} = {four[0]}" for corner in four[1:])
        return (
            f"(SELECT CASE WHEN {inside} THEN CASE WHEN {same} THEN ({codes})[{four[0]}] END END "
            f"FROM (SELECT {', '.join(corners.values())}, {cells} AS cells OFFSET 0) AS corner)"
        )


@dataclass(frozen=True)
class Geography:
    """What the statement must know about the county and the file's CRS."""

    srid: int
    geographic: bool
    metres_per_unit: float | None
    county_bounded: bool
    township_names: dict[str, str]
    """Codes and names of townships to their codes."""
    township_polygons: tuple[str, ...]
    """Codes of those that have a polygon."""
    grid: Grid | None = None


@dataclass(frozen=True)
class Preparation:
    """Everything a loading process needs to prepare its part; plain data, so that it travels."""

    staging: Staging
    geography: Geography
    mapped: Mapped

    @property
    def sources(self) -> tuple[str, ...]:
        """The file's columns that are read, in the order of the raw table's f0, f1, …"""
        return tuple(column.source for column in self.mapped.columns)

    def stored(self, raw: str = "raw_") -> tuple[Converted, ...]:
        """The columns that the parcel stores as they are, in SQL; its township is decided by place."""
        numbered = enumerate(self.mapped.columns)
        return tuple(
            convert(c, f"{raw}{place}") for place, c in numbered if c.target not in (TOWNSHIP_NAME, TOWNSHIP_CODE)
        )

    def statement(self, part: int, *, careful: bool) -> str:
        """The INSERT for one part. The careful one survives shapes that the fast one raises on."""
        return load("gisreg.intake", "sql/prepare.sql").format(
            **self._names(part), **self._shapes(careful), **self._values()
        )

    def _names(self, part: int) -> dict[str, str]:
        names = {name: self.staging.table(name) for name in ("pieces", "extent")}
        return {
            **names,
            "rows": self.staging.rows_part(part),
            "raw": f"staging.{self.staging.raw_part(part)}",
            "square": self.geography.grid.lookup("transformed.boundary") if self.geography.grid else "NULL::text",
            "outside": "outside_county" if self.geography.county_bounded else "outside_china",
            "township_names": jsonb(self.geography.township_names),
            "township_polygons": jsonb(dict.fromkeys(self.geography.township_polygons, "")),
            "townships_known": "true" if self.geography.township_names else "false",
        }

    def _shapes(self, careful: bool) -> dict[str, str]:
        srid, factor = self.geography.srid, self.geography.metres_per_unit
        west, south, east, north = DEGREES_BOX if self.geography.geographic else METRES_BOX
        transform = _transform("clean", srid, careful)
        valid = f"(SELECT CASE WHEN ST_IsValid(b) THEN b ELSE pg_temp.careful_repair(b) END FROM (SELECT {transform} AS b OFFSET 0) AS t)"
        return {
            "srid": str(srid),
            "shape": f"pg_temp.careful_shape(r.wkb, {srid})" if careful else f"ST_GeomFromWKB(r.wkb, {srid})",
            "boundary": valid,
            "area": "pg_temp.careful_area(boundary)" if careful else "ST_Area(boundary::geography)",
            "planar": self._planar(careful),
            "unit_area": repr((factor or 1.0) ** 2),
            "west": repr(west), "south": repr(south), "east": repr(east), "north": repr(north),
        }  # fmt: skip

    def _planar(self, careful: bool) -> str:
        """In the survey's own projection; for degrees and Web Mercator in the 3° zone of the parcel's longitude."""
        factor = self.geography.metres_per_unit
        if factor is not None:
            return f"ST_Area(clean) * {factor**2!r}::float8"
        zone = "4509 + floor((ST_X(ST_Centroid(ST_Envelope(g))) + 1.5) / 3)::int"
        degrees = _transform("clean", self.geography.srid, careful)
        inside = "ST_X(ST_Centroid(ST_Envelope(g))) BETWEEN 73.5 AND 136.499"
        make = "pg_temp.careful_transform" if careful else "ST_Transform"
        return f"(SELECT CASE WHEN {inside} THEN ST_Area({make}(g, {zone})) END FROM (SELECT {degrees} AS g OFFSET 0) AS z)"

    def _values(self) -> dict[str, str]:
        stated = {
            c.target: f"r.f{i}" for i, c in enumerate(self.mapped.columns) if c.target in (TOWNSHIP_CODE, TOWNSHIP_NAME)
        }
        raws = "".join(f",\n r.f{place} AS raw_{place}" for place in range(len(self.mapped.columns)))
        conversions = "".join(f",\n {c.value} AS {c.target}" for c in self.stored("r.f"))
        targets = "".join(f", {c.target}" for c in self.stored())
        return {
            "raws": raws,
            "kept": ", ".join(
                ["row_no", "no_shape", "survey_boundary", "stated_township", *(c.target for c in self.stored())]
            ),
            "conversions": conversions,
            "targets": targets,
            "values": targets,
            "stated_township": f"coalesce({', '.join(stated.values())})" if stated else "NULL::text",
            "official_area": OFFICIAL_AREA if any(c.target == OFFICIAL_AREA for c in self.stored()) else "NULL::float8",
            "damaged": self._damaged(),
            "bad_checks": _marks((c.target, c.bad) for c in self.stored()),
            "unknown_checks": _marks((c.target, c.unknown) for c in self.stored()),
        }

    def _damaged(self) -> str:
        """Field numbers that the reader could not decode, as names of columns."""
        names = ", ".join(quoted(f"!{column.target}") for column in self.mapped.columns)
        if not names:
            return "NULL::text"
        return (
            "CASE WHEN r.damaged IS NOT NULL THEN (SELECT string_agg((ARRAY["
            f"{names}])[d::int + 1], ',') FROM unnest(string_to_array(r.damaged, ',')) AS d) END"
        )

    def swapped(self, part: int) -> str:
        """The UPDATE that finds exchanged axes among the refused."""
        names = {"rows": self.staging.rows_part(part), "extent": self.staging.table("extent")}
        return load("gisreg.intake", "sql/swapped.sql").format(**names)


def _transform(shape: str, srid: int, careful: bool) -> str:
    if srid == STORAGE_SRID:
        return shape
    return f"{'pg_temp.careful_transform' if careful else 'ST_Transform'}({shape}, {STORAGE_SRID})"


def _marks(checks: Iterable[tuple[str, str | None]]) -> str:
    return "".join(f",\n CASE WHEN {check} THEN '{target}' END" for target, check in checks if check)
