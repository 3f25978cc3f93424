"""Whether what intake needs lies on this machine, for ``quanxin doctor``.

Invariant: looking changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from quanxin.archive import lake
from quanxin.archive.models import Batch
from quanxin.intake import inbox
from quanxin.intake.models import Submission
from quanxin.runtime.finding import Finding, attention, ok, problem

LATEST = 50  # batches that are looked at


def shared() -> Iterator[Finding]:
    """Whether the files that wait to be taken in, and those of the latest batches, are in this data directory."""
    waiting = Submission.objects.filter(finished_at=None).values_list("path", flat=True)
    elsewhere = sum(not (inbox.root() / path).exists() for path in waiting)
    if elsewhere:
        yield attention(
            "shared",
            (
                f"{elsewhere} 个提交的文件不在本机的 inbox/ 中，等待有该文件的机器接收",
                f"{elsewhere} submissions wait for a machine that has their files, which are not in this inbox/",
            ),
            (
                "请让各台机器共用数据目录，或在收到文件的机器上运行 quanxin worker",
                "Have the machines share the data directory, or run quanxin worker where the files were handed in",
            ),
        )
    manifests = Batch.objects.order_by("-recorded_at").values_list("manifest", flat=True)[:LATEST]
    lost = sum(any(not (lake.root() / part["path"]).exists() for part in manifest) for manifest in manifests)
    if lost:
        yield problem(
            "shared",
            (
                f"最近 {LATEST} 批中有 {lost} 批的镜像文件不在本机",
                f"The files of {lost} of the latest {LATEST} batches are not on this machine",
            ),
            (
                "请让各台机器共用 lake/（见文档“部署”），或从备份放回",
                "Have the machines share lake/ (see the page on deploying), or put it back from a backup",
            ),
        )
    if not elsewhere and not lost:
        yield ok("shared", "待接收的文件和镜像都在本机", "What waits to be taken in, and the lake, are on this machine")
