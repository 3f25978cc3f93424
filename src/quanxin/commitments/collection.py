"""Commitments in the layout of the national collection standard.

Invariant: a row has the columns of the standard in its order, in its own words; who promised as a natural person is left out,
since what leaves the platform names no person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform

from quanxin.archive.models import Record
from quanxin.commitments import texts
from quanxin.commitments.models import Commitment
from quanxin.pages.tables import Cell, Table
from quanxin.policy.commitments import NUMBER, PERFORMANCE
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
    held = Record.objects.filter(resource=PERFORMANCE, superseded_at=None)
    return held.annotate(number=KeyTextTransform(NUMBER, "payload")).values_list("number", flat=True)
