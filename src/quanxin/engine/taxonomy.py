"""The error taxonomy: everything that can be found in a row, each with a code that stays and words that help.

Invariant: a code means one thing for ever. ``error`` keeps a row out of the archive, ``warning`` and ``note`` let it
pass and are counted; every sentence says what was found and what to do, in both languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from quanxin.engine.characters import odd
from quanxin.policy.model import Resource, Text

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Error:
    """A kind of finding: its title, its sentence (a template over field, value and check), the V-rule it carries."""

    code: str
    severity: Severity
    zh: str
    en: str
    sentence_zh: str
    sentence_en: str
    rule: str | None = None


def _all() -> dict[str, Error]:
    found = {}
    for code, severity, zh, en, sentence_zh, sentence_en, rule in _ROWS:
        found[code] = Error(code, severity, zh, en, sentence_zh, sentence_en, rule)
    return found


# fmt: off
_ROWS: tuple[tuple[str, Severity, str, str, str, str, str | None], ...] = (
    # --- fields
    ("missing-required", "error", "必填项为空", "required item missing",
     "“{field}”必填，请补填。", "{field} is required; fill it in.", None),
    ("too-long", "error", "内容过长", "too long",
     "“{field}”超过规定长度，请缩短。", "{field} is longer than allowed; shorten it.", None),
    ("pattern-mismatch", "error", "格式不符", "wrong format",
     "“{field}”的内容“{value}”不符合规定格式，请核对。", "{field}: “{value}” has not the prescribed form.", None),
    ("date-unreadable", "error", "日期无法识别", "unreadable date",
     "“{field}”的内容“{value}”不是日期，请填写如 2024-01-31。", "{field}: “{value}” is no date; write 2024-01-31.", None),
    ("date-out-of-range", "error", "日期超出范围", "date out of range",
     "“{field}”的日期“{value}”超出允许范围，请核对年份。", "{field}: {value} is out of range; check the year.", None),
    ("number-unreadable", "error", "数字无法识别", "unreadable number",
     "“{field}”的内容“{value}”不是规定的数字，请只填数字。", "{field}: “{value}” is not such a number.", None),
    ("number-out-of-range", "error", "数值超出范围", "number out of range",
     "“{field}”的数值“{value}”超出允许范围，请核对。", "{field}: {value} is out of range.", None),
    ("money-unreadable", "error", "金额无法识别", "unreadable amount",
     "“{field}”的内容“{value}”不是金额（至多六位小数），请核对数字和单位。",
     "{field}: “{value}” is no amount of at most six decimals.", None),
    ("capital-unreadable", "error", "注册资本无法识别", "unreadable capital",
     "“{field}”的内容“{value}”无法读作金额，请填写如 500万元。",
     "{field}: “{value}” cannot be read as an amount; write 500万元.", None),
    ("boolean-unreadable", "error", "是否项无法识别", "unreadable yes or no",
     "“{field}”的内容“{value}”应为“是”或“否”。", "{field}: “{value}” should be 是 or 否.", None),
    ("code-unknown", "error", "不在代码集内", "not in the code set",
     "“{field}”的内容“{value}”不在规定的代码集内，请按代码集填写。", "{field}: “{value}” is not in its code set.", "V08"),
    ("division-unknown", "error", "行政区划未知", "unknown division",
     "“{field}”的内容“{value}”不是已知的行政区划代码或名称。", "{field}: “{value}” is no known division.", None),
    ("text-control-characters", "warning", "含换行或制表符", "line breaks or tabs in text",
     "“{field}”中的换行、制表符已替换为空格。", "Line breaks and tabs in {field} became blanks.", None),
    ("control-character", "error", "含控制字符", "control characters",
     "“{field}”含有不能入库的字符（{odd}：空字符、控制字符、残缺字符或非字符），请在来源系统中删除后重报。",
     "{field} has characters that no record may hold ({odd}: a NUL, a control, half a character or none); remove them at "
     "their source.", None),
    ("private-use-character", "warning", "含自造字或无法识别的字符", "private-use or unreadable characters",
     "“{field}”含有自造字区或替换字符（{odd}），其他单位的系统可能显示为空白或别的字，请核对并改用标准汉字。",
     "{field} has characters for private use, or in the place of an unreadable one ({odd}), which other systems may show as "
     "nothing or as others; use standard characters.", None),
    ("personal-data-in-text", "warning", "文本中含个人信息", "personal data in text",
     "“{field}”中疑有身份证号、手机号或银行卡号，入库时已遮盖，请在来源系统中去除。",
     "{field} seems to hold an identity, mobile or card number; it was masked; remove it at its source.", "V11"),
    ("personal-number-in-key", "error", "文书号中含身份证号", "identity number in a document number",
     "“{field}”中含有身份证号。文书号用以识别决定，不能遮盖，请改用不含身份证号的文书号。",
     "{field} holds an identity number. It tells the decision from others and cannot be masked; use a number without one.", "V11"),
    ("cells-beyond-columns", "warning", "存在多余单元格", "cells beyond the columns",
     "该行在表头之外还有内容，未入库，请核对列是否错位。", "The row has cells beyond its header; check for shifted columns.", None),
    # --- values that say too little, or that a table program spoilt
    ("date-incomplete", "error", "日期不完整", "incomplete date",
     "“{field}”的内容“{value}”缺少年、月或日，系统不补成1日或1月1日，请填写完整日期。",
     "{field}: “{value}” lacks its day, month or year; nothing is filled in; write the whole date.", None),
    ("date-ambiguous", "error", "日期有歧义", "ambiguous date",
     "“{field}”的内容“{value}”可以读成不止一个日期（两位年份、日月先后或连写数字），请填写如 2024-01-31。",
     "{field}: “{value}” may be more than one day; write 2024-01-31.", None),
    ("unit-missing", "error", "金额缺少单位", "amount without a unit",
     "“{field}”的内容“{value}”没有单位，无法确定是元还是万元，请写明单位或在表头注明。",
     "{field}: “{value}” has no unit; write it beside the number or in the header.", None),
    ("money-foreign", "error", "币种不是人民币", "another currency",
     "“{field}”以人民币计，内容“{value}”是其他币种或币种不明，请折算或核对。",
     "{field} is in yuan; “{value}” is in another currency, or in one that cannot be told.", None),
    ("cell-error", "error", "单元格为公式错误", "failed formula",
     "“{field}”的内容“{value}”是表格软件的公式错误，请改正公式或填写数值。",
     "{field}: “{value}” is a formula that failed; mend it or write the value.", None),
    ("digits-lost", "error", "长数字已失真", "digits lost",
     "“{field}”的内容“{value}”以数值保存，15位以后的数字已丢失，请将该列设为文本后重新填写。",
     "{field}: “{value}” was kept as a number, and its digits beyond fifteen are lost; make the column text.", None),
    # --- identifiers
    ("uscc-length", "error", "统一社会信用代码位数不符", "code has not 18 characters",
     "“{field}”的内容“{value}”不是18位统一社会信用代码，也不是已知的旧注册号，请核对。",
     "{field}: “{value}” is neither a code of 18 characters nor a known old number.", None),
    ("uscc-charset", "error", "统一社会信用代码含非法字符", "character not allowed in a code",
     "“{field}”的内容“{value}”含有代码中不使用的字符（如 I、O、Z、S、V）。",
     "{field}: “{value}” has characters that codes do not use, such as I, O, Z, S, V.", None),
    ("uscc-check-digit", "error", "统一社会信用代码校验位错误", "check character of the code fails",
     "“{field}”的内容“{value}”校验位不符，多为录入错误，请对照营业执照核对。",
     "{field}: the check character of “{value}” fails; compare it with the licence.", None),
    ("uscc-placeholder", "error", "占位代码缺少注册号", "placeholder without registration number",
     "“{field}”为17个0加X时，须同时填写工商注册号。", "The placeholder code needs a registration number beside it.", "V01"),
    ("uscc-grandfathered", "note", "早期试点代码", "code of an early pilot",
     "“{value}”为早期试点赋码，予以接受。", "“{value}” is a code of an early pilot and accepted.", None),
    ("uscc-lower-case", "note", "代码小写已转大写", "small letters made capital",
     "“{field}”的小写字母已转为大写。", "Small letters in {field} were made capital.", None),
    ("uscc-org-check", "warning", "代码内组织机构代码校验不符", "organisation code inside fails",
     "“{value}”第9至17位的组织机构代码校验不符，代码本身有效，已接受。",
     "The organisation code inside “{value}” fails its own check; the code itself is valid.", None),
    ("organisation-code-invalid", "error", "组织机构代码错误", "invalid organisation code",
     "“{field}”的内容“{value}”不是有效的组织机构代码。", "{field}: “{value}” is no valid organisation code.", None),
    ("registration-number-check", "warning", "注册号校验位不符", "registration number fails its check",
     "“{field}”的注册号“{value}”校验位不符，照原样保留。", "{field}: “{value}” fails its check and is kept as it is.", None),
    ("code-is-registration-number", "note", "代码栏为旧注册号", "old registration number in the code column",
     "“{value}”为旧注册号，按注册号保留，不作更正。", "“{value}” is an old registration number and kept as such.", None),
    ("code-is-organisation-code", "note", "代码栏为组织机构代码", "organisation code in the code column",
     "“{value}”为组织机构代码，按组织机构代码保留。", "“{value}” is an organisation code and kept as such.", None),
    ("code-is-foreign-registration", "note", "代码栏为外资注册号", "foreign-investment number in the code column",
     "“{value}”为外商投资企业旧注册号，照原样保留。", "“{value}” is an old number of foreign investment, kept as it is.", None),
    ("identity-invalid", "error", "证件号码错误", "invalid identity number",
     "“{field}”的证件号码不符合校验规则，请核对。", "{field} fails the check of identity numbers.", None),
    ("identity-minor", "error", "未成年人", "a minor",
     "“{field}”显示为未成年人，不得归集其信用信息。", "{field} is a minor's; no credit information of minors is taken.", "V14"),
    ("identity-legacy", "note", "15位旧身份证号", "identity number of 15 digits",
     "“{field}”为15位旧身份证号，予以接受。", "{field} is an old number of 15 digits and accepted.", None),
    ("category-code-mismatch", "error", "主体类别与代码不符", "category does not fit the code",
     "代码“{value}”所属的主体类型与填报的类别或本资源适用的主体不符。",
     "The type of subject of “{value}” does not fit the category stated, or this resource.", "V02"),
    ("person-with-code", "error", "自然人不应填写代码", "a person with a code",
     "自然人不填统一社会信用代码；代码栏也不得填写身份证号。", "A person has no code, and no identity number goes in the code column.", "V02"),
    ("no-subject-identifier", "error", "无法识别主体", "nothing says whom the row is about",
     "该行没有可用的代码、注册号或名称，无法确定主体。", "No code, number or name says whom the row is about.", None),
    # --- rows
    ("check-failed", "error", "不符合业务规则", "a rule of the catalogue fails",
     "{check_zh}", "{check_en}", None),
    ("check-warned", "warning", "业务规则提示", "a rule of the catalogue warns",
     "{check_zh}", "{check_en}", None),
    ("duplicate-in-batch", "note", "批内重复", "repeated in the file",
     "该行与本文件中另一行完全相同，只保留一行。", "The row repeats another of the file; one is kept.", "V16"),
    ("conflict-in-batch", "error", "批内冲突", "conflict within the file",
     "本文件中另有一行主体和主键相同而内容不同，无法判断以何为准，请核对后保留一行。",
     "Another row of the file has the same subject and key but other content; keep the right one.", "V16"),
    ("older-than-subject", "warning", "早于主体成立", "older than its subject",
     "“{field}”的日期“{value}”早于该主体的成立日期，请核对日期和主体。",
     "{field}: {value} lies before the subject was founded; check the day, and whom it is about.", "V05"),
    # --- matching
    ("subject-unknown", "warning", "未查询到主体", "subject not in the register",
     "主体库中没有该主体，待主体登记信息入库后重放，或核对代码和名称。",
     "The register has no such subject; replay after its registration came in, or check code and name.", "V03"),
    ("subject-ambiguous", "warning", "主体不唯一", "more than one subject fits",
     "有多个主体与该行相符，请补充统一社会信用代码。", "Several subjects fit; add the code.", "V03"),
    ("subject-name-mismatch", "error", "主体信息不匹配（1001）", "name does not fit the code (1001)",
     "未查询到主体或查询到的主体信息不匹配：“{value}”与该代码登记的名称不符，请核对名称；确已更名的，先更新登记信息。",
     "“{value}” is not a name of this code; correct it, or have the register updated first.", "V03"),
    ("code-two-names", "error", "一码多名", "one code with two names",
     "该代码已登记为另一名称，“{value}”无法确认为更名，请核对。",
     "The code is registered under another name; nothing shows that “{value}” is a later one.", "V29"),
    ("name-two-codes", "warning", "一名多码", "one name with two codes",
     "同一名称对应多个代码，请核对。", "One name has several codes.", "V29"),
    # --- whose record it is, and who hands it in
    ("own-matter", "error", "涉及报送人自身利益", "the own matter of who hands it in",
     "该行涉及报送人本人，或其代表、代办、任职的单位，暂不入库，请由没有利害关系的同事重放。",
     "The row is about whoever hands it in, or whom they stand for or work for; it is held for a colleague to take in again.",
     None),
    ("owned-by-another", "error", "该记录属其他单位", "the record is another provider's",
     "该决定已由其他单位报送，记录属该单位，本行暂不入库。请与信用中心核对应由哪个单位报送；裁定归本单位的，本行随即入库，"
     "裁定不归本单位的，请不要再报。",
     "Another provider has handed in this decision, and the record is its own; the row is held. Ask the credit centre who is "
     "to report it: decided for you, the row goes in at once; decided otherwise, leave it out.", "V16"),
    ("prevails-over-another", "note", "以本单位登记为准", "this provider prevails",
     "该记录原由其他单位报送；按目录规定以本单位为准，现由本行替代，并已告知原报送单位。",
     "The record was another provider's; by the catalogue this provider prevails, and the other is told.", "V16"),
)
# fmt: on

ERRORS: Mapping[str, Error] = MappingProxyType(_all())


def describe(issue: Mapping[str, Any], resource: Resource) -> Text:
    """The sentence for one issue (code, field, value, check_key) of a row of ``resource``, in both languages."""
    error = ERRORS[issue["code"]]
    field = next((f for f in resource.fields if f.key == issue.get("field")), None)
    check = next((c for c in resource.checks if c.key == issue.get("check_key")), None)
    value = issue.get("value") or ""
    words = {"value": value if len(value) <= 60 else value[:60] + "…", "odd": odd(value)}
    zh = {"field": field.title.zh if field else "", "check_zh": check.message.zh if check else error.zh, **words}
    en = {"field": field.title.en if field else "", "check_en": check.message.en if check else error.en, **words}
    return Text(zh=error.sentence_zh.format(**zh), en=error.sentence_en.format(**en))
