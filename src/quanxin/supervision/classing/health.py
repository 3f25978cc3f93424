"""Whether the classes that stand are those that the records give, for ``quanxin doctor``.

Invariant: looking changes no class.
"""

from __future__ import annotations

from collections.abc import Iterator

from quanxin.archive import followers
from quanxin.runtime.finding import Finding, attention, ok, problem
from quanxin.supervision.classing import standings


def findings() -> Iterator[Finding]:
    """Whether classes follow what happened."""
    if waiting := followers.lag(standings.CLASSES.name):
        yield attention(
            "classes",
            (f"等级尚未跟进 {waiting:,} 个变更", f"Classes do not follow {waiting:,} events yet"),
            ("若持续增加，请确认 quanxin worker 正在运行", "If they become more, see that quanxin worker runs"),
        )
    else:
        yield ok("classes", "分级分类等级已跟进档案", "classes follow the archive")


def deep() -> Iterator[Finding]:
    """Whether reckoning everyone anew gives the classes that stand."""
    if count := standings.differences():
        yield problem(
            "classes-deep",
            (f"{count:,} 个等级与记录不符", f"{count:,} classes are not what the records give"),
            ("请确认 quanxin worker 正在运行，并查明原因", "See that quanxin worker runs, and find out why"),
        )
    else:
        yield ok("classes-deep", "等级与记录一致", "classes are what the records give")
