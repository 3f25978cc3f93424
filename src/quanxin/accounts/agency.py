"""Agents: people who do some things for a principal, by its authorisation.

Invariant: an agent does only what the authorisation names, from its first day to its last; of one principal and one
agent there is at most one that is not ended; the principal's own representative makes it, or the window from a paper,
never an agent for another, never a clerk for themselves. After its last day it opens nothing, whether or not anyone has ended it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from enum import StrEnum

from django.db.models import QuerySet

from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.acts import act
from quanxin.accounts.binding import Principal, principal_of, require_counter, standing, stands_now
from quanxin.accounts.errors import AccountError, NotAllowed
from quanxin.accounts.models import Agency, User, audit
from quanxin.calendar import now, today


class Scope(StrEnum):
    """What an agent may do for its principal."""

    ARCHIVE = "archive"  # read the archive
    OBJECTION = "objection"  # contest records
    REPAIR = "repair"  # apply for repair
    CONSENT = "consent"  # give and revoke consent
    REPORT = "report"  # fetch reports


@act
def authorise(
    by: Actor,
    principal: User | Principal,
    agent_username: str,
    scope: Collection[Scope],
    until: dt.date,
    *,
    reason: str = "",
    document: str = "",
    from_day: dt.date | None = None,
) -> Agency:
    """Let a person act for a principal in some things until a day; a live authorisation that differs is replaced.

    ``principal`` is the user who stands for it, who must be ``by``, or anyone where ``by`` is the window (or the
    centre), which needs the ``document`` number of the paper authorisation. The same again changes nothing.

    Raises ``NotAllowed`` for anyone else, ``AccountError`` without such an agent, a scope, a reason, or for days
    that cannot be.
    """
    named = principal_of(principal) if isinstance(principal, User) else principal
    own = isinstance(principal, User) and by.name == f"user:{principal.username}" and named is not None
    if not own:
        _counter_with(by, document)
        if named is not None:
            require_counter(by, named, agent_username)
    if named is None:
        raise AccountError("principal-unbound")
    agent = _agent(agent_username)
    if isinstance(principal, User) and agent.pk == principal.pk:
        raise AccountError("agent-oneself")
    wanted, first = sorted({Scope(one).value for one in scope}), from_day or today()
    _check(wanted, first, until, reason or document)
    held = _not_ended(named).filter(agent=agent).first()
    if (
        held
        and (held.scope, held.until, held.document) == (wanted, until, document)
        and (from_day is None or held.from_day == from_day)
    ):
        return held
    if held:
        _end(by, held, "由新的委托取代 / replaced by another")
    return _make(by, named, agent, wanted, (first, until), reason.strip(), document.strip())


def _make(
    by: Actor,
    named: Principal,
    agent: User,
    scope: list[str],
    days: tuple[dt.date, dt.date],
    reason: str,
    document: str,
) -> Agency:
    made = Agency.objects.create(
        code=named.code,
        identity=named.identity,
        agent=agent,
        scope=scope,
        from_day=days[0],
        until=days[1],
        made_at=now(),
        made_by=by.name,
        reason=reason,
        document=document,
    )
    audit(
        by,
        "accounts.authorise",
        f"user:{agent.username}",
        agency=made.pk,
        code=named.code,
        person=bool(named.identity),
        scope=scope,
        until=days[1].isoformat(),
        document=document,
    )
    stands_now.send(Agency, principal=named, key="agency-made", once=f"agency:{made.pk}", who=agent, until=days[1])
    return made


@act
def end(by: Actor, number: int, *, reason: str) -> Agency:
    """End an authorisation: its principal's representative may, its agent, the window and the centre.

    One that is ended stays as it is. Raises ``NotAllowed`` for anyone else, ``AccountError`` without a reason or for
    a number that is none of an authorisation.
    """
    found = Agency.objects.select_for_update(of=("self",)).select_related("agent").filter(pk=number).first()
    if found is None:
        raise AccountError("agency-unknown")
    AccountError.reason(reason)
    if not (_is_principal(by, found) or by.name == f"user:{found.agent.username}"):
        require_counter(by, Principal(code=found.code, identity=found.identity), found.agent.username)
    if found.ended_at is None:
        _end(by, found, reason.strip())
    return found


def _is_principal(by: Actor, found: Agency) -> bool:
    """Whether the actor stands for the principal today."""
    user = User.objects.filter(username=by.name.removeprefix("user:")).first() if by.name.startswith("user:") else None
    held = standing(user) if user else None
    return held is not None and (held.code, held.identity) == (found.code, found.identity)


def _end(by: Actor, found: Agency, reason: str) -> None:
    found.ended_at, found.ended_by, found.ended_reason = now(), by.name, reason
    found.save(update_fields=["ended_at", "ended_by", "ended_reason"])
    audit(by, "accounts.end-agency", f"user:{found.agent.username}", agency=found.pk, reason=reason)


def agencies_held(user: User) -> list[Agency]:
    """The authorisations by which a person may act for others today."""
    if not user.is_active:
        return []
    day = today()
    return list(Agency.objects.filter(agent=user, ended_at=None, from_day__lte=day, until__gte=day))


def agencies_given(principal: Principal) -> list[Agency]:
    """Every authorisation that a principal ever gave, the latest first, ended ones among them."""
    given = Agency.objects.filter(code=principal.code, identity=principal.identity)
    return list(given.select_related("agent"))


def _not_ended(principal: Principal) -> QuerySet[Agency]:
    return Agency.objects.filter(code=principal.code, identity=principal.identity, ended_at=None)


def _counter_with(by: Actor, document: str) -> None:
    if not (by.may(Role.WINDOW) or by.may(Role.CENTRE)):
        raise NotAllowed(f"{by.name}: {Role.WINDOW.value}")
    if not document.strip():
        raise AccountError("agency-document")


def _agent(username: str) -> User:
    # locked, so that two authorisations of one agent wait for each other
    user = User.objects.select_for_update().filter(username=username, is_active=True).first()
    if user is None:
        raise AccountError("agent-unknown")
    return user


def _check(scope: list[str], first: dt.date, until: dt.date, why: str) -> None:
    if not scope:
        raise AccountError("agency-scope")
    if until < first or until < today():
        raise AccountError("agency-over")
    AccountError.reason(why)
