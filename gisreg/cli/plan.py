"""``gisreg plan``: the commands put together; what rules may ask, and why a parcel has its label."""

from typing import Annotated, Any

import typer

from gisreg.cli import plan_clock, plan_money, plan_people, plan_portfolio, plan_rules, plan_runs
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.columns import unit_words
from gisreg.text import Text
from gisreg.vocab import Kind, Label

app = typer.Typer(no_args_is_help=True)
app.command("portfolio")(plan_portfolio.portfolio)
plan_runs.register(app)
plan_clock.register(app)
plan_people.register(app)
plan_rules.register(app)
plan_money.register(app)

ANSWER = {"yes": Text("是", "yes"), "no": Text("否", "no"), "unknown": Text("不明", "unknown")}
GATE = {
    "holds": Text("受限", "holds"), "open": Text("不受限", "open"), "unknown": ANSWER["unknown"],
    "not_concerned": Text("与本建议无关", "says nothing of this advice"),
}  # fmt: skip
NO_FINANCE = Text("无", "none")
FLIPS, ALSO = Text("何事改变则改判", "Would flip"), Text("或", "Or")
FLIPS_SHOWN = 5
MORE_LABELS = Text("另有 {count} 项也会改判", "{count} more facts would flip the label")
MORE_MEASURES = Text("{count} 项只改措施", "{count} would change the measure only")
NO_FLIP = Text("无:没有单项事实会改判", "none: no single fact flips the label")
MEASURE_FLIPS = Text("何事改变则改措施", "Would change the measure")
LARGE, SMALL = 1_000, 1e-4
"""From here on no digits after the point are shown; below this, powers of ten are."""
SURE_OF = Text(
    "{grade}(按已试条件是否都有答案);本类规则所涉事实已知 {share}",
    "{grade} (whether each condition tried had an answer); {share} of the facts that rules of its kind ask are known",
)
"""The word and the share count other things: one the conditions up to the label, the other all facts of the kind."""
HELD = Text("(受限:{gates})", " (held: {gates})")
TO_FIND_OUT = Text("待查({facts})", "to find out ({facts})")
CONFIDENCE = {"high": Text("高", "high"), "medium": Text("中", "medium"), "low": Text("低", "low")}


@app.command()
def facts(json: JsonFlag = False) -> None:
    """由登记事实和基准日推出的事实,可用于规则 · facts that rules may use beside the queryables."""
    from gisreg.parcels.sources import Sureness  # noqa: PLC0415 - slow to import
    from gisreg.planning.factsources import derived_facts  # noqa: PLC0415

    now = context()
    items = derived_facts()
    if json:
        print_json({"items": items})
        return
    sure = {str(one): now.say(one.titles) for one in Sureness}
    headings = now.say(Text("名称|类型|含义|单位|来源|可信度", "Name|Type|Meaning|Unit|Source|How sure")).split("|")
    rows = [
        (
            one["name"], one["type"], _say_both(now, one["title"]), now.say(unit_words(one["unit"])),
            _say_both(now, one["source"]), sure[one["sureness"]],
        )
        for one in items
    ]  # fmt: skip
    print_table(headings, rows)


@app.command()
def explain(
    parcel_code: Annotated[str, typer.Argument(metavar="CODE", help="宗地编号 · parcel code")],
    run_id: Annotated[int | None, typer.Option("--run", min=1, max=2**31 - 1, help="批次 · the run")] = None,
    json: JsonFlag = False,
) -> None:
    """一宗的处置建议从何而来 · why a parcel has its label."""
    from gisreg.cli.database import open_engine  # noqa: PLC0415 - the database is slow to import
    from gisreg.db.engine import transaction  # noqa: PLC0415
    from gisreg.planning.clock.report import load_clock  # noqa: PLC0415
    from gisreg.planning.explain import explain as explanation  # noqa: PLC0415

    now = context()
    clock = load_clock(now.settings.data_dir, now.settings.home)
    with open_engine(now.settings) as engine, transaction(engine) as connection:
        why = explanation(connection, parcel_code, run_id, clock)
    if json:
        print_json(why)
    else:
        _print_explanation(now, why)


def _print_explanation(now: Context, why: dict[str, Any]) -> None:
    """The explanation for people: the answer, what holds it, then each rule tried with the values seen."""
    for title, value in _headlines(now, why):
        if value:
            print_line(f"{now.say(title)}: {value}")
    _print_gates(now, why["trace"]["gates"])
    rows = [
        (
            rule["rule"], _say(now, rule["label"], Label), _say_both(now, rule["measure_title"]),
            now.say(ANSWER[rule["result"]]) + (" ←" if rule["fired"] else ""), _values(now, rule["facts"]),
        )
        for rule in why["trace"]["rules"]
        if rule["tried"] or rule["label"] == Label.FINANCE  # finance is always tested
    ]  # fmt: skip
    headings = now.say(Text("规则|建议|措施|成立|所见事实", "Rule|Label|Measure|Holds|Facts seen")).split("|")
    print_table(headings, rows, now.say(Text("逐条判断", "Rules in the order tried")))


def _print_gates(now: Context, gates: list[dict[str, Any]]) -> None:
    """Every gate of the kind, with what it saw."""
    rows = [(_say_both(now, one["title"]), now.say(GATE[one["result"]]), _values(now, one["facts"])) for one in gates]
    headings = now.say(Text("限制|结果|所见事实", "Gate|Result|Facts seen")).split("|")
    print_table(headings, rows, now.say(Text("限制逐项", "Gates")))


def _headlines(now: Context, why: dict[str, Any]) -> list[tuple[Text, str | None]]:
    label = f"{_say_both(now, why['label_title'])} · {_say_both(now, why['measure_title'])}"
    return [
        (Text("宗地", "Parcel"), why["parcel_code"]),
        (Text("处置建议", "Label"), label + _remarks(now, why)),
        (Text("理由", "Reason"), _say_both(now, why["reason"])),
        (Text("依据", "Basis"), _say_both(now, why["basis_title"])),
        (Text("注意", "Note"), "; ".join(_say_both(now, one["what"]) for one in why["warnings"])),
        (Text("责任单位", "Responsible unit"), _say_both(now, why["agency_title"])),
        (Text("办理期限", "Due on"), why["due_on"]),
        (Text("规则", "Rule"), f"{why['rule']} · {why['ruleset']} · {why['as_of']}"),
        (Text("把握", "Confidence"), _confidence(now, why)),
        (Text("限制事项", "Blockers"), _titles(now, why["blockers"])),
        (Text("待查", "To find out"), _titles(now, why["to_find_out"])),
        (Text("融资选项", "Finance option"), _finance(now, why)),
        (Text("逐级结论", "Cascade"), "; ".join(_stage(now, stage) for stage in why["trace"]["cascade"])),
        (Text("不能融资", "Why not finance"), "; ".join(_why_not_finance(now, why["trace"]["rules"])) or None),
        (Text("其他可行", "Also open"), ", ".join(_alternative(now, other) for other in why["alternatives"])),
        *_flips(now, why["trace"]["flips"], why["measure_flip"]),
        (Text("下一时点", "Next date"), why["next_due"]),
        *_clock(now, why["clock"]),
        *[_sum(now, one) for one in why["money"]],
    ]


def _flips(now: Context, found: list[dict[str, Any]], measure: dict[str, Any] | None) -> list[tuple[Text, str | None]]:
    """The single facts that would give another label, the nearest first; then how many more there are. Where none
    would, that it is so, and what would give another measure."""
    labels = [flip for flip in found if flip["label_changes"]]
    if not labels:
        return [(FLIPS, now.say(NO_FLIP)), (MEASURE_FLIPS, _flip(now, measure) if measure else None)]
    told: list[tuple[Text, str | None]] = [(FLIPS if place == 0 else ALSO, _flip(now, flip))
                                           for place, flip in enumerate(labels[:FLIPS_SHOWN])]  # fmt: skip
    rest = ((MORE_LABELS, len(labels) - len(told)), (MORE_MEASURES, len(found) - len(labels)))
    more = [now.say(words, count=count) for words, count in rest if count]
    return [*told, (ALSO, "; ".join(more) or None)]


def _flip(now: Context, flip: dict[str, Any]) -> str:
    """The fact, from what to what, and the advice then."""
    unit = now.say(unit_words(flip["unit"]))
    sides = [_side(now, flip, side, unit) for side in ("from", "to")]
    return f"{_say_both(now, flip['title'])} {' → '.join(sides)}: {_measure(now, flip)}"


def _side(now: Context, flip: dict[str, Any], side: str, unit: str) -> str:
    """A value with its unit; a day that is not there has not come, anything else is unknown."""
    value, title = flip[side], flip[f"{side}_title"]
    if value is None and flip["type"] == "date":
        return now.say(NO_FINANCE)
    return _say_both(now, title) if title else _measured(_value(now, value), unit if value is not None else "")


def _clock(now: Context, clock: dict[str, Any]) -> list[tuple[Text, str | None]]:
    """How long it has been idle, the limits that run, and the step of the procedure that comes next."""
    shown, step = clock["clock"], clock["next_step"]
    days = shown["idle_days"] if clock["kind"] == Kind.IDLE_LAND else None
    limits = [f"{_say_both(now, one['title'])} {one['reached_on'] or '?'}" for one in clock["limits"]]
    due = step and f"{_say_both(now, step['title'])} ({_say_both(now, step['agency_title'])})"
    if step and step["due_on"]:
        due = f"{due} ≤ {step['due_on']}"
    return [
        (Text("闲置天数", "Days idle"), None if days is None else f"{days:,}"),
        (Text("期限届满次日", "Limits, over on"), "; ".join(limits)),
        (Text("程序下一步", "Next step"), due),
    ]


def _stage(now: Context, stage: dict[str, Any]) -> str:
    """A label of the cascade: possible, not, or not known."""
    return f"{_say_both(now, stage['title'])} {now.say(ANSWER[stage['possible']])}"


def _confidence(now: Context, why: dict[str, Any]) -> str:
    """The word and the share, each with what it counts."""
    return now.say(SURE_OF, grade=now.say(CONFIDENCE[why["confidence_grade"]]), share=f"{why['confidence']:.0%}")


def _finance(now: Context, why: dict[str, Any]) -> str:
    """The way of finance that is open; where that is not known, the facts that it waits for; else none."""
    if why["finance_title"]:
        return _say_both(now, why["finance_title"])
    ways = [rule for rule in why["trace"]["rules"] if rule["label"] == Label.FINANCE]
    asked = {rule["rule"] for rule in ways if rule["result"] == "unknown"}
    unknown = [fact for fact in why["to_find_out"] if asked.intersection(fact["needed_by"])]
    return now.say(TO_FIND_OUT, facts=_titles(now, unknown)) if asked else now.say(NO_FINANCE)


def _why_not_finance(now: Context, rules: list[dict[str, Any]]) -> list[str]:
    """The rule set's words for each way of finance that fails."""
    return [
        f"{_say_both(now, rule['measure_title'])}: {', '.join(_say_both(now, words) for words in rule['why_not'])}"
        for rule in rules
        if rule["label"] == Label.FINANCE and rule["why_not"]
    ]


def _sum(now: Context, one: dict[str, Any]) -> tuple[Text, str]:
    """A figure with its formula, and the same with the values seen; a fact that is the figure itself needs neither."""
    formula, filled = _say_both(now, one["formula"]), _say_both(now, one["filled"])
    seen = f" = {filled}" if " " in filled or "(" in filled else ""
    return Text(**one["title"]), f"{_say_both(now, one['said'])} = {formula}{seen}"


def _remarks(now: Context, why: dict[str, Any]) -> str:
    remarks = (
        ("decided_by_person", Text("人工确定", "decided by a person")),
        ("guidance_only", Text("民营,仅作引导", "private: guidance only")),
        ("changed_since", Text("此后资料有变,宜重新运行", "changed since: run again")),
    )
    said = [now.say(text) for key, text in remarks if why[key]]
    return f" ({'; '.join(said)})" if said else ""


def _say(now: Context, token: str, terms: type[Label]) -> str:
    return now.say(next(term.titles for term in terms if term == token))


def _say_both(now: Context, words: dict[str, str]) -> str:
    return words[now.language]


def _titles(now: Context, things: list[dict[str, Any]]) -> str:
    return ", ".join(_say_both(now, thing["title"]) for thing in things)


def _measure(now: Context, way: dict[str, Any]) -> str:
    return f"{_say(now, way['label'], Label)} · {_say_both(now, way['measure_title'])}"


def _alternative(now: Context, other: dict[str, Any]) -> str:
    """Another way out, and what would hold it."""
    held = ", ".join(_say_both(now, gate["title"]) for gate in other["blockers"])
    return _measure(now, other) + (now.say(HELD, gates=held) if held else "")


def _values(now: Context, facts: list[dict[str, Any]]) -> str:
    return "; ".join(f"{_say_both(now, fact['title'])} = {_shown(now, fact)}" for fact in facts)


def _shown(now: Context, fact: dict[str, Any]) -> str:
    value = _say_both(now, fact["value_title"]) if "value_title" in fact else _value(now, fact["value"])
    unit = now.say(unit_words(fact["unit"])) if fact["value"] is not None else ""
    return _measured(value, unit)


def _measured(value: str, unit: str) -> str:
    """A number with its unit; one that begins with a number is multiplied."""
    return f"{value} {'× ' if unit[:1].isdigit() else ''}{unit}".strip()


def _value(now: Context, value: object) -> str:
    if isinstance(value, bool):
        return now.say(ANSWER["yes" if value else "no"])
    if value is None:
        return now.say(ANSWER["unknown"])
    return _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    """Four digits that count, never fewer than those before the point; no nought with a minus sign."""
    value += 0.0
    shown = f"{value:,.0f}" if abs(value) >= LARGE else f"{value:.4g}"
    return shown if abs(value) >= SMALL or value == 0 else f"{value:.1e}"
