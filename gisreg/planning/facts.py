"""Facts that follow from stored ones and the as-of date: the idle clock, shares, spans. Usable in rule conditions.

Periods are counted as Civil Code arts. 200–204 say: the first day does not count, a year ends with the corresponding
day (or the month's last), and is full only when that day is over. An agreed start of 1 March 2024 makes the land idle
from 2 March 2025; one of 29 February 2024, from 1 March 2025.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, Double, FromClause, Integer, and_, case, cast, func, or_
from sqlalchemy.sql.expression import ColumnCollection

from gisreg.filters import Known, names_of
from gisreg.parcels.queryables import Queryable, QueryableType
from gisreg.text import Text
from gisreg.vocab import LEFT_STATES, NOT_CLOSED_STATES

MU_PER_M2 = 0.0015
MIN_STARTED_PART = 3
"""Started land counts as idle when less than a third of what is due was built on (53号令 art. 2)."""
MIN_INVESTED_SHARE = 0.25

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
    """An event with a date has happened by then; without a date it has not."""
    return func.coalesce(day <= as_of, False, type_=Boolean())


def share(part: Sql, whole: Sql) -> Sql:
    """A part of a whole; unknown where either is."""
    return part / func.nullif(whole, 0, type_=Double())


def started(c: Columns, as_of: Sql) -> Sql:
    """Work has started: by its date or by the area built on."""
    return or_(happened(c.actual_start_on, as_of), func.coalesce(c.started_area_m2 > 0, False, type_=Boolean()))


def unstarted_full_years(c: Columns, as_of: Sql) -> Sql:
    """Full years without a start since the agreed day."""
    return case((started(c, as_of), 0), else_=full_years(c.agreed_start_on, as_of))


def halted_full_years(c: Columns, as_of: Sql) -> Sql:
    """Full years since work or production stopped; none while it goes on."""
    return case((happened(c.halted_on, as_of), full_years(c.halted_on, as_of)), else_=0)


def little_built_or_invested(c: Columns) -> Sql:
    """Less than a third of what is due built on, or under 25 % invested."""
    return or_(
        c.started_area_m2 * MIN_STARTED_PART < c.due_area_m2,
        c.invested_wan < c.total_investment_wan * MIN_INVESTED_SHARE,
    )


def _year_over(start: Sql, as_of: Sql) -> Sql:
    """One full year since ``start`` is over. Cheaper than counting years."""
    return as_of > cast(start + func.make_interval(1), Date)


def idle_by_law(c: Columns, as_of: Sql) -> Sql:
    """53号令 art. 2: not started a full year after the agreed day; or started too little and stopped a full year."""
    stopped = and_(happened(c.halted_on, as_of), _year_over(c.halted_on, as_of), little_built_or_invested(c))
    return case((started(c, as_of), stopped), else_=_year_over(c.agreed_start_on, as_of))


def idle_days(c: Columns, as_of: Sql) -> Sql:
    """Days for which the land has been idle in law's sense; 0 while the year runs, unknown without a date."""
    since = case((started(c, as_of), c.halted_on), else_=c.agreed_start_on)
    days = as_of - cast(since + func.make_interval(1), Date)
    return case((since.is_not(None), func.greatest(days, 0, type_=Integer())))


def paid_in_full(c: Columns, _as_of: Sql) -> Sql:
    """As stated, else by the sums."""
    return func.coalesce(c.price_paid_in_full, c.paid_wan >= c.price_wan, type_=Boolean())


@dataclass(frozen=True)
class Fact:
    """One derived fact."""

    name: str
    type: QueryableType
    titles: Text
    unit: str | None
    sql: Callable[[Columns, Sql], Sql]


def land_area(c: Columns) -> Sql:
    """What totals use: the official area where there is one, else the measured one (rules §2)."""
    return func.coalesce(c.official_area_m2, c.area_m2, type_=Double())


FACTS: tuple[Fact, ...] = (
    Fact("land_area_m2", "number", Text("计入面积", "Land area counted"), "m²", lambda c, _: land_area(c)),
    Fact("area_mu", "number", Text("面积(亩)", "Area in mu"), "亩", lambda c, _: land_area(c) * MU_PER_M2),
    Fact("area_is_official", "boolean", Text("面积为批准/登记面积", "Area is official"), None,
         lambda c, _: c.official_area_m2.is_not(None)),
    Fact("is_left", "boolean", Text("剩余待盘活", "Left to revitalise"), None,
         lambda c, _: c.state.in_([str(state) for state in LEFT_STATES])),
    Fact("is_not_closed", "boolean", Text("未销号", "Not closed"), None,
         lambda c, _: c.state.in_([str(state) for state in NOT_CLOSED_STATES])),
    Fact("months_since_approval", "integer", Text("批准后满月数", "Full months since approval"), "月",
         lambda c, d: full_months(c.approved_on, d)),
    Fact("months_since_contract", "integer", Text("签约后满月数", "Full months since contract"), "月",
         lambda c, d: full_months(c.contract_on, d)),
    Fact("months_vacant", "integer", Text("腾空满月数", "Full months vacant"), "月",
         lambda c, d: full_months(c.vacated_on, d)),
    Fact("months_halted", "integer", Text("停工(停产)满月数", "Full months halted"), "月",
         lambda c, d: full_months(c.halted_on, d)),
    Fact("months_since_completion", "integer", Text("竣工后满月数", "Full months since completion"), "月",
         lambda c, d: full_months(c.completed_on, d)),
    Fact("started", "boolean", Text("已动工", "Started"), None, started),
    Fact("halted", "boolean", Text("已停工(停产)", "Halted"), None, lambda c, d: happened(c.halted_on, d)),
    Fact("completed", "boolean", Text("已竣工", "Completed"), None, lambda c, d: happened(c.completed_on, d)),
    Fact("determined_idle", "boolean", Text("已出具闲置认定书", "Determined idle"), None,
         lambda c, d: happened(c.determined_on, d)),
    Fact("started_share", "number", Text("动工面积占应动工面积比例", "Share of due area started"), "1",
         lambda c, _: share(c.started_area_m2, c.due_area_m2)),
    Fact("invested_share", "number", Text("已投资占总投资比例", "Share invested"), "1",
         lambda c, _: share(c.invested_wan, c.total_investment_wan)),
    Fact("paid_in_full", "boolean", Text("价款已缴清(申报或计算)", "Price paid in full (stated or computed)"), None,
         paid_in_full),
    Fact("unstarted_full_years", "integer", Text("逾期未动工满年数", "Full years not started"), "年",
         unstarted_full_years),
    Fact("halted_full_years", "integer", Text("停工(停产)满年数", "Full years halted"), "年", halted_full_years),
    Fact("idle_by_law", "boolean", Text("符合闲置认定条件(53号令第二条)", "Idle by Order 53"), None, idle_by_law),
    Fact("idle_days", "integer", Text("闲置天数", "Days idle"), "天", idle_days),
)  # fmt: skip


def facts_of(target: FromClause, as_of: Sql) -> dict[str, Known]:
    """All names a rule may use over ``target``: its stored queryables, and the derived facts it does not store."""
    names = names_of(target)
    for fact in FACTS:
        if fact.name not in names:
            queryable = Queryable(fact.name, fact.type, fact.titles, fact.unit)
            names[fact.name] = Known(queryable, fact.sql(target.c, as_of))
    return names
