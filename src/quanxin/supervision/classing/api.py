"""Classes of an organisation, by machine.

Invariant: a client asks for its department, where that lets it decide, and sees what a decider of it would at the desk; whom it
asks about stands in no address.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import AwareDatetime, Field, StringConstraints

from quanxin.accounts.people import decider_of_client
from quanxin.api.clients import client_of
from quanxin.casework.api import Deciding
from quanxin.supervision.classing import asking

router = Router(auth=Deciding("classes"), tags=["分级分类监管 / supervision"])

Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x08\x0e-\x1f\x7f]*$")]
EARLIEST, LATEST = 1900, 2200  # years that a question may be about


class ClassesIn(Schema):
    """Whom it is about; on which day (today), as known at which moment (now)."""

    code: Code
    on: Annotated[dt.date, Field(ge=dt.date(EARLIEST, 1, 1), lt=dt.date(LATEST, 1, 1))] | None = None
    known_at: Annotated[AwareDatetime, Field(lt=dt.datetime(LATEST, 1, 1, tzinfo=dt.UTC))] | None = None


class GroundOut(Schema):
    """A record that speaks for a level; ``decides``: the class rests on it."""

    ground: str
    level: str
    resource: str
    record: str
    since: dt.date | None
    until: dt.date | None
    decides: bool


class ClassOut(Schema):
    """A class by a scheme, with its grounds; ``stratum``: where a draw finds it, ``review``: the case that set it."""

    scheme: str
    title: str
    kind: Literal["credit", "risk"]
    level: str
    level_title: str
    stratum: str
    visits: int
    review: str
    grounds: list[GroundOut]
    basis: list[dict[str, Any]]


class ClassesOut(Schema):
    code: str
    name: str
    on: dt.date
    known_at: str
    classes: list[ClassOut]


@router.post("/classes", response=ClassesOut, summary="一个单位的分级")
def classes(request: HttpRequest, body: ClassesIn) -> dict[str, Any]:
    """The classes of an organisation that the department may see: of credit all, of risk its own. They arrange visits and are
    no ground of any measure. It changes nothing but the subject's log of readings."""
    actor = decider_of_client(client_of(request))
    subject, found = asking.ask(actor, body.code, body.on, body.known_at)
    return asking.as_json(subject, found, body.on, body.known_at)
