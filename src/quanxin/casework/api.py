"""Cases by machine: those of a department, one with its acts, an act, a new one.

Invariant: a client that was let decide sees and does what an approver of its provider does at the desk, by the same engine;
another department's case looks to it like one that does not exist.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Schema
from pydantic import Field, StringConstraints

from quanxin.accounts import Actor
from quanxin.accounts.lookups import look_up
from quanxin.accounts.models import ApiClient
from quanxin.accounts.people import decider_of_client
from quanxin.api.clients import Token, client_of
from quanxin.api.idempotency import once
from quanxin.api.problems import Refused, note
from quanxin.api.shapes import Reference, Slug
from quanxin.casework import as_json, beginning, case_view, engine, queues
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case
from quanxin.casework.queues import Wanted

router = Router(tags=["办件 / cases"])


class Deciding(Token):
    """Lets a provider's client in that two administrators let decide."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiClient | None:
        """As ``Token``; raises ``Refused`` for a client that was not let decide, whatever it asks for."""
        client = super().authenticate(request, token)
        if client is not None and not decider_of_client(client).assignments:
            note(request, "not-allowed", client)
            raise Refused("not-allowed")
        return client


READING, ACTING = Deciding("cases"), Deciding("cases:act")

MOST = 200
_NUMBER = r"^[A-Z]{2}[0-9]{8,20}$"
CaseNumber = Path[Annotated[str, Field(pattern=_NUMBER, max_length=24)]]
ActKey = Path[Slug]
Key = Annotated[str, Field(pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$", max_length=64)]
Cursor = Annotated[str, Field(pattern=r"^([A-Z]{2}[0-9]{8,20})?$", max_length=24)]
Limit = Annotated[int, Field(ge=1, le=MOST)]
Said = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00-\x08\x0e-\x1f\x7f]*$")]
Form = Annotated[dict[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")], Said], Field(max_length=200)]


class CaseRow(Schema):
    """A case among others. ``due`` is when its term ends, ``hours_left`` the office hours until then (negative: lapsed)."""

    number: str
    kind: str
    title: str
    state: str
    state_title: str
    open: bool
    provider: str
    claimed_by: str
    filed_at: str
    due: str | None
    hours_left: float | None
    paused: bool


class CasePage(Schema):
    items: list[CaseRow]
    next: str | None


class OfferOut(Schema):
    """An act that this client may do now: the items of its form, and whether it asks for a reason."""

    act: str
    title: str
    items: list[str]
    reason: bool
    grave: bool


class CaseOut(Schema):
    """A case with whom and what it is about, its terms, its history, and the acts that are offered to this client."""

    number: str
    kind: str
    title: str
    state: str
    state_title: str
    open: bool
    provider: str
    resource: str
    model: str
    channel: str
    filed_at: str
    decided_at: str | None
    reason: str
    statement: str
    claimed_by: str
    subject: dict[str, str]
    record: dict[str, Any] | None
    acts: list[OfferOut]
    terms: list[dict[str, Any]]
    history: list[dict[str, Any]]


class ActIn(Schema):
    """An act's form: each item as the text that a person would write, and the reason where one is asked for."""

    form: Form = Field(default_factory=dict)
    reason: Said = ""


class BeginIn(ActIn):
    """A case to begin: by which procedure, about which record (its reference) or organisation (its code)."""

    procedure: Slug
    record: Reference | None = None
    subject: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{0,18}$")] = ""


class Outcome(Schema):
    number: str
    state: str
    open: bool


@router.get("/cases", response=CasePage, auth=READING, summary="本单位的办件")
def cases(
    request: HttpRequest,
    procedure: Key = "",
    state: Key = "",
    open: bool | None = None,
    overdue: bool = False,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    """The cases that the client may open, the latest first; ``cursor`` is the ``next`` of the page before."""
    visible = queues.visible(decider_of_client(client_of(request)))
    found = queues.narrowed(visible, Wanted(kind=procedure, state=state, overdue=overdue))
    if open is not None:
        found = found.filter(open=open)
    if cursor:
        last = visible.filter(number=cursor).values_list("pk", flat=True).first()
        if last is None:
            raise Refused("request-invalid")
        found = found.filter(pk__lt=last)
    page = list(found[: limit + 1])
    return {"items": as_json.rows(page[:limit]), "next": page[limit - 1].number if len(page) > limit else None}


@router.get("/cases/{number}", response=CaseOut, auth=READING, summary="一个办件")
def case(request: HttpRequest, number: CaseNumber) -> dict[str, Any]:
    """A case: how it stands, its terms and history, and what this client may do with it now."""
    actor = decider_of_client(client_of(request))
    _expect(actor, number)
    return as_json.with_record(actor, case_view.open_case(actor, number))


@router.post("/cases", response=Outcome, auth=ACTING, summary="登记办件")
def begin_case(request: HttpRequest, body: BeginIn) -> HttpResponse:
    """Begin a case; about what an exclusive procedure has an open case already, that one is the answer."""
    actor = decider_of_client(client_of(request))

    def work() -> dict[str, Any]:
        made = beginning.begin(
            actor, body.procedure, record=body.record or "", subject=body.subject, statement=body.reason, form=body.form
        )
        return as_json.outcome(made)

    return once(request, f"begin {_canonical(body)}", work)


@router.post("/cases/{number}/acts/{act}", response=Outcome, auth=ACTING, summary="办理")
def act_on_case(request: HttpRequest, number: CaseNumber, act: ActKey, body: ActIn) -> HttpResponse:
    """Do an act of a case. The same again changes nothing; with ``Idempotency-Key`` the same answer comes back."""
    actor = decider_of_client(client_of(request))
    _expect(actor, number)
    form = dict(body.form) | {"reason": body.reason}
    return once(
        request,
        f"act {number} {act} {_canonical(body)}",
        lambda: as_json.outcome(engine.perform(actor, number, act, form)),
    )


def _expect(actor: Actor, number: str) -> Case:
    found = look_up(actor, "case", number, queues.visible(actor).filter(number=number).first)
    if found is None:
        raise RightsError("case-unknown")
    return found


def _canonical(body: Schema) -> str:
    return json.dumps(body.dict(), sort_keys=True, ensure_ascii=False)
