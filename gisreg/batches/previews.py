# ruff: noqa: E501 - wording stays in one piece

"""Previews kept until somebody accepts them: the files as they came, what was seen, and for how long.

One folder each below the data directory, named by a token that cannot be guessed. Accepting imports those very files;
what the registry has become since is compared inside the import's own transaction.
"""

import fcntl
import hashlib
import json
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from gisreg.batches.preview import PreviewFacts, preview_facts
from gisreg.batches.sources import parts_of
from gisreg.db.engine import make_engine, transaction
from gisreg.errors import ConflictError, GisregError, InputError, NotFoundError
from gisreg.intake.chosen import chosen_rows
from gisreg.intake.importing import import_file
from gisreg.intake.load import Wanted
from gisreg.intake.mappings import MappingUnknown
from gisreg.intake.mappings import find as find_mapping
from gisreg.intake.mappings import saved as saved_mappings
from gisreg.intake.report import Report, require_whole
from gisreg.settings import Settings
from gisreg.text import Text

FOLDER, COMING, FILES = "previews", ".coming-", "files"
ABOUT, FACTS, MAPPING = "about.json", "facts.json", "mapping.toml"
TOKEN = re.compile(r"[A-Za-z0-9_-]{24}")
MOST_KEPT = 50
"""Beyond that the oldest go."""
LONGEST_NAME = 120
GROUPS = ("new", "changed", "same", "missing")
SHAPEFILE = (".shp", ".dbf", ".shx", ".prj", ".cpg", ".qpj", ".sbn", ".sbx", ".fbn", ".fbx", ".ain", ".aih", ".xml")


class PreviewUnknown(NotFoundError):
    """No such preview, or its time is over."""

    what: ClassVar[Text] = Text("没有这份预览,或已过期", "there is no such preview, or its time is over")
    mend: ClassVar[Text] = Text("请重新上传文件预览", "send the file again for a new one")


class PreviewAccepted(ConflictError):
    """It was accepted before."""

    shown: ClassVar[tuple[str, ...]] = ("batch",)
    what: ClassVar[Text] = Text("这份预览已作为批次 {batch} 导入", "this preview was imported as batch {batch}")
    mend: ClassVar[Text] = Text("无需再做;可撤销该批次", "nothing to do; the batch can be taken back")


class PreviewInUse(ConflictError):
    """Somebody is accepting it at this moment."""

    what: ClassVar[Text] = Text("这份预览正在导入", "this preview is being imported")
    mend: ClassVar[Text] = Text("请稍候再看结果", "look again in a while")


class PreviewAltered(ConflictError):
    """The kept files are not those that were previewed."""

    what: ClassVar[Text] = Text("所存文件与预览时不同", "the files kept are not those that were previewed")
    mend: ClassVar[Text] = Text("请重新上传文件预览", "send the file again for a new preview")


class RegistryMoved(ConflictError):
    """Others have worked on the registry since."""

    shown: ClassVar[tuple[str, ...]] = ("previewed", "now")
    what: ClassVar[Text] = Text(
        "预览后登记簿已有变化:预览时 {before_zh},现在 {after_zh}",
        "the registry has changed since the preview: then {before_en}, now {after_en}",
    )
    mend: ClassVar[Text] = Text(
        "请重新预览,或加 go_on 按现状导入", "preview it again, or ask with go_on to import it as things are now"
    )


class FilesUnclear(InputError):
    """Several files that are not one dataset."""

    what: ClassVar[Text] = Text("一次只能上传一个数据集,收到 {names}", "one dataset at a time; these came: {names}")
    mend: ClassVar[Text] = Text(
        "请上传一个文件,或同名的 shapefile 各部分(.shp .dbf .shx .prj)",
        "send one file, or the parts of one shapefile (.shp .dbf .shx .prj)",
    )


@dataclass(frozen=True)
class Asked:
    """How a file is to be read; ``mapping`` is the name of a saved one."""

    kind: str
    county: str | None = None
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    mapping: str | None = None
    join: str | None = None


@dataclass(frozen=True)
class Kept:
    """A preview that waits."""

    folder: Path
    about: Mapping[str, Any]

    @property
    def facts(self) -> PreviewFacts:
        """All that its page shows."""
        return PreviewFacts.from_json(json.loads((self.folder / FACTS).read_text(encoding="utf-8")))

    def as_json(self) -> dict[str, Any]:
        """What is told of it: the token, until when, and the report."""
        names = ("preview", "made_at", "expires_at", "batch")
        return {**self.facts.report, **{name: self.about[name] for name in names}}


def safe_name(given: str) -> str:
    """The last part of a file's name as somebody sent it, such as a folder of ours can hold."""
    last = re.split(r"[/\\]", given)[-1]
    plain = "".join(one for one in last if one.isprintable()).strip().lstrip(".")
    stem, dot, suffix = plain.rpartition(".")
    if not dot:
        return _cut(plain, LONGEST_NAME) or "upload"
    return f"{_cut(stem, LONGEST_NAME) or 'upload'}.{_cut(suffix, 20)}"


def _cut(name: str, most: int) -> str:
    return name.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")


@contextmanager
def receiving(settings: Settings) -> Iterator[Path]:
    """A folder for files on their way; what no preview was made of is removed."""
    place = settings.home / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=COMING, dir=place))
    (folder / FILES).mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(settings: Settings) -> None:
    """Remove previews whose time is over, and what broken uploads left."""
    kept = []
    for folder in (settings.home / FOLDER).iterdir():
        age_s = time.time() - folder.stat().st_mtime
        if age_s > settings.preview_hours * 3600:
            shutil.rmtree(folder, ignore_errors=True)
        elif not folder.name.startswith(COMING):
            kept.append((age_s, folder))
    for _, folder in sorted(kept)[MOST_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


def keep(settings: Settings, url: str, folder: Path, asked: Asked) -> Kept:
    """Preview the files of a folder from :func:`receiving`, and keep them under a token.

    Raises:
        FilesUnclear: they are not one dataset.
        GisregError: whatever an import refuses.
    """
    sweep(settings)
    file = main_file(sorted((folder / FILES).iterdir()))
    mapping = _own_mapping(settings, folder, asked.mapping)
    wanted = _wanted(file, asked, mapping, dry_run=True)
    with _plain_places(folder):
        report = import_file(settings, url, wanted, asked.join)
    engine = make_engine(url, pool_size=0, application_name="gisreg preview")
    try:
        with transaction(engine) as connection:
            facts = preview_facts(connection, report)
    finally:
        engine.dispose()
    now, token = datetime.now(UTC).replace(microsecond=0), secrets.token_urlsafe(18)
    about = {
        "preview": token, "made_at": now.isoformat(), "expires_at": (now + timedelta(hours=settings.preview_hours)).isoformat(),
        "batch": None, "asked": asdict(asked), "file": file.name, "sha256": _fingerprint(file), "seen": seen(report.diff or {}),
    }  # fmt: skip
    _write(folder / FACTS, facts.as_json())
    _write(folder / ABOUT, about)
    return Kept(folder.rename(folder.with_name(token)), about)


def find(settings: Settings, token: str) -> Kept:
    """A preview that is still kept.

    Raises:
        PreviewUnknown.
    """
    folder = settings.home / FOLDER / token
    if not TOKEN.fullmatch(token) or not (folder / ABOUT).is_file():
        raise PreviewUnknown
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    if datetime.fromisoformat(about["expires_at"]) < datetime.now(UTC):
        raise PreviewUnknown
    return Kept(folder, about)


def discard(settings: Settings, token: str) -> None:
    """Accept none of it.

    Raises:
        PreviewUnknown, PreviewInUse.
    """
    kept = find(settings, token)
    with _alone(kept.folder):
        shutil.rmtree(kept.folder)


def accept(
    settings: Settings, url: str, token: str, *, rows: str | None = None, go_on: bool = False, strict: bool = False
) -> Report:
    """Import what was previewed: all of it, or the rows named; strictly all of these or none.

    Raises:
        PreviewUnknown, PreviewAccepted, PreviewInUse, PreviewAltered.
        NotWhole: strictly, where one of them is refused.
        RegistryMoved: it would do something else than was shown; not where ``go_on`` is asked for.
    """
    chosen = chosen_rows(rows) if rows is not None else None
    kept = find(settings, token)
    with _alone(kept.folder):
        about = find(settings, token).about
        if about["batch"] is not None:
            raise PreviewAccepted(batch=about["batch"])
        file = kept.folder / FILES / about["file"]
        if not file.exists() or _fingerprint(file) != about["sha256"]:
            raise PreviewAltered
        with _plain_places(kept.folder):
            report = _import(settings, url, kept, file, chosen, go_on=go_on, strict=strict)
            if strict:
                require_whole(report, file)
        _write(kept.folder / ABOUT, {**about, "batch": report.batch})
        shutil.rmtree(kept.folder / FILES, ignore_errors=True)  # the batch keeps its own
    return report


def _import(
    settings: Settings, url: str, kept: Kept, file: Path, rows: str | None, *, go_on: bool, strict: bool
) -> Report:
    asked = Asked(**kept.about["asked"])
    mapping = kept.folder / MAPPING if asked.mapping else None

    def unchanged(diff: Mapping[str, Any]) -> None:
        if not go_on:
            _require_same(kept.about["seen"], seen(diff))

    wanted = replace(_wanted(file, asked, mapping, dry_run=False), rows=rows, agree=unchanged, strict=strict)
    return import_file(settings, url, wanted, asked.join)


def seen(diff: Mapping[str, Any]) -> dict[str, Any]:
    """What must be the same when a preview is accepted: the numbers, and which parcels would change from what to what."""
    numbers = {name: diff[name] if isinstance(diff[name], int) else diff[name]["count"] for name in GROUPS}
    listed = json.dumps(diff["changed"]["listed"], ensure_ascii=False, sort_keys=True, default=str)
    changes = hashlib.sha256(listed.encode()).hexdigest()[:16]
    return {**numbers, "changes": changes, "edited": diff.get("edited")}


def _require_same(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    if before == after:
        return
    told = [{name: state[name] for name in GROUPS} for state in (before, after)]
    if told[0] == told[1]:
        raise RegistryMoved(
            previewed=told[0], now=told[1], before_zh="与现在数目相同", before_en="the same numbers",
            after_zh="其中有宗地已被他人修改", after_en="some of these parcels were edited by others",
        )  # fmt: skip
    words = [
        {"zh": "新增 {new}、变更 {changed}、不变 {same}、缺 {missing}".format(**one),
         "en": "{new} new, {changed} changed, {same} the same, {missing} missing".format(**one)}
        for one in told
    ]  # fmt: skip
    raise RegistryMoved(
        previewed=told[0], now=told[1], before_zh=words[0]["zh"], before_en=words[0]["en"],
        after_zh=words[1]["zh"], after_en=words[1]["en"],
    )  # fmt: skip


def main_file(files: Sequence[Path]) -> Path:
    """The one to open: the only one, or a shapefile's .shp among its parts.

    Raises:
        FilesUnclear.
    """
    if len(files) == 1:
        return files[0]
    shapes = [file for file in files if file.suffix.lower() == ".shp"]
    fits = all(
        file.suffix.lower() in SHAPEFILE and file.name.split(".")[0] == files[0].name.split(".")[0] for file in files
    )
    if len(shapes) != 1 or not fits:
        raise FilesUnclear(names="、".join(file.name for file in files) or "-")
    return shapes[0]


def _own_mapping(settings: Settings, folder: Path, name: str | None) -> Path | None:
    """A copy of the saved mapping: whoever saves another under that name does not change what was previewed."""
    if name is None:
        return None
    known = saved_mappings(settings)
    if name not in known:  # a path is for who sits at this machine
        raise MappingUnknown(where="mapping", name=name, known=", ".join(known) or "-")
    return Path(shutil.copyfile(find_mapping(settings, name), folder / MAPPING))


def _wanted(file: Path, asked: Asked, mapping: Path | None, *, dry_run: bool) -> Wanted:
    return Wanted(
        file, asked.kind, asked.county, asked.layer, asked.crs, asked.encoding, mapping, dry_run, compare=True
    )  # fmt: skip


@contextmanager
def _plain_places(folder: Path) -> Iterator[None]:
    """Failures name the file as it was sent, not where it is kept."""
    try:
        yield
    except GisregError as error:
        error.where = error.where.replace(f"{folder / FILES}/", "")
        raise


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time, over processes too."""
    try:
        lock = (folder / ".lock").open("w")
    except FileNotFoundError:
        raise PreviewUnknown from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PreviewInUse from None
        yield


def _fingerprint(file: Path) -> str:
    made = hashlib.sha256()
    for part in parts_of(file):
        made.update(f"{part.name}\0{part.stat().st_size}\0".encode())
        with part.open("rb") as content:
            made.update(hashlib.file_digest(content, "sha256").digest())
    return made.hexdigest()


def _write(file: Path, value: Any) -> None:
    scratch = file.with_name(f".{file.name}.part")
    scratch.write_text(json.dumps(value, ensure_ascii=False, default=str), encoding="utf-8")
    scratch.replace(file)
