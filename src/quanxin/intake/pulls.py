"""Pulling: what is new in a department's database is handed in like a file.

Invariant: the high-water mark of a source moves only after the batch that holds everything up to it was committed, and
rows at the mark are read again; so a pull that dies, or is repeated, loses nothing and doubles nothing. One pull of a
source at a time.
"""

from __future__ import annotations

import datetime as dt
import decimal
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from croniter import croniter
from django.conf import settings
from django.db import transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import now, today
from quanxin.intake import sources
from quanxin.intake.errors import IntakeError, translated
from quanxin.intake.extract import Extract, extract
from quanxin.intake.models import Pulled
from quanxin.intake.pipeline import Progress, admit, intake, untold
from quanxin.intake.sources import Source
from quanxin.runtime.pack import current_pack
from quanxin.runtime.session import claimed

TASK = "intake.pull"  # which jobs.py declares
_FIRST_WAIT, _LONGEST_WAIT = 60, 3600  # seconds after a failure; each further one doubles the wait

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pull:
    """What a pull brought. ``batch`` is None when there was nothing new; ``unmarked`` rows have no mark and are read
    each time that the query gives them."""

    source: str
    rows: int
    unmarked: int
    since: str | None
    mark: str | None
    batch: str | None
    receipt: dict[str, Any] | None

    def to_json(self) -> dict[str, Any]:
        """As JSON that others read; the names are stable."""
        return asdict(self)


def pull(name: str, *, actor: Actor, full: bool = False, on_progress: Progress | None = None) -> Pull:
    """Hand in what is new at a source since its mark, or with ``full`` all of it from the beginning.

    Raises ``NotAllowed`` without the intake role for its provider and ``IntakeError`` in words: the definition, the
    source, the file; then the mark stays where it was.
    """
    actor.require(Role.INTAKE)
    source = sources.load(name)
    actor.require(Role.INTAKE, source.provider)
    with claimed(f"source:{name}") as session:
        if session is None:
            raise IntakeError("source-busy", source=name)
        state, _ = Pulled.objects.get_or_create(source=name)
        # counted beforehand: a pull that is killed has failed too, and waits for its turn
        state.tried_at, state.failures = now(), state.failures + 1
        state.save(update_fields=["tried_at", "failures"])
        try:
            return _pull(source, state, actor, full, on_progress or untold)
        except IntakeError as error:
            Pulled.objects.filter(pk=name).update(error=error.to_json())
            raise


def pull_due() -> list[str]:
    """Have jobs pull the sources whose time has come; return which. A definition that cannot be used is logged."""
    given = []
    for name in sources.names():
        try:
            source = sources.load(name)
        except IntakeError as error:
            _log.warning("%s", error)
            continue
        if is_due(source, Pulled.objects.filter(pk=name).first(), now()) and _free(name) and _enqueue(name):
            given.append(name)
    return given


def pull_as_job(name: str) -> None:
    """Pull a source as its own actor; what is wrong is kept with the source, and its next turn comes by itself."""
    try:
        made = pull(name, actor=Actor(f"source:{name}", frozenset({Role.INTAKE})))
    except IntakeError as error:
        _log.warning("%s", error, extra={"source": name, "code": error.code})
    else:
        if made.unmarked:
            _log.warning("rows without a mark", extra={"source": name, "rows": made.unmarked})


def is_due(source: Source, state: Pulled | None, at: dt.datetime) -> bool:
    """Whether a source is to be pulled: never tried, its schedule came round since, or its last failure is long ago."""
    if source.schedule is None:
        return False
    if state is None or state.tried_at is None:
        return True
    if state.failures:
        wait = min(_FIRST_WAIT * 2 ** min(state.failures - 1, 10), _LONGEST_WAIT)
        return at >= state.tried_at + dt.timedelta(seconds=wait)
    latest: dt.datetime = croniter(source.schedule, at).get_prev(dt.datetime)
    return state.tried_at < latest


def _pull(source: Source, state: Pulled, actor: Actor, full: bool, tell: Progress) -> Pull:
    """One pull under the claim."""
    pack = current_pack()
    admit(pack, pack.on(today()), source.resource, source.provider)
    since: Any = None
    if source.incremental:
        since = source.incremental.start if full or state.mark is None else _unpack(state.mark)
    out = Path(settings.DATA_DIR) / "pulls" / f"{source.name}.parquet"
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        tell("pulling")
        with translated(out):
            found = extract(source, since, out, after=state.batch_id or "")
        receipt = None
        if found.rows and (full or not _known(found, state)):
            receipt = intake(
                out, resource=source.resource, provider=source.provider, actor=actor, mode=source.mode, on_progress=tell
            )
    finally:
        out.unlink(missing_ok=True)
    state.failures, state.error, state.pulled_at = 0, None, now()
    if receipt is not None:
        state.batch_id = receipt.batch
    if found.rows:
        state.digest, state.edge = found.digest, found.edge
    if found.mark is not None and (full or type(found.mark) is not type(since) or found.mark >= since):
        state.mark = _packed(found.mark)
    state.save()
    return Pull(
        source=source.name,
        rows=found.rows,
        unmarked=found.unmarked,
        since=None if since is None else str(since),
        mark=state.mark and state.mark["value"],
        batch=receipt.batch if receipt else None,
        receipt=receipt.to_json() if receipt else None,
    )


def _known(found: Extract, state: Pulled) -> bool:
    """Whether nothing is new: the rows are those of the last pull, or those alone that stood at its mark."""
    return state.digest == found.digest or state.edge == found.digest


def _packed(mark: Any) -> dict[str, str]:
    """A mark as JSON that keeps its type."""
    match mark:
        case dt.datetime() | dt.date():
            return {"type": type(mark).__name__, "value": mark.isoformat()}
        case int() | decimal.Decimal() | float():
            return {"type": type(mark).__name__, "value": str(mark)}
        case _:
            return {"type": "str", "value": str(mark)}


def _unpack(mark: dict[str, str]) -> Any:
    kinds: dict[str, Any] = {
        "datetime": dt.datetime.fromisoformat, "date": dt.date.fromisoformat, "int": int, "float": float,
        "Decimal": decimal.Decimal,
    }  # fmt: skip
    return kinds.get(mark["type"], str)(mark["value"])


def _free(name: str) -> bool:
    with claimed(f"source:{name}") as session:
        return session is not None


def _enqueue(name: str) -> bool:
    """Have a job pull a source; False when one is waiting to do so already."""
    try:
        with transaction.atomic():
            app.configure_task(TASK, queue="intake", queueing_lock=f"source:{name}").defer(source=name)
    except exceptions.AlreadyEnqueued:
        return False
    return True
