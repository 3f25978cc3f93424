"""What the interface takes and gives of rows, batches and resources, as typed JSON.

Invariant: the names are stable: others are added, none is renamed.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from ninja import Path, Schema
from pydantic import Field, StringConstraints

from quanxin.api.shapes import Reference, Sentence, Slug

BatchNumber = Path[Annotated[str, Field(pattern=r"^[0-9]{8}-[0-9]{6,}$", max_length=32)]]
BatchBefore = Annotated[str | None, Field(pattern=r"^[0-9]{8}-[0-9]{6,}$", max_length=32)]
SubmissionNumber = Path[Annotated[str, Field(pattern=r"^[0-9a-f]{20}$")]]


class Finding(Schema):
    """Something found in a row."""

    code: str
    severity: str
    field: str | None
    message: str
    message_en: str


class HeldRow(Schema):
    """A row that did not enter: its number in the batch, its bucket, its text, what was found."""

    row: int
    position: str
    bucket: Literal["quarantined", "unlinked"]
    original: dict[str, str]
    issues: list[Finding]


class Note(Schema):
    """What there is to know about a file beside its rows, e.g. a sheet that was not read."""

    code: str
    zh: str
    en: str


class ProofWaits(Schema):
    """That a receipt of the public log is there in a moment."""

    zh: str
    en: str


class ReceiptOut(Schema):
    """What became of a batch: accepted + updated + duplicate + quarantined + unlinked = received."""

    batch: str
    resource: str
    provider: str
    received: int
    accepted: int
    updated: int
    duplicate: int
    quarantined: int
    unlinked: int
    codes: dict[str, int]
    notes: list[Note]
    seconds: float
    file: str
    mode: str
    withdrawn: int
    replay_of: str | None
    repeated: bool


class ReceiptWithRows(ReceiptOut):
    """A receipt with the rows that were held, at most 1,000 of them."""

    held: list[HeldRow]


class SubmissionOut(Schema):
    """What was handed in to be taken in by a job: ``state`` ends as ``done``, with ``batch``, or as ``refused`` or
    ``cancelled``, with ``error``; ``step`` is what is being done."""

    id: str
    resource: str
    provider: str
    file: str
    bytes: int
    state: Literal["waiting", "running", "done", "refused", "cancelled"]
    step: Literal["reading", "checking", "matching", "committing"] | None
    moments: dict[str, str]
    attempts: int
    error: dict[str, Any] | None
    batch: str | None
    repeated: bool
    created_at: dt.datetime
    finished_at: dt.datetime | None


class BatchOut(ReceiptOut):
    """A batch among others."""

    recorded_at: dt.datetime
    taken_back_at: dt.datetime | None


class BatchPage(Schema):
    items: list[BatchOut]
    next: str | None


class HeldPage(Schema):
    items: list[HeldRow]
    next: int | None


class ReplayIn(Schema):
    """Corrections by row number (field key → text); none replays every held row as it is."""

    rows: dict[Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")], dict[Slug | str, str | None]] = Field(
        default_factory=dict
    )


class TakeBackIn(Schema):
    reason: Sentence


class WithdrawIn(Schema):
    """Records by reference, whether their decisions were revoked or they should not have been reported, and why."""

    records: list[Reference] = Field(min_length=1, max_length=1000)
    kind: Literal["revoked", "mistaken"]
    reason: Sentence


class WithdrawnOut(Schema):
    records: int
    restored: int
    held: int
    repeated: bool


class ResourceOut(Schema):
    """A catalogue resource in force, as the client may hand it in."""

    key: str
    title: str
    title_en: str
    providers: list[str]
    fields: list[dict[str, Any]]
