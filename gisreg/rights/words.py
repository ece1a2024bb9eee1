"""The words of rights: stored tokens and what people read for them."""

from gisreg.vocab import Term


class PartyType(Term):
    """Who a party is."""

    PERSON = "person", "自然人", "Person"
    ORGANISATION = "organisation", "单位", "Organisation"


class EncumbranceType(Term):
    """What lies on a parcel."""

    MORTGAGE = "mortgage", "抵押", "Mortgage"
    SEIZURE = "seizure", "查封", "Seizure"
    LEASE = "lease", "租赁", "Lease"


class TitleStep(Term):
    """Steps of a title: claimed, confirmed, registered, transferred; revoked; a dispute opens and ends."""

    CLAIMED = "claimed", "申请确权", "Claimed"
    CONFIRMED = "confirmed", "确权", "Confirmed"
    REGISTERED = "registered", "登记", "Registered"
    TRANSFERRED = "transferred", "流转", "Transferred"
    REVOKED = "revoked", "撤销确权登记", "Confirmation and registration revoked"
    DISPUTED = "disputed", "提出争议", "Dispute raised"
    SETTLED = "settled", "争议解决", "Dispute settled"


class TitleField(Term):
    """Columns of a parcel that follow from the books of rights."""

    OWNERSHIP_STATUS = "ownership_status", "权属状态", "Ownership status"
    SEIZED = "seized", "司法查封", "Judicial seizure"
    MORTGAGED = "mortgaged", "已抵押", "Mortgaged"


class ContractClass(Term):
    """What a contract is about."""

    GRANT = "grant", "出让合同", "Grant contract"
    ALLOCATION = "allocation", "划拨决定书", "Allocation decision"
    LEASE = "lease", "租赁合同", "Lease"
    CONTRACTING = "contracting", "承包合同", "Contracting-out"
    OTHER = "other", "其他资源资产合同", "Other contract on resources or assets"


class CleanUp(Term):
    """The four ways in which a contract is cleaned up."""

    AMEND = "amend", "完善修订", "Amended"
    TERMINATE = "terminate", "终止撤销", "Terminated"
    LITIGATE = "litigate", "司法诉讼", "Taken to court"
    ESCALATE = "escalate", "提级处置", "Handed to a higher level"
