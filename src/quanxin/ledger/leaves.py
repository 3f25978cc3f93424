"""Acts as leaves of the public log: every line of the audit whose act a slice declares (``leaves``), within that act.

Invariant: one place makes the leaf of whatever is done, so that none is forgotten by whoever writes an act. A leaf commits to
the whole line by its digest; what its receipt says in clear is the act, what it is about, and the particulars that its
declaration names.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from quanxin.accounts.models import AuditLine
from quanxin.ledger import log
from quanxin.proofs.canonical import canonical
from quanxin.runtime.slices import Leaf, leaves


def of_lines(lines: Sequence[AuditLine]) -> None:
    """Let the log commit to those of the lines whose acts are declared; called within their act."""
    declared = leaves()
    commit([(line, declared[line.act]) for line in lines if line.act in declared])


def commit(lines: Iterable[tuple[AuditLine, Leaf]]) -> None:
    """Let the log commit to lines, each as the leaf that it makes."""
    if found := [(leaf.kind, line.target, _content(line, leaf.says)) for line, leaf in lines]:
        log.add_all(found)


def digest_of(line: AuditLine) -> str:
    """The digest of a line of the audit, the same whether it was just written or is read."""
    at = line.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    said = [line.actor, line.act, line.target, at, _exact(line.particulars)]
    return hashlib.sha256(canonical(said)).hexdigest()


def _content(line: AuditLine, says: Sequence[str]) -> dict[str, Any]:
    said = {key: line.particulars[key] for key in says if line.particulars.get(key) is not None}
    return {**said, "act": line.act, "about": line.target, "line": digest_of(line)}


def _exact(value: Any) -> Any:
    """A value with its numbers in one spelling each: a database gives 1e3 back as 1000, and 10.0 may be 10."""
    if isinstance(value, dict):
        return {key: _exact(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(one) for one in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{Decimal(repr(value)).normalize():f}"
    return value
