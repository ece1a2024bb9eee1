"""What an edit of a parcel is asked with: one order a verb, each with the version that it is based on."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.parameters import known_form
from api.preconditions import Wanted
from gisreg.vocab import Kind

MAX_VERSION = 2**31 - 1
MAX_SHAPES, MAX_PARCELS, MAX_CHANGES = 50, 100, 1_000
BasedOn = Annotated[
    int | None,
    Field(
        ge=1,
        le=MAX_VERSION,
        description="依据的版本，过期即拒绝；或用 If-Match 头 · the version it is based on (or the header If-Match);"
        " a stale one is refused",
    ),
]
Reason = Annotated[str | None, Field(max_length=1_000, description="理由，记入历史 · kept in the journal")]
Geometry = Annotated[
    dict[str, Any] | str, Field(description="GeoJSON 图形，或 WKT · a GeoJSON geometry or feature, or WKT")
]
Crs = Annotated[
    str | None, Field(max_length=20, description="坐标系，默认 EPSG:4490，经度在前 · CRS, longitude or easting first")
]
Metres = Annotated[float, Field(gt=0, le=1_000, allow_inf_nan=False)]
Area = Annotated[float, Field(gt=0, allow_inf_nan=False, description="平面面积 ㎡ · planar area in m²")]
Direction = Annotated[
    float, Field(ge=-360, le=360, allow_inf_nan=False, description="推进方向，从北顺时针 · degrees from north")
]
Point = tuple[float, float]


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Reason = None


class EditOrder(_Order):
    """修改属性 · fields to set; null is unknown."""

    based_on: BasedOn = None
    values: dict[str, Any] = Field(description="字段见 /queryables · names as in /queryables")


class DrawOrder(_Order):
    """新绘一宗 · a new parcel."""

    kind: Kind
    geometry: Geometry
    crs: Crs = None
    county: str | None = Field(None, pattern="^[0-9]{6}$")
    values: dict[str, Any] = Field(default_factory=dict)


class ShapeOrder(_Order):
    """一个图形 · a shape."""

    based_on: BasedOn = None
    geometry: Geometry
    crs: Crs = None


class VertexOrder(BaseModel):
    """一个顶点 · one vertex."""

    model_config = ConfigDict(extra="forbid")

    operation: Literal["move", "insert", "delete"]
    at: Point
    to: Point | None = Field(None, description="移动到 · where it moves to")

    @model_validator(mode="after")
    def _goes_somewhere(self) -> "VertexOrder":
        if (self.to is None) == (self.operation == "move"):
            raise ValueError("to")
        return self


class VerticesOrder(_Order):
    """移动、插入、删除顶点 · move, insert and delete vertices."""

    based_on: BasedOn = None
    changes: list[VertexOrder] = Field(min_length=1, max_length=MAX_CHANGES)
    crs: Crs = None
    tolerance_m: Metres = 0.5


class AreasOrder(_Order):
    """按面积 · by areas."""

    based_on: BasedOn = None
    areas_m2: list[Area] = Field(min_length=1, max_length=MAX_SHAPES)
    direction: Direction = 0.0


class PartsOrder(_Order):
    """按部分 · by parts."""

    based_on: BasedOn = None
    parts: Literal[True]


class CutOrder(ShapeOrder):
    """道路 · a road."""

    width_m: Metres | None = Field(None, description="路宽，图形为中线时 · where the shape is the middle line")


class CarveOrder(ShapeOrder):
    """划出的部分 · the part to carve off."""

    values: dict[str, Any] = Field(default_factory=dict, description="划出部分的字段 · fields of the part")


class CarveAreaOrder(_Order):
    """按面积划出 · an area to carve off."""

    based_on: BasedOn = None
    area_m2: Area
    direction: Direction = 0.0
    values: dict[str, Any] = Field(default_factory=dict)


class SnapOrder(_Order):
    """对齐邻宗 · snap to neighbours."""

    based_on: BasedOn = None
    tolerance_m: Metres = 0.5
    to: list[str] | None = Field(None, max_length=MAX_PARCELS, description="只对齐这些 · these only")


class RemoveOrder(BaseModel):
    """核减 · strike off."""

    model_config = ConfigDict(extra="forbid")

    based_on: BasedOn = None
    reason: str = Field(min_length=1, max_length=1_000)


class UndoOrder(_Order):
    """撤销 · take back."""

    based_on: BasedOn = None
    version: int = Field(ge=1, le=MAX_VERSION, description="要撤销的版本 · the version to take back")


class BasisOrder(BaseModel):
    """一宗及其依据的版本 · a parcel and the version seen."""

    model_config = ConfigDict(extra="forbid")

    parcel_code: str = Field(max_length=20)
    based_on: BasedOn = None

    def wanted(self) -> Wanted:
        """The parcel by its code."""
        return Wanted(known_form(self.parcel_code), self.based_on)


class SubtractOrder(_Order):
    """扣除重叠 · subtract an overlap."""

    based_on: BasedOn = None
    other: BasisOrder


class MergeOrder(_Order):
    """合并 · merge."""

    parcels: list[BasisOrder] = Field(min_length=2, max_length=MAX_PARCELS)


class MoveOrder(_Order):
    """移动共用边界：线或顶点 · move a common boundary: a line or vertices."""

    parcels: list[BasisOrder] = Field(min_length=2, max_length=2)
    geometry: Geometry | None = None
    changes: list[VertexOrder] | None = Field(None, min_length=1, max_length=MAX_CHANGES)
    crs: Crs = None
    tolerance_m: Metres = 0.5
