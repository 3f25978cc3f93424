"""Commands about the keys that seal: keys list, add, rotate, retire.

Invariant: no command prints a secret, and none takes one; what is moved is told while it is moved.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from quanxin.terminal.access import MACHINE, actor, may
from quanxin.terminal.output import emit, progress, table

keys = typer.Typer(help="加密密钥：查看、新增、更换、停用。 / The keys that seal.", no_args_is_help=True)

Algorithm = Annotated[
    str | None,
    typer.Option(help="算法：aes-256-gcm，或 sm4-gcm（国密）；不给则与现用的相同 / aes-256-gcm or sm4-gcm; as before"),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(keys, name="keys")


@keys.command(name="list")
@may(MACHINE)
def list_() -> None:
    """列出密钥及其加密的行数，不显示密钥本身。 / List the keys and how much is sealed under each."""
    from quanxin.accounts import keyring

    found = [asdict(key) for key in keyring.listed(actor())]
    emit({"keys": found, "algorithms": keyring.algorithms()}, show=_show)


@keys.command()
@may(MACHINE)
def add(algorithm: Algorithm = None) -> None:
    """新增一把密钥，此后用它加密。 / Add a key, which seals from now on."""
    from quanxin.accounts import keyring

    made = keyring.add(actor(), algorithm=algorithm)
    emit({"key": made.id, "algorithm": made.algorithm, "created": made.created.isoformat(timespec="seconds")})


@keys.command()
@may(MACHINE)
def rotate(
    index: Annotated[
        bool,
        typer.Option("--index", help="更换索引密钥并重建全部盲索引 / replace the index key instead, and index anew"),
    ] = False,
    algorithm: Algorithm = None,
) -> None:
    """把旧密钥加密的内容全部改用现用密钥加密，可随时中断后继续。 / Seal everything anew under the key that seals."""
    from quanxin.accounts import keyring

    if index:
        made, rows = keyring.rotate_index(actor(), algorithm=algorithm)
        emit({"key": made.id, "algorithm": made.algorithm, "indexed": rows})
        return
    with progress() as tell:
        done = keyring.rotate(actor(), on_progress=lambda column, rows: tell(f"{column}: {rows:,}"))
    emit({"key": done.key, "moved": sum(done.moved.values()), "columns": done.moved, "unopened": done.unopened})
    if done.unopened:
        raise typer.Exit(1)


@keys.command()
@may(MACHINE)
def retire(
    key: Annotated[str, typer.Argument(help="密钥的编号，见 quanxin keys list / id of the key, see quanxin keys list")],
    destroy: Annotated[
        bool,
        typer.Option(
            "--destroy", help="同时销毁密钥，之后旧备份中的内容无法打开 / destroy it: older backups stay closed"
        ),
    ] = False,
) -> None:
    """停用一把已无内容由其加密的密钥。 / Retire a key under which nothing is sealed any more."""
    from quanxin.accounts import keyring

    done = keyring.retire(actor(), key, destroy=destroy)
    emit({"key": done.id, "state": done.state.value})


def _show(listed: dict[str, Any]) -> Any:
    return table("密钥 / Keys", listed["keys"])
