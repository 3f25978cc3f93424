"""Whether the lines that are there are those that were sealed.

Invariant: every sealed day is looked at, whatever became of another; a day whose lines were removed after their term is
proven by its digest, its signature and its link, and by the removal that is on record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Max

from quanxin.ledger import lines, signing
from quanxin.ledger.models import Removal, Seal
from quanxin.ledger.sealing import digest_of


@dataclass(frozen=True, slots=True)
class Proof:
    """A sealed day: how many lines stand as they were sealed, and what is wrong with it (nothing: it is proven).

    What is wrong is ``signature``, ``digest`` (the seal itself was changed), ``link`` (the seal before it is another),
    or the name of a table whose lines are not those that were sealed.
    """

    day: dt.date
    lines: int
    wrong: tuple[str, ...]


def prove() -> Iterator[Proof]:
    """Prove every sealed day, the earliest first."""
    removed = dict(Removal.objects.values_list("name").annotate(last=Max("before")))
    previous, since = "", lines.BEGINNING
    for seal in Seal.objects.order_by("day").iterator():
        until, wrong, count = lines.end_of(seal.day), [], 0
        keys = signing.keys_at(seal.sealed_at)
        if not any(signing.verify(seal.digest.encode(), seal.signature, key) for key in keys):
            wrong.append("signature")
        if digest_of(seal.day, seal.previous, seal.tables) != seal.digest:
            wrong.append("digest")
        if seal.previous != previous:
            wrong.append("link")
        for table, sealed in seal.tables.items():
            found = lines.digest(table, sealed["columns"], since, until)
            count += found[0]
            gone = table in removed and until <= removed[table]
            if found != (sealed["lines"], sealed["digest"]) and not (gone and found[0] == 0):
                wrong.append(table)
        yield Proof(seal.day, count, tuple(wrong))
        previous, since = seal.digest, until


def unsealed_since() -> dt.date | None:
    """The first day with lines that no seal holds yet; None where there is none."""
    last = Seal.objects.order_by("-day").first()
    return lines.first_day(lines.end_of(last.day) if last else lines.BEGINNING)
