"""How grave each finding is and what is tolerated: data of the installation, changed by the county."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from gisreg.checks.faults import FAULTS
from gisreg.errors import InputError
from gisreg.planning.written import Written, read_written
from gisreg.text import Text
from gisreg.vocab import Severity

OFF = "off"
CHOICES = (str(Severity.REFUSED), str(Severity.WARNED), OFF)
OWN_FILE = "checks.toml"


class PolicyInvalid(InputError):
    """The county's own file of checks."""

    what: ClassVar[Text] = Text("检查设置有误:{detail}", "the settings of the checks are wrong: {detail}")
    mend: ClassVar[Text] = Text(
        "[grades] 取 refused、warned 或 off;[tolerances] 取非负数;项目名见 data/checks/default.toml",
        "[grades] take refused, warned or off; [tolerances] numbers from 0; data/checks/default.toml names them",
    )


@dataclass(frozen=True)
class Tolerances:
    """Distances are in metres on the ground, money in 万元."""

    gap_m: float
    joint_m: float
    sliver_width_m: float
    spike_degrees: float
    vertex_m: float
    crossings: float
    share_over: float
    most_m2: float
    most_wan: float
    most_wan_per_m2: float


@dataclass(frozen=True)
class Policy:
    """Grades by fault, and tolerances."""

    grades: Mapping[str, str]
    tolerances: Tolerances

    def grade(self, fault: str) -> str:
        """What the county says, else what the fault is by itself."""
        return self.grades.get(fault, str(FAULTS[fault].grade))

    def graded(self, grade: str) -> list[str]:
        """The faults that the county has given this grade."""
        return [fault for fault, given in self.grades.items() if given == grade]

    def looks_for(self, *faults: str) -> bool:
        """Whether any of these is of interest."""
        return any(self.grade(fault) != OFF for fault in faults)


def load_policy(data_dir: Path, home: Path) -> Policy:
    """The default, and over it what the county's own file says."""
    base = read_written(data_dir / "checks" / "default.toml", PolicyInvalid).data
    own_file = home / OWN_FILE
    own = _checked(read_written(own_file, PolicyInvalid), base) if own_file.is_file() else {}
    merged = {part: {**base[part], **own.get(part, {})} for part in ("grades", "tolerances")}
    return Policy(merged["grades"], Tolerances(**merged["tolerances"]))


def _checked(own: Written, base: dict[str, Any]) -> dict[str, Any]:
    for part, values in own.data.items():
        if part not in base or not isinstance(values, dict):
            raise PolicyInvalid(own.place(part), detail=f"[{part}]")
        for name, value in values.items():
            if name not in base[part] or not _is_fit(part, value):
                raise PolicyInvalid(own.place(part, name), detail=f"{part}.{name} = {value!r}")
    return own.data


def _is_fit(part: str, value: object) -> bool:
    if part == "grades":
        return value in CHOICES
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")
