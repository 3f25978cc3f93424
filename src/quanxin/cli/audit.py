"""Commands about the audit: audit seal, days, missed, export, verify, key, rotate-key.

Invariant: nothing here changes a line; what is taken away is signed, and taking it away leaves a line of its own.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal import when
from quanxin.terminal.access import ANYONE, MACHINE, actor, may
from quanxin.terminal.output import emit, fail, table

audit = typer.Typer(help="审计：封存、导出、验证。 / The audit: sealing, export, verification.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(audit, name="audit")


@audit.command()
@may(MACHINE)
def seal() -> None:
    """封存已结束而尚未封存的各日（工作进程每小时自动进行）。 / Seal the days that are over, as the worker does every hour."""
    from quanxin.ledger import sealing

    made = sealing.seal_days(actor())
    emit(
        [{"day": one.day, "digest": one.digest} for one in made], lambda found: table("封存 / sealed", found, empty="—")
    )


@audit.command()
@may(Role.AUDITOR)
def days() -> None:
    """列出各日的封存值，可另行保存以备比对。 / List the days' digests; keep them elsewhere to compare."""
    from quanxin.ledger.models import Seal

    rows = [
        {"day": one.day, "lines": sum(t["lines"] for t in one.tables.values()), "digest": one.digest}
        for one in Seal.objects.order_by("day")
    ]
    emit(rows, lambda found: table("封存 / sealed days", found, empty="quanxin audit seal"))


@audit.command()
@may(Role.AUDITOR)
def export(
    out: Annotated[Path, typer.Argument(help="写到哪个文件：.csv、.xlsx 或 .json / the file to write")],
    what: Annotated[
        Literal["acts", "accesses", "sign-ins"], typer.Option(help="行为、查询记录或登录 / which lines")
    ] = "acts",
    since: Annotated[str | None, typer.Option(help="起始日（YYYY-MM-DD），默认今天 / first day")] = None,
    until: Annotated[str | None, typer.Option(help="截止日，默认同起始日 / last day")] = None,
) -> None:
    """导出若干日的审计，签名写在旁边的 .sig 文件。 / Write days of the audit to a file, its signature beside it."""
    from quanxin.accounts.models import AuditLine, SignIn
    from quanxin.accounts.models import audit as note
    from quanxin.archive.models import Access
    from quanxin.calendar import today
    from quanxin.desk import audit
    from quanxin.ledger import lines, signed
    from quanxin.pages.tables import content_of

    kind = out.suffix.removeprefix(".")
    if kind not in audit.KINDS:
        fail("文件名应以 .csv、.xlsx 或 .json 结尾。", "The file's name ends in .csv, .xlsx or .json.", code=2)
    first = when.day(since) or today()
    last = when.day(until) or first
    between: dict[str, Any] = {"at__gte": lines.end_of(first - dt.timedelta(days=1)), "at__lt": lines.end_of(last)}
    match what:
        case "acts":
            made = audit.acts_table(AuditLine.objects.filter(**between).order_by("id"))
        case "accesses":
            made = audit.accesses_table(Access.objects.filter(**between).order_by("id"))
        case "sign-ins":
            made = audit.sign_ins_table(SignIn.objects.filter(**between).order_by("id"))
    about = {"what": what, "from": first.isoformat(), "until": last.isoformat(), "complete": True}
    note(actor(), "audit.read", what, asked=about)
    content = content_of(made, kind)
    out.write_bytes(content)
    beside = out.with_name(out.name + signed.ENDING)
    beside.write_bytes(signed.statement(content, out.name, by=actor(), about=about))
    emit({"file": str(out), "signature": str(beside), "lines": len(made.rows)})


@audit.command()
@may(Role.AUDITOR)
def missed(day: Annotated[str | None, typer.Option(help="哪一天，默认今天 / which day; today")] = None) -> None:
    """列出各账号当日查无结果的查询次数。 / Count, by account, the look-ups of a day that found nothing."""
    from quanxin.accounts.models import AuditLine
    from quanxin.accounts.models import audit as note
    from quanxin.calendar import today
    from quanxin.desk import audit
    from quanxin.ledger import lines

    asked = when.day(day) or today()
    found = AuditLine.objects.filter(at__gte=lines.end_of(asked - dt.timedelta(days=1)), at__lt=lines.end_of(asked))
    note(actor(), "audit.read", "missed", asked={"day": asked.isoformat()})
    rows = [{"actor": who, "missed": count} for who, count in audit.missed_by(found)]
    emit(rows, lambda counted: table(f"查无结果 / found nothing, {asked}", counted, empty="—"))


@audit.command()
@may(ANYONE, database=False)
def verify(
    file: Annotated[
        Path, typer.Argument(help="导出的文件（旁边有 .sig），或页面导出的 .zip / the file, or the page's .zip")
    ],
    key: Annotated[str, typer.Option(help="公钥（64 位十六进制）；不写为本平台的 / public key; this platform's")] = "",
) -> None:
    """离线验证导出的审计文件和签名。 / Verify an exported file and its signature, offline."""
    from quanxin.ledger import signed, signing

    try:
        content, seal_ = (
            signed.unpacked(file.read_bytes())
            if file.suffix == ".zip"
            else (file.read_bytes(), file.with_name(file.name + signed.ENDING).read_bytes())
        )
    except (OSError, ValueError):
        fail("无法读取该文件或其签名。", "The file or its signature cannot be read.", "FILE + FILE.sig / FILE.zip")
    keys = [key.strip().lower()] if key.strip() else [signing.public_key(), *signing.former()]
    wrongs = [signed.wrong(content, seal_, one) for one in keys]
    found = next((one for one in ("", "content") if one in wrongs), wrongs[0])
    if found == "content":
        fail("文件的内容被更改过，与签名不符。", "The file is not the one that was signed.")
    if found:
        fail("签名无效：签名文件被更改过，或不是该公钥所签。", "The signature does not hold under this key.")
    emit({"file": str(file), "valid": True})


@audit.command()
@may(ANYONE, database=False)
def key() -> None:
    """显示验证签名所用的公钥，及更换前的公钥。 / Show the public keys that signatures are verified with."""
    from quanxin.ledger import signing

    former = [{"key": one, "until": until.isoformat()} for one, until in signing.former().items()]
    emit({"algorithm": "Ed25519", "key": signing.public_key(), "former": former})


@audit.command("rotate-key")
@may(MACHINE)
def rotate_key() -> None:
    """更换签名私钥；以前的封存仍可验证。 / Let another key sign from now on; earlier seals prove as ever."""
    from quanxin.ledger import sealing

    emit({"algorithm": "Ed25519", "key": sealing.rotate(actor())})
