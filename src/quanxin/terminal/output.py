"""How commands speak: tables and words on a terminal, JSON when piped, errors that say what to do.

Invariant: standard output carries the answer and nothing else; progress and errors go to standard error. What a
command prints as JSON is the same whether or not anybody looks at it as a table.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

# What an intake tells of itself, for people; a step that is not here is shown as it is.
STEPS = {
    "pulling": "从数据源提取 / pulling",
    "reading": "读取文件 / reading",
    "checking": "逐行校验 / checking",
    "matching": "匹配主体 / matching",
    "committing": "写入档案 / committing",
}


def emit(data: Any, show: Callable[[Any], Any] | None = None) -> None:
    """Print an answer: as what ``show`` makes of it on a terminal, as JSON anywhere else."""
    if show is not None and sys.stdout.isatty():
        from rich.console import Console

        Console().print(show(data))
        return
    text = json.dumps(data, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None, default=str)
    typer.echo(text)


def table(title: str, rows: Sequence[Mapping[str, Any]], *, empty: str = "") -> Any:
    """Rows as a table with the keys of the first as its header; ``empty`` says what to do where there are none."""
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return Text(empty)
    grid = Table(title=Text(title), title_justify="left")
    for key in rows[0]:
        numeric = all(isinstance(row.get(key), int) and not isinstance(row.get(key), bool) for row in rows)
        grid.add_column(key, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(_cell(row.get(key))) for key in rows[0]))
    return grid


def _cell(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, list):
        return "；".join(_cell(part) for part in value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function to tell the steps of something long with; they are shown where somebody watches standard error."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("…") as status:
        yield lambda step: status.update(STEPS.get(step, step))


def fail(zh: str, en: str, hint: str = "", code: int = 1) -> NoReturn:
    """Say what is wrong and what to do about it, and end with ``code``."""
    _say(zh, en, hint)
    raise typer.Exit(code)


def explain(error: Exception) -> int:
    """Say what an error means in both languages, without a stack trace; return the exit code.

    Errors of ours carry ``zh`` and ``en``, and perhaps hints (``runtime.problems``). Anything else is a defect: how to
    report it is said.
    """
    from quanxin.policy import PackError

    if isinstance(error, PackError):
        _say("政策包无法读取：", "The policy pack cannot be read:", "\n".join(error.problems))
    elif hasattr(error, "zh") and hasattr(error, "en"):
        _say(str(error.zh), str(error.en), _hints(error))
    elif reason := _unable(error):
        _say(*reason, f"{type(error).__name__}: {error}")
    else:
        import logging

        logging.getLogger("quanxin").exception("unexpected error")
        _say(
            f"意外错误：{type(error).__name__}: {error}",
            "An unexpected error; the log above says where it arose.",
            "请运行 quanxin doctor，并连同日志反馈。 / Run quanxin doctor and report it with the log.",
        )
        return 70
    return 1


def _unable(error: Exception) -> tuple[str, str] | None:
    """What a full disk or a database that is away is told as; None for every other error."""
    from quanxin.runtime.unable import Reason, why

    return {
        Reason.DISK: (
            "磁盘已满：请腾出空间，或将 QUANXIN_DATA_DIR 移到更大的磁盘。",
            "The disk is full: free space, or move QUANXIN_DATA_DIR to a larger disk.",
        ),
        Reason.DATABASE: (
            "数据库连接不上：请检查 QUANXIN_DATABASE_URL，或运行 quanxin doctor。",
            "The database cannot be reached: check QUANXIN_DATABASE_URL, or run quanxin doctor.",
        ),
        None: None,
    }[why(error)]


def _hints(error: Exception) -> str:
    """What to do next, in both languages on one line."""
    return " / ".join(filter(None, (getattr(error, name, "") for name in ("hint", "hint_en"))))


def _say(zh: str, en: str, hint: str) -> None:
    for line in (zh, en, hint):
        if line:
            typer.echo(line, err=True)
