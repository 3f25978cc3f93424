"""What a check says of somebody: the verdict, the findings behind it, and the digest of what was said.

Invariant: what is said of one is said of each of a hundred thousand by ``many``, sign by sign. ``restricted`` rests on a measure
of the item that follows from a finding and is not suspended; a finding without one is a hint. What is said is said as JSON that
stays as it is.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from quanxin.checks.asked import Asked
from quanxin.checks.models import Result
from quanxin.checks.reading import Found
from quanxin.policy.checks import CheckItem
from quanxin.policy.consequences import Measure
from quanxin.runtime.free_text import masked

Verdict = Result.Verdict


def judge(asked: Asked, found: Sequence[Found]) -> tuple[str, list[dict[str, Any]]]:
    """The verdict about whom a row asks about, and the findings as JSON."""
    if asked.verdict:
        return asked.verdict, []
    findings = [finding(one) for one in found]
    if any(one["measures"] for one in findings):
        return Verdict.RESTRICTED, findings
    return (Verdict.HINT if findings else Verdict.CLEAR), findings


def finding(one: Found) -> dict[str, Any]:
    """A finding: the record, its source, until when it counts, and each measure with its articles.

    ``suspended`` are measures of which nothing may follow for now, because the record is disputed.
    """
    record = one.record
    return {
        "record": f"{record.subject_id}-{record.id}",
        "resource": record.resource,
        "list": one.list,
        "since": _day(record.event_date),
        "until": _day(one.until),
        "source": record.provider,
        "disputed": one.disputed,
        "measures": [
            rule_of(c.rule) | {"since": _day(c.since), "until": _day(c.until)} for c in one.follows if not c.suspended
        ],
        "suspended": [c.measure for c in one.follows if c.suspended],
    }


@cache
def rule_of(rule: Measure) -> dict[str, Any]:
    """What a finding says of a measure, whoever it is about."""
    basis = [one.model_dump(mode="json", exclude_none=True) for one in rule.basis]
    return {"measure": rule.key, "title": rule.title.model_dump(), "must": rule.must, "basis": basis}


def shown(asked: Asked) -> tuple[str, str]:
    """The code and the name under which a result is kept: of a natural person none, of who is not in the register what was
    stated, without personal numbers."""
    if asked.subject is None:
        code, name = masked((asked.row.code, asked.row.name))
    else:
        code, name = ("", "") if asked.subject.natural else (asked.row.code, asked.subject.name)
    return code[:64], name[:400]


def said(item: CheckItem, check: str, asked: Asked, verdict: str, findings: Sequence[Any]) -> str:
    """The digest of a result: SHA-256 of its canonical JSON, with the digest of what the check is about."""
    whole = {
        "check": check,
        "item": item.key,
        "position": asked.row.position,
        "subject": asked.subject.pk if asked.subject else None,
        "code": shown(asked)[0],
        "verdict": str(verdict),
        "findings": list(findings),
    }
    return digest_of(whole)


def digest_of(value: Any) -> str:
    """SHA-256 of a value as canonical JSON, in UTF-8."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def canonical(value: Any) -> str:
    """A value as JSON with its keys in order and no blanks."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def whole_of(check: Mapping[str, Any], digests: Iterable[str]) -> str:
    """The digest of a check: of what it is about, and of its results in their order."""
    return digest_of({**check, "results": list(digests)})


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
