"""The bulk linkage proposes; nothing is linked by it."""

from __future__ import annotations

import csv
import gzip
import random
import time
from pathlib import Path

import pytest

from quanxin.accounts import Actor, operator
from quanxin.accounts.actors import NotAllowed
from quanxin.intake.models import Held, Proposal
from quanxin.intake.pipeline import intake
from quanxin.intake.unlinked_queue import candidates_for, queue
from quanxin.subjects.models import Decision
from quanxin.subjects.queries import find
from tests.city import CODES, register
from tests.intake.test_link_decisions import courts, debtor

pytest.importorskip("splink", reason="quanxin[linkage] is not installed")
pytestmark = pytest.mark.django_db
DATA = Path(__file__).resolve().parents[2].parent / "shared/data/enterprises.csv.gz"


def test_proposals_go_to_the_queue_and_link_nothing(tmp_path: Path) -> None:
    from quanxin.intake.bulk_proposals import propose

    register(tmp_path)
    courts(tmp_path, debtor(), debtor("（2025）鲁0102执2号", subject_name="样例人"))
    made = propose(operator())
    assert (made.identities, made.names) == (1, 3)
    again = propose(operator())
    assert again == made
    subject = find(CODES[0])
    assert subject is not None
    best = Proposal.objects.order_by("-hundredths").first()
    assert best is not None
    assert best.subject == subject
    assert not Decision.objects.exists()
    assert Held.objects.filter(released_by=None).count() == 2
    reasons = {r.code for c in candidates_for(queue(operator())[0].held) if c.code == CODES[0] for r in c.reasons}
    assert "bulk-proposal" in reasons
    with pytest.raises(NotAllowed):
        propose(Actor("x", frozenset()))


@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason="the real register's rows are not on this machine")
def test_mistyped_real_names_are_proposed_their_subject(tmp_path: Path) -> None:
    from quanxin.intake.bulk_proposals import propose

    intake(DATA, resource="enterprise-registration", provider="market-regulation", actor=operator())
    rng = random.Random(7)
    with gzip.open(DATA, "rt", encoding="utf-8") as file:
        known = [r for r in csv.DictReader(file) if len(r["code"]) == 18 and len(r["name"]) > 8]
    wanted = {}
    for row in rng.sample(known, 300):
        at = rng.randrange(2, len(row["name"]) - 4)
        wanted[row["name"][:at] + "某" + row["name"][at + 1 :]] = row["code"]
    courts(tmp_path, *(debtor(f"（2025）鲁0102执{n}号", subject_name=name) for n, name in enumerate(wanted)))
    started = time.perf_counter()
    made = propose(operator())
    seconds = time.perf_counter() - started
    hits = tried = 0
    for entry in queue(operator(), provider="courts", limit=1000):
        subject = find(wanted[entry.stated["name"]])
        if subject is not None:
            tried += 1
            hits += Proposal.objects.filter(stated_key=entry.held.stated_key, subject=subject).exists()
    print(f"{made}, {seconds:.1f} s, {hits} of {tried}")
    assert made.identities > 900
    assert tried > 280
    assert hits >= 0.75 * tried
