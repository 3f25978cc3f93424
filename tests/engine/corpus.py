"""Rows with all that departments write, and much that they should not, for any resource.

Invariant: the same resource and seed give the same rows; every cell is drawn by the type of its field, now and then by
no type at all, so that rows are sound, nearly sound and broken in many ways at once.
"""

from __future__ import annotations

import random

from quanxin.demo.city import code_of
from quanxin.identifiers.identity import check_character
from quanxin.policy import Rules
from quanxin.policy.model import FieldDef, FieldType, Resource

Row = dict[str, str | None]

_CODE = code_of("91", "370102", 10)
_AUTHORITY = code_of("11", "370102", 1)
_PERSON = "37999919800615001"
DAYS = (
    "2024-01-05", "2024/1/5", "2024.1.5", "20240105", "2024年1月5日", "2024-01-05 08:30:00", "２０２４－０１－０５",
    "二〇二四年一月五日", "二〇二三年十二月三十一日", "二〇二三年十月二十日", "2024-1-5", "2024-02-30", "2025年13月40日",
    "infinity", "epoch", "202401", "1", "月日", "2099-12-31", "长期", "2024 01 05", "2024\\01\\05", "2024-01/05",
    "24-01-05", "2024-1", "2024-001-5", "12024-1-5", "0000-01-01", "-2024-1-5", "2024-01-05T08:00", "2024-01-0",
    "1799-12-31", "2200-01-01", "2024-06-01", "2025-08-31", "2026-12-31", "2024-2-29", "2023-2-29", "2024-1-5 (BC)",
    "2025-03-01T23:30:00Z", "2025-03-01T23:30:00.000+0000", "2025-03-02 07:30:00+08:00", "1988-07-01T15:30:00Z",
    "2026年11月20日星期五", "2026年11月20日星期四", "2015-99", "2026-111", "2015.11", "2026年11月", "26.11.20", "20/11/2026",
    "20261120093000", "2026.11.20.", "2026、11、20", "二○二六年十一月廿日", "2026年元月5日 上午", "#N/A", "2024年11月", "2024.1",
    "01-05-2024", "2024--1-5", "2024-1-5-", "2024- 1-5",
)  # fmt: skip
NUMBERS = (
    "0.5", "5000元", "1,234.5678", "３万元", "1亿元", "￥20", "0.000001", "0.0000001", "1e5", "约三万", "3万左右", "NaN",
    "0x10", "-5", "-0.0", "0", "00012", "1,286.5000(万)", "26万元", "500(万美元)", "300000元", "3亿元", "12(万港元)",
    "7万新加坡元", "9(万元人民币)", "万人民币", "1.2.3万", "99999999999.999999", "123456789012", "1234567890123",
    "9999999999999999.99", "12.0", "12.5", "+7", "1,200", "2024", "2024年", ".5", "5.", "１２．３０", "0.3333333333333333",
    "454(万香港元)", "1065(万元(港币))", "200(万元美元)", "10,1520000(万元人民币)", "$5000", "US$50万", "500()", "500(万",
    "1,50万元",
    "＃ＲＥＦ！", "1千万元", "¥500", "人民币500万元整", "5(00)万", "9999999999.999999", "10000000000",
    "123456789.123456789", "100000000000亿元", "元", "人民币3万元整", "¥1,000.10", "-3万元", "1万元", "0.00005元",
)  # fmt: skip
CODES = (
    _CODE, _CODE.lower(), _CODE[:-1] + "0", _CODE[:-1] + "*1", _CODE[:8] + "I" + _CODE[9:], f" {_CODE[:4]}-{_CODE[4:]} ",
    "00000000000000000X", _PERSON + check_character(_PERSON), _PERSON + "0", "379999800615001", "370100200000018",
    "370100200000019", "3701002000000", "企合苏总字第000174号", "企合苏总字000174", "MA3C0001X", "MA3C0001-X", "12345678-9",
    code_of("91", "370102", 11), code_of("92", "370102", 12), code_of("53", "370102", 13), _AUTHORITY, "9" * 18, "１" * 18,
    code_of("91", "370102", 14).translate({ord("1"): "１"}), "济南", "91370102济A3C0001X1", "931370102MA3C0001X", "H12345678",
    _PERSON[:6] + "20150615001" + check_character(_PERSON[:6] + "20150615001"), "91320508137835500N", "G12345678",
    _PERSON[:6] + "20240230001" + check_character(_PERSON[:6] + "20240230001"), "91370102QXZZZZZZ00", "😀" * 18,
    "810000199901010011", "9.13701021465186E+17", "#N/A", "＃Ｎ／Ａ", "A1234567", "911990010112345678",
)  # fmt: skip
TEXTS = (
    "济南甲样例机械有限公司", "济南（甲）样例", "济南(甲)样例", "〔2025〕1号", "[2025] 1 号",
    "经检查\u3000属实\u3002", "  经检查\u3000", "\u3000样例人 ", "第一行\n第二行", "a\tb\r\nc", "尾\u2028行",
    "尾\x85行\x85", "-", "--", "N/A", "\\N", "null", "/", "—", "None", "\xa0", "\ufeff有",
    "身份证37010219800615001X在案", "联系电话13800000000", "卡号6222021234567890128", "电话：13800000000。",
    "长" * 5001, "长" * 201, "😀表情𠮷野家", "\xe9\u0301", "ＡＢＣａｂｃ１２３", "济南·样例•公司", '\'引号"双',
    "a\\b", "$1", "{x}", "100%", "是", "否", "有", "无", "1", "自然人", "法人及非法人组织", "个体工商户",
    "罚款", "警告;罚款", "罚款；警告、暂扣执照", "罚款;没有这个", "其他-", "其他-说明", "其他-说明;罚款",
    "普通", ";", "01", "历下", "370102", "历下区", "未知类别甲", "2024-01", "202401", "2024年1月", "2024-13",
    "y", "YES", "身份证", "\x1f", "\x00\x01", "ﬀ", "ß", "İ", "合格", "A", "甲级",
)  # fmt: skip
_POOLS = {
    FieldType.DATE: DAYS, FieldType.DATETIME: DAYS, FieldType.MONTH: (*DAYS, "2024-01", "2024年1月", "2024-13", "202412"),
    FieldType.YEAR: NUMBERS, FieldType.INTEGER: NUMBERS, FieldType.DECIMAL: NUMBERS, FieldType.MONEY_WAN: NUMBERS,
    FieldType.MONEY_YUAN: NUMBERS, FieldType.CAPITAL: NUMBERS, FieldType.USCC: CODES, FieldType.ORGANISATION_CODE: CODES,
    FieldType.REGISTRATION_NUMBER: CODES, FieldType.IDENTITY: CODES, FieldType.BOOLEAN: ("是", "否", "1", "y", "待定", "ß"),
}  # fmt: skip


def rows_of(resource: Resource, rules: Rules, count: int, seed: int = 1) -> list[Row]:
    """So many rows of a resource; some repeat another, some contradict it."""
    source = random.Random(f"{resource.key} {seed}")
    pools = {f.key: _pool(f, rules) for f in resource.fields}
    rows: list[Row] = []
    while len(rows) < count:
        if rows and source.random() < 0.1:
            again = dict(source.choice(rows))
            if source.random() < 0.5:
                key = source.choice(resource.fields).key
                again[key] = source.choice(pools[key])
            rows.append(again)
            continue
        care = source.choice((0.0, 0.02, 0.1, 1.0))  # how much of a row is not simply right
        rows.append({f.key: _cell(source, pools[f.key], care) for f in resource.fields})
    return rows


def every_value(resource: Resource, rules: Rules) -> list[Row]:
    """Rows that have, in each field, every value that is drawn for its type and every odd character."""
    pools = {f.key: (*_pool(f, rules), *_UNSEEN) for f in resource.fields}
    longest = max(map(len, pools.values()))
    shifted = {key: (*pool[n:], *pool[:n]) for n, (key, pool) in enumerate(pools.items())}
    return [{key: pool[n % len(pool)] for key, pool in shifted.items()} for n in range(longest)]


def _pool(field: FieldDef, rules: Rules) -> tuple[str, ...]:
    code_set = rules.code_sets.get(field.code_set) if field.code_set else None
    if code_set:
        words = tuple(w for c in code_set.codes[:20] for w in (c.value, c.title.zh, *c.aliases))
        return (*words, ";".join(words[:2]), *TEXTS)
    return _POOLS.get(field.type, TEXTS)


def _cell(source: random.Random, pool: tuple[str, ...], flaws: float) -> str | None:
    if source.random() >= flaws:
        return pool[0]
    match source.randrange(6):
        case 0:
            return None
        case 1:
            return source.choice((*DAYS, *NUMBERS, *CODES, *TEXTS, *_UNSEEN))
        case _:
            return source.choice(pool)


_UNSEEN = tuple(
    chr(c) + "1" + chr(c) for c in (*range(1, 33), *range(0x7F, 0xA1), 0x2028, 0x3000, 0xFEFF, 0x1D7D8, 0x661)
)
