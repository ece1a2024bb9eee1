"""Edits of parcels and boundary work."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy import Connection
from starlette.responses import Response

from api.dependencies import ActorDep, RegistryDep
from api.edit_orders import (
    AreasOrder,
    CarveAreaOrder,
    CarveOrder,
    CutOrder,
    DrawOrder,
    EditOrder,
    MergeOrder,
    MoveOrder,
    PartsOrder,
    RemoveOrder,
    ShapeOrder,
    SnapOrder,
    SubtractOrder,
    UndoOrder,
    VertexOrder,
    VerticesOrder,
)
from api.encoding import json_bytes
from api.parameters import ParcelCode, known_form
from api.preconditions import MatchDep, Wanted
from api.problems import documented
from api.registry import Registry
from gisreg.counties import choose_county
from gisreg.db.engine import Actor
from gisreg.parcels.editing import Basis, Edited

router = APIRouter(tags=["edits"])

JSON = "application/json"
_PROBLEMS = documented(400, 403, 404, 409, 410, 412, 415, 422, 503)
_EDITED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "edit_id": {"type": "integer"},
        "operation": {"type": "string"},
        "parcels": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "parcel_code": {"type": "string"},
                    "role": {"enum": ["changed", "new", "retired"]},
                    "version": {"type": "integer"},
                    "area_m2": {"type": ["number", "null"]},
                    "planar_area_m2": {"type": ["number", "null"]},
                    "official_area_m2": {"type": ["number", "null"]},
                },
            },
        },
        "warnings": {"type": "array", "items": {"type": "object"}},
    },
}


def _post(path: str, summary: str, status: int = 200) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    done: dict[int | str, dict[str, Any]] = {
        status: {"description": "完成 · done", "content": {JSON: {"schema": _EDITED}}}
    }
    return router.post(
        path, summary=summary, status_code=status, responses={**_PROBLEMS, **done}, response_class=Response
    )


def _do(registry: Registry, actor: Actor, work: Callable[[Connection], Edited], status: int = 200) -> Response:
    """One edit in one transaction."""
    with registry.transaction(actor) as connection:
        edited = work(connection)
    return Response(json_bytes(edited.as_json()), status, media_type=JSON)


@dataclass(frozen=True)
class Editor:
    """Who edits, and what the request says of the versions seen; each edit is one transaction."""

    registry: RegistryDep
    actor: ActorDep
    match: MatchDep

    def one(self, wanted: Wanted, work: Callable[[Connection, Basis], Edited], status: int = 200) -> Response:
        """An edit of one parcel."""
        with self.match.told():
            return _do(self.registry, self.actor, lambda c: work(c, self.match.basis(c, wanted)), status)

    def all(
        self, wanted: Sequence[Wanted], work: Callable[[Connection, list[Basis]], Edited], status: int = 200
    ) -> Response:
        """An edit of several."""
        with self.match.told():
            return _do(
                self.registry, self.actor, lambda c: work(c, [self.match.basis(c, one) for one in wanted]), status
            )


EditorDep = Annotated[Editor, Depends()]


def _shape(geometry: dict[str, Any] | str, crs: str | None) -> Any:
    from gisreg.parcels.boundary.given import given_geojson, given_text  # noqa: PLC0415 - shapes are loaded when used

    if isinstance(geometry, str):
        return given_text(geometry, crs, "body.geometry")
    return given_geojson(geometry, crs, "body.geometry")


def _changes(orders: list[VertexOrder]) -> list[Any]:
    from gisreg.parcels.boundary.reshape import VertexChange  # noqa: PLC0415 - as above

    return [VertexChange(one.operation, one.at, one.to) for one in orders]


def _srid(crs: str | None) -> int:
    from gisreg.parcels.boundary.given import srid_of  # noqa: PLC0415 - as above

    return srid_of(crs)


@_post("/parcels", "新绘一宗 · draw a parcel", 201)
def draw(registry: RegistryDep, actor: ActorDep, order: DrawOrder) -> Response:
    """The registry gives the number; idle land not yet determined is suspected."""
    from gisreg.parcels.boundary.draw import draw as work  # noqa: PLC0415 - as above

    shape = _shape(order.geometry, order.crs)

    def done(connection: Connection) -> Edited:
        county = choose_county(connection, order.county or registry.settings.county)
        return work(connection, county, order.kind, shape, values=order.values, reason=order.reason)

    return _do(registry, actor, done, 201)


@_post("/parcels/merge", "合并相邻宗地 · merge neighbours", 201)
def merge(editor: EditorDep, order: MergeOrder) -> Response:
    """One parcel with a new number; the old numbers lead to it."""
    from gisreg.parcels.boundary.merge import merge as work  # noqa: PLC0415 - as above

    wanted = [one.wanted() for one in order.parcels]
    return editor.all(wanted, lambda c, bases: work(c, bases, order.reason), 201)


@_post("/parcels/move-boundary", "移动共用边界 · move a common boundary")
def move_boundary(editor: EditorDep, order: MoveOrder) -> Response:
    """Along a line, or by its vertices; neither gap nor overlap is left."""
    from gisreg.parcels.boundary import neighbours  # noqa: PLC0415 - as above

    both = [parcel.wanted() for parcel in order.parcels]
    if order.changes:
        changes, srid = _changes(order.changes), _srid(order.crs)
        return editor.all(both, lambda c, bases: neighbours.move_common_vertices(
            c, bases[0], bases[1], changes, srid=srid, tolerance_m=order.tolerance_m, reason=order.reason))  # fmt: skip
    line = _shape(order.geometry or {}, order.crs)
    return editor.all(both, lambda c, bases: neighbours.move_boundary(
        c, bases[0], bases[1], line, order.reason))  # fmt: skip


@_post("/parcels/{parcel_code}/edit", "修改属性 · set fields")
def edit(editor: EditorDep, parcel_code: ParcelCode, order: EditOrder) -> Response:
    """Only fields that people keep: numbers, areas and states come from the registry."""
    from gisreg.parcels.edits import edit_attributes  # noqa: PLC0415 - as above

    wanted = _wanted(parcel_code, order.based_on)
    return editor.one(wanted, lambda c, basis: edit_attributes(c, basis, order.values, order.reason))


@_post("/parcels/{parcel_code}/replace", "替换边界 · replace the boundary")
def replace(editor: EditorDep, parcel_code: ParcelCode, order: ShapeOrder) -> Response:
    """What is given in a zone is kept there to the digit."""
    from gisreg.parcels.boundary.draw import replace as work  # noqa: PLC0415 - as above

    wanted, shape = _wanted(parcel_code, order.based_on), _shape(order.geometry, order.crs)
    return editor.one(wanted, lambda c, basis: work(c, basis, shape, order.reason))


@_post("/parcels/{parcel_code}/reshape", "修整边界 · reshape")
def reshape(editor: EditorDep, parcel_code: ParcelCode, order: ShapeOrder | VerticesOrder) -> Response:
    """By a line that the boundary is to follow, or vertex by vertex."""
    from gisreg.parcels.boundary.reshape import change_vertices, reshape_by_line  # noqa: PLC0415 - as above

    wanted = _wanted(parcel_code, order.based_on)
    if isinstance(order, VerticesOrder):
        changes, srid, tolerance = _changes(order.changes), _srid(order.crs), order.tolerance_m
        return editor.one(wanted, lambda c, basis: change_vertices(
            c, basis, changes, srid=srid, tolerance_m=tolerance, reason=order.reason))  # fmt: skip
    line = _shape(order.geometry, order.crs)
    return editor.one(wanted, lambda c, basis: reshape_by_line(c, basis, line, order.reason))


@_post("/parcels/{parcel_code}/split", "分割 · split", 201)
def split(
    editor: EditorDep,
    parcel_code: ParcelCode,
    order: ShapeOrder | AreasOrder | PartsOrder,
) -> Response:
    """By a line, into areas, or by parts; the old number goes out of use."""
    from gisreg.parcels.boundary import split as work  # noqa: PLC0415 - as above

    wanted = _wanted(parcel_code, order.based_on)
    if isinstance(order, PartsOrder):
        return editor.one(wanted, lambda c, basis: work.split_parts(c, basis, order.reason), 201)
    if isinstance(order, AreasOrder):
        areas, direction = order.areas_m2, order.direction
        return editor.one(
            wanted,
            lambda c, basis: work.split_by_areas(c, basis, areas, direction, order.reason),
            201,
        )
    line = _shape(order.geometry, order.crs)
    return editor.one(wanted, lambda c, basis: work.split_by_line(c, basis, line, order.reason), 201)


@_post("/parcels/{parcel_code}/cut", "扣除道路 · cut out a road")
def cut(editor: EditorDep, parcel_code: ParcelCode, order: CutOrder) -> Response:
    """A polygon, or a middle line with a width."""
    from gisreg.parcels.boundary.cut import cut_road  # noqa: PLC0415 - as above

    wanted, road = _wanted(parcel_code, order.based_on), _shape(order.geometry, order.crs)
    return editor.one(wanted, lambda c, basis: cut_road(c, basis, road, order.width_m, order.reason))


@_post("/parcels/{parcel_code}/subtract", "扣除重叠 · subtract an overlap")
def subtract(editor: EditorDep, parcel_code: ParcelCode, order: SubtractOrder) -> Response:
    """The overlap goes out of this parcel; the other stays as it is."""
    from gisreg.parcels.boundary.cut import subtract as work  # noqa: PLC0415 - as above

    both = [_wanted(parcel_code, order.based_on), order.other.wanted()]
    return editor.all(both, lambda c, bases: work(c, bases[0], bases[1], order.reason))


@_post("/parcels/{parcel_code}/snap", "对齐邻宗 · snap to neighbours")
def snap(editor: EditorDep, parcel_code: ParcelCode, order: SnapOrder) -> Response:
    """Corners within the tolerance take the neighbours' place."""
    from gisreg.parcels.boundary.neighbours import snap as work  # noqa: PLC0415 - as above

    wanted = _wanted(parcel_code, order.based_on)
    return editor.one(wanted, lambda c, basis: work(c, basis, order.tolerance_m, order.to, order.reason))


@_post("/parcels/{parcel_code}/carve", "部分处置 · carve a part off", 201)
def carve(editor: EditorDep, parcel_code: ParcelCode, order: CarveOrder | CarveAreaOrder) -> Response:
    """The part gets its own number, the rest keeps this one; the areas add up."""
    from gisreg.parcels.boundary import cut as work  # noqa: PLC0415 - as above

    wanted, values = _wanted(parcel_code, order.based_on), order.values
    if isinstance(order, CarveAreaOrder):
        area, direction = order.area_m2, order.direction
        return editor.one(wanted, lambda c, basis: work.carve_area(
            c, basis, area, direction=direction, values=values, reason=order.reason), 201)  # fmt: skip
    part = _shape(order.geometry, order.crs)
    return editor.one(wanted, lambda c, basis: work.carve(c, basis, part, values, order.reason), 201)


@_post("/parcels/{parcel_code}/remove", "核减 · strike off")
def remove(editor: EditorDep, parcel_code: ParcelCode, order: RemoveOrder) -> Response:
    """The number goes out of use, its history stays."""
    from gisreg.parcels.edits import remove as work  # noqa: PLC0415 - as above

    wanted = _wanted(parcel_code, order.based_on)
    return editor.one(wanted, lambda c, basis: work(c, basis, order.reason))


@_post("/parcels/{parcel_code}/undo", "撤销一次修改 · take one edit back")
def undo(editor: EditorDep, parcel_code: ParcelCode, order: UndoOrder) -> Response:
    """A new version with the values of before, in every parcel that the edit changed."""
    from gisreg.parcels.undo import undo as work  # noqa: PLC0415 - as above

    wanted = _wanted(parcel_code, order.based_on)
    if not editor.match.given and order.based_on is None:
        return _do(editor.registry, editor.actor, lambda c: work(c, wanted.parcel_code, order.version, order.reason))
    return editor.one(wanted, lambda c, basis: work(
        c, wanted.parcel_code, order.version, order.reason, basis=basis))  # fmt: skip


def _wanted(parcel_code: str, based_on: int | None) -> Wanted:
    return Wanted(known_form(parcel_code), based_on)
