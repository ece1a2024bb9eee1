"""What ``plan lint`` says: for each code of a finding what is wrong, and the mend."""

from gisreg.text import Text

NAMES_HINT = Text(
    "gisreg plan facts 与 gisreg parcels queryables 列出可用名称", "see gisreg plan facts and gisreg parcels queryables"
)
ENTER = Text("请核对条款号,或在 data/rules/sources.toml 中登记", "check it, or enter it in data/rules/sources.toml")
REORDER = Text("请调整次序、收紧在前的条件,或删去", "change the order, narrow the earlier condition, or drop it")

FINDINGS: dict[str, tuple[Text, Text]] = {
    "version_taken": (
        Text("{file} 与 {other} 都是 {ruleset},而内容不同", "{file} and {other} are both {ruleset}, but differ"),
        Text("请给 {file} 换一个版本号", "give {file} another version"),
    ),
    "division_by_zero": (
        Text("除数恒为零", "divides by what is always zero"), Text("请改写除数", "write another divisor"),
    ),
    "formula_name": (
        Text("{name} 不是数值事实或参数", "{name} is no numeric fact or parameter"), NAMES_HINT,
    ),
    "clause_unknown": (
        Text("依据库中没有{clause}:{words}", "there is no such clause: {words}"), ENTER,
    ),
    "no_source": (Text("依据没有出处:{words}", "a clause without a source: {words}"), ENTER),
    "unconfirmed_clause": (
        Text("条款号凭记忆,待核:{words}", "number from memory, to be checked: {words}"),
        Text(
            "核对公报原文后在 sources.toml 中去掉 confirmed = false",
            "check the gazette, then drop confirmed = false in sources.toml",
        ),
    ),
    "not_yet_valid": (
        Text("{day} 起才有效", "it is valid from {day} only"),
        Text(
            "请更正 valid_from,或用此日以后的基准日;提前试用请用 gisreg plan try",
            "correct valid_from, or run as of a day from then on; gisreg plan try may use it before",
        ),
    ),
    "date_out_of_range": (
        Text("日期 {day} 不在 {first} 至 {last} 之间", "the date {day} is not between {first} and {last}"),
        Text("请更正日期", "correct the date"),
    ),
    "negative_limit": (
        Text("{name} 不会小于 0,却与 {value} 比较", "{name} is never below 0, but is compared with {value}"),
        Text("请更正数值", "correct the number"),
    ),
    "negative_parameter": (
        Text("参数 {name} 为 {value},不能小于 0", "the parameter {name} is {value}: it cannot be below 0"),
        Text("请更正数值", "correct the number"),
    ),
    "unused_parameter": (
        Text("参数 {name} 没有用到", "the parameter {name} is not used"), Text("请删去或使用", "drop it or use it"),
    ),
    "unused_measure": (
        Text("措施 {name} 没有用到", "the measure {name} is not used"), Text("请删去或使用", "drop it or use it"),
    ),
    "unused_end_use": (
        Text("用途 {name} 没有用到", "the end use {name} is not used"), Text("请删去或使用", "drop it or use it"),
    ),
    "gate_idle": (
        Text("该闸门不涉及任何规则", "the gate concerns no rule"),
        Text("请更正 kinds、labels、measures", "correct kinds, labels, measures"),
    ),
    "kind_not_covered": (
        Text("{kind_zh}只有兜底规则", "{kind_en} has a fallback only"), Text("请补充规则", "add rules"),
    ),
    "label_not_covered": (
        Text("{kind_zh}没有“{label_zh}”的规则", "{kind_en} has no rule for {label_en}"),
        Text("请补充规则,或确认确无此出路", "add one, or make sure that there is no such way out"),
    ),
    "steps_too_long": (
        Text("措施各步合计 {total} 日,超过期限 {days} 日", "the measure's steps take {total} days, more than {days}"),
        Text("请调整期限或步骤", "change the days or the steps"),
    ),
    "no_why_not": (
        Text("融资规则没有写明何以不可", "a finance rule that does not say why not"),
        Text("请为每个条件补充 why_not", "add why_not for each condition"),
    ),
    "never_true": (Text("条件永不成立", "its condition is never true"), REORDER),
    "unreachable": (
        Text("规则永远轮不到:在前的规则已涵盖{by}", "never reached: earlier rules cover it{by}"), REORDER,
    ),
    "unreachable_likely": (
        Text("规则可能轮不到:未找到轮到它的事实", "probably never reached: no facts found that get to it"), REORDER,
    ),
    "overlap": (
        Text("可与在前的 {others} 同时成立,以在前者为准", "can be true together with {others}; the earlier one wins"),
        Text("如非本意,请收紧条件", "narrow a condition if that is not meant"),
    ),
}  # fmt: skip
