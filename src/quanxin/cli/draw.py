"""Commands about draws: verify one from its published files.

Invariant: nothing here needs a database or a network; a draw with a fault ends with 1 and every fault by its name.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quanxin.terminal.access import ANYONE, may
from quanxin.terminal.output import emit, fail, table

if TYPE_CHECKING:
    from quanxin.draws import Verdict

commands = typer.Typer(no_args_is_help=True, help="双随机抽取：核验。 / Draws.")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(commands, name="draw")


@commands.command()
@may(ANYONE, database=False)
def verify(
    folder: Annotated[Path, typer.Argument(help="公布的文件所在目录 / folder of the published files")],
    digest: Annotated[
        str, typer.Option("--digest", metavar="HEX", help="抽取前公布的承诺摘要 / digest published before the draw")
    ] = "",
) -> None:
    """用公布的文件重做一次抽取，逐项核对。 / Make a draw again from its published files, and compare."""
    from quanxin import draws

    if not folder.is_dir():
        fail(f"没有目录 {folder}。", f"There is no folder {folder}.")
    try:
        before = bytes.fromhex(digest) if digest else None
    except ValueError:
        fail("摘要应为 64 位十六进制数。", "A digest is 64 hexadecimal digits.", code=2)
    verdict = draws.verify(draws.load(folder), before)
    said = {
        "sound": verdict.sound,
        "faults": [
            {"kind": one.kind.value, "zh": one.words("zh"), "en": one.words("en"), "at": one.at}
            for one in verdict.faults
        ],
        "commitment": verdict.commitment,
        "selected": [str(label) for label in verdict.selected],
    }
    emit(said, show=lambda _: _shown(verdict))
    if not verdict.sound:
        raise typer.Exit(1)


def _shown(verdict: Verdict) -> object:
    from rich.console import Group

    faults = [{"问题 / fault": one.words("zh"), "": one.words("en")} for one in verdict.faults]
    rows = [
        {"类别 / stratum": one.stratum, "对象 / object": one.object, "事项 / item": one.item}
        for one in verdict.selected
    ]
    sound = "核验通过 / the draw is what its files say" if verdict.sound else "核验不通过 / the draw has faults"
    parts = [table(sound, faults, empty=sound), table("抽中 / drawn", rows, empty="没有抽中的 / nothing drawn")]
    return Group(*parts, f"承诺摘要 / commitment {verdict.commitment}")
