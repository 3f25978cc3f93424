"""Commands about documents: document certificate, document renew, document revoke, document revoke-certificate.

Invariant: a private key is never printed; what is verified offline needs the file and the keys alone (``check_file``).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal.access import ANYONE, MACHINE, actor, may
from quanxin.terminal.output import emit, fail

if TYPE_CHECKING:
    from quanxin.documents.offline import Found, Trust

document = typer.Typer(help="文书：签名证书、撤销。 / Issued documents.", no_args_is_help=True)
WRONG = {
    "form": ("文件残缺或不是本平台的文书", "it is broken, or no document of the platform"),
    "integrity": ("文件在签名之后被更改过", "it was changed after it was signed"),
    "signature": ("不是所给密钥签署的", "none of the given keys signed it"),
    "validity": (
        "签名密钥当时已经撤销或停用，或者文书已过有效期",
        "the key was revoked or had ended, or the document is over",
    ),
    "inclusion": ("日志凭证说的不是这份文件", "the receipt of the log speaks of another file"),
}


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(document, name="document")


@document.command()
@may(ANYONE, database=False)
def certificate() -> None:
    """显示签署文书的证书。 / Show the certificate that documents are signed under."""
    from cryptography.hazmat.primitives.serialization import Encoding

    from quanxin.documents import keys

    found = keys.signer().chain[0]
    pem = found.public_bytes(Encoding.PEM).decode()
    until = found.not_valid_after_utc
    emit({"sha256": keys.fingerprint(found), "subject": found.subject.rfc4514_string(), "until": until, "pem": pem})


@document.command()
@may(MACHINE)
def renew() -> None:
    """更换签署文书的密钥和证书；以前的文书仍可核验。 / Let another key sign from now on; earlier documents verify as ever."""
    from quanxin.documents import ending, keys

    emit({"sha256": keys.fingerprint(ending.renew(actor()))})


@document.command()
@may(Role.CENTRE)
def revoke(
    number: Annotated[str, typer.Argument(help="文书编号 / number of the document")],
    reason: Annotated[str, typer.Argument(help="wrong-content, decision-undone, unentitled, key-compromised")],
    words: Annotated[str, typer.Option(help="说明（必填） / why")],
) -> None:
    """撤销一份文书。 / Revoke a document."""
    from quanxin.documents import ending

    made = ending.revoke(actor(), number, reason, words)
    emit({"number": made.number, "revoked_at": made.revoked_at})


@document.command("revoke-certificate")
@may(Role.ADMINISTRATOR)
def revoke_certificate(
    sha256: Annotated[str, typer.Argument(help="证书的 SHA-256 / SHA-256 of the certificate")],
    words: Annotated[str, typer.Option(help="说明（必填） / why")],
    since: Annotated[dt.datetime | None, typer.Option(help="自何时起，默认现在 / from when, now by default")] = None,
) -> None:
    """撤销证书：此后用它签署的文书不再可信。 / Revoke a certificate: what it signed from then on says nothing."""
    from quanxin.calendar import ZONE, now
    from quanxin.documents import ending

    moment = since.replace(tzinfo=since.tzinfo or ZONE) if since else now()
    made = ending.revoke_certificate(actor(), sha256.strip().lower(), moment, words)
    emit({"sha256": made.fingerprint, "revoked_from": made.revoked_from})


def check_file(file: Path, raw: bytes, keys: Path | None, receipt: Path | None) -> None:
    """Verify a document offline and say what holds; ends with 1 where something does not."""
    from quanxin.calendar import now
    from quanxin.documents import offline

    if keys is None:
        fail("请用 --keys 给出公布的公钥文件。", "Give the file of public keys with --keys.", "/documents/keys", code=2)
    try:
        trust = offline.Trust.read(keys.read_bytes())
        proof = receipt.read_bytes() if receipt else None
    except (OSError, offline.BadKeys):
        fail("无法读取公钥文件或凭证。", "The keys or the receipt cannot be read.", code=2)
    found = offline.of_pdf(raw, trust) if raw[:5] == b"%PDF-" else offline.of_twin(raw, trust, now())
    wrong = list(found.wrong)
    if proof is not None and not _included(raw, found, proof, trust):
        wrong.append("inclusion")
    if wrong:
        fail(
            "；".join(WRONG[one][0] for one in wrong) + "。",
            "; ".join(WRONG[one][1] for one in wrong) + ".",
            "、".join(wrong),
        )
    said: dict[str, Any] = {
        "file": str(file),
        "valid": True,
        "form": found.form,
        "number": found.number,
        "signed": found.at,
    }
    emit(said | {"inclusion": proof is not None})


def _included(raw: bytes, found: Found, proof: bytes, trust: Trust) -> bool:
    """Whether a receipt proves that the log holds this very file."""
    import hashlib

    from quanxin.calendar import now
    from quanxin.proofs import receipts
    from quanxin.proofs.notes import Key, NoteError

    try:
        told = receipts.read(proof)
        said = told.content.get(found.form)
        brought = receipts.Trust([Key.read(one) for one in trust.log], now())
        return not receipts.wrong(told, brought) and said == hashlib.sha256(raw).hexdigest()
    except (receipts.Broken, NoteError):
        return False
