"""A case that belongs to the department that begins it is that department's in every queue, act, notice and figure."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from quanxin.accounts import NotAllowed, operator
from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.accounts.models import AuditLine
from quanxin.accounts.people import add_account
from quanxin.attachments.accept import of_case
from quanxin.attachments.models import Attachment
from quanxin.calendar import travel
from quanxin.casework import beginning, engine, queues, statistics, ticking
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case, Notice, Term
from quanxin.engine import procedure_cases
from quanxin.runtime.pack import current_pack
from tests.attachments.making import printed
from tests.casework.duty import DECIDER, FOREIGN, MAY, PROVIDER, REVIEWER
from tests.city import CODES, register
from tests.desk.people import PASSWORD, signed_in
from tests.my.people import text
from tests.once import city
from tests.rights.life import morning

pytestmark = pytest.mark.django_db
ELSEWHERE = "370104"
ORDER, WORDS = "care-order", "修剪行道树"
BOTH = Actor("user:both", [*DECIDER.assignments, *FOREIGN.assignments])
PAGE = f"/desk/begin/{ORDER}"


def _register(folder: Path) -> Path:
    register(folder)
    return folder


_built_city, _built = city(_register, autouse=True)


def ordered(actor: Actor, **form: str) -> Case:
    with travel(MAY):
        return beginning.begin(actor, ORDER, subject=CODES[0], statement=WORDS, form=form)


def test_a_case_is_the_department_s_that_began_it() -> None:
    case = ordered(DECIDER)
    assert (case.provider, case.about) == (PROVIDER, "subject")
    with travel(MAY):
        assert [queues.queue(one).count() for one in (DECIDER, FOREIGN, REVIEWER)] == [1, 0, 0]
        with pytest.raises(NotAllowed):
            engine.perform(FOREIGN, case.number, "confirm")
        assert engine.perform(DECIDER, case.number, "confirm").state == "done"


def test_its_term_its_notice_and_its_figures_are_the_department_s() -> None:
    case = ordered(DECIDER)
    assert Term.objects.get(case=case).provider == PROVIDER
    with travel(morning(dt.date(2026, 6, 1))):
        ticking.tick()
        (line,) = statistics.by_unit(statistics.sought(DECIDER))
    assert (line.provider, line.late) == (PROVIDER, 1)
    assert [(n.role, n.provider) for n in Notice.objects.filter(key="care-duty-overdue")] == [("decider", PROVIDER)]


def test_who_acts_for_several_departments_says_for_which() -> None:
    with pytest.raises(RightsError) as unclear:
        ordered(BOTH)
    assert unclear.value.code == "department-unclear"
    assert "税务" in unclear.value.zh
    assert ordered(BOTH, provider="taxation").provider == "taxation"
    with pytest.raises(NotAllowed):
        ordered(BOTH, provider="courts")
    assert AuditLine.objects.filter(act="access.refused", actor="user:both").count() == 1


def test_who_acts_for_none_is_refused_in_words_and_whoever_begins_none_without() -> None:
    for held in (Assignment(Role.DECIDER), Assignment(Role.DECIDER, PROVIDER, ELSEWHERE)):
        other = Actor("user:other", [held])
        with pytest.raises((RightsError, NotAllowed)) as refused:
            ordered(other)
        assert isinstance(refused.value, NotAllowed) == bool(held.district)
    with pytest.raises(NotAllowed):
        ordered(REVIEWER)
    assert not Case.objects.exists()


def test_each_department_has_one_open_case_of_its_own() -> None:
    first, again, other = ordered(DECIDER), ordered(DECIDER), ordered(FOREIGN)
    assert (first.pk == again.pk, first.pk == other.pk) == (True, False)
    assert sorted(Case.objects.values_list("provider", flat=True)) == [PROVIDER, "taxation"]


def test_the_pack_plays_it() -> None:
    seen: set[tuple[str, str, str]] = set()
    found = procedure_cases.run_procedure_cases(
        current_pack(), lambda procedure, act, how: seen.add((procedure.key, act, how))
    )
    assert [one.message for one in found if not one.ok] == []
    assert (ORDER, "file", "department-missing") in seen


def test_the_desk_asks_for_which_department_where_there_are_several() -> None:
    with travel(MAY):
        decider = signed_in(Role.DECIDER, provider=PROVIDER, name="decider")
        assert 'name="provider"' not in decider.post(PAGE, {"whose": CODES[0], "find": "1"}).content.decode()
        made = decider.post(PAGE, {"whose": CODES[0], "statement": WORDS})
        assert made.status_code == 302
        assert "由哪个部门" not in text(decider, made["Location"].partition("?")[0])
        both = signed_in(Role.DECIDER, provider="taxation", name="decider")
        page = both.post(PAGE, {"whose": CODES[0], "find": "1"}).content.decode()
        assert "由哪个部门办理" in page
        wanted = both.post(PAGE, {"whose": CODES[0], "statement": WORDS})
        assert (wanted.status_code, Case.objects.count()) == (422, 1)
        assert both.post(PAGE, {"whose": CODES[0], "statement": WORDS, "provider": "taxation"}).status_code == 302
    assert sorted(Case.objects.values_list("provider", flat=True)) == [PROVIDER, "taxation"]


def test_papers_are_taken_only_from_who_may_begin() -> None:
    """A clerk of another district looks like one who may until the subject is known: nothing of theirs is kept."""
    sent = {"whose": CODES[0], "statement": WORDS, "upload": "1"}

    def paper() -> SimpleUploadedFile:
        return SimpleUploadedFile("现场照片.pdf", printed(), content_type="application/pdf")

    with travel(MAY):
        held = {"role": Role.DECIDER, "provider": PROVIDER, "district": ELSEWHERE}
        foreign = Client(headers={"accept-language": "zh-CN"})
        foreign.force_login(add_account(operator(), "foreign", password=PASSWORD, **held))
        assert foreign.post(PAGE, sent | {"file": paper()}).status_code == 403
        assert not Attachment.objects.exists()
        decider = signed_in(Role.DECIDER, provider=PROVIDER, name="decider")
        assert decider.post(PAGE, sent | {"file": paper()}).status_code == 200
        kept = Attachment.objects.get()
        sent.pop("upload")
        assert decider.post(PAGE, sent | {"paper": str(kept.pk)}).status_code == 302
        assert [one.name for one in of_case(Case.objects.get().reference)] == ["现场照片.pdf"]
