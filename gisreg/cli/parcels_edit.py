# ruff: noqa: E501 - an option and its help stay in one piece

"""``gisreg parcels edit|draw|replace|reshape|split|merge|cut|subtract|snap|move-boundary|carve|remove|undo|diff``."""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import typer

from gisreg.cli.database import actor, open_engine
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.cli.parcels_read import shown_or_dash
from gisreg.cli.parcels_recheck import recheck
from gisreg.counties import choose_county
from gisreg.db.engine import transaction
from gisreg.errors import InputError
from gisreg.text import Text
from gisreg.vocab import Kind

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisreg.parcels.boundary.given import Given
    from gisreg.parcels.boundary.reshape import VertexChange
    from gisreg.parcels.editing import Basis, Edited
    from gisreg.parcels.versions import Diff

Code = Annotated[str, typer.Argument(help="宗地编号 · parcel code")]
BasedOn = Annotated[int, typer.Option(help="依据的版本 · the version that the edit is based on", min=1)]
BasedOnEach = Annotated[
    list[int], typer.Option(help="依据的版本,按编号顺序逐个给出 · one for each code, in their order", min=1)
]
File = Annotated[Path | None, typer.Option(help="图形文件(GDAL 可读,只含一个图形)· a file with the one shape")]
Wkt = Annotated[str | None, typer.Option(help="图形 WKT 或 GeoJSON · the shape as WKT or GeoJSON")]
Crs = Annotated[str | None, typer.Option(help="图形坐标系,默认文件自带,WKT 为 EPSG:4490 · CRS of the shape")]
Layer = Annotated[str | None, typer.Option(help="文件中的图层 · layer of the file")]
Set = Annotated[
    list[str] | None, typer.Option("--set", help="字段=值,可重复;空值为未知 · field=value; empty is unknown")
]
Reason = Annotated[str | None, typer.Option(help="理由,记入历史 · the reason, kept in the journal")]
Direction = Annotated[float, typer.Option(help="推进方向,从北顺时针的度数 · sweep towards, degrees from north")]
Move = Annotated[list[str] | None, typer.Option(help="移动顶点 X,Y:X2,Y2 · move a vertex")]
Insert = Annotated[list[str] | None, typer.Option(help="插入顶点 X,Y · insert a vertex")]
Delete = Annotated[list[str] | None, typer.Option(help="删除顶点 X,Y · delete a vertex")]
Tolerance = Annotated[float, typer.Option(help="找顶点的容差(米)· how near a vertex is (m)", min=0.001)]

DONE = Text("{operation}完成(编辑号 {edit_id})", "{operation} done (edit {edit_id})")
ROLES = {"changed": Text("修改", "changed"), "new": Text("新增", "new"), "retired": Text("停用", "retired")}
HEADINGS = Text(
    "编号|结果|版本|图形面积(㎡)|平面面积(㎡)|批准/登记面积(㎡)",
    "code|result|version|area (m²)|planar area (m²)|official area (m²)",
)
WARNING = Text("提示 {code}:{what};{mend}", "note on {code}: {what}; {mend}")
DIFF_HEADINGS = Text("字段|名称|第 {v} 版|第 {w} 版", "field|title|version {v}|version {w}")
GROUND = Text(
    "界址:面积 {before} → {after} ㎡({change:+,.2f}),界线最多移动 {moved:,.3f} 米",
    "boundary: {before} → {after} m² ({change:+,.2f}), moved by at most {moved:,.3f} m",
)
SAME_GROUND = Text("界址未变", "the boundary is the same")
COORDINATE = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*")


class ShapeWanted(InputError):
    """Which shape is meant is not said, or said twice."""

    what: ClassVar[Text] = Text("需要且只需要一种图形:{ways}", "exactly one way to say it is needed: {ways}")
    mend: ClassVar[Text] = Text("请给出其中一个选项", "give one of these options")


class PairUnreadable(InputError):
    """An option's value has another form."""

    what: ClassVar[Text] = Text("{value} 无法读取", "{value} cannot be read")
    mend: ClassVar[Text] = Text("请写成 {form}", "write it as {form}")


class VersionsWanted(InputError):
    """A version for each parcel."""

    what: ClassVar[Text] = Text(
        "{codes} 个宗地需要 {codes} 个 --based-on,给出了 {given} 个",
        "{codes} parcels need {codes} times --based-on, not {given}",
    )
    mend: ClassVar[Text] = Text("请按编号顺序逐个给出", "give one for each, in the order of the codes")


def register(app: typer.Typer) -> None:
    """Add the editing commands to ``gisreg parcels``."""
    for command in (
        edit,
        draw,
        replace,
        reshape,
        split,
        merge,
        cut,
        subtract,
        snap,
        move_boundary,
        carve,
        remove,
        undo,
        diff,
        recheck,
    ):
        app.command(command.__name__.replace("_", "-"))(command)


def edit(code: Code, based_on: BasedOn, set_: Set = None, reason: Reason = None, json: JsonFlag = False) -> None:
    """修改属性 · set fields of a parcel."""
    from gisreg.parcels.edits import edit_attributes  # noqa: PLC0415 - only this command needs it

    _run(lambda connection: edit_attributes(connection, _basis(code, based_on), _values(set_), reason), json)


def draw(
    kind: Annotated[Kind, typer.Option(help="类型 · kind")],
    file: File = None, wkt: Wkt = None, crs: Crs = None, layer: Layer = None,
    county: Annotated[str | None, typer.Option(help="县级代码 · county code")] = None,
    set_: Set = None, reason: Reason = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """新绘一宗,编号由登记库给出 · draw a new parcel; the registry gives it its number."""
    from gisreg.parcels.boundary.draw import draw as work  # noqa: PLC0415 - as above

    shape = _shape(file, wkt, crs, layer)

    def done(connection: "Connection") -> "Edited":
        named = choose_county(connection, county or context().settings.county)
        return work(connection, named, kind, shape, values=_values(set_), reason=reason)

    _run(done, json)


def replace(
    code: Code, based_on: BasedOn, file: File = None, wkt: Wkt = None, crs: Crs = None, layer: Layer = None,
    reason: Reason = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """替换边界 · give a parcel another boundary."""
    from gisreg.parcels.boundary.draw import replace as work  # noqa: PLC0415 - as above

    shape = _shape(file, wkt, crs, layer)
    _run(lambda connection: work(connection, _basis(code, based_on), shape, reason), json)


def reshape(
    code: Code, based_on: BasedOn, file: File = None, wkt: Wkt = None, crs: Crs = None, layer: Layer = None,
    move: Move = None, insert: Insert = None, delete: Delete = None, tolerance: Tolerance = 0.5,
    reason: Reason = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """修整边界:按线,或移动、插入、删除顶点 · reshape by a line, or move, insert and delete vertices."""
    from gisreg.parcels.boundary.given import srid_of  # noqa: PLC0415 - as above
    from gisreg.parcels.boundary.reshape import change_vertices, reshape_by_line  # noqa: PLC0415

    changes = _changes(move, insert, delete)
    _require_one(line=file or wkt, vertices=changes)
    basis = _basis(code, based_on)
    if changes:
        srid = srid_of(crs)
        _run(lambda c: change_vertices(c, basis, changes, srid=srid, tolerance_m=tolerance, reason=reason), json)
        return
    line = _shape(file, wkt, crs, layer)
    _run(lambda connection: reshape_by_line(connection, basis, line, reason), json)


def split(
    code: Code, based_on: BasedOn, file: File = None, wkt: Wkt = None, crs: Crs = None, layer: Layer = None,
    area: Annotated[list[float] | None, typer.Option(help="平面面积(㎡),可重复,余下的成最后一块 · planar area; what is left is the last piece")] = None,
    direction: Direction = 0.0,
    parts: Annotated[bool, typer.Option("--parts", help="不连片的各部分各成一宗 · each part by itself")] = False,
    reason: Reason = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """分割:按线、按面积或按部分;原编号停用 · split by a line, into areas or by parts; the old number goes out of use."""
    from gisreg.parcels.boundary.split import split_by_areas, split_by_line, split_parts  # noqa: PLC0415 - as above

    _require_one(line=file or wkt, area=area, parts=parts)
    basis = _basis(code, based_on)
    if parts:
        _run(lambda connection: split_parts(connection, basis, reason), json)
    elif area:
        _run(lambda connection: split_by_areas(connection, basis, area, direction, reason), json)
    else:
        line = _shape(file, wkt, crs, layer)
        _run(lambda connection: split_by_line(connection, basis, line, reason), json)


def merge(
    codes: Annotated[list[str], typer.Argument(help="宗地编号,至少两个 · parcel codes, two or more")],
    based_on: BasedOnEach, reason: Reason = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """合并相邻宗地,得新编号 · merge neighbours into one with a new number."""
    from gisreg.parcels.boundary.merge import merge as work  # noqa: PLC0415 - as above

    _run(lambda connection: work(connection, _bases(codes, based_on), reason), json)


def cut(
    code: Code, based_on: BasedOn, file: File = None, wkt: Wkt = None, crs: Crs = None, layer: Layer = None,
    width: Annotated[float | None, typer.Option(help="路宽(米),图形为中线时 · width of the road, where the shape is its middle line")] = None,
    reason: Reason = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """扣除道路(中线加路宽,或面)· cut out a road: its middle line with a width, or a polygon."""
    from gisreg.parcels.boundary.cut import cut_road  # noqa: PLC0415 - as above

    road = _shape(file, wkt, crs, layer)
    _run(lambda connection: cut_road(connection, _basis(code, based_on), road, width, reason), json)


def subtract(
    code: Code, other: Annotated[str, typer.Argument(help="与之重叠、保持不变的宗地 · the other one, which stays")],
    based_on: BasedOnEach, reason: Reason = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """从前一宗中扣除与后一宗的重叠 · take the overlap with the second out of the first."""
    from gisreg.parcels.boundary.cut import subtract as work  # noqa: PLC0415 - as above

    first, second = _bases([code, other], based_on)
    _run(lambda connection: work(connection, first, second, reason), json)


def snap(
    code: Code, based_on: BasedOn,
    tolerance: Annotated[float, typer.Option(help="容差(米)· tolerance in metres")] = 0.5,
    to: Annotated[list[str] | None, typer.Option(help="只对齐这些宗地,默认同类邻宗 · these only; neighbours of the same kind if not given")] = None,
    reason: Reason = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """把边界对齐到邻宗 · snap the boundary to neighbours."""
    from gisreg.parcels.boundary.neighbours import snap as work  # noqa: PLC0415 - as above

    _run(lambda connection: work(connection, _basis(code, based_on), tolerance, to, reason), json)


def move_boundary(
    code: Code, other: Annotated[str, typer.Argument(help="相邻的宗地 · the neighbour")], based_on: BasedOnEach,
    file: File = None, wkt: Wkt = None, crs: Crs = None, layer: Layer = None,
    move: Move = None, insert: Insert = None, delete: Delete = None, tolerance: Tolerance = 0.5,
    reason: Reason = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """两宗共用的边界一起移动,不留缝隙和重叠 · move the common boundary of two parcels together: no gap, no overlap."""
    from gisreg.parcels.boundary.given import srid_of  # noqa: PLC0415 - as above
    from gisreg.parcels.boundary.neighbours import move_boundary as work  # noqa: PLC0415
    from gisreg.parcels.boundary.neighbours import move_common_vertices  # noqa: PLC0415

    changes = _changes(move, insert, delete)
    _require_one(line=file or wkt, vertices=changes)
    one, two = _bases([code, other], based_on)
    if changes:
        srid = srid_of(crs)
        _run(
            lambda c: move_common_vertices(c, one, two, changes, srid=srid, tolerance_m=tolerance, reason=reason), json
        )
        return
    line = _shape(file, wkt, crs, layer)
    _run(lambda connection: work(connection, one, two, line, reason), json)


def carve(
    code: Code, based_on: BasedOn, file: File = None, wkt: Wkt = None, crs: Crs = None, layer: Layer = None,
    area: Annotated[float | None, typer.Option(help="划出的平面面积(㎡)· planar area to carve off")] = None,
    direction: Direction = 0.0, set_: Set = None, reason: Reason = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """部分处置:划出的部分得新编号,余下的保留原编号 · a part gets its own number, the rest keeps the old one."""
    from gisreg.parcels.boundary.cut import carve as work  # noqa: PLC0415 - as above
    from gisreg.parcels.boundary.cut import carve_area  # noqa: PLC0415

    _require_one(polygon=file or wkt, area=area)
    basis, values = _basis(code, based_on), _values(set_)
    if area is not None:
        _run(lambda c: carve_area(c, basis, area, direction=direction, values=values, reason=reason), json)
        return
    part = _shape(file, wkt, crs, layer)
    _run(lambda connection: work(connection, basis, part, values, reason), json)


def remove(
    code: Code, based_on: BasedOn,
    reason: Annotated[str, typer.Option(help="核减的理由 · why it is struck off")],
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """核减一宗:编号停用,历史保留 · strike a parcel off; its number goes out of use, its history stays."""
    from gisreg.parcels.edits import remove as work  # noqa: PLC0415 - as above

    _run(lambda connection: work(connection, _basis(code, based_on), reason), json)


def undo(
    code: Code, version: Annotated[int, typer.Option(help="要撤销的版本 · the version to take back", min=1)],
    reason: Reason = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """撤销一次修改(连同它对其他宗地的影响),形成新版本 · take one edit back with all it did; this makes a new version."""
    from gisreg.parcels.undo import undo as work  # noqa: PLC0415 - as above

    _run(lambda connection: work(connection, code, version, reason), json)


def diff(
    code: Code,
    before: Annotated[int, typer.Argument(help="版本 · version", min=1)],
    after: Annotated[int, typer.Argument(help="另一版本 · another version", min=1)],
    json: JsonFlag = False,
) -> None:
    """比较两个版本:属性和界址 · compare two versions: fields and boundary."""
    from gisreg.parcels.versions import diff as compare  # noqa: PLC0415 - as above

    now = context()
    with open_engine(now.settings) as engine, transaction(engine) as connection:
        found = compare(connection, code, before, after)
    if json:
        print_json(asdict(found))
    else:
        _show_diff(now, found)


def _show_diff(now: Context, found: "Diff") -> None:
    headings = now.say(DIFF_HEADINGS, v=found.before["version"], w=found.after["version"]).split("|")
    rows = [
        (one["field"], one["title"][now.language],
         *(shown_or_dash(now, one["field"], one[when]) for when in ("before", "after")))
        for one in found.fields
    ]  # fmt: skip
    print_table(headings, rows, title=found.parcel_code)
    ground = found.boundary
    if ground is None or ground.moved_m is None:
        print_line(now.say(SAME_GROUND))
        return
    before, after = (f"{area or 0:,.2f}" for area in (ground.area_m2_before, ground.area_m2_after))
    print_line(now.say(GROUND, before=before, after=after, change=ground.area_m2_change or 0.0, moved=ground.moved_m))


def _run(work: Callable[["Connection"], "Edited"], json: bool) -> None:
    """The use case in one transaction, and what it did."""
    now = context()
    with open_engine(now.settings) as engine, transaction(engine, actor(now.settings)) as connection:
        edited = work(connection)
    if json:
        print_json(edited.as_json())
    else:
        _show(now, edited)


def _show(now: Context, edited: "Edited") -> None:
    from gisreg.parcels.lineage import OPERATIONS  # noqa: PLC0415 - as above

    print_line(now.say(DONE, operation=OPERATIONS[edited.operation].say(now.language), edit_id=edited.edit_id))
    rows = [
        (one.parcel_code, now.say(ROLES[one.role]), one.version, one.area_m2, one.planar_area_m2, one.official_area_m2)
        for one in edited.parcels
    ]
    print_table(now.say(HEADINGS).split("|"), rows)
    for one in edited.warnings:
        what, mend = one.what.say(now.language), one.mend.say(now.language)
        print_line(now.say(WARNING, code=one.parcel_code, what=what, mend=mend))


def _basis(code: str, version: int) -> "Basis":
    from gisreg.parcels.editing import Basis  # noqa: PLC0415 - as above

    return Basis(code, version)


def _bases(codes: Sequence[str], versions: Sequence[int]) -> "list[Basis]":
    if len(codes) != len(versions):
        raise VersionsWanted(where="--based-on", codes=len(codes), given=len(versions))
    return [_basis(code, version) for code, version in zip(codes, versions, strict=True)]


def _shape(file: Path | None, wkt: str | None, crs: str | None, layer: str | None) -> "Given":
    from gisreg.parcels.boundary.given import given_file, given_text  # noqa: PLC0415 - as above

    if (file is None) == (wkt is None):
        raise ShapeWanted(ways="--file, --wkt")
    return given_file(file, crs, layer) if file is not None else given_text(wkt or "", crs, "--wkt")


def _require_one(**ways: object) -> None:
    given = [name for name, value in ways.items() if value]
    if len(given) != 1:
        names = {"line": "--file/--wkt", "polygon": "--file/--wkt", "vertices": "--move/--insert/--delete"}
        raise ShapeWanted(ways=", ".join(names.get(name, f"--{name}") for name in ways))


def _values(pairs: Sequence[str] | None) -> dict[str, str]:
    values = {}
    for pair in pairs or ():
        name, equals, value = pair.partition("=")
        if not equals:
            raise PairUnreadable(where="--set", value=pair[:80], form="name=value")
        values[name.strip()] = value
    return values


def _changes(
    move: Sequence[str] | None, insert: Sequence[str] | None, delete: Sequence[str] | None
) -> "list[VertexChange]":
    return [
        *(_change("move", text) for text in move or ()),
        *(_change("insert", text) for text in insert or ()),
        *(_change("delete", text) for text in delete or ()),
    ]


def _change(operation: Literal["move", "insert", "delete"], text: str) -> "VertexChange":
    from gisreg.parcels.boundary.reshape import VertexChange  # noqa: PLC0415 - as above

    places = text.split(":")
    wanted = 2 if operation == "move" else 1
    found = [COORDINATE.fullmatch(place) for place in places]
    if len(places) != wanted or not all(found):
        form = "X,Y:X2,Y2" if operation == "move" else "X,Y"
        raise PairUnreadable(where=f"--{operation}", value=text[:80], form=form)
    points = [(float(one[1]), float(one[2])) for one in found if one]
    return VertexChange(operation, points[0], points[1] if operation == "move" else None)
