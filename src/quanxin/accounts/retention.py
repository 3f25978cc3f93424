"""Keeping to terms: what is kept for a while goes when its while is over, every night, and each time leaves a line.

Invariant: a room removes what is its own; here is written down that it did, and when, so that a night without it shows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from django.db.models import Max, Min

from quanxin.accounts.actors import Actor
from quanxin.accounts.models import AuditLine, audit
from quanxin.calendar import now
from quanxin.runtime import slices
from quanxin.runtime.finding import Finding, attention, ok

ACT = "retention.run"
KINDS = tuple(sorted(term.kind for term in slices.terms()))  # what has a term, each with its job
LATE = dt.timedelta(days=2)


def keep_to_term(kind: str, remove: Callable[[], int]) -> Callable[[], int]:
    """A job that has ``remove`` done, which returns how much went, and leaves the line of it."""

    if kind not in KINDS:
        raise ValueError(kind)

    def keeping() -> int:
        removed = remove()
        audit(Actor("job:retention", frozenset()), ACT, kind, removed=removed)
        return removed

    return keeping


def findings() -> Iterator[Finding]:
    """Whether each night removed what was over."""
    at = now()
    begun = AuditLine.objects.aggregate(first=Min("at"))["first"]
    ran = dict(AuditLine.objects.filter(act=ACT, at__gt=at - LATE).values_list("target").annotate(last=Max("at")))
    missing = [kind for kind in KINDS if kind not in ran]
    if begun is not None and begun < at - LATE and missing:
        yield attention(
            "retention",
            (
                f"超过两天没有清理到期的内容：{'、'.join(missing)}",
                f"For two days nothing was removed that is past its term: {', '.join(missing)}",
            ),
            ("请运行 quanxin worker", "Run quanxin worker"),
        )
    else:
        yield ok("retention", "到期的登录记录、令牌、会话、应答按时清理", "What is past its term goes every night")
