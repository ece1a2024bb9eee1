"""Failures as people meet them: what is wrong, where, and the mend.

A failure carries a stable ``code`` and its parameters; it knows neither HTTP status nor exit code. Each entry point
maps the *kinds* below (the direct subclasses of :class:`GisregError`) to its own numbers. Concrete failures are
subclasses of a kind, defined beside the code that raises them.
"""

import re
from typing import ClassVar

from gisreg.text import Language, Text


class GisregError(Exception):
    """Base of every failure the registry explains itself. ``where`` names the file, row, field or address."""

    code: ClassVar[str] = "gisreg_error"
    what: ClassVar[Text] = Text("出错了", "Something went wrong")
    mend: ClassVar[Text] = Text("请加 --debug 查看细节", "run again with --debug for details")

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.code = re.sub(
            r"(?<=[a-z0-9])(?=[A-Z])|(?<=A)(?=[A-Z][a-z])", "_", cls.__name__.removesuffix("Error")
        ).lower()

    def __init__(self, where: str | Text = "", **params: object) -> None:
        self.place = where
        self.params = params
        super().__init__(self.line("en"))

    def __reduce__(self) -> tuple[object, ...]:
        """Failures cross process boundaries (parallel loading) with their parameters."""
        return _rebuild, (type(self), self.place, self.params)

    @property
    def where(self) -> str:
        """The place, in Chinese where it is told in words."""
        return self.say_where()

    @where.setter
    def where(self, place: str) -> None:
        self.place = place

    def say_where(self, language: Language = "zh") -> str:
        """The place; most are names that no language changes."""
        return self.place.say(language) if isinstance(self.place, Text) else self.place

    def say_what(self, language: Language = "zh") -> str:
        """What is wrong."""
        return self.what.say(language, **self._worded(language))

    def say_mend(self, language: Language = "zh") -> str:
        """What the reader can do about it."""
        return self.mend.say(language, **self._worded(language))

    def _worded(self, language: Language) -> dict[str, object]:
        """The parameters, those that are words themselves in the reader's language."""
        return {name: value.say(language) if isinstance(value, Text) else value for name, value in self.params.items()}

    def line(self, language: Language = "zh") -> str:
        """One line: what, where, mend."""
        parts = [self.say_what(language), self.say_where(language), self.say_mend(language)]
        text = (";" if language == "zh" else "; ").join(part for part in parts if part)
        return " ".join(text.split())


def _rebuild(kind: type[GisregError], where: str | Text, params: dict[str, object]) -> GisregError:
    return kind(where, **params)


class InputError(GisregError):
    """The caller's file, filter or value is wrong; sending the same again fails again."""


class NotFoundError(GisregError):
    """The thing asked for is not in the registry."""


class ConflictError(GisregError):
    """What is asked for contradicts what is there now (a stale version, a duplicate, a lock)."""


class DatabaseError(GisregError):
    """The database cannot be reached or refuses to work."""


class AccessError(GisregError):
    """The password or the permissions do not allow it."""


class ResourceError(GisregError):
    """The machine has run out of something: disk, memory, a port."""


class SetupError(GisregError):
    """A program, package or setting that the registry needs is missing or unfit."""


class PathClosed(AccessError):
    """A file or folder that this user may not read or write."""

    what: ClassVar[Text] = Text("没有权限({detail})", "not permitted ({detail})")
    mend: ClassVar[Text] = Text("请更改权限,或换一个位置", "change its permissions, or name another place")


class PathUnusable(NotFoundError):
    """A file or folder that is not there, or is not what it should be."""

    what: ClassVar[Text] = Text("文件或文件夹不可用({detail})", "the file or folder cannot be used ({detail})")
    mend: ClassVar[Text] = Text("请检查路径", "check the path")


class DiskFull(ResourceError):
    """No space is left where something is to be written: the one failure that every part can meet."""

    what: ClassVar[Text] = Text("磁盘已满,本次操作已全部撤销", "the disk is full; nothing of this work was kept")
    mend: ClassVar[Text] = Text(
        "请腾出空间后重新运行(数据库可用 GISREG_HOME 移到更大的磁盘)",
        "free some space and run it again (GISREG_HOME moves the database to a larger disk)",
    )
