"""The tables. Vocabulary and limits come from :mod:`gisreg.vocab` and :mod:`gisreg.columns`; history, roles and the
read model are SQL of the migrations."""

from gisreg.columns import attach_checks
from gisreg.db.base import Base
from gisreg.db.models.affairs import Approval, Enterprise, ParcelApproval, ParcelEnterprise, ParcelProject, Project
from gisreg.db.models.batch import Batch, BatchUndo
from gisreg.db.models.checkout import Checkout, CheckoutParcel
from gisreg.db.models.clock import ClockEvent, ProcedureDate
from gisreg.db.models.closeout import CloseOut, CloseOutProof, Investigation, PlanCharge, PlanStep
from gisreg.db.models.common import STORAGE_SRID
from gisreg.db.models.drawn import ParcelDrawn, ParcelDrawnState, ParcelDrawnSum
from gisreg.db.models.edits import ParcelEdit, ParcelLineage
from gisreg.db.models.parcel import Parcel, ParcelOverlap, ParcelVersion
from gisreg.db.models.place import AdminUnit, County, UnitChange, UnitChangeUndo, Zone
from gisreg.db.models.planning import (
    Plan,
    PlanFact,
    PlanGate,
    PlanHeld,
    PlanLabel,
    PlanLabelReplaced,
    PlanRule,
    PlanRun,
)
from gisreg.db.models.rights import (
    AssetCard,
    Contract,
    Document,
    Encumbrance,
    LandRight,
    Party,
    RecordVersion,
    TitleDecision,
    TitleEvent,
)

__all__ = [
    "STORAGE_SRID",
    "AdminUnit",
    "Approval",
    "AssetCard",
    "Batch",
    "BatchUndo",
    "Checkout",
    "CheckoutParcel",
    "ClockEvent",
    "CloseOut",
    "CloseOutProof",
    "Contract",
    "County",
    "Document",
    "Encumbrance",
    "Enterprise",
    "Investigation",
    "LandRight",
    "Parcel",
    "ParcelApproval",
    "ParcelDrawn",
    "ParcelDrawnState",
    "ParcelDrawnSum",
    "ParcelEdit",
    "ParcelEnterprise",
    "ParcelLineage",
    "ParcelOverlap",
    "ParcelProject",
    "ParcelVersion",
    "Party",
    "Plan",
    "PlanCharge",
    "PlanFact",
    "PlanGate",
    "PlanHeld",
    "PlanLabel",
    "PlanLabelReplaced",
    "PlanRule",
    "PlanRun",
    "PlanStep",
    "ProcedureDate",
    "Project",
    "RecordVersion",
    "TitleDecision",
    "TitleEvent",
    "UnitChange",
    "UnitChangeUndo",
    "Zone",
]

for _table in Base.metadata.tables.values():
    if _table.name != ParcelVersion.__tablename__:  # a superseded version was checked when it was live
        attach_checks(_table)
