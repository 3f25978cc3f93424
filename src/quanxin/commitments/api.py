"""A commitment by machine: offered as any case is begun (``POST /cases``), asked about by its national number.

Invariant: a client asks as an approver of its provider does at the desk; another department's commitment looks to it like one
that does not exist.
"""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Router, Schema
from pydantic import Field

from quanxin.accounts.lookups import look_up
from quanxin.accounts.people import decider_of_client
from quanxin.api.clients import client_of
from quanxin.casework.api import READING
from quanxin.casework.errors import RightsError
from quanxin.casework.procedures import state_of
from quanxin.commitments.desk.lists import visible
from quanxin.commitments.models import Commitment

router = Router(tags=["信用承诺 / commitments"])
Number = Path[Annotated[str, Field(pattern=r"^[0-9]{20}$")]]


class DutyOut(Schema):
    """Something promised: by when it is looked at, and what was found."""

    key: str
    due_on: str
    method: str
    state: str
    checked_on: str | None


class CommitmentOut(Schema):
    """A commitment: its case, the version of its text and the digest that was signed, its days, its duties."""

    number: str
    case: str
    state: str
    state_title: str
    open: bool
    template: str
    edition: str
    sha256: str
    matter: str
    provider: str
    signed_on: str
    in_force_on: str | None
    valid_until: str | None
    duties: list[DutyOut]


@router.get("/commitments/{number}", response=CommitmentOut, auth=READING, summary="一份信用承诺")
def commitment(request: HttpRequest, number: Number) -> dict[str, Any]:
    """A commitment by its number: where its case stands, which text was signed, what was found of each duty."""
    actor = decider_of_client(client_of(request))
    found = look_up(actor, "commitment", number, visible(actor).filter(number=number).first)
    if found is None:
        raise RightsError("case-unknown")
    return _out(found)


def _out(one: Commitment) -> dict[str, Any]:
    return {
        "number": one.number,
        "case": one.case.number,
        "state": one.case.state,
        "state_title": state_of(one.case).title.zh,
        "open": one.case.open,
        "template": one.template,
        "edition": one.edition.isoformat(),
        "sha256": one.sha256,
        "matter": one.matter,
        "provider": one.provider,
        "signed_on": _iso(one.signed_on),
        "in_force_on": _iso(one.in_force_on),
        "valid_until": _iso(one.valid_until),
        "duties": [
            {
                "key": duty.key,
                "due_on": duty.due_on.isoformat(),
                "method": duty.method,
                "state": duty.state,
                "checked_on": _iso(duty.checked_on),
            }
            for duty in one.duties.all()
        ],
    }


def _iso(day: Any) -> str | None:
    return day.isoformat() if day is not None else None
