"""With a scanner set up, nothing can be had that it did not call clean."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from quanxin.accounts.models import AuditLine
from quanxin.attachments import download, health, removal, scanning, storage
from quanxin.attachments.accept import accept
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.models import Attachment
from quanxin.runtime.finding import State
from tests.attachments.clamd import EICAR, Clamd, Mood
from tests.attachments.conftest import LIU
from tests.attachments.making import pdf, printed
from tests.attachments.test_accepting import SUBJECT, handed_in, on_disk

VIRUS = pdf([b"<<>>stream\n" + EICAR + b"\nendstream"])
NO_ANSWER: list[Mood] = ["silent", "cut", "cut while reading", "too large", "babble", "trickle"]


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "SECONDS", 0.6)


@pytest.mark.django_db
def test_a_clean_file_is_kept_and_can_be_had(clamd: Clamd, read: list[tuple[str, str]]) -> None:
    made = handed_in()
    assert clamd.seen == [printed()]
    assert made.verdict == "clean"
    assert made.scanned_at is not None
    with download.download(LIU, made.pk).file as file:
        assert file.read() == printed()


@pytest.mark.django_db
def test_a_virus_is_refused_and_leaves_an_audit_line_alone(clamd: Clamd) -> None:
    with pytest.raises(AttachmentError, match="Eicar-Test-Signature") as refused:
        handed_in(VIRUS)
    assert refused.value.code == "attachment-infected"
    assert on_disk() == []
    assert not Attachment.objects.exists()
    line = AuditLine.objects.get()
    assert (line.act, line.actor, line.target) == ("attachment.infected", LIU.name, f"subject:{SUBJECT}")
    assert line.particulars["virus"] == "Eicar-Test-Signature"


@pytest.mark.django_db
@pytest.mark.parametrize("mood", NO_ANSWER)
def test_without_an_answer_the_file_waits_closed_and_is_scanned_later(
    clamd: Clamd, mood: Mood, read: list[tuple[str, str]]
) -> None:
    clamd.mood = mood
    clean, infected = handed_in(), handed_in(VIRUS)
    assert {clean.verdict, infected.verdict} == {"waiting"}
    assert len(on_disk()) == 2
    with pytest.raises(AttachmentError, match="等待查毒") as refused:
        download.download(LIU, clean.pk)
    assert refused.value.status == 409
    assert read == []
    assert removal.scan_waiting() in ({"clean": 0, "infected": 0, "waiting": n} for n in (1, 2))

    clamd.mood = "well"
    with transaction.atomic():
        assert removal.scan_waiting() == {"clean": 1, "infected": 1, "waiting": 0}
    clean.refresh_from_db()
    infected.refresh_from_db()
    assert (clean.verdict, infected.verdict, infected.virus) == ("clean", "infected", "Eicar-Test-Signature")
    assert infected.removed_by == "job:attachments"
    assert "Eicar" in infected.removal_reason
    download.download(LIU, clean.pk).file.close()
    with pytest.raises(AttachmentError, match="已移除"):
        download.download(LIU, infected.pk)
    assert AuditLine.objects.filter(act="attachment.infected", target=infected.reference).exists()


@pytest.mark.django_db(transaction=True)
def test_the_bytes_of_an_infected_file_go(clamd: Clamd) -> None:
    clamd.mood = "cut"
    infected = handed_in(VIRUS)
    clamd.mood = "well"
    removal.scan_waiting()
    assert on_disk() == []
    assert not storage.place(infected.pk).exists()


@pytest.mark.django_db
def test_one_file_that_the_scanner_will_not_judge_keeps_no_other_waiting(clamd: Clamd) -> None:
    clamd.mood = "cut"
    lost, other = handed_in(), handed_in()
    storage.place(lost.pk).unlink()
    clamd.mood = "well"
    assert removal.scan_waiting() == {"clean": 1, "infected": 0, "waiting": 1}
    other.refresh_from_db()
    assert other.verdict == "clean"


@pytest.mark.django_db
def test_nobody_listening_is_no_answer(settings: Settings, tmp_path: Path) -> None:
    for address in (str(tmp_path / "none.sock"), ("127.0.0.1", 1)):
        settings.ANTIVIRUS = address
        assert handed_in().verdict == "waiting"
        assert next(iter(health.findings())).state is State.PROBLEM


@pytest.mark.django_db
def test_a_scanner_may_listen_at_a_socket_of_the_machine(settings: Settings, tmp_path: Path) -> None:
    with Clamd(str(tmp_path / "clamd.sock")) as server:
        settings.ANTIVIRUS = server.address
        assert handed_in().verdict == "clean"
        assert [finding.state for finding in health.findings()] == [State.OK]


@pytest.mark.django_db
def test_what_came_before_the_scanner_is_scanned_before_it_can_be_had(
    settings: Settings, read: list[tuple[str, str]], tmp_path: Path
) -> None:
    made = handed_in()
    assert made.verdict == "unscanned"
    download.download(LIU, made.pk).file.close()
    assert [finding.state for finding in health.findings()] == [State.ATTENTION], "and the doctor says so"
    with Clamd() as server:
        settings.ANTIVIRUS = server.address
        with pytest.raises(AttachmentError, match="等待查毒"):
            download.download(LIU, made.pk)
        assert removal.scan_waiting()["clean"] == 1
        download.download(LIU, made.pk).file.close()


@pytest.mark.django_db
def test_the_doctor_counts_what_waits(clamd: Clamd) -> None:
    clamd.mood = "cut"
    handed_in()
    said = [finding.as_json() for finding in health.findings()]
    assert any("1 个附件等待查毒" in one["zh"] for one in said)


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_scan_at_once_do_it_once(clamd: Clamd) -> None:
    clamd.mood = "cut"
    files = [handed_in(), handed_in(VIRUS)]
    clamd.mood, clamd.seen = "well", []

    def scan(_: int) -> dict[str, int]:
        try:
            return removal.scan_waiting()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(scan, range(2)))
    assert sum(one["clean"] for one in told) == sum(one["infected"] for one in told) == 1
    assert len(clamd.seen) == 2
    for act in ("attachment.clean", "attachment.infected", "attachment.remove"):
        assert AuditLine.objects.filter(act=act, target__in=[one.reference for one in files]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_written_even_where_the_caller_forgot(clamd: Clamd) -> None:
    """``accept`` will not run in a transaction, where its audit line could be lost."""
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        accept(LIU, io.BytesIO(printed()), name="a", kind="other", subject_id=SUBJECT)
    assert on_disk() == []
    assert not connection.in_atomic_block
