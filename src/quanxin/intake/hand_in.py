"""What is handed in, and whether the same file was before.

Invariant: a file is known by its bytes, under one resource, provider and mode; the same file twice changes nothing, unless
what it made was taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from quanxin.accounts import Actor
from quanxin.archive.models import Batch
from quanxin.intake.receipt import Receipt
from quanxin.policy import Pack, Rules
from quanxin.policy.model import Resource

Mode = Literal["append", "replace"]


@dataclass(frozen=True, slots=True)
class HandIn:
    """What is handed in, by whom, under which resource and rules."""

    resource: Resource
    rules: Rules
    pack: Pack
    provider: str
    actor: Actor
    mode: Mode
    file: str
    sha256: str
    replay_of: str | None = None


def earlier_receipts(hand_ins: Sequence[HandIn]) -> dict[int, Receipt]:
    """The receipts of those of the hand-ins, by their places, whose file made a batch before; replays never did."""
    first = hand_ins[0]
    asked = {(h.provider, h.sha256): n for n, h in enumerate(hand_ins) if not h.replay_of}
    if not asked:
        return {}
    found = Batch.objects.filter(
        resource=first.resource.key,
        provider__in={h.provider for h in hand_ins},
        mode=first.mode,
        file_sha256__in={h.sha256 for h in hand_ins},
        replay_of=None,
        taken_back_at=None,
    ).values_list("provider", "file_sha256", "receipt")
    return {
        asked[provider, sha256]: Receipt.from_json(receipt, repeated=True)
        for provider, sha256, receipt in found
        if (provider, sha256) in asked
    }


def earlier_batch(resource: str, provider: str, mode: str, digest: str) -> Batch | None:
    """The batch that the same file made before, if any."""
    return Batch.objects.filter(
        resource=resource, provider=provider, mode=mode, file_sha256=digest, replay_of=None, taken_back_at=None
    ).first()
