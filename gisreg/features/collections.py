"""The collections: parcels, each kind, closed ones, public sites, townships, plans."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal, cast

from sqlalchemy import ColumnElement, Date, FromClause, Table, case, func, literal, null, or_, select
from sqlalchemy import Text as SqlText
from sqlalchemy import cast as sql_cast

from gisreg.db.models import AdminUnit, Parcel, Plan
from gisreg.errors import NotFoundError
from gisreg.features.moment import Moment
from gisreg.features.reader import PUBLIC_FIELDS, Reader, is_public
from gisreg.parcels.asof import current_at
from gisreg.parcels.in_use import in_use
from gisreg.parcels.queryables import QUERYABLES, Queryable
from gisreg.text import Text
from gisreg.vocab import Kind, Label, State, UnitLevel

GEOMETRY = "boundary"
PARCELS = "parcels"


class CollectionUnknown(NotFoundError):
    """No such collection."""

    what: ClassVar[Text] = Text("没有要素集 {given}", "there is no collection {given}")
    mend: ClassVar[Text] = Text("要素集见 /ogc/collections:{known}", "/ogc/collections lists them: {known}")


@dataclass(frozen=True)
class Collection:
    """What is served under one name. Its source has ``id`` (the key inside the database) and the columns named here."""

    name: str
    titles: Text
    about: Text
    fid: str
    """The column by which a feature is known outside."""
    fields: dict[str, Queryable]
    """What a feature tells and what a filter may ask, the boundary among it."""
    source_at: Callable[[Moment | None], FromClause]
    restrict: Callable[[FromClause], list[ColumnElement[bool]]] = lambda _source: []
    kind: Kind | None = None
    is_parcels: bool = True
    """Features are parcels: they have versions, and numbers that go out of use."""
    is_narrow: bool = False
    """Its rows can be chosen from the table of parcels alone."""
    editable: bool = False
    hides_removed: bool = False
    extent_of: Literal["parcels", "townships", "plans"] = "parcels"
    in_order_of: str = ""
    """The unique column that pages follow, where it is not ``fid``."""

    @property
    def order(self) -> str:
        """The unique column that pages follow."""
        return self.in_order_of or self.fid

    @property
    def properties(self) -> list[str]:
        """The fields but for the boundary, in order."""
        return [name for name in self.fields if name != GEOMETRY]

    def rows(
        self, source: FromClause, reader: Reader, where: ColumnElement[bool] | None = None
    ) -> list[ColumnElement[bool]]:
        """What restricts a reader's view of the collection, a compiled filter among it."""
        removed = in_use(source, where) if self.hides_removed else []
        return [*reader.rows(source), *self.restrict(source), *removed, *([] if where is None else [where])]


def _parcels_at(moment: Moment | None) -> FromClause:
    return current_at() if moment is None else current_at(moment.day, moment.until)


def _of_kind(kind: Kind) -> Callable[[FromClause], list[ColumnElement[bool]]]:
    return lambda source: [source.c.kind == kind]


def _closed(source: FromClause) -> list[ColumnElement[bool]]:
    return [source.c.state == State.CLOSED]


def _field(name: str, type_: Any, zh: str, en: str, *, unit: str | None = None, terms: Any = None) -> Queryable:
    return Queryable(name, type_, Text(zh, en), unit, terms)


def _named(*fields: Queryable) -> dict[str, Queryable]:
    return {field.name: field for field in fields}


TOWNSHIP_FIELDS = _named(
    _field("code", "string", "乡镇代码", "Township code"),
    _field("name", "string", "名称", "Name"),
    _field("name_en", "string", "英文名", "Name (English)"),
    _field("county_code", "string", "县级代码", "County code"),
    _field("area_m2", "number", "面积", "Area", unit="m²"),
    _field("valid_from", "date", "启用日期", "Valid from"),
    _field("valid_to", "date", "停用日期", "Valid to"),
    _field(GEOMETRY, "geometry", "界线", "Boundary"),
)
PLAN_FIELDS = _named(
    _field("plan_no", "string", "方案编号", "Plan number"),
    QUERYABLES["parcel_code"], QUERYABLES["county_code"], QUERYABLES["kind"], QUERYABLES["state"],
    _field("parcel_name", "string", "宗地名称", "Parcel"),
    QUERYABLES["township_code"],
    _field("label", "string", "处置方式", "Label", terms=Label),
    _field("measure", "string", "处置措施", "Measure"),
    _field("reason", "string", "理由", "Reason"),
    _field("basis", "string", "依据", "Legal basis"),
    _field("agency", "string", "责任单位", "Responsible unit"),
    _field("leader", "string", "责任领导", "Leader"),
    _field("due_on", "date", "办理期限", "Due on"),
    _field("document", "string", "文件", "Document"),
    _field("decided_on", "date", "确定日期", "Decided on"),
    _field(GEOMETRY, "geometry", "界址", "Boundary"),
)  # fmt: skip


def _townships_at(moment: Moment | None) -> FromClause:
    """The units that are valid that day; days without a beginning or an end are unknown outside."""
    unit = cast(Table, AdminUnit.__table__).c
    # the server's own day, so that a statement that is kept ages with it
    day = literal(moment.day, Date) if moment else func.current_date()
    columns = [unit[name] for name in ("code", "name", "name_en", "county_code", "area_m2", GEOMETRY)]
    spans = [_finite(unit.valid_from).label("valid_from"), _finite(unit.valid_to).label("valid_to")]
    wanted = select(unit.id, *columns, *spans).where(
        unit.level == UnitLevel.TOWNSHIP, unit.valid_from <= day, unit.valid_to > day
    )
    return wanted.subquery("township")


def _finite(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((func.isfinite(column), column), else_=sql_cast(null(), Date))


def _plans_at(moment: Moment | None) -> FromClause:
    """Plans in force, with the parcel's boundary as it is at that moment."""
    plan = cast(Table, Plan.__table__).c
    parcel = (Parcel.__table__ if moment is None else _parcels_at(moment)).alias("planned")
    own = [plan[name] for name in ("label", "measure", "reason", "basis", "agency", "leader", "due_on", "document")]
    theirs = [parcel.c[name] for name in ("parcel_code", "county_code", "kind", "state", "township_code", GEOMETRY)]
    joined = cast(Table, Plan.__table__).join(parcel, parcel.c.id == plan.parcel_id)
    wanted = select(
        plan.id, sql_cast(plan.id, SqlText).label("plan_no"), *own, *theirs, parcel.c.name.label("parcel_name"),
        sql_cast(func.timezone("Asia/Shanghai", plan.recorded_at), Date).label("decided_on"),
    ).select_from(joined)  # fmt: skip
    if moment is None:
        wanted = wanted.where(plan.ended_at.is_(None))
    else:
        wanted = wanted.where(
            plan.recorded_at < moment.until, or_(plan.ended_at.is_(None), plan.ended_at >= moment.until)
        )
    return wanted.subquery("plan_in_force")


_KIND_WORDS = Text("类型为{zh}的宗地", "Parcels of the kind: {en}")


@cache
def collections() -> dict[str, Collection]:
    """All collections by name, in the order they are listed."""
    whole = dict(QUERYABLES)
    found = [
        Collection(
            PARCELS, Text("宗地", "Parcels"),
            Text("台账中全部在用宗地:界址、面积、权属、建议", "All parcels in use: boundary, areas, title, advice"),
            "parcel_code", whole, _parcels_at, is_narrow=True, editable=True, hides_removed=True,
        ),
        *(
            Collection(
                kind.value, kind.titles,
                Text(_KIND_WORDS.zh.format(zh=kind.zh), _KIND_WORDS.en.format(en=kind.en.lower())),
                "parcel_code", whole, _parcels_at, _of_kind(kind), kind, is_narrow=True, editable=True,
                hides_removed=True,
            )
            for kind in Kind
        ),
        Collection(
            "closed_parcels", Text("已销号宗地", "Closed parcels"),
            Text("已销号的宗地", "Parcels that are closed out"),
            "parcel_code", whole, _parcels_at, _closed, is_narrow=True,
        ),
        Collection(
            "public_sites", Text("可公开地块", "Public sites"),
            Text(
                "可对外推介的地块:建议为售、租、融,权属清楚,不受限制,权利人非私有",
                "Sites that are offered: to be sold, leased or financed, title clear, not held back, no private holder",
            ),
            "parcel_code", {name: QUERYABLES[name] for name in (*PUBLIC_FIELDS, GEOMETRY)}, _parcels_at, is_public,
        ),
        Collection(
            "townships", Text("乡镇", "Townships"), Text("乡镇、街道的界线", "Townships and their boundaries"),
            "code", TOWNSHIP_FIELDS, _townships_at, is_parcels=False, extent_of="townships",
        ),
        Collection(
            "plans", Text("方案", "Plans"),
            Text("已确定的方案(一地一策),界址为其宗地", "Plans decided on, drawn as their parcels"),
            "plan_no", PLAN_FIELDS, _plans_at, is_parcels=False, extent_of="plans", in_order_of="id",
        ),
    ]  # fmt: skip
    return {one.name: one for one in found}


def collection_of(name: str) -> Collection:
    """The collection of a name.

    Raises:
        CollectionUnknown.
    """
    found = collections().get(name)
    if found is None:
        raise CollectionUnknown(where=name[:100], given=name[:100], known=", ".join(collections()))
    return found
