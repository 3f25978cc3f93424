"""Merging and splitting subjects: judged by someone, for a reason, and undone without a trace left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from quanxin.accounts import Actor, operator
from quanxin.accounts.actors import NotAllowed
from quanxin.accounts.models import AuditLine
from quanxin.archive import judgements
from quanxin.archive.queries import archive_of
from quanxin.archive.viewers import PUBLIC
from quanxin.demo.city import code_of
from quanxin.subjects.models import Identifier, Subject
from quanxin.subjects.queries import cluster, find, names_of
from tests.city import CODES, hand_in, penalty, register, registration

pytestmark = pytest.mark.django_db


def count(subject: Subject) -> int:
    return sum(len(chapter.records) for chapter in archive_of(subject.pk, PUBLIC).chapters)


@pytest.fixture
def two(tmp_path: Path) -> tuple[Subject, Subject]:
    register(tmp_path)
    hand_in(tmp_path, "administrative-penalty", [penalty(0), penalty(1, "二号"), penalty(1, "三号")])
    first, second = find(CODES[0]), find(CODES[1])
    assert first is not None
    assert second is not None
    return first, second


def test_a_merge_reads_both_as_one_and_its_undoing_as_two(two: tuple[Subject, Subject]) -> None:
    kept, other = two
    before = count(kept), count(other)
    judgement = judgements.merge(operator(), kept, other, reason="同一企业换发代码")
    assert find(CODES[1]) == kept
    assert count(kept) == sum(before)
    assert AuditLine.objects.filter(act__contains="merge").exists()
    undone = judgements.undo(operator(), judgement, reason="判断有误")
    assert undone.undone_at is not None
    assert (count(kept), count(Subject.objects.get(pk=other.pk))) == before


def test_a_split_gives_the_other_its_name_and_number(two: tuple[Subject, Subject], tmp_path: Path) -> None:
    kept, _ = two
    new_name = "济南新名样例有限公司"
    row = registration(0, subject_name=new_name, approval_date="2024-03-01")
    hand_in(tmp_path, "enterprise-registration", [row], name="renamed.csv")
    code = code_of("91", "370102", 777)
    number = Identifier.objects.create(subject=kept, kind="uscc", value=code, recorded_at=kept.recorded_at, batch="x")
    name = next(n.pk for n in names_of(cluster(kept)) if n.text == new_name)
    judgement = judgements.split(
        operator(), kept, reason="两家混为一家", code=code, names=[name], identifiers=[number.pk]
    )
    found = find(code)
    assert found is not None
    assert found.pk != kept.pk
    assert found.name == new_name
    judgements.undo(operator(), judgement, reason="撤销")
    again = find(CODES[0])
    assert again is not None
    assert again.name == new_name
    assert find(code) == again


def test_a_judgement_needs_a_reason_and_a_steward(two: tuple[Subject, Subject]) -> None:
    with pytest.raises(judgements.NotPossible):
        judgements.merge(operator(), *two, reason=" ")
    with pytest.raises(NotAllowed):
        judgements.merge(Actor("x", frozenset()), *two, reason="r")
    with pytest.raises(judgements.NotPossible):
        judgements.merge(operator(), two[0], two[0], reason="r")
