"""One version, one text: a rule set that says other things under a version already used is refused."""

from typing import ClassVar

from sqlalchemy import Connection, select

from gisreg.db.models import PlanRun
from gisreg.errors import ConflictError
from gisreg.planning.ruleset import LoadedRuleSet
from gisreg.text import Text


class VersionTaken(ConflictError):
    """The registry was labelled by another text of the same name and version."""

    what: ClassVar[Text] = Text(
        "规则集 {ruleset} 与批次 {run} 所用的同版本内容不同",
        "the rule set {ruleset} is not the text that run {run} used under the same version",
    )
    mend: ClassVar[Text] = Text(
        "请为修改后的规则集另给版本号;只想试用请用 gisreg plan try",
        "give the changed set another version; gisreg plan try only tries it",
    )


def refuse_other_text(connection: Connection, loaded: LoadedRuleSet) -> None:
    """Refuse a set whose name and version some run used with another text; the labels in force stay.

    Raises:
        VersionTaken.
    """
    heading = loaded.rules.ruleset
    other = select(PlanRun.id).where(
        PlanRun.ruleset == heading.name,
        PlanRun.ruleset_version == heading.version,
        PlanRun.ruleset_sha256 != loaded.sha256,
    )
    run = connection.execute(other.order_by(PlanRun.id.desc()).limit(1)).scalar_one_or_none()
    if run is not None:
        raise VersionTaken(loaded.place("ruleset", "version"), ruleset=loaded.rules.title, run=run)
