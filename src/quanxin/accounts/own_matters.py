"""Own matters: what concerns a subject that somebody stands for is handled by a colleague.

Invariant: who stands for a subject (its representative or agent, or the person itself) or is employed there neither
acts on it nor reads it as staff, by whichever role; as what they are to it they go through its own pages.
"""

from __future__ import annotations

from django.db.models import Q, Value

from quanxin.accounts.actors import Actor
from quanxin.accounts.acts import refused_line
from quanxin.accounts.errors import NotAllowed
from quanxin.accounts.models import Agency, Binding, Membership, Organisation
from quanxin.calendar import today
from quanxin.runtime.pack import current_pack


class OwnMatter(NotAllowed):
    """The actor stands for whom this is about; a colleague must take it."""

    refusal = "own-matter"


def own_matter(actor: Actor, target: str) -> OwnMatter:
    """Leave the line of a try at an own matter, and return what to raise."""
    error = OwnMatter(f"{actor.name}: own matter")
    error.line = refused_line(actor, target, "own matter")
    return error


def stood_for(actor: Actor) -> frozenset[str]:
    """The codes of the organisations, and the blind indexes of the persons, that an actor stands for or works for.

    An authorisation that has not begun counts; what is over does not.
    """
    day, name = today(), actor.name.removeprefix("user:")
    employers = {(one.provider, one.organisation) for one in actor.assignments}
    if name == actor.name:
        return _codes_of(employers)
    bound = Binding.objects.filter(Q(until=None) | Q(until__gte=day), user__username=name, ended_at=None)
    acts_for = Agency.objects.filter(agent__username=name, ended_at=None, until__gte=day)
    # the roles of the account, too: a job, or an act that goes on for somebody, carries only the role that it needs
    roles = Membership.objects.filter(user__username=name, organisation__ended_at=None)
    found, both = set[str](), ("code", "identity", "kind")
    for code, identity, kind in (
        bound.annotate(kind=Value(0))
        .values_list(*both)
        .union(
            acts_for.annotate(kind=Value(0)).values_list(*both),
            roles.annotate(kind=Value(1)).values_list("organisation__key", "provider", "kind"),
        )
    ):
        if kind:
            employers.add((identity, code or ""))
        else:
            found |= {code, identity}
    return _codes_of(employers) | {value for value in found if value}


def is_employed_by(actor: Actor, provider: str) -> bool:
    """Whether the actor holds a role for this very provider."""
    return any(one.provider == provider for one in actor.assignments)


def _codes_of(employers: set[tuple[str, str]]) -> frozenset[str]:
    """The codes of the providers and of the institutions of roles."""
    providers = current_pack().providers
    codes = {providers[provider].code for provider, _key in employers if provider in providers}
    if keys := {key for _provider, key in employers if key}:
        codes |= set(Organisation.objects.filter(key__in=keys).values_list("code", flat=True))
    return frozenset(code for code in codes if code)
