"""Checks by machine: of one or a thousand at once, a list that is watched, what became of a result, a link to show one.

Invariant: a client checks for its own department alone, by the same acts as a clerk; another department's check looks to it like
one that does not exist.
"""

from __future__ import annotations

import datetime as dt
import json
from io import BytesIO
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Schema
from pydantic import Field, StringConstraints

from quanxin.accounts import Actor
from quanxin.api.clients import ProviderToken, provider_of
from quanxin.api.idempotency import once
from quanxin.api.shapes import Slug
from quanxin.checks import items, links, list_file, queries, using
from quanxin.checks.checking import check
from quanxin.checks.errors import CheckError
from quanxin.checks.lists import hand_in
from quanxin.checks.models import Check, ListRequest, Result

router = Router(auth=ProviderToken("checks"), tags=["信用核查 / credit checks"])

MOST = 1_000
Number = Path[Annotated[str, Field(pattern=r"^XH[0-9]{14,20}$", max_length=24)]]
Position = Path[Annotated[int, Field(ge=1, le=list_file.MOST)]]
ListId = Path[Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]]
After = Annotated[int, Field(ge=0, le=list_file.MOST)]
_PLAIN = r"^[^\x00-\x08\x0e-\x1f\x7f]*$"
Line = Annotated[str, StringConstraints(min_length=1, max_length=items.LONGEST_WORDS, pattern=_PLAIN)]
CaseRef = Annotated[str, StringConstraints(min_length=1, max_length=items.LONGEST_CASE, pattern=_PLAIN)]
Code = Annotated[str, StringConstraints(max_length=64, pattern=_PLAIN)]


class CheckIn(Schema):
    """What is asked: by which item, for which case and what, about whom."""

    item: Slug
    case: CaseRef
    words: Line
    codes: Annotated[list[Code], Field(min_length=1, max_length=MOST)]


class ListIn(CheckIn):
    codes: Annotated[list[Code], Field(min_length=1, max_length=list_file.MOST)]


class ResultOut(Schema):
    """A result: ``restricted`` names measures in its findings; a ``hint`` is no ground for anything."""

    position: int
    code: str
    name: str
    verdict: str
    findings: list[dict[str, Any]]
    digest: str
    use: dict[str, Any] | None


class CheckOut(Schema):
    """A check. ``expired``: its results may be used no more. ``next``: after which position the next page goes on."""

    number: str
    item: str
    item_edition: str
    pack_edition: str
    case: str
    as_of: str
    valid_until: str
    expired: bool
    looked_at: dict[str, list[str]]
    subjects: int
    counts: dict[str, int]
    digest: str
    results: list[ResultOut]
    next: int | None


class ListOut(Schema):
    """How far a list has come; ``check`` is the number of its check once it is done, ``error`` why it was refused."""

    list: str
    state: str
    step: str
    check: str | None
    error: dict[str, Any] | None


class UseIn(Schema):
    decision: Annotated[str, StringConstraints(pattern=r"^(passed|restricted|ignored)$")]
    measure: Annotated[str, StringConstraints(pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$", max_length=64)] = ""
    reason: Annotated[str, StringConstraints(max_length=1000, pattern=_PLAIN)] = ""


class UseOut(Schema):
    decision: str
    measure: str
    reason: str
    at: str


class LinkOut(Schema):
    """Where the result can be shown in a frame, and until when the address opens."""

    path: str
    until: str


@router.post("/checks", response=CheckOut, summary="信用核查")
def make_check(request: HttpRequest, body: CheckIn) -> HttpResponse:
    """Check up to a thousand subjects by an item, for a case; with ``Idempotency-Key`` the same answer comes back."""
    actor = _actor(request)

    def work() -> dict[str, Any]:
        made = check(actor, body.item, body.codes, words=body.words, case_ref=body.case, source="machine")
        return _json(made)

    return once(request, f"check {_canonical(body)}", work)


@router.post("/checks/lists", response=ListOut, summary="提交核查名单")
def hand_in_list(request: HttpRequest, body: ListIn) -> HttpResponse:
    """Have a list of up to a hundred thousand codes checked; ask for the list until it has its check."""
    actor = _actor(request)

    def work() -> dict[str, Any]:
        text = "\n".join(["统一社会信用代码", *(_cell(code) for code in body.codes)])
        source = BytesIO(text.encode())
        return _list(hand_in(actor, body.item, source, "list.csv", words=body.words, case_ref=body.case))

    return once(request, f"check-list {_canonical(body)}", work)


@router.get("/checks/lists/{list_id}", response=ListOut, summary="核查名单的进度")
def watch_list(request: HttpRequest, list_id: ListId) -> dict[str, Any]:
    """How far a list has come."""
    found = queries.lists_of(_actor(request)).filter(pk=list_id).select_related("check_made").first()
    if found is None:
        raise CheckError("check-unknown")
    return _list(found)


@router.get("/checks/{number}", response=CheckOut, summary="核查结果")
def get_check(request: HttpRequest, number: Number, after: After = 0) -> dict[str, Any]:
    """A check with a thousand results after a position."""
    return _json(queries.one_of(_actor(request), number), after)


@router.post("/checks/{number}/results/{position}/use", response=UseOut, summary="记录使用情况")
def use_result(request: HttpRequest, number: Number, position: Position, body: UseIn) -> HttpResponse:
    """Say what became of a result in its case."""
    actor = _actor(request)

    def work() -> dict[str, Any]:
        made = using.use(actor, number, position, body.decision, measure=body.measure, reason=body.reason)
        return {
            "decision": made.decision,
            "measure": made.measure,
            "reason": made.reason,
            "at": made.at.astimezone(dt.UTC).isoformat(),
        }

    return once(request, f"use {number} {position} {_canonical(body)}", work)


@router.post("/checks/{number}/results/{position}/link", response=LinkOut, summary="展示链接")
def link_result(request: HttpRequest, number: Number, position: Position) -> HttpResponse:
    """An address that shows the result to whoever opens it, for half an hour, in a frame of the client's sites."""
    actor = _actor(request)

    def work() -> dict[str, Any]:
        token, until = links.make(actor, number, position)
        return {"path": f"/checked/{token}", "until": until.isoformat(timespec="seconds")}

    return once(request, f"link {number} {position}", work)


def _actor(request: HttpRequest) -> Actor:
    return provider_of(request)[0]


def _json(found: Check, after: int = 0) -> dict[str, Any]:
    results = list(found.results.select_related("use").filter(position__gt=after).order_by("position")[: MOST + 1])
    return {
        "number": found.number, "item": found.item, "item_edition": found.item_edition, "pack_edition": found.pack_edition,
        "case": found.case_ref, "as_of": found.as_of.astimezone(dt.UTC).isoformat(), "valid_until": found.valid_until.isoformat(),
        "expired": queries.expired(found), "looked_at": found.looked_at, "subjects": found.subjects,
        "counts": found.counts, "digest": found.digest, "results": [_result(one) for one in results[:MOST]],
        "next": results[MOST - 1].position if len(results) > MOST else None,
    }  # fmt: skip


def _result(one: Result) -> dict[str, Any]:
    used = getattr(one, "use", None)
    return {
        "position": one.position, "code": one.code, "name": one.name, "verdict": one.verdict, "findings": one.findings,
        "digest": one.digest, "use": {"decision": used.decision, "measure": used.measure} if used else None,
    }  # fmt: skip


def _list(found: ListRequest) -> dict[str, Any]:
    made = found.check_made
    return {
        "list": found.pk, "state": found.state, "step": found.step, "check": made.number if made else None, "error": found.error,
    }  # fmt: skip


def _cell(code: str) -> str:
    return '"' + code.replace('"', '""') + '"'


def _canonical(body: Schema) -> str:
    return json.dumps(body.model_dump(mode="json"), sort_keys=True)
