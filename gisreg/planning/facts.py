"""Facts that follow from stored ones and the as-of date: the idle clock, shares, spans. Usable in rule conditions.

Periods are counted as Civil Code arts. 200–204 say: the first day does not count, a year ends with the corresponding
day (or the month's last), and is full only when that day is over. An agreed start of 1 March 2024 makes the land idle
from 2 March 2025; one of 29 February 2024, from 1 March 2025. How many years, and how much counts as little, are
parameters of the rule set (:class:`gisreg.planning.clock.limits.Limits`). What moves the clock (an extension, a pause)
comes as columns of the target from :func:`gisreg.planning.clock.joining.with_clock`; without them nothing moves it.
:mod:`gisreg.planning.clock.reading` gives the same answers for one parcel in Python.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Double,
    FromClause,
    Integer,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
)
from sqlalchemy.sql.expression import ColumnCollection

from gisreg.filters import Known, names_of
from gisreg.parcels.queryables import Queryable, QueryableType
from gisreg.planning.clock.joining import PAUSED, RESTART
from gisreg.planning.clock.limits import NATIONAL_LIMITS, Limits
from gisreg.text import Text
from gisreg.vocab import LEFT_STATES, NOT_CLOSED_STATES, Subkind

MU_PER_M2 = 0.0015
HALTED = (Subkind.HALTED_WORKS, Subkind.HALTED_ENTERPRISE_WORKS)
"""Half-finished projects that are not completed."""

Sql = ColumnElement[Any]
Columns = ColumnCollection[str, Any]


def full_years(start: Sql, as_of: Sql) -> Sql:
    """Whole years since ``start`` that are over on ``as_of``; unknown without a start."""
    years = func.date_part("year", as_of, type_=Integer()) - func.date_part("year", start, type_=Integer())
    whole = cast(years, Integer)
    anniversary = cast(start + func.make_interval(whole), Date)
    return case((func.isfinite(start), whole - case((as_of <= anniversary, 1), else_=0)))


def full_months(start: Sql, as_of: Sql) -> Sql:
    """Whole months since ``start``, counted in the same way."""
    months = (func.date_part("year", as_of) - func.date_part("year", start)) * 12 + (
        func.date_part("month", as_of) - func.date_part("month", start)
    )
    whole = cast(months, Integer)
    monthly = cast(start + func.make_interval(0, whole), Date)
    return case((func.isfinite(start), whole - case((as_of <= monthly, 1), else_=0)))


def happened(day: Sql, as_of: Sql) -> Sql:
    """An event with a date has happened by then; one that is not on record has not, for the clock."""
    return func.coalesce(day <= as_of, False, type_=Boolean())


def share(part: Sql, whole: Sql) -> Sql:
    """A part of a whole; unknown where either is."""
    return part / func.nullif(whole, 0, type_=Double())


def begun(c: Columns, as_of: Sql) -> Sql:
    """Work has started as far as is on record, by its date, the area built on or a stop: what the clock goes by."""
    return func.coalesce(_sign_of_start(c, as_of), False, type_=Boolean())


def started(c: Columns, as_of: Sql) -> Sql:
    """Work has started. It has not where nothing is built on or the start lies ahead; unknown where there is no word of
    it. A determination is none: land is also determined idle when works have stopped (53号令 art. 2)."""
    told = or_(c.actual_start_on.is_not(None), c.started_area_m2.is_not(None))
    return func.coalesce(_sign_of_start(c, as_of), case((told, false())), type_=Boolean())


def _sign_of_start(c: Columns, as_of: Sql) -> Sql:
    return or_(c.actual_start_on <= as_of, c.started_area_m2 > 0, c.halted_on <= as_of)


def stopped_after_start(c: Columns, as_of: Sql) -> Sql:
    """Started, as far as is on record, and stopped since; unknown where there is no word of a stop."""
    return case((begun(c, as_of), c.halted_on <= as_of), else_=false())


def completed(c: Columns, as_of: Sql) -> Sql:
    """Completed, by its day, else by what kind of half-finished project it is."""
    by_kind = case({str(Subkind.COMPLETED_UNUSED): True} | {str(one): False for one in HALTED}, value=c.subkind)
    return func.coalesce(c.completed_on <= as_of, by_kind, type_=Boolean())


def start_on(c: Columns) -> Sql:
    """The agreed start that counts: that of the last agreement, else the parcel's."""
    agreed: Sql = c.agreed_start_on
    return func.coalesce(c[RESTART], agreed, type_=Date()) if RESTART in c else agreed


def stop_on(c: Columns) -> Sql:
    """The day from which a stop counts: one before the newly agreed start counts from that."""
    halted: Sql = c.halted_on
    if RESTART not in c:
        return halted
    return case((halted.is_not(None), func.greatest(halted, c[RESTART], type_=Date())))


def paused(c: Columns, since: Sql, as_of: Sql) -> Sql:
    """Days that do not count after one day up to another."""
    if PAUSED not in c:
        return literal(0, Integer())
    return case((c[PAUSED].is_(None), 0), else_=func.paused_days(c[PAUSED], since, as_of, type_=Integer()))


def counted(c: Columns, since: Sql, as_of: Sql, measure: Callable[[Sql], Sql]) -> Sql:
    """What is measured on the day that it would be if the pauses since then had not been.

    The case is told outside, so that a parcel without pauses costs no more than before.
    """
    if PAUSED not in c:
        return measure(as_of)
    out = func.paused_days(c[PAUSED], since, as_of, type_=Integer())
    return case((c[PAUSED].is_(None), measure(as_of)), else_=measure(cast(as_of - out, Date)))


def reached_on(c: Columns, since: Sql, years: int) -> Sql:
    """The first day after so many full years; unknown without a start, or while a pause has no end."""
    days = cast(since + func.make_interval(years), Date) - since + 1
    plainly = cast(since + func.make_interval(years), Date) + 1
    if PAUSED not in c:
        return plainly
    moved = func.counted_day(c[PAUSED], since, days, type_=Date())
    return case((c[PAUSED].is_(None), plainly), else_=moved)


def unstarted_full_years(c: Columns, as_of: Sql) -> Sql:
    """Full years without a start on record since the agreed day."""
    start = start_on(c)
    return case((begun(c, as_of), 0), else_=counted(c, start, as_of, lambda day: full_years(start, day)))


def halted_full_years(c: Columns, as_of: Sql) -> Sql:
    """Full years since work or production stopped; none where no stop is on record."""
    stop = stop_on(c)
    return case((happened(c.halted_on, as_of), counted(c, stop, as_of, lambda day: full_years(stop, day))), else_=0)


def little_built_or_invested(c: Columns, limits: Limits) -> Sql:
    """Less than a third of what is due built on, or under 25 % invested; a whole of nothing tells nothing."""
    return or_(
        c.started_area_m2 * limits.idle_started_part < func.nullif(c.due_area_m2, 0, type_=Double()),
        c.invested_wan < func.nullif(c.total_investment_wan, 0, type_=Double()) * limits.idle_invested_share,
    )


def _year_over(c: Columns, since: Sql, as_of: Sql, limits: Limits) -> Sql:
    """The full year is over. Cheaper than counting years."""
    return counted(c, since, as_of, lambda day: day > cast(since + func.make_interval(limits.idle_years), Date))


def idle_by_law(c: Columns, as_of: Sql, limits: Limits) -> Sql:
    """53号令 art. 2: not started a full year after the agreed day; or started too little and stopped a full year."""
    year_stopped = _year_over(c, stop_on(c), as_of, limits)
    stopped = and_(happened(c.halted_on, as_of), year_stopped, little_built_or_invested(c, limits))
    return case((begun(c, as_of), stopped), else_=_year_over(c, start_on(c), as_of, limits))


def runs_since(c: Columns, as_of: Sql) -> Sql:
    """From when the year of idleness runs: the stop of what was started, else the agreed start."""
    return case((begun(c, as_of), stop_on(c)), else_=start_on(c))


def idle_days(c: Columns, as_of: Sql, limits: Limits) -> Sql:
    """Days for which the land has been idle in law's sense; 0 while the year runs, unknown without a date."""
    since = runs_since(c, as_of)
    days = counted(c, since, as_of, lambda day: day - cast(since + func.make_interval(limits.idle_years), Date))
    return case((since.is_not(None), func.greatest(days, 0, type_=Integer())))


def paused_in_year(c: Columns, as_of: Sql) -> Sql:
    """Days taken out of the year of idleness so far."""
    return func.coalesce(paused(c, runs_since(c, as_of), as_of), 0, type_=Integer())


def reclaim_from_on(c: Columns, as_of: Sql, limits: Limits) -> Sql:
    """The first day after the full years without a start by which land can be reclaimed."""
    return case((begun(c, as_of), cast(null(), Date)), else_=reached_on(c, start_on(c), limits.reclaim_years))


def paid_in_full(c: Columns) -> Sql:
    """As stated, else by the sums."""
    return func.coalesce(c.price_paid_in_full, c.paid_wan >= c.price_wan, type_=Boolean())


@dataclass(frozen=True)
class Fact:
    """One derived fact."""

    name: str
    type: QueryableType
    titles: Text
    unit: str | None
    sql: Callable[[Columns, Sql, Limits], Sql]
    """Over columns, on a day, by the limits of the law."""
    known_by: tuple[str, ...] = ()
    """What to know instead, where that is told at less cost, or where the fact itself can become unknown again as more
    is known: that land was started on makes the agreed day idle talk, and the stop the question."""


def land_area(c: Columns) -> Sql:
    """What totals use: the official area where there is one, else the measured one (rules §2)."""
    return func.coalesce(c.official_area_m2, c.area_m2, type_=Double())


FACTS: tuple[Fact, ...] = (
    Fact("land_area_m2", "number", Text("计入面积", "Land area counted"), "m²", lambda c, *_: land_area(c)),
    Fact("area_mu", "number", Text("面积(亩)", "Area in mu"), "亩", lambda c, *_: land_area(c) * MU_PER_M2),
    Fact("area_is_official", "boolean", Text("面积为批准/登记面积", "Area is official"), None,
         lambda c, *_: c.official_area_m2.is_not(None)),
    Fact("is_left", "boolean", Text("剩余待盘活", "Left to revitalise"), None,
         lambda c, *_: c.state.in_([str(state) for state in LEFT_STATES])),
    Fact("is_not_closed", "boolean", Text("未销号", "Not closed"), None,
         lambda c, *_: c.state.in_([str(state) for state in NOT_CLOSED_STATES])),
    Fact("months_since_approval", "integer", Text("批准后满月数", "Full months since approval"), "月",
         lambda c, d, _: full_months(c.approved_on, d), ("approved_on",)),
    Fact("months_since_contract", "integer", Text("签约后满月数", "Full months since contract"), "月",
         lambda c, d, _: full_months(c.contract_on, d), ("contract_on",)),
    Fact("months_vacant", "integer", Text("腾空满月数", "Full months vacant"), "月",
         lambda c, d, _: full_months(c.vacated_on, d), ("vacated_on",)),
    Fact("months_halted", "integer", Text("停工(停产)满月数", "Full months halted"), "月",
         lambda c, d, _: full_months(c.halted_on, d), ("halted_on",)),
    Fact("months_since_completion", "integer", Text("竣工后满月数", "Full months since completion"), "月",
         lambda c, d, _: full_months(c.completed_on, d), ("completed_on",)),
    Fact("started", "boolean", Text("已动工", "Started"), None, lambda c, d, _: started(c, d)),
    Fact("halted", "boolean", Text("已停工(停产)", "Halted"), None, lambda c, d, _: c.halted_on <= d),
    Fact("stopped_after_start", "boolean", Text("动工后停工", "Stopped after a start"), None,
         lambda c, d, _: stopped_after_start(c, d), ("started", "halted")),
    Fact("completed", "boolean", Text("已竣工", "Completed"), None, lambda c, d, _: completed(c, d)),
    Fact("determined_idle", "boolean", Text("已出具闲置认定书", "Determined idle"), None,
         lambda c, d, _: happened(c.determined_on, d)),
    Fact("started_share", "number", Text("动工面积占应动工面积比例", "Share of due area started"), "1",
         lambda c, *_: share(c.started_area_m2, c.due_area_m2)),
    Fact("invested_share", "number", Text("已投资占总投资比例", "Share invested"), "1",
         lambda c, *_: share(c.invested_wan, c.total_investment_wan)),
    Fact("paid_in_full", "boolean", Text("价款已缴清(申报或计算)", "Price paid in full (stated or computed)"), None,
         lambda c, *_: paid_in_full(c)),
    Fact("unstarted_full_years", "integer", Text("逾期未动工满年数", "Full years not started"), "年",
         lambda c, d, _: unstarted_full_years(c, d), ("agreed_start_on",)),
    Fact("halted_full_years", "integer", Text("停工(停产)满年数", "Full years halted"), "年",
         lambda c, d, _: halted_full_years(c, d)),
    Fact("idle_by_law", "boolean", Text("符合闲置认定条件(53号令第二条)", "Idle by Order 53"), None, idle_by_law,
         ("agreed_start_on", "halted", "little_built_or_invested")),
    Fact("idle_days", "integer", Text("闲置天数", "Days idle"), "天", idle_days, ("agreed_start_on", "halted")),
    Fact("paused_days", "integer", Text("不计入期限的天数", "Days that do not count"), "天",
         lambda c, d, _: paused_in_year(c, d)),
    Fact("little_built_or_invested", "boolean",
         Text("动工不足三分之一或投资不足25%", "Under a third built or 25% invested"), None,
         lambda c, _, limits: little_built_or_invested(c, limits)),
    Fact("idle_from_on", "date", Text("满一年之次日", "First day after the full year"), None,
         lambda c, d, limits: reached_on(c, runs_since(c, d), limits.idle_years), ("agreed_start_on", "halted")),
    Fact("reclaim_from_on", "date", Text("未动工满两年之次日", "First day after two years not started"), None,
         reclaim_from_on, ("agreed_start_on",)),
)  # fmt: skip


_known_by = {fact.name: fact.known_by for fact in FACTS if fact.known_by}


def known_by(name: str) -> tuple[str, ...]:
    """The facts by which it is judged how much is known, for one that rules speak of."""
    return _known_by.get(name, (name,))


def facts_of(target: FromClause, as_of: Sql, limits: Limits = NATIONAL_LIMITS) -> dict[str, Known]:
    """All names a rule may use over ``target``: its stored queryables, and the derived facts it does not store."""
    names = names_of(target)
    for fact in FACTS:
        if fact.name not in names:
            queryable = Queryable(fact.name, fact.type, fact.titles, fact.unit)
            names[fact.name] = Known(queryable, fact.sql(target.c, as_of, limits))
    return names
