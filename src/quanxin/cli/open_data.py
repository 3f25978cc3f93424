"""The command that publishes open data: open-data.

Invariant: what it does here the worker does every night.
"""

from __future__ import annotations

import typer

from quanxin.terminal.access import MACHINE, may
from quanxin.terminal.output import emit, fail


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("open-data")(publish)


@may(MACHINE)
def publish() -> None:
    """生成今天的开放数据（CSV、Parquet、清单）。 / Write today's open data."""
    from quanxin.archive import open_data

    made = open_data.publish()
    if made is None:
        fail("另一个进程正在生成开放数据。", "Another process is writing the open data.")
    emit({"day": made.day, "datasets": len(made.datasets), "rows": sum(one.rows for one in made.datasets)})
