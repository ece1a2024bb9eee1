"""TOML that people write, read with its lines: each fault is told by file, line and field, in both languages."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gisreg.errors import GisregError
from gisreg.planning.form_words import worded
from gisreg.planning.places import line_of
from gisreg.text import Text

Model = TypeVar("Model", bound=BaseModel)
MAX_BYTES = 100_000
"""More than any file but a rule set needs."""
KEY = "[key]"
"""How the reader of models marks that the name itself is wrong, not what stands there."""
_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True)
class Written:
    """What a file holds, and its text."""

    file: str
    text: str
    data: dict[str, Any]

    def place(self, *location: int | str) -> str:
        """``file:line:table:field``; things of a list by their id."""
        path = tuple(step for step in location if step != KEY)
        line = line_of(self.text, path)
        parts = [str(self._named(path[: number + 1])) for number in range(len(path))]
        return ":".join([self.file, *([str(line)] if line else []), *parts])

    def _named(self, path: tuple[int | str, ...]) -> int | str:
        if not isinstance(path[-1], int):
            return path[-1]
        node: Any = self.data
        for step in path:
            node = node[step]
        return str(node.get("id", path[-1])) if isinstance(node, dict) else path[-1]

    def checked(self, model: type[Model], fault: type[GisregError]) -> Model:
        """As a model.

        Raises:
            fault: where the first fault is, and what.
        """
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            first = error.errors()[0]
            raise fault(self.place(*first["loc"]), detail=worded(first)) from None


def read_written(path: Path, fault: type[GisregError]) -> Written:
    """A file of people, UTF-8.

    Raises:
        fault: it cannot be read, is too large, or a line is no TOML.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise fault(path.name, detail=Text(f"超过 {MAX_BYTES} 字节", f"it is larger than {MAX_BYTES} bytes"))
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise fault(f"{path.name}:{line}", detail=Text("不是 UTF-8 编码", "it is not UTF-8")) from None
    except OSError as error:
        raise fault(str(path), detail=error.strerror or str(error)) from None
    return parsed(text, path.name, fault)


def parsed(text: str, file: str, fault: type[GisregError]) -> Written:
    """Its tables.

    Raises:
        fault: a line is no TOML.
    """
    try:
        return Written(file, text, tomllib.loads(text))
    except RecursionError:
        raise fault(file, detail=Text("嵌套过深", "it is nested too deep")) from None
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        line = (at and at[1]) or str(text.count("\n") + 1)
        said = _AT.sub("", str(error))
        raise fault(f"{file}:{line}", detail=Text(f"该行不合 TOML 语法:{said}", f"no TOML: {said}")) from None
