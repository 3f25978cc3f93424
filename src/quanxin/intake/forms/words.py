"""What a field wants, in the words of a clerk.

Invariant: the words say what the catalogue says and no more; a condition is called one, not copied out as code.
"""

from __future__ import annotations

from dataclasses import dataclass

from quanxin.policy import Rules
from quanxin.policy.model import CodeSet, FieldDef, FieldType, Resource, Text

TYPES: dict[FieldType, Text] = {
    FieldType.TEXT: Text(zh="文本", en="text"),
    FieldType.DATE: Text(zh="日期", en="date"),
    FieldType.DATETIME: Text(zh="日期时间", en="date and time"),
    FieldType.YEAR: Text(zh="年度", en="year"),
    FieldType.MONTH: Text(zh="月份", en="month"),
    FieldType.INTEGER: Text(zh="整数", en="whole number"),
    FieldType.DECIMAL: Text(zh="数值", en="number"),
    FieldType.MONEY_WAN: Text(zh="金额（万元）", en="amount in 10,000 yuan"),
    FieldType.MONEY_YUAN: Text(zh="金额（元）", en="amount in yuan"),
    FieldType.CAPITAL: Text(zh="注册资本", en="registered capital"),
    FieldType.BOOLEAN: Text(zh="是或否", en="yes or no"),
    FieldType.CODE: Text(zh="从代码表中选一项", en="one of a code set"),
    FieldType.CODES: Text(zh="代码表中的一项或多项", en="one or more of a code set"),
    FieldType.USCC: Text(zh="统一社会信用代码", en="unified social credit code"),
    FieldType.ORGANISATION_CODE: Text(zh="组织机构代码", en="organisation code"),
    FieldType.REGISTRATION_NUMBER: Text(zh="注册号", en="registration number"),
    FieldType.IDENTITY: Text(zh="证件号码（加密保存）", en="identity number (kept sealed)"),
    FieldType.DOCUMENT_NUMBER: Text(zh="文书号", en="document number"),
    FieldType.DIVISION: Text(zh="行政区划", en="administrative division"),
}
EXAMPLES: dict[FieldType, str] = {
    FieldType.DATE: "2026-01-31",
    FieldType.DATETIME: "2026-01-31 09:30:00",
    FieldType.YEAR: "2026",
    FieldType.MONTH: "2026-01",
    FieldType.INTEGER: "12",
    FieldType.DECIMAL: "12.5",
    FieldType.MONEY_WAN: "0.5",
    FieldType.MONEY_YUAN: "5000.00",
    FieldType.CAPITAL: "500万元人民币",
    FieldType.BOOLEAN: "是",
    FieldType.DOCUMENT_NUMBER: "济市监罚〔2026〕1号",
}
FORMATS: dict[FieldType, Text] = {
    FieldType.DATE: Text(zh="年-月-日", en="year-month-day"),
    FieldType.DATETIME: Text(zh="年-月-日 时:分:秒", en="year-month-day hour:minute:second"),
    FieldType.USCC: Text(zh="18 位，末位为校验码", en="18 characters, the last a check character"),
    FieldType.ORGANISATION_CODE: Text(zh="9 位，末位为校验码", en="9 characters, the last a check character"),
    FieldType.REGISTRATION_NUMBER: Text(zh="13 或 15 位", en="13 or 15 digits"),
    FieldType.MONEY_WAN: Text(zh="单位为万元；也可写明单位，如 5000元", en="in 10,000 yuan, or with its unit: 5000元"),
    FieldType.MONEY_YUAN: Text(zh="单位为元；也可写明单位，如 0.5万元", en="in yuan, or with its unit: 0.5万元"),
    FieldType.CODES: Text(zh="多项以“；”分隔", en="several are separated by “；”"),
}
_NEEDS = {
    True: Text(zh="必填", en="required"),
    False: Text(zh="选填", en="optional"),
    None: Text(zh="符合条件时必填", en="required under a condition"),
}


@dataclass(frozen=True, slots=True)
class Explained:
    """A field for the one who fills it in; ``rules`` are the sentences of the checks that concern it."""

    field: FieldDef
    need: Text
    type: Text
    limits: tuple[Text, ...]
    rules: tuple[Text, ...]
    example: str
    codes: CodeSet | None


def explain(resource: Resource, rules: Rules) -> list[Explained]:
    """Each field of a resource in words, in the catalogue's order."""
    return [
        Explained(
            field=field,
            need=_NEEDS[field.required if isinstance(field.required, bool) else None],
            type=TYPES[field.type],
            limits=tuple(_limits(field)),
            rules=tuple(check.message for check in resource.checks if field.key in check.fields),
            example=_example(field, codes_of(field, rules)),
            codes=codes_of(field, rules),
        )
        for field in resource.fields
    ]


def codes_of(field: FieldDef, rules: Rules) -> CodeSet | None:
    """The code set that a field draws on, if any."""
    return rules.code_sets.get(field.code_set) if field.code_set else None


def _limits(field: FieldDef) -> list[Text]:
    made = [FORMATS[field.type]] if field.type in FORMATS else []
    if field.max_length:
        made.append(Text(zh=f"不超过 {field.max_length} 字", en=f"at most {field.max_length} characters"))
    if field.minimum is not None:
        made.append(Text(zh=f"不小于 {field.minimum}", en=f"at least {field.minimum}"))
    if field.maximum is not None:
        made.append(Text(zh=f"不大于 {field.maximum}", en=f"at most {field.maximum}"))
    if field.long_term:
        words = "、".join([w for w in field.long_term if not w[0].isdigit()] or field.long_term)
        made.append(Text(zh=f"长期有效的填 {words}", en=f"without end: {words}"))
    return made


def _example(field: FieldDef, codes: CodeSet | None) -> str:
    return codes.codes[0].title.zh if codes else EXAMPLES.get(field.type, "")
