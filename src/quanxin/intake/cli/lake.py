"""Commands about the lake: lake show, lake compact.

Invariant: compaction changes no answer; it may be run beside intakes and workers, and again.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from quanxin.terminal.access import MACHINE, may
from quanxin.terminal.output import emit, table

lake = typer.Typer(help="列式镜像（lake）。 / The lake: the archive in columns.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(lake, name="lake")


@lake.command()
@may(MACHINE)
def show() -> None:
    """列式镜像的文件数、行数、大小和已失效行数。 / Files, rows and bytes of each resource."""
    from quanxin.intake import lake_upkeep

    emit([asdict(one) for one in lake_upkeep.figures()], show=_table)


@lake.command()
@may(MACHINE)
def compact(
    resource: Annotated[str | None, typer.Option(help="只压缩该资源 / this resource alone")] = None,
    least: Annotated[int, typer.Option(min=2, help="至少有多少个文件才压缩 / from how many files on")] = 2,
) -> None:
    """把每项资源的小文件合并为一个。 / Make one file of each resource's many."""
    from quanxin.intake import lake_upkeep

    emit([asdict(one) for one in lake_upkeep.compact_some(least, only=resource)], show=_table)


def _table(rows: list[dict[str, Any]]) -> Any:
    return table("列式镜像 / Lake", rows, empty="没有可列的文件。 / There are no files.")
