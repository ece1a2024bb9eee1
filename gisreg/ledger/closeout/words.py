"""The words of the close-out: steps between states, who takes them, what becomes of a submission."""

from typing import TypeVar

from gisreg.vocab import Term

T = TypeVar("T", bound=Term)


def term(terms: type[T], token: str) -> T:
    """The word that a stored token stands for."""
    return next(one for one in terms if one == token)


class Step(Term):
    """What somebody does that moves a parcel on (rules §3)."""

    INVESTIGATE = "investigate", "启动调查", "Open the investigation"
    DETERMINE = "determine", "认定闲置", "Determine idle"
    CLEAR = "clear", "排除疑似", "Find not idle"
    PLAN = "plan", "批准方案", "Approve the plan"
    START = "start", "启动处置", "Start"
    HOLD = "hold", "暂缓", "Put on hold"
    RESUME = "resume", "恢复", "Resume"
    RECLAIM = "reclaim", "部分收回要素", "Take quotas back in part"
    SUBMIT = "submit", "上报销号", "Submit for close-out"
    WITHDRAW = "withdraw", "撤回上报", "Withdraw the submission"
    ACCEPT = "accept", "同意销号", "Accept the close-out"
    RETURN = "return", "退回", "Return"
    TAKE_BACK = "take_back", "收回待再供", "Take back, to be supplied again"
    LIST_AGAIN = "list_again", "重新入库", "List again"
    RELAPSE = "relapse", "认定二次闲置", "Find idle again"
    REMOVE = "remove", "核减", "Strike off"


class Role(Term):
    """Who takes a step; the actor is recorded as well."""

    COUNTY = "county", "县级牵头单位", "County lead unit"
    AGENCY = "agency", "责任单位", "Responsible unit"
    UPPER = "upper", "上级主管部门", "Upper level"


class Origin(Term):
    """Where an approved plan comes from."""

    LABEL = "label", "采用处置建议", "The advice adopted"
    HAND = "hand", "人工确定", "Decided by hand"


class CloseOutStatus(Term):
    """What became of a submission."""

    SUBMITTED = "submitted", "已上报", "Submitted"
    ACCEPTED = "accepted", "已同意", "Accepted"
    RETURNED = "returned", "已退回", "Returned"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"


class Finding(Term):
    """How an investigation of idle land ended."""

    DETERMINED = "determined", "认定闲置", "Determined idle"
    CLEARED = "cleared", "不构成闲置", "Not idle"
    WITHDRAWN = "withdrawn", "撤销调查", "Investigation taken back"


class Sign(Term):
    """By what a closed parcel shows that it may be idle again."""

    HALTED = "halted", "再次停工停产", "Works or production stopped again"
    NOT_STARTED = "not_started", "重新约定后逾期未动工", "Not started by the day agreed anew"
    VACATED = "vacated", "再次腾空", "Vacated again"
    CONTRACT_ENDED = "contract_ended", "供地合同已终止撤销", "The contract of supply was terminated"
    APPROVED_AGAIN = "approved_again", "撤批后重新批准,尚未供应", "Approved again after withdrawal, not supplied"
    SUPPLY_UNKNOWN = (
        "supply_unknown",
        "电子监管号缺失,供应情况待查",
        "Supervision number gone: find out about supply",
    )
    LISTED_AGAIN = "listed_again", "销号后又列入调查清单", "Listed by a survey after the close-out"
