"""Reading the register.

Invariant: nothing here changes anything, and a merged subject is read as the one it was merged into.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from quanxin.accounts import Actor
from quanxin.accounts.lookups import look_up
from quanxin.identifiers import normalise_code
from quanxin.identifiers.divisions import places_of
from quanxin.subjects.models import Finding, Identifier, Judgement, Name, Subject


def find(code: str) -> Subject | None:
    """The subject that holds a code or an old registration number, or None; natural persons are never found so.

    An old number that several subjects hold finds none of them.
    """
    holders = Identifier.objects.filter(value=normalise_code(code)).values_list("kind", "subject_id")
    by_kind = dict(holders)
    # Two questions by key, not one join: a planner that believes the register empty (statistics of the time before a
    # city was taken in) joins by reading both tables whole for each other.
    ids = {by_kind[Identifier.Kind.USCC]} if Identifier.Kind.USCC in by_kind else {pk for _, pk in holders}
    found = list(Subject.objects.filter(pk__in=ids, natural=False).select_related("merged_into"))
    return resolve(found[0]) if len(found) == 1 else None


def asked_for(actor: Actor, code: str) -> Subject | None:
    """As ``find``, for somebody who asks: a code that finds nobody is counted (``accounts.lookups``, and raises as that)."""
    return look_up(actor, "code", code, lambda: find(code))


def person_of(index: str) -> Subject | None:
    """The subject whose identity number has a blind index, or None."""
    held = Identifier.objects.filter(kind=Identifier.Kind.IDENTITY, value=index).select_related("subject__merged_into")
    found = held.first()
    return resolve(found.subject) if found else None


def resolve(subject: Subject) -> Subject:
    """The subject itself, or the one that it was merged into."""
    return subject.merged_into or subject


def cluster(subject: Subject) -> list[int]:
    """The ids under which what concerns a subject is kept: its own and those merged into it."""
    return [subject.pk, *subject.absorbed.order_by("id").values_list("id", flat=True)]


def absorbed_by(subjects: Iterable[int]) -> dict[int, int]:
    """Whatever was merged into any of these subjects, by its id: into which."""
    return dict(Subject.objects.filter(merged_into_id__in=subjects).values_list("pk", "merged_into_id"))


def within(divisions: Iterable[str]) -> QuerySet[Subject]:
    """The subjects of any of these divisions; "" is everywhere."""
    where = Q(pk=None)
    for code in divisions:
        where |= Q(region__startswith=places_of(code))
    return Subject.objects.filter(where)


def names_of(ids: list[int]) -> QuerySet[Name]:
    """All names of a cluster, oldest first."""
    return Name.objects.filter(subject_id__in=ids).order_by("recorded_at", "id")


def identifiers_of(ids: list[int]) -> QuerySet[Identifier]:
    """All identifiers of a cluster, code first."""
    return Identifier.objects.filter(subject_id__in=ids).order_by("-kind", "id")


def findings_about(subject: Subject) -> list[Finding]:
    """Contradictions about a subject's code or its current names."""
    norms = list(names_of(cluster(subject)).values_list("norm", flat=True))
    return list(Finding.objects.filter(value__in=[subject.code, *norms]))


def judgements_about(subject: Subject) -> list[Judgement]:
    """Merges and splits that concern a subject, newest first, undone ones included."""
    ids = cluster(subject)
    return list((Judgement.objects.filter(kept_id__in=ids) | Judgement.objects.filter(other_id__in=ids)).distinct())
