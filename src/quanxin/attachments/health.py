"""What ``quanxin doctor`` says of attachments.

Invariant: looking changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from quanxin.attachments import scanning, storage
from quanxin.attachments.models import Attachment, Kind, Verdict
from quanxin.runtime.finding import Finding, attention, ok, problem


def findings() -> Iterator[Finding]:
    """Whether there is a scanner that answers, whether files wait for it, and whether their folder is closed."""
    yield from _scanner()
    waiting = Attachment.objects.filter(removed_at=None, verdict=Verdict.WAITING).count()
    if waiting:
        yield attention(
            "attachments",
            (f"{waiting} 个附件等待查毒，暂不能下载", f"{waiting} attachments wait for the scanner and cannot be had"),
            ("请恢复查毒程序；后台任务每 5 分钟重试", "See to the scanner; the worker tries again every 5 minutes"),
        )
    unknown = sorted(set(settings.ATTACHMENT_MB) - {"", *Kind.values})
    if unknown:
        yield attention(
            "attachments",
            (
                f"QUANXIN_ATTACHMENT_MB 中没有这样的材料种类：{'、'.join(unknown)}",
                f"QUANXIN_ATTACHMENT_MB names unknown kinds: {', '.join(unknown)}",
            ),
            (f"可用种类：{'、'.join(Kind.values)}", f"Kinds there are: {', '.join(Kind.values)}"),
        )
    root = storage.root()
    if root.is_dir() and root.stat().st_mode & 0o077:
        yield problem(
            "attachments",
            (f"其他用户可以进入附件目录 {root}", f"Other users can enter {root}"),
            (f"请运行 chmod -R go= {root}", f"Run chmod -R go= {root}"),
        )


def _scanner() -> Iterator[Finding]:
    scanner = scanning.scanner()
    if scanner is None:
        yield attention(
            "antivirus",
            ("没有查毒程序：附件只按内容检查", "There is no virus scanner: attachments are checked by content alone"),
            ("建议安装 clamd 并设置 QUANXIN_ANTIVIRUS", "Install clamd and set QUANXIN_ANTIVIRUS"),
        )
    elif scanner.answers():
        yield ok("antivirus", "查毒程序正常应答", "The virus scanner answers")
    else:
        yield problem(
            "antivirus",
            (f"查毒程序没有应答：{scanner}", f"The virus scanner does not answer: {scanner}"),
            ("请启动 clamd，并核对 QUANXIN_ANTIVIRUS", "Start clamd, and check QUANXIN_ANTIVIRUS"),
        )
