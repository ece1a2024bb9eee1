"""OGC API – Features, part 4: features are made, replaced, changed and struck off, through the same checks as ever."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.dependencies import ActorDep, RegistryDep
from api.ogc.bodies import PART, WHOLE, DocumentDep
from api.ogc.described_parameters import COLLECTION, FEATURE
from api.ogc.roots import OGC, QGIS
from api.preconditions import MatchDep, Wanted, version_tag
from api.problems import documented
from gisreg.errors import InputError
from gisreg.features.bodies import read_changes, read_feature
from gisreg.features.collections import Collection, collection_of
from gisreg.features.crs import Crs, crs_of
from gisreg.features.edits import create, own_since, replace, require_member, update
from gisreg.parcels.editing import Basis, Edited
from gisreg.parcels.edits import remove
from gisreg.parcels.versions import current_stamp
from gisreg.text import Text

router = APIRouter(tags=["ogc"])
Route = Callable[[Callable[..., Response]], Callable[..., Response]]

READS = "GET, HEAD, OPTIONS"
STRUCK_OFF = Text("由外部程序删除", "deleted by a program")
_PROBLEMS = documented(400, 403, 404, 409, 410, 412, 413, 415, 422, 428, 503)
_CRS_HEADER = {
    "name": "Content-Crs", "in": "header", "required": False, "schema": {"type": "string"},
    "description": "内容坐标的坐标系,默认 CRS84 · the CRS of the body, by default CRS84",
}  # fmt: skip
_MATCH_HEADER = {
    "name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"},
    "description": "所依据的 ETag;没有时 428 · the ETag that the edit is based on; without it 428",
}  # fmt: skip


class VersionNotTold(InputError):
    """Neither the header nor the body says what the edit is based on."""

    http_status: ClassVar[int] = 428
    what: ClassVar[Text] = Text("没有 If-Match 头", "the header If-Match is missing")
    mend: ClassVar[Text] = Text(
        "请先 GET 该要素,再以其 ETag 作 If-Match;QGIS 请连接 /qgis",
        "GET the feature and send its ETag as If-Match; QGIS connects to /qgis",
    )


class NotEditable(InputError):
    """A collection that is only read."""

    http_status: ClassVar[int] = 405
    http_headers: ClassVar[dict[str, str]] = {"Allow": READS}
    what: ClassVar[Text] = Text("要素集 {collection} 只读", "the collection {collection} is read only")
    mend: ClassVar[Text] = Text("请在 parcels 或各类型的要素集中修改", "edit in parcels or in the collection of a kind")


@dataclass(frozen=True)
class Editing:
    """One edit over this API."""

    request: Request
    registry: RegistryDep
    actor: ActorDep
    match: MatchDep

    @property
    def by_qgis(self) -> bool:
        """Below the root for clients without ``If-Match``."""
        return self.request.url.path.startswith(f"{QGIS}/")

    def crs(self) -> Crs:
        """The system of the body.

        Raises:
            CrsNotServed.
        """
        given = self.request.headers.get("content-crs")
        return crs_of(given.strip().removeprefix("<").removesuffix(">") if given else None, "Content-Crs")

    def collection(self, name: str) -> Collection:
        """A collection that may be edited.

        Raises:
            CollectionUnknown, NotEditable.
        """
        found = collection_of(name)
        if not found.editable:
            raise NotEditable(where=name, collection=name)
        return found

    def basis(self, connection: Connection, code: str, version: Any = None) -> Basis:
        """The version that the edit is based on.

        Raises:
            VersionNotTold, PreconditionFailed, ParcelNotFound.
        """
        if self.match.given:
            return self.match.basis(connection, Wanted(code))
        now = current_stamp(connection, code)
        told = version if isinstance(version, int) and not isinstance(version, bool) and version > 0 else None
        if told is None and not self.by_qgis:
            raise VersionNotTold(where="If-Match")
        if told is None or (self.by_qgis and own_since(connection, code, told, self.actor)):
            return Basis(code, now.version)
        return Basis(code, told)


EditingDep = Annotated[Editing, Depends()]


def _edits(method: str, path: str, summary: str, *in_path: dict[str, Any], body: tuple[str, ...] = ()) -> Route:
    parameters = [*in_path, *([_CRS_HEADER] if body else []), *([_MATCH_HEADER] if FEATURE in in_path else [])]
    told: dict[str, Any] = {"parameters": parameters}
    if body:
        told["requestBody"] = {"required": True, "content": {kind: {"schema": {"type": "object"}} for kind in body}}
    status = 201 if method == "POST" else 204
    options: dict[str, Any] = {"methods": [method], "response_class": Response, "status_code": status}

    def both(work: Callable[..., Response]) -> Callable[..., Response]:
        responses = {status: {"description": "完成 · done"}, **_PROBLEMS}
        router.add_api_route(OGC + path, work, summary=summary, responses=responses, openapi_extra=told, **options)
        if method != "PATCH":
            router.add_api_route(QGIS + path, work, include_in_schema=False, **options)
        return work

    return both


ITEMS, ITEM = "/collections/{collection}/items", "/collections/{collection}/items/{fid}"


@_edits("POST", ITEMS, "新增要素 · create", COLLECTION, body=WHOLE)
def made(editing: EditingDep, collection: str, document: DocumentDep) -> Response:
    """A new parcel; the registry gives its number, told in `Location`."""
    wanted = editing.collection(collection)
    body = read_feature(document, editing.crs())
    with editing.registry.transaction(editing.actor) as connection:
        done = create(connection, wanted, body, editing.registry.settings.county)
    new = done.parcels[0]
    there = f"{str(editing.request.base_url).rstrip('/')}{editing.request.url.path}/{new.parcel_code}"
    return Response(status_code=201, headers={"Location": there, **_tag(new.parcel_code, new.version)})


@_edits("PUT", ITEM, "替换要素 · replace", COLLECTION, FEATURE, body=WHOLE)
def replaced(editing: EditingDep, collection: str, fid: str, document: DocumentDep) -> Response:
    """The feature as the body has it; what the registry computes is passed over, what is absent becomes unknown."""
    wanted = editing.collection(collection)
    body = read_feature(document, editing.crs())
    return _edited(
        editing, wanted, fid, lambda c, basis: replace(c, wanted, basis, body), body.properties.get("version")
    )


@_edits("PATCH", ITEM, "修改要素 · update", COLLECTION, FEATURE, body=PART)
def changed(editing: EditingDep, collection: str, fid: str, document: DocumentDep) -> Response:
    """The parts that the body names."""
    wanted = editing.collection(collection)
    body = read_changes(document, editing.crs())
    return _edited(
        editing, wanted, fid, lambda c, basis: update(c, wanted, basis, body), body.properties.get("version")
    )


@_edits("DELETE", ITEM, "核减 · delete", COLLECTION, FEATURE)
def struck_off(editing: EditingDep, collection: str, fid: str) -> Response:
    """The number goes out of use; its history stays, and the edit can be undone."""
    wanted = editing.collection(collection)
    reason = STRUCK_OFF.say(editing.registry.settings.language)
    return _edited(editing, wanted, fid, lambda c, basis: [remove(c, basis, reason)])


def _edited(
    editing: Editing,
    wanted: Collection,
    fid: str,
    work: Callable[[Connection, Basis], list[Edited]],
    version: Any = None,
) -> Response:
    with editing.match.told(), editing.registry.transaction(editing.actor) as connection:
        require_member(connection, wanted, fid)
        basis = editing.basis(connection, fid, version)
        done = work(connection, basis)
        now = current_stamp(connection, fid).version if done else basis.version
    return Response(status_code=204, headers=_tag(fid, now))


def _tag(code: str, version: int) -> dict[str, str]:
    """A tag that names the new version; of which representation does not matter to ``If-Match``."""
    return {"ETag": version_tag(code, version, b"", "edited")}


@router.options(OGC + ITEMS, include_in_schema=False)
@router.options(QGIS + ITEMS, include_in_schema=False)
def list_options(collection: str) -> Response:
    """What can be done with a collection."""
    allowed = f"{READS}, POST" if collection_of(collection).editable else READS
    told = {"Allow": allowed, **({"Accept-Post": ", ".join(WHOLE)} if "POST" in allowed else {})}
    return Response(status_code=200, headers=told)


@router.options(OGC + ITEM, include_in_schema=False)
@router.options(QGIS + ITEM, include_in_schema=False)
def item_options(request: Request, collection: str) -> Response:
    """What can be done with a feature; QGIS asks also about one that there is not."""
    if not collection_of(collection).editable:
        return Response(status_code=200, headers={"Allow": READS})
    if request.url.path.startswith(f"{QGIS}/"):
        return Response(status_code=200, headers={"Allow": f"{READS}, PUT, DELETE"})
    told = {"Allow": f"{READS}, PUT, PATCH, DELETE", "Accept-Patch": ", ".join(PART)}
    return Response(status_code=200, headers=told)
