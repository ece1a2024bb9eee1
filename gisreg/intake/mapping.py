# ruff: noqa: E501 - wording and SQL stay in one piece

"""Which column of a file becomes which column of the registry: data (TOML), not code."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Date, Double, Integer
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import MappedColumn as MappedAttribute

from gisreg.columns import Meaning, unit_words
from gisreg.db.parcel_facts import ParcelFacts
from gisreg.geometry import M2_PER_HA, M2_PER_MU, M2_PER_WAN_MU
from gisreg.intake.crosswalks import former_code, land_use_crosswalk
from gisreg.intake.errors import FileMissing, MappingInvalid
from gisreg.intake.keys import PARCEL_CODE
from gisreg.intake.mapping_form import check_form
from gisreg.planning.written import Written, read_written
from gisreg.text import Text
from gisreg.vocab import SUBKINDS, Kind, LandUseScheme, code_list

UNIT_FACTORS = {
    "m2": 1.0, "mu": M2_PER_MU, "ha": M2_PER_HA, "wan_mu": M2_PER_WAN_MU, "km2": 1e6, "wan": 1.0, "yuan": 1e-4, "yi": 1e4,
}  # fmt: skip
_UNITS_IN_NAMES = {
    "亩": "mu", "公顷": "ha", "万亩": "wan_mu", "平方米": "m2", "m²": "m2", "m2": "m2", "㎡": "m2", "ha": "ha", "hm2": "ha",
    "平方公里": "km2", "km2": "km2", "万元": "wan", "元": "yuan", "亿元": "yi", "亿": "yi",
}  # fmt: skip
_CHINESE_UNITS = {"tce": ("吨标准煤", "吨标煤"), "t": ("吨",)}
_AREA_UNITS, _MONEY_UNITS = ("m2", "mu", "ha", "wan_mu", "km2"), ("wan", "yuan", "yi")
_NAME_WITH_UNIT = re.compile(r"^(?P<name>.+?)[(\[_/](?P<unit>[^()\[\]]+)[)\]]?$")
_NUMBER_WITH_UNIT = re.compile(r"^(?P<number>\d{1,15}(\.\d*)?)(?P<unit>\D+)$", re.ASCII)
BEFORE_UNITS, CUT_BYTES = "([_/", {"gbk": (9, 10), "utf-8": (8, 9, 10)}
"""What stands before a unit; of a name that was cut so many bytes are left, without half a character."""

NOT_FROM_FILES = frozenset(
    [
        "id",
        "version",
        "recorded_at",
        "recorded_by",
        "recorded_from",
        "county_code",
        "parcel_code",
        "kind",
        "state",
        "tags",
        "area_m2",
        "planar_area_m2",
        "survey_crs",
        "survey_boundary",
        "batch_id",
        "source_row",
        "source_hash",
        "boundary",
    ]
)
"""Given by the registry, measured by the database, or decided by people."""
TOWNSHIP_NAME = "township_name"
"""Not stored: it finds the township where a file has no code."""
KEY_COLUMN = "source_code"
NOT_STORED = (PARCEL_CODE, TOWNSHIP_NAME)
"""What a file's column may be without being stored: the registry's own number finds the parcel."""
FLOOR_AREA = "floor_area_m2"
VILLAGE_CODE = "village_code"
PLACES = (TOWNSHIP_NAME, "township_code", VILLAGE_CODE)
"""Columns whose codes begin with a county's."""
LAND_USE, LAND_USE_SCHEME = "land_use_code", "land_use_scheme"
PROPOSED = "proposed"
"""In a mapping file: what was taken for the column by itself, saved and not asked for by anybody."""


@dataclass(frozen=True)
class MappedColumn:
    """A column of the file and what it becomes."""

    target: str
    source: str
    type: str
    """text, number, whole, day, fact or code."""
    factor: float = 1.0
    minimum: float | None = None
    maximum: float | None = None
    values: dict[str, str] = field(default_factory=dict)
    """What stands in the file (case and width folded) to what is stored."""
    strict: bool = False
    """Nothing but the listed values may be stored."""
    sets: dict[str, str] = field(default_factory=dict)
    """What else its name tells, such as the scheme of its codes."""
    former: dict[str, str] = field(default_factory=dict)
    """How codes of places began in other years, and how they begin today."""
    yields: bool = False
    """Only fills what a parcel lacks: an area that a survey measured is no better than the one that is registered."""

    def of_today(self, text: str) -> str:
        """A code of a place as it is today."""
        for old, new in self.former.items():
            if text.startswith(old) and text.isdecimal():
                return new + text.removeprefix(old)
        return text


@dataclass(frozen=True)
class FieldHint:
    """What a file says of a column beside its name."""

    levels: tuple[str, ...] = ()
    """The lines of a header that its name was joined from, without units."""
    unit: str | None = None
    """The column's own unit."""
    file_units: tuple[str, ...] = ()
    """Units that the file states for all columns, as in 单位:亩、万元."""


NO_HINT = FieldHint()


@dataclass(frozen=True)
class Mapped:
    """A mapping applied to a file's columns."""

    columns: tuple[MappedColumn, ...]
    defaults: dict[str, str]
    unmapped: tuple[str, ...]
    translated: dict[str, Text] = field(default_factory=dict)
    """Targets whose codes are brought to another scheme, and by what."""

    def as_json(self) -> dict[str, Any]:
        """How a batch remembers it."""
        return {
            "columns": {column.target: column.source for column in self.columns},
            "defaults": self.defaults,
            "unmapped": list(self.unmapped),
        }


@dataclass(frozen=True)
class Entry:
    """One possible source name of a target."""

    name: str
    unit: str | None
    sets: dict[str, str]
    own_unit: bool = False
    """The unit is this very name's, or of a mapping given for the file: it wins over what the file states for all columns."""
    given: bool = False
    """A mapping given for the file names it: somebody wants the column to be just that."""


@dataclass(frozen=True)
class Mapping:
    """A mapping file, read."""

    entries: dict[str, tuple[Entry, ...]]
    units: dict[str, str]
    values: dict[str, dict[str, str]]
    defaults: dict[str, str]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    ignored: frozenset[str] = frozenset()
    """Columns that are not to be used, folded."""
    schemes: dict[str, str] = field(default_factory=dict)
    """Targets whose codes are to be stored in another scheme than the file's."""

    def apply(
        self,
        fields: Sequence[str],
        kind: Kind | None = None,
        hints: AnyMapping[str, FieldHint] | None = None,
        measured: Sequence[str] = (),
    ) -> Mapped:
        """Choose a source column for each target; each source column is used once.

        ``measured`` are columns whose areas follow from the boundary beside them.
        """
        hints = hints or {}
        free = {folded(name): name for name in reversed(fields) if folded(name) not in self.ignored}
        taken: dict[str, tuple[str, Entry]] = {}
        for target, entries in self.entries.items():
            found = next(((name, entry) for entry in entries if (name := _find(free, entry.name, hints))), None)
            if found:
                taken[target] = found
                del free[folded(found[0])]
        for target, name, entry in _cut_names(free, self.entries, taken):
            taken[target] = (name, entry)
            del free[folded(name)]
        columns = tuple(
            replace(
                self._column(target, source, entry, kind, hints.get(source, NO_HINT)),
                yields=source in measured and not entry.given,
            )
            for target, (source, entry) in taken.items()
        )
        used = {source for source, _ in taken.values()}
        sets = {key: value for _, entry in taken.values() for key, value in entry.sets.items() if key not in taken}
        mapped = Mapped(columns, {**self.defaults, **sets}, tuple(name for name in fields if name not in used))
        return self._in_scheme(mapped)

    def _in_scheme(self, mapped: Mapped) -> Mapped:
        """Land-use codes brought to the scheme that is asked for; those without a single counterpart are not usable."""
        wanted, now = self.schemes.get(LAND_USE), mapped.defaults.get(LAND_USE_SCHEME)
        by_target = {column.target: column for column in mapped.columns}
        if not wanted or not now or wanted == now or LAND_USE not in by_target or LAND_USE_SCHEME in by_target:
            return mapped
        column = replace(by_target[LAND_USE], values=dict(land_use_crosswalk(now, wanted)), strict=True)
        columns = tuple(column if one.target == LAND_USE else one for one in mapped.columns)
        why = Text(f"地类由 {now} 译为 {wanted}", f"land use of {now} as {wanted}")
        return replace(
            mapped, columns=columns, defaults={**mapped.defaults, LAND_USE_SCHEME: wanted}, translated={LAND_USE: why}
        )

    def _column(
        self, target: str, source: str, entry: Entry, parcel_kind: Kind | None, hint: FieldHint
    ) -> MappedColumn:
        if target in NOT_STORED:
            return MappedColumn(target, source, "text")
        column = target_columns()[target]
        kind = _type_of(column)
        own = entry.unit if entry.own_unit else None
        very = own if folded(entry.name) == folded(source) else None  # said of this very column, whatever its name says
        unit = (
            very
            or unit_of(source, target, hint)
            or own
            or _file_unit(target, hint)
            or entry.unit
            or self.units.get(target)
        )
        low, high = _limits(column)
        values, strict = self._values(target, column, parcel_kind)
        factor = UNIT_FACTORS[unit] if unit else 1.0
        return MappedColumn(target, source, kind, factor, low, high, values, strict=strict, sets=dict(entry.sets))

    def _values(self, target: str, column: "Column[Any]", kind: Kind | None) -> tuple[dict[str, str], bool]:
        meaning: Meaning = column.info["meaning"]
        given = {folded(words): value for words, value in self.values.get(target, {}).items()}
        if isinstance(column.type, Boolean):
            return {
                **dict.fromkeys(map(folded, self.yes), "true"),
                **dict.fromkeys(map(folded, self.no), "false"),
                **given,
            }, True
        if meaning.terms:
            terms = SUBKINDS[kind] if kind and target == "subkind" else tuple(meaning.terms)
            own = {folded(words): str(term) for term in terms for words in (str(term), term.zh, term.en)}
            return {**own, **{words: value for words, value in given.items() if value in terms}}, True
        if target == "land_use_code":  # titles mean different codes in the two schemes
            return {**{code.code: code.code for code in code_list("land_use")}, **given}, False
        if meaning.code_list:
            codes = code_list(meaning.code_list)
            titles = {folded(code.zh): code.code for code in reversed(codes)}
            return {**titles, **{code.code: code.code for code in codes}, **given}, False
        return given, False


def in_todays_codes(mapped: Mapped, county: str) -> Mapped:
    """Codes of places that begin as the county's did in 1999 are brought to today's."""
    change = former_code(county)
    if change is None:
        return mapped
    columns = tuple(
        replace(one, former={change.code_1999: change.code}) if one.target in PLACES else one for one in mapped.columns
    )
    why = {one.target: change.why for one in columns if one.former}
    return replace(mapped, columns=columns, translated={**mapped.translated, **why})


def folded(name: str) -> str:
    """A name for comparing: width, case and blanks aside."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).casefold()


def _find(free: AnyMapping[str, str], wanted: str, hints: AnyMapping[str, FieldHint]) -> str | None:
    """The file's column of that name, or of that name with a unit behind it, or with a group above it."""
    exact = free.get(folded(wanted))
    if exact:
        return exact
    if hints:
        return _find_in_header(free, folded(wanted), hints)
    for name, original in free.items():
        match = _NAME_WITH_UNIT.match(name)
        if match and match["name"] == folded(wanted) and match["unit"] in _UNITS_IN_NAMES:
            return original
    return None


def _cut_names(
    free: AnyMapping[str, str], entries: AnyMapping[str, tuple[Entry, ...]], taken: AnyMapping[str, Any]
) -> list[tuple[str, str, Entry]]:
    """Columns of a DBF, where a name ends after ten bytes: 约定动工日 is 约定动工日期, 批准面积( is 批准面积(亩)."""
    found: dict[str, tuple[str, str, Entry]] = {}
    for name, original in free.items():
        whole = name.rstrip("\ufffd")
        start = whole.rstrip(BEFORE_UNITS)
        if start.isascii() or not any(len(whole.encode(code, "replace")) in left for code, left in CUT_BYTES.items()):
            continue
        fitting = [
            (target, entry)
            for target, known in entries.items()
            for entry in known
            if folded(entry.name) == start or (start == whole and folded(entry.name).startswith(start))
        ]
        if len({target for target, _ in fitting}) == 1 and fitting[0][0] not in taken:
            found.setdefault(fitting[0][0], (fitting[0][0], original, fitting[0][1]))
    return list(found.values())


def _find_in_header(free: AnyMapping[str, str], wanted: str, hints: AnyMapping[str, FieldHint]) -> str | None:
    """By the lines of a header: 批准/日期 is 批准日期 before it is 日期."""
    forms: tuple[Callable[[Sequence[str]], str], ...] = ("".join, lambda levels: levels[-1])
    for form in forms:
        for original in free.values():
            levels = hints.get(original, NO_HINT).levels
            if levels and folded(form(levels)) == wanted:
                return original
    return None


def unit_of(source: str, target: str, hint: FieldHint = NO_HINT) -> str | None:
    """The unit that a column's name or header states for a target, where it is one of areas or of money as the target is."""
    match = _NAME_WITH_UNIT.match(folded(source))
    named = _UNITS_IN_NAMES.get(match["unit"]) if match else None
    fitting = fitting_units(target)
    return next((unit for unit in (hint.unit, named) if unit in fitting), None)


def fitting_units(target: str) -> tuple[str, ...]:
    """Units that a target can be stated in; none for what is no amount."""
    return _AREA_UNITS if target.endswith("_m2") else _MONEY_UNITS if target.endswith("_wan") else ()


def amount_of(text: str, target: str) -> float | None:
    """An amount that brings its own unit, as in 30.5亩 or 120 万元; None for anything else."""
    match = _NUMBER_WITH_UNIT.match(folded(text).replace(",", ""))
    unit = {**_UNITS_IN_NAMES, "万": "wan"}.get(match["unit"]) if match else None
    return float(match["number"]) * UNIT_FACTORS[unit] if match and unit in fitting_units(target) else None


def _file_unit(target: str, hint: FieldHint) -> str | None:
    """Nobody states floors in mu: 单位:亩 is about land."""
    fitting = ("m2",) if target == FLOOR_AREA else fitting_units(target)
    return next((unit for unit in hint.file_units if unit in fitting), None)


@cache
def target_columns() -> dict[str, "Column[Any]"]:
    """The parcel's columns that a file may fill."""
    declared = {name: one.column for name, one in vars(ParcelFacts).items() if isinstance(one, MappedAttribute)}
    return {name: Column(name, one.type, info=one.info) for name, one in declared.items() if name not in NOT_FROM_FILES}


def _type_of(column: "Column[Any]") -> str:
    if isinstance(column.type, SqlText):
        return "text"
    for kind, name in ((Double, "number"), (Integer, "whole"), (Date, "day"), (Boolean, "fact")):
        if isinstance(column.type, kind):
            return name
    raise TypeError(f"{column.name}: no file can fill {column.type}")


def _limits(column: "Column[Any]") -> tuple[float | None, float | None]:
    """The limits that the column's own checks declare."""
    conditions = " ".join(condition for condition, _ in column.info.get("checks", ()))
    low = re.search(rf"{column.name} >= (-?[\d.]+)", conditions)
    high = re.search(rf"{column.name} <= (-?[\d.]+)", conditions)
    return (float(low[1]) if low else None), (float(high[1]) if high else None)


def load_mapping(path: Path, base: Mapping | None = None) -> Mapping:
    """Read a mapping file; what it names comes before what ``base`` knows."""
    if not path.exists():
        raise FileMissing(str(path))
    written = read_written(path, MappingInvalid)
    check_form(written)
    columns = written.data.get("columns", {})
    for target, spec in columns.items():
        _check(target, spec, written)
    return _merged(written.data, columns, base)


def _check(target: str, spec: AnyMapping[str, Any], written: Written) -> None:
    if target not in (*NOT_STORED, *target_columns()):
        raise MappingInvalid(written.place("columns", target), detail=Text("没有此字段", "there is no such column"))
    units = [("unit", spec.get("unit"))] + [("from", e.get("unit")) for e in _listed(spec) if isinstance(e, dict)]
    for part, unit in units:
        if unit is not None and unit not in UNIT_FACTORS:
            known = ", ".join(UNIT_FACTORS)
            detail = Text(f"没有单位 {unit!r},可用 {known}", f"there is no unit {unit!r}, only {known}")
            raise MappingInvalid(written.place("columns", target, part), detail=detail)
    if "to" in spec and (target != LAND_USE or spec["to"] not in list(LandUseScheme)):
        detail = Text(f"不能译成 {spec['to']!r}", f"nothing is translated to {spec['to']!r}")
        raise MappingInvalid(written.place("columns", target, "to"), detail=detail)


def _listed(spec: AnyMapping[str, Any]) -> list[Any]:
    names = spec.get("from", [])
    return [names] if isinstance(names, str) else list(names)


def _entry(item: Any, unit: str | None, *, given: bool) -> Entry:
    if isinstance(item, str):
        return Entry(item, unit, {}, given and unit is not None, given)
    own_unit = "unit" in item or (given and unit is not None)
    wanted = given and not item.get(PROPOSED, False)
    return Entry(item["name"], item.get("unit", unit), item.get("sets", {}), own_unit, wanted)


def _merged(data: dict[str, Any], columns: dict[str, Any], base: Mapping | None) -> Mapping:
    entries: dict[str, tuple[Entry, ...]] = {}
    order = [*columns, *(target for target in [*NOT_STORED, *target_columns()] if target not in columns)]
    for target in order:
        spec = columns.get(target, {})
        own = tuple(_entry(item, spec.get("unit"), given=base is not None) for item in _listed(spec))
        always = () if base else _always(target)
        entries[target] = (*own, *always, *(base.entries.get(target, ()) if base else ()))
    booleans = data.get("booleans", {})
    values = {target: spec["values"] for target, spec in columns.items() if "values" in spec}
    older = base.values if base else {}
    return Mapping(
        entries,
        {**(base.units if base else {}), **{t: spec["unit"] for t, spec in columns.items() if "unit" in spec}},
        {**older, **{target: {**older.get(target, {}), **new} for target, new in values.items()}},
        {**(base.defaults if base else {}), **data.get("defaults", {})},
        (*(base.yes if base else ()), *booleans.get("yes", ())),
        (*(base.no if base else ()), *booleans.get("no", ())),
        frozenset(map(folded, data.get("ignore", []))) | (base.ignored if base else frozenset()),
        {**(base.schemes if base else {}), **{t: spec["to"] for t, spec in columns.items() if "to" in spec}},
    )


def _always(target: str) -> tuple[Entry, ...]:
    """A column's own name and its Chinese title."""
    if target == PARCEL_CODE:  # its names mean the file's own number too: values decide
        return ()
    if target == TOWNSHIP_NAME:
        return (Entry(target, None, {}),)
    meaning: Meaning = target_columns()[target].info["meaning"]
    return Entry(target, None, {}), Entry(meaning.title.zh, None, {}), *_with_own_unit(meaning)


def _with_own_unit(meaning: Meaning) -> tuple[Entry, ...]:
    """A title with the registry's own unit behind it, 能耗指标(吨标准煤), where no amounts in other units are known."""
    if meaning.unit is None or meaning.unit in _UNITS_IN_NAMES:
        return ()
    words = dict.fromkeys((meaning.unit, unit_words(meaning.unit).zh, *_CHINESE_UNITS.get(meaning.unit, ())))
    unit = "wan" if meaning.unit.startswith("万元") else None
    return tuple(
        Entry(f"{meaning.title.zh}{left}{word}{right}", unit, {}, own_unit=unit is not None)
        for word in words
        if word
        for left, right in ("()", "[]", "【】")
    )


def default_mapping(data_dir: Path) -> Mapping:
    """The mapping that knows the common field names."""
    return load_mapping(data_dir / "mappings" / "default.toml")
