"""Listing somebody by its procedure: told, heard, decided; then a record of the list stands, made by the ordinary way in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from quanxin.accounts import NotAllowed
from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.accounts.models import AuditLine
from quanxin.archive.models import Record
from quanxin.calendar import day_of, now, travel
from quanxin.casework import beginning, engine, ticking
from quanxin.casework.errors import FormRefused, RightsError
from quanxin.casework.models import Case, Notice, Term
from quanxin.casework.parties import Party
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Held
from quanxin.subjects.models import Subject
from tests.city import CODES, NAMES, register
from tests.desk.people import signed_in
from tests.my.people import browser, owner, text
from tests.once import city
from tests.rights.life import company, morning

pytestmark = pytest.mark.django_db
TAXATION = Actor("user:tax", [Assignment(Role.DECIDER, "taxation")])
STATISTICS = Actor("user:statistics", [Assignment(Role.DECIDER, "statistics")])
COURT = Actor("user:court", [Assignment(Role.DECIDER, "courts")])
OWNER = Actor("user:owner")
MAY, LATER = morning(dt.date(2026, 5, 6)), morning(dt.date(2026, 5, 18))
FORM = {"list": "tax-severe", "facts": "虚开发票，经查属实。", "legal_basis": "税务总局令第54号"}
DECISION = {
    "document_number": "济税失信〔2026〕1号", "decision_date": "2026-05-18", "authority_name": "济南市税务局",
    "reason": "事实清楚，意见不成立。",
}  # fmt: skip


def _register(folder: Path) -> Path:
    register(folder)
    return folder


_city, _built = city(_register, autouse=True)


def proposed(actor: Actor = TAXATION, **form: str) -> Case:
    with travel(MAY):
        return beginning.begin(actor, "list-entry", subject=CODES[0], form=FORM | form)


def heard(case: Case) -> Case:
    """The case after the subject was told and answered."""
    with travel(MAY):
        engine.perform(TAXATION, case.number, "tell", {"reason": "虚开发票，依据税务总局令第54号。"})
        return engine.perform(Party(OWNER, company()), case.number, "answer", {"reason": "已经补缴。"})


def decided(case: Case, **form: str) -> Case:
    with travel(LATER):
        return engine.perform(TAXATION, case.number, "enter", DECISION | form)


def standing() -> list[Record]:
    return list(Record.objects.filter(resource="tax-severe", superseded_at=None))


def test_from_the_proposal_to_the_record_that_the_case_is_about() -> None:
    case = proposed()
    assert (case.provider, case.named, case.about, standing()) == ("taxation", "tax-severe", "subject", [])
    heard(case)
    case = decided(case)
    (record,) = standing()
    assert (case.state, case.open, case.about) == ("listed", False, "record")
    assert (case.resource, case.record_id, case.key_hash) == ("tax-severe", record.id, record.key_hash)
    said = record.payload
    assert (said["subject_name"], said["uscc"], said["facts"]) == (NAMES[0], CODES[0], FORM["facts"])
    assert (said["document_number"], said["decision_date"]) == (DECISION["document_number"], "2026-05-18")
    assert (record.provider, record.subject_id) == ("taxation", company().pk)
    assert AuditLine.objects.filter(act="intake.enter", target=f"record:{record.subject_id}-{record.id}").count() == 1
    keys = list(Notice.objects.filter(case=case, role="").order_by("pk").values_list("key", flat=True))
    assert keys == ["list-entry-told", "list-entered"]
    assert case.particulars["basis"][0]["title"] == "重大税收违法失信主体信息公布管理办法"


def test_twice_is_once_and_the_same_document_lists_nobody_again() -> None:
    case = heard(proposed())
    assert decided(case).state == decided(case).state == "listed"
    assert len(standing()) == 1
    again = heard(proposed())
    assert again.pk != case.pk
    with pytest.raises(IntakeError) as known:
        decided(again)
    assert known.value.code == "entry-known"
    assert (Case.objects.get(pk=again.pk).state, len(standing())) == ("answered", 1)


def test_nobody_is_listed_who_was_not_told_and_heard() -> None:
    case = proposed()
    with pytest.raises(RightsError):
        decided(case)
    with travel(MAY):
        engine.perform(TAXATION, case.number, "tell", {"reason": "虚开发票。"})
    with pytest.raises(RightsError):
        decided(case)
    with travel(morning(dt.date(2026, 5, 13))):
        ticking.tick()
    assert Case.objects.get(pk=case.pk).state == "silent"
    assert decided(case).state == "listed"


def test_what_the_checks_find_is_said_at_the_item_and_nothing_is_held_or_entered() -> None:
    case = heard(proposed(facts="整" * 3999))
    held = Held.objects.count()
    with pytest.raises(FormRefused):
        decided(case, document_number="")
    with travel(LATER), pytest.raises((FormRefused, RightsError)):
        engine.perform(TAXATION, case.number, "enter", DECISION | {"decision_date": "2026-06-01"})
    assert (standing(), Held.objects.count(), Case.objects.get(pk=case.pk).state) == ([], held, "answered")


@pytest.mark.parametrize(
    ("actor", "sought", "named"),
    [
        (TAXATION, "serious-violation", "市场监管严重违法失信名单"),
        (TAXATION, "tax-rating-a", "tax-rating-a"),  # an honour is no listing of the dishonest
        (TAXATION, "no-such-list", "no-such-list"),
        (TAXATION, "judgment-debtors", "失信被执行人"),
        (COURT, "judgment-debtors", "失信被执行人"),  # whom a court enters is not told and heard by this procedure
    ],
)
def test_a_list_that_is_not_for_this_is_refused_in_words_with_those_that_are(
    actor: Actor, sought: str, named: str
) -> None:
    with pytest.raises(FormRefused) as refused:
        proposed(actor, list=sought)
    (said,) = refused.value.details
    assert (said["where"], f"“{named}”" in said["message"]) == ("list", True)
    may = "可以选：重大税收违法失信主体（tax-severe）" in said["message"]
    assert may == (actor is TAXATION)
    assert ("Severe tax violations (tax-severe)" in said["message_en"]) == may
    assert not Case.objects.exists()


COURT_DECISION = {
    "list": "judgment-debtors", "document_number": "（2026）鲁0102执36号", "decision_date": "2026-05-06",
    "court": "济南市历下区人民法院", "duties": "支付货款", "performance": "全部未履行", "conduct": "违反财产报告制度",
}  # fmt: skip


def test_a_court_enters_a_debtor_by_its_own_decision_and_nobody_else_does() -> None:
    with travel(MAY):
        for form in (COURT_DECISION, COURT_DECISION | {"list": "tax-severe"}):
            with pytest.raises(FormRefused):  # no other department, and no other list: nobody was heard
                beginning.begin(TAXATION, "court-listing", subject=CODES[0], form=form)
        with pytest.raises(FormRefused):
            beginning.begin(COURT, "court-listing", subject=CODES[0], form=COURT_DECISION | {"list": "tax-severe"})
        case = beginning.begin(COURT, "court-listing", subject=CODES[0], form=COURT_DECISION)
        (record,) = Record.objects.filter(resource="judgment-debtors", superseded_at=None)
        assert (case.state, case.open, case.about, case.record_id) == ("listed", False, "record", record.id)
        assert (record.provider, record.payload["document_number"]) == ("courts", COURT_DECISION["document_number"])
        assert Notice.objects.filter(case=case, key="court-listed", role="").exists()
        with pytest.raises(IntakeError) as again:
            beginning.begin(COURT, "court-listing", subject=CODES[0], form=COURT_DECISION)
        assert again.value.code == "entry-known"
        removal = beginning.begin(
            COURT, "list-removal", record=f"{record.subject_id}-{record.id}", form={"ground": "法院裁定终结执行"}
        )
        assert Term.objects.get(case=removal).clock == "court-deletion"


@pytest.mark.parametrize(("ground", "clock"), [("名单期满", "removal-tax-severe"), ("列入决定已撤销", "list-removal")])
def test_the_term_of_a_removal_is_the_list_s_for_its_ground(ground: str, clock: str) -> None:
    decided(heard(proposed()))
    (record,) = standing()
    with travel(LATER):
        case = beginning.begin(
            TAXATION, "list-removal", record=f"{record.subject_id}-{record.id}", form={"ground": ground}
        )
    assert Term.objects.get(case=case, stopped_at=None).clock == clock


def test_a_list_takes_only_the_subjects_that_it_is_for_and_never_a_person() -> None:
    Subject.objects.filter(code=CODES[0]).update(type="social-group")
    with pytest.raises(RightsError) as other:
        proposed(STATISTICS, list="statistics-severe")
    assert (other.value.code, "社会团体" in other.value.zh) == ("list-of-others", True)
    Subject.objects.filter(code=CODES[0]).update(type="person", natural=True)
    with pytest.raises((RightsError, NotAllowed)):
        proposed(STATISTICS, list="statistics-severe")
    assert not Case.objects.exists()


def test_the_form_offers_the_lists_of_one_s_own_department() -> None:
    with travel(MAY):
        page = signed_in(Role.DECIDER, provider="taxation").post(
            "/desk/begin/list-entry", {"whose": CODES[0], "find": "1"}
        )
    shown = page.content.decode()
    assert 'value="tax-severe"' in shown
    assert 'value="serious-violation"' not in shown
    assert 'value="tax-rating-a"' not in shown


def test_from_the_list_by_a_removal_that_the_record_says() -> None:
    decided(heard(proposed()))
    (record,) = standing()
    with travel(LATER):
        case = beginning.begin(
            TAXATION, "list-removal", record=f"{record.subject_id}-{record.id}", form={"ground": "法院决定删除"}
        )
        assert case.state == "due"
        with pytest.raises(NotAllowed):
            engine.perform(STATISTICS, case.number, "remove", {"removed_on": "2026-05-18", "removal_reason": "法院"})
        done = engine.perform(
            TAXATION, case.number, "remove", {"removed_on": "2026-05-18", "removal_reason": "法院决定删除"}
        )
        assert day_of(now()) == dt.date(2026, 5, 18)
    (after,) = standing()
    assert (done.state, after.payload["removed_on"], after.payload["removal_reason"]) == (
        "removed", "2026-05-18", "法院决定删除",
    )  # fmt: skip
    assert after.public_until == dt.date(2026, 5, 17)  # from the day of the removal on it is not shown


def test_the_counter_records_a_removal_that_it_heard_of() -> None:
    decided(heard(proposed()))
    with travel(LATER):
        window = signed_in(Role.WINDOW)
        page = window.post("/desk/begin/list-removal", {"whose": CODES[0], "find": "1"})
        assert (page.status_code, "重大税收违法失信主体" in page.content.decode()) == (200, True)
        (record,) = standing()
        sent = {"whose": CODES[0], "record": f"{record.subject_id}-{record.id}", "ground": "法院决定删除"}
        assert window.post("/desk/begin/list-removal", sent).status_code == 302
    assert Case.objects.get(kind="list-removal").provider == "taxation"


def test_a_record_of_no_list_is_no_matter_of_removal() -> None:
    register_record = Record.objects.filter(subject_id=company().pk, superseded_at=None).first()
    assert register_record is not None
    clerk = Actor("user:market", [Assignment(Role.DECIDER, register_record.provider)])
    with travel(MAY), pytest.raises(RightsError) as refused:
        beginning.begin(
            clerk, "list-removal", record=f"{register_record.subject_id}-{register_record.id}",
            form={"ground": "法院决定删除"},
        )  # fmt: skip
    assert refused.value.code == "record-not-yours"


def test_the_subject_reads_what_is_proposed_answers_and_reads_the_decision_on_its_pages() -> None:
    case, at = proposed(), ""
    at = f"/my/cases/{case.number}"
    with travel(MAY):
        client = owner()
        assert "尚未作出任何决定" in text(client, at)
        engine.perform(TAXATION, case.number, "tell", {"reason": "虚开发票，依据税务总局令第54号。"})
        shown = text(client, at)
        for words in ("重大税收违法失信主体", "虚开发票，依据税务总局令第54号。", "陈述、申辩"):
            assert words in shown
        assert client.post(f"{at}/answer", {"reason": "已经补缴。"}).status_code == 302
    decided(Case.objects.get())
    with travel(LATER):
        client = browser("owner")
        shown = text(client, at)
        assert "已列入名单" in shown
        assert "异议" in shown
        assert client.get(f"{at}/decision.pdf").status_code == 200


def test_the_desk_shows_the_list_by_its_name() -> None:
    case = proposed()
    with travel(MAY):
        page = text(signed_in(Role.DECIDER, provider="taxation"), f"/desk/cases/{case.number}")
    assert "重大税收违法失信主体" in page
    assert ">tax-severe<" not in page
