"""What ``quanxin doctor`` says of the drop folder.

Invariant: looking changes nothing.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator

from quanxin.intake import drop_folder, drop_results, drop_scan
from quanxin.runtime.finding import Finding, attention, ok, problem


def findings() -> Iterator[Finding]:
    """Whether only the platform can exchange the folders of the root, only departments write to theirs, and nobody but
    the platform to the answers."""
    base = drop_scan.root()
    if base is None:
        return
    if not base.is_dir():
        yield problem(
            "drop-folder",
            (f"没有投递目录 {base}", f"There is no drop folder {base}"),
            ("请建立该目录，或改正 QUANXIN_DROP_DIR", "Make it, or correct QUANXIN_DROP_DIR"),
        )
        return
    results = drop_results.root(base)
    for folder in (base, *([results] if results.is_dir() else [])):
        if drop_folder.unsafe(folder):
            yield problem(
                "drop-folder",
                (
                    f"平台以外的用户可以改动 {folder}，任何人都能冒充其他单位",
                    f"Others than the platform can change {folder}: anybody could pass for another department",
                ),
                (
                    f"请运行 chown <运行平台的用户> {folder} 和 chmod go-w {folder}",
                    f"Run chown <the platform's user> {folder} and chmod go-w {folder}",
                ),
            )
            return
    open_to_all = sorted(one.name for one in base.iterdir() if one.is_dir() and one.lstat().st_mode & stat.S_IWOTH)
    if open_to_all:
        yield attention(
            "drop-folder",
            (
                f"任何用户都可写入投递目录中的 {'、'.join(open_to_all)}，其中的文件不会接收",
                f"Any user can write to {', '.join(open_to_all)} in the drop folder; files there are refused",
            ),
            (
                "请运行 chmod o-w，并让文件夹属于该单位的用户或用户组",
                "Run chmod o-w and give each folder to its department's user or group",
            ),
        )
    else:
        yield ok("drop-folder", f"投递目录 {base} 可用", f"The drop folder {base} is safe")
