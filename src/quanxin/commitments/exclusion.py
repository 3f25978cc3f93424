"""Who may not promise: whoever is on a list of the dishonest, or broke a commitment and was not repaired.

Invariant: asked when a commitment is offered and again when it is signed, of what stands at that moment; what a repair, a
deletion or a shield holds counts no more. The answer is said to the department in words, without what the list says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Q, QuerySet

from quanxin.archive import restrictions
from quanxin.archive.models import Record
from quanxin.commitments.errors import CommitmentError
from quanxin.engine import commitments as rules
from quanxin.engine.grounds import LISTED
from quanxin.measures import reckoning
from quanxin.policy.commitments import BREACH, Exclusion, Template
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import cluster


def exclusions_of(template: Template, subject: Subject, day: dt.date) -> list[Exclusion]:
    """The exclusions of a template that meet a subject on a day."""
    ids = cluster(subject)
    return rules.exclusions(template, _listed(ids, day), broken=_standing(ids, [BREACH]).exists())


def expect_none(template: Template, subject: Subject, day: dt.date) -> None:
    """Raise ``CommitmentError`` for who may not promise, with the first reason and the way out of it."""
    for one in exclusions_of(template, subject, day):
        raise CommitmentError("excluded", why=one.title, way_out=one.way_out)


def _listed(ids: Collection[int], day: dt.date) -> list[str]:
    """The lists of the dishonest on which a subject is on a day."""
    lists = {LISTED + key: key for key, one in current_pack().on(day).lists.items() if one.nature == "negative"}
    standing = [one for one in reckoning.standing(Q(subject_id__in=ids)) if not restrictions.hides(one.held)]  # type: ignore[attr-defined]
    return [lists[one.ground] for one in reckoning.grounds_of(standing, day) if one.ground in lists and one.holds(day)]


def _standing(ids: Collection[int], resources: Collection[str]) -> QuerySet[Record]:
    """The records about a subject that stand and that no decision holds."""
    about = Record.objects.filter(subject_id__in=ids, resource__in=list(resources), superseded_at=None)
    return about.exclude(restrictions.hidden())
