# ruff: noqa: E501 - wording and SQL stay in one piece

"""An import from end to end: open, stage in parallel, decide, load in one transaction, report."""

import getpass
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, text

from gisreg.aside import aside
from gisreg.batches.sources import taking
from gisreg.checks.nearby import near_pairs
from gisreg.checks.policy import load_policy
from gisreg.counties import choose_county
from gisreg.days import today
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.db.errors import translated
from gisreg.db.sql import load
from gisreg.db.statistics import refresh_statistics
from gisreg.geometry import CHINA_BOX
from gisreg.intake import registering
from gisreg.intake.crs import metres_per_unit
from gisreg.intake.errors import CrsUnknown, KindUnknown
from gisreg.intake.guessing import guesses, told
from gisreg.intake.mapping import Mapped, Mapping, default_mapping, in_todays_codes, load_mapping
from gisreg.intake.opening import open_source
from gisreg.intake.own_numbers import with_own_numbers
from gisreg.intake.parallel import Team
from gisreg.intake.prepare import Geography, Preparation
from gisreg.intake.proposing import Surroundings, pin
from gisreg.intake.registering import M_PER_DEGREE_OF_LONGITUDE
from gisreg.intake.report import Report
from gisreg.intake.rows import Judging, raw_columns
from gisreg.intake.source import Source
from gisreg.intake.sources import townships
from gisreg.intake.squares import squares_of
from gisreg.intake.staging import Staging, create_parts, create_rows, staging_area
from gisreg.intake.worker import Loaded, Task
from gisreg.settings import Settings
from gisreg.vocab import Kind

if TYPE_CHECKING:
    from gisreg.intake.comparing import Agree

PARTS_FROM_ROWS = 20_000

Progress = Callable[[int, int], None]
"""Called with rows done and rows in all."""


@dataclass(frozen=True)
class Wanted:
    """What the caller asks for."""

    file: Path
    kind: str
    county: str | None = None
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    mapping: Path | None = None
    dry_run: bool = False
    rows: str | None = None
    """The rows to load, as :func:`gisreg.intake.chosen.chosen_rows` writes them; all where None."""
    compare: bool = False
    """Whether a dry run also tells what would become of each parcel."""
    agree: "Agree | None" = None
    """Looks at the comparison of the whole file before anything is kept; ``compare`` is to be asked for too."""
    strict: bool = False
    """Whether one refused row is enough to load none."""


def import_parcels(
    settings: Settings,
    url: str,
    wanted: Wanted,
    progress: Progress = lambda _done, _all: None,
    team: Team | None = None,
) -> Report:
    """Import one layer of one file into the registry at ``url``; all of it or nothing.

    A caller who has threads or connections of their own makes the ``team`` of processes before them.
    """
    if team is None:
        with Team(settings.load_workers, wanted.file) as own:
            return import_parcels(settings, url, wanted, progress, own)
    kind = known_kind(wanted.kind)
    mapping = chosen_mapping(settings, wanted.mapping)
    engine = make_engine(url, pool_size=0, application_name="gisreg import")
    try:
        with transaction(engine) as connection:
            county = choose_county(connection, wanted.county or settings.county)
            around = Surroundings(county, townships(connection, county))
        with (
            aside("import-statistics") as statistics,  # while the throwaway tables go
            open_source(wanted.file, layer=wanted.layer, crs_given=wanted.crs, encoding=wanted.encoding) as opened,
            taking(wanted.file, settings.home if settings.keep_sources and not wanted.dry_run else None) as taken,
            staging_area(engine) as staging,
        ):
            with aside("import-place") as place:  # while columns are looked at here
                placing = place(_placed, engine, staging, opened, county)
                guessed = [] if wanted.mapping else guesses(opened, mapping, kind, around)
                source = replace(opened, notes=(*opened.notes, *told(guessed)))
                known = with_own_numbers(pin(mapping, guessed), source)
                mapped = in_todays_codes(known.apply(source.fields, kind, measured=source.measured), county)
            preparation = _prepared(settings, staging, placing.result(), mapped)
            tasks = _tasks(url, preparation, source, settings.load_workers)
            with translated(), engine.begin() as connection:
                create_rows(connection, staging, raw_columns(mapped))
                create_parts(connection, staging, len(tasks))
            loaded = team.run(tasks, lambda done: progress(done, source.rows))
            taken.begin_copy()  # from here on the server works, and little is done here
            with aside("import-near") as near:  # while the rows' fates are decided
                paired = near(keep_near_pairs, engine, staging, loaded, reach_of(preparation))
                job = registering.Job(
                    preparation, source, county, kind, wanted.file, taken.sha256(), wanted.dry_run,
                    actor_name(settings), paired.result, taken.copied, staged_of(loaded), rows=wanted.rows, compare=wanted.compare,
                    agree=wanted.agree, strict=wanted.strict,
                )  # fmt: skip
                report = registering.register(engine, job)
            if report.batch is not None:
                statistics(refresh_statistics, engine, Actor(job.actor, "import"), report.loaded + report.repaired)
                taken.keep(settings.home, report.batch)
            return report
    finally:
        engine.dispose()


def known_kind(kind: str) -> Kind:
    """A kind by its token or its Chinese title."""
    for term in Kind:
        if kind in (str(term), term.zh):
            return term
    raise KindUnknown(kind=kind, kinds=", ".join(Kind))


def chosen_mapping(settings: Settings, path: Path | None) -> Mapping:
    """The default mapping, behind the one that the caller gives."""
    base = default_mapping(settings.data_dir)
    return load_mapping(path, base) if path else base


def actor_name(settings: Settings) -> str:
    """Who is working."""
    return settings.actor or getpass.getuser()


def _prepared(settings: Settings, staging: Staging, geography: Geography, mapped: Mapped) -> Preparation:
    policy = load_policy(settings.data_dir, settings.home)
    judging = Judging(
        geography.county, today(), policy, geography.geographic, geography.metres_per_unit or 1.0, geography.squares
    )
    return Preparation(staging, geography, mapped, judging)


def _placed(engine: Engine, staging: Staging, source: Source, county: str) -> Geography:
    """What is to be known of the county and the file's CRS, and where the county's parcels may lie."""
    with translated(), engine.begin() as connection:
        _require_crs(connection, source)
        make_place(connection, staging, county)
        return _geography(connection, source, county)


def reach_of(preparation: Preparation) -> float:
    """How near neighbours are looked for, in the units of the file's coordinates."""
    gap_m = preparation.judging.policy.tolerances.gap_m
    if preparation.geography.geographic:
        return gap_m / M_PER_DEGREE_OF_LONGITUDE
    return gap_m / preparation.judging.metres_per_unit


def staged_of(loaded: Sequence[Loaded]) -> registering.Staged:
    """What is known of the parts' rows together."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    codes = pa.chunked_array([chunk for part in loaded for chunk in part.codes.chunks], pa.string())
    given = codes.drop_null()
    return registering.Staged(
        len(codes), all_coded=len(given) == len(codes), codes_repeated=len(given.unique()) < len(given)
    )


def keep_near_pairs(engine: Engine, staging: Staging, loaded: Sequence[Loaded], reach: float) -> None:
    """A table of the row numbers of rows that lie near each other; of each pair the later row first."""
    import numpy as np  # noqa: PLC0415 - heavy

    where = np.concatenate([part.boxes for part in loaded])
    numbers = where[:, 0].astype(np.int64)
    with translated(), engine.begin() as connection:
        connection.execute(text(f"CREATE UNLOGGED TABLE {staging.pairs} (row_no int8, other_row int8)"))
        driver: Any = connection.connection.cursor()
        for ones, others in near_pairs(where[:, 1:], reach):
            pairs = np.sort(np.stack([numbers[ones], numbers[others]], -1), axis=1)
            lines = "".join(f"{later}\t{earlier}\n" for earlier, later in pairs.tolist())
            driver.copy_expert(f"COPY {staging.pairs} FROM STDIN", io.StringIO(lines))
        driver.close()


def _require_crs(connection: Connection, source: Source) -> None:
    """The database does the transforming: it must know the CRS too."""
    if not connection.scalar(text("SELECT 1 FROM spatial_ref_sys WHERE srid = :srid"), {"srid": source.srid}):
        raise CrsUnknown(source.shown, crs=f"EPSG:{source.srid}")


def make_place(connection: Connection, staging: Staging, county: str) -> None:
    """Where the county's parcels may lie, cut small."""
    west, south, east, north = CHINA_BOX
    names = {name: staging.table(name) for name in ("pieces", "extent")}
    values: dict[str, Any] = {
        "county": county, "west": west, "south": south, "east": east, "north": north,
    }  # fmt: skip
    for statement in statements("sql/place.sql", **names):
        connection.execute(text(statement), values)


def statements(name: str, **names: str) -> list[str]:
    """The single statements of a named SQL file."""
    return [part for part in load("gisreg.intake", name).format(**names).split(";\n") if part.strip()]


def _geography(connection: Connection, source: Source, county: str) -> Geography:
    units = connection.execute(
        text(
            "SELECT level, code, name, boundary IS NOT NULL FROM admin_unit "
            "WHERE county_code = :county AND valid_to = 'infinity' AND level IN ('county', 'township') ORDER BY code DESC"
        ),
        {"county": county},
    ).all()
    middle = connection.scalar(
        text(
            "SELECT ST_X(ST_Centroid(ST_SetSRID(ST_Extent(boundary), 4490))) FROM admin_unit WHERE county_code = :county "
            "AND valid_to = 'infinity' AND boundary IS NOT NULL"
        ),
        {"county": county},
    )
    towns = [(code, name, bounded) for level, code, name, bounded in units if level == "township"]
    factor, geographic = metres_per_unit(source.srid), is_geographic(source.srid)
    return Geography(
        county=county,
        srid=source.srid,
        geographic=geographic,
        metres_per_unit=factor,
        county_bounded=any(bounded for *_, bounded in units),
        township_names={key: code for code, name, _ in towns for key in (name, code)},
        township_polygons=tuple(code for code, _, bounded in towns if bounded),
        squares=squares_of(
            connection,
            county,
            source.rows,
            srid=source.srid,
            metres_per_unit=None if geographic else factor or 1.0,
        ),
        longitude=middle,
    )


def is_geographic(srid: int) -> bool:
    """Whether the CRS is in degrees."""
    from pyproj import CRS  # noqa: PLC0415 - heavy

    return bool(CRS.from_epsg(srid).is_geographic)


def _tasks(url: str, preparation: Preparation, source: Source, workers: int) -> list[Task]:
    parts = source.parts(workers if source.rows >= PARTS_FROM_ROWS else 1)
    return [Task(url, source, part, number, preparation) for number, part in enumerate(parts)]
