# ruff: noqa: E501 - wording and patterns stay in one piece

"""Which column is which, proposed from names and from values, each with its reason and how sure it is.

Names are looked up in the mapping; values decide where they can be nothing else (a parcel code of 19 characters), and
where a name says nothing. Areas are held against the shapes, which tells their unit.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from gisreg.columns import Meaning
from gisreg.intake.convert import NOTHING, NUMBER, day
from gisreg.intake.keys import PARCEL_CODE
from gisreg.intake.ledger.serials import day_of_serial
from gisreg.intake.ledger.words import plain
from gisreg.intake.mapping import (
    NO_HINT,
    TOWNSHIP_NAME,
    UNIT_FACTORS,
    Entry,
    FieldHint,
    Mapped,
    MappedColumn,
    amount_of,
    fitting_units,
    folded,
    target_columns,
    unit_of,
)
from gisreg.intake.mapping import Mapping as FieldMapping
from gisreg.intake.own_numbers import is_own, own_numbers_of
from gisreg.intake.source import Source
from gisreg.text import Text
from gisreg.vocab import Kind, LandUseScheme, code_list

SAMPLE_ROWS = 1000
SHOWN_SAMPLES = 3
SURE = 0.7
"""From here on a proposal is followed without being asked about."""
CERTAIN = 0.95
"""From here on values outweigh a name."""
FITTING = 0.9
"""So much of a column must look alike."""
DOUBTFUL = 0.5
BY_NAME = 0.9
AREA = "official_area_m2"
NEAR, MOSTLY_NEAR, RATIO_ROWS = 0.05, 0.8, 3
_NUMBER = re.compile(NUMBER)
_FORMS: tuple[tuple[str, re.Pattern[str], float, Text], ...] = tuple((target, re.compile(form, re.IGNORECASE), sure, why) for target, form, sure, why in (
    ("cadastral_code", r"\d{12}[GJZ][A-Z]\d{5}", 0.99, Text("值是 19 位宗地代码", "the values are parcel codes of 19 characters")),
    ("real_estate_unit_code", r"\d{12}[GJZ][A-Z]\d{5}[FLQW]\d{8}", 0.99, Text("值是 28 位不动产单元代码", "the values are real estate unit codes of 28 characters")),
    ("project_code", r"\d{4}-\d{6}-\d{2}-\d{2}-\d{6}", 0.95, Text("值是投资项目统一代码", "the values are national project codes")),
    ("supervision_no", r"\d{10}[A-Z]\d{5}(-\d+)?", 0.9, Text("值像电子监管号", "the values look like supervision numbers")),
    ("contract_no", r"[^〔\[(]*合[^〔\[(]*[〔\[(]\d{4}[〕\])]第?\d+号?", 0.8, Text("值像合同编号", "the values look like contract numbers")),
    ("approval_no", r"[^〔\[(]*[政土地批函][^〔\[(]*[〔\[(]\d{4}[〕\])]第?\d+号", 0.8, Text("值像批准文号", "the values look like numbers of approvals")),
))  # fmt: skip
_IDENTITY = re.compile(r"\d{17}[\dXx]", re.ASCII)
_NO_HOLDER = re.compile(r"产生|填报|制表|报送|上报|测绘|勘测|调查|审核|复核|监管|主管|责任|批准")
"""Offices that have to do with a file or a parcel without holding it."""
_HOLDER = re.compile(r".{2,}(公司|厂|集团|合作社|管委会|管理委员会|委员会|中心|局|村委会|经济合作社)")
_ADDRESS = re.compile(r".*(镇|乡|街道|村|路|街|大道|组|园区|开发区).*(村|路|街|号|组|侧|处|区|内|旁|北|南|东|西).*")


@dataclass(frozen=True)
class Surroundings:
    """What the registry knows of the place."""

    county: str = ""
    townships: Mapping[str, str] = field(default_factory=dict)
    """Names by code."""


NOWHERE = Surroundings()


@dataclass(frozen=True)
class Proposal:
    """What one column of a file is taken for."""

    column: str
    samples: tuple[str, ...]
    target: str | None
    unit: str | None
    sure: float
    """From 0 to 1."""
    why: Text
    sets: dict[str, str] = field(default_factory=dict)
    """What else follows, such as the scheme of a land-use code."""
    by_values: bool = False
    to: str | None = None
    """The scheme that its codes are brought to."""
    proposed: bool = False
    """Told to a mapping file that is saved: nobody asked for it."""

    @property
    def used(self) -> bool:
        """Whether it is followed."""
        return self.target is not None and self.sure >= SURE

    @property
    def title(self) -> Text:
        """What the target is called."""
        return title_of(self.target) if self.target else Text("–", "–")

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "column": self.column, "samples": list(self.samples), "target": self.target, "title": self.title._asdict(),
            "unit": self.unit, "to": self.to, "sure": round(self.sure, 2), "used": self.used, "why": self.why.zh, "why_en": self.why.en,
        }  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """The first rows of a file, column by column."""

    columns: dict[str, list[str]]
    """Filled values."""
    areas_m2: list[float | None]
    """Of the rows' shapes."""
    aligned: dict[str, list[str | None]]
    """Values row by row."""


def propose(
    source: Source, mapping: FieldMapping, kind: Kind | None = None, around: Surroundings = NOWHERE
) -> list[Proposal]:
    """A proposal for each column, in the file's order."""
    sample = take_sample(source)
    hints: Mapping[str, FieldHint] = getattr(source, "hints", {})
    called = {column.source: column.target for column in mapping.apply(source.fields, kind, hints).columns}
    numbers = _numbers(sample) if hints else own_numbers_of(mapping, source)
    pinned = {
        name: _agreed(found) if called.get(name) == found.target else found
        for name, found in _certain(sample, around, numbers)
    }
    left = [name for name in source.fields if name not in pinned]
    taken = {proposal.target for proposal in pinned.values()}
    applied = pin(mapping, [one for one in pinned.values() if one.target != PARCEL_CODE]).apply(
        [name for name in source.fields if name in left or pinned[name].target != PARCEL_CODE], kind, hints
    )
    named = {
        column.source: _by_name(column, sample, hints.get(column.source, NO_HINT))
        for column in applied.columns
        if column.source in left
    }
    taken |= {proposal.target for proposal in named.values() if proposal.used}
    proposals = []
    for name in source.fields:
        found = pinned.get(name) or named.get(name)
        if found is None or not found.used:
            guessed = _by_values(name, sample, around, mapping.apply([], kind), taken)
            found = guessed if found is None or guessed.used else found
            taken |= {found.target} if found.used else set()
        proposals.append(replace(found, to=mapping.schemes.get(found.target or "")))
    return proposals


def pin(mapping: FieldMapping, proposals: Sequence[Proposal]) -> FieldMapping:
    """The mapping with these columns settled; each stands before whatever else its name could mean."""
    entries = {
        one.target: (Entry(one.column, one.unit, dict(one.sets), own_unit=one.unit is not None), *mapping.entries.get(one.target, ()))
        for one in proposals
        if one.target
    }  # fmt: skip
    entries |= {target: known for target, known in mapping.entries.items() if target not in entries}
    schemes = {one.target: one.to for one in proposals if one.target and one.to}
    return replace(mapping, entries=entries, schemes={**mapping.schemes, **schemes})


def title_of(target: str) -> Text:
    """A target's title."""
    if target == TOWNSHIP_NAME:
        return Text("乡镇名称", "Township name")
    if target == PARCEL_CODE:
        return Text("宗地编号", "Parcel code")
    meaning: Meaning = target_columns()[target].info["meaning"]
    return meaning.title


def take_sample(source: Source) -> Sample:
    """The first rows, and the areas of their shapes."""
    columns: dict[str, list[str]] = {name: [] for name in source.fields}
    aligned: dict[str, list[str | None]] = {name: [] for name in source.fields}
    shapes: list[bytes | None] = []
    for batch in source.first(source.fields, SAMPLE_ROWS):
        shapes += batch.column(1).to_pylist()
        for at, name in enumerate(source.fields):
            values = batch.column(at + 3).to_pylist()
            aligned[name] += values
            columns[name] += [value for value in values if value is not None and value not in NOTHING]
    return Sample(columns, areas_of(shapes, source.srid), aligned)


def areas_of(shapes: Sequence[bytes | None], srid: int) -> list[float | None]:
    """In m²: as surveyed, on the ellipsoid for degrees; None where there is no polygon."""
    if not any(shapes):
        return [None] * len(shapes)
    import shapely  # noqa: PLC0415 - ledgers do without
    from numpy import errstate  # noqa: PLC0415 - ledgers do without
    from pyproj import CRS  # noqa: PLC0415

    from gisreg.intake.crs import metres_per_unit  # noqa: PLC0415

    try:
        with errstate(all="ignore"):  # coordinates without an end are refused row by row
            parsed = shapely.from_wkb(shapes, on_invalid="ignore")
    except NotImplementedError:  # curves
        return [None] * len(shapes)
    crs, factor = CRS.from_epsg(srid), metres_per_unit(srid)
    ellipsoid = crs.get_geod()
    found: list[float | None] = []
    for shape in parsed:
        if shape is None or shape.is_empty or not shape.area > 0:
            found.append(None)
        elif factor is not None:
            found.append(shape.area * factor**2)
        else:
            found.append(
                abs(ellipsoid.geometry_area_perimeter(shapely.force_2d(shape))[0])
                if crs.is_geographic and ellipsoid
                else None
            )
    return found


# -- by values


def _share(values: Sequence[str], fits: Callable[[str], bool]) -> float:
    return sum(map(fits, values)) / len(values) if values else 0.0


def _fit(values: Sequence[str], fits: Callable[[str], bool]) -> bool:
    """Whether nearly all values are of a form; looked through until too many are not."""
    misfits = 0
    for value in values:
        if not fits(value):
            misfits += 1
            if (len(values) - misfits) / len(values) < FITTING:
                return False
    return bool(values)


def _numbers(sample: Sample) -> str | None:
    """In a ledger the registry's own numbers are known whatever the column is called."""
    return next((name for name, values in sample.columns.items() if values and all(map(is_own, values))), None)


def _certain(sample: Sample, around: Surroundings, numbers: str | None) -> Iterator[tuple[str, Proposal]]:
    """Columns whose values can be one thing only; the first of each kind. ``numbers`` has the registry's own."""
    taken: set[str] = set()
    for name, values in sample.columns.items():
        found = _by_form(name, values)
        if name == numbers:
            found = _proposal(
                name,
                values,
                PARCEL_CODE,
                0.99,
                Text("值是登记库的宗地编号", "the values are the registry's own parcel codes"),
            )
        if found is None and around.townships:
            found = _by_township(name, values, around)
        if found and found.target and found.sure >= CERTAIN and found.target not in taken:
            taken.add(found.target)
            yield name, found


def _agreed(found: Proposal) -> Proposal:
    """Its name says the same."""
    why = Text(f"列名“{found.column}”;{found.why.zh}", f"its name “{found.column}”; {found.why.en}")
    return replace(found, by_values=False, why=why)


def _proposal(name: str, values: Sequence[str], target: str | None, sure: float, why: Text, **more: Any) -> Proposal:
    """``more``: unit, sets."""
    return Proposal(
        name,
        tuple(dict.fromkeys(values))[:SHOWN_SAMPLES],
        target,
        more.get("unit"),
        sure,
        why,
        more.get("sets", {}),
        by_values=True,
    )


def _by_form(name: str, values: Sequence[str]) -> Proposal | None:
    code = cache(plain)
    for target, form, sure, why in _FORMS:
        if _fit(values, lambda value, form=form: bool(form.fullmatch(code(value)))):  # type: ignore[misc] # bound now, not later
            return _proposal(name, values, target, sure, why)
    return None


def _by_township(name: str, values: Sequence[str], around: Surroundings) -> Proposal | None:
    names = {plain(one) for one in around.townships.values()}
    told = cache(lambda value: plain(value).removesuffix(".0"))
    if _fit(values, lambda value: told(value) in names):
        return _proposal(
            name, values, TOWNSHIP_NAME, 0.97, Text("值是本县乡镇名", "the values are names of the county's townships")
        )
    if _fit(values, lambda value: told(value) in around.townships):
        return _proposal(
            name,
            values,
            "township_code",
            0.97,
            Text("值是本县乡镇代码", "the values are codes of the county's townships"),
        )
    if _fit(values, lambda value: len(told(value)) == 12 and told(value)[:9] in around.townships):  # noqa: PLR2004 - digits of a village's code
        return _proposal(
            name, values, "village_code", 0.95, Text("值是本县村代码", "the values are codes of the county's villages")
        )
    return None


def _by_values(name: str, sample: Sample, around: Surroundings, mapped: Mapped, taken: "set[str | None]") -> Proposal:
    """What a column without a known name may be."""
    values = sample.columns[name]
    tries: tuple[Callable[[], Proposal | None], ...] = (
        lambda: _by_form(name, values),
        lambda: _by_township(name, values, around) if around.townships else None,
        lambda: _by_area(name, sample),
        lambda: _by_land_use(name, values, mapped),
        lambda: _by_words(name, values),
    )
    for attempt in tries:
        found = attempt()
        if found is not None:
            return (
                found
                if found.target not in taken
                else replace(
                    found,
                    target=None,
                    sure=0.0,
                    why=Text(found.why.zh + ",但已另有一列", found.why.en + ", but another column is that already"),
                )
            )
    return _proposal(name, values, None, 0.0, _what_else(values))


def _what_else(values: Sequence[str]) -> Text:
    if not values:
        return Text("整列空白", "the column is blank")
    if _fit(values, lambda value: bool(_IDENTITY.fullmatch(value))):
        return Text("像身份证号,属个人信息,不入库", "it looks like identity numbers: personal, not for the registry")
    if _fit(values, lambda value: (day(value) or day_of_serial(value)) is not None):
        return Text("值是日期,但列名没有说明是什么日期", "the values are dates, but the name does not say which")
    return Text("列名和值都看不出用途", "neither its name nor its values tell")


def _by_area(name: str, sample: Sample) -> Proposal | None:
    """Numbers that are the shapes' areas in some unit."""
    unit = area_unit(sample, name)
    if unit is None:
        return None
    why = Text(f"数值与图形面积一致(单位 {unit})", f"the numbers are the shapes' areas in {unit}")
    return _proposal(name, sample.columns[name], AREA, 0.9, why, unit=unit)


def area_unit(sample: Sample, name: str) -> str | None:
    """The unit in which a column's numbers are the areas of the shapes."""
    pairs = [
        (float(value.replace(",", "")), area)
        for value, area in zip(sample.aligned[name], sample.areas_m2, strict=True)
        if value and area and _NUMBER.match(value.replace(",", "")) and float(value.replace(",", "")) > 0
    ]
    if len(pairs) < RATIO_ROWS:
        return None
    for unit in fitting_units(AREA):
        near = [abs(value * UNIT_FACTORS[unit] / area - 1) <= NEAR for value, area in pairs]
        if sum(near) >= MOSTLY_NEAR * len(near):
            return unit
    return None


def _by_land_use(name: str, values: Sequence[str], mapped: Mapped) -> Proposal | None:
    """By the list that holds more of the codes; where both hold all, the scheme in force for the file."""
    told = [plain(value).removesuffix(".0") for value in values]
    fits = {scheme: _share(told, lambda value, scheme=scheme: value in _land_uses(scheme)) for scheme in LandUseScheme}  # type: ignore[misc] # bound now, not later
    usual = mapped.defaults.get("land_use_scheme", str(LandUseScheme.GB21010))
    best = max(fits, key=lambda scheme: (fits[scheme], scheme == usual))
    if fits[best] < FITTING or (len(set(told)) < 2 and len(told) < RATIO_ROWS):  # noqa: PLR2004 - one code alone proves little
        return None
    sure = 0.85 if sum(share >= FITTING for share in fits.values()) == 1 else 0.72
    why = Text(f"值是地类编码({best.zh})", f"the values are land-use codes ({best.en})")
    return _proposal(name, values, "land_use_code", sure, why, sets={"land_use_scheme": str(best)})


def _land_uses(scheme: LandUseScheme) -> frozenset[str]:
    return frozenset(code.code for code in code_list("land_use") if code.scheme == scheme and len(code.code) >= 4)  # noqa: PLR2004 - classes, not their groups


def _by_words(name: str, values: Sequence[str]) -> Proposal | None:
    if not _NO_HOLDER.search(name) and _fit(values, lambda value: bool(_HOLDER.fullmatch(plain(value)))):
        return _proposal(
            name, values, "holder_name", 0.75, Text("值像单位名称", "the values look like names of organisations")
        )
    if len(set(values)) > 1 and _fit(values, lambda value: bool(_ADDRESS.fullmatch(plain(value)))):
        return _proposal(name, values, "address", 0.7, Text("值像坐落", "the values look like addresses"))
    return None


# -- by names


def _by_name(column: MappedColumn, sample: Sample, hint: FieldHint) -> Proposal:
    """What the mapping says of a name, held against the values."""
    values = sample.columns[column.source]
    samples = tuple(dict.fromkeys(values))[:SHOWN_SAMPLES]
    share = _share(values, _reader(column)) if values else 1.0
    unit, why_unit = _unit(column, sample, hint)
    zh, en = f"列名“{column.source}”", f"its name “{column.source}”"
    if values and share < 1.0:
        zh, en = f"{zh};{share:.0%} 的值可用", f"{en}; {share:.0%} of its values are usable"
    sure = BY_NAME if share >= DOUBTFUL else 0.3
    why = Text(zh + (f";{why_unit.zh}" if why_unit else ""), en + (f"; {why_unit.en}" if why_unit else ""))
    return Proposal(column.source, samples, column.target, unit, sure, why, dict(column.sets))


def _reader(column: MappedColumn) -> Callable[[str], bool]:
    if column.type == "day":
        return lambda value: (day(value) or day_of_serial(value)) is not None
    if column.type in ("number", "whole"):
        return lambda value: (
            bool(_NUMBER.match(value) or _NUMBER.match(plain(value).replace(",", "")))
            or amount_of(value, column.target) is not None
        )
    if column.strict or column.type == "fact":
        return lambda value: value in column.values or folded(value) in column.values
    return lambda _value: True


def _unit(column: MappedColumn, sample: Sample, hint: FieldHint) -> tuple[str | None, Text | None]:
    """The unit of an amount and where it is from: the name, the sheet, the shapes, the mapping."""
    fitting = fitting_units(column.target)
    if not fitting:
        return None, None
    used = next(unit for unit in fitting if UNIT_FACTORS[unit] == column.factor)
    if unit_of(column.source, column.target, hint):
        return used, Text(f"列名写明单位({used})", f"the name states {used}")
    if any(unit in fitting for unit in hint.file_units):
        return used, Text(f"表上写明单位({used})", f"the sheet states {used}")
    measured = area_unit(sample, column.source) if column.target == AREA else None
    if measured:
        return measured, Text(f"数值与图形面积一致({measured})", f"the numbers are the shapes' areas in {measured}")
    return used, Text(f"按字段对照表的单位({used})", f"the mapping's unit ({used})")
