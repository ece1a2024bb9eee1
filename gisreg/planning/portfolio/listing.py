"""The year's list as a file that a spreadsheet opens."""

import csv
from pathlib import Path
from typing import Any

from gisreg.planning.portfolio.answer import Portfolio
from gisreg.vocab import Kind

HEADINGS = (
    "宗地编号", "宗地名称", "类型", "乡镇代码", "面积(亩)", "去向", "措施", "责任单位", "依据", "开始季度", "完成季度",
    "支出(万元)", "计入支出(万元)", "收入(万元)", "再等一年(万元)",
)  # fmt: skip


def _cost(row: dict[str, Any]) -> float | str | None:
    """The cost, or from what to what it may be."""
    exact, low, high = (row[name] for name in ("cost_wan", "cost_low_wan", "cost_high_wan"))
    if exact is not None or (low is None and high is None):
        return exact  # type: ignore[no-any-return] # a row of JSON
    return f"{low or 0:g}–{high:g}" if high is not None else f"≥{low or 0:g}"


def write_csv(portfolio: Portfolio, path: Path) -> None:
    """One line a parcel, in Chinese; UTF-8 with the mark that spreadsheets look for. Unknown sums stay empty.

    A cost that is a range is shown as one; the column beside it has what the total counts, its upper end.
    """
    kinds = {str(kind): kind.zh for kind in Kind}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for item in portfolio.items:
            row = item.as_json(portfolio.words)
            writer.writerow([
                row["parcel_code"], row["name"], kinds[row["kind"]], row["township_code"], row["area_mu"],
                item.option.rule.label.zh, row["measure_title"]["zh"], row["agency"], row["basis"],
                row["start_quarter"], row["finish_quarter"], _cost(row), row["cost_counted_wan"], row["income_wan"],
                row["waiting_wan"],
            ])  # fmt: skip
