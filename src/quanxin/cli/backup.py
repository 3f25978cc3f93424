"""Commands that keep everything there is in one file, and bring it back: backup, restore.

Invariant: what goes out in clear holds no keys, and is said to; a backup leaves its line in the audit before it is taken.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quanxin.accounts.actors import operator
from quanxin.terminal.access import MACHINE, actor, may
from quanxin.terminal.output import emit, progress

Passphrase = Annotated[
    Path | None, typer.Option("--passphrase-file", help="存有口令的文件 / a file with the passphrase")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(backup)
    app.command()(restore)


@may(MACHINE)
def backup(
    out: Annotated[Path, typer.Argument(help="备份文件，不得已存在 / the file to write, which must not exist")],
    passphrase_file: Passphrase = None,
    recipient: Annotated[str, typer.Option(help="接收方的 age 公钥（age1…） / the age public key to encrypt to")] = "",
) -> None:
    """备份数据库和全部文件，运行中亦可。 / Keep the database and all files in one file, while the platform runs."""
    from quanxin.accounts.models import audit
    from quanxin.runtime.backup import locks, making
    from quanxin.runtime.backup.errors import BackupError

    if passphrase_file and recipient:
        raise BackupError("backup-one-lock")
    lock = None
    if passphrase_file or recipient:
        lock = locks.Lock(locks.line_of(passphrase_file) if passphrase_file else "", recipient)
    audit(actor(), "runtime.backup", out.name[:100], sealed=lock is not None)
    with progress() as tell:
        about = making.make(out.expanduser().resolve(), lock, tell)
    if lock is None:
        typer.echo(
            "备份未加密，不含密钥：请另行保存 keyring.json 等密钥，没有它们则其中的证件号码无法读取。 / "
            "Not encrypted, and without the keys: keep keyring.json and the others elsewhere; "
            "without them identity numbers cannot be read.",
            err=True,
        )
    emit({"file": str(out), **{key: value for key, value in about.items() if key != "steps"}})


@may(MACHINE, database=False)
def restore(
    source: Annotated[Path, typer.Argument(help="备份文件 / the backup", exists=True, dir_okay=False)],
    passphrase_file: Passphrase = None,
    identity: Annotated[Path | None, typer.Option(help="存有 age 私钥的文件 / a file with the age private key")] = None,
) -> None:
    """把备份恢复到空的数据目录和空的数据库。 / Restore a backup into an empty data directory and database."""
    from quanxin.runtime.backup import locks, restoring

    lock = locks.Lock(
        passphrase=locks.line_of(passphrase_file) if passphrase_file else "",
        identity=locks.line_of(identity, "AGE-SECRET-KEY-") if identity else "",
    )
    with progress() as tell:
        about = restoring.restore(source, lock, tell)
    from quanxin.accounts.models import audit

    audit(operator(), "runtime.restore", source.name[:100], made=about["made"], version=about["version"])
    if not about["keys"]:
        typer.echo(
            "备份中没有密钥：启动前请把 keyring.json、secret-key、signing-key 等放回数据目录。 / "
            "There are no keys in it: put keyring.json, secret-key, signing-key back before anything is started.",
            err=True,
        )
    emit({key: about[key] for key in ("made", "version", "pack", "keys")})
