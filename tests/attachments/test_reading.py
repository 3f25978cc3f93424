"""A file is read one way: asked for by someone who may, written down, and saved rather than shown."""

from __future__ import annotations

import subprocess
import uuid

import pytest
from django.test import RequestFactory
from django.utils import translation

from quanxin.accounts import Actor, NotAllowed
from quanxin.attachments import download, storage
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.http import in_words, refused, respond
from quanxin.attachments.models import Attachment
from tests.attachments.conftest import LIU, WANG
from tests.attachments.making import every, printed
from tests.attachments.test_accepting import handed_in

Read = list[tuple[str, str]]


@pytest.mark.django_db
def test_without_rules_nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "_rules", download._Rules())
    with pytest.raises(NotAllowed):
        download.download(LIU, handed_in().pk)


def test_rules_are_set_once(read: Read) -> None:
    with pytest.raises(RuntimeError):
        download.govern(may_read=lambda *_: None, access_line=lambda *_: None)


@pytest.mark.django_db
def test_who_may_reads_and_that_is_written_and_who_may_not_does_not(read: Read) -> None:
    made = handed_in()
    with pytest.raises(NotAllowed):
        download.download(WANG, made.pk)
    assert read == []
    with download.download(LIU, made.pk).file as file:
        assert file.read() == printed()
    assert read == [(LIU.name, made.reference)]


@pytest.mark.django_db
def test_an_access_line_that_cannot_be_written_gives_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(actor: Actor, attachment: Attachment) -> None:
        raise OSError("no space")

    monkeypatch.setattr(download, "_rules", download._Rules(lambda *_: None, full))
    with pytest.raises(OSError, match="no space"):
        download.download(LIU, handed_in().pk)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", every())
def test_the_answer_is_saved_under_its_name_and_runs_nothing(kind: str, read: Read) -> None:
    made = handed_in(every()[kind], '../履行 证明;"x".html')
    answer = respond(download.download(LIU, made.pk))
    assert b"".join(answer) == every()[kind]
    said = answer.headers
    assert said["Content-Type"] == kind
    assert said["Content-Disposition"].startswith(
        "attachment; filename*=utf-8''%E5%B1%A5%E8%A1%8C%20%E8%AF%81%E6%98%8E"
    )
    assert said["X-Content-Type-Options"] == "nosniff"
    assert said["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert said["Cache-Control"] == "private, no-store"
    assert said["Content-Length"] == str(len(every()[kind]))
    answer.close()


@pytest.mark.django_db
def test_what_is_not_what_was_handed_in_is_not_given(read: Read) -> None:
    altered, lost = handed_in(), handed_in()
    storage.place(altered.pk).write_bytes(b"<html>")
    storage.place(lost.pk).unlink()
    for one in (altered, lost):
        with pytest.raises(AttachmentError) as said:
            download.download(LIU, one.pk)
        assert said.value.code == "attachment-altered"
    with pytest.raises(AttachmentError) as said:
        download.download(LIU, uuid.uuid4())
    assert said.value.status == 404
    assert read == []


@pytest.mark.django_db
def test_a_stored_file_can_be_run_by_nobody() -> None:
    path = storage.place(handed_in().pk)
    with pytest.raises(PermissionError):
        subprocess.run([str(path)], check=False)


def test_a_refusal_is_said_in_the_language_of_the_page() -> None:
    error = AttachmentError("attachment-too-large", limit=10)
    with translation.override("zh-hans"):
        assert in_words(error) == "文件超过 10 MB 的上限。请压缩图片、降低扫描分辨率，或分成几个文件上传。"
    with translation.override("en"):
        assert in_words(error) == "The file is larger than 10 MB. Scan at a lower resolution, or split it."
        answer = refused(RequestFactory().post("/"), error)
    assert (answer.status_code, answer["Content-Type"]) == (413, "text/plain; charset=utf-8")


def test_only_one_place_opens_stored_files() -> None:
    """``respond`` takes what ``download`` made; nothing else of the package opens a place."""
    found = subprocess.run(
        ["git", "grep", "-l", "storage.place", "src"], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {path.rpartition("/")[2] for path in found} <= {"download.py", "removal.py"}
