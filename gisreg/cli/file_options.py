"""The options of every command that reads a file of parcels, spelled once, and the one way in behind them."""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from gisreg.cli.database import existing_database
from gisreg.cli.output import Context, progress
from gisreg.cli.usage import one_of
from gisreg.intake.keys import KEYS
from gisreg.text import Text
from gisreg.vocab import Kind

if TYPE_CHECKING:
    from gisreg.intake.load import Wanted
    from gisreg.intake.report import Report

FILES = Text(
    "shapefile、GeoPackage、FileGDB、GeoJSON、KML/KMZ、DXF、GML、FlatGeobuf、GeoParquet、MapInfo、CSV(WKT 或坐标)、"
    "界址点 TXT(都可打包为 zip);台账 XLSX、XLS、CSV",
    "boundaries in any of these formats, zipped or not; ledgers in XLSX, XLS, CSV",
)
READING = Text("读取并检查 {file}", "reading and checking {file}")


@dataclass(frozen=True)
class FileOptions:
    """What a file is read with."""

    file: Annotated[Path, typer.Argument(help=FILES.both())]
    kind: Annotated[
        str, typer.Option(help=f"类型 · kind: {', '.join(Kind)}", callback=one_of([*Kind, *(one.zh for one in Kind)]))
    ]
    county: Annotated[str | None, typer.Option(help="县级代码 · county code")] = None
    layer: Annotated[str | None, typer.Option(help="图层或工作表 · layer or sheet")] = None
    crs: Annotated[str | None, typer.Option(help="坐标系,如 EPSG:4547 · CRS")] = None
    encoding: Annotated[str | None, typer.Option(help="属性文字编码,如 GBK · encoding of the attributes")] = None
    mapping: Annotated[
        str | None, typer.Option(help="字段对照:已保存的名称或 TOML 文件 · a saved mapping, or a TOML file")
    ] = None
    join: Annotated[
        str | None,
        typer.Option(
            help=f"台账按此键关联宗地 · the key by which a ledger joins: {', '.join(KEYS)}", callback=one_of(KEYS)
        ),
    ] = None

    def wanted(
        self, now: Context, *, dry_run: bool, rows: str | None = None, compare: bool = False, strict: bool = False
    ) -> "Wanted":
        """The same as the core takes it; ``rows`` as people write them."""
        from gisreg.intake.chosen import chosen_rows  # noqa: PLC0415 - heavy with what follows
        from gisreg.intake.load import Wanted  # noqa: PLC0415 - heavy
        from gisreg.intake.mappings import find  # noqa: PLC0415

        return Wanted(
            self.file, self.kind, self.county, self.layer, self.crs, self.encoding,
            find(now.settings, self.mapping) if self.mapping else None, dry_run,
            rows=chosen_rows(rows) if rows is not None else None, compare=compare, strict=strict,
        )  # fmt: skip


def with_file_options(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose first parameter ``asked`` gets the :class:`FileOptions`; Typer sees each of them by itself."""
    hints = get_type_hints(FileOptions, include_extras=True)
    ours = [
        inspect.Parameter(one.name, inspect.Parameter.KEYWORD_ONLY, annotation=hints[one.name], default=_default(one))
        for one in fields(FileOptions)
    ]
    own_hints = get_type_hints(command, include_extras=True)
    own = [
        parameter.replace(annotation=own_hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in inspect.signature(command).parameters.items()
        if name != "asked"
    ]

    def run(**given: Any) -> None:
        asked = FileOptions(**{one.name: given.pop(one.name) for one in fields(FileOptions)})
        command(asked, **given)

    run.__name__, run.__doc__, run.__module__ = command.__name__, command.__doc__, command.__module__
    run.__annotations__ = {one.name: one.annotation for one in (*ours, *own)}
    run.__signature__ = inspect.Signature([*ours, *own])  # type: ignore[attr-defined]  # what Typer reads
    return run


def _default(field: Any) -> Any:

    return inspect.Parameter.empty if field.default is MISSING else field.default


def imported(now: Context, wanted: "Wanted", join: str | None) -> "Report":
    """The file through the one way in, with a bar where there is a terminal."""
    from gisreg.intake.importing import import_file  # noqa: PLC0415 - heavy, and only these commands need it
    from gisreg.intake.ledger.source import is_ledger  # noqa: PLC0415
    from gisreg.intake.parallel import Team, leave_out_pandas  # noqa: PLC0415

    url = existing_database(now.settings).app_url
    leave_out_pandas()
    if is_ledger(wanted.file, wanted.encoding):
        return import_file(now.settings, url, wanted, join)
    # the processes before the bar, which has a thread
    reading = now.say(READING, file=wanted.file.name)
    with Team(now.settings.load_workers, wanted.file) as team, progress(reading, total=100) as bar:
        return import_file(
            now.settings, url, wanted, join, progress=lambda done, total: bar(100 * done / max(total, 1)), team=team
        )
