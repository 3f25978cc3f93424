"""Cases at the desk that begin with an objection, and what two do with one case at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import connection, connections
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from quanxin.accounts import operator
from quanxin.archive.models import Restriction
from quanxin.calendar import travel
from quanxin.casework.models import Case, Step
from quanxin.sharing import subscriptions
from tests.casework.acts import cases, objections
from tests.desk.rights import MOMENT, People, acting, acts_on, at, filed, now_of, objection, page, people, post
from tests.rights.life import company, owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> People:
    return people()


@pytest.fixture
def disputed(staff: People, tmp_path: Path) -> Case:
    return at(objection(tmp_path), "accepted")


def test_an_objection_is_upheld_by_correcting_in_one_go(disputed: Case, staff: People) -> None:
    where = f"/desk/cases/{disputed.number}"
    text = page(staff.decider, where)
    assert acts_on(text) == ["correct", "withdraw", "dismiss", "ask"]
    assert "现为：0.5<" in text
    record = cases.record_of(disputed)
    assert record is not None
    sent = {"item-fine": "0.3", "reason": "金额录入有误", "version": str(record.id)}
    assert post(staff.decider, disputed, "correct", **sent)[0] == 302
    assert now_of(disputed).state == "corrected"
    stands = cases.record_of(disputed)
    assert stands is not None
    assert stands.version == 2
    assert not Restriction.objects.filter(kind="disputed", ended_at=None).exists()
    shown = page(staff.decider, where)
    assert "<del>0.5 万元</del> <ins>0.3 万元</ins>" in shown
    seen = str(disputed.steps.last().pk)  # type: ignore[union-attr]
    assert post(staff.decider, disputed, "correct", seen=seen, **sent)[0] == 302
    assert cases.record_of(disputed).id == stands.id  # type: ignore[union-attr]


def test_a_correction_that_fails_is_said_beside_its_item_and_changes_nothing(disputed: Case, staff: People) -> None:
    status, said = post(staff.decider, disputed, "correct", **{"item-fine": "约三千", "reason": "有误"})
    assert status == 422
    assert 'value="约三千"' in said
    assert 'aria-invalid="true"' in said
    assert "未通过校验" in said
    assert now_of(disputed).state == "accepted"
    assert cases.record_of(disputed).version == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(("sent", "words"), [
    ({"item-document_number": "另号", "reason": "有误"}, "不能更正"), ({"item-fine": "0.3", "reason": ""}, "请写明理由"),
    ({"reason": "有误"}, "没有任何改动"), ({"item-fine": "0.3", "reason": "有误", "version": "1"}, "新的版本"),
])  # fmt: skip
def test_what_is_no_correction_is_refused(disputed: Case, staff: People, sent: dict[str, str], words: str) -> None:
    status, said = post(staff.decider, disputed, "correct", **sent)
    assert status == 422
    assert words in said
    assert now_of(disputed).state == "accepted"


def test_an_objection_is_upheld_by_withdrawing_in_one_go(disputed: Case, staff: People) -> None:
    assert post(staff.decider, disputed, "withdraw", reason="有误")[0] == 422
    assert post(staff.decider, disputed, "withdraw", reason="重复报送", kind="mistaken")[0] == 302
    assert now_of(disputed).state == "withdrawn"
    assert cases.record_of(disputed) is None
    assert "这条记录已不再有效" in page(staff.decider, f"/desk/cases/{disputed.number}")
    pdf = staff.decider.get(f"/desk/cases/{disputed.number}/decision.pdf")
    assert pdf.status_code == 200


def test_where_the_record_was_changed_before_the_page_offers_to_finish(disputed: Case, staff: People) -> None:
    from quanxin.intake.corrections import correct

    record = cases.record_of(disputed)
    assert record is not None
    with travel(MOMENT):
        correct(acting("decider"), record.provider, record, {"fine": "0.3"}, reason="有误")
    text = page(staff.decider, f"/desk/cases/{disputed.number}")
    assert acts_on(text) == ["withdraw", "finish-corrected", "dismiss", "ask"]
    assert post(staff.decider, disputed, "finish-corrected", reason="已更正")[0] == 302
    assert now_of(disputed).state == "corrected"


def test_an_objection_dismissed_is_looked_at_again_by_another(disputed: Case, staff: People) -> None:
    assert post(staff.decider, disputed, "dismiss", reason="与决定书一致")[0] == 302
    with travel(MOMENT):
        second = objections.ask_second_look(owner(), disputed.number, "仍不同意")
    assert acts_on(page(staff.reviewer, f"/desk/cases/{second.number}")) == ["uphold-dismissal", "return", "ask"]
    assert post(staff.decider, second, "return", reason="x")[0] == 403
    assert post(staff.reviewer, second, "return", reason="请调取原件")[0] == 302
    assert now_of(disputed).state == "forwarded"
    assert post(staff.decider, disputed, "take-up")[0] == 302


def test_an_objection_to_a_score_is_the_reviewers(staff: People, tmp_path: Path) -> None:
    objection(tmp_path)
    with travel(MOMENT):
        case = objections.object_to(owner(), "得分有误。", model="credit")
        cases.forward(acting("wang"), case.number)
    assert company().name in page(staff.reviewer, f"/desk/cases/{case.number}")
    assert post(staff.decider, case, "take-up")[0] == 403
    assert post(staff.reviewer, case, "take-up")[0] == 302
    assert acts_on(page(staff.reviewer, f"/desk/cases/{case.number}")) == ["uphold", "dismiss", "ask"]
    assert post(staff.reviewer, case, "uphold", reason="已重新评价")[0] == 302


@pytest.mark.django_db(transaction=True)
def test_two_deciders_at_once_decide_once(tmp_path: Path) -> None:
    staff = people()
    case = at(filed(tmp_path), "accepted")
    answers: list[int] = []
    ready = threading.Barrier(2)

    def decide(client: Client, what: str, sent: dict[str, str]) -> None:
        ready.wait()
        answers.append(post(client, case, what, **sent)[0])
        connections.close_all()

    both = [
        threading.Thread(target=decide, args=(staff.decider, "grant", {"confirmed": "1"})),
        threading.Thread(target=decide, args=(staff.colleague, "refuse", {"reason": "未缴清"})),
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(answers) == [302, 422]
    assert Step.objects.filter(case=case, act__in=["grant", "refuse"]).count() == 1
    connection.close()


def test_pages_ask_few_questions(
    disputed: Case, staff: People, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    consumer = subscriptions.add_consumer(operator(), "bank", title="样例银行")
    subscriptions.grant(operator(), consumer, "administrative-penalty", purpose="sharing", basis="协议")
    post(staff.decider, disputed, "correct", **{"item-fine": "0.3", "reason": "有误"})
    for path in ("/desk/cases", "/desk/cases?all=1", f"/desk/cases/{disputed.number}", "/desk/notices", "/desk/"):
        page(staff.decider, path)
        with django_assert_max_num_queries(15):
            page(staff.decider, path)
