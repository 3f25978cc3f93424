"""Commitments in the layout of the national collection standard.

Invariant: a row has the columns of the standard in its order, in its own words; who promised as a natural person is left out,
since what leaves the platform names no person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive.models import Record
from quanxin.calendar import today
from quanxin.casework.cases import OVERSEEING, in_district
from quanxin.commitments import texts
from quanxin.commitments.models import Commitment
from quanxin.pages.tables import Cell, Table
from quanxin.policy.commitments import COMMITMENT, NUMBER, PERFORMANCE
from quanxin.runtime.pack import current_pack

HEADER = (
    "承诺编码", "承诺人名称", "承诺人类别", "承诺人代码", "承诺类型", "承诺事由", "承诺内容", "违诺责任", "承诺作出日期",
    "承诺有效期", "承诺受理单位", "承诺受理单位代码", "公开类型", "承诺履行状态", "未履行的承诺内容", "违诺责任追究内容",
    "状态认定日期", "状态认定单位", "状态认定单位代码",
)  # fmt: skip
_OF_PERFORMANCE = ("performance", "unperformed", "pursued", "decision_date", "authority_name", "authority_code")


def table(found: Sequence[Commitment]) -> Table:
    """Those of the commitments that are signed and not a natural person's."""
    signed = [one for one in found if one.number and not one.case.subject.natural]
    came = _performance(signed)
    return Table("commitments", "信用承诺归集", HEADER, [_row(one, came.get(one.number, {})) for one in signed])


def _row(one: Commitment, came: dict[str, str]) -> list[Cell]:
    subject, template = one.case.subject, texts.edition_of(one.template, one.edition)
    return [
        one.number,
        subject.name,
        current_pack().subject_types[subject.type].category,
        subject.code,
        one.kind,
        one.matter,
        template.text.zh if template else "",
        template.liability.zh if template else "",
        one.signed_on.isoformat() if one.signed_on else None,
        one.valid_until.isoformat() if one.valid_until else None,
        texts.authority(one.provider),
        one.authority_code,
        template.publicity if template else "",
        *(came.get(key) for key in _OF_PERFORMANCE),
    ]


def _performance(signed: Iterable[Commitment]) -> dict[str, dict[str, str]]:
    """What came of commitments, by their numbers, as the departments' own records say."""
    by_subject = {one.case.subject_id for one in signed}
    found = Record.objects.filter(resource=PERFORMANCE, subject_id__in=by_subject, superseded_at=None)
    return {str(record.payload.get(NUMBER)): record.payload for record in found}


def entered() -> QuerySet[Record, str]:
    """The numbers of the commitments of which stands on record what came of them."""
    return _numbered(PERFORMANCE).values_list("number", flat=True)


def handed_in(actor: Actor) -> list[tuple[str, int, int, int]]:
    """Of each department that an actor decides for or oversees, the commitments on record that no case made: how many, of how
    many it should be entered what came of them, and is: by number, or, without one, of the same subject and department."""
    reach = Q(pk__in=())
    for one in actor.by(Role.DECIDER, *OVERSEEING):
        reach |= (Q(provider=one.provider) if one.provider else Q(pk__isnull=False)) & in_district(one)
    same = {"subject_id": OuterRef("subject_id"), "provider": OuterRef("provider"), "number__isnull": True}
    came = Q(number__in=entered()) | Q(Exists(_numbered(PERFORMANCE).filter(**same)), number__isnull=True)
    by_case = Commitment.objects.exclude(number="").values("number")
    of_no_case = Q(number__isnull=True) | ~Q(number__in=by_case)  # nothing is said of a number that is not there
    found = _numbered(COMMITMENT).filter(reach, of_no_case).order_by().values_list("provider")
    over = Count("pk", came | Q(valid_until__lt=today()))
    return list(found.annotate(promised=Count("pk"), over=over, entered=Count("pk", came)))


def _numbered(resource: str) -> QuerySet[Any, Any]:
    held = Record.objects.filter(resource=resource, superseded_at=None)
    return held.annotate(number=KeyTextTransform(NUMBER, "payload"))
