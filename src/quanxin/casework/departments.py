"""The department whose case it is, where a case belongs to the department that begins it.

Invariant: a case belongs to a department for which its filer holds, in the district of the subject, a role that begins
such cases; where there are several, the filer says which, and nobody begins a case of another's.
"""

from __future__ import annotations

from collections.abc import Mapping

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive import viewers
from quanxin.casework.errors import RightsError
from quanxin.casework.notices import authority
from quanxin.casework.parties import Party
from quanxin.policy.procedure import Procedure
from quanxin.subjects.models import Subject

DEPARTMENT = "provider"  # the item of a beginning that names the department


def of_filer(actor: Actor, procedure: Procedure, subject: Subject) -> tuple[str, ...]:
    """The departments for which somebody may begin a case about a subject, where such cases are their filer's."""
    if procedure.about.of != "filer":
        return ()
    held = actor.by(*(Role(who.role) for who in procedure.files.who if who.role))
    return tuple(sorted({one.provider for one in held if one.provider and one.covers(region=subject.region)}))


def chosen(party: Party, procedure: Procedure, form: Mapping[str, str]) -> str:
    """The department for which a case is begun: the one that the form names, or the only one that there is.

    Raises ``RightsError`` for none and for several of which none was named, ``NotAllowed``, with a line, for another's.
    """
    found, named = of_filer(party.actor, procedure, party.subject), form.get(DEPARTMENT, "").strip()
    if not found:
        raise RightsError("department-missing")
    if named:
        if named not in found:
            raise viewers.refused(party.actor, f"subject:{party.subject.pk}", "not this actor's department")
        return named
    if len(found) > 1:
        raise RightsError("department-unclear", departments="、".join(authority(one).zh for one in found))
    return found[0]
