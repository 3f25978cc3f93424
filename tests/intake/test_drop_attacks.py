"""What a department may do in its folder reaches nothing outside it: no link, no hard link, no foreign file, no race."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from quanxin.archive.models import Batch
from quanxin.intake import drop_health, drop_scan
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Submission
from quanxin.intake.submissions import SUBMISSIONS
from quanxin.runtime.finding import State
from quanxin.work import engine
from tests.city import penalty, register, write

MINE, VICTIM = "market-regulation", "taxation"
RESOURCE = "administrative-penalty"
SECRET = "SECRET-OF-SOMEBODY-ELSE"


@pytest.fixture
def base(tmp_path: Path, settings: Settings) -> Path:
    """A drop folder with two departments, and beside it what nobody may reach."""
    settings.DROP_DIR, settings.DROP_QUIET_SECONDS = tmp_path / "drop", 0
    for provider in (MINE, VICTIM):
        (tmp_path / "drop" / provider / RESOURCE).mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.csv").write_text(SECRET, encoding="utf-8")
    return tmp_path / "drop"


def outside(base: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (base.parent / "outside").iterdir()}


def told(base: Path, data: Path) -> str:
    """Everything that the platform wrote: the answers and what it keeps of files."""
    places = (base / "results", data / "inbox")
    written = [path for place in places if place.is_dir() for path in place.rglob("*") if path.is_file()]
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in written)


def take_in() -> None:
    drop_scan.scan()
    for submission in drop_scan.waiting():
        engine.perform(SUBMISSIONS, submission)
    drop_scan.scan()


@pytest.mark.django_db
@pytest.mark.parametrize("link", ["", RESOURCE])
def test_a_folder_that_is_a_link_is_nobodys(tmp_path: Path, base: Path, link: str) -> None:
    """A department that links to another's folder hands nothing in for it, and the other way round."""
    write(base / VICTIM / RESOURCE, RESOURCE, [penalty(0)], "victim.csv")
    place = base / MINE / link
    (place / RESOURCE).rmdir() if not link else None
    place.rmdir()
    place.symlink_to(base / VICTIM / link)
    take_in()
    assert not Submission.objects.filter(provider=MINE).exists()
    assert (base / VICTIM / RESOURCE / "taken" / "victim.csv").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["taken", "refused"])
def test_no_file_is_moved_through_a_link(tmp_path: Path, base: Path, where: str) -> None:
    register(tmp_path)
    mine = base / MINE / RESOURCE
    if where == "taken":
        write(mine, RESOURCE, [penalty(0)], "a.csv")
    else:
        (mine / "a.csv").write_bytes(b"\x89PNG\r\n\x1a\n")
    (mine / where).symlink_to(base.parent / "outside")
    before = outside(base)
    take_in()
    assert outside(base) == before
    ending = "receipt" if where == "taken" else "error"
    assert json.loads((base / "results" / MINE / RESOURCE / f"a.csv.{ending}.json").read_text(encoding="utf-8"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["a.csv.receipt.json", ".a.csv.receipt.json.part", "a.csv.error.json", ".quanxin-clock"]
)
def test_no_answer_is_written_through_a_link(tmp_path: Path, base: Path, name: str) -> None:
    register(tmp_path)
    mine = base / MINE / RESOURCE
    write(mine, RESOURCE, [penalty(0)], "a.csv")
    for folder in (mine, base):
        (folder / name).symlink_to(base.parent / "outside" / "a.csv")
    before = outside(base)
    take_in()
    assert outside(base) == before
    assert Batch.objects.filter(resource=RESOURCE).count() == 1


@pytest.mark.django_db
def test_a_link_is_not_read_and_a_pipe_keeps_nobody_waiting(tmp_path: Path, base: Path, settings: Settings) -> None:
    mine = base / MINE / RESOURCE
    (mine / "b.csv").symlink_to(base.parent / "outside" / "a.csv")
    os.mkfifo(mine / "c.csv")
    take_in()
    assert not Submission.objects.exists()
    assert SECRET not in told(base, Path(settings.DATA_DIR))


def linked(base: Path, mine: Path) -> None:
    (base / VICTIM / "kept.csv.part").write_text(SECRET, encoding="utf-8")
    (mine / "a.csv").hardlink_to(base / VICTIM / "kept.csv.part")


def foreign(base: Path, mine: Path) -> None:
    (mine / "a.csv").write_text(SECRET, encoding="utf-8")
    os.chown(mine / "a.csv", 60_001, 60_001)


def another_group(base: Path, mine: Path) -> None:
    foreign(base, mine)
    (base / MINE).chmod(0o770)


def open_to_all(base: Path, mine: Path) -> None:
    (mine / "a.csv").write_text(SECRET, encoding="utf-8")
    (base / MINE).chmod(0o777)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (linked, "drop-linked"),
        (foreign, "drop-foreign"),
        (another_group, "drop-foreign"),
        (open_to_all, "drop-folder-open"),
    ],
)
def test_a_file_that_is_not_its_folders_own_is_refused_in_words(
    base: Path, make: Callable[[Path, Path], None], code: str, settings: Settings
) -> None:
    if os.geteuid() and make in (foreign, another_group):
        pytest.skip("only root can give a file to somebody else")
    make(base, base / MINE / RESOURCE)
    take_in()
    said = json.loads((base / "results" / MINE / RESOURCE / "a.csv.error.json").read_text(encoding="utf-8"))
    assert (said["code"], bool(said["hint"])) == (code, True)
    assert not Submission.objects.exists()
    assert SECRET not in told(base, Path(settings.DATA_DIR))


@pytest.mark.django_db
def test_a_group_that_may_write_hands_in_with_any_of_its_accounts(tmp_path: Path, base: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give a file to somebody else")
    register(tmp_path)
    mine = base / MINE / RESOURCE
    for folder in (base / MINE, mine):
        os.chown(folder, 0, 60_010)
        folder.chmod(0o2770)
    os.chown(write(mine, RESOURCE, [penalty(0)], "a.csv"), 60_001, 60_010)
    take_in()
    assert Batch.objects.filter(resource=RESOURCE, provider=MINE).count() == 1
    answers = (base / "results" / MINE / RESOURCE).stat()
    receipt = (base / "results" / MINE / RESOURCE / "a.csv.receipt.json").stat()
    assert (answers.st_gid, stat.S_IMODE(answers.st_mode)) == (60_010, 0o2750)
    assert (receipt.st_gid, stat.S_IMODE(receipt.st_mode)) == (60_010, 0o640)


@pytest.mark.django_db
@pytest.mark.parametrize("mode", [0o775, 0o757, 0o1777])
def test_nothing_is_taken_from_a_root_that_others_can_change(base: Path, mode: int) -> None:
    (base / MINE / RESOURCE / "a.csv").write_text(SECRET, encoding="utf-8")
    assert {one.state for one in drop_health.findings()} == {State.OK}
    base.chmod(mode)
    with pytest.raises(IntakeError) as raised:
        drop_scan.scan()
    assert raised.value.code == "drop-unsafe"
    assert {one.state for one in drop_health.findings()} == {State.PROBLEM}
    drop_scan.scan_as_job()  # a worker goes on with everything else
    assert not Submission.objects.exists()


# --- races: at every single step of the walk, a name is exchanged for a link ----------------------------------------


@contextmanager
def at_step(number: int, attack: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Attack before the step of that number that goes through an open folder; yields the steps that were made."""
    steps: list[str] = []

    def watched(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if {"dir_fd", "src_dir_fd"} & kwargs.keys() or (name == "scandir" and isinstance(args[0], int)):
                if len(steps) == number:
                    attack()
                steps.append(name)
            return original(*args, **kwargs)

        return call

    with monkeypatch.context() as patch:
        for name in ("open", "mkdir", "rename", "unlink", "stat", "scandir"):
            patch.setattr(os, name, watched(name, getattr(os, name)))
        yield steps


def exchange(path: Path, target: Path) -> None:
    """Put a link in the place of a name; what was there is kept under another."""
    if path.exists():
        path.rename(path.with_name(f"{path.name}.tmp"))
    if not path.is_symlink():
        path.symlink_to(target)


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["folder", "file", "refused"])
@pytest.mark.parametrize("ending", ["csv", "png"])
def test_a_link_put_in_at_any_step_of_a_scan_reaches_nothing(
    base: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, what: str, ending: str
) -> None:
    """``csv``: refused at once, for there is no such provider; ``png``: refused by the job, answered at the next scan."""
    provider = "nobody" if ending == "csv" else MINE
    before, number, made = outside(base), 0, 1
    while number < made:
        place = base / f"{number}"  # the scene is laid anew for each step
        settings.DROP_DIR = place
        mine = place / provider / RESOURCE
        mine.mkdir(parents=True)
        (mine / "a.csv").write_bytes(b"\x89PNG\r\n\x1a\n")
        target = base.parent / "outside"
        attacks = {
            "folder": (mine, target), "file": (mine / "a.csv", target / "a.csv"), "refused": (mine / "refused", target),
        }  # fmt: skip
        with at_step(number, lambda a=attacks[what]: exchange(*a), monkeypatch) as steps:  # type: ignore[misc]
            take_in()
        made = max(made, len(steps))
        assert outside(base) == before, f"before step {number}: {steps[number:]}"
        assert SECRET not in told(place, Path(settings.DATA_DIR))
        for left in Submission.objects.filter(finished_at=None):
            engine.perform(SUBMISSIONS, left.pk)
        Submission.objects.all().delete()
        number += 1
    assert number > 15, "hardly a step was watched"
