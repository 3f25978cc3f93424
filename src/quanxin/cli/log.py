"""Commands about the public log: log key, log follow, log witness, log receipt.

Invariant: ``follow`` and ``witness`` need neither the platform's database nor its word: a log that shows another past ends with 1
and with what is wrong by its name, and what was seen of it before stays.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal.access import ANYONE, may
from quanxin.terminal.output import emit, fail

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from quanxin.ledger.monitoring import Fork
    from quanxin.proofs.notes import Key

log = typer.Typer(help="公开日志：跟踪、见证、凭证。 / The public log.", no_args_is_help=True)
PATIENCE = 30  # seconds for an answer
MOST = 32 << 20  # bytes of an answer: a bundle of 256 entries of 64 kB is half of it
WRONG = {
    "signature": ("签名无效：不是所给公钥所签，或者内容被更改过", "no key that was given signed it, or it was changed"),
    "rolled-back": ("日志比上次看到的短：有内容被撤走", "the log is shorter than it was: something was taken away"),
    "forked": ("日志与上次看到的不是同一份历史", "the log shows another past than it did"),
    "tiles": ("日志的哈希与签名的根不符", "the hashes of the log are not those that its signed root commits to"),
    "entries": ("日志的内容与哈希不符", "the entries of the log are not those of its hashes"),
    "witnesses": ("见证人的联署不足，或者太旧", "too few witnesses have cosigned it, or too long ago"),
}
Address = Annotated[str, typer.Argument(help="日志的地址，如 https://credit.example.cn/log / where the log is")]
Keys = Annotated[
    list[str],
    typer.Option(
        "--key",
        metavar="KEY",
        help="日志的公钥，可多次给出；已停用的，后面空一格写停用时刻 / public key of the log, repeatable",
    ),
]
Witnesses = Annotated[
    list[str] | None,
    typer.Option("--witness", metavar="KEY", help="见证人的公钥，可多次给出 / key of a witness, repeatable"),
]
Needed = Annotated[int, typer.Option(min=0, help="至少几位见证人联署 / how many witnesses must have cosigned")]
State = Annotated[Path, typer.Option(help="记住上次所见的文件 / file that keeps what was seen")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(log, name="log")


@log.command()
@may(ANYONE)
def key() -> None:
    """显示公开日志的公钥，供他人跟踪和核验。 / Show the public keys of the log, for whoever follows it."""
    from quanxin.ledger import log_reading

    emit({"keys": log_reading.told_keys()})


@log.command()
@may(ANYONE, database=False)
def follow(address: Address, key: Keys, state: State, witness: Witnesses = None, needed: Needed = 0) -> None:
    """从外部核对日志：只增不改，内容与签名的根相符。 / See from outside that a log has only grown."""
    from quanxin.calendar import now
    from quanxin.ledger import monitoring
    from quanxin.runtime import environment

    vouching = monitoring.Vouching(list(keys_of(witness or [])), needed, int(now().timestamp())) if needed else None
    try:
        seen = monitoring.follow(lambda place: _fetch(address, place), list(keys_of(key)), _before(state), vouching)
    except monitoring.Fork as error:
        _forked(error)
    environment.replace(state, seen.note)
    emit({"new": seen.new, "head": seen.note.split("\n")[:3]})


@log.command()
@may(ANYONE, database=False)
def witness(
    address: Address,
    key: Keys,
    state: State,
    name: Annotated[str, typer.Option(help="见证人的名称，如 witness.example.cn / name of the witness")],
    secret: Annotated[
        Path, typer.Option(help="见证人的私钥文件，没有时生成 / private key of the witness, made if missing")
    ],
    out: Annotated[
        Path | None, typer.Option(help="不送回，写到文件 / write it to a file instead of sending it")
    ] = None,
) -> None:
    """见证：核对日志只增不改，联署日志头，送回平台。 / See that a log has only grown, cosign its head, send it back."""
    from quanxin.calendar import now
    from quanxin.ledger import monitoring, witnessing
    from quanxin.proofs.notes import COSIGNATURE, Key
    from quanxin.runtime import environment

    own = _own_key(secret)
    mine = Key(name, own.public_key().public_bytes_raw(), COSIGNATURE)
    try:
        note = witnessing.cosigned(
            lambda place: _fetch(address, place), list(keys_of(key)), _before(state),
            lambda seen: environment.replace(state, seen), int(now().timestamp()), (mine, own.sign),
        )  # fmt: skip
    except monitoring.Fork as error:
        _forked(error)
    if out is not None:
        out.write_text(note, encoding="utf-8")
    else:
        _fetch(address, "cosign", note.encode())
    emit({"witness": str(mine), "head": note.split("\n")[:3], "sent": out is None})


@log.command()
@may(Role.CENTRE, Role.AUDITOR)
def cosign(file: Annotated[Path, typer.Argument(help="见证人联署过的日志头 / a head that a witness cosigned")]) -> None:
    """收下见证人的联署（见证人不能连到平台时）。 / Take in the cosignature of a witness that cannot reach the platform."""
    from quanxin.ledger import witnessing
    from quanxin.proofs.notes import NoteError

    try:
        emit({"new": witnessing.take(file.read_bytes())})
    except OSError:
        fail(f"无法读取 {file}。", f"{file} cannot be read.")
    except NoteError as error:
        fail(
            "这不是本平台日志头的有效联署。",
            f"No cosignature of a head of this log: {error}.",
            "QUANXIN_WITNESSES 应列出见证人的公钥。",
        )


@log.command()
@may(Role.CENTRE, Role.AUDITOR)
def receipt(
    kind: Annotated[str, typer.Argument(help="种类，如 seal / kind of what was committed to")],
    about: Annotated[str, typer.Argument(help="对象，如 day:2026-11-30 / what it is about")],
    out: Annotated[Path, typer.Argument(help="写到哪个文件 / the file to write")],
) -> None:
    """取出一份可离线核验的凭证。 / Write a receipt that verifies offline."""
    from quanxin.ledger import receipt_file

    receipt_file.write(kind, about, out)


def keys_of(given: list[str]) -> dict[Key, object]:
    """Keys that were given, each with the moment of its end. Ends the command for what is none."""
    from quanxin.proofs.notes import NoteError
    from quanxin.proofs.notes import keys_of as read

    try:
        return dict(read("\n".join(given)))
    except NoteError:
        fail("公钥的形式不对。", "This is no public key of a log.", "quanxin log key；/log/keys", code=2)


def _own_key(path: Path) -> Ed25519PrivateKey:
    import secrets

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from quanxin.runtime import environment

    if not path.exists():
        environment.replace(path, secrets.token_hex(32) + "\n")
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except ValueError:
        fail(f"{path} 不是私钥文件。", f"{path} holds no private key.", code=2)


def _before(state: Path) -> str:
    return state.read_text(encoding="utf-8") if state.exists() else ""


def _forked(error: Fork) -> NoReturn:
    zh, en = WRONG[str(error)]
    fail(f"{zh}。", f"{en.capitalize()}.", "请保留现场并告知各方 / keep what you saw and tell others")


def _fetch(address: str, place: str, sent: bytes | None = None) -> bytes | None:
    """What lies at a place of a log, or what it answers to what is sent there; None for nothing. Ends the command where the
    log cannot be reached."""
    if not address.startswith(("https://", "http://")):
        fail("地址应以 https:// 开头。", "An address begins with https://.", code=2)
    whole = f"{address.rstrip('/')}/{place}"
    try:
        with urllib.request.urlopen(whole, sent, timeout=PATIENCE) as answer:  # noqa: S310  # nosec B310  # looked at above
            raw: bytes = answer.read(MOST + 1)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 404:
            return None
        if sent is not None and error.code == 422:
            fail("平台没有收下联署：它没有列出这位见证人。", "The platform names no such witness.", "QUANXIN_WITNESSES")
        fail(f"日志的回答是 {error.code}。", f"The log answered {error.code}.")
    except (OSError, ValueError):
        fail("连接不上日志。", "The log cannot be reached.", address)
    return raw if len(raw) <= MOST else None
