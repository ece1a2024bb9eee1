"""Rule sets over HTTP: those that the registry brings, and one that somebody sends to be checked, told or tried."""

import tempfile
from collections.abc import AsyncIterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.dependencies import ActorDep, LanguageDep, RegistryDep
from api.encoding import json_bytes
from api.parameters import FIRST_DAY, LAST_DAY, County, Day
from api.problems import documented
from api.records import JSON, LIST, listed
from api.routers.export import disposition
from gisreg.counties import choose_county
from gisreg.planning.named import named_ruleset, rulesets
from gisreg.planning.ruleset import MAX_BYTES, RuleSetTooLarge

router = APIRouter()

SENT = "rules.toml"
"""What a set that is sent is called in messages."""
FIRST = 20
MAX_FIRST = 1_000
REFUSALS = documented(400, 403, 404, 409, 415, 422, 503)
_TOML = {
    "application/toml": {"schema": {"type": "string"}},
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
}
_BODY = {"requestBody": {"required": True, "content": _TOML, "description": "TOML, UTF-8"}}
_FINDING = {
    "type": "object",
    "properties": {
        "level": {"enum": ["error", "warning", "note"]},
        "code": {"type": "string"},
        "line": {"type": ["integer", "null"]},
        "thing": {"type": "string"},
        "field": {"type": "string"},
        "what": {"type": "object"},
        "mend": {"type": "object"},
    },
}
_REPORT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "file": {"type": "string"},
        "clean": {"type": "boolean"},
        "findings": {"type": "array", "items": _FINDING},
        "ruleset": {"type": "string"},
        "sha256": {"type": "string"},
    },
}
_TRIAL: dict[str, Any] = {
    "type": "object",
    "properties": {
        "ruleset": {"type": "string"},
        "as_of": {"type": "string", "format": "date"},
        "parcels": {"type": "integer"},
        "by_label": {"type": "object"},
        "changed": {"type": "array", "items": {"type": "object"}},
        "moves": {"type": "array", "items": {"type": "object"}},
        "parcels_changed": {"type": "array", "items": {"type": "object"}},
    },
}


class TableForm(StrEnum):
    """As what the decision table is sent."""

    HTML = "html"
    XLSX = "xlsx"


MEDIA = {
    TableForm.HTML: "text/html; charset=utf-8",
    TableForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _route(summary: str, content: dict[str, Any], *, sent: bool = False) -> dict[str, Any]:
    """How a route that answers with this content is told of; ``sent``: a rule set is its body."""
    told = {200: {"description": "完成 · done", "content": content}, **REFUSALS}
    return {"summary": summary, "responses": told, "response_class": Response, "openapi_extra": _BODY if sent else None}


_JSON = {JSON: {"schema": _REPORT}}
_FILES = {media.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA.values()}
Name = Annotated[str, InPath(pattern="^[a-z][a-z0-9_-]{0,63}$", description="规则集名称，如 national · its name")]
TrialDay = Annotated[Day | None, Query(ge=FIRST_DAY, le=LAST_DAY, description="基准日，默认今天 · the clock's date")]
Form = Annotated[TableForm, Query(alias="format", description="网页或工作簿 · a page or a workbook")]


async def sent_file(request: Request) -> AsyncIterator[Path]:
    """The body as a file in a folder of its own, gone afterwards; a larger one than any set is not read to the end."""
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > MAX_BYTES:
        raise RuleSetTooLarge(SENT, limit=MAX_BYTES)
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BYTES:
            raise RuleSetTooLarge(SENT, limit=MAX_BYTES)
    with tempfile.TemporaryDirectory(prefix="gisreg-rules-") as folder:
        file = Path(folder) / SENT
        await run_in_threadpool(file.write_bytes, content)
        yield file


Sent = Annotated[Path, Depends(sent_file)]


@router.get("/plan/rules", **_route("规则集 · rule sets", {JSON: {"schema": LIST}}))
def known(registry: RegistryDep) -> Response:
    """Those that a run may name."""
    from gisreg.planning.ruleset import load_ruleset  # noqa: PLC0415 - rules are loaded when asked for

    found = []
    for name, path in rulesets(registry.settings.data_dir).items():
        loaded = load_ruleset(path)
        heading = loaded.rules.ruleset
        titles = {"title": heading.title.text._asdict(), "version": heading.version, "valid_from": heading.valid_from}
        found.append({"name": name, **titles, "sha256": loaded.sha256, "rules": len(loaded.rules.rules)})
    return Response(json_bytes(listed(found)), media_type=JSON)


@router.get("/plan/rules/{name}/lint", **_route("检查规则集 · check a rule set", _JSON))
def lint(registry: RegistryDep, name: Name) -> Response:
    """Errors, warnings and notes, each with its line and mend."""
    return _linted(named_ruleset(registry.settings.data_dir, name))


@router.post("/plan/lint", **_route("检查一份规则 · check rules that are sent", _JSON, sent=True))
def lint_sent(file: Sent) -> Response:
    """Send the TOML itself as `application/toml` (or `octet-stream`), 2 MB at most. Faults are in the answer."""
    return _linted(file)


def _linted(file: Path) -> Response:
    from gisreg.planning.lint import lint as check  # noqa: PLC0415 - as above

    return Response(json_bytes(check(file).as_json()), media_type=JSON)


@router.get("/plan/rules/{name}/table", **_route("决策表 · the decision table", _FILES))
def table(registry: RegistryDep, language: LanguageDep, name: Name, form: Form = TableForm.HTML) -> Response:
    """A rule set in words, for lawyers, as a file."""
    return _told(named_ruleset(registry.settings.data_dir, name), form, language)


@router.post("/plan/table", **_route("一份规则的决策表 · the table of rules that are sent", _FILES, sent=True))
def table_sent(file: Sent, language: LanguageDep, form: Form = TableForm.HTML) -> Response:
    """Send the TOML itself as `application/toml` (or `octet-stream`), 2 MB at most."""
    return _told(file, form, language)


def _told(file: Path, form: TableForm, language: Any) -> Response:
    from gisreg.planning.ruleset import load_ruleset  # noqa: PLC0415 - as above
    from gisreg.planning.table import decision_table  # noqa: PLC0415
    from gisreg.planning.table_files import to_html, to_xlsx  # noqa: PLC0415

    told = decision_table(load_ruleset(file), language)
    content = to_html(told) if form == TableForm.HTML else to_xlsx(told)
    headers = {"content-disposition": disposition(f"{told.title}.{form}", f"rules.{form}")}
    return Response(content, headers=headers, media_type=MEDIA[form])


@router.post(
    "/plan/try", **_route("试用一份规则 · what rules that are sent would do", {JSON: {"schema": _TRIAL}}, sent=True)
)
def try_sent(  # noqa: PLR0917 - FastAPI passes by name
    registry: RegistryDep,
    actor: ActorDep,
    file: Sent,
    county: County = None,
    as_of: TrialDay = None,
    first: Annotated[int, Query(ge=0, le=MAX_FIRST, description="列出几宗 · parcels to list")] = FIRST,
) -> Response:
    """Labels the county by them beside the labels in force, tells what differs, and undoes all of it."""
    from gisreg.planning.trial import try_rules  # noqa: PLC0415 - as above

    with registry.transaction() as connection:
        code = choose_county(connection, county or registry.settings.county)
    trial = try_rules(registry.engine(), actor, code, file, as_of=as_of, first=first)
    return Response(json_bytes(trial.as_json()), media_type=JSON)
