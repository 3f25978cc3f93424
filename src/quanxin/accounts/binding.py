"""Whom a person stands for: an organisation, or the person's own self.

Invariant: a person stands for at most one principal at a time, because the credit centre, its window or a sign-on that
vouches for the person said so for a reason; from the day after the last one, or from the moment it is ended, a binding
opens nothing. A person's number is looked at and forgotten: what is kept is its blind index. Minors are not bound.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.dispatch import Signal

from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.acts import act, refused_line
from quanxin.accounts.errors import AccountError, NotAllowed
from quanxin.accounts.models import Binding, User, audit
from quanxin.accounts.own_matters import own_matter, stood_for
from quanxin.calendar import now, today
from quanxin.identifiers import identity as numbers
from quanxin.identifiers.divisions import region_of
from quanxin.runtime.keys import sealer
from quanxin.runtime.pack import current_pack

AGE = "own-records"  # the pack's rule from which age a person has records


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is stood for: an organisation by its ``code``, or a person by the blind index of the number; exactly one."""

    code: str = ""
    identity: str = ""

    def __post_init__(self) -> None:
        if bool(self.code) == bool(self.identity):
            raise ValueError("a principal has a code or an identity")

    def __str__(self) -> str:
        return self.code or f"person:{self.identity[:12]}"


# Sent within the transaction by which somebody came to stand for a principal: ``principal``, ``key`` (of the notice to
# it), ``once`` and what fills the notice.
stands_now = Signal()


def require_counter(by: Actor, principal: Principal, username: str) -> None:
    """Raise ``NotAllowed`` unless the actor is the credit centre or its window, who look at papers: in the district of the
    organisation, for an account that is not their own, about nobody whom they stand for themselves."""
    if not by.by(Role.CENTRE, Role.WINDOW):
        by.require(Role.WINDOW)
    if by.name == f"user:{username}" or {principal.code, principal.identity} & stood_for(by):
        raise own_matter(by, f"user:{username}")
    region = region_of(principal.code) if principal.code else None  # persons may come to any window
    if not any(one.covers(region=region) for one in by.by(Role.CENTRE, Role.WINDOW)):
        error = NotAllowed(f"{by.name}: another district's organisation")
        error.line = refused_line(by, f"user:{username}", "another district's organisation", code=principal.code)
        raise error


@act
def bind(by: Actor, username: str, code: str, *, reason: str, until: dt.date | None = None) -> Binding:
    """Let an account stand for the organisation of a code, instead of whom it stood for.

    Raises ``NotAllowed`` without the centre's or the window's role in the organisation's district, ``OwnMatter`` for the
    clerk's own account or principal, ``AccountError`` without such an account or a reason, or for a past last day.
    """
    principal = Principal(code=code)
    require_counter(by, principal, username)
    return _bind(by, username, principal, reason, until)


@act
def bind_person(by: Actor, username: str, number: str, *, reason: str, until: dt.date | None = None) -> Binding:
    """Let an account stand for the natural person of a number, after a look at the document. Raises as ``bind``.

    ``AccountError`` too for a number that is none, and for a minor (民法典第十七条; the age is the pack's).
    """
    if not by.by(Role.CENTRE, Role.WINDOW):
        by.require(Role.WINDOW)
    principal = Principal(identity=identity_of(number))
    require_counter(by, principal, username)
    return _bind(by, username, principal, reason, until)


@act
def vouched(by: Actor, user: User, identity: str, *, reason: str) -> Binding | None:
    """Bind an account to its person because a sign-on vouches for it; ``by`` acts for the window.

    Nothing is done where the account is closed or stands for someone already, or where a binding to a person was ended:
    whoever ended it had a reason, and only the counter binds again.
    """
    require_counter(by, Principal(identity=identity), user.username)
    if not user.is_active:
        return None
    _account(user.username)
    ended = Binding.objects.filter(user=user).exclude(identity="").exclude(ended_at=None)
    if standing(user) is not None or ended.exists():
        return None
    return _bind(by, user.username, Principal(identity=identity), reason, None)


def identity_of(number: str) -> str:
    """The blind index of an adult's number, as a binding keeps it. Raises ``AccountError`` as ``bind_person``."""
    day = today()
    born = numbers.born_on(number, day)
    if born is None or numbers.check(number, day).code == "identity-invalid":
        raise AccountError("identity-invalid")
    limit = current_pack().on(day).ages[AGE].years
    if numbers.age_on(born, day) < limit:
        raise AccountError("identity-minor", limit=limit)
    return sealer().blind_index(number)


def _bind(by: Actor, username: str, principal: Principal, reason: str, until: dt.date | None) -> Binding:
    user = _account(username)
    _need(reason)
    if until is not None and until < today():
        raise AccountError("binding-over")
    held = Binding.objects.filter(user=user, ended_at=None).first()
    if held and (held.code, held.identity, held.until) == (principal.code, principal.identity, until):
        return held
    if held:
        _end(by, held, reason)
    made = Binding.objects.create(
        user=user,
        code=principal.code,
        identity=principal.identity,
        from_at=now(),
        until=until,
        made_by=by.name,
        reason=reason.strip(),
    )
    audit(
        by,
        "accounts.bind",
        f"user:{username}",
        code=principal.code,
        person=bool(principal.identity),
        reason=made.reason,
        until=until and until.isoformat(),
    )
    stands_now.send(Binding, principal=principal, key="binding-made", once=f"binding:{made.pk}", who=user, until=until)
    return made


@act
def unbind(by: Actor, username: str, *, reason: str) -> Binding:
    """End the binding of an account; raises as ``bind`` does, and ``AccountError`` where there is none."""
    if not by.by(Role.CENTRE, Role.WINDOW):
        by.require(Role.WINDOW)
    _need(reason)
    found = Binding.objects.select_for_update().filter(user=_account(username), ended_at=None).first()
    if found is None:
        raise AccountError("binding-none")
    require_counter(by, Principal(code=found.code, identity=found.identity), username)
    _end(by, found, reason)
    return found


def _end(by: Actor, found: Binding, reason: str) -> None:
    found.ended_at, found.ended_by, found.ended_reason = now(), by.name, reason.strip()
    found.save()
    audit(
        by,
        "accounts.unbind",
        f"user:{found.user.username}",
        code=found.code,
        person=bool(found.identity),
        reason=found.ended_reason,
    )


def standing(user: User) -> Binding | None:
    """The binding by which a person may read today, if any."""
    if not user.is_active:
        return None
    found = Binding.objects.filter(user=user, ended_at=None).first()
    return found if found is not None and (found.until is None or found.until >= today()) else None


def principal_of(user: User) -> Principal | None:
    """Whom a person stands for today, if anyone."""
    held = standing(user)
    return Principal(code=held.code, identity=held.identity) if held else None


def _account(username: str) -> User:
    # locked, so that two bindings of one account wait for each other
    user = User.objects.select_for_update().filter(username=username, is_active=True).first()
    if user is None:
        raise AccountError("account-unknown")
    return user


def _need(reason: str) -> None:
    AccountError.reason(reason)
