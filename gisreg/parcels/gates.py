"""What the gates of a run are called."""

from sqlalchemy import Connection, select

from gisreg.db.models import PlanGate, PlanRun
from gisreg.text import Text


def gate_titles(connection: Connection, run_id: int) -> dict[str, Text]:
    """By token; a run that brought another up to date has the gates of that one."""
    titles = select(PlanGate.gate, PlanGate.title_zh, PlanGate.title_en)
    ours = titles.join(PlanRun, PlanRun.label_run_id == PlanGate.run_id).where(PlanRun.id == run_id)
    return {gate: Text(zh, en) for gate, zh, en in connection.execute(ours)}
