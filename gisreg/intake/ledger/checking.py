"""The checks of attributes that every import makes, over a ledger's rows: codes, order of days, parts and wholes."""

from collections.abc import Iterator
from datetime import date

from gisreg.checks.attributes import attribute_findings
from gisreg.checks.faults import FAULTS
from gisreg.checks.policy import OFF, Policy
from gisreg.intake.ledger.typing import TypedLedger
from gisreg.intake.mapping import Mapped
from gisreg.intake.notes import Note, NoteKind
from gisreg.vocab import Severity


def checked(typed: TypedLedger, mapped: Mapped, policy: Policy, county: str, today: date) -> Iterator[Note]:
    """A note for each finding, as grave as the county wants it."""
    names = {column.target: column.source for column in mapped.columns}
    rows = typed.numbers.to_pylist()
    for one in attribute_findings(typed.columns, county, today, policy.tolerances):
        if policy.grade(one.fault) == OFF:
            continue
        grade = next(term for term in Severity if term == policy.grade(one.fault))
        fault = FAULTS[one.fault]
        kind = NoteKind(fault.token, grade, fault.what, fault.mend)
        for at, marked in enumerate(one.rows.to_pylist()):
            if marked:
                words = {"value": str(typed.columns[one.field][at].as_py()), "detail": one.detail(typed.columns, at)}
                yield kind.about(rows[at], field=names.get(one.field, one.field), words=words)
