"""A ledger that came in a zip: the workbook, or the CSV without shapes, where nothing else in the zip can be read."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from gisreg.intake import archive
from gisreg.intake.errors import SeveralLayers

ZIP, TABLE, TEXT = ".zip", ".csv", ".txt"
LOCK = "~$"
"""What Excel leaves beside a workbook that is open."""


def is_packed_ledger(path: Path, books: tuple[str, ...], encoding: str | None) -> bool:
    """Whether a zip holds ledgers and no boundaries; one that cannot be read is told when it is opened."""
    try:
        names = [PurePosixPath(name.replace("\\", "/")).name for name in archive.names(path)]
    except (*archive.BROKEN, OSError):
        return False
    kinds = {PurePosixPath(name).suffix.lower() for name in names}
    if archive.GEODATABASE_MARK in names or kinds.intersection((*archive.DATASETS, *archive.ZIPS)):
        return False
    if not kinds.intersection((*books, TABLE)) or (TEXT not in kinds and TABLE not in kinds):
        return bool(kinds.intersection(books))
    with archive.scratch() as folder:
        lists = archive.unpack_only(path, Path(folder), str(path), (TEXT, TABLE))
        return not any(_holds_boundaries(one.path, encoding) for one in lists)


def _holds_boundaries(path: Path, encoding: str | None) -> bool:
    from gisreg.errors import GisregError  # noqa: PLC0415 - only zips of lists need it
    from gisreg.intake.boundary_text.lines import take_apart  # noqa: PLC0415
    from gisreg.intake.csv_shapes import holds_shapes  # noqa: PLC0415
    from gisreg.intake.plaintext import read_text  # noqa: PLC0415

    if not path.stat().st_size:
        return False
    try:
        if path.suffix.lower() == TABLE:
            return holds_shapes(path, path.name, encoding)
        return take_apart(read_text(path, path.name, encoding)[0]).is_ours
    except GisregError:  # its reader says why
        return False


@contextmanager
def unpacked(path: Path, books: tuple[str, ...], layer: str | None) -> Iterator[tuple[Path, str, str | None]]:
    """The one ledger meant, unpacked for as long as it is read: its path, how it is called, and the sheet asked for.

    Raises:
        SeveralLayers: ``layer`` names none of several.
    """
    shown = str(path)
    with archive.scratch() as folder:
        found = archive.unpack_only(path, Path(folder), shown, books)
        ledgers = [one for one in found if not one.path.name.startswith(LOCK)]
        ledgers = ledgers or archive.unpack_only(path, Path(folder), shown, (TABLE,))
        named = [one for one in ledgers if layer in (one.name, one.path.name)]
        if len(named) == 1:
            chosen, sheet = named[0], None
        elif len(ledgers) == 1:
            chosen, sheet = ledgers[0], layer
        else:
            raise SeveralLayers(shown, layers="、".join(one.name for one in ledgers))
        yield chosen.path, f"{shown}!{chosen.name}", sheet


def is_zip(path: Path) -> bool:
    """By its name and by what it is."""
    return path.suffix.lower() == ZIP and path.is_file() and zipfile.is_zipfile(path)
