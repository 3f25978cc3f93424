"""Real rows of the enterprise register, dirty as real data is: all of them accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest

from quanxin.accounts import operator
from quanxin.archive.models import Record
from quanxin.intake import receipts
from quanxin.intake.pipeline import intake
from quanxin.intake.receipt import Receipt
from quanxin.subjects.models import Identifier, Subject
from quanxin.subjects.search import search_names

DATA = Path(__file__).resolve().parents[2].parent / "shared/data/enterprises.csv.gz"


@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason="the real register's rows are not on this machine")
@pytest.mark.django_db
def test_all_rows_of_the_register_are_accounted_for() -> None:
    made = _take_in()
    assert made.received == 25_074
    assert made.received == made.accepted + made.duplicate + made.quarantined + made.unlinked
    assert (made.accepted, made.duplicate, made.quarantined, made.unlinked) == (24_225, 66, 65, 718)
    assert made.codes["uscc-lower-case"] == 13
    assert made.codes["code-is-registration-number"] == 643 + 69
    assert made.codes["code-is-foreign-registration"] == 5
    assert made.codes["code-is-organisation-code"] == 1
    assert made.codes["uscc-check-digit"] == 6
    assert made.codes["uscc-length"] == made.codes["date-unreadable"] == made.codes["capital-unreadable"] == 1
    assert (made.codes["duplicate-in-batch"], made.codes["conflict-in-batch"]) == (66, 12)
    # an old number was nowhere turned into a code
    assert not Identifier.objects.filter(kind="uscc", value__regex="^([0-9]{13}|[0-9]{15})$").exists()
    assert Subject.objects.count() == Record.objects.count() == 24_225
    for row in receipts.held_rows(made.batch):
        assert row["issues"], row
    again = _take_in()
    assert again.repeated
    assert Record.objects.count() == 24_225
    for text in ("济南", "圣泉", "轻骑", "重汽"):
        page = search_names(text)
        assert page.hits
        assert all(text in hit.name for hit in page.hits)


def _take_in() -> Receipt:
    return intake(DATA, resource="enterprise-registration", provider="market-regulation", actor=operator())
