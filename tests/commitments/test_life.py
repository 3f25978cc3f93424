"""A commitment from its text to what came of it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from quanxin.accounts import NotAllowed
from quanxin.accounts.models import AuditLine
from quanxin.archive.models import Record
from quanxin.archive.queries import archive_of
from quanxin.archive.viewers import PUBLIC
from quanxin.calendar import day_of, today, travel
from quanxin.casework import engine, rendering, ticking
from quanxin.casework.filing import Filed, Thing, file
from quanxin.casework.models import Case, Notice
from quanxin.casework.parties import Party
from quanxin.commitments import collection, duties, matching, nightly, numbers, signing, texts
from quanxin.commitments.errors import CommitmentError
from quanxin.commitments.models import Confirmation, Duty, Serial, Signature
from quanxin.policy.commitments import Duty as PolicyDuty
from quanxin.policy.commitments import Match
from quanxin.runtime.problems import Problem
from quanxin.subjects.models import Subject
from tests.city import hand_in, penalty, person
from tests.commitments import life
from tests.commitments.life import DEPARTMENT, FOREIGN, MAY, OWNER, owner
from tests.once import city
from tests.rights.life import morning

pytestmark = pytest.mark.django_db
_city, _built = city(life.companies, autouse=True)


def standing(resource: str) -> Record:
    return Record.objects.get(resource=resource, superseded_at=None)


def test_what_is_offered_is_kept_in_its_very_words() -> None:
    with travel(MAY):
        made = life.commitment(life.offered())
    assert made.text.startswith("涉企经营许可告知承诺\n\n承诺人：济南甲样例机械有限公司（")
    assert "承诺事由：食品经营许可" in made.text
    assert made.sha256 == texts.digest(made.text)
    assert (made.template, made.edition.isoformat(), made.number) == ("approval", "2020-12-01", "")
    assert Notice.objects.get(key="commitment-offered").subject_id == owner().subject.pk


def test_offered_twice_about_one_matter_is_one() -> None:
    with travel(MAY):
        assert life.offered().pk == life.offered().pk
        assert life.offered(matter="药品经营许可").pk != life.offered().pk


def test_signed_it_has_a_number_and_is_kept_for_good() -> None:
    with travel(MAY):
        case = life.signed()
    made = life.commitment(case)
    assert re.fullmatch(r"370100" + "20260506" + r"000001", made.number)
    kept = made.signature
    assert (kept.signer, kept.how, kept.sha256, kept.text) == (OWNER.name, "code", made.sha256, made.text)
    with pytest.raises(DatabaseError), transaction.atomic():
        Signature.objects.filter(pk=kept.pk).update(signer="user:other")
    with pytest.raises(DatabaseError), transaction.atomic():
        Signature.objects.filter(pk=kept.pk).delete()


def test_a_confirmation_is_of_one_text_one_case_one_person_once_and_for_a_while() -> None:
    with travel(MAY):
        case, other = life.offered(), life.offered(1)
        form = life.confirmed(case, owner())
        for said in ({}, {"confirmation": "nonsense"}):
            with pytest.raises(CommitmentError) as refused:
                engine.perform(owner(), case.number, "sign", said)
            assert refused.value.code == "unconfirmed"
        with pytest.raises(CommitmentError) as another:
            engine.perform(owner(1), other.number, "sign", form)
        assert another.value.code == "unconfirmed"
        asked = signing.ask(OWNER, life.commitment(case))
        with pytest.raises(CommitmentError) as before:  # asked, and not confirmed
            engine.perform(owner(), case.number, "sign", {"confirmation": asked.nonce})
        assert before.value.code == "unconfirmed"
    with travel(MAY + dt.timedelta(minutes=10)):
        with pytest.raises(CommitmentError) as over:
            engine.perform(owner(), case.number, "sign", form)
        assert over.value.code == "confirmation-over"
        with pytest.raises(CommitmentError):
            signing.confirm(OWNER, asked, Signature.How.CODE)
    with travel(MAY + dt.timedelta(hours=1)):
        fresh = life.confirmed(case, owner())
        Confirmation.objects.filter(nonce=fresh["confirmation"]).update(sha256="0" * 64)
        with pytest.raises(CommitmentError) as changed:
            engine.perform(owner(), case.number, "sign", fresh)
        assert changed.value.code == "text-changed"
        good = life.confirmed(case, owner())
        engine.perform(owner(), case.number, "sign", good)
        assert Confirmation.objects.get(nonce=good["confirmation"]).used_at is not None
        assert Signature.objects.count() == 1


def test_a_text_that_was_changed_since_is_not_signed() -> None:
    with travel(MAY):
        case = life.offered()
        made = life.commitment(case)
        type(made).objects.filter(pk=made.pk).update(text=made.text + "。")
        with pytest.raises(CommitmentError) as refused:
            engine.perform(owner(), case.number, "sign", life.confirmed(case, owner()))
    assert refused.value.code == "text-changed"


def test_in_force_it_is_a_record_and_its_duties_are_planned() -> None:
    with travel(MAY):
        case = life.in_force()
    record, made = standing("credit-commitment"), life.commitment(case)
    assert record.payload["commitment_number"] == made.number
    assert (record.payload["kind"], record.payload["matter"]) == ("审批替代型", "食品经营许可")
    assert (case.about, case.record_id, case.resource) == ("record", record.id, "credit-commitment")
    assert record.published
    planned = {one.key: (one.due_on.isoformat(), one.state) for one in made.duties.all()}
    assert planned == {"conditions-met": ("2026-07-06", "planned"), "papers-supplied": ("2026-06-02", "planned")}
    assert AuditLine.objects.filter(act="casework.commitment-approval.grant", target=case.reference).exists()


def test_it_is_kept_once_every_duty_was_found_kept() -> None:
    with travel(MAY):
        case = life.in_force()
        life.checked(case, "papers-supplied", "met")
        with pytest.raises(CommitmentError) as early:
            engine.perform(DEPARTMENT, case.number, "keep")
        assert "符合告知的条件" in early.value.zh
        with pytest.raises(CommitmentError) as unknown:
            life.checked(case, "nothing", "met")
        assert unknown.value.code == "duty-unknown"
        life.checked(case, "conditions-met", "met")
        done = engine.perform(DEPARTMENT, case.number, "keep")
    assert (done.state, done.open) == ("kept", False)
    assert standing("credit-commitment-performance").payload["performance"] == "全部履行"
    assert not Record.objects.filter(resource="commitment-breach").exists()


def test_a_breach_is_found_after_an_order_and_an_answer_and_by_a_decision() -> None:
    with travel(MAY):
        case = life.in_force()
        with pytest.raises(CommitmentError) as unfounded:
            engine.perform(DEPARTMENT, case.number, "order", {"duty": "conditions-met", "reason": "请整改"})
        assert unfounded.value.code == "duty-not-unmet"
        life.checked(case, "conditions-met", "not-met")
        with pytest.raises(Problem):
            engine.perform(DEPARTMENT, case.number, "find-breached", life.BREACH | {"reason": "未配齐"})
        engine.perform(DEPARTMENT, case.number, "order", {"duty": "conditions-met", "reason": "请整改"})
        _title, told = rendering.rendered(Notice.objects.get(key="commitment-ordered", role=""), "zh")
        assert "承诺事项“符合告知的条件和标准”没有履行" in told
        engine.perform(owner(), case.number, "answer", {"reason": "尚未到货"})
        with pytest.raises(NotAllowed):
            engine.perform(FOREIGN, case.number, "find-breached", life.BREACH | {"reason": "未配齐"})
        done = engine.perform(DEPARTMENT, case.number, "find-breached", life.BREACH | {"reason": "未配齐"})
    assert (done.state, done.open) == ("breached", False)
    record = standing("commitment-breach")
    assert (record.payload["document_number"], record.published) == ("济市监违〔2026〕1号", True)
    assert standing("credit-commitment-performance").payload["performance"] == "全部未履行"


def test_corrected_it_goes_on_and_the_duty_is_done() -> None:
    with travel(MAY):
        case = life.in_force()
        life.checked(case, "conditions-met", "partly")
        engine.perform(DEPARTMENT, case.number, "order", {"duty": "conditions-met", "reason": "请整改"})
    with travel(morning(dt.date(2026, 5, 28), 18)):
        ticking.tick()  # nobody answered in time
        case.refresh_from_db()
        assert case.state == "answered"
        back = engine.perform(DEPARTMENT, case.number, "confirm-corrected", {"reason": "现场已配齐"})
    assert back.state == "in-force"
    assert Duty.objects.get(key="conditions-met").state == "corrected"


def test_who_is_listed_or_broke_a_commitment_is_told_why_and_the_way_out(tmp_path: Path) -> None:
    with travel(MAY):
        waiting = life.offered()
        life.listed(tmp_path)
        with pytest.raises(CommitmentError) as listed:
            life.offered(matter="药品经营许可")
        assert listed.value.code == "excluded"
        assert "严重失信主体名单" in listed.value.zh
        assert "信用修复" in listed.value.hint
        with pytest.raises(CommitmentError):  # asked again when it is signed
            engine.perform(owner(), waiting.number, "sign", life.confirmed(waiting, owner()))
        life.breached(1)
        with pytest.raises(CommitmentError) as broken:
            life.offered(1, matter="药品经营许可")
        assert "尚未修复" in broken.value.zh
        assert life.offered(2).open


def test_a_listing_that_is_over_or_left_excludes_nobody(tmp_path: Path) -> None:
    with travel(MAY):
        life.listed(tmp_path, 0, decision_date="2020-01-01", valid_until="2023-01-01")
        life.listed(tmp_path, 1, decision_date="2026-01-05", removed_on="2026-05-06", document_number="二号")
        assert life.offered(0).open
        assert life.offered(1).open


def test_only_the_department_of_the_template_offers_it_and_only_to_whom_it_is_for() -> None:
    with travel(MAY):
        with pytest.raises(CommitmentError) as unknown:
            life.offered(template="nothing")
        assert unknown.value.code == "template-unknown"
        with pytest.raises(CommitmentError) as elsewhere:  # offered by the other procedure
            life.offered(template="tolerance")
        assert elsewhere.value.code == "template-unknown"
        with pytest.raises(CommitmentError) as others:
            life.offered(template="research-integrity")
        assert others.value.code == "template-not-yours"


def test_what_was_missing_is_handed_in_in_time_or_the_matter_ends() -> None:
    with travel(MAY):
        case, late = life.tolerated(), life.tolerated(1)
        assert "缺检测报告原件" in life.commitment(case).text
        for one, n in ((case, 0), (late, 1)):
            engine.perform(owner(n), one.number, "sign", life.confirmed(one, owner(n)))
        with pytest.raises(CommitmentError) as other:
            engine.perform(DEPARTMENT, case.number, "grant", {"supply_by": "2026-05-21"})
        assert other.value.code == "supply-differs"
        for one in (case, late):
            engine.perform(DEPARTMENT, one.number, "grant", {"supply_by": "2026-05-20"})
        engine.perform(owner(), case.number, "supply", {"reason": "原件"})
        engine.perform(DEPARTMENT, case.number, "complete", {"reason": "核对无误"})
    with travel(morning(dt.date(2026, 5, 21))):
        ticking.tick()
    states = {one.pk: one.state for one in Case.objects.filter(kind="commitment-tolerance")}
    assert (states[case.pk], states[late.pk]) == ("done", "ended")
    assert Record.objects.filter(resource="credit-commitment-performance").count() == 1
    assert not Record.objects.filter(resource="commitment-breach").exists()


def test_what_is_not_for_everybody_is_not_published() -> None:
    with travel(MAY):
        case = life.tolerated()
        engine.perform(owner(), case.number, "sign", life.confirmed(case, owner()))
        engine.perform(DEPARTMENT, case.number, "grant", {"supply_by": "2026-05-20"})
        record = standing("credit-commitment")
        assert (record.payload["disclosure"], record.published) == ("特定范围内公开", False)
        seen = archive_of(owner().subject.pk, PUBLIC)
        assert not [view for chapter in seen.chapters for view in chapter.records if view.id == record.id]


def test_serials_follow_one_another_without_a_gap() -> None:
    day = dt.date(2026, 5, 6)
    with transaction.atomic():
        numbers.next_number(day)
        transaction.set_rollback(True)
    assert [numbers.next_number(day)[-6:] for _ in range(3)] == ["000001", "000002", "000003"]
    assert numbers.next_number(day + dt.timedelta(days=1))[6:] == "20260507000001"
    assert Serial.objects.count() == 2


def test_a_sample_is_drawn_by_a_seed_that_anybody_can_compute() -> None:
    duty = PolicyDuty.model_validate(
        {"key": "d", "title": {"zh": "一", "en": "one"}, "text": {"zh": "一", "en": "one"}, "evidence": "document",
         "due": {"months": 1}, "share": 10}
    )  # fmt: skip
    found = [duties.drawn("t:2020-01-01:2026", f"{n:020d}", duty) for n in range(2000)]
    assert 150 < sum(found) < 250
    assert found == [duties.drawn("t:2020-01-01:2026", f"{n:020d}", duty) for n in range(2000)]


def test_by_night_what_has_run_out_ends_and_data_show_what_is_kept(tmp_path: Path) -> None:
    with travel(MAY):
        case = life.in_force()
    made = life.commitment(case)
    match = Match.model_validate(
        {"resource": "annual-report", "providers": ["market-regulation"], "when": "year >= 2025"}
    )
    assert matching.shown(made, match, day_of(MAY)) is None
    with travel(MAY + dt.timedelta(days=30)):
        rows = [
            {"subject_name": life.NAMES[0], "uscc": life.CODES[0], "year": year, "decision_date": day}
            for year, day in (("2024", "2026-06-01"), ("2025", "2026-06-02"), ("2023", "2026-05-01"))
        ]
        hand_in(tmp_path, "annual-report", rows, name="reports.csv")
        found = matching.shown(made, match, today())
    assert found is not None
    assert found.payload["year"] == 2025
    type(made).objects.filter(pk=made.pk).update(valid_until=dt.date(2026, 6, 30))
    with travel(morning(dt.date(2026, 6, 30))):
        assert nightly.by_night() == 0
    with travel(morning(dt.date(2026, 7, 1), 3)):
        assert nightly.by_night() == 1
        assert nightly.by_night() == 0
    case.refresh_from_db()
    assert (case.state, case.open, case.steps.last().actor) == ("expired", False, "system")  # type: ignore[union-attr]


def test_a_natural_person_promises_and_nothing_of_it_is_public(tmp_path: Path) -> None:
    with travel(MAY):
        hand_in(tmp_path, "administrative-penalty", [penalty(0, "济历罚〔2026〕9号", **person())], name="person.csv")
        subject = Subject.objects.get(natural=True)
        whose = Party(OWNER, subject)
        form = life.OFFER | {"template": "tolerance", "supply_by": "2026-05-20", "item_due": "2026-05-29"}
        by = Party(DEPARTMENT, subject, Case.Channel.WINDOW)
        case = file("commitment-tolerance", Filed(by, Thing(), "缺原件；逾期不补终止办理", form=form))
        made = life.commitment(case)
        assert subject.name not in made.text
        engine.perform(whose, case.number, "sign", life.confirmed(case, whose))
        engine.perform(DEPARTMENT, case.number, "grant", {"supply_by": "2026-05-20"})
        record = standing("credit-commitment")
        assert (record.subject_id, record.published) == (subject.pk, False)
        assert made.case.subject.natural
        assert collection.table([life.commitment(case)]).rows == []
