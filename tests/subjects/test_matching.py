"""Whom a row is about: by the strongest identifier that it carries, and by nothing weaker."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from quanxin.accounts import operator
from quanxin.archive.models import Record
from quanxin.intake.pipeline import intake
from quanxin.subjects.models import Identifier
from quanxin.subjects.queries import find
from quanxin.subjects.search import search_names
from tests.city import CODES, NAMES, hand_in, registration, write

pytestmark = pytest.mark.django_db
NUMBER = "370102200000013"


def _debtor(**changes: str | None) -> dict[str, str | None]:
    return {
        "subject_name": NAMES[0],
        "court": "济南市历下区人民法院",
        "document_number": "（2025）鲁0102执36号",
        "duties": "支付货款",
        "performance": "全部未履行",
        "decision_date": "2025-05-05",
    } | changes


@pytest.fixture(autouse=True)
def registered(tmp_path: Path) -> None:
    hand_in(
        tmp_path,
        "enterprise-registration",
        [registration(0, registration_number=NUMBER), registration(1), registration(2)],
        name="register.csv",
    )


def hand(tmp_path: Path, **changes: str | None) -> str | None:
    path = write(tmp_path, "judgment-debtors", [_debtor(**changes)], "debtor.csv")
    made = intake(path, resource="judgment-debtors", provider="courts", actor=operator())
    if not made.accepted:
        return None
    record = Record.objects.get(batch_id=made.batch)
    return next(code for code in CODES if (found := find(code)) and found.pk == record.subject_id)


def test_by_code(tmp_path: Path) -> None:
    assert hand(tmp_path, uscc=CODES[0]) == CODES[0]


def test_by_an_old_number_in_the_code_column(tmp_path: Path) -> None:
    assert hand(tmp_path, uscc=NUMBER) == CODES[0]


def test_by_organisation_code(tmp_path: Path) -> None:
    assert hand(tmp_path, organisation_code=CODES[0][8:17]) == CODES[0]


def test_by_the_exact_name_alone(tmp_path: Path) -> None:
    assert hand(tmp_path) == CODES[0]
    assert hand(tmp_path, subject_name="济南甲样例机械", document_number="（2025）鲁0102执37号") is None


def test_a_name_is_the_same_in_full_width_and_with_blanks(tmp_path: Path) -> None:
    assert hand(tmp_path, subject_name=" 济南甲样例机械　有限公司 ") == CODES[0]


def test_an_unknown_code_is_not_joined_by_its_name(tmp_path: Path) -> None:
    assert hand(tmp_path, uscc=CODES[1][:8] + "QX9999990"[:9] + "0") is None


def test_a_code_with_anothers_name_is_held(tmp_path: Path) -> None:
    assert hand(tmp_path, uscc=CODES[0], subject_name=NAMES[1]) is None


def test_names_are_found_by_any_two_characters() -> None:
    for name in NAMES:
        for start in range(len(name) - 1):
            assert name in [hit.name for hit in search_names(name[start : start + 2]).hits]
    assert search_names("甲").total == 0
    assert search_names("").total == 0


def test_a_number_without_its_kind_is_found_by_index() -> None:
    """Whatever a planner believes of the register's size, asking for a number need not read the register."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "Index Cond: ((value)::text" in Identifier.objects.filter(value=NUMBER).explain()
    assert find(NUMBER) == find(CODES[0])
