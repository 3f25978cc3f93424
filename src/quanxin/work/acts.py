"""What people do with a long work: cancel it, have it tried again.

Invariant: a work that waits ends at once when it is cancelled; one that is being carried out ends before its next step, and
what it has written is undone with its transaction. A work that is over stays as it ended, until somebody has it tried again.
"""

from __future__ import annotations

from django.db import transaction

from quanxin.accounts import Actor
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.work import engine
from quanxin.work.errors import WorkError
from quanxin.work.kinds import Kind, W
from quanxin.work.models import Work


@act
def cancel(kind: Kind[W], actor: Actor, pk: object) -> W:
    """Cancel a work; twice is once. ``WorkError`` where it ended otherwise, ``NotAllowed`` for who may not."""
    work = kind.model._default_manager.select_for_update(of=("self",)).get(pk=pk)
    kind.require(actor, work)
    if work.cancelled_by:
        return work
    if work.finished:
        raise WorkError("work-over")
    work.cancelled_by = actor.name
    if work.state == Work.State.WAITING:
        for column, value in engine.cancelled(work).items():
            setattr(work, column, value)
        transaction.on_commit(lambda: kind.ended(work))
    work.save()
    audit(actor, f"{kind.key}.cancel", kind.named(pk))
    return work


@act
def again(kind: Kind[W], actor: Actor, pk: object) -> W:
    """Have a work that was refused or cancelled tried again; one that is open is left as it is. Refusals as ``cancel``."""
    work = kind.model._default_manager.select_for_update(of=("self",)).get(pk=pk)
    kind.require(actor, work)
    if not work.finished and not work.cancelled_by:
        return work
    if not repeatable(kind, work):
        raise WorkError("work-not-again")
    work.state, work.attempts, work.step, work.moments = Work.State.WAITING, 0, "", {}
    work.error, work.finished_at, work.cancelled_by = None, None, ""
    work.save()
    engine.enqueue(kind, work.pk)
    audit(actor, f"{kind.key}.again", kind.named(pk))
    return work


def repeatable(kind: Kind[W], work: W) -> bool:
    """Whether a work can be tried again."""
    failed = work.state in (Work.State.REFUSED, Work.State.CANCELLED)
    return failed and work.emptied_at is None and kind.may_again(work)
