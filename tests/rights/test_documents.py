"""The document of a decision: made of what the case kept, in the words of the day, the same for ever."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pypdf
import pytest

from quanxin.archive.models import Record
from quanxin.calendar import travel
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case
from quanxin.documents import verifying
from quanxin.documents.standing import Standing
from quanxin.rights import documents
from quanxin.rights.documents import chinese_date
from tests.casework.acts import cases, objections, repairs
from tests.city import CODES, NAMES
from tests.rights.life import DECIDER, LATER, WINDOW, applied, granted, morning, objected, penalised

pytestmark = pytest.mark.django_db


def decision(case: Case) -> bytes:
    return documents.decision(WINDOW, case)


def text_of(body: bytes) -> str:
    return "".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages).split())


@pytest.fixture
def record(tmp_path: Path) -> Record:
    with travel(dt.date(2026, 5, 15)):
        return penalised(tmp_path)


def refused(record: Record, reason: str) -> Case:
    case = cases.forward(WINDOW, applied(record).number)
    repairs.accept(DECIDER, case.number)
    return repairs.refuse(DECIDER, case.number, reason)


@pytest.mark.parametrize(("day", "said"), [
    (dt.date(2026, 9, 1), "二〇二六年九月一日"), (dt.date(2026, 10, 10), "二〇二六年十月十日"),
    (dt.date(2025, 11, 21), "二〇二五年十一月二十一日"), (dt.date(2030, 12, 30), "二〇三〇年十二月三十日"),
])  # fmt: skip
def test_days_are_written_as_offices_write_them(day: dt.date, said: str) -> None:
    assert chinese_date(day) == said


def test_a_grant_says_what_who_why_and_with_what_effect(record: Record) -> None:
    with travel(morning(LATER)):
        case = granted(record)
        body = decision(case)
    text = text_of(body)
    for words in (
        "信用修复决定书",
        case.number,
        f"{case.number}-1",
        NAMES[0],
        CODES[0],
        "行政处罚",
        "济历罚〔2026〕1号",
        "市场监督管理",
        "准予修复",
        "终止公示、停止共享和使用",
        "《信用修复管理办法》（国家发展改革委令第36号）",
        "二〇二六年九月一日",
        "第1页，共1页",
        "2026年5月12日",
    ):
        assert words in text, words


def test_a_refusal_gives_reason_and_ways_of_review(record: Record) -> None:
    with travel(morning(LATER)):
        text = text_of(decision(refused(record, "罚款尚未缴清，尚欠0.2万元。")))
    for words in (
        "不予修复决定书",
        "罚款尚未缴清，尚欠0.2万元。",
        "六十日内依法申请行政复议",
        "六个月内依法向人民法院提起行政诉讼",
        "重新申请",
    ):
        assert words in text, words


def test_an_answer_says_how_an_objection_ended(record: Record) -> None:
    with travel(morning(LATER)):
        case = objected(record)
        with pytest.raises(RightsError) as none:
            decision(case)
        assert none.value.code == "document-none"
        text = text_of(decision(objections.dismiss(DECIDER, case.number, "金额与决定书一致。")))
    for words in ("异议答复书", "异议不成立", "金额与决定书一致。", "申请复核"):
        assert words in text, words


def test_the_same_case_gives_the_same_bytes_whenever_it_is_asked(record: Record) -> None:
    with travel(morning(LATER)):
        case = granted(record)
        first = decision(case)
    with travel(morning(LATER + dt.timedelta(days=400))):
        assert decision(Case.objects.get(pk=case.pk)) == first


def test_a_revoked_repair_bears_the_mark(record: Record) -> None:
    with travel(morning(LATER)):
        case = granted(record)
        before = decision(case)
        found = repairs.find_false(DECIDER, case.number, "缴款凭证系伪造。")
        text = text_of(decision(found))
    assert verifying.of_file([before]).standing is Standing.REVOKED
    assert verifying.of_file([decision(found)]).standing is Standing.VALID
    assert "准予修复" in text
    assert "本决定已于2026年9月1日撤销。理由：缴款凭证系伪造。" in text


def test_what_a_clerk_writes_is_text_and_no_markup(record: Record) -> None:
    reason = '#let x = 1 $a_b$ *粗* `代码` <标签> @引 \\ #image("/etc/passwd")'
    with travel(morning(LATER)):
        text = text_of(decision(refused(record, reason)))
    assert "".join(reason.split()) in text


def test_a_long_reason_goes_over_pages_that_are_numbered(record: Record) -> None:
    with travel(morning(LATER)):
        body = decision(refused(record, "\n".join(f"第{n}点：尚有义务未履行，情况如下。" * 4 for n in range(40))))
    pages = len(pypdf.PdfReader(io.BytesIO(body)).pages)
    assert pages > 1
    assert f"第{pages}页，共{pages}页" in text_of(body)
