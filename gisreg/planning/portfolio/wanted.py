"""What a year's portfolio is asked for: targets by kind, budget, capacity of each unit."""

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from gisreg.errors import InputError
from gisreg.planning.written import read_written
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
    first_quarter: Annotated[int, Field(ge=1, le=QUARTERS, description="起始季度 · the quarter to begin with")] = 1
    keep_deadlines: Annotated[
        bool, Field(description="不得超过已定期限 · nothing may end after its plan's deadline")
    ] = False
    cascade: Annotated[
        Literal["strict", "open"],
        Field(description="strict 首个可行去向及融资 · the first possible label; open 任一可行措施 · any measure"),
    ] = "strict"
    with_held: Annotated[bool, Field(description="含受限宗地 · also parcels that a gate holds")] = False

    @field_validator("capacity")
    @classmethod
    def _named(cls, capacity: dict[str, int]) -> dict[str, int]:
        if any(not name.strip() or len(name) > 200 for name in capacity):  # noqa: PLR2004 - a unit's name
            raise PydanticCustomError("unit_name", "a unit's name is empty or longer than 200 characters")
        return capacity


def load_order(path: Path) -> Order:
    """Read an order from TOML.

    Raises:
        OrderInvalid: unreadable, or a field is wrong; ``where`` is file, line and field.
    """
    return read_written(path, OrderInvalid).checked(Order, OrderInvalid)
