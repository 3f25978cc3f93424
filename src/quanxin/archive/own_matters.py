"""Which subjects are an actor's own: those that it stands for or works for, under every id that they are kept by.

Invariant: a subject is own by any of its numbers, and so is whatever was merged with it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from quanxin.accounts import Actor
from quanxin.accounts.own_matters import own_matter, stood_for
from quanxin.subjects.models import Identifier, Subject


def own_subjects(actor: Actor) -> frozenset[int]:
    """The ids of the subjects that an actor stands for or works for; asked of the database once for each actor."""
    if not actor.own:
        actor.own.append(subjects_of(stood_for(actor)))
    return actor.own[0]


def subjects_of(numbers: frozenset[str]) -> frozenset[int]:
    """The ids of the subjects that have one of these codes or blind indexes, with what was merged with them."""
    if not numbers:
        return frozenset()
    held = set(Identifier.objects.filter(value__in=numbers).values_list("subject_id", flat=True))
    held |= set(Subject.objects.filter(code__in=numbers).values_list("pk", flat=True))
    kept = {into or pk for pk, into in Subject.objects.filter(pk__in=held).values_list("pk", "merged_into_id")}
    return frozenset(Subject.objects.filter(Q(pk__in=kept) | Q(merged_into_id__in=kept)).values_list("pk", flat=True))


def expect_others(actor: Actor, subjects: Iterable[int], target: str) -> None:
    """Raise ``OwnMatter``, with its line, if one of the subjects is the actor's own."""
    if own_subjects(actor) & set(subjects):
        raise own_matter(actor, target)
