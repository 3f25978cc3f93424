"""The page of a hand-in: a clerk watches it, cancels it, and has tried again what was no fault of the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from quanxin.accounts.actors import Role
from quanxin.accounts.models import AuditLine
from quanxin.intake import inbox
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Submission
from quanxin.intake.submissions import SUBMISSIONS
from quanxin.work import engine
from tests.city import penalty, register, write
from tests.desk.people import signed_in

pytestmark = pytest.mark.django_db


def clerk(provider: str = "market-regulation", name: str = "clerk") -> Client:
    return signed_in(Role.INTAKE, name=name, provider=provider)


def handed_in(client: Client, content: bytes = b"%PDF-1.7 ...") -> Submission:
    file = SimpleUploadedFile("a.csv", content)
    answer = client.post("/desk/upload", {"what": "market-regulation/administrative-penalty", "file": file})
    made = Submission.objects.get()
    assert answer["Location"] == f"/desk/submissions/{made.pk}"
    return made


def test_what_waits_is_cancelled_by_its_own_department_and_its_file_goes(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    own = clerk()
    made = handed_in(own)
    where = f"/desk/submissions/{made.pk}"
    assert 'value="cancel"' in own.get(where).content.decode()
    assert clerk("taxation", "other").post(where, {"act": "cancel"}).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        assert own.post(where, {"act": "cancel"}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.cancelled_by, list(inbox.root().iterdir())) == ("cancelled", "user:clerk", [])
    assert AuditLine.objects.filter(act="submission.cancel", actor="user:clerk").count() == 1
    page = own.get(where).content.decode()
    assert "已由clerk取消" in page
    assert 'value="again"' not in page, "its file is gone"
    assert not engine.perform(SUBMISSIONS, made.pk)


def test_what_was_no_fault_of_the_file_is_tried_again_and_leads_to_its_receipt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(tmp_path)
    own = clerk()
    made = handed_in(own, write(tmp_path, "administrative-penalty", [penalty(0)]).read_bytes())
    where = f"/desk/submissions/{made.pk}"

    def full(*_: object, **__: object) -> None:
        raise IntakeError("disk-full", path="a.csv", needed="3 GB", free="1 GB")

    with monkeypatch.context() as patch:
        patch.setattr("quanxin.intake.submissions.intake", full)
        engine.perform(SUBMISSIONS, made.pk)
    page = own.get(where).content.decode()
    assert "磁盘空间不足" in page
    assert 'role="alert"' in page
    assert own.post(where, {"act": "again"}).status_code == 302
    assert engine.perform(SUBMISSIONS, made.pk)
    made.refresh_from_db()
    assert (made.state, made.attempts) == ("done", 1)
    assert own.get(where)["Location"].startswith(f"/desk/batches/{made.batch_id}")
    assert own.post(where, {"act": "cancel"}).status_code == 409


def test_a_file_that_cannot_be_read_is_not_tried_again() -> None:
    own = clerk()
    made = handed_in(own)
    engine.perform(SUBMISSIONS, made.pk)
    page = own.get(f"/desk/submissions/{made.pk}").content.decode()
    assert "重新提交" in page
    assert 'value="again"' not in page
    assert own.post(f"/desk/submissions/{made.pk}", {"act": "again"}).status_code == 409
