"""A result shown in the page of an approval hall: by a signed link that ends soon, in a frame of the sites that its client named.

Invariant: a link opens one result of one case, for as long as it says and no longer than the result holds; whoever opens it
leaves a line. Which sites may frame it is a client's, set up by an administrator. No result about a person has a link.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.core import signing

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.calendar import now
from quanxin.checks.errors import CheckError
from quanxin.checks.models import Check, Frame, Result
from quanxin.checks.queries import expired, result_of

STANDS = dt.timedelta(minutes=30)
_SALT = "quanxin.checks.links"
_ORIGIN = re.compile(r"https://[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opens: the result, and the sites that may frame it."""

    result: Result
    origins: tuple[str, ...]


@act
def make(actor: Actor, number: str, position: int) -> tuple[str, dt.datetime]:
    """The token of a link to a result of the actor's department, and until when it opens. Raises as ``result_of`` does."""
    found = result_of(actor, number, position)
    if found.check_of.source == Check.Source.PERSON:
        raise CheckError("check-unknown")
    if expired(found.check_of):
        raise CheckError("use-expired", day=found.check_of.valid_until)
    until = now() + STANDS
    token = signing.dumps({"r": found.pk, "c": actor.name, "u": int(until.timestamp())}, salt=_SALT, compress=True)
    audit(actor, "checks.link", f"check:{number}", position=position, until=until.isoformat(timespec="seconds"))
    return token, until


@act
def opened(token: str) -> Opened:
    """What a link opens now; ``CheckError`` for one that is over, or is none. Opening leaves a line in its client's name."""
    try:
        said = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise CheckError("link-over") from error
    found = Result.objects.select_related("check_of").filter(pk=said["r"]).first()
    if found is None or said["u"] < now().timestamp():
        raise CheckError("link-over")
    name = str(said["c"])
    audit(Actor(name), "checks.open-link", f"check:{found.check_of.number}", position=found.position)
    origins = (
        Frame.objects.filter(client=name.removeprefix("client:")).order_by("origin").values_list("origin", flat=True)
    )
    return Opened(found, tuple(origins))


@act
def allow(actor: Actor, client: str, origin: str) -> Frame:
    """Let a site's pages frame what a client's links open; twice is once. Raises ``CheckError`` for what is no origin."""
    actor.require(Role.ADMINISTRATOR)
    if not _ORIGIN.fullmatch(origin):
        raise CheckError("frame-invalid")
    made, new = Frame.objects.get_or_create(
        client=client, origin=origin, defaults={"made_by": actor.name, "made_at": now()}
    )
    if new:
        audit(actor, "checks.allow-frame", f"client:{client}", origin=origin)
    return made


@act
def disallow(actor: Actor, client: str, origin: str) -> bool:
    """Let a site frame nothing more; whether it could before."""
    actor.require(Role.ADMINISTRATOR)
    gone = Frame.objects.filter(client=client, origin=origin).delete()[0] > 0
    if gone:
        audit(actor, "checks.disallow-frame", f"client:{client}", origin=origin)
    return gone
