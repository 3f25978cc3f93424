"""Commands about hand-ins: intake, batches, receipt, replay, take-back.

Invariant: a hand-in that left rows behind still succeeds; what was left is counted, and the receipt says how to go on.
An account that hands in for some providers sees and touches no other's batches.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal.access import actor, may
from quanxin.terminal.output import emit, progress, table


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(intake)
    app.command()(batches)
    app.command()(receipt)
    app.command()(replay)
    app.command()(take_back)


@may(Role.INTAKE)
def intake(
    files: Annotated[
        list[str], typer.Argument(help="部门文件：CSV、XLSX、JSON Lines、Parquet；Spark 引擎另可为目录或 URL / files")
    ],
    resource: Annotated[str, typer.Option(help="目录资源，如 administrative-penalty / catalogue resource")],
    provider: Annotated[str, typer.Option(help="提供单位，如 market-regulation / provider")],
    replace: Annotated[
        bool, typer.Option("--replace/--append", help="替换：文件中没有的记录撤回 / withdraw what the file lacks")
    ] = False,
    mapping: Annotated[
        Path | None, typer.Option("--map", help="表头对照文件（YAML：表头: 字段） / header → field, YAML or JSON")
    ] = None,
    engine: Annotated[Literal["duckdb", "spark"], typer.Option(help="校验引擎 / what checks the rows")] = "duckdb",
    master: Annotated[
        str | None, typer.Option(help="Spark 集群，如 spark://host:7077、local[4] / Spark's master")
    ] = None,
    out: Annotated[
        str | None, typer.Option(help="Spark 校验结果存放的目录或 URL / where Spark leaves the checked rows")
    ] = None,
) -> None:
    """接收部门文件，逐行给出去向。 / Take departments' files in and account for every row."""
    from quanxin.intake import at_scale
    from quanxin.intake.pipeline import intake as take_in
    from quanxin.intake.reading import read_mapping

    headers = read_mapping(mapping) if mapping else None
    mode: Literal["append", "replace"] = "replace" if replace else "append"
    if engine == "duckdb" and (master or out):
        raise typer.BadParameter("--master 和 --out 只用于 --engine spark / are for --engine spark only")
    for file in files:
        with progress() as tell:
            common: dict[str, Any] = {
                "resource": resource, "provider": provider, "actor": actor(), "mode": mode, "mapping": headers,
                "on_progress": tell,
            }  # fmt: skip
            spark = engine == "spark"
            made = at_scale.intake(file, master=master, out=out, **common) if spark else take_in(Path(file), **common)
        emit(made.to_json(), show=_show_receipt)


@may(Role.INTAKE)
def batches(limit: Annotated[int, typer.Option(min=1, help="最多列出多少批 / how many at most")] = 20) -> None:
    """列出最近的批次。 / List the latest batches."""
    from quanxin.archive.models import Batch

    own = actor().providers_of(Role.INTAKE)
    found = Batch.objects.all() if own is None else Batch.objects.filter(provider__in=own)
    keys = ("batch", "resource", "provider", "received", "accepted", "updated", "duplicate", "quarantined", "unlinked")
    rows = [{k: b.receipt[k] for k in keys} | {"at": b.recorded_at.isoformat()} for b in found[:limit]]
    emit(rows, show=_show_batches)


@may(Role.INTAKE)
def receipt(
    batch: Annotated[str, typer.Argument(help="批次号 / batch")],
    rows: Annotated[bool, typer.Option("--rows", help="列出未入库的行 / list the rows that are held")] = False,
    out: Annotated[Path | None, typer.Option(help="导出带处理结果的 XLSX / annotated XLSX")] = None,
    proof: Annotated[Path | None, typer.Option(help="导出可离线核验的存证凭证 / what proves it offline")] = None,
) -> None:
    """查看回执。 / Show a receipt."""
    from quanxin.intake import receipts
    from quanxin.ledger import receipt_file

    made = receipts.receipt_of(batch)
    actor().require(Role.INTAKE, made.provider)
    if proof:
        receipt_file.write("batch", f"batch:{batch}", proof)
    elif out:
        receipts.write_annotated(batch, out)
        emit({"batch": batch, "out": str(out)})
    elif rows:
        held = receipts.held_rows(batch)
        emit(held, show=lambda found: table(f"{batch} 未入库的行 / rows held", found, empty="没有未入库的行。"))
    else:
        emit(made.to_json(), show=_show_receipt)


@may(Role.INTAKE)
def replay(
    batch: Annotated[str, typer.Argument(help="批次号 / batch")],
    corrections: Annotated[
        Path | None, typer.Option(help="更正（JSON：行号 → {字段: 值}） / corrections by row number, JSON")
    ] = None,
) -> None:
    """重放未入库的行（规则、主体或内容已更正后）。 / Take held rows in again."""
    import json

    from quanxin.intake.replay import replay as take_again

    rows: dict[int, dict[str, str | None]] | None = None
    if corrections:
        rows = {int(number): cells for number, cells in json.loads(corrections.read_text(encoding="utf-8")).items()}
    emit(take_again(batch, actor=actor(), rows=rows).to_json(), show=_show_receipt)


@may(Role.INTAKE)
def take_back(
    batch: Annotated[str, typer.Argument(help="批次号 / batch")],
    reason: Annotated[str, typer.Option(help="理由（必填） / the reason")],
) -> None:
    """撤回整批：所入记录退出，此前的版本恢复。 / Take a whole batch back; what it replaced stands again."""
    from dataclasses import asdict

    from quanxin.intake import withdrawals

    emit(asdict(withdrawals.take_back(actor(), batch, reason=reason)))


def _show_batches(rows: list[dict[str, Any]]) -> Any:
    """Batches for people: few columns, so that they stand beside each other on a narrow terminal."""
    labels = {
        "received": "收到",
        "accepted": "接收",
        "updated": "更新",
        "duplicate": "重复",
        "quarantined": "待更正",
        "unlinked": "待关联",
    }
    shown = [
        {"批次 batch": row["batch"], "资源 resource": row["resource"]}
        | {label: row[key] for key, label in labels.items()}
        for row in rows
    ]
    return table("批次 / Batches", shown, empty="还没有批次，用 quanxin intake 提交第一份文件。")


def _show_receipt(receipt: dict[str, Any]) -> Any:
    """A receipt for people: the buckets that add up, then each code with its title and its rows."""
    from rich.console import Group
    from rich.text import Text

    from quanxin.engine.taxonomy import ERRORS

    labels = {
        "received": "收到 received", "accepted": "已接收 accepted", "updated": "已更新 updated",
        "duplicate": "重复 duplicate", "quarantined": "待更正 quarantined", "unlinked": "待关联 unlinked",
    }  # fmt: skip
    counts = table(
        f"回执 {receipt['batch']}  {receipt['resource']} ← {receipt['provider']}  {receipt['file']}",
        [{label: f"{receipt[key]:,}" for key, label in labels.items()}],
    )
    codes = [
        {"代码 code": code, "说明 meaning": ERRORS[code].zh if code in ERRORS else "", "行数 rows": f"{n:,}"}
        for code, n in receipt["codes"].items()
    ]
    parts: list[Any] = [counts]
    if receipt["repeated"]:
        parts.append(Text("同一文件此前已接收，未作任何更改。 / Taken in before; nothing changed."))
    parts += [Text(f"{note['zh']} / {note['en']}") for note in receipt["notes"]]
    if codes:
        parts.append(table("发现的问题 / Findings", codes))
    if receipt["quarantined"] or receipt["unlinked"]:
        parts.append(
            Text(f"下一步：quanxin receipt {receipt['batch']} --out 回执.xlsx，更正后重新提交或 quanxin replay。")
        )
    return Group(*parts)
