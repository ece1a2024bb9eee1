"""Writing pages: whole or not at all."""

import errno
import os
import tempfile
from pathlib import Path
from typing import ClassVar

from gisreg.errors import AccessError, InputError, NotFoundError
from gisreg.text import Text


class OutputFolderMissing(NotFoundError):
    """The folder to write into does not exist or is a file."""

    what: ClassVar[Text] = Text(
        "输出位置不可用：{folder} 不是已有的文件夹", "cannot write there: {folder} is not a folder"
    )
    mend: ClassVar[Text] = Text("请先建立该文件夹，或换一个位置", "make the folder first, or name another place")


class OutputIsFolder(InputError):
    """The page's name is that of a folder."""

    what: ClassVar[Text] = Text("{path} 是文件夹，不是文件", "{path} is a folder, not a file")
    mend: ClassVar[Text] = Text("请给出网页文件名", "name the page's file")


class OutputNotWritable(AccessError):
    """The place to write to is closed to this user."""

    what: ClassVar[Text] = Text("没有写入 {path} 的权限", "writing {path} is not permitted")
    mend: ClassVar[Text] = Text("请更改权限，或换一个位置", "change its permissions, or name another place")


def write_page(path: Path, text: str) -> int:
    """Write one page, return its size in bytes; an older page is replaced in one step, and kept if that fails.

    Raises:
        OutputFolderMissing: the folder does not exist.
        OutputIsFolder: the name is a folder's.
        OutputNotWritable: the folder or file is closed to this user.
    """
    if not path.parent.is_dir():
        raise OutputFolderMissing(folder=path.parent)
    if path.is_dir():
        raise OutputIsFolder(path=path)
    content = text.encode("utf-8")
    try:
        _replace(path, content)
    except OSError as error:
        raise _explained(error, path) from error
    return len(content)


def make_folder(folder: Path) -> None:
    """Make the folder for a set of pages, if it is not there.

    Raises:
        OutputFolderMissing: something that is no folder bears the name.
        OutputNotWritable: its parent is closed to this user.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise OutputFolderMissing(folder=folder) from error
    except OSError as error:
        raise _explained(error, folder) from error


def _explained(error: OSError, path: Path) -> Exception:
    """A place closed to this user, or one where nobody can make files, like /proc; a full disk explains itself."""
    closed = error.errno in {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT}
    return OutputNotWritable(path=path) if closed else error


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
