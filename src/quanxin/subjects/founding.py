"""Making one subject by a steward's decision, and unmaking it when the decision is undone.

Invariant: a subject made so has what its rows stated and nothing more; unmade, no number and no name of it is left
that could match, and its row stays for what once referred to it. Natural persons are never made here.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import F

from quanxin.engine import normalise_name
from quanxin.runtime.bridge import pg_cursor
from quanxin.subjects.models import Identifier, Name, NamePair, PairCount, Subject
from quanxin.subjects.search import pairs_of


def found(*, type: str, name: str, identifiers: dict[str, str], region: str, batch: str, at: dt.datetime) -> Subject:
    """Make a subject with its name and its numbers (kind → value); the caller holds the register's lock.

    Its code stays empty where it has no 统一社会信用代码, so that the register's own row may give it one later.
    """
    code = identifiers.get(Identifier.Kind.USCC, "")
    subject = Subject.objects.create(type=type, code=code, name=name, region=region, recorded_at=at)
    Identifier.objects.bulk_create(
        Identifier(subject=subject, kind=kind, value=value, recorded_at=at, batch=batch)
        for kind, value in identifiers.items()
    )
    if name:
        norm = normalise_name(name)
        made = Name.objects.create(subject=subject, text=name, norm=norm, recorded_at=at, batch=batch)
        NamePair.objects.bulk_create(NamePair(pair=pair, name_id=made.pk) for pair in pairs_of(norm))
        _count(pairs_of(norm))
    return subject


def unmake(subject: Subject) -> None:
    """Take a made subject's numbers and names out of the register; the caller holds its lock."""
    names = list(Name.objects.filter(subject=subject))
    for name in names:
        NamePair.objects.filter(name_id=name.pk, pair__in=pairs_of(name.norm)).delete()
        PairCount.objects.filter(pair__in=pairs_of(name.norm)).update(names=F("names") - 1)
    PairCount.objects.filter(names__lte=0).delete()
    Name.objects.filter(subject=subject).delete()
    Identifier.objects.filter(subject=subject).delete()
    Subject.objects.filter(pk=subject.pk).update(code="")


def _count(pairs: list[int]) -> None:
    with pg_cursor() as cursor:
        cursor.execute(
            "INSERT INTO subjects_paircount (pair, names) SELECT pair, 1 FROM unnest(%s::bigint[]) AS p(pair) "
            "ORDER BY pair ON CONFLICT (pair) DO UPDATE SET names = subjects_paircount.names + 1",
            (pairs,),
        )
