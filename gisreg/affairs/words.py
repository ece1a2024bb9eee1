"""The words of affairs: what a balance and a pair of books can disagree on."""

from gisreg.vocab import Term


class Affair(Term):
    """The books of affairs."""

    APPROVAL = "approval", "批准文号", "approval"
    PROJECT = "project", "项目", "project"
    ENTERPRISE = "enterprise", "企业", "enterprise"
    ZONE = "zone", "园区", "zone"
    CARD = "asset_card", "资产卡片", "asset card"


class Difference(Term):
    """Where an approval's figures and its parcels disagree."""

    APPROVED = "approved", "批准面积与宗地合计不符", "Approved area and the sum of parcels differ"
    SUPPLIED = "supplied", "已供面积与宗地合计不符", "Supplied area and that of its parcels differ"
    WITHDRAWN = "withdrawn", "撤批面积与宗地合计不符", "Withdrawn area and that of its parcels differ"
    REMAINING = "remaining", "剩余面积与宗地合计不符", "Remaining area and that of its parcels differ"
    OVERDRAWN = "overdrawn", "已供与撤批之和大于批准面积", "More supplied and withdrawn than approved"
    UNKNOWN = "approved_unknown", "批准面积不明", "The approved area is not known"
    NO_PARCELS = "no_parcels", "没有关联宗地", "No parcel belongs to it"
    NOT_LINKED = "not_linked", "宗地写明本批文但未关联", "Parcels name this approval and are not linked"
    OTHER_NUMBER = "other_number", "关联宗地写明其他批文", "Linked parcels name another approval"
    NOT_SPLIT = "not_split", "宗地属多个批文而未分面积", "Parcels of several approvals whose area is not divided"


class CardFinding(Term):
    """Where asset cards and parcels disagree (账卡相符)."""

    NO_PARCEL = "card_without_parcel", "有卡无宗地", "Card without parcel"
    NO_CARD = "parcel_without_card", "有宗地无卡", "Parcel without card"
    SEVERAL = "card_fits_several", "一卡对应多宗", "Card that fits several parcels"
    LAND = "land_differs", "土地面积不符", "Land area differs"
    FLOOR = "floor_differs", "建筑面积不符", "Floor area differs"
