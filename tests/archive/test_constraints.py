"""What the database itself refuses, whoever asks."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from quanxin.archive.models import Batch, Edition, Record
from quanxin.calendar import now
from quanxin.subjects.models import Subject

pytestmark = pytest.mark.django_db(transaction=True)


def edition(**changes: Any) -> Edition:
    values: dict[str, Any] = {
        "resource": "administrative-penalty", "digest": uuid.uuid4().hex, "pack": "jinan",
        "in_force_from": dt.date(2018, 1, 1), "basis": [{"title": "行政处罚法"}], "definition": {},
    }  # fmt: skip
    return Edition.objects.create(**values | changes)


def batch(**changes: Any) -> Batch:
    values: dict[str, Any] = {
        "id": uuid.uuid4().hex, "edition": changes.pop("edition", None) or edition(), "provider": "market-regulation",
        "resource": "administrative-penalty", "mode": "append", "file_name": "a.csv", "file_sha256": uuid.uuid4().hex,
        "received": 1, "accepted": 1, "updated": 0, "duplicate": 0, "quarantined": 0, "unlinked": 0,
        "received_on": dt.date(2026, 1, 5), "recorded_at": now(), "actor": "t", "receipt": {}, "manifest": [],
    }  # fmt: skip
    return Batch.objects.create(**values | changes)


def subject(**changes: Any) -> Subject:
    return Subject.objects.create(**{"type": "enterprise", "code": "", "name": "甲", "recorded_at": now()} | changes)


def record(of: Subject, within: Batch, **changes: Any) -> Record:
    values: dict[str, Any] = {
        "id": uuid.uuid4().int >> 80, "subject_id": of.pk, "resource": within.resource, "key_hash": uuid.uuid4(),
        "content_hash": uuid.uuid4(), "version": 1, "payload": {}, "published": True, "recorded_at": now(),
        "batch_id": within.pk, "provider": "market-regulation", "row_no": 1,
    }  # fmt: skip
    return Record.objects.create(**values | changes)


def test_a_record_under_a_batch_in_force_is_taken() -> None:
    assert record(subject(), batch()).version == 1


def test_an_edition_without_basis_is_refused() -> None:
    with pytest.raises(IntegrityError, match="edition_has_basis"):
        edition(basis=[])


def test_a_record_without_a_batch_is_refused() -> None:
    with pytest.raises(IntegrityError, match="no basis, no record"):
        record(subject(), batch(), batch_id="none")


def test_a_record_of_another_resource_than_its_batch_is_refused() -> None:
    with pytest.raises(IntegrityError, match="no basis, no record"):
        record(subject(), batch(), resource="tax-rating")


@pytest.mark.parametrize(
    "force",
    [{"in_force_from": dt.date(2027, 1, 1)}, {"in_force_until": dt.date(2025, 12, 31)}],
    ids=["not yet", "no longer"],
)
def test_a_record_under_an_edition_out_of_force_is_refused(force: dict[str, dt.date]) -> None:
    with pytest.raises(IntegrityError, match="no basis, no record"):
        record(subject(), batch(edition=edition(**force)))


def test_a_published_record_of_a_natural_person_is_refused() -> None:
    person = subject(type="person", natural=True)
    with pytest.raises(IntegrityError, match="never published"):
        record(person, batch())
    assert not record(person, batch(), published=False).published


def test_a_record_cannot_be_rewritten_deleted_or_superseded_twice() -> None:
    kept = record(subject(), batch())
    rows = Record.objects.filter(subject_id=kept.subject_id, id=kept.id)
    for change in ({"payload": {"a": 1}}, {"version": 2}, {"superseded_at": now(), "published": False}):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.delete()
    assert rows.update(superseded_at=now()) == 1
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.update(superseded_at=now())


def test_two_current_versions_of_one_natural_key_are_refused() -> None:
    of, within, key = subject(), batch(), uuid.uuid4()
    first = record(of, within, key_hash=key)
    with pytest.raises(IntegrityError, match="subject_id_resource_key_hash"), transaction.atomic():
        record(of, within, key_hash=key, version=2)
    Record.objects.filter(subject_id=of.pk, id=first.id).update(superseded_at=now())
    assert record(of, within, key_hash=key, version=2).version == 2


def test_buckets_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(IntegrityError, match="batch_buckets_add_up"):
        batch(received=2)


def test_the_same_file_cannot_be_committed_twice() -> None:
    batch(file_sha256="same")
    with pytest.raises(IntegrityError, match="batch_file_once"):
        batch(file_sha256="same")


def test_the_audit_only_grows() -> None:
    from quanxin.accounts import operator
    from quanxin.accounts.models import AuditLine, audit

    audit(operator(), "t.act", "t:1", n=1)
    for statement in ("UPDATE accounts_auditline SET act = 'x'", "DELETE FROM accounts_auditline"):
        with pytest.raises(IntegrityError, match="only grows"), connection.cursor() as cursor:
            cursor.execute(statement)
    assert AuditLine.objects.get().particulars == {"n": 1}
