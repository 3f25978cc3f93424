"""Of a natural person no measure stands in any list, figure or public page; what follows is for its own eyes alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.archive import viewers
from quanxin.archive.errors import NoSuchSubject
from quanxin.calendar import travel
from quanxin.intake.pipeline import intake
from quanxin.measures import due
from quanxin.measures.models import Due
from quanxin.measures.reckoning import consequences_of
from quanxin.subjects.models import Subject
from tests.city import person, register, write
from tests.desk.people import signed_in
from tests.measures.life import DAY, centre
from tests.once import city
from tests.rights.life import morning

pytestmark = pytest.mark.django_db
NAME = "样例人"


def _build(folder: Path) -> Path:
    with travel(morning(DAY)):
        register(folder)
        row = person() | {
            "court": "济南市历下区人民法院", "document_number": "（2026）鲁0102执1号", "duties": "给付货款。",
            "performance": "全部未履行", "decision_date": "2026-05-12", "person_document": None, "representative": None,
        }  # fmt: skip
        path = write(folder, "judgment-debtors", [row], "debtors.csv")
        intake(path, resource="judgment-debtors", provider="courts", actor=operator(), mode="append")
        due.refresh()
    return folder


folder_of, _built = city(_build, autouse=True)


def debtor() -> Subject:
    return Subject.objects.get(natural=True)


def test_what_follows_for_a_person_is_for_the_court_and_the_person() -> None:
    with travel(morning(DAY)):
        assert {c.measure for c in consequences_of(debtor(), centre())} >= {"debtor-consumption-limit"}
        with pytest.raises(NoSuchSubject):
            consequences_of(debtor(), viewers.PUBLIC)


def test_no_list_no_figure_and_no_page_names_a_person() -> None:
    assert not Due.objects.exists()
    with travel(morning(DAY)):
        court = signed_in(Role.DECIDER, provider="courts", name="court")
        centre_of = signed_in(Role.CENTRE, name="centre")
        for client in (court, centre_of, Client(headers={"accept-language": "zh-CN"})):
            for path in ("/desk/measures/due?any=1", "/desk/measures/applied", "/desk/measures/board",
                         "/desk/measures/applied?as=csv", "/lists/", "/lists/judgment-debtors"):  # fmt: skip
                answer = client.get(path)
                assert NAME not in answer.content.decode("utf-8", "ignore"), path
