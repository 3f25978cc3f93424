"""Actors and their roles.

Invariant: an actor is named, and may do only what one of its roles allows.
"""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Roles that acts ask for; further ones come with the rooms that need them."""

    INTAKE = "intake"  # hands in and replays batches
    STEWARD = "steward"  # judges which rows and identifiers are one subject
    CENTRE = "centre"  # reads what the credit centre may read, and agrees with consumers what they receive
    MODELLER = "modeller"  # runs and compares evaluation models, and proposes editions
    APPROVER = "approver"  # approves what another proposed
    ADMINISTRATOR = "administrator"  # makes accounts and clients; reads no subject by that


class NotAllowed(Exception):
    """The actor has no role that allows the act."""

    zh = "没有办理此事的权限。"
    en = "The actor has no role that allows this."
    hint = "请由具有相应角色的人员办理。 / Someone with the role must do it."


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone, or some job, that acts: a name for the audit, the roles it holds, and the providers it acts for.

    ``providers`` of None means every provider; a department's clerk has that department's alone.
    """

    name: str
    roles: frozenset[Role]
    providers: frozenset[str] | None = None

    def may(self, role: Role, provider: str | None = None) -> bool:
        """Whether the actor holds ``role``, and holds it for ``provider`` if one is named."""
        return role in self.roles and (provider is None or self.providers is None or provider in self.providers)

    def require(self, role: Role, provider: str | None = None) -> None:
        """Raise ``NotAllowed`` unless ``may``."""
        if not self.may(role, provider):
            raise NotAllowed(f"{self.name}: {role.value}" + (f" ({provider})" if provider else ""))


def operator() -> Actor:
    """The person at the machine's own command line, who holds every role of a credit centre's operator."""
    return Actor(name=f"operator:{getpass.getuser()}", roles=frozenset(Role))
