"""What the people of the desk are told by their roles.

Invariant: a notice to a role (for a provider) is read by who holds the role (for the provider, in the district of the
case), and by nobody else; who read it first is kept.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from quanxin.accounts import Actor
from quanxin.accounts.acts import act
from quanxin.archive import viewers
from quanxin.archive.own_matters import own_subjects
from quanxin.calendar import now
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Notice
from quanxin.subjects.queries import within


def notices_of(actor: Actor) -> QuerySet[Notice]:
    """The notices to an actor's roles, for its providers, the latest first."""
    wanted = Q(pk=None)
    for one in actor.assignments:
        mine = Q(role=one.role.value)
        if one.provider:
            mine &= Q(provider__in=["", one.provider])
        if one.district:
            mine &= Q(case=None) | Q(case__subject_id__in=within([one.district]))
        wanted |= mine
    found = Notice.objects.filter(wanted, subject_id=None).select_related("case")
    return found.exclude(case__subject_id__in=own) if (own := own_subjects(actor)) else found


def unread(actor: Actor) -> int:
    """How many of them nobody has read."""
    return notices_of(actor).filter(read_at=None).count()


@act
def mark_read(actor: Actor, number: int) -> Notice:
    """Say that a notice was read; read twice, the first reader stays.

    Raises ``RightsError`` for none, ``NotAllowed``, with a line, for a notice to others.
    """
    found = Notice.objects.select_for_update().filter(pk=number, subject_id=None).first()
    if found is None:
        raise RightsError("notice-unknown")
    if not notices_of(actor).filter(pk=number).exists():
        raise viewers.refused(actor, f"notice:{number}", "a notice to others")
    if found.read_at is None:
        found.read_at, found.read_by = now(), actor.name
        found.save(update_fields=["read_at", "read_by"])
    return found


@act
def mark_all_read(actor: Actor) -> int:
    """Say that all of an actor's notices were read; return how many had not been."""
    waiting = Notice.objects.filter(pk__in=notices_of(actor).filter(read_at=None).values("pk"))
    return waiting.update(read_at=now(), read_by=actor.name)
