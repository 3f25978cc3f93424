"""Carrying out long work: one claim, one attempt at a time, one end.

Invariant: whoever holds the claim to a work, a lock that the database frees when its process dies, is alone at it, and an
end is written only where there is none. Exceptions that are nobody's words (a database that is gone, a defect) pass to the
caller and leave the work open for the next attempt.
"""

from __future__ import annotations

import json
import logging
from typing import Any

import psycopg
from django.db import transaction
from django.db.models import F
from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.types import TimeDeltaParams
from psycopg import sql

from quanxin.accounts import Actor
from quanxin.calendar import now
from quanxin.runtime.log import request_id
from quanxin.runtime.problems import Problem
from quanxin.runtime.session import claimed
from quanxin.work.errors import WorkError
from quanxin.work.kinds import Kind, Tell, W, kinds
from quanxin.work.models import Work

TASK = "work.perform"  # which jobs.py declares

_log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Somebody cancelled the work that is being carried out."""


def begin(kind: Kind[W], actor: Actor, /, **columns: Any) -> W:
    """Write down a work that an act asks for and have a job carry it out, in the transaction of the act."""
    with transaction.atomic():
        made = kind.model._default_manager.create(actor=actor.name, **columns)
        enqueue(kind, made.pk)
    return made


def enqueue(kind: Kind[W], pk: object, *, seconds: int = 0) -> bool:
    """Have a job carry a work out, after some seconds; False when one is waiting to do so already."""
    after: TimeDeltaParams | None = {"seconds": seconds} if seconds else None
    try:
        with transaction.atomic():
            app.configure_task(TASK, queue=kind.queue, queueing_lock=kind.named(pk), schedule_in=after).defer(
                kind=kind.key, pk=str(pk), request=request_id.get()
            )
    except exceptions.AlreadyEnqueued:
        return False
    return True


def perform(kind: Kind[W], pk: object) -> bool:
    """Carry a work out, or finish what a killed worker began; False when another process is at it, when it is over, or when
    what it needs lies on another machine.

    Safe to call at any time and any number of times.
    """
    with claimed(kind.named(pk)) as session:
        work = kind.model._default_manager.filter(pk=pk).first() if session is not None else None
        if session is None or work is None:
            return False
        if not (work.finished or work.cancelled_by or kind.here(work)):
            return False
        if was_open := not work.finished:
            _attempt(kind, work, session)
            work.refresh_from_db()
        if work.finished:
            kind.ended(work)
        return was_open


def take_over(kind: Kind[W]) -> list[Any]:
    """Give open works that no process is at and no job waits for to a new job; return which.

    One that was killed a time or two is tried at once; one that breaks off again and again must wait longer each time.
    """
    given = []
    for pk, attempts in kind.model._default_manager.filter(finished_at=None).values_list("pk", "attempts"):
        with claimed(kind.named(pk)) as session:
            free = session is not None
        if free and enqueue(kind, pk, seconds=15 * max(0, attempts - 3)):
            given.append(pk)
    return given


def take_over_every_kind() -> None:
    """What the worker does every few seconds."""
    for one in kinds():
        take_over(one)


def cancelled(work: Work) -> dict[str, Any]:
    """How a work ends that somebody cancelled, as columns."""
    error = WorkError("work-cancelled", by=work.cancelled_by.removeprefix("user:")).to_json()
    return {"state": Work.State.CANCELLED, "error": error, "finished_at": now()}


def _attempt(kind: Kind[W], work: W, session: psycopg.Connection) -> None:
    """One attempt at a work that this process has claimed."""
    if work.cancelled_by:
        _finish(kind, work, **cancelled(work))
        return
    if work.attempts >= kind.most_attempts:
        _refuse(kind, work, kind.given_up(work))
        return
    begun = kind.model._default_manager.filter(pk=work.pk, finished_at=None).update(
        state=Work.State.RUNNING, attempts=F("attempts") + 1, step="", moments={}
    )
    if not begun:  # it was cancelled between the look and the act
        return
    work.refresh_from_db()
    try:
        result = kind.carry_out(work, _telling(kind, work, session))
    except Cancelled:
        work.refresh_from_db(fields=["cancelled_by"])
        _finish(kind, work, **cancelled(work))
    except Problem as problem:
        _refuse(kind, work, problem)
    else:
        _finish(kind, work, state=Work.State.DONE, **result)


def _telling(kind: Kind[W], work: W, session: psycopg.Connection) -> Tell:
    def tell(step: str) -> None:
        if _tell(session, kind, work.pk, step):
            raise Cancelled

    return tell


def _tell(session: psycopg.Connection, kind: Kind[W], pk: object, step: str) -> bool:
    """Write how far a work has come, for all to see while its own transaction is open; return whether it was cancelled."""
    meta = kind.model._meta
    said = session.execute(
        sql.SQL("UPDATE {} SET step = %s, moments = %s::jsonb || moments WHERE {} = %s RETURNING cancelled_by").format(
            sql.Identifier(meta.db_table), sql.Identifier(str(meta.pk.column))
        ),
        [step, json.dumps({step: now().isoformat(timespec="milliseconds")}), pk],
    ).fetchone()
    return bool(said and said[0])


def _refuse(kind: Kind[W], work: W, problem: Problem) -> None:
    _log.info("work refused", extra={"work": kind.named(work.pk), "code": problem.code})
    _finish(kind, work, state=Work.State.REFUSED, error=problem.to_json(), finished_at=now())


def _finish(kind: Kind[W], work: W, **ending: Any) -> None:
    """Write the end of a work, where it has none."""
    kind.model._default_manager.filter(pk=work.pk, finished_at=None).update(**{"finished_at": now()} | ending)
