"""The change feed by machine: changes, snapshots, acknowledgements.

Invariant: a consumer's client sees what its live subscriptions name and nothing else; each reading that brought
something leaves a line.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from quanxin.accounts.models import audit
from quanxin.accounts.people import actor_of_client
from quanxin.api.clients import Token, client_of
from quanxin.api.problems import Refused
from quanxin.api.shapes import ResourceKey
from quanxin.intake.errors import IntakeError
from quanxin.sharing import feed, subscriptions
from quanxin.sharing.models import Consumer

router = Router(auth=Token("changes"), tags=["变更 / changes"])

Timepoint = Annotated[str, Field(max_length=40)]
Cursor = Annotated[str, Field(max_length=60)]
Limit = Annotated[int, Field(ge=1, le=feed.MOST)]


class SubjectOut(Schema):
    code: str
    name: str
    type: str


class WithdrawalOut(Schema):
    kind: str
    reason: str


class ChangeOut(Schema):
    """One change of one record; ``payload`` is null where the record is no longer current or no longer shared.

    ``repaired``, ``shielded`` and ``deleted``: show and use it no more. ``disputed``: mark it 异议处理中, and let nothing
    happen by itself because of it, until ``settled``. ``restored``: it stands again.
    """

    change: Literal[
        "committed", "superseded", "withdrawn", "repaired", "shielded", "deleted", "disputed", "settled", "restored"
    ]
    timepoint: str
    at: dt.datetime
    record: str
    resource: str
    provider: str
    batch: str
    version: int
    subject: SubjectOut
    event_date: dt.date | None
    disputed: bool
    payload: dict[str, Any] | None
    withdrawal: WithdrawalOut | None


class ChangePage(Schema):
    items: list[ChangeOut]
    next: str
    more: bool


class SnapshotPage(Schema):
    """Current records; ``timepoint`` is where to follow the changes from, once the last page is read."""

    items: list[ChangeOut]
    next: str | None
    timepoint: str


class AcknowledgementIn(Schema):
    timepoint: str = Field(pattern=r"^[0-9]{1,18}(\.[0-9]{1,18})?$")


class AcknowledgementOut(Schema):
    position: int
    at: dt.datetime


@router.get("/changes", response=ChangePage, summary="变更流")
def changes(
    request: HttpRequest,
    since: Timepoint = "0",
    limit: Limit = feed.MOST,
) -> feed.Page:
    """What changed after the timepoint ``since`` ("0": from the beginning), in order; follow ``next``."""
    client, consumer = client_of(request), _consumer(request)
    actor = actor_of_client(client)
    page = feed.changes(feed.live(consumer), since, actor, limit)
    if page.items:
        audit(
            actor,
            "sharing.read-changes",
            f"consumer:{consumer.key}",
            since=since,
            next=page.next,
            items=len(page.items),
        )
    return page


@router.get("/snapshots/{resource}", response=SnapshotPage, summary="全量快照")
def snapshot(
    request: HttpRequest,
    resource: ResourceKey,
    cursor: Cursor = "",
    limit: Limit = feed.MOST,
) -> dict[str, Any]:
    """The current records of a resource, a page at a time; then follow the changes from ``timepoint``."""
    consumer = _consumer(request)
    subscription = feed.live(consumer).get(resource)
    if subscription is None:
        raise IntakeError("subscription-missing", resource=resource)
    actor = actor_of_client(client_of(request))
    page = feed.snapshot(subscription, cursor, actor, limit)
    if page.items:
        audit(actor, "sharing.read-snapshot", f"consumer:{consumer.key}", resource=resource, items=len(page.items))
    return {"items": page.items, "next": page.next or None, "timepoint": page.timepoint}


@router.post("/acknowledgements", response=AcknowledgementOut, summary="确认已落实")
def acknowledge(request: HttpRequest, body: AcknowledgementIn) -> dict[str, Any]:
    """Say that everything up to a timepoint has been taken in."""
    made = subscriptions.acknowledge(_consumer(request), body.timepoint)
    return {"position": made.position, "at": made.at}


def _consumer(request: HttpRequest) -> Consumer:
    """The consumer that the client is; ``Refused`` for a client that is none."""
    found = Consumer.objects.filter(key=client_of(request).consumer).first() if client_of(request).consumer else None
    if found is None:
        raise Refused("not-allowed")
    return found
