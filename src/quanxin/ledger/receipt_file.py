"""Writing a receipt to a file, for commands.

Invariant: what waits for its place is no error; what is not there, or was forgotten, is said in words.
"""

from __future__ import annotations

from pathlib import Path

from quanxin.ledger import log_reading
from quanxin.terminal.output import emit, fail


def write(kind: str, about: str, out: Path) -> None:
    """Write the receipt of a leaf, or say that it waits for its place."""
    found = log_reading.offered(kind, about)
    if found.waits:
        emit(
            {
                "waits": True,
                "zh": "正在记入公开日志，约一秒后再取。",
                "en": "It is being put into the log: ask again in a second.",
            }
        )
        return
    made = found.file()
    if made is None:
        fail(
            "没有这一项，或者内容已按规定清除。",
            "There is no such leaf, or what opened it was forgotten as it must be.",
        )
    out.write_bytes(made)
    emit({"file": str(out), "place": found.leaf.place if found.leaf else None})
