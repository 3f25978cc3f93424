"""A record is corrected by handing its row in again: a new version of the same record, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from quanxin.accounts import NotAllowed
from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.accounts.models import AuditLine
from quanxin.archive.models import Batch, Record
from quanxin.intake.corrections import CorrectionRefused, as_written, correct, key_fields, lost_numbers
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Held
from quanxin.runtime.pack import current_pack
from tests.city import hand_in, penalty, person, register

pytestmark = pytest.mark.django_db
PROVIDER, PENALTY = "market-regulation", "administrative-penalty"
DECIDER = Actor("user:decider", [Assignment(Role.DECIDER, PROVIDER)])
CLERK = Actor("user:clerk", [Assignment(Role.INTAKE, PROVIDER)])


def handed_in(folder: Path, **changes: str | None) -> Record:
    register(folder)
    hand_in(folder, PENALTY, [penalty(0) | changes], name="penalty.csv")
    return Record.objects.get(resource=PENALTY)


def now_of(record: Record) -> Record:
    return Record.objects.get(key_hash=record.key_hash, superseded_at=None)


@pytest.mark.parametrize("actor", [DECIDER, CLERK], ids=["decider", "clerk"])
def test_a_correction_is_a_new_version_with_receipt_and_audit(tmp_path: Path, actor: Actor) -> None:
    record = handed_in(tmp_path)
    made = correct(actor, PROVIDER, record, {"fine": "0.3"}, reason="金额录入有误")
    assert (made.version, made.key_hash) == (2, record.key_hash)
    assert made.payload == record.payload | {"fine": made.payload["fine"]}
    assert float(made.payload["fine"]) == 0.3
    record.refresh_from_db()
    assert record.superseded_at is not None
    batch = Batch.objects.get(pk=made.batch_id)
    assert (batch.updated, batch.received, batch.actor) == (1, 1, actor.name)
    line = AuditLine.objects.get(act="intake.correct")
    assert (line.actor, line.particulars["items"]) == (actor.name, ["fine"])


def test_the_same_correction_again_changes_nothing(tmp_path: Path) -> None:
    record = handed_in(tmp_path)
    made = correct(DECIDER, PROVIDER, record, {"fine": "0.3"}, reason="有误")
    assert correct(DECIDER, PROVIDER, record, {"fine": "0.3"}, reason="有误").id == made.id
    assert Batch.objects.filter(resource=PENALTY).count() == 2


def test_a_correction_can_be_put_back(tmp_path: Path) -> None:
    record = handed_in(tmp_path)
    made = correct(DECIDER, PROVIDER, record, {"fine": "0.3"}, reason="有误")
    back = correct(DECIDER, PROVIDER, made, {"fine": "0.5"}, reason="原来的对")
    again = correct(DECIDER, PROVIDER, back, {"fine": "0.3"}, reason="还是错了")
    assert (back.version, again.version) == (3, 4)
    assert again.content_hash == made.content_hash


def test_an_item_is_emptied(tmp_path: Path) -> None:
    record = handed_in(tmp_path, remark="多余")
    assert "remark" not in {
        k for k, v in correct(DECIDER, PROVIDER, record, {"remark": ""}, reason="删去").payload.items() if v
    }


@pytest.mark.parametrize(("changes", "code"), [
    ({"document_number": "济历罚〔2025〕9号"}, "correction-of-key"),
    ({"uscc": "91370102MA3EXAMPL0"}, "correction-of-key"),
    ({"subject_category": "个体工商户"}, "correction-of-key"),
    ({"colour": "红"}, "correction-unknown-item"),
    ({"fine": "0.5"}, "correction-of-nothing"),
    ({}, "correction-of-nothing"),
])  # fmt: skip
def test_what_is_no_correction_is_refused(tmp_path: Path, changes: dict[str, str], code: str) -> None:
    record = handed_in(tmp_path)
    with pytest.raises(IntakeError) as refused:
        correct(DECIDER, PROVIDER, record, changes, reason="有误")
    assert refused.value.code == code
    assert now_of(record).id == record.id


def test_what_fails_a_check_leaves_nothing_and_says_where(tmp_path: Path) -> None:
    record = handed_in(tmp_path)
    batches = Batch.objects.count()
    with pytest.raises(CorrectionRefused) as refused:
        correct(DECIDER, PROVIDER, record, {"fine": "约三千"}, reason="有误")
    assert "fine" in {found.field for found in refused.value.found}
    assert all(found.zh and found.en for found in refused.value.found)
    assert now_of(record).id == record.id
    assert (Batch.objects.count(), Held.objects.count()) == (batches, 0)


def test_an_older_version_is_not_corrected(tmp_path: Path) -> None:
    record = handed_in(tmp_path)
    correct(DECIDER, PROVIDER, record, {"fine": "0.3"}, reason="有误")
    with pytest.raises(IntakeError) as refused:
        correct(DECIDER, PROVIDER, record, {"fine": "0.4"}, reason="有误")
    assert refused.value.code == "correction-overtaken"
    assert float(now_of(record).payload["fine"]) == 0.3


def test_only_its_provider_corrects_and_says_why(tmp_path: Path) -> None:
    record = handed_in(tmp_path)
    other = Actor("user:other", [Assignment(Role.DECIDER, "taxation"), Assignment(Role.INTAKE, "taxation")])
    for provider in (PROVIDER, "taxation"):
        with pytest.raises((NotAllowed, IntakeError)):
            correct(other, provider, record, {"fine": "0.3"}, reason="有误")
    with pytest.raises(IntakeError) as refused:
        correct(DECIDER, PROVIDER, record, {"fine": "0.3"}, reason=" ")
    assert refused.value.code == "reason-missing"
    assert now_of(record).id == record.id


def test_a_persons_record_stays_the_persons(tmp_path: Path) -> None:
    record = handed_in(tmp_path, **person())
    resource = current_pack().resource_history(PENALTY)[-1]
    assert "identity_number" in key_fields(resource)
    assert "identity_number" not in as_written(record, resource, current_pack().on(record.recorded_at.date()))
    made = correct(DECIDER, PROVIDER, record, {"fine": "0.3"}, reason="有误")
    assert (made.subject_id, made.version) == (record.subject_id, 2)
    assert made.payload["identity_number"] == record.payload["identity_number"]


def test_numbers_of_which_a_mask_is_kept_must_be_given_again(tmp_path: Path) -> None:
    number = person()["identity_number"]
    record = handed_in(tmp_path, representative_document="身份证", representative_number=number)
    resource = current_pack().resource_history(PENALTY)[-1]
    assert lost_numbers(record, resource) == ("representative_number",)
    with pytest.raises(CorrectionRefused) as refused:
        correct(DECIDER, PROVIDER, record, {"fine": "0.3"}, reason="有误")
    assert "representative_number" in {found.field for found in refused.value.found}
    made = correct(DECIDER, PROVIDER, record, {"fine": "0.3", "representative_number": str(number)}, reason="有误")
    assert made.version == 2
    assert str(number) not in str(made.payload)
