"""What more would cost, in words: the solver's shadow prices, the gates that keep parcels back, what is exhausted."""

from collections import defaultdict
from collections.abc import Mapping

from gisreg.planning.portfolio.model import Prices, Solution
from gisreg.planning.portfolio.sorting import SortedOut
from gisreg.planning.portfolio.supply import Supply
from gisreg.text import Text
from gisreg.vocab import Kind

MORE_BUDGET = Text(
    "资金每增加 100 万元,约可多盘活 {gain} 亩", "100 × 10,000 yuan more would bring about {gain} mu more"
)
MORE_CAPACITY = Text(
    "{unit}第 {quarter} 季度每多办 1 宗,约可多盘活 {gain} 亩",
    "one more parcel in hand at {unit} in quarter {quarter} would bring about {gain} mu more",
)
VALUE_BUDGET = Text(
    "资金每增加 100 万元,净收益约增 {gain} 万元",
    "100 × 10,000 yuan more would add about {gain} × 10,000 yuan of value",
)
VALUE_CAPACITY = Text(
    "{unit}第 {quarter} 季度每多办 1 宗,净收益约增 {gain} 万元",
    "one more parcel in hand at {unit} in quarter {quarter} would add about {gain} × 10,000 yuan of value",
)
RELEASED = Text(
    "解除“{gate}”的限制,另有 {count} 宗 {mu} 亩可以处置",
    "with “{gate}” lifted, {count} more parcels ({mu} mu) could be done",
)
LATE = Text(
    "不受已定期限约束(keep_deadlines = false),另有 {count} 宗 {mu} 亩可以处置",
    "without the deadlines of their plans (keep_deadlines = false), {count} more parcels ({mu} mu) could be done",
)
NO_MORE = Text(
    "可处置的{kind}已全部列入,任务仍差 {mu} 亩", "all {kind} that can be done is taken; {mu} mu are still missing"
)
GAP_WORDS, VALUE_WORDS = (MORE_BUDGET, MORE_CAPACITY), (VALUE_BUDGET, VALUE_CAPACITY)
LISTED_PRICES = 6
NO_GAP_MU = 0.5
"""Less than is shown."""
NOTHING = 1e-6


def advise(given: Supply, sorted_out: SortedOut, solution: Solution, units: list[str], kinds: list[Kind]) -> list[Text]:
    """With a gap: what would make it smaller. Without one: what limits the value."""
    titles = [given.loaded.rules.worded(unit) for unit in units]
    gaps = {kind: gap for kind, gap in zip(kinds, solution.gaps_mu, strict=True) if gap > NO_GAP_MU}
    if not gaps:
        return _priced(solution.value_prices, titles, VALUE_WORDS)
    advice = _priced(solution.gap_prices, titles, GAP_WORDS)
    advice += _released(given, sorted_out, gaps) + _late(given, sorted_out, gaps)
    return advice + _exhausted(sorted_out, solution, gaps)


def _priced(prices: Prices, units: list[Text], words: tuple[Text, Text]) -> list[Text]:
    """Shadow prices in words, the dearest first."""
    budget, capacity = words
    said = []
    if prices.budget > NOTHING:
        said.append(_said(budget, gain=_rounded(prices.budget * 100)))
    for (unit, quarter), price in sorted(prices.capacity.items(), key=lambda one: -one[1])[:LISTED_PRICES]:
        given = {"quarter": quarter + 1, "gain": _rounded(price)}
        said.append(
            Text(capacity.zh.format(unit=units[unit].zh, **given), capacity.en.format(unit=units[unit].en, **given))
        )
    return said


def _released(given: Supply, sorted_out: SortedOut, gaps: Mapping[Kind, float]) -> list[Text]:
    """What each gate keeps back by itself of the kinds that are short."""
    kinds = {str(kind) for kind in gaps}
    of_kind = {one.parcel_code: one.kind for one in given.candidates}
    kept: dict[str, tuple[int, float]] = {}
    for code, (reason, detail, mu) in sorted_out.aside.items():
        if reason == "held" and "," not in detail and of_kind[code] in kinds:
            count, before = kept.get(detail, (0, 0.0))
            kept[detail] = (count + 1, before + mu)
    titles = {gate.id: gate.title.text for gate in given.loaded.rules.gates}
    most = sorted(kept.items(), key=lambda one: -one[1][1])[:LISTED_PRICES]
    return [
        Text(
            RELEASED.zh.format(gate=titles[gate].zh, count=count, mu=_rounded(mu)),
            RELEASED.en.format(gate=titles[gate].en, count=count, mu=_rounded(mu)),
        )
        for gate, (count, mu) in most
    ]


def _late(given: Supply, sorted_out: SortedOut, gaps: Mapping[Kind, float]) -> list[Text]:
    """What the deadlines of approved plans keep back of the kinds that are short."""
    kinds = {str(kind) for kind in gaps}
    of_kind = {one.parcel_code: one.kind for one in given.candidates}
    areas = [
        mu for code, (reason, _, mu) in sorted_out.aside.items() if reason == "deadline" and of_kind[code] in kinds
    ]
    return [_said(LATE, count=str(len(areas)), mu=_rounded(sum(areas)))] if areas else []


def _exhausted(sorted_out: SortedOut, solution: Solution, gaps: Mapping[Kind, float]) -> list[Text]:
    """Kinds of which everything that can be done is taken."""
    available: dict[str, set[int]] = defaultdict(set)
    for option in sorted_out.options:
        available[option.candidate.kind].add(option.candidate.id)
    taken = {sorted_out.options[one.way].candidate.id for one in solution.chosen}
    return [
        Text(NO_MORE.zh.format(kind=kind.zh, mu=_rounded(gap)), NO_MORE.en.format(kind=kind.en, mu=_rounded(gap)))
        for kind, gap in gaps.items()
        if available[str(kind)] <= taken
    ]


def _said(words: Text, **values: str) -> Text:
    return Text(words.zh.format(**values), words.en.format(**values))


def _rounded(value: float) -> str:
    return f"{value:,.1f}"
