"""What follows from a subject's records, by machine.

Invariant: a client asks for its department, for a purpose of the pack, and reads what a clerk of it would; whom it asks about
stands in no address.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import AwareDatetime, Field, StringConstraints

from quanxin.api.clients import ProviderToken, provider_of
from quanxin.api.shapes import Slug
from quanxin.archive import viewers
from quanxin.measures import asking

router = Router(auth=ProviderToken("measures"), tags=["激励与惩戒 / measures"])

Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x08\x0e-\x1f\x7f]*$")]
EARLIEST, LATEST = 1900, 2200  # years that a question may be about


class ConsequencesIn(Schema):
    """Whom it is about, what for; on which day (today), as known at which moment (now)."""

    code: Code
    purpose: Slug
    on: Annotated[dt.date, Field(ge=dt.date(EARLIEST, 1, 1), lt=dt.date(LATEST, 1, 1))] | None = None
    known_at: Annotated[AwareDatetime, Field(lt=dt.datetime(LATEST, 1, 1, tzinfo=dt.UTC))] | None = None


class ConsequenceOut(Schema):
    """A measure that may, or must, be applied, on which record and until when; ``suspended``: nothing follows for now. Without
    ``enforcers`` any department applies it within its power."""

    measure: str
    title: str
    nature: str
    must: bool
    enforcers: list[str]
    ground: str
    resource: str
    record: str
    since: dt.date
    until: dt.date | None
    suspended: bool
    basis: list[dict[str, Any]]


class ConsequencesOut(Schema):
    code: str
    name: str
    on: dt.date
    known_at: str
    consequences: list[ConsequenceOut]


@router.post("/consequences", response=ConsequencesOut, summary="记录后果")
def consequences(request: HttpRequest, body: ConsequencesIn) -> dict[str, Any]:
    """What may or must be applied to a subject, by whom, by which article, on which of its records. It changes nothing but the
    subject's log of readings."""
    actor, _ = provider_of(request)
    viewer = viewers.sharing(actor, body.purpose)
    subject, found = asking.ask(actor, body.code, viewer, body.on, body.known_at)
    return asking.as_json(subject, found, body.on, body.known_at)
