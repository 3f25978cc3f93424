"""A hand-in that left its request ends exactly once, and what the clerk handed in is kept until then."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
from pathlib import Path

import psycopg
import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import IntegrityError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from quanxin.accounts import NotAllowed, operator
from quanxin.accounts.actors import Actor, Role
from quanxin.archive import lake
from quanxin.archive.models import Batch, Record
from quanxin.calendar import now, travel
from quanxin.intake import health, inbox, submissions
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Submission
from quanxin.intake.submissions import SUBMISSIONS
from quanxin.runtime.finding import State
from quanxin.runtime.session import claimed
from quanxin.work import engine, retention
from quanxin.work.kinds import Kind
from tests.city import penalty, register, registration, write

CLERK = Actor("clerk:market-regulation", frozenset({Role.INTAKE}))


def handed_in(path: Path, name: str = "处罚 2025.csv", resource: str = "administrative-penalty") -> Submission:
    return submissions.submit(path, file_name=name, resource=resource, provider="market-regulation", actor=CLERK)


def jobs() -> list[str]:
    return list(
        ProcrastinateJob.objects.filter(task_name=engine.TASK, status="todo").values_list("queueing_lock", flat=True)
    )


@pytest.mark.django_db
def test_a_file_and_its_job_are_kept_together_or_not_at_all(tmp_path: Path) -> None:
    path = write(tmp_path, "administrative-penalty", [penalty(0)])
    with transaction.atomic():
        lost = handed_in(path)
        assert jobs() == [f"submission:{lost.pk}"]
        transaction.set_rollback(True)
    assert jobs() == []
    kept = handed_in(path)
    assert jobs() == [f"submission:{kept.pk}"]
    assert (kept.state, kept.bytes, kept.actor) == ("waiting", path.stat().st_size, CLERK.name)
    assert (inbox.root() / kept.path).read_bytes() == path.read_bytes()
    assert not engine.enqueue(SUBMISSIONS, kept.pk), "a second job would wait beside the first"
    assert len(jobs()) == 1


@pytest.mark.django_db
def test_a_stream_is_taken_in_under_the_clerks_own_name_for_it(tmp_path: Path) -> None:
    register(tmp_path)
    text = write(tmp_path, "administrative-penalty", [penalty(0), penalty(1, fine="约三万")]).read_bytes()
    made = submissions.submit(
        io.BytesIO(text),
        file_name="C:\\报送\\处罚\x00 2025.csv",
        resource="administrative-penalty",
        provider="market-regulation",
        actor=CLERK,
    )
    assert engine.perform(SUBMISSIONS, made.pk)
    done = submissions.status(made.pk)
    assert done.batch is not None
    assert (done.state, done.attempts, done.repeated) == ("done", 1, False)
    assert (done.batch.file_name, done.batch.actor) == ("处罚 2025.csv", CLERK.name)
    assert (done.batch.accepted, done.batch.quarantined) == (1, 1)
    assert done.batch.file_sha256 == done.sha256
    assert list(inbox.root().iterdir()) == []
    assert done.to_json()["batch"] == done.batch.pk


@pytest.mark.django_db
def test_a_large_upload_is_moved_and_not_written_once_more(tmp_path: Path) -> None:
    text = write(tmp_path, "administrative-penalty", [penalty(0)]).read_bytes()
    with TemporaryUploadedFile("a.csv", "text/csv", len(text), None) as upload:
        upload.write(text)
        upload.seek(0)
        number = Path(upload.temporary_file_path()).stat().st_ino
        made = submissions.submit(
            upload, file_name="a.csv", resource="administrative-penalty", provider="market-regulation", actor=CLERK
        )
        stored = inbox.root() / made.path
        assert not Path(upload.temporary_file_path()).exists()
    assert (stored.stat().st_ino, stored.stat().st_mode & 0o777) == (number, 0o600)
    assert (made.bytes, made.sha256) == (len(text), hashlib.sha256(text).hexdigest())
    assert stored.read_bytes() == text


@pytest.mark.django_db
def test_performing_again_changes_nothing(tmp_path: Path) -> None:
    register(tmp_path)
    made = handed_in(write(tmp_path, "administrative-penalty", [penalty(0)]))
    engine.perform(SUBMISSIONS, made.pk)
    before = submissions.status(made.pk).to_json()
    engine.perform(SUBMISSIONS, made.pk)
    assert submissions.status(made.pk).to_json() == before
    assert Record.objects.filter(resource="administrative-penalty").count() == 1


@pytest.mark.django_db
def test_a_worker_that_died_between_the_commit_and_its_own_note_is_finished_with_the_same_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(tmp_path)
    made = handed_in(write(tmp_path, "administrative-penalty", [penalty(0)]))

    class Died(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(engine, "_finish", die)
        with pytest.raises(Died):
            engine.perform(SUBMISSIONS, made.pk)
    committed = Batch.objects.get(resource="administrative-penalty")
    assert submissions.status(made.pk).state == "running"
    engine.perform(SUBMISSIONS, made.pk)
    done = submissions.status(made.pk)
    assert (done.state, done.batch, done.attempts, done.repeated) == ("done", committed, 2, False)


@pytest.mark.django_db
def test_the_same_file_handed_in_again_ends_with_the_batch_that_it_made(tmp_path: Path) -> None:
    register(tmp_path)
    path = write(tmp_path, "administrative-penalty", [penalty(0)])
    first, second = handed_in(path), None
    engine.perform(SUBMISSIONS, first.pk)
    second = handed_in(path)
    engine.perform(SUBMISSIONS, second.pk)
    assert submissions.status(second.pk).batch == submissions.status(first.pk).batch
    assert submissions.status(second.pk).repeated


@pytest.mark.django_db
def test_a_file_that_cannot_be_taken_in_is_refused_in_words_and_kept_for_a_while(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"%PDF-1.7 ...")
    made = handed_in(path, "scan.pdf")
    engine.perform(SUBMISSIONS, made.pk)
    refused = submissions.status(made.pk)
    assert (refused.state, refused.batch) == ("refused", None)
    assert refused.error["code"] == "file-not-tabular"
    assert "PDF" in refused.error["zh"]
    assert "PDF" in refused.error["en"]
    assert refused.error["hint"]
    assert (inbox.root() / refused.path).exists()
    assert (submissions.tidy(), retention.remove_over(SUBMISSIONS)) == (0, 0)
    with travel(now() + dt.timedelta(days=31)):
        assert retention.remove_over(SUBMISSIONS) == 1
    assert not (inbox.root() / refused.path).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"resource": "no-such-thing"}, "resource-unknown"),
        ({"resource": "abnormal-operations", "provider": "taxation"}, "provider-not-allowed"),
    ],
)
def test_a_clerk_hears_at_once_what_can_be_known_at_once(tmp_path: Path, changes: dict[str, str], code: str) -> None:
    given = {"resource": "administrative-penalty", "provider": "market-regulation"} | changes
    with pytest.raises(IntakeError) as refused:
        submissions.submit(io.BytesIO(b"x"), file_name="x.csv", actor=CLERK, **given)  # type: ignore[arg-type]
    assert refused.value.code == code
    with pytest.raises(NotAllowed):
        submissions.submit(
            io.BytesIO(b"x"),
            file_name="x.csv",
            actor=Actor("nobody", frozenset()),
            **given,  # type: ignore[arg-type]
        )
    with pytest.raises(IntakeError) as missing:
        submissions.submit(
            tmp_path / "gone.csv",
            file_name="gone.csv",
            actor=operator(),
            resource="administrative-penalty",
            provider="market-regulation",
        )
    assert missing.value.code == "file-missing"
    assert not Submission.objects.exists()
    assert not any(inbox.root().iterdir()) if inbox.root().exists() else True


@pytest.mark.django_db
def test_what_nobody_handed_in_is_not_there() -> None:
    with pytest.raises(IntakeError, match="没有提交 x"):
        submissions.status("x")


@pytest.mark.django_db
def test_a_file_that_ends_its_worker_each_time_is_given_up_in_words(tmp_path: Path) -> None:
    made = handed_in(write(tmp_path, "administrative-penalty", [penalty(0)]))
    Submission.objects.filter(pk=made.pk).update(attempts=SUBMISSIONS.most_attempts, state="running")
    engine.perform(SUBMISSIONS, made.pk)
    refused = submissions.status(made.pk)
    assert (refused.state, refused.error["code"]) == ("refused", "submission-given-up")
    assert (inbox.root() / refused.path).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "broken",
    [
        {"state": "done"},
        {"state": "refused", "finished_at": now()},
        {"finished_at": now()},
        {"state": "running", "error": {"code": "x"}},
    ],
    ids=["done without a batch", "refused without words", "finished and waiting", "running with an error"],
)
def test_the_database_knows_no_half_ending(tmp_path: Path, broken: dict[str, object]) -> None:
    made = handed_in(write(tmp_path, "administrative-penalty", [penalty(0)]))
    with pytest.raises(IntegrityError, match="submission_ends_one_way"), transaction.atomic():
        Submission.objects.filter(pk=made.pk).update(**broken)


@pytest.mark.django_db
def test_what_somebody_works_on_is_left_to_him_and_what_nobody_does_is_given_out_once(tmp_path: Path) -> None:
    made = handed_in(write(tmp_path, "enterprise-registration", [registration(0)]), resource="enterprise-registration")
    assert engine.take_over(SUBMISSIONS) == [], "a job waits already"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    with claimed(f"submission:{made.pk}") as session:
        assert session is not None
        assert engine.take_over(SUBMISSIONS) == []
        assert not engine.perform(SUBMISSIONS, made.pk)
    assert engine.take_over(SUBMISSIONS) == [made.pk]
    assert engine.take_over(SUBMISSIONS) == []
    assert jobs() == [f"submission:{made.pk}"]


@pytest.mark.django_db(transaction=True)
def test_each_step_can_be_seen_while_the_intake_is_still_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = handed_in(write(tmp_path, "enterprise-registration", [registration(0)]), resource="enterprise-registration")
    seen: list[tuple[str, str]] = []
    told = engine._tell

    def watched(session: psycopg.Connection, kind: Kind[Submission], submission: str, step: str) -> bool:
        answer = told(session, kind, submission, step)
        with claimed("a watcher") as other:
            assert other is not None
            row = other.execute("SELECT state, step FROM intake_submission WHERE id = %s", [submission]).fetchone()
        assert row is not None
        seen.append((row[0], row[1]))
        return answer

    monkeypatch.setattr(engine, "_tell", watched)
    engine.perform(SUBMISSIONS, made.pk)
    assert seen == [("running", step) for step in ("reading", "checking", "matching", "committing")]
    assert list(submissions.status(made.pk).moments) == ["reading", "checking", "matching", "committing"]


@pytest.mark.django_db
def test_a_folder_that_a_dead_request_left_goes_after_a_day(tmp_path: Path) -> None:
    path = write(tmp_path, "administrative-penalty", [penalty(0)])
    kept = handed_in(path)
    inbox.store(path, "left", "x.csv")
    assert submissions.tidy() == 0
    old = (now() - dt.timedelta(days=2)).timestamp()
    os.utime(inbox.root() / "left", (old, old))
    os.utime(inbox.root() / kept.pk, (old, old))
    assert submissions.tidy() == 1
    assert [folder.name for folder in inbox.root().iterdir()] == [kept.pk]


@pytest.mark.parametrize(
    ("given", "called"),
    [
        ("处罚.xlsx", "处罚.xlsx"),
        ("C:\\报送\\处罚.csv", "处罚.csv"),
        ("../../etc/passwd", "passwd"),
        (".part", "part"),
        ("..", "file"),
        ("a\x00b\n.csv", "ab.csv"),
        ("", "file"),
        ("\ud800.csv", "?.csv"),
        ("处" * 300 + ".csv", "处" * 65 + ".csv"),
    ],
)
def test_a_name_is_kept_as_far_as_a_file_may_be_called_so(given: str, called: str) -> None:
    assert inbox.safe_name(given) == called


@pytest.mark.django_db
def test_a_file_that_lies_on_another_machine_is_waited_for_and_said(tmp_path: Path) -> None:
    register(tmp_path)
    made = handed_in(write(tmp_path, "administrative-penalty", [penalty(0)]))
    here, elsewhere = inbox.root() / made.path, tmp_path / "elsewhere.csv"
    assert [found.state for found in health.shared()] == [State.OK]
    here.rename(elsewhere)
    ProcrastinateJob.objects.all().delete()
    assert not engine.perform(SUBMISSIONS, made.pk)
    waits = submissions.status(made.pk)
    assert (waits.state, waits.attempts, waits.error) == ("waiting", 0, None)
    assert engine.take_over(SUBMISSIONS) == [made.pk], "no other worker would be asked"
    (found,) = health.shared()
    assert (found.state, "1 submissions wait" in found.words[1]) == (State.ATTENTION, True)
    elsewhere.rename(here)
    assert engine.perform(SUBMISSIONS, made.pk)
    assert submissions.status(made.pk).state == "done"
    path = lake.root() / Batch.objects.latest("recorded_at").manifest[0]["path"]
    path.rename(tmp_path / "lake-elsewhere")
    (found,) = health.shared()
    assert found.state is State.PROBLEM


@pytest.mark.django_db
def test_a_file_that_lies_nowhere_is_refused_in_the_end(tmp_path: Path) -> None:
    made = handed_in(write(tmp_path, "administrative-penalty", [penalty(0)]))
    (inbox.root() / made.path).unlink()
    with travel(now() + submissions.ELSEWHERE + dt.timedelta(minutes=1)):
        assert engine.perform(SUBMISSIONS, made.pk)
    assert submissions.status(made.pk).state == "refused"
