"""Commands about the quality of hand-ins: quality, sample.

Invariant: it reads and writes files that are asked for; the same month and moment give the same figures. A department's
clerk sees its own providers' figures, the centre everyone's.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal import when
from quanxin.terminal.access import actor, may
from quanxin.terminal.output import emit, table


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(quality)
    app.command()(sample)


@may(Role.CENTRE, Role.INTAKE)
def quality(
    month: Annotated[
        str | None, typer.Option(help="月份，如 2026-10；默认上月 / month, the last one by default")
    ] = None,
    provider: Annotated[list[str] | None, typer.Option(help="只看这些单位 / these providers alone")] = None,
    known_at: Annotated[
        dt.datetime | None,
        typer.Option(parser=when.named_moment, metavar="MOMENT", help="以何时已知情况统计 / as known at this moment"),
    ] = None,
    pdf: Annotated[Path | None, typer.Option(help="写出 PDF 通报 / write the bulletin as PDF")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="写出 XLSX 通报 / write it as XLSX")] = None,
) -> None:
    """报送质量：合规、完整、准确、迟报、重错码；月度通报。 / Quality of hand-ins, and the monthly bulletin."""
    from quanxin.intake.errors import translated
    from quanxin.intake.quality.bulletin import bulletin
    from quanxin.intake.quality.document import write_document
    from quanxin.intake.quality.period import last_month, read_month
    from quanxin.intake.quality.present import present
    from quanxin.intake.quality.workbook import write_workbook

    period = read_month(month) if month else last_month()
    made = bulletin(period, known_at=known_at, providers=_own(provider))
    shown = present(made, english=False)
    for path, write in ((pdf, write_document), (xlsx, write_workbook)):
        if path:
            with translated(path):
                path.write_bytes(write(shown))
    rows = [_line(line) for line in (*made.lines, made.total)]
    emit({"period": period.key, "known_at": made.known_at, "lines": rows}, show=_show)


@may(Role.CENTRE)
def sample(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="部门公示的名单 / a list that was published")
    ],
    resource: Annotated[str, typer.Option(help="目录资源 / catalogue resource")],
    provider: Annotated[str, typer.Option(help="报送单位 / provider")],
    seed: Annotated[str, typer.Option(help="抽样种子，用同一种子可复核 / the seed; the same one draws the same rows")],
    size: Annotated[int, typer.Option(min=1, max=100_000, help="抽取多少条 / how many rows to draw")] = 100,
) -> None:
    """瞒报抽查：抽取部门公示名单中的记录，查对是否报送过。 / Look for decisions that were not handed in."""
    from quanxin.intake.quality.bulletin import percent
    from quanxin.intake.quality.sampling import compare

    made = compare(actor(), file, resource=resource, provider=provider, size=size, seed=seed)
    emit(
        {
            "check": made.pk,
            "resource": resource,
            "provider": provider,
            "seed": seed,
            "listed": made.listed,
            "sampled": made.sampled,
            "found": made.found,
            "held": made.held,
            "missing": made.concealed,
            "concealment_percent": percent(made.concealed, made.sampled),
            "rows": made.missing,
        }
    )


def _own(asked: list[str] | None) -> list[str] | None:
    """The providers whose figures are shown, None for every one; raises ``NotAllowed`` for another's."""
    who = actor()
    if Role.CENTRE in who.roles:
        return asked
    for provider in asked or ():
        who.require(Role.INTAKE, provider)
    own = who.providers_of(Role.INTAKE)
    return asked or (None if own is None else sorted(own))


def _line(line: Any) -> dict[str, Any]:
    return {
        "line": line.key or "total",
        **dataclasses.asdict(line.counts),
        **{f"{name}_percent": rate for name, rate in dataclasses.asdict(line.rates).items()},
        "last": line.last,
        "below": [t.zh for t in line.below],
    }


def _show(shown: dict[str, Any]) -> Any:
    names = (
        "line",
        "received",
        "quarantined",
        "unlinked",
        "validity_percent",
        "completeness_percent",
        "accuracy_percent",
        "late_percent",
        "below",
    )
    rows = [{name: row[name] for name in names} for row in shown["lines"]]
    return table(f"报送质量 / Quality {shown['period']}", rows, empty="没有报送。 / Nothing was handed in.")
