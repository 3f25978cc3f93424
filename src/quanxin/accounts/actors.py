"""Actors and their roles.

Invariant: an actor is named, and may do only what one of its roles allows, within the limits with which that very role
was given.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from quanxin.accounts.errors import NotAllowed
from quanxin.identifiers.divisions import places_of


class Role(StrEnum):
    """Roles that acts ask for. Subjects and their agents hold none: what they may do follows from whom they stand for."""

    INTAKE = "intake"  # a provider's clerk: hands in and replays batches
    DECIDER = "decider"  # a provider's approver: decides objections to and repairs of what the provider handed in
    WINDOW = "window"  # the credit centre's counter: takes applications, acts for those who come, forwards
    REVIEWER = "reviewer"  # the credit centre: looks a second time at what was decided, and at what persons ask
    STEWARD = "steward"  # judges which rows and identifiers are one subject
    CENTRE = "centre"  # reads what the credit centre may read, and agrees with consumers what they receive
    MODELLER = "modeller"  # runs and compares evaluation models, and proposes editions
    APPROVER = "approver"  # approves what another proposed
    SUPERVISOR = "supervisor"  # supervises a trade or a district and reads what that needs
    INSPECTOR = (
        "inspector"  # a provider's inspector with a card: inspects what was assigned, sends results from the spot
    )
    BANK = "bank"  # an institution's officer: reads what its subjects consented to
    PERSONNEL = "personnel"  # a personnel authority: reads civil servants' archives
    AUDITOR = "auditor"  # reads what was done and read, by whom, and changes nothing
    ADMINISTRATOR = "administrator"  # makes accounts and clients; reads no subject by that


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role as it was given to somebody, with its limits; "" is no limit.

    ``provider`` is whom it is held for, ``district`` (a code of GB/T 2260) whose subjects it reaches, ``organisation``
    the key of the institution that it is held in.
    """

    role: Role
    provider: str = ""
    district: str = ""
    organisation: str = ""

    def covers(self, provider: str | None = None, region: str | None = None) -> bool:
        """Whether the assignment reaches a provider, and subjects of a region; None asks nothing."""
        within = region is None or region.startswith(places_of(self.district))
        return within and (provider is None or self.provider in ("", provider))


@dataclass(frozen=True, slots=True, init=False)
class Actor:
    """Someone, or some job, that acts: a name for the audit, and the roles that were assigned to it.

    What it may do is asked by the role that is used. A limit belongs to the assignment that has it: no other
    assignment lifts it, and it narrows no other. An actor is made for one request, command or job.
    """

    name: str
    assignments: frozenset[Assignment]
    own: list[frozenset[int]] = field(
        compare=False, repr=False
    )  # its own subjects, once ``own_matters`` asked for them

    def __init__(self, name: str, roles: Iterable[Role | Assignment] = ()) -> None:
        object.__setattr__(self, "name", name)
        given = frozenset(Assignment(one) if isinstance(one, Role) else one for one in roles)
        object.__setattr__(self, "assignments", given)
        object.__setattr__(self, "own", [])

    @property
    def roles(self) -> frozenset[Role]:
        """The roles, whatever their limits: for what asks for no subject and no provider."""
        return frozenset(one.role for one in self.assignments)

    def by(self, *roles: Role) -> frozenset[Assignment]:
        """The assignments of these roles."""
        return frozenset(one for one in self.assignments if one.role in roles)

    def may(self, role: Role, provider: str | None = None, *, region: str | None = None) -> bool:
        """Whether one assignment of ``role`` reaches both the provider and the region, as far as they are named."""
        return any(one.covers(provider, region) for one in self.by(role))

    def require(self, role: Role, provider: str | None = None) -> None:
        """Raise ``NotAllowed`` unless ``may``."""
        if not self.may(role, provider):
            raise NotAllowed(f"{self.name}: {role.value}" + (f" ({provider})" if provider else ""))

    def providers_of(self, role: Role) -> frozenset[str] | None:
        """The providers that the role is held for; None is every one."""
        return _every_or(one.provider for one in self.by(role))

    def organisations_of(self, role: Role) -> frozenset[str]:
        """The keys of the institutions that the role is held in."""
        return frozenset(one.organisation for one in self.by(role) if one.organisation)


def _every_or(limits: Iterable[str]) -> frozenset[str] | None:
    named = frozenset(limits)
    return None if "" in named else named


NOBODY = "system"  # in whose name a lapse or the coming of a day is written


def operator() -> Actor:
    """The person at the machine's own command line, who holds every role of a credit centre's operator."""
    return Actor(name=f"operator:{getpass.getuser()}", roles=frozenset(Role))
