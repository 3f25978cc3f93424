"""Commands about the public log: log key, log follow, log receipt, and verify.

Invariant: ``follow`` and ``verify`` need neither the platform's database nor its word: a log that shows another past, and a
receipt that does not hold, end with 1 and with what is wrong by its name.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal.access import ANYONE, may
from quanxin.terminal.output import emit, fail

if TYPE_CHECKING:
    from quanxin.proofs.notes import Key

log = typer.Typer(help="公开日志：跟踪、凭证。 / The public log.", no_args_is_help=True)
PATIENCE = 30  # seconds for an answer
MOST = 32 << 20  # bytes of an answer: a bundle of 256 entries of 64 kB is half of it
WRONG = {
    "signature": ("签名无效：不是所给公钥所签，或者内容被更改过", "no key that was given signed it, or it was changed"),
    "rolled-back": ("日志比上次看到的短：有内容被撤走", "the log is shorter than it was: something was taken away"),
    "forked": ("日志与上次看到的不是同一份历史", "the log shows another past than it did"),
    "tiles": ("日志的哈希与签名的根不符", "the hashes of the log are not those that its signed root commits to"),
    "entries": ("日志的内容与哈希不符", "the entries of the log are not those of its hashes"),
    "inclusion": ("凭证所说的内容不在签名的日志里", "what the receipt speaks of is not in the signed log"),
    "content": ("凭证的内容被更改过", "the content of the receipt is not what was committed to"),
}
Keys = Annotated[
    list[str], typer.Option("--key", metavar="KEY", help="日志的公钥，可多次给出 / public key of the log, repeatable")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(log, name="log")
    app.command()(verify)


@log.command()
@may(ANYONE)
def key() -> None:
    """显示公开日志的公钥，供他人跟踪和核验。 / Show the public keys of the log, for whoever follows it."""
    from quanxin.ledger import log_reading

    emit({"keys": log_reading.public_keys()})


@log.command()
@may(ANYONE, database=False)
def follow(
    address: Annotated[str, typer.Argument(help="日志的地址，如 https://credit.example.cn/log / where the log is")],
    key: Keys,
    state: Annotated[Path, typer.Option(help="记住上次所见的文件 / file that keeps what was seen")],
) -> None:
    """从外部核对日志：只增不改，内容与签名的根相符。 / See from outside that a log has only grown."""
    from quanxin.ledger import monitoring

    before = state.read_text(encoding="utf-8") if state.exists() else ""
    try:
        seen = monitoring.follow(lambda place: _fetch(address, place), _keys(key), before)
    except monitoring.Fork as error:
        zh, en = WRONG[str(error)]
        fail(f"{zh}。", f"{en.capitalize()}.", "请保留现场并告知各方 / keep what you saw and tell others")
    from quanxin.runtime import environment

    environment.replace(state, seen.note)
    emit({"new": seen.new, "head": seen.note.split("\n")[:3]})


@log.command()
@may(Role.CENTRE, Role.AUDITOR)
def receipt(
    kind: Annotated[str, typer.Argument(help="种类，如 seal / kind of what was committed to")],
    about: Annotated[str, typer.Argument(help="对象，如 day:2026-11-30 / what it is about")],
    out: Annotated[Path, typer.Argument(help="写到哪个文件 / the file to write")],
) -> None:
    """取出一份可离线核验的凭证。 / Write a receipt that verifies offline."""
    from quanxin.ledger import log as leaves
    from quanxin.ledger import log_reading

    leaf = leaves.leaf_of(kind, about)
    found = log_reading.receipt(leaf) if leaf is not None else None
    if found is None:
        fail("没有这一项，或者还没有进入日志。", "There is no such leaf, or it has no place in the log yet.")
    out.write_bytes(found.written())
    emit({"file": str(out), "place": found.place})


@may(ANYONE, database=False)
def verify(
    file: Annotated[Path, typer.Argument(help="凭证，或文书的 PDF、JSON / a receipt, or a document as PDF or JSON")],
    key: Annotated[
        list[str] | None, typer.Option("--key", metavar="KEY", help="日志的公钥 / public key of the log")
    ] = None,
    keys: Annotated[Path | None, typer.Option(help="文书的公钥文件 / keys of documents: /documents/keys")] = None,
    receipt: Annotated[Path | None, typer.Option(help="文书的日志凭证 / receipt of the document")] = None,
) -> None:
    """离线核验凭证或文书：签名、完整、在日志中、有效。 / Verify a receipt or a document offline."""
    from quanxin.documents.cli import check_file
    from quanxin.proofs import receipts

    try:
        raw = file.read_bytes()
        if not key:
            check_file(file, raw, keys, receipt)
            return
        found = receipts.read(raw)
    except OSError:
        fail(f"无法读取 {file}。", f"{file} cannot be read.")
    except receipts.Broken:
        fail("这不是一份凭证，或者已经损坏。", "This is no receipt, or it is broken.")
    wrong = receipts.wrong(found, _keys(key))
    if wrong:
        fail("；".join(WRONG[one][0] for one in wrong) + "。", "; ".join(WRONG[one][1] for one in wrong) + ".")
    emit({"file": str(file), "valid": True, "place": found.place, "content": dict(found.content)})


def _keys(given: list[str]) -> list[Key]:
    from quanxin.proofs.notes import Key, NoteError

    try:
        return [Key.read(one) for one in given]
    except NoteError:
        fail("公钥的形式不对。", "This is no public key of a log.", "quanxin log key；/log/keys", code=2)


def _fetch(address: str, place: str) -> bytes | None:
    """What lies at a place of a log; None for nothing. Ends the command where the log cannot be reached."""
    if not address.startswith(("https://", "http://")):
        fail("地址应以 https:// 开头。", "An address begins with https://.", code=2)
    whole = f"{address.rstrip('/')}/{place}"
    try:
        with urllib.request.urlopen(whole, timeout=PATIENCE) as answer:  # noqa: S310  # nosec B310  # looked at above
            raw: bytes = answer.read(MOST + 1)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        fail(f"日志的回答是 {error.code}。", f"The log answered {error.code}.")
    except (OSError, ValueError):
        fail("连接不上日志。", "The log cannot be reached.", address)
    return raw if len(raw) <= MOST else None
