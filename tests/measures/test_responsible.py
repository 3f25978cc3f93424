"""Who answers in person for an organisation that is listed: carried where the list's article says so, seen by nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from quanxin.accounts import operator
from quanxin.accounts.actors import Actor
from quanxin.archive import viewers
from quanxin.archive.errors import NoSuchSubject
from quanxin.archive.queries import archive_of
from quanxin.archive.viewers import Viewer
from quanxin.calendar import travel
from quanxin.intake.pipeline import intake
from quanxin.measures.reckoning import consequences_of
from quanxin.subjects.models import Subject
from tests.city import CODES, NAMES, person, register, write
from tests.measures.life import DAY, STRANGER
from tests.rights.life import morning

pytestmark = pytest.mark.django_db
RESOURCE, NAME = "listed-responsible", "样例人"


def listed(as_whom: str, **changes: str | None) -> dict[str, str | None]:
    return {
        "subject_name": NAME, "identity_number": person()["identity_number"], "answers_as": as_whom,
        "organisation_name": NAMES[0], "organisation_uscc": CODES[0], "document_number": "济人社列〔2026〕1号",
        "facts": "拖欠农民工工资，情节严重。", "decision_date": "2026-05-12", "authority_name": "济南市人力资源和社会保障局",
        "valid_until": "2029-05-12",
    } | changes  # fmt: skip


@pytest.fixture(autouse=True)
def _at_work(tmp_path: Path) -> None:
    with travel(morning(DAY)):
        register(tmp_path)


def handed_in(folder: Path, *rows: dict[str, str | None]) -> tuple[int, dict[str, int]]:
    with travel(morning(DAY)):
        path = write(folder, RESOURCE, list(rows), "persons.csv")
        receipt = intake(path, resource=RESOURCE, provider="human-resources", actor=operator())
    return receipt.accepted, dict(receipt.codes)


def seen_by(subject: Subject, viewer: Viewer) -> list[str]:
    return [record.resource for chapter in archive_of(subject.pk, viewer).chapters for record in chapter.records]


def test_whom_the_article_names_is_kept_and_sealed(tmp_path: Path) -> None:
    assert handed_in(tmp_path, listed("wage-arrears:representative")) == (1, {})
    subject = Subject.objects.get(name=NAME)
    with travel(morning(DAY)):
        with pytest.raises(NoSuchSubject):
            archive_of(subject.pk, viewers.PUBLIC)
        assert seen_by(subject, viewers.department(STRANGER, "核对名单")) == []
        assert NAME not in Client().get(f"/subjects/{CODES[0]}").content.decode()
        itself = viewers.itself(Actor("user:person", frozenset()), subject)
        assert seen_by(subject, itself) == [RESOURCE]
        assert consequences_of(subject, itself) == []


@pytest.mark.parametrize("as_whom", ["wage-arrears:accountant", "tax-severe:representative", "法定代表人", None])
def test_nobody_else_can_be_named(tmp_path: Path, as_whom: str | None) -> None:
    accepted, codes = handed_in(tmp_path, listed("wage-arrears:in-charge") | {"answers_as": as_whom})
    assert accepted == 0
    assert sum(codes.values()) == 1
    assert not Subject.objects.filter(name=NAME).exists()
