"""What can be wrong with a plan, a step or a close-out."""

from typing import ClassVar

from gisreg.errors import AccessError, ConflictError, InputError, NotFoundError, SetupError
from gisreg.text import Text


class StepNotPossible(ConflictError):
    """The state of the parcel does not allow the step."""

    shown: ClassVar[tuple[str, ...]] = ("state", "possible")
    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 现为“{state_zh}”,不能{step_zh}",
        "parcel {parcel_code} is “{state_en}”, which does not allow: {step_en}",
    )
    mend: ClassVar[Text] = Text("此时可以:{possible_zh}", "what is possible now: {possible_en}")


class ClosedOtherwise(ConflictError):
    """The step is for parcels that were closed out by other measures."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 以“{measure}”销号,不能{step}",
        "parcel {parcel_code} was closed out by “{measure}”, which does not allow: {step}",
    )
    mend: ClassVar[Text] = Text(
        "只适用于以这些措施销号的宗地:{known};又闲置的请用 gisreg closeout relapse",
        "it is for what was closed out by: {known}; idle again: gisreg closeout relapse",
    )


class RoleMayNot(AccessError):
    """The step is another's to take."""

    what: ClassVar[Text] = Text("{role_zh}不能{step_zh}", "{role_en} may not take the step: {step_en}")
    mend: ClassVar[Text] = Text("应由{roles_zh}办理", "it is for: {roles_en}")


class RoleNotHeld(AccessError):
    """A role is named that whoever works here does not hold."""

    what: ClassVar[Text] = Text("此处不能以{role_zh}的身份办理", "nobody here works as: {role_en}")
    mend: ClassVar[Text] = Text(
        "此处可用的身份:{held_zh}(设置 GISREG_ROLES)", "the roles held here: {held_en} (setting GISREG_ROLES)"
    )


class ReasonMissing(InputError):
    """A step that is told with its reason."""

    what: ClassVar[Text] = Text("{step_zh}需要理由", "“{step_en}” needs a reason")
    mend: ClassVar[Text] = Text("请写明理由(--reason)", "give the reason (--reason)")


class NoPlan(ConflictError):
    """No approved plan is in force."""

    what: ClassVar[Text] = Text("宗地 {parcel_code} 没有已批准的方案", "parcel {parcel_code} has no approved plan")
    mend: ClassVar[Text] = Text("请先用 gisreg closeout plan 批准方案", "approve one first: gisreg closeout plan")


class NoAdvice(ConflictError):
    """There is no label that a plan could adopt."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 没有可采用的处置建议", "there is no advice on parcel {parcel_code} to adopt"
    )
    mend: ClassVar[Text] = Text(
        "请先运行 gisreg plan run,或用 --label 和 --measure 人工确定",
        "run gisreg plan run first, or decide by hand with --label and --measure",
    )


class DecisionIncomplete(InputError):
    """A plan by hand says what, by which measure and why."""

    what: ClassVar[Text] = Text("人工确定方案缺少 {fields}", "a plan by hand lacks {fields}")
    mend: ClassVar[Text] = Text("请给出处置方式、措施和理由", "give label, measure and reason")


class MeasureUnknown(InputError):
    """No rule set in force knows the measure."""

    what: ClassVar[Text] = Text("没有措施 {measure}", "there is no measure {measure}")
    mend: ClassVar[Text] = Text("可用:{known}", "there are: {known}")


class GateHolds(ConflictError):
    """A gate holds action on the parcel."""

    what: ClassVar[Text] = Text("宗地 {parcel_code} 被限制:{gates_zh}", "parcel {parcel_code} is held: {gates_en}")
    mend: ClassVar[Text] = Text(
        "请暂缓(gisreg closeout hold),解除限制并登记后再办理",
        "put it on hold (gisreg closeout hold); go on once that is settled and recorded",
    )


class MeasureDoesNotClose(ConflictError):
    """The plan's measure is a step on the way, never the end of it."""

    what: ClassVar[Text] = Text("“{measure_zh}”不足以销号", "“{measure_en}” is not enough to close a parcel out")
    mend: ClassVar[Text] = Text("请先批准能完成处置的方案", "approve a plan that disposes of the parcel first")


class ProofMissing(InputError):
    """The proof that kind and measure need is not all there."""

    shown: ClassVar[tuple[str, ...]] = ("missing", "not_enough")
    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 不能{refused_zh},缺少:{missing_zh}{not_enough_zh}",
        "parcel {parcel_code} cannot {refused_en}; missing: {missing_en}{not_enough_en}",
    )
    mend: ClassVar[Text] = Text("{how_zh}", "{how_en}")


class ProofUnknown(InputError):
    """No such kind of proof."""

    what: ClassVar[Text] = Text("没有佐证类别 {proof}", "there is no kind of proof {proof}")
    mend: ClassVar[Text] = Text("可用:{known}", "there are: {known}")


class ProofOfAnother(InputError):
    """The document belongs to another parcel."""

    what: ClassVar[Text] = Text(
        "文档 {document} 不属于宗地 {parcel_code}", "document {document} is not one of parcel {parcel_code}"
    )
    mend: ClassVar[Text] = Text("请附上本宗的文件", "attach a document of this parcel")


class ProvesAnother(ConflictError):
    """A contract closes the parcel that it is for, and not another one that came from the same parcel."""

    what: ClassVar[Text] = Text(
        "{proof}已作为宗地 {other} 销号的佐证,不能再证明宗地 {parcel_code}",
        "{proof} proves the close-out of parcel {other} and cannot prove parcel {parcel_code} as well",
    )
    mend: ClassVar[Text] = Text("{how_zh}", "{how_en}")


class SameDocumentTwice(InputError):
    """One paper cannot prove two different things."""

    what: ClassVar[Text] = Text("文档 {document} 被用作两种佐证", "document {document} is given for two kinds of proof")
    mend: ClassVar[Text] = Text("每种佐证请用各自的文件", "give a document for each")


class StepAfterPlan(InputError):
    """A step ends with its plan at the latest."""

    what: ClassVar[Text] = Text(
        "第 {step_no} 步的期限 {day} 晚于方案的期限 {due_on}", "step {step_no} is due {day}, after its plan: {due_on}"
    )
    mend: ClassVar[Text] = Text(
        "请提前该步,或批准方案时给出更晚的期限(--due-on)",
        "make it due earlier, or approve the plan with a later day (--due-on)",
    )


class StepBeforeFormer(InputError):
    """A step is due with the step in front of it at the earliest."""

    what: ClassVar[Text] = Text(
        "第 {step_no} 步的期限 {day} 早于前面第 {former_no} 步的期限 {former_day}",
        "step {step_no} is due {day}, before step {former_no} in front of it: {former_day}",
    )
    mend: ClassVar[Text] = Text("请按步骤先后排列期限", "let each step be due with the one before it, or later")


class AmountMissing(InputError):
    """Quotas are taken back by amount, each in its own unit."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 收回要素,未写收回了多少", "quotas of parcel {parcel_code} are taken back: how much?"
    )
    mend: ClassVar[Text] = Text(
        "请至少给出一项大于 0 的数量:--set energy_tce=吨标准煤 或 --set water_t=吨",
        "give at least one amount above 0: --set energy_tce=TCE or --set water_t=TONNES",
    )


class DisposableTooLarge(InputError):
    """What a level may spend is part of what was paid in."""

    what: ClassVar[Text] = Text(
        "本级可用财力 {disposable_wan} 万元大于入库收益 {treasury_wan} 万元",
        "disposable {disposable_wan} is more than the {treasury_wan} (10,000 yuan) paid into the treasury",
    )
    mend: ClassVar[Text] = Text("请核对两项金额", "check the two sums")


class QuantityWithoutUnit(InputError):
    """A quantity and its unit go together."""

    what: ClassVar[Text] = Text("实物数量与实物单位须同时给出", "a quantity and its unit go together")
    mend: ClassVar[Text] = Text("请补全 quantity 与 quantity_unit", "give quantity and quantity_unit")


class QuotaTooLarge(InputError):
    """More quota is taken back than the parcel is known to hold."""

    what: ClassVar[Text] = Text(
        "{field} {wanted} 大于宗地登记的 {held}", "{field} {wanted} is more than the parcel holds: {held}"
    )
    mend: ClassVar[Text] = Text("请先核对宗地的指标", "check the quota of the parcel first")


class QuotasStillHeld(ConflictError):
    """Quotas were taken back in part: what is still held keeps the parcel open, each in its own unit."""

    shown: ClassVar[tuple[str, ...]] = ("held",)
    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 的要素只收回一部分,不能销号,仍有:{held_zh}",
        "parcel {parcel_code} cannot be closed out, its quotas are taken back in part only; still held: {held_en}",
    )
    mend: ClassVar[Text] = Text("{how_zh}", "{how_en}")


class AreaTooLarge(InputError):
    """A part larger than the whole."""

    what: ClassVar[Text] = Text(
        "部分销号面积 {wanted_m2} ㎡ 大于宗地面积 {area_m2} ㎡",
        "{wanted_m2} m² to close out; the parcel has {area_m2} m²",
    )
    mend: ClassVar[Text] = Text("请核对面积", "check the area")


class AreaNotKnown(ConflictError):
    """A share of an unknown area cannot be told."""

    what: ClassVar[Text] = Text("宗地 {parcel_code} 的面积不明", "the area of parcel {parcel_code} is not known")
    mend: ClassVar[Text] = Text("请先登记面积", "record its area first")


class NoInvestigation(ConflictError):
    """A determination follows an investigation."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 没有进行中的调查", "no investigation of parcel {parcel_code} is open"
    )
    mend: ClassVar[Text] = Text("请先用 gisreg closeout investigate 启动调查", "open one: gisreg closeout investigate")


class InvestigationOpen(ConflictError):
    """One investigation at a time."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 已有进行中的调查({notice_on})",
        "parcel {parcel_code} is being investigated since {notice_on}",
    )
    mend: ClassVar[Text] = Text("请先认定或排除", "determine or clear it first")


class NoSubmission(ConflictError):
    """Nothing of the parcel waits for a decision."""

    what: ClassVar[Text] = Text("宗地 {parcel_code} 没有待审的上报", "no submission of parcel {parcel_code} is open")
    mend: ClassVar[Text] = Text(
        "状态由导入而来的,请先撤回(gisreg closeout withdraw),再附佐证上报(gisreg closeout submit)",
        "where the state came with an import, withdraw it (gisreg closeout withdraw), then submit it with its proofs"
        " (gisreg closeout submit)",
    )


class NoSuchStep(NotFoundError):
    """The plan has no step of this number."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 的方案没有第 {step_no} 步", "the plan of parcel {parcel_code} has no step {step_no}"
    )
    mend: ClassVar[Text] = Text("请用 gisreg closeout show 查看", "see gisreg closeout show")


class LaterPlan(ConflictError):
    """A plan that another one replaced is not undone under it."""

    what: ClassVar[Text] = Text("其后又批准了方案 {plan},现仍有效", "plan {plan} was approved since and is in force")
    mend: ClassVar[Text] = Text("请先撤销后来的方案", "undo the later plan first")


class LaterCloseOut(ConflictError):
    """What was booked or decided before a close-out is not undone under it."""

    what: ClassVar[Text] = Text(
        "其后又销号(上报编号 {close_out}),现仍有效", "submission {close_out} was accepted since and stands"
    )
    mend: ClassVar[Text] = Text("请先撤销后来的销号", "undo the later close-out first")


class StepTakenBack(ConflictError):
    """A step that was undone does not come back by another undo."""

    what: ClassVar[Text] = Text("“{step}”已撤销,不能再恢复", "“{step}” was undone and does not come back by an undo")
    mend: ClassVar[Text] = Text("请重新办理:gisreg closeout {command}", "take it anew: gisreg closeout {command}")


class RulesUnusable(SetupError):
    """The rules of the close-out cannot be read."""

    what: ClassVar[Text] = Text("销号规则有误:{detail}", "the rules of the close-out are wrong: {detail}")
    mend: ClassVar[Text] = Text("请更正该文件", "correct the file")
