"""Handing in by machine: rows, receipts, corrections, withdrawals.

Invariant: a machine's rows take the same way as a department's file; a client sees and changes what its own provider
handed in, and another provider's batch looks to it like one that does not exist.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router

from quanxin.accounts import Actor
from quanxin.accounts.lookups import expect_room, look_up, missed
from quanxin.api.clients import Token, provider_of
from quanxin.api.idempotency import once, once_among
from quanxin.api.shapes import ResourceKey
from quanxin.archive.models import Batch, Withdrawal
from quanxin.intake import receipts, withdrawals
from quanxin.intake.api.bodies import MOST_ROWS, as_lines, few
from quanxin.intake.api.shapes import (
    BatchBefore,
    BatchNumber,
    BatchOut,
    BatchPage,
    HeldPage,
    ProofWaits,
    ReceiptOut,
    ReceiptWithRows,
    ReplayIn,
    TakeBackIn,
    WithdrawIn,
    WithdrawnOut,
)
from quanxin.intake.errors import IntakeError
from quanxin.intake.pipeline import intake
from quanxin.intake.receipt import Receipt
from quanxin.intake.replay import replay
from quanxin.intake.small_batches import take_in
from quanxin.ledger import log_reading

router = Router(auth=Token("intake"), tags=["报送 / hand in"])

ROWS_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "oneOf": [
                        {"type": "object", "minProperties": 1},
                        {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": MOST_ROWS},
                    ]
                }
            },
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    }
}


@router.post(
    "/resources/{resource}/rows", response=ReceiptWithRows, summary="报送一行、一批或一个行流", openapi_extra=ROWS_BODY
)
def hand_in_rows(request: HttpRequest, resource: ResourceKey) -> HttpResponse:
    """Take rows in: a JSON object is one row, an array a batch of at most 1,000, NDJSON a stream of any length.

    Names are field keys or any header that the catalogue knows. The answer is the receipt with the rows held. The
    same rows again change nothing; with ``Idempotency-Key`` the same answer comes back.
    """
    actor, provider = provider_of(request)
    if found := few(request):
        rows, digest = found
        asked = partial(
            take_in, rows, digest, resource=resource, provider=provider, actor=actor, name=_file_name(digest)
        )
        return once_among(
            request, f"rows {resource} {digest}", lambda witness: asked(witness=witness), _receipt_with_rows
        )
    with as_lines(request) as (path, digest):

        def work() -> dict[str, Any]:
            name = _file_name(digest)
            return _receipt_with_rows(intake(path, resource=resource, provider=provider, actor=actor, name=name))

        return once(request, f"rows {resource} {digest}", work)


@router.get("/batches", response=BatchPage, summary="本单位的批次")
def batches(request: HttpRequest, before: BatchBefore = None, limit: int = 50) -> dict[str, Any]:
    """The provider's batches, the latest first; ``before`` is the ``next`` of the page before."""
    _, provider = provider_of(request)
    found = Batch.objects.filter(provider=provider)
    if before:
        found = found.filter(pk__lt=before)
    size = min(max(limit, 1), 200)
    page = list(found.order_by("-pk")[: size + 1])
    return {"items": [_batch(b) for b in page[:size]], "next": page[size - 1].pk if len(page) > size else None}


@router.get("/batches/{batch}", response=BatchOut, summary="回执")
def batch(request: HttpRequest, batch: BatchNumber) -> dict[str, Any]:
    """The receipt of a batch."""
    return _batch(_own(request, batch)[1])


@router.get("/batches/{batch}/proof", response={200: dict, 202: ProofWaits}, summary="存证凭证")
def proof(request: HttpRequest, batch: BatchNumber) -> HttpResponse:
    """What proves to anybody, offline, that the batch was handed in and when; 202 until it stands in the public log, which
    takes about a second."""
    found = _own(request, batch)[1]
    made = log_reading.offered("batch", f"batch:{found.pk}").file()
    if made is None:
        waits = {
            "zh": "正在记入公开日志，约一秒后再取。",
            "en": "It is being put into the public log: ask again in a second.",
        }
        return JsonResponse(waits, status=202, headers={"Retry-After": "1"})
    return HttpResponse(made, content_type="application/json")


@router.get("/batches/{batch}/held", response=HeldPage, summary="未入库的行")
def held(request: HttpRequest, batch: BatchNumber, after: int = 0, limit: int = 100) -> dict[str, Any]:
    """The rows that a batch still holds, in order, with all that is wrong with each."""
    _own(request, batch)
    size = min(max(limit, 1), 1000)
    rows = receipts.held_page(batch, after=min(max(after, 0), 2**62), limit=size + 1)
    return {"items": rows[:size], "next": rows[size - 1]["row"] if len(rows) > size else None}


@router.post("/batches/{batch}/replay", response=ReceiptOut, summary="更正并重放")
def replay_rows(request: HttpRequest, batch: BatchNumber, body: ReplayIn) -> HttpResponse:
    """Take held rows in again, with corrections; the replay is a batch of its own, with its receipt."""
    actor, _ = _own(request, batch)
    rows = {int(number): cells for number, cells in body.rows.items()}
    print_ = f"replay {batch} {_digest(request)}"
    return once(request, print_, lambda: _receipt(replay(batch, actor=actor, rows=rows or None)))


@router.post("/batches/{batch}/take-back", response=WithdrawnOut, summary="整批撤回")
def take_back(request: HttpRequest, batch: BatchNumber, body: TakeBackIn) -> HttpResponse:
    """Take a whole batch back: what it brought ends, what it replaced stands again."""
    actor, _ = _own(request, batch)
    print_ = f"take-back {batch} {_digest(request)}"
    return once(request, print_, lambda: asdict(withdrawals.take_back(actor, batch, reason=body.reason)))


@router.post("/withdrawals", response=WithdrawnOut, summary="撤回记录")
def withdraw(request: HttpRequest, body: WithdrawIn) -> HttpResponse:
    """Withdraw records of the provider by reference; from then on nobody is shown them."""
    actor, provider = provider_of(request)
    expect_room(actor, "record")
    records = [(int(subject), int(number)) for subject, _, number in (r.partition("-") for r in body.records)]

    def work() -> dict[str, Any]:
        kind = Withdrawal.Kind(body.kind)
        return asdict(withdrawals.withdraw(actor, provider, records, kind=kind, reason=body.reason))

    try:
        return once(request, f"withdraw {_digest(request)}", work)
    except IntakeError as error:
        if error.code == "record-unknown":
            missed(actor, "record", " ".join(body.records))
        raise


def _own(request: HttpRequest, number: str) -> tuple[Actor, Batch]:
    """Whom the client acts as, and the batch if it is its provider's; ``IntakeError`` otherwise."""
    actor, provider = provider_of(request)
    found = look_up(actor, "batch", number, Batch.objects.filter(pk=number, provider=provider).first)
    if found is None:
        raise IntakeError("batch-unknown", batch=number)
    return actor, found


def _file_name(digest: str) -> str:
    return f"api-{digest[:12]}.jsonl"


def _receipt_with_rows(made: Receipt) -> dict[str, Any]:
    """The receipt with the rows that its batch holds; a batch that was just made and held none back has none."""
    holding = made.repeated or made.quarantined or made.unlinked
    return _receipt(made) | {"held": receipts.held_page(made.batch) if holding else []}


def _receipt(made: Receipt) -> dict[str, Any]:
    return {name: value for name, value in made.to_json().items() if name in ReceiptOut.model_fields}


def _batch(found: Batch) -> dict[str, Any]:
    return _receipt(Receipt.from_json(found.receipt)) | {
        "recorded_at": found.recorded_at,
        "taken_back_at": found.taken_back_at,
    }


def _digest(request: HttpRequest) -> str:
    return hashlib.sha256(request.body).hexdigest()
