"""What a year's portfolio is asked for: targets by kind, budget, capacity of each unit."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator
from pydantic_core import PydanticCustomError

from gisreg.days import today
from gisreg.errors import InputError
from gisreg.planning.written import Written, read_written
from gisreg.text import Text
from gisreg.vocab import Kind

QUARTERS = 4
Amount = Annotated[float, Field(ge=0, lt=1e9, allow_inf_nan=False)]


class OrderInvalid(InputError):
    """The order for a portfolio."""

    what: ClassVar[Text] = Text("组合方案要求有误:{detail}", "the order for a portfolio is wrong: {detail}")
    mend: ClassVar[Text] = Text(
        "写明 year、[targets_wan_mu]、budget_wan、[capacity](各责任单位每季可办宗数)",
        "give year, [targets_wan_mu], budget_wan and [capacity], the parcels that each unit can do in a quarter",
    )


class YearOver(InputError):
    """A year, or a quarter of this one, in which nothing can be done any more."""

    what: ClassVar[Text] = Text("{period_zh}已经过去,不能再安排处置", "{period} is over: nothing can be planned in it")
    mend: ClassVar[Text] = Text(
        "请写 {year} 年(first_quarter 不早于 {quarter})或以后的年份",
        "give {year} (first_quarter not before {quarter}) or a later year",
    )


class UnitUnknown(InputError):
    """A unit that no rule names: its limit would limit nobody."""

    what: ClassVar[Text] = Text("规则集中没有责任单位“{unit}”", "no rule names the unit “{unit}”")
    mend: ClassVar[Text] = Text("请核对名称;可用:{known}", "check the name; there are: {known}")


class Order(BaseModel):
    """组合方案要求 · what is asked for; what is left out sets no limit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    year: Annotated[int, Field(ge=2000, le=2100, description="年度 · the year")]
    targets_wan_mu: Annotated[
        dict[Kind, Amount], Field(description="各类任务(万亩) · targets by kind, in 10,000 mu")
    ] = {}
    budget_wan: Annotated[Amount | None, Field(description="可用资金(万元) · what may be spent, in 10,000 yuan")] = None
    capacity: Annotated[
        dict[str, Annotated[int, Field(ge=0, le=1_000_000)]],
        Field(description="责任单位每季可办宗数 · parcels that a unit can have in hand in a quarter"),
    ] = {}
    other_capacity: Annotated[
        int | None, Field(ge=0, le=1_000_000, description="其余单位每季可办宗数 · the same for units not named")
    ] = None
    first_quarter: Annotated[
        int | None,
        Field(ge=1, le=QUARTERS, description="起始季度,默认本季度(以后年度为 1) · the quarter to begin with"),
    ] = None
    keep_deadlines: Annotated[
        bool, Field(description="不得超过已定期限 · nothing may end after its plan's deadline")
    ] = True
    cascade: Annotated[
        Literal["strict", "open"],
        Field(description="strict 首个可行去向及融资 · the first possible label; open 任一可行措施 · any measure"),
    ] = "strict"
    with_held: Annotated[bool, Field(description="含受限宗地 · also parcels that a gate holds")] = False
    _written: Written | None = PrivateAttr(None)
    """The file that it was read from, for the places of faults that only the rules tell."""

    @field_validator("capacity")
    @classmethod
    def _named(cls, capacity: dict[str, int]) -> dict[str, int]:
        if any(not name.strip() or len(name) > 200 for name in capacity):  # noqa: PLR2004 - a unit's name
            raise PydanticCustomError("unit_name", "a unit's name is empty or longer than 200 characters")
        return capacity

    @property
    def begins(self) -> int:
        """The quarter to begin with, from 1."""
        now = today()
        return self.first_quarter or (_quarter(now.month) if now.year == self.year else 1)

    def require_ahead(self) -> None:
        """Refuse to plan what is over.

        Raises:
            YearOver: the year, or the quarter asked for.
        """
        now = today()
        year, quarter = now.year, _quarter(now.month)
        if self.year < year:
            period = Text(f"{self.year} 年", str(self.year))
            raise YearOver(self.place("year"), period=period.en, period_zh=period.zh, year=year, quarter=quarter)
        if self.year == year and self.begins < quarter:
            period = Text(f"{year} 年第 {self.begins} 季度", f"quarter {self.begins} of {year}")
            place = self.place("first_quarter")
            raise YearOver(place, period=period.en, period_zh=period.zh, year=year, quarter=quarter)

    def require_units(self, known: Iterable[str]) -> None:
        """Refuse a unit that is none of these.

        Raises:
            UnitUnknown.
        """
        units = list(dict.fromkeys(known))
        for unit in self.capacity:
            if unit not in units:
                raise UnitUnknown(self.place("capacity", unit), unit=unit, known="、".join(units))

    def place(self, *location: str) -> str:
        """Where a field stands: in its file, or by its name."""
        return self._written.place(*location) if self._written else ":".join(location)


def _quarter(month: int) -> int:
    return (month - 1) * QUARTERS // 12 + 1


def load_order(path: Path) -> Order:
    """Read an order from TOML.

    Raises:
        OrderInvalid: unreadable, or a field is wrong; ``where`` is file, line and field.
        YearOver: it asks for what is over.
    """
    written = read_written(path, OrderInvalid)
    order = written.checked(Order, OrderInvalid)
    order._written = written
    order.require_ahead()
    return order
