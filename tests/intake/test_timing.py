"""The seconds of a receipt go from reading to commit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from quanxin.accounts import operator
from quanxin.intake.receipt import Receipt
from quanxin.intake.receipts import receipt_of
from quanxin.intake.replay import replay
from quanxin.intake.small_batches import take_in
from tests.city import hand_in, penalty, register, registration

SLEPT = 1.5  # seconds that each commit takes longer
PENALTY, PROVIDER = "administrative-penalty", "market-regulation"


@contextmanager
def slow_commits() -> Iterator[None]:
    """Each batch's commit takes ``SLEPT`` seconds: what the database puts off until then."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN PERFORM pg_sleep({SLEPT}); RETURN NULL; END $$;"
            "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON archive_batch DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION slow()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER slow ON archive_batch; DROP FUNCTION slow()")


def untold(work: Callable[[], Receipt | None]) -> tuple[float, float]:
    """Do the work; the seconds that it took and its receipt does not tell: the one given, the one kept."""
    began = time.monotonic()
    made = work()
    took = time.monotonic() - began
    assert made is not None
    assert made.received
    return took - made.seconds, took - receipt_of(made.batch).seconds


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_takes_long_is_in_the_seconds_of_its_receipt(tmp_path: Path) -> None:
    rows = [penalty(0, "一号"), penalty(1, "二号")]
    late = hand_in(tmp_path, PENALTY, [penalty(2, "三号")], name="late.csv")  # its subject is not there yet
    assert late.unlinked == 1
    with slow_commits():
        given, kept = untold(lambda: register(tmp_path))
        assert 0 < given == pytest.approx(kept)
        assert given < SLEPT
        few = {"resource": PENALTY, "provider": PROVIDER, "actor": operator(), "name": "rows.jsonl"}
        given, kept = untold(lambda: take_in(rows, "d" * 64, **few))  # type: ignore[arg-type]
        assert 0 < given == pytest.approx(kept)
        assert given < SLEPT
        _, kept = untold(lambda: replay(late.batch, actor=operator()))  # an act: it commits more than its intake
        assert 0 < kept < SLEPT


@pytest.mark.django_db
def test_the_receipt_of_the_same_file_again_tells_the_seconds_that_it_took(tmp_path: Path) -> None:
    first = hand_in(tmp_path, "enterprise-registration", [registration(0)])
    again = hand_in(tmp_path, "enterprise-registration", [registration(0)])
    assert again.repeated
    assert again.seconds == first.seconds == receipt_of(first.batch).seconds
