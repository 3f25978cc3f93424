"""The way of a row: every row has its bucket, every act can be done again, nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection

from quanxin.accounts import Actor, operator
from quanxin.accounts.actors import NotAllowed
from quanxin.archive.errors import NoSuchSubject
from quanxin.archive.models import Batch, Event, Record
from quanxin.archive.queries import archive_of
from quanxin.archive.viewers import PUBLIC
from quanxin.demo.city import code_of
from quanxin.intake import receipts
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Held
from quanxin.intake.pipeline import intake
from quanxin.intake.replay import replay
from quanxin.subjects.models import Finding, Identifier, Subject
from quanxin.subjects.queries import find
from quanxin.subjects.search import search_names
from tests.city import CODES, NAMES, hand_in, penalty, person, register, registration, write

pytestmark = pytest.mark.django_db


def buckets(receipt: object) -> tuple[int, ...]:
    names = ("received", "accepted", "updated", "duplicate", "quarantined", "unlinked")
    return tuple(getattr(receipt, name) for name in names)


def test_every_row_has_exactly_one_bucket(tmp_path: Path) -> None:
    register(tmp_path)
    rows = [
        penalty(0, "甲〔2025〕1号"),
        penalty(0, "甲〔2025〕1号"),  # to the letter again
        penalty(1, "甲〔2025〕2号", uscc=CODES[1][:-1] + ("0" if CODES[1][-1] != "0" else "1")),
        penalty(2, "甲〔2025〕3号", uscc="91370102QXZZZZZZ00"[:18], subject_name="无人登记的公司"),
        penalty(2, "甲〔2025〕4号", subject_name="别的名称有限公司"),
        penalty(2, "甲〔2025〕5号", fine=None),
        penalty(2, "甲〔2025〕6号"),
    ]
    made = hand_in(tmp_path, "administrative-penalty", rows)
    assert buckets(made) == (7, 2, 0, 1, 4, 0)
    assert made.codes["duplicate-in-batch"] == 1
    assert made.codes["subject-name-mismatch"] == 1
    assert made.codes["missing-required"] == 1
    assert Record.objects.filter(batch_id=made.batch).count() == 2
    assert Held.objects.filter(batch_id=made.batch).count() == 4


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    first = register(tmp_path)
    before = (Record.objects.count(), Event.objects.count(), Subject.objects.count())
    again = register(tmp_path)
    assert again.repeated
    assert again.batch == first.batch
    assert (Record.objects.count(), Event.objects.count(), Subject.objects.count()) == before


def test_the_same_rows_in_another_file_are_duplicates(tmp_path: Path) -> None:
    register(tmp_path)
    hand_in(tmp_path, "administrative-penalty", [penalty(0), penalty(1)])
    made = hand_in(tmp_path, "administrative-penalty", [penalty(1), penalty(0)], name="other.csv")
    assert buckets(made) == (2, 0, 0, 2, 0, 0)


def test_other_content_under_a_known_key_is_a_new_version(tmp_path: Path) -> None:
    register(tmp_path)
    hand_in(tmp_path, "administrative-penalty", [penalty(0)])
    made = hand_in(tmp_path, "administrative-penalty", [penalty(0, fine="0.6")], name="corrected.csv")
    assert buckets(made) == (1, 0, 1, 0, 0, 0)
    versions = Record.objects.filter(resource="administrative-penalty").order_by("version")
    assert [(v.version, v.payload["fine"], v.superseded_at is None) for v in versions] == [
        (1, "0.500000", False),
        (2, "0.600000", True),
    ]


def test_brackets_and_blanks_of_a_document_number_make_neither_another_record_nor_a_version(tmp_path: Path) -> None:
    register(tmp_path)
    hand_in(tmp_path, "administrative-penalty", [penalty(0, "济历罚〔2025〕7号")])
    made = hand_in(tmp_path, "administrative-penalty", [penalty(0, "济历罚[2025] 7 号")], name="other.csv")
    assert buckets(made) == (1, 0, 0, 1, 0, 0)


def test_rows_that_contradict_each_other_are_all_held(tmp_path: Path) -> None:
    register(tmp_path)
    made = hand_in(tmp_path, "administrative-penalty", [penalty(0), penalty(0, fine="9")])
    assert buckets(made) == (2, 0, 0, 0, 2, 0)
    assert made.codes == {"conflict-in-batch": 2}


def test_one_code_with_two_names_is_shown_and_not_merged(tmp_path: Path) -> None:
    register(tmp_path)
    made = hand_in(
        tmp_path, "enterprise-registration", [registration(0, subject_name="济南另名有限公司")], name="b.csv"
    )
    assert made.codes == {"code-two-names": 1}
    assert Finding.objects.get(kind="code-two-names").value == CODES[0]
    found = find(CODES[0])
    assert found is not None
    assert found.name == NAMES[0]


def test_one_name_with_two_codes_is_shown_and_not_merged(tmp_path: Path) -> None:
    register(tmp_path)
    other = code_of("91", "370102", 99)
    made = hand_in(tmp_path, "enterprise-registration", [registration(0, uscc=other)], name="b.csv")
    assert made.accepted == 1
    finding = Finding.objects.get(kind="name-two-codes")
    assert finding.particulars == {"codes": sorted([CODES[0], other])}
    assert find(CODES[0]) != find(other)


def test_a_later_statement_of_the_register_renames(tmp_path: Path) -> None:
    register(tmp_path)
    hand_in(
        tmp_path,
        "enterprise-registration",
        [registration(0, subject_name="济南新名样例有限公司", approval_date="2024-03-01")],
        name="renamed.csv",
    )
    found = find(CODES[0])
    assert found is not None
    assert found.name == "济南新名样例有限公司"
    old_name = hand_in(tmp_path, "administrative-penalty", [penalty(0, "旧〔2020〕1号", decision_date="2020-05-05")])
    new_name = hand_in(
        tmp_path, "administrative-penalty", [penalty(0, "旧〔2025〕1号", decision_date="2025-05-05")], name="late.csv"
    )
    assert old_name.accepted == 1
    assert new_name.codes == {"subject-name-mismatch": 1}


@pytest.mark.parametrize(
    ("resource", "provider", "code"),
    [
        ("overload-severe", "transport", "resource-out-of-force"),
        ("no-such-thing", "transport", "resource-unknown"),
        ("medical-insurance-arrears", "courts", "provider-not-allowed"),
    ],
)
def test_what_the_catalogue_does_not_allow_is_refused_whole(
    tmp_path: Path, resource: str, provider: str, code: str
) -> None:
    path = write(tmp_path, "administrative-penalty", [penalty(0)])
    with pytest.raises(IntakeError) as refused:
        intake(path, resource=resource, provider=provider, actor=operator())
    assert refused.value.code == code
    assert not Batch.objects.exists()


def test_who_has_no_intake_role_takes_nothing_in(tmp_path: Path) -> None:
    path = write(tmp_path, "administrative-penalty", [penalty(0)])
    with pytest.raises(NotAllowed):
        intake(path, resource="administrative-penalty", provider="market-regulation", actor=Actor("x", frozenset()))


def test_replacing_withdraws_what_the_file_lacks(tmp_path: Path) -> None:
    register(tmp_path)
    hand_in(tmp_path, "administrative-penalty", [penalty(0, "一号"), penalty(1, "二号")])
    made = hand_in(tmp_path, "administrative-penalty", [penalty(0, "一号")], name="all.csv", mode="replace")
    assert made.withdrawn == 1
    current = Record.objects.filter(resource="administrative-penalty", superseded_at=None)
    assert [r.payload["document_number"] for r in current] == ["一号"]


def test_a_held_row_is_taken_in_once_its_subject_is_known(tmp_path: Path) -> None:
    first = hand_in(tmp_path, "administrative-penalty", [penalty(0)])
    assert buckets(first) == (1, 0, 0, 0, 0, 1)
    register(tmp_path)
    again = replay(first.batch, actor=operator())
    assert buckets(again) == (1, 1, 0, 0, 0, 0)
    with pytest.raises(IntakeError) as nothing:
        replay(first.batch, actor=operator())
    assert nothing.value.code == "replay-nothing-held"


def test_a_corrected_cell_is_taken_in(tmp_path: Path) -> None:
    register(tmp_path)
    first = hand_in(tmp_path, "administrative-penalty", [penalty(0, fine="约三万")])
    assert first.codes == {"money-unreadable": 1}
    again = replay(first.batch, actor=operator(), rows={1: {"fine": "3"}})
    assert again.accepted == 1


def test_a_replay_that_changes_nothing_leaves_nothing(tmp_path: Path) -> None:
    first = hand_in(tmp_path, "administrative-penalty", [penalty(0)])
    with pytest.raises(IntakeError) as nothing:
        replay(first.batch, actor=operator())
    assert nothing.value.code == "replay-changes-nothing"
    assert Batch.objects.count() == 1


def test_a_natural_person_is_kept_sealed_and_shown_to_nobody(tmp_path: Path) -> None:
    row = penalty(0, **person())
    number = row["identity_number"] or ""
    made = hand_in(tmp_path, "administrative-penalty", [row])
    assert made.accepted == 1
    kept = Subject.objects.get(natural=True)
    assert not Record.objects.get(subject_id=kept.pk).published
    assert search_names("样例").total == 0
    with pytest.raises(NoSuchSubject):
        archive_of(kept.pk, PUBLIC)
    with connection.cursor() as cursor:
        for table in ("archive_record", "subjects_identifier", "subjects_subject", "archive_batch", "intake_held"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{number}%"])
            assert cursor.fetchone() == (0,)


def test_a_persons_number_in_a_held_row_is_sealed_too(tmp_path: Path) -> None:
    row = penalty(0, **person(), fine=None)
    made = hand_in(tmp_path, "administrative-penalty", [row])
    assert made.quarantined == 1
    held = Held.objects.get(batch_id=made.batch)
    assert row["identity_number"] not in json.dumps(held.original) + json.dumps(held.issues)
    assert row["identity_number"] not in json.dumps(receipts.held_rows(made.batch), ensure_ascii=False)


def test_a_minor_is_refused(tmp_path: Path) -> None:
    made = hand_in(tmp_path, "administrative-penalty", [penalty(0, **person("20150615"))])
    assert made.codes == {"identity-minor": 1}
    assert not Subject.objects.filter(natural=True).exists()


def test_the_annotated_workbook_can_be_handed_in_again(tmp_path: Path) -> None:
    register(tmp_path)
    first = hand_in(tmp_path, "administrative-penalty", [penalty(0), penalty(1, "二号", fine="约三万")])
    out = tmp_path / "annotated.xlsx"
    receipts.write_annotated(first.batch, out)
    again = intake(out, resource="administrative-penalty", provider="market-regulation", actor=operator())
    assert buckets(again) == (1, 0, 0, 0, 1, 0)


def test_an_old_number_stays_an_old_number(tmp_path: Path) -> None:
    made = hand_in(tmp_path, "enterprise-registration", [registration(0, uscc="370100200000018")])
    assert made.codes["code-is-registration-number"] == 1
    assert made.unlinked == 1
    assert not Identifier.objects.exists()
