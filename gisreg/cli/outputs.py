"""Files that commands write: the same refusal, with the same exit code, before any work is done."""

import tempfile
from pathlib import Path
from typing import ClassVar

from gisreg.errors import AccessError, InputError, NotFoundError
from gisreg.text import Text

DEVICES = Path("/dev")


class NoSuchFolder(NotFoundError):
    """The folder of the file to be written does not exist."""

    what: ClassVar[Text] = Text("目标文件夹不存在", "the folder to write into does not exist")
    mend: ClassVar[Text] = Text("请先建立文件夹,或换一个位置", "make the folder first, or name another place")


class NotAFile(InputError):
    """What is to be written bears the name of a folder, a device or a pipe."""

    what: ClassVar[Text] = Text(
        "目标是文件夹、设备或管道,不是普通文件", "that is a folder, a device or a pipe, not a file"
    )
    mend: ClassVar[Text] = Text("请给出文件名", "name a file")


class NotAFolder(NotFoundError):
    """A file bears the name of the folder to write into."""

    what: ClassVar[Text] = Text("目标不是文件夹", "that is not a folder")
    mend: ClassVar[Text] = Text("请换一个文件夹名", "name another folder")


class FolderClosed(AccessError):
    """Nothing can be written into the folder."""

    what: ClassVar[Text] = Text("目标文件夹不可写({detail})", "the folder cannot be written to ({detail})")
    mend: ClassVar[Text] = Text("请更改权限,或换一个位置", "change its permissions, or name another place")


def check_output(file: Path) -> None:
    """Refuse before the work, not after it. Files are written beside their place and then renamed: only making one
    there tells whether that will go well.

    Raises:
        NoSuchFolder, NotAFile, FolderClosed.
    """
    folder = file.absolute().parent
    if (file.exists() and not file.is_file()) or folder == DEVICES:
        raise NotAFile(str(file))
    if not folder.is_dir():
        raise NoSuchFolder(str(folder))
    _try_to_write(folder, file, f".{file.name}.")


def check_folder(folder: Path) -> None:
    """The same for a folder of files, which is made where it is missing.

    Raises:
        NotAFolder, FolderClosed.
    """
    nearest = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not nearest.is_dir():
        raise NotAFolder(str(nearest))
    _try_to_write(nearest, folder, ".gisreg.")


def _try_to_write(folder: Path, wanted: Path, prefix: str) -> None:
    try:
        with tempfile.NamedTemporaryFile(prefix=prefix, dir=folder):
            pass
    except OSError as error:
        raise FolderClosed(str(wanted), detail=error.strerror) from error
