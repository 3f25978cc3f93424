"""Whatever changes state in a transaction of its own leaves a line of the audit, or stands here with why not.

Walks every function that is an ``@act`` or ``@transaction.atomic``, and follows its calls through the package's own
functions to the one door of the audit.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import quanxin

ROOT = Path(quanxin.__file__).parent
OPENERS = {"act", "transaction.atomic", "atomic"}
DOORS = {"audit", "audit_all", "refused_line", "note"}  # of accounts; ``_write`` of what was refused goes by them

# What leaves no audit line, and why that is right.
WITHOUT = {
    "accounts.auditing.audit_all": "the door itself",
    "accounts.attempts.one_at_a_time": "a lock; what is done under it leaves its own",
    "accounts.keyring._move": "a part of a rotation, which leaves one",
    "accounts.keyring._wait_for": "waits",
    "archive.followers._do": "what follows from events leaves what it leaves; what fails is kept in its row",
    "archive.followers._tried": "a try of what was set aside is kept in its row",
    "archive.followers.follow": "what follows from events leaves what it leaves; the position is kept",
    "archive.followers.over": "reads what events are about",
    "archive.lake_compaction.compact": "the same rows in fewer files",
    "evaluation.runs.prove": "reads",
    "evaluation.runs.settled": "takes locks and reads the clock",
    "intake.small_batches._answer_known": "keeps the answer of a batch that left its own",
    "intake.pulls._enqueue": "makes a job; the pull leaves one",
    "ledger.sequencing._sequence_some": "gives what acts committed its place in the log, which keeps it",
    "ledger.witnessing.take": "a witness's signature proves itself, and is kept beneath the head",
    "supervision.classing.standings.refresh": "classes made anew of what the records give",
    "supervision.classing.standings.differences": "compares within a transaction, and changes nothing",
    "measures.due.refresh": "a list made anew of what the records give",
    "sharing.webhooks._deliver_one": "a try of a delivery is kept in its row",
    "attachments.download.download": "leaves a line of access by the rules it is given",
    "casework.delivery._send": "a try of a message is kept in its row",
    "casework.letters._send": "a letter to oneself of what waits for one; the day is kept in its row",
    "work.engine.begin": "writes down what an act asks for, which leaves one",
    "work.engine.enqueue": "makes a job of a work that left one",
    "work.retention.remove_over": "the term that has it done leaves one",
    "runtime.boot._migrate": "brings tables and rights to this version, before there is anybody to name",
    "runtime.jobs.rescue": "gives a job of a dead worker back",
}


@cache
def functions() -> dict[str, tuple[ast.FunctionDef, str]]:
    """Every function of the package: ``module.name`` (methods by ``module.name`` too) → its syntax and module."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        module = ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                found[f"{module}.{node.name}"] = (node, module)
    return found


@cache
def imports(module: str) -> dict[str, str]:
    """What each name of a module stands for, among the package's modules and their names."""
    path = ROOT.parent.joinpath(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    names = {}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("quanxin"):
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def called(node: ast.FunctionDef, module: str) -> Iterator[str]:
    """The package's functions that a function calls or hands on, by their full names."""
    known = imports(module)
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield known.get(part.id, f"{module}.{part.id}")
        elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            yield f"{known.get(part.value.id, module)}.{part.attr}"


def leaves_a_line(name: str, seen: set[str]) -> bool:
    if name in seen or name not in functions():
        return False
    seen.add(name)
    node, module = functions()[name]
    reached = list(called(node, module))
    return any(one.startswith("quanxin.accounts.") and one.rpartition(".")[2] in DOORS for one in reached) or any(
        leaves_a_line(one, seen) for one in reached
    )


def acts() -> list[str]:
    """Every function that is a transaction of its own."""

    def of_its_own(node: ast.FunctionDef) -> bool:
        opened = [item.context_expr for part in ast.walk(node) if isinstance(part, ast.With) for item in part.items]
        return any(ast.unparse(one).split("(")[0] in OPENERS for one in [*node.decorator_list, *opened])

    return sorted(name for name, (node, _) in functions().items() if of_its_own(node))


def test_every_act_leaves_a_line_or_says_why_not() -> None:
    assert len(acts()) > 60
    silent = {name.removeprefix("quanxin.") for name in acts() if not leaves_a_line(name, set())}
    assert silent == set(WITHOUT)


def test_the_walk_sees_an_act_without_a_line() -> None:
    """It would be no proof if everything led to the audit somehow."""
    assert not leaves_a_line("quanxin.calendar.clock.now", set())
    assert not leaves_a_line("quanxin.accounts.sessions.sweep", set())
    assert leaves_a_line("quanxin.accounts.people.add_account", set())
