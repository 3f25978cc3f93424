"""The model workbench's pages: who may see them, four eyes, asking and reading studies, keeping their tables."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from quanxin.accounts.actors import Role
from quanxin.accounts.models import AuditLine
from quanxin.archive.models import Access
from quanxin.evaluation import runs, studies
from quanxin.evaluation.editions import in_use, model_of
from quanxin.evaluation.models import Edition, Run, Score, Study
from quanxin.work import engine
from tests.city import hand_in, penalty, register
from tests.desk.people import PASSWORD, signed_in
from tests.evaluation.city import MODEL, MODELLER, put_in_use
from tests.once import city

pytestmark = pytest.mark.django_db
BEFORE, AFTER = "2025-06-30", "2025-12-31"


@pytest.fixture
def modeller() -> Client:
    return signed_in(Role.MODELLER, name="modeller-wang")


@pytest.fixture
def approver() -> Client:
    return signed_in(Role.APPROVER, name="approver-li")


def built(folder: Path) -> None:
    register(folder)
    hand_in(folder, "administrative-penalty", [penalty(0), penalty(0, "甲2号", fine="30")])


_city, _built = city(built, autouse=True)


def side(name: str, day: str) -> dict[str, str]:
    return {name: f"edition:{model_of(MODEL).edition}", f"{name}-day": day, f"{name}-known": "now"}


def compared(client: Client) -> Study:
    answer = client.post(f"/desk/models/{MODEL}/compare", side("before", BEFORE) | side("after", AFTER))
    made = Study.objects.get()
    assert answer["Location"] == f"/desk/studies/{made.pk}"
    assert engine.perform(studies.STUDIES, made.pk)
    made.refresh_from_db()
    return made


@pytest.mark.parametrize("path", ["/desk/models", f"/desk/models/{MODEL}", f"/desk/models/{MODEL}/runs"])
def test_modellers_and_approvers_see_the_models_and_nobody_else_does(
    path: str, modeller: Client, approver: Client
) -> None:
    assert modeller.get(path).status_code == approver.get(path).status_code == 200
    for role in (Role.INTAKE, Role.STEWARD, Role.CENTRE, Role.ADMINISTRATOR):
        assert signed_in(role, name=f"some-{role}").get(path).status_code == 403
    assert Client().get(path)["Location"].startswith("/desk/sign-in")


@pytest.mark.parametrize(
    "path", [f"/desk/models/{MODEL}/{what}" for what in ("propose", "compare", "back-test", "trial")]
)
def test_an_approver_neither_proposes_nor_asks(path: str, approver: Client, modeller: Client) -> None:
    assert (
        approver.get(path).status_code == approver.post(path, {"reason": "启用", "confirmed": "1"}).status_code == 403
    )
    assert modeller.get(path).status_code == 200
    assert not Edition.objects.exists()


def test_what_there_is_not_is_not_found(modeller: Client) -> None:
    for path in (
        "/desk/models/nothing",
        f"/desk/models/{MODEL}/nothing",
        "/desk/editions/1",
        "/desk/studies/1",
        f"/desk/models/{MODEL}?edition={'0' * 64}",
    ):
        assert modeller.get(path).status_code == 404, path


def test_a_model_is_shown_with_every_indicator_its_bins_and_its_basis(modeller: Client) -> None:
    page, model = modeller.get(f"/desk/models/{MODEL}").content.decode(), model_of(MODEL)
    for indicator in model.indicators:
        assert indicator.title.zh in page
        assert indicator.doc is not None
        assert indicator.doc.zh in page
        assert all(b.reason.zh in page for b in indicator.bins)
    assert all(veto.reason.zh in page for veto in model.vetoes)
    assert "2 以上、不足 4" in page
    assert "国办发〔2019〕35号" in page
    english = Client(headers={"accept-language": "en"})
    english.login(username="modeller-wang", password=PASSWORD)
    assert "2 to below 4" in english.get(f"/desk/models/{MODEL}").content.decode()


def test_an_edition_is_proposed_with_a_reason_and_after_a_second_look(modeller: Client) -> None:
    address = f"/desk/models/{MODEL}/propose"
    refused = modeller.post(address, {"reason": " ", "confirmed": "1"})
    assert refused.status_code == 422
    assert "必须说明理由" in refused.content.decode()
    looked = modeller.post(address, {"reason": "年度更新"}).content.decode()
    assert "确认提出" in looked
    assert not Edition.objects.exists()
    answer = modeller.post(address, {"reason": "年度更新", "confirmed": "1"})
    made = Edition.objects.get()
    assert answer["Location"] == f"/desk/editions/{made.pk}"
    assert (made.proposed_by, made.reason) == ("user:modeller-wang", "年度更新")


def proposed(client: Client) -> Edition:
    client.post(f"/desk/models/{MODEL}/propose", {"reason": "年度更新", "confirmed": "1"})
    return Edition.objects.get(approved=None)


def test_another_person_approves_with_a_remark_and_after_a_second_look(modeller: Client, approver: Client) -> None:
    address = f"/desk/editions/{proposed(modeller).pk}"
    assert approver.post(address, {"act": "approve", "remark": "", "confirmed": "1"}).status_code == 422
    assert "确认批准" in approver.post(address, {"act": "approve", "remark": "同意"}).content.decode()
    assert in_use(MODEL) is None
    approver.post(address, {"act": "approve", "remark": "同意", "confirmed": "1"})
    used = in_use(MODEL)
    assert used is not None
    assert (used.decided_by, used.remark) == ("user:approver-li", "同意")
    again = approver.post(address, {"act": "refuse", "remark": "反悔", "confirmed": "1"})
    assert again.status_code == 422
    assert "已经决定" in again.content.decode()


def test_an_approver_sees_what_was_studied_of_the_edition(modeller: Client, approver: Client) -> None:
    made, study = proposed(modeller), compared(modeller)
    assert f"/desk/studies/{study.pk}" in approver.get(f"/desk/editions/{made.pk}").content.decode()


def test_refusing_leaves_the_edition_in_use(modeller: Client, approver: Client) -> None:
    made = proposed(modeller)
    approver.post(f"/desk/editions/{made.pk}", {"act": "refuse", "remark": "依据不足", "confirmed": "1"})
    made.refresh_from_db()
    assert (made.approved, in_use(MODEL)) == (False, None)
    assert "依据不足" in modeller.get(f"/desk/editions/{made.pk}").content.decode()


def test_who_proposed_cannot_decide_whatever_their_roles() -> None:
    both = signed_in(Role.MODELLER, Role.APPROVER, name="both-roles")
    made = proposed(both)
    page = both.get(f"/desk/editions/{made.pk}").content.decode()
    assert "须由另一位审批人决定" in page
    assert 'value="approve"' not in page
    for confirmed in ({}, {"confirmed": "1"}):
        answer = both.post(f"/desk/editions/{made.pk}", {"act": "approve", "remark": "同意", **confirmed})
        assert answer.status_code == 422
        assert "提出人不能批准自己提出的版本" in answer.content.decode()
    assert in_use(MODEL) is None


def test_a_form_without_its_token_does_nothing(modeller: Client) -> None:
    made = proposed(modeller)
    strict = Client(enforce_csrf_checks=True)
    strict.login(username="modeller-wang", password=PASSWORD)
    for path in (f"/desk/models/{MODEL}/propose", f"/desk/models/{MODEL}/compare", f"/desk/editions/{made.pk}"):
        assert strict.post(path, {"reason": "x", "confirmed": "1"}).status_code == 403, path
    assert Edition.objects.count() == 1


def test_a_comparison_is_asked_watched_read_and_kept(modeller: Client, approver: Client) -> None:
    study = compared(modeller)
    assert (study.state, Score.objects.count()) == ("done", 0)
    page = approver.get(f"/desk/studies/{study.pk}").content.decode()
    for words in (
        "等级变动矩阵",
        "变动的原因",
        "行政处罚次数",
        "群体稳定性指数",
        "按注册资本",
        "按行业门类",
        "指标的敏感性",
    ):
        assert words in page
    assert "具体是哪些主体" not in page  # that is the centre's
    rows = list(
        csv.reader(io.StringIO(approver.get(f"/desk/studies/{study.pk}/matrix.csv").content.decode("utf-8-sig")))
    )
    assert rows[-1][0] == "合计"
    assert rows[-1][-1] == "3"
    book = openpyxl.load_workbook(io.BytesIO(approver.get(f"/desk/studies/{study.pk}/matrix.xlsx").content))
    assert [str(c.value) for c in list(book.worksheets[0].rows)[len(rows) - 1]] == rows[-1]
    assert AuditLine.objects.filter(act="evaluation.export", actor="user:approver-li").count() == 2
    assert approver.get(f"/desk/studies/{study.pk}/nothing.csv").status_code == 404
    assert approver.get(f"/desk/studies/{study.pk}/matrix.pdf").status_code == 404


def test_no_page_asks_the_database_more_than_it_should(
    modeller: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    put_in_use()
    runs.evaluate(MODELLER, [MODEL])
    runs.evaluate(MODELLER, [MODEL])
    study = compared(modeller)
    for path in (
        "/desk/models",
        f"/desk/models/{MODEL}",
        f"/desk/models/{MODEL}/runs",
        f"/desk/models/{MODEL}/compare",
        f"/desk/models/{MODEL}/propose",
        f"/desk/studies/{study.pk}",
    ):
        with django_assert_max_num_queries(15):
            assert modeller.get(path).status_code == 200, path


def test_a_study_that_waits_is_watched_and_then_gives_way_to_its_figures(modeller: Client) -> None:
    modeller.post(f"/desk/models/{MODEL}/trial", side("after", AFTER))
    study = Study.objects.get()
    page = modeller.get(f"/desk/studies/{study.pk}").content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert "评价全市" in page
    engine.perform(studies.STUDIES, study.pk)
    watched = modeller.get(f"/desk/studies/{study.pk}", headers={"HX-Request": "true"})
    assert watched["HX-Redirect"] == f"/desk/studies/{study.pk}"
    assert "等级分布" in modeller.get(f"/desk/studies/{study.pk}").content.decode()


def test_a_study_is_cancelled_and_asked_again_by_modellers_alone(modeller: Client, approver: Client) -> None:
    modeller.post(f"/desk/models/{MODEL}/trial", side("after", AFTER))
    study = Study.objects.get()
    where = f"/desk/studies/{study.pk}"
    assert 'value="cancel"' not in approver.get(where).content.decode()
    assert approver.post(where, {"act": "cancel"}).status_code == 403
    assert modeller.post(where, {"act": "cancel"}).status_code == 302
    study.refresh_from_db()
    assert study.state == "cancelled"
    assert not engine.perform(studies.STUDIES, study.pk)
    assert "已取消" in modeller.get("/desk/models").content.decode()
    assert modeller.post(where, {"act": "again"}).status_code == 302
    assert engine.perform(studies.STUDIES, study.pk)
    study.refresh_from_db()
    assert study.state == "done"


def test_names_are_shown_for_a_purpose_to_the_centre_alone(modeller: Client) -> None:
    study = compared(modeller)
    address = f"/desk/studies/{study.pk}/movers"
    assert modeller.get(address).status_code == modeller.post(address, {"purpose": "看看"}).status_code == 403
    centre = signed_in(Role.CENTRE, name="centre-zhao")
    assert centre.post(address, {"purpose": " ", "way": "fallen"}).status_code == 422
    assert not Access.objects.exists()
    page = centre.post(address, {"purpose": "核对降级原因", "way": "fallen"}).content.decode()
    assert "济南甲样例机械有限公司" in page
    assert Access.objects.filter(actor="user:centre-zhao", purpose="核对降级原因").count() == 1
    assert centre.post(address, {"purpose": "核对", "way": "Z>A"}).status_code == 422


def test_a_back_test_says_that_it_knew_more_than_its_day(modeller: Client) -> None:
    modeller.post(f"/desk/models/{MODEL}/back-test", side("after", BEFORE))
    study = Study.objects.get()
    engine.perform(studies.STUDIES, study.pk)
    page = modeller.get(f"/desk/studies/{study.pk}").content.decode()
    for words in ("各等级的命中率", "区分能力（AUC）", "失信被执行人", "评价日期以后掌握的"):
        assert words in page


def test_a_run_in_use_stands_in_the_list_with_its_grades_and_drift(modeller: Client) -> None:
    put_in_use()
    runs.evaluate(MODELLER, [MODEL])
    runs.evaluate(MODELLER, [MODEL])
    page = modeller.get(f"/desk/models/{MODEL}/runs").content.decode()
    assert page.count("启用") >= 2
    assert "基本稳定" in page
    assert modeller.get(f"/desk/models/{MODEL}/runs?as=xlsx").content[:2] == b"PK"
    choice = f"run:{Run.objects.latest('pk').pk}"
    assert choice in modeller.get(f"/desk/models/{MODEL}/compare").content.decode()


@pytest.mark.parametrize(("fields", "words"), [
    ({}, "请选择已有的评价"), ({"before": "run:999999", "after": "run:1"}, "请选择已有的评价"),
    ({"before": "edition:{now}", "before-day": "昨天"}, "请填写评价日期"),
    ({"before": "edition:0", "before-day": BEFORE, "after": "edition:0", "after-day": AFTER}, "没有提出过"),
])  # fmt: skip
def test_what_is_no_question_is_told_beside_the_form(fields: dict[str, str], words: str, modeller: Client) -> None:
    answer = modeller.post(f"/desk/models/{MODEL}/compare", fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Study.objects.exists()


def test_the_charts_need_no_inline_script(modeller: Client) -> None:
    study = Study.objects.create(
        model=MODEL, kind="trial", question={"sides": []}, actor="x", created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    )
    page = modeller.get(reverse("desk:study", args=[study.pk])).content.decode()
    assert page.count("<script") == page.count("<script src=") + page.count('type="application/json"')
