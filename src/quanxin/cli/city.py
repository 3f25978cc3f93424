"""Commands that set up and run a city: init, demo, serve, worker.

Invariant: each may be repeated; what is there already is left as it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quanxin.terminal.access import MACHINE, actor, may
from quanxin.terminal.output import emit, progress


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(init)
    app.command()(demo)
    app.command()(serve)
    app.command()(worker)


@may(MACHINE)
def init() -> None:
    """准备数据目录、数据库和密钥。 / Prepare the data directory, the database and the keys."""
    from quanxin.runtime import environment
    from quanxin.runtime.keys import sealer
    from quanxin.runtime.pack import current_pack

    sealer()
    emit({"data_dir": str(environment.data_dir()), "pack": current_pack().name, "edition": current_pack().edition[:12]})


@may(MACHINE)
def demo(
    subjects: Annotated[int, typer.Option(min=100, help="主体数量 / number of subjects")] = 20000,
    seed: Annotated[int, typer.Option(help="随机种子，相同种子得到相同城市 / same seed, same city")] = 1,
    out: Annotated[Path | None, typer.Option(help="部门文件写到何处 / where to write the departments' files")] = None,
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="已有数据时不做任何事 / do nothing if there are data")
    ] = False,
) -> None:
    """生成一座样例城市并按正常途径接收各部门文件。 / Make a sample city and take its departments' files in."""
    from quanxin.archive.models import Batch
    from quanxin.demo.run import run
    from quanxin.runtime import environment

    if if_empty and Batch.objects.exists():
        return
    folder = out or environment.data_dir() / "demo"
    with progress() as tell:
        outcome = run(subjects=subjects, seed=seed, folder=folder, actor=actor(), on_progress=tell)
    emit(outcome)


@may(MACHINE)
def serve(
    host: Annotated[str, typer.Option(help="监听地址 / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 / port")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="进程数 / processes")] = 2,
    worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="同时启动一个后台任务进程 / start a worker beside it")
    ] = True,
) -> None:
    """启动网站和一个后台任务进程。 / Serve the portal, with a worker beside it."""
    import os
    import sys
    from contextlib import nullcontext

    from django.conf import settings
    from django.db import connections

    from quanxin.runtime import companion, keeper, machine, serving, shared_metrics, static

    machine.room_to_serve()
    kept = keeper.Keeper(port)
    shared_metrics.share(settings.DATA_DIR)
    shared_metrics.forget(settings.DATA_DIR)
    static.collect()
    connections.close_all()  # the processes that serve are forked from this one
    typer.echo(f"泉信已启动：http://{host}:{port}/  （Ctrl+C 停止） / Quanxin is serving; Ctrl+C stops it", err=True)
    command = [
        sys.executable,
        "-c",
        "from quanxin.cli.main import main; main()",
        "worker",
        "--beside",
        str(os.getpid()),
    ]
    with keeper.database_watched(kept), companion.beside(command, kept, "worker") if worker else nullcontext():
        serving.Server(kept, host, port, workers, settings.LOGGING).run()
    kept.over()


@may(MACHINE)
def worker(
    concurrency: Annotated[int, typer.Option(min=1, help="同时处理的任务数 / jobs at once")] = 2,
    beside: Annotated[
        int | None, typer.Option(help="父进程不再是此进程号时停止 / stop when the parent is not this process any more")
    ] = None,
) -> None:
    """处理后台任务：接收提交的文件、投递目录、定时任务。 / Do the jobs: files handed in, drop folders, what recurs."""
    from quanxin.runtime import environment, shared_metrics

    shared_metrics.share(environment.data_dir())
    from quanxin.runtime.worker import work

    work(concurrency, beside=beside)
