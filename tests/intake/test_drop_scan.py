"""A file put into the drop folder is taken in once and answered where its department can only read, whatever is killed
meanwhile."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connections
from pytest_django import Settings

from quanxin.archive.models import Batch, Record
from quanxin.intake import drop_folder, drop_results, drop_scan, inbox
from quanxin.intake.models import Dropped, Submission
from quanxin.intake.submissions import SUBMISSIONS
from quanxin.runtime.beneath import Folder
from quanxin.work import engine
from tests.city import penalty, person, register, write
from tests.intake import processes
from tests.intake.processes import here, until, workers

Rows = list[dict[str, str | None]]
PLACE = "market-regulation/administrative-penalty"


@pytest.fixture
def drop(tmp_path: Path, settings: Settings) -> Path:
    """An empty drop folder in which a file that stands still is finished at once."""
    settings.DROP_DIR = tmp_path / "drop"
    settings.DROP_QUIET_SECONDS = 0
    (settings.DROP_DIR / PLACE).mkdir(parents=True)
    return settings.DROP_DIR / PLACE


def put(folder: Path, name: str, rows: Rows) -> Path:
    """Put a file there as a careful program does: whole."""
    made = write(folder.parents[2], "administrative-penalty", rows, name=f"making-{name}")
    return made.rename(folder / name)


def take_in() -> drop_scan.Scan:
    """What a worker does: scan, perform, scan."""
    drop_scan.scan()
    for submission in drop_scan.waiting():
        engine.perform(SUBMISSIONS, submission)
    return drop_scan.scan()


def results(drop: Path) -> Path:
    """Where the answers to the files of a resource's folder lie."""
    return drop.parents[1] / "results" / PLACE


def answer(path: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return made


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.django_db
def test_a_file_is_taken_in_and_its_receipt_comes_back_beside_it(tmp_path: Path, drop: Path) -> None:
    register(tmp_path)
    put(drop, "八月.csv", [penalty(0)])
    assert take_in().taken == [f"{PLACE}/八月.csv"]
    assert tree(drop) == {"taken/八月.csv"}
    assert tree(results(drop)) == {"八月.csv.receipt.json"}
    receipt = answer(results(drop) / "八月.csv.receipt.json")
    batch = Batch.objects.get(resource="administrative-penalty")
    assert (receipt["batch"], receipt["accepted"], receipt["repeated"]) == (batch.pk, 1, False)
    assert (batch.file_name, batch.provider, batch.actor) == ("八月.csv", "market-regulation", "drop:market-regulation")
    assert not any(inbox.root().iterdir())
    assert drop_scan.scan() == drop_scan.Scan()


@pytest.mark.django_db
def test_a_number_in_a_file_s_name_is_kept_no_longer_than_the_file_waits(tmp_path: Path, drop: Path) -> None:
    register(tmp_path)
    number = str(person()["identity_number"])
    put(drop, f"样例人{number}.csv", [penalty(0)])
    assert take_in().taken == [f"{PLACE}/样例人{number}.csv"]
    assert number not in Dropped.objects.get().path
    assert drop_scan.scan() == drop_scan.Scan()


@pytest.mark.django_db
def test_rows_that_were_held_come_back_as_a_workbook_which_goes_when_they_are_corrected(
    tmp_path: Path, drop: Path
) -> None:
    register(tmp_path)
    put(drop, "a.csv", [penalty(0), penalty(1, "第2号", fine="约三万")])
    take_in()
    assert tree(results(drop)) == {"a.csv.receipt.json", "a.csv.receipt.xlsx"}
    sheet = openpyxl.load_workbook(results(drop) / "a.csv.receipt.xlsx").worksheets[0]
    assert "约三万" in [cell.value for row in sheet.iter_rows() for cell in row]
    put(drop, "a.csv", [penalty(0), penalty(1, "第2号", fine="3")])
    take_in()
    again = Submission.objects.latest("created_at")
    assert tree(drop) == {"taken/a.csv", f"taken/a.{again.pk}.csv"}
    assert tree(results(drop)) == {"a.csv.receipt.json"}
    assert answer(results(drop) / "a.csv.receipt.json")["accepted"] == 1


@pytest.mark.django_db
def test_the_same_file_again_says_that_it_was_there_before(tmp_path: Path, drop: Path) -> None:
    register(tmp_path)
    put(drop, "a.csv", [penalty(0)])
    take_in()
    put(drop, "b.csv", [penalty(0)])
    take_in()
    first, second = answer(results(drop) / "a.csv.receipt.json"), answer(results(drop) / "b.csv.receipt.json")
    assert second["repeated"]
    assert not first["repeated"]
    assert second["batch"] == first["batch"]


def misplace(drop: Path) -> Path:
    return put(drop, "x.csv", [penalty(0)]).rename(drop.parent / "x.csv")


def strange_provider(drop: Path) -> Path:
    (folder := drop.parents[1] / "nobody/administrative-penalty").mkdir(parents=True)
    return put(drop, "x.csv", [penalty(0)]).rename(folder / "x.csv")


def strange_resource(drop: Path) -> Path:
    (folder := drop.parents[1] / "market-regulation/no-such-thing").mkdir(parents=True)
    return put(drop, "x.csv", [penalty(0)]).rename(folder / "x.csv")


def foreign_resource(drop: Path) -> Path:
    (folder := drop.parents[1] / "taxation/enterprise-registration").mkdir(parents=True)
    return put(drop, "x.csv", [penalty(0)]).rename(folder / "x.csv")


def picture(drop: Path) -> Path:
    (drop / "x.csv").write_bytes(b"\x89PNG\r\n\x1a\n")
    return drop / "x.csv"


def nothing(drop: Path) -> Path:
    (drop / "x.csv").write_bytes(b"")
    return drop / "x.csv"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (misplace, "drop-misplaced"),
        (strange_provider, "drop-provider-unknown"),
        (strange_resource, "resource-unknown"),
        (foreign_resource, "provider-not-allowed"),
        (picture, "file-not-tabular"),
        (nothing, "file-empty"),
    ],
)
def test_what_cannot_be_taken_in_is_answered_in_words_and_kept(
    drop: Path, make: Callable[[Path], Path], code: str
) -> None:
    path = make(drop)
    content = path.read_bytes()
    take_in()
    base = drop.parents[1]
    said = answer(base / "results" / path.parent.relative_to(base) / "x.csv.error.json")
    assert said["code"] == code
    assert said["zh"]
    assert said["en"]
    assert said["hint"]
    assert (path.parent / "refused" / "x.csv").read_bytes() == content
    assert not path.exists()
    assert not Batch.objects.exists()
    assert drop_scan.scan() == drop_scan.Scan()


@pytest.mark.django_db
def test_a_later_file_of_the_same_name_has_the_only_answer(tmp_path: Path, drop: Path) -> None:
    register(tmp_path)
    picture(drop)
    take_in()
    put(drop, "x.csv", [penalty(0)])
    take_in()
    assert tree(drop) == {"refused/x.csv", "taken/x.csv"}
    assert tree(results(drop)) == {"x.csv.receipt.json"}


@pytest.mark.django_db
def test_a_file_that_is_still_being_written_is_left_alone(
    drop: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DROP_QUIET_SECONDS = 60
    put(drop, "a.csv", [penalty(0)])
    os.utime(drop / "a.csv", (0, 0))  # a copy that keeps the time of its original looks old and is new
    for name in (".a.csv", "~$a.xlsx", "a.csv.part", "a.csv.filepart", "a.csv.TMP", "a.csv~"):
        (drop / name).write_bytes(b"x")
    (drop / "link.csv").symlink_to("/etc/passwd")
    assert drop_scan.scan() == drop_scan.Scan(moving=[f"{PLACE}/a.csv"])
    with Folder.root(drop) as folder:
        base = drop_folder.clock(folder)
    monkeypatch.setattr(drop_folder, "clock", lambda _: base + 61)
    assert drop_scan.scan().handed_in == [f"{PLACE}/a.csv"]


@pytest.mark.django_db
def test_a_file_that_changes_while_it_is_read_is_not_taken_half(drop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(drop, "a.csv", [penalty(0)])
    store = inbox.store

    def meanwhile(*given: Any) -> inbox.Stored:
        stored = store(*given)
        with path.open("ab") as file:
            file.write(b"more")
        return stored

    with monkeypatch.context() as patch:
        patch.setattr(inbox, "store", meanwhile)
        assert drop_scan.scan().moving == [f"{PLACE}/a.csv"]
    assert not Submission.objects.exists()
    assert not any(inbox.root().iterdir())
    assert path.exists()
    assert drop_scan.scan().handed_in == [f"{PLACE}/a.csv"]


@pytest.mark.django_db
def test_a_file_that_was_replaced_before_its_answer_is_a_new_one(tmp_path: Path, drop: Path) -> None:
    register(tmp_path)
    put(drop, "a.csv", [penalty(0)])
    drop_scan.scan()
    put(drop, "a.csv", [penalty(1, "第2号")])
    for submission in drop_scan.waiting():
        engine.perform(SUBMISSIONS, submission)
    found = drop_scan.scan()
    assert (found.taken, found.handed_in) == ([f"{PLACE}/a.csv"], [f"{PLACE}/a.csv"])
    take_in()
    assert tree(drop) == {"taken/a.csv"}
    assert tree(results(drop)) == {"a.csv.receipt.json"}
    assert Record.objects.filter(resource="administrative-penalty").count() == 2


@pytest.mark.django_db
def test_a_folder_that_cannot_be_written_to_keeps_no_other_waiting(
    tmp_path: Path, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(tmp_path)
    put(drop, "a.csv", [penalty(0)])
    put(drop, "b.csv", [penalty(1, "第2号")])
    written = drop_results.put

    def refuse(base: Path, path: str, *rest: Any) -> None:
        if path.endswith("a.csv"):
            raise PermissionError(13, "Permission denied", path)
        written(base, path, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(drop_results, "put", refuse)
        assert take_in().taken == [f"{PLACE}/b.csv"]
    assert drop_scan.scan().taken == [f"{PLACE}/a.csv"]
    assert tree(drop) == {"taken/a.csv", "taken/b.csv"}
    assert tree(results(drop)) == {"a.csv.receipt.json", "b.csv.receipt.json"}


@pytest.mark.django_db
def test_a_name_in_an_older_encoding_is_read_as_what_it_says(tmp_path: Path, drop: Path) -> None:
    register(tmp_path)
    put(drop, "x.csv", [penalty(0)]).rename(drop / os.fsdecode("八月.csv".encode("gb18030")))
    put(drop, "九月　处罚.csv", [penalty(1, "第2号")])
    (drop.parent / os.fsdecode("许可".encode("gb18030"))).mkdir()
    take_in()
    take_in()
    names = ("八月.csv", "九月　处罚.csv")
    assert tree(drop) == {f"taken/{name}" for name in names}
    assert tree(results(drop)) == {f"{name}.receipt.json" for name in names}


@pytest.mark.django_db
def test_where_no_folder_is_watched_a_scan_finds_nothing(settings: Settings) -> None:
    settings.DROP_DIR = None
    assert drop_scan.scan() == drop_scan.Scan()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_at_many_instants_each_file_is_answered_once_and_none_is_lost(tmp_path: Path, drop: Path) -> None:
    register(tmp_path)
    source, files, killed, usual = random.Random(3), 12, 0, 0.5
    for number in range(files):
        put(drop, f"{number}.csv", [penalty(0, f"第{number}号"), penalty(1, f"第{number}-x号", fine="约三万")])
        for _ in range(4):
            connections.close_all()
            child = os.fork()
            if child == 0:
                try:
                    take_in()
                finally:
                    os._exit(0)
            time.sleep(source.uniform(0, usual))
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            killed += os.WIFSIGNALED(status)
        began = time.monotonic()
        take_in()
        usual = max(usual, time.monotonic() - began)
    assert killed > files, "hardly any was interrupted"
    expected = {f"{n}.csv{ending}" for n in range(files) for ending in (".receipt.json", ".receipt.xlsx")}
    assert tree(results(drop)) == expected
    assert tree(drop) == {f"taken/{n}.csv" for n in range(files)}
    assert Submission.objects.count() == files
    assert Dropped.objects.filter(answered_at=None).count() == 0
    assert Batch.objects.filter(resource="administrative-penalty").count() == files
    assert Record.objects.filter(resource="administrative-penalty").count() == files


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_watches_the_folder_and_so_does_the_command(tmp_path: Path, drop: Path) -> None:
    register(tmp_path)
    env = here() | {"QUANXIN_DROP_DIR": str(drop.parents[1]), "QUANXIN_DROP_QUIET_SECONDS": "1"}
    with workers(1, env):
        put(drop, "a.csv", [penalty(0)])
        until(lambda: (drop / "taken/a.csv").exists(), "the worker")
    assert answer(results(drop) / "a.csv.receipt.json")["accepted"] == 1
    put(drop, "b.csv", [penalty(1, "第2号")])
    time.sleep(1.1)
    said = json.loads(processes.said("drop", "scan", "--here", env=env))
    assert said["handed_in"] == said["taken"] == [f"{PLACE}/b.csv"]
    assert answer(results(drop) / "b.csv.receipt.json")["accepted"] == 1
