"""The same rows checked as few and as many, each undone: what both say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction

from quanxin.accounts.actors import Actor
from quanxin.accounts.models import AuditLine
from quanxin.archive.models import Access
from quanxin.calendar import now, travel
from quanxin.checks import checking
from quanxin.checks.asked import Row
from quanxin.checks.models import Check
from quanxin.policy.checks import CheckItem

WHAT = ("position", "subject_id", "code", "name", "verdict", "findings", "digest")
Said = tuple[list[dict[str, Any]], dict[str, int], str, list[Any], list[Any]]


def both_ways(actor: Actor, item: CheckItem, rows: Sequence[Row], monkeypatch: pytest.MonkeyPatch) -> tuple[Said, Said]:
    """The results, the counts, the digest and the lines of a check of rows: as few, and as many."""
    monkeypatch.setattr(checking, "number_of", lambda _day: "XH20260101000001")
    with travel(now()):
        few, many = (_said(actor, item, rows, most, monkeypatch) for most in (len(rows), 0))
    different = [pair for pair in zip(few[0], many[0], strict=True) if pair[0] != pair[1]]
    assert not different, different[0]
    return few, many


def _said(actor: Actor, item: CheckItem, rows: Sequence[Row], few: int, monkeypatch: pytest.MonkeyPatch) -> Said:
    monkeypatch.setattr(checking, "FEW", few)
    seen, lines = Access.objects.count(), AuditLine.objects.count()
    with transaction.atomic():
        made = checking.carry_out(actor, checking.Asking(item, "样例", "样例-1", Check.Source.LIST), rows)
        results = list(
            made.results.order_by("position").values(
                "position", "subject_id", "code", "name", "verdict", "findings", "digest"
            )
        )
        accesses = list(Access.objects.order_by("pk").values_list("viewer", "actor", "purpose", "subject_id")[seen:])
        audited = list(AuditLine.objects.order_by("pk").values_list("act", "target")[lines:])
        said = results, made.counts, made.digest, accesses, audited
        transaction.set_rollback(True)
    return said
