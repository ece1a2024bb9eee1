# ruff: noqa: E501 - wording stays in one piece

"""What values give away beyond the names of their columns: followed where nobody gave a mapping, and told."""

from collections.abc import Iterator, Sequence

from gisreg.intake.keys import PARCEL_CODE
from gisreg.intake.mapping import UNIT_FACTORS, MappedColumn, Mapping
from gisreg.intake.notes import WHOLE_FILE, Note, make_kinds
from gisreg.intake.proposing import AREA, Proposal, Surroundings, propose
from gisreg.intake.source import Source
from gisreg.text import Text
from gisreg.vocab import Kind, Severity

KINDS = make_kinds(
    ("column_guessed", Severity.WARNED,
     ("“{field}”按内容认作{title_zh}({why_zh})", "“{field}” was taken for {title_en} by its values ({why_en})"),
     ("不对时请用 gisreg parcels mapping 另定字段对照", "where that is wrong, set the mapping with gisreg parcels mapping")),
    ("unit_guessed", Severity.WARNED,
     ("“{field}”没有写明单位,与图形面积相比是{unit_zh},已换算", "“{field}” states no unit; by the shapes' areas it is in {unit_en}, and was converted"),
     ("不对时请用 gisreg parcels mapping 另定单位", "where that is wrong, set the unit with gisreg parcels mapping")),
)  # fmt: skip
UNIT_TITLES = {
    "m2": Text("平方米", "m²"), "mu": Text("亩", "mu"), "ha": Text("公顷", "hectares"), "km2": Text("平方公里", "km²"),
    "wan_mu": Text("万亩", "10,000 mu"),
}  # fmt: skip


def guesses(source: Source, mapping: Mapping, kind: Kind, around: Surroundings) -> list[Proposal]:
    """Columns that their values alone give away, and the area whose unit only the shapes tell."""
    named = {
        column.source: column for column in mapping.apply(source.fields, kind, getattr(source, "hints", {})).columns
    }
    return [
        one
        for one in propose(source, mapping, kind, around)
        if one.used and one.target != PARCEL_CODE and (one.by_values or _has_other_unit(one, named))
    ]


def _has_other_unit(one: Proposal, named: dict[str, MappedColumn]) -> bool:
    column = named.get(one.column)
    return bool(one.target == AREA and one.unit and column and UNIT_FACTORS[one.unit] != column.factor)


def told(guessed: Sequence[Proposal]) -> Iterator[Note]:
    """A note for each."""
    for one in guessed:
        words: dict[str, object] = {"field": one.column}
        if one.by_values:
            words |= {
                "title_zh": one.title.zh,
                "title_en": one.title.en.lower(),
                "why_zh": one.why.zh,
                "why_en": one.why.en,
            }
        else:
            unit = UNIT_TITLES[one.unit or "m2"]
            words |= {"unit_zh": unit.zh, "unit_en": unit.en}
        yield KINDS["column_guessed" if one.by_values else "unit_guessed"].about(
            WHOLE_FILE, field=one.column, words=words
        )
