"""A file is kept whole or not at all, and tied to one case once."""

from __future__ import annotations

import hashlib
import io
import os
import re
import resource
import signal
import stat
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from quanxin.accounts.models import AuditLine
from quanxin.attachments import storage
from quanxin.attachments.accept import accept, of_case, tie
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.models import Attachment
from tests import warm
from tests.attachments.conftest import LIU, WANG
from tests.attachments.making import every, jpeg, png, printed, segment
from tests.intake.processes import here, until

SUBJECT = 7


def handed_in(data: bytes | None = None, name: str = "履行证明.pdf", **changed: Any) -> Attachment:
    told: dict[str, Any] = {"name": name, "kind": "proof-of-performance", "subject_id": SUBJECT} | changed
    return accept(LIU, io.BytesIO(printed() if data is None else data), **told)


def on_disk() -> list[Path]:
    return [path for path in storage.root().rglob("*") if path.is_file()]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", every())
def test_a_file_is_kept_as_it_is_closed_to_others_and_told_of(kind: str) -> None:
    data = every()[kind]
    made = accept(LIU, SimpleUploadedFile("材料", data, "text/html"), name="材料", kind="other", subject_id=SUBJECT)
    made.refresh_from_db()
    assert (made.content_type, made.size, made.sha256) == (kind, len(data), hashlib.sha256(data).hexdigest())
    assert (made.case, made.verdict, made.uploaded_by, made.subject_id) == ("", "unscanned", LIU.name, SUBJECT)
    path = storage.place(made.pk)
    assert on_disk() == [path]
    assert path.read_bytes() == data
    assert re.search(r"/attachments/([0-9a-f]{2})/([0-9a-f]{2})/\1\2[0-9a-f-]{32}$", str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent, storage.root(), storage.incoming()):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    line = AuditLine.objects.get(act="attachment.accept")
    assert (line.actor, line.target, line.particulars["sha256"]) == (LIU.name, made.reference, made.sha256)
    assert not storage.root().is_relative_to(configured.STATIC_ROOT)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "changed", "code"),
    [
        (b"", {}, "attachment-empty"),
        (b"<html>", {}, "attachment-type"),
        (jpeg() + b"x", {}, "attachment-trailing"),
        (printed(), {"kind": "invented"}, "attachment-kind-unknown"),
        (jpeg(more=segment(0xE1, bytes(60000)) * 18), {}, "attachment-too-large"),
    ],
)
def test_what_is_refused_leaves_nothing(data: bytes, changed: dict[str, Any], code: str, settings: Settings) -> None:
    settings.ATTACHMENT_MB = {"": 1}
    with pytest.raises(AttachmentError) as refused:
        handed_in(data, **changed)
    assert refused.value.code == code
    assert on_disk() == []
    assert not Attachment.objects.exists()
    assert not AuditLine.objects.exists()


@pytest.mark.django_db
def test_a_kind_may_have_a_limit_of_its_own(settings: Settings) -> None:
    settings.ATTACHMENT_MB = {"": 1, "court-ruling": 2}
    large = jpeg(more=segment(0xE1, bytes(60000)) * 18)
    assert handed_in(large, kind="court-ruling").size > 1 << 20
    with pytest.raises(AttachmentError, match="1 MB"):
        handed_in(large)


class Endless(io.RawIOBase):
    """A stream without end, which counts what was taken."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        self.taken += size
        return b"%PDF-1.4\n".ljust(size)


@pytest.mark.django_db
def test_a_stream_without_end_is_left_at_the_limit(settings: Settings) -> None:
    settings.ATTACHMENT_MB, source = {"": 1}, Endless()
    with pytest.raises(AttachmentError, match="1 MB"):
        accept(LIU, source, name="a", kind="other", subject_id=SUBJECT)  # type: ignore[arg-type]
    assert source.taken <= (1 << 20) + 2 * storage.CHUNK
    assert on_disk() == []


@pytest.mark.django_db
def test_a_full_disk_is_told_with_what_to_do_and_leaves_nothing() -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    kept = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    data = jpeg(more=segment(0xE1, bytes(60000)) * 18)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, before[1]))
        with pytest.raises(AttachmentError) as refused:
            handed_in(data)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, kept)
    assert refused.value.code == "attachment-disk-full"
    assert "QUANXIN_DATA_DIR" in refused.value.hint
    assert refused.value.status == 507
    assert on_disk() == []
    assert handed_in(data).size == len(data)


@pytest.mark.django_db
def test_a_folder_that_may_not_be_written_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    storage.root().parent.mkdir(parents=True, exist_ok=True)
    storage.root().write_text("in the way")
    with pytest.raises(AttachmentError) as refused:
        handed_in()
    assert refused.value.code == "attachment-store-failed"


@pytest.mark.django_db
def test_a_row_that_cannot_be_written_leaves_no_file() -> None:
    with pytest.raises(DatabaseError):
        handed_in(subject_id=1 << 70)
    assert on_disk() == []


SLOW = """
import sys, time
from quanxin.runtime import boot
boot.setup()
from quanxin.accounts import Actor
from quanxin.attachments.accept import accept

class Slow:
    def __init__(self): self.left = [open(sys.argv[1], "rb").read()]
    def read(self, size):
        if self.left: return self.left.pop()
        time.sleep(600)

accept(Actor("person:liu", frozenset()), Slow(), name="a.pdf", kind="other", subject_id=7)
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_while_writing_nothing_can_be_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(printed())
    writer = warm.start(["-c", SLOW, str(path)], here(), group=True)
    try:
        until(lambda: any(one.stat().st_size for one in on_disk()), "a part of the file")
    finally:
        os.killpg(writer.pid, signal.SIGKILL)
        writer.wait()
    assert not Attachment.objects.exists()
    assert [one.parent for one in on_disk()] == [storage.root() / "incoming"]
    assert list(storage.stored()) == []


@pytest.mark.django_db(transaction=True)
def test_many_at_once_all_are_kept_and_none_is_another() -> None:
    files = [png(width, 3) for width in range(1, 13)]

    def one(data: bytes) -> str:
        try:
            return handed_in(data, "同名.png").sha256
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        told = set(pool.map(one, files))
    assert told == {hashlib.sha256(data).hexdigest() for data in files}
    for made in Attachment.objects.all():
        assert hashlib.sha256(storage.place(made.pk).read_bytes()).hexdigest() == made.sha256


@pytest.mark.django_db
def test_a_file_belongs_to_one_case_once() -> None:
    first, second = handed_in(), handed_in(png(), "a.png")
    tied = tie(LIU, [first.pk, second.pk], "repair:123", subject_id=SUBJECT)
    assert [one.pk for one in tied] == [first.pk, second.pk]
    assert list(of_case("repair:123")) == tied
    again = tie(LIU, [first.pk], "repair:123", subject_id=SUBJECT)
    assert again == tied
    assert AuditLine.objects.filter(act="attachment.tie").count() == 2
    for ids, case, subject, code in (
        ([first.pk], "objection:1", SUBJECT, "attachment-tied"), ([uuid.uuid4()], "repair:123", SUBJECT, "attachment-unknown"),
        ([handed_in().pk], "repair:123", 8, "attachment-other-subject"), ([first.pk], "../x", SUBJECT, "attachment-case-invalid"),
    ):  # fmt: skip
        with pytest.raises(AttachmentError) as refused:
            tie(LIU, ids, case, subject_id=subject)
        assert refused.value.code == code
    with pytest.raises(AttachmentError, match="没有附件"):
        tie(WANG, [handed_in().pk], "repair:124", subject_id=SUBJECT)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    ["\"case\" = 'objection:1'", "sha256 = ''", "subject_id = 8", "name = 'x'", "uploaded_by = 'x'", "size = 1"],
)
def test_the_database_lets_nobody_change_what_a_file_is(change: str) -> None:
    made = handed_in()
    tie(LIU, [made.pk], "repair:123", subject_id=SUBJECT)
    for statement in (f"UPDATE attachments_attachment SET {change}", "DELETE FROM attachments_attachment"):
        with pytest.raises(DatabaseError, match="does not change"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db
def test_a_case_and_a_person_have_only_so_many(settings: Settings) -> None:
    settings.ATTACHMENTS_PER_CASE = 2
    three = [handed_in().pk for _ in range(3)]
    with pytest.raises(AttachmentError, match="最多 2 个"):
        tie(LIU, three, "repair:1", subject_id=SUBJECT)
    assert not of_case("repair:1").exists()
    tie(LIU, three[:2], "repair:1", subject_id=SUBJECT)
    with pytest.raises(AttachmentError, match="最多 2 个"):
        tie(LIU, three[2:], "repair:1", subject_id=SUBJECT)
    for _ in range(5):
        handed_in()
    with pytest.raises(AttachmentError) as refused:
        handed_in()
    assert refused.value.code == "attachment-too-many-waiting"


@pytest.mark.django_db(transaction=True)
def test_two_who_tie_at_once_do_not_pass_the_limit(settings: Settings) -> None:
    settings.ATTACHMENTS_PER_CASE = 3
    files = [handed_in().pk for _ in range(8)]
    start = threading.Barrier(4)

    def one(pair: list[uuid.UUID]) -> str:
        start.wait()
        try:
            tie(LIU, pair, "repair:1", subject_id=SUBJECT)
            return "tied"
        except AttachmentError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(one, (files[n : n + 2] for n in range(0, 8, 2))))
    assert told == ["attachment-too-many"] * 3 + ["tied"]
    assert of_case("repair:1").count() == 2
