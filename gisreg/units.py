# ruff: noqa: E501 - wording and SQL stay in one piece

"""Counties, townships and villages: their codes, names and polygons, from any file that GDAL reads or a CSV of codes."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Connection, Engine, text

from gisreg.checks.faults import FAULTS
from gisreg.checks.policy import load_policy
from gisreg.checks.tangles import tangled
from gisreg.counties import choose_county
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.db.sql import load, run_script
from gisreg.errors import InputError
from gisreg.intake.crosswalks import todays_code
from gisreg.intake.load import actor_name, is_geographic
from gisreg.intake.opening import open_source
from gisreg.settings import Settings
from gisreg.text import Language, Text
from gisreg.vocab import UnitLevel

CODE_FIELDS = ("code", "xzqdm", "xzdm", "adcode", "towncode", "townid", "countycode", "行政区代码", "代码", "dm")
NAME_FIELDS = ("name", "xzqmc", "xzmc", "townname", "countyname", "行政区名称", "名称", "mc")
COUNTY_CODE = re.compile(r"^\d{6}$")
UNIT_CODE = re.compile(r"^[0-9A-Za-z-]{1,20}$")


class FieldsUnclear(InputError):
    """Which column holds the code or the name cannot be told."""

    what: ClassVar[Text] = Text(
        "不清楚哪个字段是{thing}(文件字段:{fields})", "which column is the {thing_en} is not clear (columns: {fields})"
    )
    mend: ClassVar[Text] = Text(
        "请用 --code-field、--name-field 指定;单个图形可用 --code、--name 直接给出",
        "name them with --code-field and --name-field; for a single shape give --code and --name",
    )


class CodeNotForOne(InputError):
    """--code for a file of several units."""

    what: ClassVar[Text] = Text(
        "--code 只适用于单个单元,文件有 {rows} 个", "--code is for a single unit; the file holds {rows}"
    )
    mend: ClassVar[Text] = Text("请改用 --code-field", "use --code-field instead")


class LevelUnknown(InputError):
    """No such level."""

    what: ClassVar[Text] = Text("没有级别 {level}", "there is no level {level}")
    mend: ClassVar[Text] = Text("请用 county、township 或 village", "use county, township or village")


class NoUnits(InputError):
    """Nothing usable in the file."""

    what: ClassVar[Text] = Text("文件中没有可用的行政区({detail})", "no usable unit in the file ({detail})")
    mend: ClassVar[Text] = Text(
        "请检查代码(代码字段或 --code)和图形", "check the codes (their column, or --code) and the shapes"
    )


@dataclass(frozen=True)
class WantedUnits:
    """What the caller asks for."""

    file: Path
    level: str
    county: str | None = None
    code_field: str | None = None
    name_field: str | None = None
    name_en_field: str | None = None
    code: str | None = None
    name: str | None = None
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class UnitRow:
    """A unit as it stands in a file."""

    row: int
    code: str
    name: str
    name_en: str | None
    wkb: bytes | None
    said: str = ""
    """The code as it stands in the file."""


@dataclass(frozen=True)
class Refusal:
    """A unit that was not taken, and why."""

    row: int
    code: str | None
    fault: str
    detail: str = ""
    """What the wording of the fault fills in."""


@dataclass
class UnitsReport:
    """What became of the file's units."""

    level: str
    counties: list[str]
    crs: str | None
    encoding: str | None
    read: int = 0
    added: int = 0
    updated: int = 0
    repaired: int = 0
    skipped: int = 0
    """Units of other counties in the same file."""
    placed_parcels: int = 0
    """Parcels that had no township and now lie in one."""
    refused: list[Refusal] = field(default_factory=list)
    translations: list[dict[str, Any]] = field(default_factory=list)
    """Codes that begin as a county's of 1999 did, and for what they were taken."""


@dataclass(frozen=True)
class Unit:
    """A unit as lists show it."""

    county_code: str
    level: str
    code: str
    name: str
    name_en: str | None
    parent_code: str | None
    has_boundary: bool
    area_m2: float | None


def import_units(settings: Settings, url: str, wanted: WantedUnits) -> UnitsReport:
    """Bring in the units of one level; those that are there already are updated."""
    if wanted.level not in list(UnitLevel):
        raise LevelUnknown(level=wanted.level)
    engine = make_engine(url, pool_size=0, application_name="gisreg units")
    try:
        crossings = load_policy(settings.data_dir, settings.home).tolerances.crossings
        return _import(engine, wanted, wanted.county or settings.county, actor_name(settings), crossings)
    finally:
        engine.dispose()


def _import(engine: Engine, wanted: WantedUnits, county: str | None, actor: str, crossings: float) -> UnitsReport:
    srid: int | None
    encoding: str | None
    if wanted.file.suffix.lower() == ".csv":
        rows, srid, encoding = list(_csv_rows(wanted)), None, "UTF-8"
    else:
        rows, srid, encoding = _shapes(wanted)
    report = UnitsReport(wanted.level, [], f"EPSG:{srid}" if srid else None, encoding, read=len(rows))
    with transaction(engine, Actor(actor, "units")) as connection:
        if wanted.level != UnitLevel.COUNTY:
            county = choose_county(connection, county)
        rows = list(_of_today(rows, wanted.level, county))
        usable = list(_untangled(list(_usable(rows, wanted.level, county, report)), crossings, report))
        report.translations = [_translation(row) for row in usable if row.said != row.code]
        if not usable:
            raise NoUnits(str(wanted.file), detail=_none_left(report))
        _stage(connection, usable, srid)
        _store(connection, wanted.level, county, report)
        if wanted.level == UnitLevel.TOWNSHIP:
            report.placed_parcels = place_parcels(connection, report.counties[0])
    return report


def _csv_rows(wanted: WantedUnits) -> Iterator[UnitRow]:
    """Codes and names without polygons."""
    with wanted.file.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(line for line in file if not line.startswith("#"))
        code, name = _chosen(wanted, table.fieldnames or [])
        for number, row in enumerate(table, 1):
            english = row.get(wanted.name_en_field) if wanted.name_en_field else None
            yield UnitRow(number, (row[code] or "").strip(), (row[name] or "").strip(), english or None, None)


def _shapes(wanted: WantedUnits) -> tuple[list[UnitRow], int, str | None]:
    """Units of a layer."""
    with open_source(wanted.file, layer=wanted.layer, crs_given=wanted.crs, encoding=wanted.encoding) as source:
        names: list[str] = []
        if wanted.code is None:
            names = list(_chosen(wanted, source.fields))
        elif source.rows > 1:
            raise CodeNotForOne(source.shown, rows=source.rows)
        wanted_fields = [*names, *([wanted.name_en_field] if wanted.name_en_field else [])]
        batches = (batch.to_pydict() for part in source.parts(1) for batch in source.batches(wanted_fields, part))
        rows = [row for batch in batches for row in _rows_of(batch, wanted, has_english=bool(wanted.name_en_field))]
        return rows, source.srid, source.encoding


def _rows_of(batch: dict[str, list[Any]], wanted: WantedUnits, *, has_english: bool) -> Iterator[UnitRow]:
    for place, row in enumerate(batch["row_no"]):
        if wanted.code is not None:
            yield UnitRow(row, wanted.code, wanted.name or wanted.code, None, batch["wkb"][place])
            continue
        code, name = batch["f0"][place] or "", batch["f1"][place] or ""
        english = batch["f2"][place] if has_english else None
        yield UnitRow(row, re.sub(r"\.0+$", "", code), name, english, batch["wkb"][place])


def _chosen(wanted: WantedUnits, fields: Sequence[str]) -> tuple[str, str]:
    """The columns of code and name: given, else by their usual names."""
    return (
        _field(wanted.code_field, CODE_FIELDS, fields, wanted.file, Text("代码", "code")),
        _field(wanted.name_field, NAME_FIELDS, fields, wanted.file, Text("名称", "name")),
    )


def _field(given: str | None, usual: Sequence[str], fields: Sequence[str], file: Path, thing: Text) -> str:
    known = {name.casefold(): name for name in reversed(fields)}
    wanted = [given] if given else list(usual)
    for name in wanted:
        if name.casefold() in known:
            return known[name.casefold()]
    raise FieldsUnclear(str(file), thing=thing.zh, thing_en=thing.en, fields="、".join(fields) or "-")


def _of_today(rows: Sequence[UnitRow], level: str, county: str | None) -> Iterator[UnitRow]:
    """Rows with the codes that they have today. Below the county only its own are: no other county's come in."""
    for row in rows:
        found = todays_code(row.code) if row.code.isdecimal() else None
        own = found is not None and (level == UnitLevel.COUNTY or county is None or found[1].code == county)
        yield replace(row, said=row.code, code=found[0] if found and own else row.code)


def _translation(row: UnitRow) -> dict[str, Any]:
    found = todays_code(row.said)
    why = found[1].why if found else Text("", "")
    return {"row": row.row, "said": row.said, "stored": row.code, "why": why.zh, "why_en": why.en}


def _usable(rows: Sequence[UnitRow], level: str, county: str | None, report: UnitsReport) -> Iterator[UnitRow]:
    """Rows with a code of the right form; of a file for a whole province only the county's own."""
    form = COUNTY_CODE if level == UnitLevel.COUNTY else UNIT_CODE
    own = county is not None and any(row.code.startswith(county) for row in rows)
    for row in rows:
        if not form.match(row.code):
            report.refused.append(Refusal(row.row, row.code or None, "bad_code"))
        elif own and county is not None and not row.code.startswith(county):
            report.skipped += 1
        else:
            yield row


def _untangled(rows: Sequence[UnitRow], allowed: float, report: UnitsReport) -> Iterator[UnitRow]:
    """Rows whose boundary does not cross itself so often that the database would be busy with it for minutes."""
    import shapely  # noqa: PLC0415 - heavy

    shapes = shapely.from_wkb([row.wkb for row in rows], on_invalid="ignore")
    found = {spot.row: spot for spot in tangled(shapes, shapely.get_num_coordinates(shapes), allowed)}
    for place, row in enumerate(rows):
        if place in found:
            report.refused.append(Refusal(row.row, row.code, found[place].fault, found[place].said))
        else:
            yield row


def _none_left(report: UnitsReport) -> Text:
    """How many were read, and one refusal of each sort, in words."""
    first = {one.fault: one for one in reversed(report.refused)}

    def said(language: Language) -> str:
        told = [FAULTS[fault].what.say(language, detail=one.detail or "-", value=one.detail or one.code or "-")
                for fault, one in first.items()]  # fmt: skip
        return ("、" if language == "zh" else ", ").join([f"{report.read} → 0", *told])

    return Text(said("zh"), said("en"))


def _stage(connection: Connection, rows: Sequence[UnitRow], srid: int | None) -> None:
    """Into a temporary table; shapes are judged and repaired by the database as parcels are."""
    run_script(connection, load("gisreg.intake", "sql/session.sql"))
    connection.execute(
        text(
            "CREATE TEMPORARY TABLE staged_unit (row_no int8, code text, name text, name_en text, wkb bytea) ON COMMIT DROP"
        )
    )
    values = [{"row": r.row, "code": r.code, "name": r.name or r.code, "en": r.name_en, "wkb": r.wkb} for r in rows]
    connection.execute(text("INSERT INTO staged_unit VALUES (:row, :code, :name, :en, :wkb)"), values)
    run_script(
        connection, load("gisreg.intake", "sql/units.sql").format(srid=srid or 4490, limits=_limits(srid or 4490))
    )


def _limits(srid: int) -> str:
    return "-180, -90, 180, 90" if is_geographic(srid) else "-2e8, -2e8, 2e8, 2e8"


def _store(connection: Connection, level: str, county: str | None, report: UnitsReport) -> None:
    for row, code, fault in connection.execute(
        text("SELECT row_no, code, fault FROM judged_unit WHERE fault IS NOT NULL")
    ):
        report.refused.append(Refusal(row, code, fault))
    if level != UnitLevel.COUNTY:
        for row, code in connection.execute(text(load("gisreg.intake", "sql/units_elsewhere.sql")), {"county": county}):
            report.refused.append(Refusal(row, code, "outside_county"))
    report.repaired = connection.scalar(text("SELECT count(*) FROM judged_unit WHERE repaired AND fault IS NULL")) or 0
    if level == UnitLevel.COUNTY:
        connection.execute(
            text(
                "INSERT INTO county (code, name, name_en) SELECT code, name, name_en FROM merged_unit "
                "ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_en = coalesce(excluded.name_en, county.name_en)"
            )
        )
    values = {"level": level, "county": county if level != UnitLevel.COUNTY else None}
    updated = connection.execute(
        text(
            "UPDATE admin_unit AS u SET name = m.name, name_en = coalesce(m.name_en, u.name_en), "
            "boundary = coalesce(m.boundary, u.boundary), area_m2 = coalesce(m.area_m2, u.area_m2) FROM merged_unit AS m "
            "WHERE u.level = :level AND u.code = m.code AND u.county_code = coalesce(:county, m.code) "
            "AND u.valid_to = 'infinity'"
        ),
        values,
    )
    added = connection.execute(
        text(
            "INSERT INTO admin_unit (county_code, level, code, name, name_en, parent_code, area_m2, boundary) "
            "SELECT coalesce(:county, m.code), :level, m.code, m.name, m.name_en, "
            "CASE :level WHEN 'township' THEN :county WHEN 'village' THEN left(m.code, 9) END, m.area_m2, m.boundary "
            "FROM merged_unit AS m WHERE NOT EXISTS (SELECT FROM admin_unit AS u WHERE u.level = :level AND u.code = m.code "
            "AND u.county_code = coalesce(:county, m.code) AND u.valid_to = 'infinity')"
        ),
        values,
    )
    report.updated, report.added = updated.rowcount, added.rowcount
    report.counties = (
        [county]
        if values["county"] and county
        else list(connection.scalars(text("SELECT code FROM merged_unit ORDER BY code")))
    )


def place_parcels(connection: Connection, county: str) -> int:
    """Parcels whose township was unknown are given the one in which most of them lies (rules §4)."""
    return connection.execute(
        text(
            "UPDATE parcel AS p SET township_code = found.code FROM (SELECT q.id, t.code FROM parcel AS q "
            "CROSS JOIN LATERAL (SELECT u.code FROM admin_unit AS u WHERE u.county_code = q.county_code "
            "AND u.level = 'township' AND u.valid_to = 'infinity' AND ST_Intersects(u.boundary, q.boundary) "
            "ORDER BY ST_Area(ST_Intersection(u.boundary, q.boundary)) DESC, u.code LIMIT 1) AS t "
            "WHERE q.county_code = :county AND q.township_code IS NULL AND q.boundary IS NOT NULL) AS found "
            "WHERE p.id = found.id"
        ),
        {"county": county},
    ).rowcount


def list_units(
    connection: Connection, county: str | None = None, level: str | None = None, as_of: date | None = None
) -> list[Unit]:
    """The units that are valid now, or were at the end of that day."""
    found = connection.execute(
        text(
            "SELECT county_code, level, code, name, name_en, parent_code, boundary IS NOT NULL, area_m2 FROM admin_unit "
            "WHERE CASE WHEN CAST(:as_of AS date) IS NULL THEN valid_to = 'infinity' "
            "ELSE valid_from <= :as_of AND valid_to > :as_of END AND (CAST(:county AS text) IS NULL OR county_code = :county) "
            "AND (CAST(:level AS text) IS NULL OR level = :level) "
            "ORDER BY county_code, array_position(ARRAY['county', 'township', 'village'], level), code"
        ),
        {"county": county, "level": level, "as_of": as_of},
    )
    return [Unit(*row) for row in found]
