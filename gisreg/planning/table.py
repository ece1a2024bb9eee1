"""The decision table for lawyers: each kind's rules in the order in which they are tried, in words, with their law."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Date, literal

from gisreg.db.models import Parcel
from gisreg.parcels.queryables import Queryable
from gisreg.planning import finance_label
from gisreg.planning.clock.limits import NAMES
from gisreg.planning.compile import CASCADE, CompiledRules, compile_rules
from gisreg.planning.formula import PARAMETER, SHOWN, read_formula
from gisreg.planning.ruleset import Gate, LoadedRuleSet, MoneyRule, Rule, Step
from gisreg.planning.sources import Citation, citations
from gisreg.planning.words import Wording, amount_words
from gisreg.text import Language, Text
from gisreg.vocab import LABEL_LEGEND, Kind, Label

COLUMNS: tuple[Text, ...] = (
    Text("序", "No."), Text("条件", "Condition"), Text("建议", "Label"), Text("措施", "Measure"),
    Text("理由", "Reason"), Text("依据", "Basis"), Text("责任单位", "Responsible unit"), Text("期限", "Days"),
    Text("步骤", "Steps"), Text("文书", "Documents"), Text("用途", "End use"), Text("限制事项", "Gates"),
    Text("何以不可", "Why not"),
)  # fmt: skip
GATE_COLUMNS = (
    Text("限制事项", "Gate"), Text("条件", "Condition"), Text("依据", "Basis"), Text("适用", "Concerns"),
)  # fmt: skip
PARAMETER_COLUMNS = (
    Text("参数", "Parameter"), Text("名称", "Name"), Text("数值", "Value"), Text("来源", "Source"),
    Text("确认", "Confirmed"), Text("用于", "Used by"),
)  # fmt: skip
MONEY_COLUMNS = (
    Text("资金项", "Sum"), Text("措施", "Measures"), Text("算式", "Formula"), Text("依据", "Basis"),
    Text("确认", "Confirmed"),
)  # fmt: skip
SOURCE_COLUMNS = (
    Text("依据", "Basis"), Text("内容", "Gist"), Text("文本", "Text"), Text("状态", "Status"),
    Text("被引用", "Cited by"),
)  # fmt: skip
ELSE = Text("以上均不成立", "none of the above")
STEP = Text("{no}. {step}({agency},{days})", "{no}. {step} ({agency}, {days})")
DAYS, WORKING = Text("{days} 日", "{days} days"), Text("{days} 个工作日", "{days} working days")
CONFIRMED = {True: Text("已确认", "confirmed"), False: Text("待核", "to be checked")}
AT_HAND = {True: Text("有转载文本", "a copy is at hand"), False: Text("未见文本", "not at hand")}
NO_CLAUSE = Text("无出处", "no source")
READ_FIRST = Text(
    "同一类型内自上而下逐条判断:先用、后售、再租,第一条成立的即为建议;融资一律另行测算,仅在前三者均不可行时作为建议"
    "(有不明者时如何,见参数 finance_label_when)。"
    "事实不明时条件不成立,列入待查。限制事项只暂缓办理,不改变建议。",
    "Within a kind, rules are tried from the top: use, then sell, then lease; the first that is true is the label. "
    "Finance is always tested apart and is the label only where the others are not possible (where one is unknown: "
    "parameter finance_label_when). A condition on an unknown fact is not true, and the fact is to be found out. "
    "Gates hold action and leave the label.",
)
ABOUT_GATES = Text(
    "限制事项成立时暂缓办理,不改变建议;事实不明的列入待查。",
    "A gate holds action and leaves the label; unknown facts are to be found out.",
)
ABOUT_MONEY = Text("单位万元;事实不明时给出范围或不给数。", "In 10,000 yuan; unknown facts give a range or no figure.")
ABOUT_PARAMETERS = Text(
    "县可更改;待核者为自定口径或凭记忆。", "A county may change them; those to be checked are readings or from memory."
)
ABOUT_LAW = Text(
    "法规文本为转载文本,非公报原件,适用前请律师核对。",
    "Texts are copies, not the gazette: have a lawyer check before relying on them.",
)
COMMON = Text("通用各项(见“限制事项”)", "the common ones (see Gates)")
CLOCK, ORDER = Text("闲置时钟", "the idle clock"), Text("次序", "the order")
ALL, COMMA = Text("全部", "all"), Text("、", ", ")
EXCEPT = Text("({measures}除外)", "(but not {measures})")


@dataclass(frozen=True)
class Sheet:
    """One table: a title, what to read first, the headings and the rows."""

    title: str
    remark: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    labels: tuple[str, ...] = ()
    """The label of each row, for its colour."""


@dataclass(frozen=True)
class DecisionTable:
    """The whole set as tables: one a kind, then gates, money, parameters and sources."""

    title: str
    heading: str
    remarks: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    language: Language


def decision_table(loaded: LoadedRuleSet, language: Language = "zh") -> DecisionTable:
    """Put a rule set into words."""
    return _Teller(loaded, language).table()


class _Teller:
    def __init__(self, loaded: LoadedRuleSet, language: Language) -> None:
        self.loaded, self.rules, self.language = loaded, loaded.rules, language
        self.compiled = _compiled(loaded)
        ruled = [rule for rule in loaded.rules.rules if not rule.fallback]
        self.common = [gate for gate in self.compiled.gates if all(gate.concerns(rule) for rule in ruled)]
        """Gates of every way out: told once, not in each row."""
        self.wording = Wording(loaded, _titles(self.compiled), language)

    def say(self, words: Text, **values: object) -> str:
        return words.say(self.language, **values)

    def table(self) -> DecisionTable:
        heading = self.rules.ruleset
        notes = [heading.notes.text] if heading.notes else []
        kinds = [self._kind(kind) for kind in Kind]
        sheets = (*kinds, self._gates(), self._money(), self._parameters(), self._sources())
        version = Text("版本 {v},自 {d} 起,校验值 {h}", "version {v}, from {d}, checksum {h}")
        remarks = [self.say(version, v=heading.version, d=heading.valid_from, h=self.loaded.sha256[:12])]
        if heading.based_on:
            remarks.append(self.say(Text("在 {base} 基础上修改", "changes {base}"), base=heading.based_on))
        return DecisionTable(
            self.say(Text("处置建议决策表", "Decision table of the advice")), self.say(heading.title.text),
            (*remarks, *(self.say(note) for note in (*notes, READ_FIRST))), sheets, self.language,
        )  # fmt: skip

    def _kind(self, kind: Kind) -> Sheet:
        compiled = self.compiled
        ruled = [one.rule for one in (*compiled.cascade(kind), *compiled.finance(kind), compiled.fallback(kind))]
        rows = tuple(self._rule(number, rule) for number, rule in enumerate(ruled, start=1))
        order = " → ".join(self.say(LABEL_LEGEND[label]) for label in (*CASCADE, Label.FINANCE))
        legend = self.say(Text("次序:", "Order: ")) + order
        labels = tuple(str(rule.label) for rule in ruled)
        return Sheet(self.say(kind.titles), legend, tuple(self.say(column) for column in COLUMNS), rows, labels)

    def _rule(self, number: int, rule: Rule) -> tuple[str, ...]:
        measure = self.rules.measures[rule.measure]
        own = [gate for gate in self.compiled.gates if gate.concerns(rule) and gate not in self.common]
        gates = [*([self.say(COMMON)] if self.common else []), *(self.say(gate.gate.title.text) for gate in own)]
        return (
            str(number), self.say(ELSE) if rule.when is None else self.wording.condition(rule.when),
            self.say(rule.label.titles), self.say(measure.text), self.say(rule.reason.text), self._basis(rule.basis),
            self._worded(rule.agency), "" if rule.days is None else self.say(DAYS, days=rule.days),
            "\n".join(self._step(no, step) for no, step in enumerate(measure.steps, start=1)),
            self._listed(self._worded(paper) for paper in measure.documents),
            self._listed(self.say(self.rules.end_uses[token].text) for token in rule.end_use),
            self._listed(gates), "\n".join(self._why_not(rule)),
        )  # fmt: skip

    def _step(self, number: int, step: Step) -> str:
        days = self.say(WORKING if step.counted == "working" else DAYS, days=step.days)
        return self.say(STEP, no=number, step=self.say(step.text), agency=self._worded(step.agency), days=days)

    def _why_not(self, rule: Rule) -> Iterator[str]:
        for why in rule.why_not:
            yield f"{self.wording.condition(why.when)} → {self.say(why.text)}"

    def _gates(self) -> Sheet:
        rows = tuple(
            (
                self.say(one.gate.title.text), self.wording.condition(one.gate.when), self._basis(one.gate.basis),
                self._concerns(one.gate),
            )
            for one in self.compiled.gates
        )  # fmt: skip
        return Sheet(self.say(Text("限制事项", "Gates")), self.say(ABOUT_GATES), self._headings(GATE_COLUMNS), rows)

    def _concerns(self, gate: Gate) -> str:
        kinds = [] if len(gate.kinds) == len(Kind) else [self.say(kind.titles) for kind in gate.kinds]
        labels = [self.say(label.titles) for label in gate.labels]
        measures = [self.say(self.rules.measures[token].text) for token in gate.measures]
        parts = [self._listed(part) for part in (kinds, labels, measures) if part]
        besides = self._listed(self.say(self.rules.measures[token].text) for token in gate.except_measures)
        return "\n".join([*(parts or [self.say(ALL)]), *([self.say(EXCEPT, measures=besides)] if besides else [])])

    def _money(self) -> Sheet:
        titles = _titles(self.compiled)
        rows = []
        for one in self.rules.money:
            measures = [self.say(self.rules.measures[token].text) for token in one.measures]
            formula = read_formula(one.formula).words(
                lambda name: self.say(titles[name].titles), lambda function: self.say(SHOWN[function])
            )
            confirmed = self.say(CONFIRMED[one.confirmed])
            told = (self.say(one.title.text), self._listed(measures) or self.say(ALL), formula)
            rows.append((*told, self._basis(one.basis), confirmed))
        return Sheet(self.say(Text("资金", "Money")), self.say(ABOUT_MONEY), self._headings(MONEY_COLUMNS), tuple(rows))

    def _parameters(self) -> Sheet:
        rows = tuple(
            (
                name, self.say(one.title.text), amount_words(one, self.language), one.source,
                self.say(CONFIRMED[one.confirmed]), self._listed(self._users(name)),
            )
            for name, one in self.rules.parameters.items()
        )  # fmt: skip
        return Sheet(
            self.say(Text("参数", "Parameters")), self.say(ABOUT_PARAMETERS), self._headings(PARAMETER_COLUMNS), rows
        )

    def _users(self, name: str) -> list[str]:
        wanted = f"{PARAMETER}.{name}"
        used = [(rule.rule.id, rule.used) for rule in self.compiled.rules]
        used += [(gate.gate.id, gate.used) for gate in self.compiled.gates]
        users = [self.say(CLOCK)] if name in NAMES else [self.say(ORDER)] if name == finance_label.NAME else []
        users += [thing for thing, items in used if wanted in [item.name for item in items]]
        return users + [one.id for one in self.rules.money if wanted in read_formula(one.formula).names]

    def _sources(self) -> Sheet:
        cited: dict[tuple[str, ...], list[str]] = {}
        citing: tuple[Gate | Rule | MoneyRule, ...] = (*self.rules.rules, *self.rules.gates, *self.rules.money)
        for one in citing:
            for citation in citations(one.basis):
                cited.setdefault(self._source(citation), []).append(one.id)
        rows = tuple((*source, self._listed(dict.fromkeys(users))) for source, users in sorted(cited.items()))
        return Sheet(self.say(Text("依据", "Law")), self.say(ABOUT_LAW), self._headings(SOURCE_COLUMNS), rows)

    def _source(self, cited: Citation) -> tuple[str, ...]:
        name = cited.law.zh + (cited.clause.clause if cited.clause else "") if cited.law else cited.words
        gist = cited.clause.gist if cited.clause else ""
        at_hand = self.say(AT_HAND[cited.law.at_hand]) if cited.law else ""
        status = self.say(CONFIRMED[cited.confirmed]) if cited.found else self.say(NO_CLAUSE)
        return name, gist, at_hand, status

    def _basis(self, basis: str) -> str:
        return "\n".join(self._worded(part.strip()) for part in basis.split(";"))

    def _worded(self, words: str) -> str:
        return self.say(self.rules.worded(words))

    def _listed(self, words: Iterable[str]) -> str:
        return self.say(COMMA).join(words)

    def _headings(self, columns: tuple[Text, ...]) -> tuple[str, ...]:
        return tuple(self.say(column) for column in columns)


def _compiled(loaded: LoadedRuleSet) -> CompiledRules:
    return compile_rules(loaded, Parcel.__table__, literal(loaded.rules.ruleset.valid_from, Date()))


def _titles(compiled: CompiledRules) -> Mapping[str, Queryable]:
    return {name: known.queryable for name, known in compiled.names.items()}
