"""The command that makes forms: template.

Invariant: it writes one file, or prints one schema, and changes nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quanxin.terminal.access import ANYONE, may
from quanxin.terminal.output import emit


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(template)


@may(ANYONE)
def template(
    resource: Annotated[str, typer.Argument(help="目录资源，如 administrative-penalty / catalogue resource")],
    out: Annotated[Path | None, typer.Option(help="写到哪个 XLSX 文件 / the XLSX file to write")] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="输出 Table Schema（JSON） / print the Table Schema (JSON)")
    ] = False,
) -> None:
    """生成目录资源的报送模板。 / Make the template that departments fill in for a resource."""
    from quanxin.calendar import today
    from quanxin.intake.errors import IntakeError, translated
    from quanxin.intake.forms import table_schema, write_template
    from quanxin.runtime.pack import current_pack

    rules = current_pack().on(today())
    if resource not in rules.resources:
        raise IntakeError("resource-unknown", resource=resource, known=", ".join(sorted(rules.resources)))
    found = rules.resources[resource]
    if schema:
        emit(table_schema(found, rules))
        return
    target = out or Path(f"{resource}.xlsx")
    with translated(target), target.open("wb") as file:
        write_template(found, rules, file)
    emit({"template": str(target), "resource": resource, "fields": len(found.fields)})
