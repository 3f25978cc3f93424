"""The command that writes records in the national layout: export.

Invariant: the file appears whole or not at all, and the export is in the audit.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal import when
from quanxin.terminal.access import actor, may
from quanxin.terminal.output import emit, fail


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(export)


@may(Role.CENTRE, Role.INTAKE)
def export(
    resource: Annotated[str, typer.Argument(help="目录资源，如 administrative-penalty / catalogue resource")],
    out: Annotated[Path, typer.Option(help="写到哪个 .xlsx 或 .xml 文件 / the .xlsx or .xml file to write")],
    first: Annotated[
        dt.date, typer.Option("--from", parser=when.named_day, metavar="YYYY-MM-DD", help="决定日期起 / decided from")
    ],
    last: Annotated[
        dt.date, typer.Option("--until", parser=when.named_day, metavar="YYYY-MM-DD", help="决定日期止 / decided until")
    ],
    provider: Annotated[str, typer.Option(help="只导出该单位报送的 / of one provider")] = "",
) -> None:
    """按国家双公示格式导出（XLSX 或 ROWDATA XML）。 / Export in the national layout (XLSX or the ROWDATA XML)."""
    from quanxin.sharing import national_export

    kind = out.suffix.lower()
    if kind not in (".xlsx", ".xml"):
        fail("文件名须以 .xlsx 或 .xml 结尾。", "The file's name must end in .xlsx or .xml.")
    made = national_export.export(
        actor(),
        resource,
        out,
        kind="xlsx" if kind == ".xlsx" else "xml",
        first=first,
        last=last,
        provider=provider,
    )
    emit({"file": str(out), "resource": resource, "rows": made.rows, "fields": made.fields})
