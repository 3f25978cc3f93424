"""Removed files leave their row; what nobody needs goes by night."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from pathlib import Path

import pytest
from django.db import transaction

from quanxin import calendar
from quanxin.accounts import NotAllowed
from quanxin.accounts.models import AuditLine
from quanxin.attachments import download, storage
from quanxin.attachments.accept import of_case, tie
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.removal import remove, sweep
from tests.attachments.conftest import LIU, REVIEWER, WANG
from tests.attachments.test_accepting import SUBJECT, handed_in, on_disk


def aged(path: Path, days: float) -> Path:
    at = (calendar.now() - dt.timedelta(days=days)).timestamp()
    os.utime(path, (at, at))
    return path


@pytest.mark.django_db(transaction=True)
def test_a_removed_file_is_gone_and_stays_on_record(read: list[tuple[str, str]]) -> None:
    made = handed_in()
    tie(LIU, [made.pk], "repair:1", subject_id=SUBJECT)
    for _ in range(2):
        gone = remove(REVIEWER, made.pk, " 误传  他人材料 ")
    assert on_disk() == []
    assert (gone.removed_by, gone.removal_reason) == (REVIEWER.name, "误传 他人材料")
    assert AuditLine.objects.filter(act="attachment.remove", target=made.reference).count() == 1
    assert not of_case("repair:1").exists()
    with pytest.raises(AttachmentError, match="已移除") as refused:
        download.download(LIU, made.pk)
    assert refused.value.status == 410


@pytest.mark.django_db
def test_who_may_remove() -> None:
    mine, tied = handed_in(), handed_in()
    tie(LIU, [tied.pk], "repair:1", subject_id=SUBJECT)
    for actor, one in ((WANG, mine), (LIU, tied)):
        with pytest.raises(NotAllowed):
            remove(actor, one.pk, "x")
    with pytest.raises(AttachmentError, match="理由"):
        remove(LIU, mine.pk, " ")
    with pytest.raises(AttachmentError, match="没有附件"):
        remove(LIU, uuid.uuid4(), "x")
    assert remove(LIU, mine.pk, "选错了").removed_at


@pytest.mark.django_db(transaction=True)
def test_a_removal_that_is_rolled_back_removes_nothing() -> None:
    made = handed_in()
    with transaction.atomic():
        remove(LIU, made.pk, "选错了")
        transaction.set_rollback(True)
    made.refresh_from_db()
    assert made.removed_at is None
    assert on_disk() == [storage.place(made.pk)]


@pytest.mark.django_db(transaction=True)
def test_by_night_what_nobody_needs_goes_and_nothing_else() -> None:
    tied, forgotten, half_removed = handed_in(), handed_in(), handed_in()
    tie(LIU, [tied.pk], "repair:1", subject_id=SUBJECT)
    remove(LIU, half_removed.pk, "选错了")
    storage.place(half_removed.pk).write_bytes(b"left by a process that died")
    old_draft, new_draft = storage.incoming() / str(uuid.uuid4()), storage.incoming() / str(uuid.uuid4())
    stray, young, strange = storage.place(uuid.uuid4()), storage.place(uuid.uuid4()), storage.root() / "README"
    for path in (old_draft, new_draft, stray, young, strange):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    for path in (old_draft, stray):
        aged(path, 2)
    assert sweep() == {"untied": 0, "drafts": 1, "strays": 2}
    kept = {storage.place(tied.pk), storage.place(forgotten.pk), new_draft, young, strange}
    assert set(on_disk()) == kept

    with calendar.travel(calendar.now() + dt.timedelta(days=6, hours=23)):
        assert sweep() == {"untied": 0, "drafts": 1, "strays": 1}
    with calendar.travel(calendar.now() + dt.timedelta(days=7, minutes=1)):
        assert sweep() == {"untied": 1, "drafts": 0, "strays": 0}
        assert sweep() == {"untied": 0, "drafts": 0, "strays": 0}
    forgotten.refresh_from_db()
    assert (forgotten.removed_by, forgotten.removal_reason[:6]) == ("job:attachments", "7 天内没有")
    handed_in()
    tied.refresh_from_db()
    assert tied.removed_at is None
    assert storage.place(tied.pk).exists()


def test_the_jobs_are_known_to_a_worker() -> None:
    from quanxin.runtime.jobs import app

    app.perform_import_paths()  # type: ignore[no-untyped-call]
    assert {"attachments.scan", "attachments.sweep"} <= set(app.tasks)
