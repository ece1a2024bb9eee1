"""The API's description: what it is for, what a parcel looks like, what a problem looks like."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import MEDIA_TYPE, Problem
from api.schemas import parcel_schema

DESCRIPTION = """
县域闲置资产台账：闲置土地、批而未供土地、半拉子工程、闲置厂房，用、售、租、融。
A county's registry of land and buildings that earn nothing: use, sell, lease or finance.

- 坐标 EPSG:4490（CGCS2000），经度在前；面积 m² 与亩；金额万元。 Coordinates EPSG:4490, longitude first.
- 条件用 CQL2，字段见 `/queryables`。 Filters are CQL2 over `/queryables`.
- 出错返回 RFC 9457 问题文档：`code`、`detail`、`where`、`mend`；语言按 `Accept-Language` 或 `?lang=`。
  Every error is an RFC 9457 problem document, in the language asked for.
- 读取类地址带 `ETag`；带 `If-None-Match` 再问，没有变化即 304。 Reads carry an `ETag`.
- 目前没有登录，只在本机回环地址服务。 There is no sign-in yet: loopback only.
"""
TAGS = [
    {"name": "townships", "description": "各乡镇剩余待盘活与未销号 · what is left, what is not closed"},
    {"name": "parcels", "description": "宗地、历史、可查询字段 · parcels, history, queryables"},
    {"name": "edits", "description": "修改、界址作业、版本、来源 · edits, boundary work, versions, lineage"},
    {"name": "rights", "description": "权利、抵押查封、合同、权属 · rights, encumbrances, contracts, the title"},
    {
        "name": "affairs",
        "description": "批文、项目、企业、园区、资产卡片 · approvals, projects, enterprises, zones, cards",
    },
    {"name": "imports", "description": "上传、预检、入库 · upload, preview, accept"},
    {"name": "batches", "description": "入库批次、撤销、原文件 · batches, their undoing, their sources"},
    {"name": "checkouts", "description": "借出与交回编辑 · taken out for editing and brought back"},
    {"name": "documents", "description": "文档和照片 · documents and photographs"},
    {"name": "units", "description": "乡镇、村的合并、拆分、更名 · units merge, split, are renamed"},
    {"name": "plan", "description": "处置建议：运行、采用、解释 · what should become of each parcel"},
    {"name": "closeout", "description": "方案、步骤、销号、流量表 · plans, steps, close-outs, the flow"},
    {"name": "export", "description": "导出文件 · files for other programs"},
    {"name": "ogc", "description": "OGC API – Features、Tiles:供 QGIS、GDAL 等连接 · for QGIS, GDAL and others"},
    {"name": "maps", "description": "网页地图 · map pages"},
    {"name": "health", "description": "存活与就绪 · liveness and readiness"},
]


def install(app: FastAPI) -> None:
    """Make ``/openapi.json`` tell all of this; built at the first request."""

    def description() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _build(app)
        return app.openapi_schema

    # FastAPI's documented way to extend the description.
    app.openapi = description  # type: ignore[method-assign]  # the way FastAPI documents


def _build(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes, tags=TAGS)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(_problem_schemas())
    schemas["Parcel"] = parcel_schema()
    for operations in document["paths"].values():
        for operation in operations.values():
            _own_validation_problem(operation)
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    return document


def _problem_schemas() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs", {}), "Problem": schema}


def _own_validation_problem(operation: dict[str, Any]) -> None:
    """FastAPI describes its own form of 422; here it is a problem document like any other."""
    answer = operation.get("responses", {}).get("422")
    if answer:
        answer["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
