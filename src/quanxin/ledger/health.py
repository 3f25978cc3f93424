"""What the doctor says of the sealed lines.

Invariant: looking changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from quanxin.calendar import today
from quanxin.ledger import proving
from quanxin.runtime.finding import Finding, attention, ok, problem

LATE = dt.timedelta(days=2)  # after which a day should have its seal


def findings() -> Iterator[Finding]:
    """Whether days that are over have been sealed."""
    waiting = proving.unsealed_since()
    if waiting is not None and waiting <= today() - LATE:
        yield attention(
            "ledger",
            (f"审计自 {waiting} 起没有封存", f"The audit has not been sealed since {waiting}"),
            ("请运行 quanxin worker，或 quanxin audit seal", "Run quanxin worker, or quanxin audit seal"),
        )
    else:
        yield ok("ledger", "审计按日封存", "The audit is sealed day by day")


def deep() -> Iterator[Finding]:
    """Whether the lines are those that were sealed; the first day that is broken is named."""
    days = lines = 0
    broken: list[proving.Proof] = []
    for proof in proving.prove():
        days, lines = days + 1, lines + proof.lines
        broken += [proof] if proof.wrong else []
    if not broken:
        yield ok("ledger-deep", f"已核对 {days} 日 {lines:,} 行审计", f"{lines:,} lines of {days} sealed days proven")
        return
    first = broken[0]
    what = ", ".join(first.wrong)
    yield problem(
        "ledger-deep",
        (
            f"审计封存自 {first.day} 起不符（{what}），共 {len(broken)} 日",
            f"From {first.day} on the sealed lines are not those that were sealed ({what}); {len(broken)} days in all",
        ),
        (
            "有人绕过系统更改了数据库：请保全现场，与备份和另存的封存值比对",
            "Somebody changed the database past the platform: keep it as it is, and compare with backups and kept seals",
        ),
    )
