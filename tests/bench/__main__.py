"""``make bench``: the registry's work beside the same work done by hand, in one run; a table of ratios.

    python tests/bench [import|export|label …] [--sizes 100000,1000000] [--json FILE]

Each ``bench_NAME.py`` offers ``main(sizes) -> list[dict]``; a row names the work, its size, our seconds, the reference
and its seconds, and the limits of the specification. Nothing here is asserted: speed is shown, not tested.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).parent
COLUMNS = ("work", "n", "ours_s", "reference", "reference_s", "ratio", "limit", "memory_mb", "memory_limit_mb")


def modules() -> dict[str, Path]:
    """Benchmarks by name, in the order of the work: label needs no file, import and export do."""
    return {path.stem.removeprefix("bench_"): path for path in sorted(FOLDER.glob("bench_*.py"))}


def show(rows: Sequence[dict[str, Any]]) -> None:
    """The table; a missed limit is marked."""
    table = Table(title="gisreg bench")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in {"work", "reference"} else "right")
    for row in rows:
        table.add_row(*(_cell(row, column) for column in COLUMNS))
    Console(width=160).print(table)


def _cell(row: dict[str, Any], column: str) -> str:
    value = row.get(column)
    if value is None:
        return ""
    if column == "ratio" and row.get("limit") is not None:
        return f"{value:.2f} {'ok' if value <= row['limit'] else 'MISSED'}"
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def main() -> None:
    """Run the benchmarks that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*modules(), []], default=[*modules()])
    parser.add_argument("--sizes", default="100000,1000000", help="numbers of parcels")
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    wanted = parser.parse_args()
    sizes = [int(size) for size in wanted.sizes.split(",")]
    sys.path.insert(0, str(FOLDER))
    rows: list[dict[str, Any]] = []
    for name in wanted.names or modules():
        rows += importlib.import_module(f"bench_{name}").main(sizes)
        show(rows)
    if wanted.json:
        wanted.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
