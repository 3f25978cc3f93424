"""The command ``quanxin report``: a report about an organisation, in a file.

Invariant: without a purpose it is the report that the public may have; with one, a department's, read by its own right and for a
matter that it names. A file is written whole or not at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal.access import actor, may
from quanxin.terminal.output import emit


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(report)


@may(Role.WINDOW, Role.CENTRE, Role.INTAKE, Role.DECIDER)
def report(
    code: Annotated[str, typer.Argument(help="统一社会信用代码 / code of the subject")],
    out: Annotated[Path, typer.Option("--out", help="写入的文件，.pdf 或 .json / file to write")],
    purpose: Annotated[str, typer.Option("--purpose", help="部门查询的用途 / purpose of a department")] = "",
    matter: Annotated[str, typer.Option("--matter", help="办理的事项，与用途同填 / the matter, with a purpose")] = "",
    english: Annotated[bool, typer.Option("--english", help="英文报告 / in English")] = False,
) -> None:
    """出具主体的信用报告。 / Issue a report about a subject."""
    from quanxin.reports.errors import ReportError
    from quanxin.reports.office import issue_for

    if out.suffix not in (".pdf", ".json"):
        raise ReportError("form-unknown")
    made, body = issue_for(
        actor(), code, form=out.suffix[1:], purpose=purpose, matter=matter, lang="en" if english else "zh"
    )
    part = out.with_name(f".{out.name}.part")
    part.write_bytes(body)
    part.replace(out)
    emit({"number": made.number, "title": made.title, "valid_until": made.valid_until, "file": str(out)})
