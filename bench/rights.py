"""One repair, everywhere: from the commit of a decision until the portal, the feed and the score show it.

Invariant: everything is the served platform with its worker, as ``quanxin serve`` runs it, over a sample city; what is timed
begins when the decision's transaction has committed, and ends when somebody else can see it.
"""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bench.ground import line, percentiles
from bench.interface import _ask, _served, _token

if TYPE_CHECKING:
    from quanxin.archive.models import Record

DRAWN = 12  # decisions
MODEL = "public-enterprise"
PATIENCE = 120.0  # seconds for a score


def measure(folder: Path, subjects: int) -> None:
    """Print how soon portal, feed and score follow a decision in a sample city of so many subjects."""
    from quanxin.accounts import operator
    from quanxin.accounts.people import add_client
    from quanxin.demo.run import run
    from quanxin.sharing import feed, subscriptions

    run(subjects=subjects, seed=5, folder=folder / "departments", actor=operator())
    consumer = subscriptions.add_consumer(operator(), "bench", title="bench")
    subscriptions.grant(operator(), consumer, "administrative-penalty", purpose="bench", agreement="bench")
    client, secret = add_client(operator(), "bench-reader", consumer="bench", rate=1_000_000)
    delays: dict[str, list[float]] = {"portal": [], "feed": [], "score": []}
    with _served() as port:
        token = _token(port, (client.application.client_id, secret))
        for record in _drawn():
            since = str(feed.latest())
            code = _grant(record)
            committed = time.perf_counter()
            gone, position = f'id="record-{record.id}"', feed.latest()
            delays["portal"].append(_until(committed, lambda: gone not in _page(port, code), 0.005))  # noqa: B023
            delays["feed"].append(_until(committed, lambda: _repaired(port, token, since), 0.005))  # noqa: B023
            delays["score"].append(_until(committed, lambda: _followed(position), 0.1))  # noqa: B023
    line("a decision on the portal after its commit", percentiles(delays["portal"]), "max ≤ 1,000 ms")
    line("  in the feed", percentiles(delays["feed"]), "max ≤ 1,000 ms")
    line("  in the score of its subject, evaluated by the worker", percentiles(delays["score"]), "max ≤ 60,000 ms")


def _drawn() -> list[Record]:
    """Penalties that may be repaired today, of enterprises that have a score and stand in it with them."""
    from quanxin.archive.models import Record
    from quanxin.evaluation.models import Score
    from quanxin.rights.repairs import prospects

    scored = Score.objects.filter(model=MODEL).values("subject_id")
    found = Record.objects.filter(resource="administrative-penalty", superseded_at=None, subject_id__in=scored)
    of_each = {r.subject_id: r for r in found.filter(published=True).order_by("id")}
    may = [p.record for p in prospects(list(of_each.values())) if p.open and p.window.published]
    assert len(may) >= DRAWN, f"the sample city has {len(may)} penalties to repair"
    return may[:DRAWN]


def _grant(record: Record) -> str:
    """Take an application through to its grant; return the code of its subject."""
    from quanxin.accounts import operator
    from quanxin.casework.engine import perform
    from quanxin.casework.filing import Filed, Thing, file
    from quanxin.casework.parties import Party
    from quanxin.subjects.models import Subject

    subject = Subject.objects.get(pk=record.subject_id)
    form = {"committed": "1", "ask_department": "1"}
    case = file("repair", Filed(Party(operator(), subject), Thing(record), form=form))
    perform(operator(), case.number, "forward")
    perform(operator(), case.number, "accept")
    perform(operator(), case.number, "grant", {"confirmed": "1"})
    return subject.code


def _followed(position: int) -> bool:
    """Whether everyone whom events up to a position touched has been evaluated again."""
    from quanxin.archive import followers
    from quanxin.evaluation.incremental import SCORES

    return followers.position(SCORES.name) >= position


def _page(port: int, code: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/subject/{code}?print=1") as answer:
        return str(answer.read().decode())


def _repaired(port: int, token: str, since: str) -> bool:
    said = _ask(port, "GET", f"/api/v1/changes?since={since}", Authorization=f"Bearer {token}")[1]
    return any(item["change"] == "repaired" for item in said["items"])


def _until(started: float, holds: Callable[[], bool], pause: float) -> float:
    """Seconds from a moment until something holds."""
    while not holds():
        assert time.perf_counter() - started < PATIENCE, "it never showed"
        time.sleep(pause)
    return time.perf_counter() - started
