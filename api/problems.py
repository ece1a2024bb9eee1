"""Problem documents (RFC 9457): what is wrong, where, and the mend, for programs and people alike."""

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from api.preconditions import BasisContradicted, BasisMissing, PreconditionFailed
from gisreg.errors import (
    AccessError,
    ConflictError,
    DatabaseError,
    GisregError,
    InputError,
    NotFoundError,
    ResourceError,
    SetupError,
)
from gisreg.features.pages import TookTooLong
from gisreg.filetypes import DocumentTooLarge, FileTypeRefused, MacrosInside
from gisreg.parcels.faults import BoundaryFault, FieldUnknown, ParcelRetired, ValueUnusable
from gisreg.text import Language, Text

MEDIA_TYPE = "application/problem+json"

STATUS: tuple[tuple[type[GisregError], int, Text], ...] = (
    (DocumentTooLarge, 413, Text("文件过大", "Too large")),
    (FileTypeRefused, 415, Text("不收这种文件", "Not a kind of file that is kept")),
    (MacrosInside, 415, Text("不收这种文件", "Not a kind of file that is kept")),
    (BoundaryFault, 422, Text("图形不合要求", "The shape is not what it should be")),
    (FieldUnknown, 422, Text("字段不能修改", "Not a field for editing")),
    (ValueUnusable, 422, Text("值不可用", "The value does not fit")),
    (ParcelRetired, 410, Text("编号已停用", "The number is out of use")),
    (BasisContradicted, 422, Text("版本前后矛盾", "The versions contradict each other")),
    (BasisMissing, 422, Text("缺少所依据的版本", "The version edited is not told")),
    (PreconditionFailed, 412, Text("版本不符", "Precondition failed")),
    (InputError, 400, Text("请求有误", "Bad request")),
    (NotFoundError, 404, Text("没有找到", "Not found")),
    (ConflictError, 409, Text("与现状冲突", "Conflict")),
    (DatabaseError, 503, Text("数据库不可用", "Database unavailable")),
    (AccessError, 403, Text("不允许", "Not allowed")),
    (TookTooLong, 503, Text("查询超时", "The query took too long")),
    (ResourceError, 507, Text("本机资源不足", "Out of resources")),
    (SetupError, 503, Text("尚未就绪", "Not ready")),
)
"""The one table from the kind of a failure to its HTTP status; what is more particular comes first."""

RETRY_AFTER_SECONDS = 5

NAMING = ("parcel_code", "parcel", "township", "county", "crs", "run", "checkout", "batch", "given", "key")
"""Parameters of a failure that name what was asked for: its place where it tells none."""

MENDS: dict[str, Text] = {
    "parcel_not_found": Text("请用 GET /parcels 查编号", "look the number up with GET /parcels"),
    "parcel_retired": Text(
        "后继编号见 successors;历史见 GET /parcels/{parcel_code}/history",
        "successors lists what it became; its past: GET /parcels/{parcel_code}/history",
    ),
    "version_not_found": Text(
        "请用 GET /parcels/{parcel_code}/history 查版本", "see its versions with GET /parcels/{parcel_code}/history"
    ),
    "county_unknown": Text("请改用已有的县,或不指定县", "name a county that there is, or none"),
    "run_unknown": Text("请用 GET /plan/runs 查看", "GET /plan/runs lists them"),
    "no_accepted_run": Text(
        "请先运行并采用(POST /plan/runs,再 POST /plan/runs/编号/accept)",
        "run the rules and accept it: POST /plan/runs, then POST /plan/runs/NUMBER/accept",
    ),
    "unknown_queryable": Text("{nearest}全部名称见 GET /queryables", "{nearest}GET /queryables lists all names"),
    "sort_unknown": Text(
        "{nearest}全部名称见 GET /queryables;降序在名称前加 -",
        "{nearest}GET /queryables lists all names; a leading - turns the order round",
    ),
    "checkout_not_found": Text("请用 GET /checkouts 查看", "GET /checkouts lists them"),
}
"""The way out over HTTP, of failures whose mend names a command."""


class ProblemPart(BaseModel):
    """One of several faults in a request."""

    where: str = Field(description="参数或字段 · parameter or field")
    detail: str


class Problem(BaseModel):
    """RFC 9457 问题文档 · problem document."""

    type: str = Field(examples=["urn:gisreg:problem:parcel_not_found"])
    title: str = Field(description="类别 · kind of failure", examples=["没有找到"])
    status: int = Field(examples=[404])
    detail: str = Field(description="出了什么问题 · what is wrong", examples=["没有编号为 149901-0000001 的宗地"])
    instance: str = Field(description="请求的地址 · the address asked for", examples=["/parcels/149901-0000001"])
    code: str = Field(description="稳定的代码，供程序判断 · stable, for programs", examples=["parcel_not_found"])
    where: str = Field("", description="出错位置 · the row, field or parameter")
    mend: str = Field("", description="如何处理 · what to do about it")
    errors: list[ProblemPart] | None = Field(None, description="逐项说明 · each fault by itself")
    differences: list[dict[str, Any]] | None = Field(
        None,
        description="版本过期时逐字段的原值、现值和所要的值 · of a stale version: each field based on, now, and yours",
    )
    successors: list[str] | None = Field(None, description="停用编号的后继 · where a retired number leads")


def problem_schema() -> dict[str, Any]:
    """A problem document for an OpenAPI 3.0 document: what every one has."""
    texts = {name: {"type": "string"} for name in ("type", "title", "detail", "instance", "code", "where", "mend")}
    return {"type": "object", "required": [*texts, "status"], "properties": {**texts, "status": {"type": "integer"}}}


@dataclass(frozen=True)
class Fault:
    """A failure before it is put into words of one language."""

    status: int
    title: Text
    code: str
    what: Text
    mend: Text
    where: str | Text = ""
    headers: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    def say_where(self, language: Language) -> str:
        """The place in the reader's language."""
        return self.where.say(language) if isinstance(self.where, Text) else self.where

    def response(self, instance: str, language: Language) -> Response:
        """The problem document as an answer."""
        document = {
            "type": f"urn:gisreg:problem:{self.code}",
            "title": self.title.say(language),
            "status": self.status,
            "detail": self.what.say(language),
            "instance": instance,
            "code": self.code,
            "where": self.say_where(language) or (instance if self.status == HTTPStatus.NOT_FOUND else ""),
            "mend": self.mend.say(language),
            **self.more,
        }
        headers = {"Cache-Control": "no-store", "Content-Language": language, **self.headers}
        body = json.dumps(document, ensure_ascii=False, default=str).encode("utf-8", "replace")
        return Response(body, self.status, headers, MEDIA_TYPE)


def fault_of(error: GisregError) -> Fault:
    """The failure with the status of its kind; failures of HTTP itself bring their own."""
    usual, title = next((code, words) for kind, code, words in STATUS if isinstance(error, kind))
    status = int(getattr(type(error), "http_status", usual))
    headers = dict(getattr(type(error), "http_headers", {}))
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return Fault(
        status,
        title,
        error.code,
        Text(error.say_what("zh"), error.say_what("en")),
        Text(_mend(error, "zh"), _mend(error, "en")),
        error.place or next((str(error.params[name])[:100] for name in NAMING if error.params.get(name)), ""),
        headers,
        {name: error.params[name] for name in getattr(error, "shown", ())},
    )


def _mend(error: GisregError, language: Language) -> str:
    """The way out over HTTP, else the failure's own."""
    instead = MENDS.get(error.code)
    if instead is None:
        return error.say_mend(language)
    worded = {name: one.say(language) if isinstance(one, Text) else one for name, one in error.params.items()}
    return instead.say(language, **worded)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses: the problems an operation may answer with."""
    return {status: {"description": _MEANINGS[status], "content": {MEDIA_TYPE: _SCHEMA}} for status in statuses}


_SCHEMA = {"schema": {"$ref": "#/components/schemas/Problem"}}
_MEANINGS = {status: title.both() for _, status, title in reversed(STATUS)} | {
    308: "编号已停用，只有一个后继 (out of use; its one successor is at Location)",
    304: "自上次以来没有变化 (unchanged since the ETag given)",
    405: "此地址不支持这种请求方法 (this address does not take that method)",
    413: "请求体过大 (the body is too large)",
    415: "请求体不是 JSON (the body is not JSON)",
    428: "没有说明所依据的版本 (the version that the edit is based on is not told)",
    422: "参数不合要求 (a parameter is not what it should be)",
    503: "数据库不可用或尚未就绪 (database unavailable, or not set up)",
}
