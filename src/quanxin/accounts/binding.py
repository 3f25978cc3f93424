"""Which organisation a person stands for.

Invariant: a person stands for at most one organisation at a time, because the credit centre said so for a reason; from
the day after the last one, or from the moment it is ended, a binding opens nothing.
"""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction

from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.models import Binding, User, audit
from quanxin.calendar import now, today


@transaction.atomic
def bind(by: Actor, username: str, code: str, *, reason: str, until: dt.date | None = None) -> Binding:
    """Let an account stand for the organisation of a code, instead of any that it stood for.

    Raises ``NotAllowed`` without the centre's role, ``ValidationError`` without such an account or a reason, or for a
    last day that has passed.
    """
    by.require(Role.CENTRE)
    user = _account(username)
    _need(reason)
    if until is not None and until < today():
        raise ValidationError("到期日已过。 / The last day has passed.")
    if Binding.objects.filter(user=user, ended_at=None).exists():
        unbind(by, username, reason=reason)
    made = Binding.objects.create(
        user=user, code=code, from_at=now(), until=until, made_by=by.name, reason=reason.strip()
    )
    audit(by, "accounts.bind", f"user:{username}", code=code, reason=made.reason, until=until and until.isoformat())
    return made


@transaction.atomic
def unbind(by: Actor, username: str, *, reason: str) -> Binding:
    """End the binding of an account; raises as ``bind`` does, and ``ValidationError`` where there is none."""
    by.require(Role.CENTRE)
    _need(reason)
    found = Binding.objects.select_for_update().filter(user=_account(username), ended_at=None).first()
    if found is None:
        raise ValidationError("该账号没有绑定单位。 / The account stands for no organisation.")
    found.ended_at, found.ended_by, found.ended_reason = now(), by.name, reason.strip()
    found.save()
    audit(by, "accounts.unbind", f"user:{username}", code=found.code, reason=found.ended_reason)
    return found


def standing(user: User) -> Binding | None:
    """The binding by which a person may read today, if any."""
    found = Binding.objects.filter(user=user, ended_at=None).first()
    return found if found is not None and (found.until is None or found.until >= today()) else None


def _account(username: str) -> User:
    # locked, so that two bindings of one account wait for each other
    user = User.objects.select_for_update().filter(username=username, is_active=True).first()
    if user is None:
        raise ValidationError("没有这个账号，请先开通。 / There is no such account; make it first.")
    return user


def _need(reason: str) -> None:
    if not reason.strip():
        raise ValidationError("请写明理由。 / A reason is needed.")
