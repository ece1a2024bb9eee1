"""When finance is the label: a parameter of the rule set, because the documents leave open what an unknown "no" is.

Finance is always tested and kept as an option. It is the label where use, sell and lease are "no"; whether a way out of
which nobody knows yet whether it is open counts as "no" so far, as it does within the cascade, is for a county to say.
"""

from collections.abc import Mapping
from typing import Any

from gisreg.text import Text

NAME = "finance_label_when"
OTHERS_NO, OTHERS_NOT_YES = "others_no", "others_not_yes"
"""Every rule of the cascade is false; or none is true. A set that does not say has the latter."""


def waits_for_a_no(values: Mapping[str, Any]) -> bool:
    """Whether finance is no label while a rule of the cascade is unknown, by a set's parameters as values by name."""
    return values.get(NAME) == OTHERS_NO


def fault_of(name: str, value: Any) -> Text | None:
    """What is wrong with the parameter; None for other parameters and sound ones."""
    if name != NAME or value in (OTHERS_NO, OTHERS_NOT_YES):
        return None
    return Text(f"{value} 应为 {OTHERS_NO} 或 {OTHERS_NOT_YES}", f"{value} should be {OTHERS_NO} or {OTHERS_NOT_YES}")
