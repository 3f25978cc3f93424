"""The command that verifies a receipt, or a document: verify.

Invariant: it needs neither the platform's database nor a network. Each part of the verdict is said by its name: signature,
inclusion, consistency, validity; one that does not hold ends it with 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quanxin.cli.log import Needed, Witnesses, keys_of
from quanxin.terminal.access import ANYONE, may
from quanxin.terminal.output import emit, fail

if TYPE_CHECKING:
    from quanxin.proofs.receipts import Receipt

TITLES = {"signature": "签名", "inclusion": "在日志中", "consistency": "日志只增不改", "validity": "有效"}
WRONG = {
    "signature": ("不是所给公钥所签，或者被更改过", "no key that was given signed it, or it was changed"),
    "cosignature": ("见证人的联署不足，或者无效", "too few witnesses cosigned it, or a cosignature does not hold"),
    "inclusion": ("凭证所说的内容不在签名的日志里", "what the receipt speaks of is not in the signed log"),
    "content": ("凭证的内容被更改过", "the content is not what was committed to"),
    "row": ("这条记录不在所说的批次里", "the record is not among the rows of the batch"),
    "consistency": ("日志后来的历史与签名时不同", "the later log does not begin with the one that was signed"),
    "future": ("凭证的时刻还没有到", "it is of a moment that has not come"),
    "key-ended": ("签名的公钥当时已经停用", "the key that signed it had ended before"),
}


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(verify)


@may(ANYONE, database=False)
def verify(
    file: Annotated[Path, typer.Argument(help="凭证，或文书的 PDF、JSON / a receipt, or a document as PDF or JSON")],
    key: Annotated[
        list[str] | None, typer.Option("--key", metavar="KEY", help="日志的公钥 / public key of the log")
    ] = None,
    witness: Witnesses = None,
    needed: Needed = 0,
    keys: Annotated[Path | None, typer.Option(help="文书的公钥文件 / keys of documents: /documents/keys")] = None,
    receipt: Annotated[Path | None, typer.Option(help="文书的日志凭证 / receipt of the document")] = None,
) -> None:
    """离线核验凭证或文书：签名、在日志中、只增不改、有效。 / Verify a receipt or a document offline, part by part."""
    from quanxin.documents.cli import check_file

    try:
        raw = file.read_bytes()
    except OSError:
        fail(f"无法读取 {file}。", f"{file} cannot be read.")
    if key:
        _check_receipt(file, raw, key, witness or [], needed)
    else:
        check_file(file, raw, keys, receipt)


def _check_receipt(file: Path, raw: bytes, key: list[str], witness: list[str], needed: int) -> None:
    """Verify a receipt and say what holds; ends with 1 where something does not."""
    import datetime as dt

    from quanxin.calendar import now
    from quanxin.proofs import receipts

    try:
        found = receipts.read(raw)
    except receipts.Broken:
        fail("这不是一份凭证，或者已经损坏。", "This is no receipt, or it is broken.")
    known = keys_of(key)
    ended = {one: end for one, end in known.items() if isinstance(end, dt.datetime)}
    wrong = receipts.wrong(found, receipts.Trust(list(known), now(), ended, list(keys_of(witness)), needed))
    emit(_said(file, found, wrong), show=_shown)
    if wrong:
        raise typer.Exit(1)


def _said(file: Path, found: Receipt, wrong: list[str]) -> dict[str, Any]:
    from quanxin.proofs.receipts import PARTS

    told: dict[str, Any] = {"file": str(file), "valid": not wrong}
    for part, words in PARTS.items():
        faults = [one for one in wrong if one in words]
        unsaid = "signature" in wrong and part != "signature"
        told[part] = "unknown" if unsaid else "fails" if faults else "holds"
    told["wrong"] = [{"code": one, "zh": WRONG[one][0], "en": WRONG[one][1]} for one in wrong]
    return told | ({} if wrong else {"place": found.place, "content": dict(found.content)})


def _shown(told: dict[str, Any]) -> object:
    from rich.console import Group

    from quanxin.terminal.output import table

    words = {"holds": "成立 / holds", "fails": "不成立 / fails", "unknown": "无从判断 / unknown"}
    parts = [{"": f"{title} / {part}", "结论 / verdict": words[told[part]]} for part, title in TITLES.items()]
    reasons = [{"问题 / fault": one["zh"], "": one["en"]} for one in told["wrong"]]
    content = [{"": name, "内容 / content": str(value)} for name, value in sorted(told.get("content", {}).items())]
    return Group(table(told["file"], parts), *(table("", rows) for rows in (reasons, content) if rows))
