"""Candidates: found through the indexes, ranked with reasons, and never a person."""

from __future__ import annotations

import csv
import gzip
import itertools
import random
import statistics
import time
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quanxin.accounts import operator
from quanxin.intake.pipeline import intake
from quanxin.subjects.candidates import Particulars, Stated, candidates
from quanxin.subjects.likeness import WEIGHTS, WORDS, alike, one_slip_apart
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import find
from tests.city import CODES, NAMES, hand_in, penalty, person, registration

pytestmark = pytest.mark.django_db
DATA = Path(__file__).resolve().parents[2].parent / "shared/data/enterprises.csv.gz"
NUMBER = "370102200000013"


@pytest.fixture(autouse=True)
def registered(tmp_path: Path) -> None:
    rows = [registration(0, registration_number=NUMBER), registration(1), registration(2)]
    hand_in(tmp_path, "enterprise-registration", rows, name="register.csv")


def codes(stated: Stated, place: int = 0) -> set[str]:
    return {reason.code for reason in candidates(stated)[place].reasons}


@pytest.mark.parametrize(
    "text",
    [
        "济南甲样例机戒有限公司",  # a slip
        "济南市甲样例机械有限责任公司",  # the place and the form written out
        "甲样例机械（济南）有限公司",  # the place in brackets
        "济南甲例样机械有限公司",  # two characters exchanged
        "济南甲样例机械股份有限公司",  # another form
        "某某公司（原济南甲样例机械有限公司）",  # its name in brackets
    ],
)
def test_the_right_one_comes_first(text: str) -> None:
    found = candidates(Stated(name=text))
    assert found[0].name == NAMES[0]
    assert all(a.hundredths >= b.hundredths for a, b in itertools.pairwise(found))


def test_every_reason_has_words_and_a_weight() -> None:
    assert set(WORDS) == set(WEIGHTS)
    assert all(text.zh and text.en for text in WORDS.values())


def test_a_former_name_is_a_reason(tmp_path: Path) -> None:
    renamed = registration(0, subject_name="济南新名号机械有限公司", approval_date="2024-03-01")
    hand_in(tmp_path, "enterprise-registration", [renamed], name="renamed.csv")
    assert "former-name" in codes(Stated(name=NAMES[0]))


def test_numbers_the_same_or_one_slip_away() -> None:
    assert "same-registration-number" in codes(Stated(registration=NUMBER))
    slipped = NUMBER[:5] + ("1" if NUMBER[5] != "1" else "2") + NUMBER[6:]
    assert "near-number" in codes(Stated(registration=slipped))
    assert "same-organisation-code" in codes(Stated(organisation=CODES[1][8:17]))
    assert candidates(Stated(code="91999999MA99999999")) == []


def test_address_and_representative_speak_for_one_of_two() -> None:
    first, second = (find(CODES[n]) for n in (0, 1))
    assert first is not None
    assert second is not None
    stated = Stated(name="济南样例有限公司", address="济南市历下区样例路1号", representative="样例人")
    told = {second.pk: Particulars("历下区样例路1号", "样例人"), first.pk: Particulars("平阴县别处9号", "别人")}
    best = candidates(stated, tell=lambda _: told)[0]
    assert best.subject_id == second.pk
    assert {"address", "representative"} <= {r.code for r in best.reasons}


def test_a_person_is_no_candidate_and_a_persons_name_looks_for_nobody(tmp_path: Path) -> None:
    hand_in(tmp_path, "administrative-penalty", [penalty(0, **person())], name="p.csv")
    assert Subject.objects.filter(natural=True).exists()
    assert candidates(Stated(name="样例人")) == []
    with CaptureQueriesContext(
        connection,
    ) as asked:
        candidates(Stated(name="样例人"))
    assert not [q for q in asked if "namepair" in q["sql"]]


def test_the_similarity_is_whole_hundredths() -> None:
    assert alike("甲样例", "甲样例") == 100
    assert alike("甲样例", "甲样列") == 66
    assert alike("", "") == 0
    assert one_slip_apart("ab", "ba")
    assert not one_slip_apart("ab", "ab")
    assert not one_slip_apart("abcd", "badc")


SLIPS = {
    "form": lambda n, _: n.replace("有限责任公司", "有限公司") if "有限责任公司" in n else n.replace("有限公司", "有限责任公司"),
    "city": lambda n, _: n.replace("市", "", 1),
    "character": lambda n, r: n[: (i := r.randrange(2, len(n) - 4))] + "某" + n[i + 1 :],
    "exchange": lambda n, r: n[: (i := r.randrange(2, len(n) - 5))] + n[i + 1] + n[i] + n[i + 2 :],
    "left out": lambda n, r: n[: (i := r.randrange(2, len(n) - 4))] + n[i + 1 :],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason="the real register's rows are not on this machine")
def test_mistyped_real_names_find_their_subject() -> None:
    """Of real names that were mistyped, nearly all find their subject, first, and fast."""
    intake(DATA, resource="enterprise-registration", provider="market-regulation", actor=operator())
    rng = random.Random(11)
    with gzip.open(DATA, "rt", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if len(r["code"]) == 18 and len(r["name"]) > 8]
    sample = rng.sample(rows, 400)
    first = listed = tried = 0
    seconds = []
    for n, row in enumerate(sample):
        stated = list(SLIPS.values())[n % len(SLIPS)](row["name"], rng)
        subject = find(row["code"])
        if subject is None or stated == row["name"]:
            continue
        started = time.perf_counter()
        found = [c.subject_id for c in candidates(Stated(name=stated))]
        seconds.append(time.perf_counter() - started)
        tried += 1
        first += found[:1] == [subject.pk]
        listed += subject.pk in found
    print(f"{tried} tried, first {first}, listed {listed}, median {statistics.median(seconds) * 1000:.1f} ms")
    assert tried > 250
    assert first >= 0.95 * tried
    assert listed >= 0.99 * tried
