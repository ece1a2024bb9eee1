"""``plan money``: what the measures of a whole run bring, cost and save, and how much of that is known.

A parcel of which a figure is not known is never counted as nothing: it widens the range and is counted apart. Parcels
are fetched and added up many at a time, those of one rule together, so that memory does not grow with the county.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Date, and_, false, literal, select

from gisreg.db.models import Plan
from gisreg.planning.clock.joining import with_clock
from gisreg.planning.comparing import run_named
from gisreg.planning.compile import CompiledRules, compile_rules
from gisreg.planning.facts import MU_PER_M2, land_area
from gisreg.planning.formula import INFINITE, Range
from gisreg.planning.formula_arrays import Floats, Ranges, values
from gisreg.planning.money import Figure, Sum, facts_needed, parameters_as_ranges, read_sums, unknown_range
from gisreg.planning.recorded import known_before
from gisreg.planning.ruleset import MoneyRule, read_ruleset
from gisreg.planning.seeing import instant_of, term_of
from gisreg.planning.stored import labels_of
from gisreg.text import Language, Text
from gisreg.vocab import Label

Json = dict[str, Any]
AT_A_TIME = 20_000
"""Parcels fetched and added up at once."""
BEFORE = 4
"""Columns before those of the facts: rule, decided label and measure, area."""
DECISIONS_STAND = ("accepted", "proposed")
"""Runs in which people's decisions of today count; one that was superseded is told as its rules had it."""
EFFECTS = {
    "income": Text("收入", "income"), "cost": Text("支出", "cost"), "waiting": Text("再等的代价", "cost of waiting"),
}  # fmt: skip
PER = {"once": Text("一次", "once"), "year": Text("每年", "a year")}
HEADINGS = (
    Text("处置建议", "Label"), Text("措施", "Measure"), Text("宗数", "Parcels"), Text("面积(亩)", "Area (mu)"),
    Text("面积不明(宗)", "No area"), Text("款项", "Sum"), Text("性质", "Effect"), Text("周期", "Per"),
    Text("已知(宗)", "Known"), Text("已知合计(万元)", "Known sum (10,000 yuan)"), Text("不明(宗)", "Unknown"),
    Text("至少(万元)", "At least"), Text("至多(万元)", "At most"),
)  # fmt: skip
NO_SUM = Text("规则集没有其款项", "no sum in the rule set")


@dataclass
class Amount:
    """One sum over the parcels of a measure."""

    rule: MoneyRule
    parcels: int = 0
    known_parcels: int = 0
    known: float = 0.0
    """Of those parcels for which it is exact."""
    low: float = 0.0
    high: float = 0.0

    def add(self, amounts: Ranges) -> None:
        """Count parcels in; one without any figure bounds nothing."""
        exact = amounts.exact
        self.parcels += len(exact)
        self.known_parcels += int(exact.sum())
        self.known += float(amounts.low[exact].sum())
        self.low += float(np.where(amounts.nothing, -INFINITE, amounts.low).sum())
        self.high += float(np.where(amounts.nothing, INFINITE, amounts.high).sum())

    @property
    def figure(self) -> Figure:
        """The whole of it, as the figure of one parcel is told."""
        nothing = Text("", "")
        return Figure(self.rule, Range(self.low, self.high), nothing, nothing, ())

    def as_json(self) -> Json:
        """For machines: ``low`` and ``high`` are null where nothing bounds it, ``known`` where no parcel's is known."""
        told = self.figure.as_json()
        named = {name: told[name] for name in ("id", "title", "effect", "per", "unit", "form", "low", "high", "said")}
        return {
            **named, "formula": self.rule.formula, "basis": self.rule.basis, "confirmed": self.rule.confirmed,
            "parcels": self.parcels, "known_parcels": self.known_parcels,
            "unknown_parcels": self.parcels - self.known_parcels,
            "known": round(self.known, 2) if self.known_parcels else None,
        }  # fmt: skip


@dataclass
class Measured:
    """The parcels of one label and measure."""

    label: Label
    measure: str
    title: Text
    parcels: int = 0
    area_mu: float = 0.0
    area_unknown: int = 0
    amounts: dict[str, Amount] = field(default_factory=dict)

    def add(self, areas_mu: Floats) -> None:
        """Count parcels in."""
        unknown = np.isnan(areas_mu)
        self.parcels += len(areas_mu)
        self.area_unknown += int(unknown.sum())
        self.area_mu += float(areas_mu[~unknown].sum())

    def as_json(self) -> Json:
        """For machines."""
        return {
            "label": str(self.label), "label_title": self.label.titles._asdict(), "measure": self.measure,
            "measure_title": self.title._asdict(), "parcels": self.parcels, "area_mu": round(self.area_mu, 2),
            "area_unknown": self.area_unknown, "money": [one.as_json() for one in self.amounts.values()],
        }  # fmt: skip


@dataclass(frozen=True)
class MoneyTable:
    """A run in money."""

    run_id: int
    ruleset: str
    as_of: date
    rows: list[Measured]
    """By label in the order of the cascade, then the largest measure first."""

    def as_json(self) -> Json:
        """For machines."""
        return {
            "run_id": self.run_id, "ruleset": self.ruleset, "as_of": self.as_of.isoformat(),
            "items": [row.as_json() for row in self.rows], "totals": self.totals(),
        }  # fmt: skip

    def totals(self) -> list[Json]:
        """What is got, spent and lost in all: once and a year apart, for they cannot be added."""
        told = []
        for effect in EFFECTS:
            for per in PER:
                sums = [one for row in self.rows for one in row.amounts.values()
                        if (one.rule.effect, one.rule.per) == (effect, per)]  # fmt: skip
                if sums:
                    told.append(_total(effect, per, sums))
        return told


def _total(effect: str, per: str, sums: list[Amount]) -> Json:
    whole = Amount(sums[0].rule)
    for one in sums:
        whole.parcels, whole.known_parcels = whole.parcels + one.parcels, whole.known_parcels + one.known_parcels
        whole.known, whole.low, whole.high = whole.known + one.known, whole.low + one.low, whole.high + one.high
    told = whole.as_json()
    wanted = ("unit", "form", "low", "high", "said", "parcels", "known_parcels", "unknown_parcels", "known")
    return {"effect": effect, "per": per, **{name: told[name] for name in wanted}}


def money_of_run(connection: Connection, county_code: str, run_id: int | None = None) -> MoneyTable:
    """What the run's measures come to, by the facts that it saw; by default the run in force.

    In the run in force, and in one proposed, a measure that people decided on stands in place of the rules'; so two
    runs with the same labels come to the same, and decisions outlive the acceptance of the proposal.

    Raises:
        RunUnknown, NoAcceptedRun.
    """
    run = run_named(connection, county_code, run_id)
    loaded = read_ruleset(run["ruleset_toml"], f"plan_run {run['id']}")
    instant, day = instant_of(run), run["as_of"]
    compiled = compile_rules(loaded, with_clock(known_before(instant), day, instant), literal(day, Date()))
    sums = read_sums(loaded, compiled.names)
    facts = facts_needed(sums)
    found = connection.execution_options(yield_per=AT_A_TIME).execute(_query(compiled, run, facts))
    rows: dict[tuple[str, str], Measured] = {}
    for some in found.partitions(AT_A_TIME):
        _add_up(compiled, sums, facts, some, rows)
    order = {str(label): place for place, label in enumerate(Label)}
    in_order = sorted(rows.values(), key=lambda row: (order[row.label], -row.parcels, row.measure))
    return MoneyTable(run["id"], loaded.rules.title, day, in_order)


def _query(compiled: CompiledRules, run: Mapping[str, Any], facts: Iterable[str]) -> Any:
    """A row a parcel: the rule that gave its label, what people decided, its land, the facts that money turns on."""
    target, labels, plan = compiled.target, labels_of(run["id"]), Plan.__table__
    in_force = plan.c.ended_at.is_(None) if run["status"] in DECISIONS_STAND else false()
    return (
        select(
            labels.c.rule_no,
            plan.c.label.label("decided_label"),
            plan.c.measure.label("decided_measure"),
            (land_area(target.c) * MU_PER_M2).label("area_mu"),
            *[compiled.names[name].expression.label(f"fact:{name}") for name in facts],
        )
        .select_from(labels)
        .join(target, target.c.id == labels.c.parcel_id)
        .outerjoin(plan, and_(plan.c.parcel_id == target.c.id, in_force))
    )


def _add_up(
    compiled: CompiledRules,
    sums: tuple[Sum, ...],
    facts: Sequence[str],
    found: Sequence[Sequence[Any]],
    rows: dict[tuple[str, str], Measured],
) -> None:
    """Some parcels into the rows, those with one rule and one decision together."""
    alike: dict[tuple[int, str | None, str | None], list[int]] = {}
    for place, one in enumerate(found):
        alike.setdefault((one[0], one[1], one[2]), []).append(place)
    areas = np.array([one[3] for one in found], dtype=np.float64)
    known = {
        name: Ranges.of([one[place] for one in found], unknown_range(name)) for place, name in enumerate(facts, BEFORE)
    }
    parameters = parameters_as_ranges(compiled.loaded)
    for (rule_no, decided_label, decided_measure), places in alike.items():
        rule, wanted = compiled.rules[rule_no - 1].rule, np.array(places)
        label, measure = decided_label or str(rule.label), decided_measure or rule.measure
        row = rows.get((label, measure)) or rows.setdefault((label, measure), _row(compiled, label, measure))
        row.add(areas[wanted])
        for each in (each for each in sums if each.concerns(rule.kind, measure)):
            given = {
                name: known[name].some(wanted) if name in known else Ranges.all_of(parameters[name], len(wanted))
                for name in each.formula.names
            }
            amount = row.amounts.setdefault(each.rule.id, Amount(each.rule))
            amount.add(values(each.formula, given, len(wanted)))


def _row(compiled: CompiledRules, label: str, measure: str) -> Measured:
    words = compiled.loaded.rules.measures.get(measure)
    return Measured(term_of(Label, label), measure, words.text if words else Text(measure, measure))


def table_of(table: MoneyTable, language: Language) -> Iterator[list[Any]]:
    """A line a measure and sum, in the order of :data:`HEADINGS`; what is not known stays empty."""
    for row in table.rows:
        told = row.as_json()
        heading = [
            row.label.titles.say(language), row.title.say(language), row.parcels, told["area_mu"], row.area_unknown,
        ]  # fmt: skip
        for one in row.amounts.values():
            shown = one.as_json()
            yield [
                *heading, one.rule.title.text.say(language), EFFECTS[one.rule.effect].say(language),
                PER[one.rule.per].say(language), one.known_parcels, shown["known"], shown["unknown_parcels"],
                shown["low"], shown["high"],
            ]  # fmt: skip
        if not row.amounts:
            yield [*heading, NO_SUM.say(language), *[None] * (len(HEADINGS) - len(heading) - 1)]


def write_csv(table: MoneyTable, path: Path, language: Language) -> None:
    """The table for a spreadsheet."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([heading.say(language) for heading in HEADINGS])
        writer.writerows(table_of(table, language))
