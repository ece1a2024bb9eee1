"""Rule sets by name: those that the registry brings, for callers who may not name a file."""

from pathlib import Path
from typing import ClassVar

from gisreg.errors import NotFoundError
from gisreg.text import Text

DEFAULT_RULESET = "national"
SOURCES_FILE = "sources.toml"


class RuleSetUnknown(NotFoundError):
    """No rule set of this name is there."""

    what: ClassVar[Text] = Text("没有规则集 {name}", "there is no rule set {name}")
    mend: ClassVar[Text] = Text("可用:{known}", "there are: {known}")


def rulesets(data_dir: Path) -> dict[str, Path]:
    """Name and file of each rule set; the law that they rest on lies beside them."""
    files = sorted((data_dir / "rules").glob("*.toml"))
    return {file.stem: file for file in files if file.name != SOURCES_FILE}


def named_ruleset(data_dir: Path, name: str) -> Path:
    """The file of a name, which is only looked up, never made into a path.

    Raises:
        RuleSetUnknown.
    """
    known = rulesets(data_dir)
    if name not in known:
        raise RuleSetUnknown("ruleset", name=name, known=", ".join(known) or "-")
    return known[name]
