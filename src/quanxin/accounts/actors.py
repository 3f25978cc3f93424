"""Actors and their roles.

Invariant: an actor is named, and may do only what one of its roles allows.
"""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


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
    BANK = "bank"  # an institution's officer: reads what its subjects consented to
    PERSONNEL = "personnel"  # a personnel authority: reads civil servants' archives
    AUDITOR = "auditor"  # reads what was done and read, by whom, and changes nothing
    ADMINISTRATOR = "administrator"  # makes accounts and clients; reads no subject by that


class NotAllowed(Exception):
    """The actor has no role that allows the act."""

    zh = "没有办理此事的权限。"
    en = "The actor has no role that allows this."
    hint = "请由具有相应角色的人员办理。 / Someone with the role must do it."
    line: Any = None  # what the audit keeps of the try (``acts``)


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone, or some job, that acts: a name for the audit, the roles it holds, and what it holds them for.

    ``providers`` are those that it hands in for, ``deciding`` those whose cases it decides, ``districts`` (codes of
    GB/T 2260) those whose subjects it may read; None means every one. ``organisation`` is the key of the institution
    that it belongs to, for a bank's officer and the like.
    """

    name: str
    roles: frozenset[Role]
    providers: frozenset[str] | None = None
    deciding: frozenset[str] | None = None
    districts: frozenset[str] | None = None
    organisation: str = ""

    def may(self, role: Role, provider: str | None = None) -> bool:
        """Whether the actor holds ``role``, and holds it for ``provider`` if one is named."""
        held = self.deciding if role is Role.DECIDER else self.providers
        return role in self.roles and (provider is None or held is None or provider in held)

    def require(self, role: Role, provider: str | None = None) -> None:
        """Raise ``NotAllowed`` unless ``may``."""
        if not self.may(role, provider):
            raise NotAllowed(f"{self.name}: {role.value}" + (f" ({provider})" if provider else ""))


def operator() -> Actor:
    """The person at the machine's own command line, who holds every role of a credit centre's operator."""
    return Actor(name=f"operator:{getpass.getuser()}", roles=frozenset(Role))
