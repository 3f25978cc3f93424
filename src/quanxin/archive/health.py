"""Whether the lake is whole and whoever follows the archive's events keeps up, for ``quanxin doctor``.

Invariant: looking changes nothing, and acts on no event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from quanxin.archive import events, followers
from quanxin.archive.lake import orphans
from quanxin.runtime.finding import Finding, attention, ok

LATE = dt.timedelta(minutes=10)  # what an event may wait for its follower


def lake() -> Iterator[Finding]:
    """Whether files lie in the lake that no batch names, left by an intake that was killed."""
    lost = orphans()
    if lost:
        yield attention(
            "lake",
            (f"列式镜像中有 {len(lost)} 个文件不属于任何批次", f"{len(lost)} files of the lake belong to no batch"),
            ("下次接收同类文件时会自动清除", "The next intake of their resource clears them away"),
        )
    else:
        yield ok("lake", "列式镜像与批次一致", "The lake agrees with the batches")


def set_aside() -> Iterator[Finding]:
    """Whether anything that events asked for is set aside."""
    if count := followers.waiting():
        yield attention(
            "events",
            (f"有 {count:,} 项变更的后续处理失败，已搁置", f"{count:,} follow-ups of changes failed and are set aside"),
            (
                "请用 quanxin events list 查看原因，处理后运行 quanxin events retry",
                "See why with quanxin events list, mend it, then run quanxin events retry",
            ),
        )
    else:
        yield ok("events", "没有搁置的变更", "No event is set aside")


def lags() -> Iterator[Finding]:
    """How far each subscriber has come, and how much it set aside."""
    for soon in events.handlers_soon():
        members = list(soon.members())
        ready = [member.name for member in members if member.ready()]  # others wait for something of their own
        lag = max(map(followers.lag, ready), default=0)
        late = max(map(followers.behind, ready), default=dt.timedelta())
        aside = sum(followers.waiting(member.name) for member in members)
        said = (
            f"{soon.name}：尚有 {lag:,} 个变更未处理，搁置 {aside:,} 项",
            f"{soon.name}: {lag:,} events to look at, {aside:,} set aside",
        )
        if late > LATE:
            advice = ("请确认 quanxin worker 正在运行，并查看其日志", "See that quanxin worker runs, and read its log")
            yield attention("followers", said, advice)
        else:
            yield ok("followers", *said)
