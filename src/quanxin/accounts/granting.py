"""Giving roles, by four eyes: one administrator asks, another approves.

Invariant: nobody gives a role to themselves, or alone; only while an installation has no administrator yet does the
machine's operator give roles alone, and the line says so. Taking a role back needs one alone.
"""

from __future__ import annotations

from typing import Any

from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.acts import act
from quanxin.accounts.errors import AccountError
from quanxin.accounts.models import Grant, Membership, Organisation, User, audit
from quanxin.accounts.own_matters import own_matter
from quanxin.calendar import now, today
from quanxin.runtime.pack import current_pack

# The kind of institution that a role is held in, where it is held in one.
KIND_OF = {Role.BANK: "bank", Role.PERSONNEL: "personnel", Role.SUPERVISOR: "supervisor"}


def give(by: Actor, user: User, role: Role, *, provider: str, district: str, organisation: str) -> Grant | None:
    """Give a role, or ask for it where another administrator must approve: then return what waits. Within an act.

    Raises as ``people.add_account`` does.
    """
    by.require(Role.ADMINISTRATOR)
    if by.name == f"user:{user.username}":
        raise own_matter(by, f"user:{user.username}")
    district = _district(district)
    at = _organisation_for(user, role, organisation) if organisation else None
    held = user.memberships.filter(role=role.value, provider=provider, district=district, organisation=at)
    if held.exists():
        return None
    if alone(by):
        _keep(user, role.value, provider, district, at)
        audit(
            by,
            "accounts.grant",
            f"user:{user.username}",
            role=role.value,
            provider=provider,
            district=district,
            organisation=organisation,
            alone=True,
        )
        return None
    made, new = Grant.objects.get_or_create(
        user=user,
        role=role.value,
        provider=provider,
        district=district,
        approved=None,
        defaults={"organisation": at, "asked_by": by.name, "asked_at": now()},
    )
    if new:
        audit(
            by,
            "accounts.ask-grant",
            f"user:{user.username}",
            grant=made.pk,
            role=role.value,
            provider=provider,
            district=district,
            organisation=organisation,
        )
    return made


@act
def decide(by: Actor, number: int, *, approved: bool) -> Grant:
    """Approve a role that another administrator asked for, or refuse it; decided so before, it stays so.

    Raises ``NotAllowed`` without the administrator's role, ``OwnMatter`` for who asked or would have the role,
    ``AccountError`` for no such number and for one that was decided otherwise.
    """
    by.require(Role.ADMINISTRATOR)
    found = Grant.objects.select_for_update(of=("self",)).select_related("user").filter(pk=number).first()
    if found is None:
        raise AccountError("grant-unknown")
    if by.name in (found.asked_by, f"user:{found.user.username}"):
        raise own_matter(by, f"grant:{number}")
    if found.approved is not None:
        if found.approved == approved:
            return found
        raise AccountError("grant-decided")
    if approved:
        if not found.user.is_active:
            raise AccountError("account-closed")
        _keep(found.user, found.role, found.provider, found.district, found.organisation)
    found.approved, found.decided_by, found.decided_at = approved, by.name, now()
    found.save()
    audit(
        by,
        "accounts.grant" if approved else "accounts.refuse-grant",
        f"user:{found.user.username}",
        grant=found.pk,
        role=found.role,
        provider=found.provider,
        district=found.district,
        asked_by=found.asked_by,
    )
    return found


def waiting() -> list[dict[str, Any]]:
    """The roles that were asked for and are not decided, the oldest first."""
    found = Grant.objects.filter(approved=None).select_related("user", "organisation")
    return [
        {
            "grant": one.pk,
            "username": one.user.username,
            "role": one.role,
            "provider": one.provider or "*",
            "district": one.district or "*",
            "organisation": one.organisation.key if one.organisation else None,
            "asked_by": one.asked_by,
            "asked_at": one.asked_at.isoformat(),
        }
        for one in found
    ]


def alone(by: Actor) -> bool:
    """Whether the machine's operator gives roles alone: while nobody else could approve them."""
    administrators = Membership.objects.filter(role=Role.ADMINISTRATOR.value, user__is_active=True)
    return by.name.startswith("operator:") and not administrators.exists()


def _keep(user: User, role: str, provider: str, district: str, organisation: Organisation | None) -> None:
    Membership.objects.update_or_create(
        user=user, role=role, provider=provider, district=district, defaults={"organisation": organisation}
    )


def _district(code: str) -> str:
    """The district as a membership keeps it: the city's own code means all of it."""
    if code == current_pack().region:
        return ""
    if code and code not in {one.value for one in current_pack().on(today()).divisions}:
        raise AccountError("division-unknown", division=code)
    return code


def _organisation_for(user: User, role: Role, key: str) -> Organisation:
    found = Organisation.objects.filter(key=key, ended_at=None).first()
    if found is None:
        raise AccountError("organisation-missing", organisation=key)
    if found.kind != KIND_OF.get(role, found.kind):
        raise AccountError("organisation-unfit", organisation=found.name, role=role)
    if user.memberships.exclude(organisation=None).exclude(organisation=found).exists():
        raise AccountError("organisation-other")
    return found
