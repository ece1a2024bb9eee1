"""``plan try``: what a rule set would do to the registry, beside the labels in force; nothing of it stays."""

import csv
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from gisreg.db import sql
from gisreg.db.engine import Actor
from gisreg.planning.comparing import moves
from gisreg.planning.run import PlanRunSummary, try_plan
from gisreg.text import Language, Text
from gisreg.vocab import Kind, Label

Json = dict[str, Any]
COLUMNS = (
    Text("宗地", "Parcel"), Text("类型", "Kind"), Text("乡镇代码", "Township"), Text("面积(公顷)", "Hectares"),
    Text("价值(万元)", "Worth (10,000 yuan)"), Text("原建议", "From"), Text("原规则", "From rule"),
    Text("将改为", "To"),
    Text("新规则", "To rule"),
)  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """What would change."""

    summary: PlanRunSummary
    moves: list[Json]
    """From which label and measure to which: parcels, hectares, worth in 10,000 yuan."""
    parcels: list[Json]
    """The parcels that change, the largest first."""

    @property
    def changed(self) -> list[Json]:
        """Moves between labels, those between measures of one label left out."""
        counts: Counter[tuple[str | None, str]] = Counter()
        for one in self.moves:
            if one["to_label"] is not None and one["from_label"] != one["to_label"]:
                counts[one["from_label"], one["to_label"]] += one["parcels"]
        ordered = sorted(counts.items(), key=lambda pair: (pair[0][0] or "~", pair[0][1]))
        return [{"from": before, "to": after, "parcels": parcels} for (before, after), parcels in ordered]

    def as_json(self) -> Json:
        """For machines."""
        return {**asdict(self.summary), "changed": self.changed, "moves": self.moves, "parcels_changed": self.parcels}


def try_rules(
    engine: Engine, actor: Actor, county_code: str, ruleset_path: Path, *, as_of: date | None = None, first: int | None
) -> Trial:
    """Label the county by a rule set, look at the first parcels that change (all for None), and undo it."""

    def look(connection: Connection, before: int, after: int) -> tuple[list[Json], list[Json]]:
        return moves(connection, before, after), parcels_moved(connection, before, after, first)

    summary, (moved, parcels) = try_plan(engine, actor, county_code, ruleset_path, look, as_of=as_of)
    return Trial(summary, moved, parcels)


def parcels_moved(connection: Connection, before: int, after: int, first: int | None = None) -> list[Json]:
    """The parcels that one run labels or treats otherwise than another, the largest first."""
    given = {"before": before, "after": after, "first": first}
    rows = connection.execute(text(sql.load("gisreg.planning", "trial_parcels.sql")), given).mappings()
    return [_parcel(dict(row)) for row in rows]


def _parcel(row: Json) -> Json:
    """With the labels' titles; a side that has no label has none."""
    titles = {str(label): label.titles for label in Label}
    for side in ("from", "to"):
        label, zh, en = row[f"{side}_label"], row.pop(f"{side}_zh"), row.pop(f"{side}_en")
        told = {"zh": f"{titles[label].zh} · {zh}", "en": f"{titles[label].en} · {en}"} if label else None
        row[f"{side}_title"] = told
    return row


def table_of(parcels: list[Json], language: Language) -> list[list[Any]]:
    """The parcels as rows of :data:`COLUMNS`."""
    kinds = {str(kind): kind.titles.say(language) for kind in Kind}
    return [
        [
            one["parcel_code"], kinds[one["kind"]], one["township_code"], one["area_ha"], one["worth_wan"],
            (one["from_title"] or {}).get(language), one["from_rule"], (one["to_title"] or {}).get(language),
            one["to_rule"],
        ]
        for one in parcels
    ]  # fmt: skip


def write_csv(trial: Trial, path: Path, language: Language) -> None:
    """The parcels that change, for a spreadsheet."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.say(language) for column in COLUMNS])
        writer.writerows(table_of(trial.parcels, language))
